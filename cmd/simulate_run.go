package cmd

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// simulation is a run of `scimctl simulate`.
type simulation struct {
	o        *SimulateOptions
	file     *directoryFile
	people   *people
	job      engine.JobConfig
	log      *simulationLog
	clock    simulatedClock
	progress *render.SimulationProgress
	failures []render.SimulatedFailure // of the running cycle
}

// simulatedClock is a time that jumps to the beginning of each cycle and goes on
// from there with the real one.
type simulatedClock struct {
	real        func() time.Time
	began, base time.Time
}

func (c *simulatedClock) now() time.Time { return c.base.Add(c.real().Sub(c.began)) }

func (c *simulatedClock) jump(to time.Time) { c.began, c.base = c.real(), to }

func runSimulate(ctx context.Context, o *SimulateOptions) (err error) {
	d := o.deps
	chosen, sources, problems, err := d.load(o.source)
	if err != nil {
		return err
	}
	if problems.HasErrors() {
		render.Err(d.IO).Diagnostics(errorsOf(problems), sources)
		return exit(exitError)
	}
	s, err := one(chosen)
	if err != nil {
		return err
	}
	if o.source.Environment == "" && len(s.Environments) > 0 {
		return fmt.Errorf("profile %s has environments: choose one with --env (%s)", s.Name, strings.Join(s.Environments, ", "))
	}
	r, list, err := d.resolveOffline(s, o.source.Environment, o.source)
	if err != nil {
		return err
	}
	var programs []*mapping.Program
	if r != nil && !list.HasErrors() {
		var compiled []*mapping.Program
		compiled, more := compileOffline(r)
		list = append(list, more...)
		programs = compiled
	}
	if list.HasErrors() || r == nil {
		render.Err(d.IO).Diagnostics(errorsOf(list.Sort()), sources)
		return exit(exitError)
	}
	data, err := d.readDirectory(o.Directory)
	if err != nil {
		return err
	}
	file, err := parseDirectory(o.Directory, data)
	if err != nil {
		return err
	}
	return o.simulate(ctx, r, programs, file)
}

// readDirectory reads the file of --directory, or standard input for "-".
func (d *Deps) readDirectory(name string) ([]byte, error) {
	if name == "-" {
		return d.readInput(name)
	}
	data, err := d.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	return data, nil
}

// simulate runs the cycles and writes the report, also of a run that was interrupted.
func (o *SimulateOptions) simulate(ctx context.Context, r *profile.Resolved, programs []*mapping.Program, file *directoryFile) (err error) {
	d := o.deps
	run := &simulation{o: o, file: file, clock: simulatedClock{real: d.Now}}
	start := d.Now().UTC().Truncate(time.Second)
	run.clock.jump(start)
	if run.people, err = file.open(); err != nil {
		return err
	}
	tenantURL := ""
	if r.Endpoint != nil {
		tenantURL = r.Endpoint.URL.Value
	}
	target, err := o.endpoint(tenantURL, run.clock.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	if run.log, err = openLog(o.Log, r); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.log.close()) }()
	run.job = engine.JobConfig{
		Config:            engine.Config{Dialect: target.dialect, Client: target.client, Env: mapping.Env{Now: run.clock.now, Random: rand.Reader}},
		Directory:         run.people,
		State:             engine.NewState(),
		DeletionThreshold: engine.DefaultDeletionThreshold,
		Workers:           o.Concurrency,
		Done:              run.done,
	}
	configure(&run.job, r, programs)
	report := render.SimulationReport{Profile: r.Profile, Environment: r.Environment, Endpoint: target.name, Dialect: string(target.dialect), Cycles: []render.SimulatedCycle{}}
	cyclesErr := run.cycles(ctx, start, &report)
	report.Finish(run.job.State)
	if err := o.show(&report); err != nil {
		return err
	}
	switch {
	case cyclesErr != nil:
		return cyclesErr
	case run.log.err != nil:
		return fmt.Errorf("write the log: %w", run.log.err)
	case !report.Clean():
		return exit(exitError)
	}
	return nil
}

func (o *SimulateOptions) show(report *render.SimulationReport) error {
	if o.Format == "json" {
		return render.JSON(o.deps.IO.Out, report)
	}
	p := render.Out(o.deps.IO)
	p.Simulation(report)
	return p.Failed()
}

// compileOffline compiles the complete configuration of a profile.
func compileOffline(r *profile.Resolved) ([]*mapping.Program, diag.List) {
	mappings, problems := profiletest.ObjectMappings(r)
	var programs []*mapping.Program
	for _, m := range mappings {
		problems = append(problems, mapping.Lint(m, mapping.LintOptions{SyncAll: r.Settings.SyncAll != nil && *r.Settings.SyncAll})...)
		p, list := mapping.Compile(m)
		problems = append(problems, list...)
		if p != nil {
			programs = append(programs, p)
		}
	}
	return programs, problems
}

