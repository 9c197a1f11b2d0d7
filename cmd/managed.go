package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// managedFlags choose what the verbs that run jobs work on: applications of
// profiles, or one that no profile describes.
type managedFlags struct {
	source  sourceFlags
	connect connectFlags
	App     string // in place of a profile
	Job     string
}

func (f *managedFlags) add(c *cobra.Command) {
	f.source.add(c)
	f.connect.add(c)
	c.Flags().StringVar(&f.App, "app", "", "enterprise application that no profile describes: display name, object id or client id")
	c.Flags().StringVar(&f.Job, "job", "", "synchronization job, where there are several: its id or its template")
}

// check refuses flags that choose nothing, or two things.
func (f *managedFlags) check() error {
	switch {
	case len(f.source.Files) == 0 && f.App == "":
		return errors.New("name a profile with -f, or an enterprise application with --app")
	case len(f.source.Files) > 0 && f.App != "":
		return errors.New("-f and --app choose different things: give one of them")
	}
	return nil
}

// managed is an enterprise application with its synchronization jobs.
type managed struct {
	profile, environment string            // "" with --app
	resolved             *profile.Resolved // nil with --app
	selection            string            // flags that choose it again
	name                 string            // of the application; as the profile has it while it is missing
	tenant               entra.Tenant      // zero with --app
	principal            entra.ServicePrincipal
	owned                bool // scimctl made or adopted it, or --app names it
	jobs                 []entra.Job
	query                plan.Query
	missing              error // why there is no application, or not a single one
	several              bool  // several may be that of the profile
}

// jobTenant is what the verbs that run jobs ask of a tenant beside apply.Target.
type jobTenant interface {
	apply.Target
	Job(ctx context.Context, servicePrincipalID, jobID string) (entra.Job, error)
	RestartJob(ctx context.Context, servicePrincipalID, jobID, scope string) error
}

// jobsOf returns the tenant for work on jobs.
func (s *session) jobsOf() (jobTenant, error) {
	t, ok := s.target.(jobTenant)
	if !ok {
		return nil, errors.New("this tenant runs no jobs")
	}
	return t, nil
}

// managedSession opens a tenant and finds what the flags choose. The session must
// be closed also when an application is missing.
func (d *Deps) managedSession(ctx context.Context, f *managedFlags) (s *session, found []*managed, err error) {
	var all []planned
	if f.App == "" {
		if all, err = d.loadToApply(f.source); err != nil {
			return nil, nil, err
		}
	}
	if s, err = d.open(ctx, f.connect, all); err != nil {
		return nil, nil, err
	}
	if found, err = s.managed(ctx, f, all); err != nil {
		s.closeInto(&err)
		return nil, nil, err
	}
	return s, found, nil
}

// managed finds the applications, those of several profiles at the same time.
func (s *session) managed(ctx context.Context, f *managedFlags, all []planned) ([]*managed, error) {
	if f.App != "" {
		m, err := s.namedApp(ctx, f)
		if err != nil {
			return nil, err
		}
		return []*managed{m}, nil
	}
	out := make([]*managed, len(all))
	err := inParallel(ctx, len(all), func(ctx context.Context, i int) (err error) {
		selection := s.selection(f.source)
		if len(all) > 1 && f.source.Profile == "" {
			selection += " --profile " + quoteArg(all[i].Name)
		}
		out[i], err = s.profileApp(ctx, all[i], f, selection)
		return err
	})
	return out, err
}

