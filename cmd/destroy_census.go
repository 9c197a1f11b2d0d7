package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// census finds out what dies with an application: its halves, its jobs and what they
// have provisioned, its assignments and who holds them.
func (s *session) census(ctx context.Context, m *managed, out *render.Destroyed) error {
	application, err := s.target.Application(ctx, m.principal.AppID)
	switch refused, known := errors.AsType[*graph.Error](err); {
	case known && refused.NotFound(): // the service principal was left behind
	case err != nil:
		return err
	default:
		out.ApplicationID = application.ID
	}
	jobs, err := s.target.Jobs(ctx, m.principal.ID)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		job := render.DoomedJob{ID: j.ID, Active: j.Active()}
		for _, n := range j.Status.SynchronizedEntryCountByType {
			job.Provisioned += n.Value
		}
		out.Jobs = append(out.Jobs, job)
	}
	if secrets, err := s.target.Secrets(ctx, m.principal.ID); err == nil {
		out.Everybody = slices.ContainsFunc(secrets, func(c entra.Credential) bool {
			return c.Key == entra.KeySyncAll && strings.EqualFold(c.Value, "true")
		})
	}
	assignments, err := s.target.Assignments(ctx, m.principal.ID)
	if err != nil {
		return err
	}
	return s.losers(ctx, assignments, out)
}

// losers counts the people behind assignments, each once: assigned users, and direct
// members of assigned groups, who are the ones that an assignment reaches.
// Source: graph_contract §3.
func (s *session) losers(ctx context.Context, assignments []entra.AppRoleAssignment, out *render.Destroyed) error {
	people := map[string]bool{}
	for _, a := range assignments {
		out.Assignments++
		switch a.PrincipalType {
		case entra.UserPrincipal:
			people[a.PrincipalID] = true
		case entra.GroupPrincipal:
			if !slices.Contains(out.Groups, a.PrincipalDisplayName) {
				out.Groups = append(out.Groups, a.PrincipalDisplayName)
			}
			if out.Uncounted != "" {
				continue
			}
			members, err := s.target.GroupMembers(ctx, a.PrincipalID)
			if refused, ok := errors.AsType[*graph.Error](err); ok && (refused.Denied() || refused.NotFound()) {
				out.Uncounted = refused.Message
				continue
			}
			if err != nil {
				return err
			}
			for _, p := range members {
				if p.Type == entra.UserPrincipal {
					people[p.ID] = true
				}
			}
		}
	}
	slices.Sort(out.Groups)
	out.People = len(people)
	return nil
}
