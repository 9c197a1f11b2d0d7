package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/scim"
)

// cycleWorkers is how many objects a cycle provisions at the same time.
const cycleWorkers = 4

// runCycle runs one cycle of a job: it reads what the job is under the tenant's lock,
// provisions without it, and writes down what it knows then. What the cycle could not
// do is in the summary; the error is that of a job that is gone or disabled, of an
// interruption, or of a state that could not be saved.
func (e *Emulator) runCycle(ctx context.Context, r *cycleRun) (cycleSummary, error) {
	p, err := e.prepareCycle(r.job)
	if err != nil {
		return cycleSummary{}, err
	}
	done, err := e.cycle(ctx, r, p)
	err = errors.Join(err, e.afterCycle(p))
	return summarize(p.job, done), err
}

// plannedCycle is a job as a cycle takes it.
type plannedCycle struct {
	job           *job
	connector     connector
	principal     string
	log           engine.LogJob
	configuration string
	threshold     int
	held          *heldBack // by a switch
	expired       bool      // deleted objects were deleted for good
}

// heldBack is why a switch keeps a job from running.
type heldBack struct {
	reason string
	cause  entra.ExecutionError
}

func (e *Emulator) prepareCycle(id string) (*plannedCycle, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &call{state: e.state, e: e}
	h, j := c.hostOf(id)
	if j == nil {
		return nil, unknownJob(id)
	}
	if j.State != entra.ScheduleActive {
		return nil, jobNotStarted(id)
	}
	s := c.Sync[h.appID]
	expired := e.state.expire(e.now()) // saved after the cycle
	doc, err := document(j.Schema)
	if err != nil {
		return nil, err
	}
	p := &plannedCycle{
		job: j, log: c.logJob(h, j), expired: expired, threshold: deletionThreshold(s.secret(entra.KeySyncNotificationSettings)), held: e.heldBack(s),
		connector: connector{e: e, document: doc, credentials: slices.Clone(s.Secrets), template: templateOf(h), links: j.engine, domain: c.Domains[0]},
	}
	if h.sp != nil {
		p.principal = h.sp.id()
	}
	digest := sha256.New()
	digest.Write(doc)
	fmt.Fprintf(digest, "\n%s", s.secret(entra.KeySyncAll))
	p.configuration = hex.EncodeToString(digest.Sum(nil))
	return p, nil
}

// hostOf finds the application of a job.
func (c *call) hostOf(id string) (host, *job) {
	for appID, s := range c.Sync {
		j := s.job(id)
		if j == nil {
			continue
		}
		h := host{set: "servicePrincipals", appID: appID}
		if found := c.ServicePrincipals.find("appId", appID); len(found) == 1 {
			h.sp, h.id = found[0], found[0].id()
		}
		if found := c.Applications.find("appId", appID); len(found) == 1 {
			h.app = found[0]
		}
		return h, j
	}
	return host{}, nil
}

// deletionThreshold is that of the guard against accidental deletions; what cannot be
// read, or says nothing of it, leaves the usual one. Source: entra_wire W-70.
func deletionThreshold(settings string) int {
	if settings == "" {
		return engine.DefaultDeletionThreshold
	}
	n, err := entra.ParseNotificationSettings(settings)
	switch {
	case err != nil:
		return engine.DefaultDeletionThreshold
	case !n.DeleteThresholdEnabled:
		return 0
	case n.DeleteThresholdValue <= 0:
		return engine.DefaultDeletionThreshold
	}
	return n.DeleteThresholdValue
}

// heldBack tells whether a job goes into quarantine before it sends anything.
func (e *Emulator) heldBack(s *synchronization) *heldBack {
	switch b := e.behaviour(); {
	case b.QuarantineDeletes:
		return &heldBack{engine.ReasonDeletes, entra.ExecutionError{Code: engine.ReasonDeletes, Message: "The deletion threshold was reached.", TenantActionable: true}}
	case b.QuarantineCredentials || s.secret(entra.KeyBaseAddress) == "":
		return &heldBack{engine.ReasonException, entra.ExecutionError{Code: invalidCredentials, Message: noTenantURL, TenantActionable: true}}
	}
	return nil
}

// noTenantURL is what the service says of a job without one, or with a bad one.
// Source: graph_contract §1.
const noTenantURL = "Please provide a valid tenant URL for your application."

// cycle provisions. What keeps the cycle from beginning puts the job into quarantine.
func (e *Emulator) cycle(ctx context.Context, r *cycleRun, p *plannedCycle) (*engine.Cycle, error) {
	if p.job.engine.Disabled() {
		return nil, engine.ErrDisabled
	}
	if p.held != nil {
		p.job.engine.Fail(uuid.NewString(), p.held.reason, p.held.cause, e.now())
		return nil, nil
	}
	config, err := p.connector.config(ctx)
	if err != nil {
		p.job.engine.Fail(uuid.NewString(), engine.ReasonException, setUpFailure(err), e.now())
		return nil, nil
	}
	config.Dialect = scim.DialectOf(valueOf(p.connector.credentials, entra.KeyBaseAddress))
	var noted error
	made, err := engine.NewJob(engine.JobConfig{
		Config: config, Directory: &jobDirectory{e: e, principal: p.principal}, State: p.job.engine,
		Configuration: p.configuration, DeletionThreshold: p.threshold, Workers: cycleWorkers, Enter: p.job.turns.enter,
		Progress: func(now engine.Progress) { r.progress.Store(&observed{now, e.now()}) },
		Done: func(record engine.Record) {
			if err := e.note(p.job, p.log, record); err != nil && noted == nil {
				noted = err
			}
		},
	})
	if err != nil {
		p.job.engine.Fail(uuid.NewString(), engine.ReasonException, setUpFailure(errors.Join(errSchema, err)), e.now())
		return nil, nil
	}
	r.progress.Store(&observed{at: e.now()})
	if err := p.job.journal.note(jobNote{Began: precise(e.now())}); err != nil {
		return nil, err
	}
	done, err := made.Cycle(ctx)
	return done, errors.Join(err, noted)
}

// note writes down what happened to an object, before the cycle goes on.
func (e *Emulator) note(j *job, log engine.LogJob, r engine.Record) error {
	return errors.Join(
		j.noteObject(r.Source.Type, r.Source.ID, r.Status != engine.Skipped),
		e.log.add(engine.NewLogEntry(log, r, uuid.NewString())))
}

// setUpFailure words what kept a cycle from beginning.
func setUpFailure(err error) entra.ExecutionError {
	f, ok := errors.AsType[*failure](credentialFailure(err))
	if !ok {
		return entra.ExecutionError{Code: engine.CodeInternalError, Message: err.Error()}
	}
	return entra.ExecutionError{Code: f.code, Message: f.message, TenantActionable: true}
}

// afterCycle writes what the job knows, and switches off the schedule of a job that was
// disabled. Source: entra_wire W-82.
func (e *Emulator) afterCycle(p *plannedCycle) error {
	e.mu.Lock()
	if p.job.engine.Disabled() {
		p.job.State = entra.ScheduleDisabled
	}
	_, known := (&call{state: e.state, e: e}).hostOf(p.job.ID)
	e.mu.Unlock()
	if known == nil {
		return p.job.journal.remove()
	}
	err := p.job.saveMemory()
	if e.targets.journal.long() {
		err = errors.Join(err, e.targets.save())
	}
	return errors.Join(err, e.save(parts{people: p.expired}))
}
