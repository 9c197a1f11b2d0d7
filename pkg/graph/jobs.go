package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// SyncTemplates lists the kinds of synchronization job that a service principal
// offers. Source: graph_contract §4.
func (c *Client) SyncTemplates(ctx context.Context, servicePrincipalID string) ([]entra.SyncTemplate, error) {
	return list[entra.SyncTemplate](ctx, c, &request{
		op: "read the synchronization templates", method: http.MethodGet, path: syncPath(servicePrincipalID, "templates"),
		object: servicePrincipalID, needs: needsSyncRead, limit: schemaTimeout,
	})
}

// Jobs lists the synchronization jobs of a service principal. A 404 is a service
// principal that never had one. Source: graph_contract §5.
func (c *Client) Jobs(ctx context.Context, servicePrincipalID string) ([]entra.Job, error) {
	found, err := list[entra.Job](ctx, c, &request{
		op: "read the synchronization jobs", method: http.MethodGet, path: syncPath(servicePrincipalID, "jobs"),
		object: servicePrincipalID, needs: needsSyncRead,
	})
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound && !e.foreign {
		return nil, nil
	}
	return found, err
}

// Job reads one synchronization job. Source: graph_contract §5.
func (c *Client) Job(ctx context.Context, servicePrincipalID, jobID string) (entra.Job, error) {
	return read[entra.Job](ctx, c, &request{
		op: "read the synchronization job", method: http.MethodGet, path: syncPath(servicePrincipalID, "jobs", jobID),
		object: servicePrincipalID, job: jobID, needs: needsSyncRead,
	})
}

// CreateJob makes a synchronization job. It may be a while before it can be read:
// calls about it that this client makes wait for that. The POST is not repeated when
// its end is unclear: the list of jobs tells whether it worked. An application that
// this client did not just make may have a job of the template by now, which is an
// error of Kind Conflict. Source: graph_contract §5.
func (c *Client) CreateJob(ctx context.Context, servicePrincipalID, templateID string) (entra.Job, error) {
	var before []entra.Job
	if made, _ := c.young.object(servicePrincipalID); !made {
		var err error
		if before, err = c.Jobs(ctx, servicePrincipalID); err != nil {
			return entra.Job{}, err
		}
		if i := slices.IndexFunc(before, func(j entra.Job) bool { return j.TemplateID == templateID }); i >= 0 {
			return entra.Job{}, &Error{
				Op: "create the synchronization job", Kind: Conflict, unsent: true,
				Message: "the application has got the job " + before[i].ID + " from the template " + templateID + " meanwhile",
				Advice:  "see that nobody else sets the application up at the same time, and run it again",
			}
		}
	}
	r := &request{
		op: "create the synchronization job", method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs"),
		object: servicePrincipalID, needs: needsSyncWrite, body: jsonBody(map[string]string{"templateId": templateID}),
	}
	job, err := read[entra.Job](ctx, c, r)
	if err == nil && job.ID == "" {
		err = &Error{Op: r.op, Kind: Malformed, Method: r.method, Message: "the answer names no job"}
	}
	if err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.unclear() || ctx.Err() != nil {
			return entra.Job{}, err
		}
		job, err = c.searchJob(ctx, servicePrincipalID, templateID, before, e)
		if err != nil {
			return entra.Job{}, err
		}
	}
	c.young.addJob(job.ID)
	return job, nil
}

// searchJob looks for the job that a POST with an unclear end made.
func (c *Client) searchJob(ctx context.Context, servicePrincipalID, templateID string, before []entra.Job, unclear *Error) (entra.Job, error) {
	steps := delays(settlingDelay)
	for range maxTries {
		if err := c.wait(ctx, steps.NextBackOff()); err != nil {
			return entra.Job{}, giveUp(unclear, err)
		}
		now, err := c.Jobs(ctx, servicePrincipalID)
		if err != nil {
			return entra.Job{}, fmt.Errorf("%w; looking for it failed too: %w", unclear, err)
		}
		for _, j := range now {
			if j.TemplateID == templateID && !c.young.job(j.ID) && !slices.ContainsFunc(before, func(b entra.Job) bool { return b.ID == j.ID }) {
				return j, nil
			}
		}
	}
	return entra.Job{}, fmt.Errorf("%w; no new job appeared: run it again", unclear)
}

// StartJob starts a job, or goes on where it stopped. It clears quarantine. When
// the end of the call is unclear, the job tells whether it was started.
// Source: graph_contract §5.
func (c *Client) StartJob(ctx context.Context, servicePrincipalID, jobID string) error {
	started := func(j entra.Job) bool { return j.Active() && j.Status.Code != entra.StatusQuarantine }
	return c.act(ctx, "start the synchronization job", servicePrincipalID, jobID, "start", started)
}

// PauseJob stops a job and keeps its state. When the end of the call is unclear,
// the job tells whether it was stopped. Source: graph_contract §5.
func (c *Client) PauseJob(ctx context.Context, servicePrincipalID, jobID string) error {
	paused := func(j entra.Job) bool { return !j.Active() }
	return c.act(ctx, "pause the synchronization job", servicePrincipalID, jobID, "pause", paused)
}

func (c *Client) act(ctx context.Context, op, servicePrincipalID, jobID, action string, done func(entra.Job) bool) error {
	_, err := c.do(ctx, &request{
		op: op, method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, action),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite,
		took: func(ctx context.Context) (bool, error) {
			j, err := c.Job(ctx, servicePrincipalID, jobID)
			return err == nil && done(j), err
		},
	})
	return err
}

// syncPath is a path below the synchronization of a service principal, where all
// documented use is. Source: graph_contract §1.
func syncPath(servicePrincipalID string, rest ...string) []string {
	return append([]string{"servicePrincipals", servicePrincipalID, "synchronization"}, rest...)
}