// configure puts the profile's settings and mappings into the job.
func configure(job *engine.JobConfig, r *profile.Resolved, programs []*mapping.Program) {
	for _, p := range programs {
		switch p.Mapping.Source {
		case mapping.User:
			job.Users = p
		case mapping.Group:
			job.Groups = p
		}
	}
	s := r.Settings
	job.SyncAll = s.SyncAll != nil && *s.SyncAll
	job.SkipOutOfScopeDeletions = s.SkipOutOfScopeDeletions != nil && *s.SkipOutOfScopeDeletions
	if s.DeletionThreshold != nil {
		job.DeletionThreshold = max(*s.DeletionThreshold, 0)
	}
}

// cycles runs the cycles, each after the changes that come before it. A cycle that is
// not due, since the job is in quarantine or disabled, is left out and said so.
func (run *simulation) cycles(ctx context.Context, start time.Time, report *render.SimulationReport) error {
	total := run.o.Cycles
	if total == 0 {
		total = run.file.cycles()
	}
	run.progress = render.NewSimulationProgress(run.o.deps.IO, total, run.o.deps.Now)
	defer run.progress.Stop()
	changes := run.file.Changes
	for number := 1; number <= total; number++ {
		at := start.Add(time.Duration(number-1) * run.o.Interval)
		run.clock.jump(at)
		out := render.SimulatedCycle{Number: number, At: at}
		for len(changes) > 0 && changes[0].Before <= number {
			if err := run.change(&changes[0]); err != nil {
				return fmt.Errorf("the change before cycle %d%s: %w", number, noted(changes[0].Note), err)
			}
			if changes[0].Note != "" {
				out.Notes = append(out.Notes, changes[0].Note)
			}
			changes = changes[1:]
		}
		next, enabled := run.job.State.Next(run.o.Interval)
		switch {
		case !enabled:
			out.Held = engine.ErrDisabled.Error()
		case run.job.State.Quarantined() && at.Before(next):
			out.Held = "in quarantine until " + next.Format(time.RFC3339)
		}
		if out.Held == "" {
			if err := run.cycle(ctx, &out); err != nil {
				report.Cycles = append(report.Cycles, out)
				return err
			}
		}
		report.Cycles = append(report.Cycles, out)
	}
	return nil
}

// change makes a change of the file.
func (run *simulation) change(c *changeFile) error {
	if err := run.people.play(c); err != nil {
		return err
	}
	if c.Restart == nil {
		return nil
	}
	scope, err := engine.ParseResetScope(*c.Restart)
	if err != nil {
		return err
	}
	run.job.State.Restart(scope)
	return nil
}

// cycle runs one cycle.
func (run *simulation) cycle(ctx context.Context, out *render.SimulatedCycle) error {
	run.progress.Begin(out.Number)
	run.failures = nil
	run.job.Progress = run.progress.Step
	job, err := engine.NewJob(run.job)
	if err != nil {
		return err
	}
	done, err := job.Cycle(ctx)
	if done != nil {
		out.Ran(done, run.failures)
		if ctx.Err() != nil {
			out.Interrupted(run.progress.At())
		}
	}
	if err != nil {
		return fmt.Errorf("cycle %d: %w", out.Number, err)
	}
	return nil
}

// done takes what a cycle did to one object.
func (run *simulation) done(r engine.Record) {
	run.log.write(r)
	if r.Status == engine.Failure {
		run.failures = append(run.failures, render.NewSimulatedFailure(r))
	}
}

// simulationLog writes the provisioning log, one entry a line.
type simulationLog struct {
	file *os.File
	w    *bufio.Writer
	job  engine.LogJob
	err  error
}

// openLog opens the file of --log; without one nothing is written. The ids of the
// job and its sides are made from the profile's name.
func openLog(name string, r *profile.Resolved) (*simulationLog, error) {
	made := func(what string) string {
		return uuid.NewSHA1(uuid.NameSpaceURL, []byte("scimctl:"+what+":"+r.Profile+"/"+r.Environment)).String()
	}
	l := &simulationLog{job: engine.LogJob{
		ApplicationTemplateID: entra.NonGalleryTemplateID,
		TenantID:              made("tenant"), JobID: "scim.simulation." + made("job"),
		ServicePrincipal: engine.LogParty{ID: made("servicePrincipal"), DisplayName: r.App.Name.Value},
		SourceSystem:     engine.LogParty{ID: made("source"), DisplayName: "Microsoft Entra ID"},
		TargetSystem:     engine.LogParty{ID: made("target"), DisplayName: "customappsso"},
	}}
	if name == "" {
		return l, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	l.file, l.w = file, bufio.NewWriter(file)
	return l, nil
}

func (l *simulationLog) write(r engine.Record) {
	if l.file == nil || l.err != nil {
		return
	}
	data, err := json.Marshal(engine.NewLogEntry(l.job, r, uuid.NewString()))
	if err == nil {
		_, err = l.w.Write(append(data, '\n'))
	}
	l.err = err
}

func (l *simulationLog) close() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.w.Flush(), l.file.Close())
}
