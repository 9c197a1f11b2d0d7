package cmd

import (
	"context"
	"errors"
	"iter"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/census"
	"github.com/scimctl/scimctl/pkg/entra"
)

// shared is a tenant whose look-ups are shared by the plans of many profiles: what
// one has asked for, the others are not asking again. It is for planning only, while
// nothing in the tenant changes by our doing.
type shared struct {
	apply.Target
	directory census.Directory

	tenant     memo[struct{}, entra.Tenant]
	templates  memo[string, []entra.ApplicationTemplate]
	principals memo[entra.PrincipalRef, []entra.Principal]
	services   memo[entra.ServicePrincipalQuery, []entra.ServicePrincipal]
	members    memo[string, []entra.Principal]
	counts     memo[string, int]
}

func share(t apply.Target) *shared {
	s := &shared{Target: t, directory: uncounted{t}}
	if d, ok := t.(census.Directory); ok {
		s.directory = d
	}
	return s
}

// uncounted is a tenant that tells no numbers.
type uncounted struct{ apply.Target }

var errUncounted = errors.New("this tenant tells no numbers")

// CountUsers fails.
func (uncounted) CountUsers(context.Context) (int, error) { return 0, errUncounted }

// CountGroups fails.
func (uncounted) CountGroups(context.Context) (int, error) { return 0, errUncounted }

// Users fails.
func (uncounted) Users(context.Context, []string) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) { yield(nil, errUncounted) }
}

// Tenant reads the tenant once.
func (s *shared) Tenant(ctx context.Context) (entra.Tenant, error) {
	return s.tenant.get(ctx, struct{}{}, func() (entra.Tenant, error) { return s.Target.Tenant(ctx) })
}

// ApplicationTemplates looks each gallery application up once.
func (s *shared) ApplicationTemplates(ctx context.Context, nameOrID string) ([]entra.ApplicationTemplate, error) {
	return s.templates.get(ctx, nameOrID, func() ([]entra.ApplicationTemplate, error) { return s.Target.ApplicationTemplates(ctx, nameOrID) })
}

// ServicePrincipals asks each question once.
func (s *shared) ServicePrincipals(ctx context.Context, q entra.ServicePrincipalQuery) ([]entra.ServicePrincipal, error) {
	return s.services.get(ctx, q, func() ([]entra.ServicePrincipal, error) { return s.Target.ServicePrincipals(ctx, q) })
}

// GroupMembers reads each group once.
func (s *shared) GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error) {
	return s.members.get(ctx, groupID, func() ([]entra.Principal, error) { return s.Target.GroupMembers(ctx, groupID) })
}

// CountUsers counts once.
func (s *shared) CountUsers(ctx context.Context) (int, error) {
	return s.counts.get(ctx, "users", func() (int, error) { return s.directory.CountUsers(ctx) })
}

// CountGroups counts once.
func (s *shared) CountGroups(ctx context.Context) (int, error) {
	return s.counts.get(ctx, "groups", func() (int, error) { return s.directory.CountGroups(ctx) })
}

// Users lists users, which are too many to keep.
func (s *shared) Users(ctx context.Context, properties []string) iter.Seq2[map[string]any, error] {
	return s.directory.Users(ctx, properties)
}

// Principals looks up, in one call, those that nobody has looked up.
func (s *shared) Principals(ctx context.Context, refs []entra.PrincipalRef) (map[entra.PrincipalRef][]entra.Principal, error) {
	answers := map[entra.PrincipalRef]*answer[[]entra.Principal]{}
	var fresh []entra.PrincipalRef
	for _, ref := range refs {
		if _, ok := answers[ref]; ok {
			continue
		}
		a, mine := s.principals.claim(ref)
		if answers[ref] = a; mine {
			fresh = append(fresh, ref)
		}
	}
	if len(fresh) > 0 {
		found, err := s.Target.Principals(ctx, fresh)
		for _, ref := range fresh {
			s.principals.settle(ref, answers[ref], found[ref], err)
		}
	}
	out := make(map[entra.PrincipalRef][]entra.Principal, len(answers))
	for ref, a := range answers {
		list, err := a.wait(ctx)
		if err != nil {
			return nil, err
		}
		out[ref] = list
	}
	return out, nil
}
