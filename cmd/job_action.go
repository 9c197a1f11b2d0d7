package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Verbs that change whether a job runs.
const (
	verbStart   = "start"
	verbStop    = "stop"
	verbRestart = "restart"
)

// waitFlags say whether to wait for the cycle that a verb causes.
type waitFlags struct {
	Wait   bool
	follow followFlags
}

func (f *waitFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.Wait, "wait", false, "wait until a provisioning cycle has ended, with its progress")
	f.follow.add(c)
}

func (f *waitFlags) check(c *cobra.Command) error {
	for _, name := range []string{"interval", "timeout"} {
		if c.Flags().Changed(name) && !f.Wait {
			return fmt.Errorf("--%s goes with --wait", name)
		}
	}
	return f.follow.check()
}

// jobAction is one verb on the jobs of one command line.
type jobAction struct {
	deps    *Deps
	managed *managedFlags
	wait    *waitFlags
	format  string
	verb    string
	reset   string

	// act does it and reports whether there was anything to do.
	act func(ctx context.Context, s *session, t jobTenant, m *managed, job entra.Job) (bool, error)
}

// run does the verb for each application. A failure ends it: what was done before is
// told.
func (a *jobAction) run(ctx context.Context) (err error) {
	d := a.deps
	a.managed.connect.sandbox.cycles = a.waits()
	s, found, err := d.managedSession(ctx, a.managed)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	results, code := []render.JobAction{}, exitOK
	for _, m := range found {
		result, one := a.one(ctx, s, m)
		if one != nil {
			err = one
			break
		}
		results = append(results, result)
		if result.Waited {
			code = worse(code, cycleCode(result.Job.Condition))
		}
	}
	if a.format == "json" {
		err = errors.Join(err, render.JSON(d.IO.Out, results))
	}
	if err == nil && code != exitOK {
		return exit(code)
	}
	return err
}

func (a *jobAction) waits() bool { return a.wait != nil && a.wait.Wait }

// one does the verb for one application and, if asked to, waits for the cycle.
func (a *jobAction) one(ctx context.Context, s *session, m *managed) (render.JobAction, error) {
	result := render.JobAction{Profile: m.profile, Environment: m.environment, App: m.name, ServicePrincipalID: m.principal.ID, Action: a.verb, Reset: a.reset}
	job, err := m.job()
	if err != nil {
		return result, err
	}
	result.JobID = job.ID
	if err := m.mine(); err != nil {
		return result, err
	}
	t, err := s.jobsOf()
	if err != nil {
		return result, err
	}
	if result.Changed, err = a.act(ctx, s, t, m, job); err != nil {
		return result, fmt.Errorf("application %q: %w", m.name, err)
	}
	after := job
	if result.Changed {
		if after, err = t.Job(ctx, m.principal.ID, job.ID); err != nil {
			return result, fmt.Errorf("application %q: %s went well, but how the job stands now cannot be read: %w", m.name, a.verb, err)
		}
	}
	result.Job = s.jobStatus(m, after)
	if a.format == "text" {
		p := render.Out(a.deps.IO)
		p.Action(result, a.hint(s, m, result))
		if err := p.Failed(); err != nil {
			return result, err
		}
	}
	if !a.waits() {
		return result, nil
	}
	return a.waited(ctx, s, m, job, result)
}

// waited follows the job until a cycle has ended.
func (a *jobAction) waited(ctx context.Context, s *session, m *managed, before entra.Job, result render.JobAction) (render.JobAction, error) {
	f := follower{flags: a.wait.follow, until: untilCycle, before: before, begun: true}
	status, err := s.follow(ctx, m, f, render.NewWatch(a.deps.IO, s.now), nil)
	result.Job = status
	if err != nil {
		return result, err
	}
	result.Waited = true
	if a.format != "text" {
		return result, nil
	}
	app, err := s.appStatus(ctx, m, &a.managed.connect)
	if err != nil {
		return result, err
	}
	app.Jobs = []render.JobStatus{status}
	p := render.Out(a.deps.IO)
	p.Linef("")
	p.Status(render.StatusReport{At: s.now().UTC(), Apps: []render.AppStatus{app}})
	return result, p.Failed()
}

// hint says what to expect of the job now.
func (a *jobAction) hint(s *session, m *managed, r render.JobAction) string {
	switch {
	case a.waits():
		return ""
	case a.verb == verbStop && r.Changed:
		return "A cycle that is under way still ends; changes in the directory wait until the job is started again."
	case a.verb == verbStop:
		return ""
	case s.sandbox != nil:
		return "The sandbox runs cycles only while a command waits for them, as with --wait or scimctl watch."
	case r.Changed && r.Job.LastCycle == nil:
		return "The first cycle begins within minutes; watch it with: " + s.command(m, "watch")
	case r.Changed:
		return "The next cycle begins within minutes; watch it with: " + s.command(m, "watch")
	}
	return ""
}

// connected tests the connection with the stored credentials: a job is never made to
// run unless that passed.
func connected(ctx context.Context, s *session, m *managed, job entra.Job) error {
	err := s.target.ValidateCredentials(ctx, m.principal.ID, job.ID, nil)
	refused, ok := errors.AsType[*entra.ConnectionError](err)
	if !ok {
		return err
	}
	text := "the test of the connection failed, so the job is not started: " + refused.Error()
	if r, known := entra.ExplainCode(refused.Code); known {
		text += " " + r.Means + " " + r.Next
	}
	return &codeError{code: exitRefused, err: errors.New(text)}
}
