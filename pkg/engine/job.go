package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// JobConfig is a synchronization job: what an engine needs, where the objects come
// from, and the rules of its cycles. Links of the engine's Config is not read: the
// State is the links.
type JobConfig struct {
	Config
	Directory Directory
	State     *State // nil: that of a job that has not run
	// Configuration stands for the mappings, scoping filters and scope, for example a
	// digest of the schema: when it differs from the last cycle's, the cycle is an
	// initial one. Source: entra_wire W-62.
	Configuration string
	// DeletionThreshold is the number of disablings and deletions in one cycle that is
	// held back; 0 switches the guard off. DefaultDeletionThreshold is usual.
	DeletionThreshold int
	Thresholds        Thresholds // zero: DefaultThresholds
	Workers           int        // objects provisioned at the same time; 0 means one
	// EvaluateUnchangedSwitch evaluates Switch also where its source attribute did not
	// change. Entra takes it as null on an incremental update then, and so does a job
	// unless this is set. Source: expressions §4.
	EvaluateUnchangedSwitch bool
	// Enter is called before the job works on an object and returns what is called
	// after it: whoever provisions objects of the same job on demand keeps off the
	// object meanwhile. It is called by every worker; nil lets everybody in.
	Enter    func(Member) (leave func())
	Done     func(Record)   // called after each object, one call at a time; may be nil
	Progress func(Progress) // likewise
}

// DefaultDeletionThreshold is the usual threshold of the guard against accidental
// deletions. Source: entra_wire W-70.
const DefaultDeletionThreshold = 500

// Phases of a cycle, in order. Source: entra_wire W-61.
const (
	PhaseUsers      = "users"
	PhaseGroups     = "groups"
	PhaseReferences = "references"
)

// Progress is how far a cycle has come. Total grows when references turn out to be
// needed.
type Progress struct {
	Phase            string
	Completed, Total int
	Failed           int
}

// Record is what a cycle did to one object. An object with references may have two
// in one cycle.
type Record struct {
	CycleID, ChangeID string
	Source            Identity
	TargetType        string // name of the target object, a schema URN
	Retry             bool   // the object came from escrow
	Outcome
}

// Identity is a source object as the log shows it.
type Identity struct {
	Type, ID          string
	DisplayName       string // "[Redact]" when a mapping redacts it, "" when absent
	UserPrincipalName string // likewise
}

// Job runs provisioning cycles. A Job may be made anew for each cycle: what lasts is
// in the State.
type Job struct {
	config JobConfig
	engine *Engine
	state  *State
}

// ErrDisabled is returned for a cycle of a job that was disabled after four weeks in
// quarantine.
var ErrDisabled = errors.New("the job was disabled after four weeks in quarantine: mend the cause and restart it")

// NewJob checks the configuration.
func NewJob(c JobConfig) (*Job, error) {
	if c.Directory == nil {
		return nil, errors.New("engine: no directory")
	}
	if c.State == nil {
		c.State = NewState()
	}
	if c.Thresholds == (Thresholds{}) {
		c.Thresholds = DefaultThresholds()
	}
	c.Workers = max(c.Workers, 1)
	if c.Enter == nil {
		c.Enter = func(Member) func() { return func() {} }
	}
	c.Links = c.State
	e, err := New(c.Config)
	if err != nil {
		return nil, err
	}
	return &Job{config: c, engine: e, state: c.State}, nil
}

// State returns the job's state.
func (j *Job) State() *State { return j.state }

// Cycle is a cycle that has ended.
type Cycle struct {
	ID        string
	Initial   bool
	Execution entra.Execution
	Counts    Counts
	Retried   int // objects that came from escrow
	Pruned    int // objects that were given up after EscrowLife
}

// Counts are the records of a cycle by what happened. Every record is in one member.
type Counts struct {
	Created, Updated, Disabled, Deleted, Staged, Skipped, Unchanged, Failed int
}

// add counts a record.
func (c *Counts) add(o Outcome) {
	switch {
	case o.Status == Failure:
		c.Failed++
	case o.Action == ActionStagedDelete:
		c.Staged++
	case o.Code == SkipRedundantExport:
		c.Unchanged++
	case o.Status == Skipped:
		c.Skipped++
	case o.Action == ActionCreate:
		c.Created++
	case o.Action == ActionDisable:
		c.Disabled++
	case o.Action == ActionDelete:
		c.Deleted++
	default:
		c.Updated++
	}
}

// Cycle runs one provisioning cycle: initial when there is no watermark, else over
// what changed since. Objects that fail are in the records and in escrow and never
// stop it; refused credentials and an endpoint that does not speak SCIM do, at once,
// and quarantine the job. The error is that of a directory that cannot be read, of
// the context, or ErrDisabled; what was done until then is in the Cycle and the
// State. Source: entra_wire W-60, W-61, W-80, W-81.
func (j *Job) Cycle(ctx context.Context) (*Cycle, error) {
	if j.state.Disabled() {
		return nil, ErrDisabled
	}
	id, err := newID(j.engine.config.Env.Random)
	if err != nil {
		return nil, fmt.Errorf("begin a cycle: %w", err)
	}
	c := j.begin(id)
	err = c.run(ctx)
	c.end(err)
	return &c.Cycle, err
}

func newID(random io.Reader) (string, error) {
	id, err := uuid.NewRandomFromReader(random)
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}

// suspectCodes are failures of an object that may be those of the endpoint: bad
// credentials, or something that does not speak SCIM. A test of the connection
// tells. Source: entra_wire W-54, W-55, W-81.
var suspectCodes = []string{CodeUnauthorized, CodeInsufficientRights, CodeServiceIncompatible, CodeWebExceptionProtocol}

// refusedCodes are, beside these, what a test of the connection may end in that
// quarantines a job at once: the endpoint does not take the query.
var refusedCodes = []string{CodeBadRequest, CodeMethodNotAllowed, CodeNotImplemented}

// Codes of an execution that failed as a whole.
// Source: graph_contract §1, samples of quarantined jobs.
const (
	CodeInvalidCredentials    = "SystemForCrossDomainIdentityManagementInvalidCredentials"
	CodeCredentialUnavailable = "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"
)

// broken tests the connection and returns why no cycle can go on, nil when one can:
// a server that is only slow or overloaded fails objects, not the job.
func (j *Job) broken(ctx context.Context) *entra.ExecutionError {
	err := j.engine.TestConnection(ctx)
	if err == nil || ctx.Err() != nil || !slices.Contains(suspectCodes, CodeOf(err)) && !slices.Contains(refusedCodes, CodeOf(err)) {
		return nil
	}
	code := CodeCredentialUnavailable
	if c := CodeOf(err); c == CodeUnauthorized || c == CodeInsufficientRights {
		code = CodeInvalidCredentials
	}
	return &entra.ExecutionError{Code: code, Message: err.Error(), TenantActionable: true}
}

// identity is the source object as the log may show it.
func (r *run) identity() Identity {
	show := func(attr string) string {
		text := r.object.Text(attr)
		if text != "" && r.k != nil && r.k.redacted[attr] {
			return redactedText
		}
		return text
	}
	id := Identity{Type: r.typ, ID: r.id, DisplayName: show("displayName")}
	if r.typ == mapping.User {
		id.UserPrincipalName = show("userPrincipalName")
	}
	return id
}