// inParallel does a few of n things at a time. The first error ends it.
func inParallel(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(defaultParallel)
	for i := range n {
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

// namedApp finds the application of --app.
func (s *session) namedApp(ctx context.Context, f *managedFlags) (*managed, error) {
	m := &managed{name: f.App, owned: true, selection: "--app " + quoteArg(f.App)}
	queries := []entra.ServicePrincipalQuery{{Name: f.App}}
	if uuid.Validate(f.App) == nil {
		queries = []entra.ServicePrincipalQuery{{ID: f.App}, {AppID: f.App}}
	}
	var found []entra.ServicePrincipal
	for _, q := range queries {
		list, err := s.target.ServicePrincipals(ctx, q)
		if err != nil {
			return nil, err
		}
		if found = list; len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		m.missing = fmt.Errorf("the tenant has no enterprise application %q: check the spelling, or give its object id", f.App)
		return m, nil
	case 1:
		m.principal, m.name = found[0], found[0].DisplayName
	default:
		ids := make([]string, len(found))
		for i, sp := range found {
			ids[i] = sp.ID
		}
		slices.Sort(ids)
		m.missing = fmt.Errorf("%d enterprise applications are named %q: give one of the object ids %s", len(found), f.App, strings.Join(ids, ", "))
		return m, nil
	}
	var err error
	if m.jobs, err = s.target.Jobs(ctx, m.principal.ID); err != nil {
		return nil, err
	}
	return m, m.choose(f.Job)
}

// profileApp finds the application of a profile, which the selection chooses again. Variables that are not set do not
// matter for that: they take a stand-in.
func (s *session) profileApp(ctx context.Context, c planned, f *managedFlags, selection string) (*managed, error) {
	values, err := s.deps.values(c.Profile, f.source)
	if err != nil {
		return nil, err
	}
	o := profile.Options{Environment: f.source.Environment, Values: values, Sandbox: s.sandbox != nil}
	r, problems := c.Resolve(o)
	if problems.HasErrors() {
		o.Sandbox = true
		if r, problems = c.Resolve(o); problems.HasErrors() {
			render.Err(s.deps.IO).Diagnostics(problems, c.sources)
			return nil, exit(exitError)
		}
	}
	m := &managed{profile: r.Profile, environment: r.Environment, resolved: r, selection: selection, name: r.App.Name.Value, query: plan.Ask(r)}
	observed, err := apply.Find(ctx, s.target, m.query)
	if err != nil {
		return nil, err
	}
	m.tenant = observed.Tenant
	if want := r.Tenant.Value; want != "" && !isTenant(m.tenant, want) {
		return nil, refuse("the profile %s is for tenant %s, but the sign-in is to %s: sign in to the profile's tenant, or choose another environment with --env", m.label(), want, tenantLabel(m.tenant))
	}
	if observed.App == nil {
		m.missing, m.several = m.absent(observed), len(m.query.Fitting(observed)) > 1
		return m, nil
	}
	m.principal, m.name, m.jobs = observed.App.ServicePrincipal, observed.App.ServicePrincipal.DisplayName, observed.App.Jobs
	m.owned = m.query.Existing != nil || slices.Contains(m.principal.Tags, m.query.Tag)
	if f.Job == "" && len(m.jobs) > 1 && m.query.Job != "" {
		m.jobs = m.query.FittingJobs(m.jobs)
	}
	return m, m.choose(f.Job)
}

// absent says why no single application fits a profile.
func (m *managed) absent(o *plan.Observed) error {
	fitting := m.query.Fitting(o)
	if len(fitting) == 0 {
		return fmt.Errorf("the tenant has no application of profile %s yet: run scimctl apply %s first", m.label(), m.selection)
	}
	ids := make([]string, len(fitting))
	for i, c := range fitting {
		ids[i] = c.ServicePrincipal.ID
	}
	slices.Sort(ids)
	return fmt.Errorf("%d applications may be that of profile %s: name one under app.existing.servicePrincipal, of %s", len(ids), m.label(), strings.Join(ids, ", "))
}

// choose leaves only the jobs that --job names.
func (m *managed) choose(name string) error {
	if name == "" {
		return nil
	}
	all := m.jobs
	m.jobs = nil
	for _, j := range all {
		if j.ID == name || strings.EqualFold(j.TemplateID, name) {
			m.jobs = append(m.jobs, j)
		}
	}
	if len(m.jobs) > 0 {
		return nil
	}
	return fmt.Errorf("application %q has no synchronization job %q%s", m.name, name, among(all))
}

// among lists jobs to choose from.
func among(jobs []entra.Job) string {
	if len(jobs) == 0 {
		return ""
	}
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID + " (" + j.TemplateID + ")"
	}
	return ": choose with --job among " + strings.Join(ids, ", ")
}

// job returns the single job to work on.
func (m *managed) job() (entra.Job, error) {
	switch {
	case m.missing != nil:
		return entra.Job{}, m.missing
	case len(m.jobs) == 0 && m.profile != "":
		return entra.Job{}, fmt.Errorf("application %q has no synchronization job yet: run scimctl apply %s first", m.name, m.selection)
	case len(m.jobs) == 0:
		return entra.Job{}, fmt.Errorf("application %q has no synchronization job: set up provisioning first", m.name)
	case len(m.jobs) == 1:
		return m.jobs[0], nil
	}
	if fitting := m.query.FittingJobs(m.jobs); m.profile != "" && len(fitting) == 1 {
		return fitting[0], nil
	}
	return entra.Job{}, fmt.Errorf("application %q has %d synchronization jobs%s", m.name, len(m.jobs), among(m.jobs))
}

// mine refuses to change an application that no apply has made or taken over.
func (m *managed) mine() error {
	if m.owned {
		return nil
	}
	return refuse("scimctl did not make the application %q (%s): take it over with scimctl apply %s --adopt, or name it with --app", m.name, m.principal.ID, m.selection)
}

// label names the profile, or the application.
func (m *managed) label() string {
	if m.profile == "" {
		return m.name
	}
	return label(m.profile, m.environment)
}

func isTenant(t entra.Tenant, name string) bool {
	return strings.EqualFold(t.ID, name) || slices.ContainsFunc(t.Domains, func(d string) bool { return strings.EqualFold(d, name) })
}

func tenantLabel(t entra.Tenant) string {
	if len(t.Domains) > 0 {
		return fmt.Sprintf("%s (%s)", t.Domains[0], t.ID)
	}
	return t.ID
}

// passing reports whether a failed call may succeed later by itself, so that who
// follows a job goes on.
func passing(err error) bool {
	e, ok := errors.AsType[*graph.Error](err)
	return ok && (e.Kind == graph.Throttled || e.Kind == graph.Unavailable || e.Kind == graph.Unreachable)
}
