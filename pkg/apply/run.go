package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/secret"
)

// runner carries out single steps and remembers what they made for later ones.
// The needs of steps order its writes before their reads; the lock is for
// neighbours.
type runner struct {
	t Target
	p *plan.Plan

	mu      sync.Mutex
	app     plan.AppRef
	roles   []entra.AppRole    // of the application, once a step has seen them
	made    *entra.Application // by this run; nil: the application was there
	newJob  string             // template of the job that this run made
	checked bool               // that this run is the only one which made them
	secrets map[secret.Ref]secret.Secret
}

// ref returns the ids that are known by now.
func (r *runner) ref() plan.AppRef {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.app
}

// runAll carries out one step, or several of a kind that is done together.
func (r *runner) runAll(ctx context.Context, steps []plan.Step) []outcome {
	switch {
	case len(steps) > 1 && steps[0].Kind == plan.Assign:
		return r.assignAll(ctx, steps)
	case len(steps) > 1 && steps[0].Kind == plan.Unassign:
		return r.unassignAll(ctx, steps)
	}
	out := make([]outcome, len(steps))
	for i, s := range steps {
		out[i].note, out[i].err = r.run(ctx, s)
	}
	return out
}

// run carries out one step. The note is a remark on how it ended well.
func (r *runner) run(ctx context.Context, s plan.Step) (note string, err error) {
	app := r.ref()
	switch s.Kind {
	case plan.CreateApp:
		return "", r.createApp(ctx, s.CreateApp)
	case plan.TagApp:
		return "", r.tagApp(ctx, s.Tag, s.Made)
	case plan.EnsureRoles:
		return r.ensureRoles(ctx, s.Roles)
	case plan.CreateJob:
		return "", r.createJob(ctx, s.Template)
	case plan.PauseJob, plan.StopJob:
		return "", r.t.PauseJob(ctx, app.ServicePrincipalID, app.JobID)
	case plan.WriteSecrets:
		return "", r.writeSecrets(ctx, s.Secrets)
	case plan.TestConnection:
		return "", r.testConnection(ctx)
	case plan.EditSchema:
		return r.editSchema(ctx, s.Schema)
	case plan.Assign:
		return r.assign(ctx, s.Assignment)
	case plan.Unassign:
		return r.unassign(ctx, s.Assignment)
	case plan.StartJob:
		if err := r.alone(ctx); err != nil {
			return "", err
		}
		return "", r.t.StartJob(ctx, app.ServicePrincipalID, app.JobID)
	default:
		return "", fmt.Errorf("this version of scimctl does not know how to carry out the step %q", s.Kind)
	}
}

// createApp instantiates the template and marks the application: in its reference
// from the first moment, and then among the tags of its service principal, by which a
// later run finds it.
func (r *runner) createApp(ctx context.Context, c *plan.CreateAppStep) error {
	made, err := r.t.Instantiate(ctx, c.TemplateID, c.Name, c.Tag)
	if err != nil {
		return err
	}
	sp := made.ServicePrincipal
	r.mu.Lock()
	r.app.ServicePrincipalID, r.app.ApplicationID = sp.ID, made.Application.ID
	r.roles, r.made = sp.AppRoles, new(made.Application)
	r.mu.Unlock()
	if err := r.t.SetTags(ctx, sp.ID, append(slices.Clone(sp.Tags), c.Tag)); err != nil {
		return fmt.Errorf("the application was made (service principal %s) but could not be marked as scimctl's; apply again to go on with it, with --adopt if that is refused: %w", sp.ID, err)
	}
	return nil
}

// tagApp marks an application that is taken over. Its tags are read again, since
// writing them replaces them all.
func (r *runner) tagApp(ctx context.Context, mark string, made bool) error {
	sp, err := r.servicePrincipal(ctx)
	if err != nil {
		return err
	}
	if made {
		return r.t.SetTags(ctx, sp.ID, append(slices.Clone(sp.Tags), mark))
	}
	return r.t.SetTags(ctx, sp.ID, plan.Retag(sp.Tags, mark))
}

func (r *runner) servicePrincipal(ctx context.Context) (entra.ServicePrincipal, error) {
	id := r.ref().ServicePrincipalID
	found, err := r.t.ServicePrincipals(ctx, entra.ServicePrincipalQuery{ID: id})
	if err != nil {
		return entra.ServicePrincipal{}, err
	}
	if len(found) != 1 {
		return entra.ServicePrincipal{}, fmt.Errorf("the service principal %s is no longer there; plan again", id)
	}
	return found[0], nil
}

// ensureRoles adds and changes app roles.
func (r *runner) ensureRoles(ctx context.Context, want []entra.AppRole) (string, error) {
	application, err := r.application(ctx)
	if err != nil {
		return "", err
	}
	merged, changes := plan.MergeRoles(application.ID, application.AppRoles, want)
	r.mu.Lock()
	r.roles = merged
	r.mu.Unlock()
	if len(changes) == 0 {
		return "the roles are there already", nil
	}
	return "", r.t.SetAppRoles(ctx, application.ID, merged)
}

// application is the registration with its roles, which are read again, since
// writing them replaces them all, unless this run has just made it.
func (r *runner) application(ctx context.Context) (*entra.Application, error) {
	r.mu.Lock()
	made := r.made
	r.mu.Unlock()
	if made != nil {
		return made, nil
	}
	sp, err := r.servicePrincipal(ctx)
	if err != nil {
		return nil, err
	}
	application, err := r.t.Application(ctx, sp.AppID)
	if err != nil {
		return nil, err
	}
	if application == nil {
		return nil, fmt.Errorf("the application registration %s could not be read", sp.AppID)
	}
	return application, nil
}

// createJob makes the job, from the application's own template where the plan
// could not know it.
func (r *runner) createJob(ctx context.Context, template string) error {
	sp := r.ref().ServicePrincipalID
	if template == "" {
		offered, err := r.t.SyncTemplates(ctx, sp)
		if err != nil {
			return err
		}
		if template = plan.ChooseSyncTemplate("", offered); template == "" {
			return fmt.Errorf("no synchronization template can be chosen among the %d that the application offers: name one in the profile under app.synchronizationTemplate: %s", len(offered), templateIDs(offered))
		}
	}
	job, err := r.t.CreateJob(ctx, sp, template)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.app.JobID, r.newJob = job.ID, template
	r.mu.Unlock()
	return nil
}

func templateIDs(offered []entra.SyncTemplate) string {
	ids := make([]string, len(offered))
	for i, t := range offered {
		ids[i] = t.ID
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}
