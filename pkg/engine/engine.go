package engine

import (
	"context"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// Config is one provisioning job.
type Config struct {
	Users, Groups           *mapping.Program // nil: not provisioned
	SyncAll                 bool             // scope: all users and groups, else assigned ones only
	SkipOutOfScopeDeletions bool
	Dialect                 scim.Dialect
	Client                  *client.Client
	Links                   Links
	Env                     mapping.Env // Now must be set
	SourceSystem            string      // "Microsoft Entra ID", for step texts
	TargetSystem            string      // "customappsso"
}

// Links remembers which target object a source object is linked to.
type Links interface {
	// Target returns the target id of a source object.
	Target(typ, sourceID string) (id string, linked bool)
	// Link and Unlink change it.
	Link(typ, sourceID, targetID string)
	Unlink(typ, sourceID string)
}

// Engine provisions single objects. It is safe for concurrent use for different
// objects.
type Engine struct{}

// New checks the configuration.
func New(c Config) (*Engine, error) { panic("engine: New") }

// TestConnection looks for an object that cannot exist, as Entra's Test
// Connection does. The error is a *client.Error. Source: entra_wire W-01.
func (e *Engine) TestConnection(ctx context.Context) error { panic("engine: TestConnection") }

// Deleted is how far a source object is gone.
type Deleted int

// States of deletion.
const (
	NotDeleted Deleted = iota
	SoftDeleted
	HardDeleted
)

// Subject is a source object and what decides about its scope.
type Subject struct {
	Object   mapping.Object
	Assigned bool     // to the application, directly or as a direct member of an assigned group
	Roles    []string // names of the app roles it holds there
	Deleted  Deleted
	// Members are the direct members of a group, by source id and type; for an
	// on-demand run the ones asked for.
	Members []Member
	// Removed are members that left since the last run. On demand there are none.
	Removed []Member
}

// Member is a member of a group.
type Member struct{ Type, ID string }

// Action is what was done, or would have been, to the target object.
type Action string

// Actions, as the provisioning log spells provisioningAction.
const (
	ActionOther   Action = "other"
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionDisable Action = "disable"
	ActionDelete  Action = "delete"
)

// Status is how it ended.
type Status string

// Statuses, as the provisioning log spells them.
const (
	Success Status = "success"
	Skipped Status = "skipped"
	Failure Status = "failure"
	Warning Status = "warning"
)

// Outcome is everything that happened to one object.
type Outcome struct {
	Action         Action
	Status         Status
	Code           string // skip reason or error code, such as RedundantExport; "" on success
	Message        string // reason in words
	Advice         string // recommended action
	TargetID       string // id at the SCIM server, "" when unknown
	Steps          []Step
	Modified       []Property
	Started, Ended time.Time
	Err            error // cause of a failure, such as a *client.Error
}

// StepType is a phase of provisioning.
type StepType string

// Step types, as the provisioning log spells them.
const (
	StepImport     StepType = "import"
	StepScoping    StepType = "scoping"
	StepMatching   StepType = "matching"
	StepProcessing StepType = "processing"
	StepReference  StepType = "referenceResolution"
	StepExport     StepType = "export"
)

// Step is one reported phase. Details keep their order.
type Step struct {
	Name        string // EntryImport, EntrySynchronizationScoping, EntryExportAdd …
	Type        StepType
	Status      Status
	Description string
	Time        time.Time
	Details     []Detail
}

// Detail is a name and a text of a step.
type Detail struct{ Name, Value string }

// Property is a changed attribute. Nil means absent.
type Property struct {
	Name     string
	Old, New *string
}

// Provision brings one object to where it belongs, once. Failures are in the
// Outcome, never a panic or an error of their own.
func (e *Engine) Provision(ctx context.Context, s Subject) Outcome { panic("engine: Provision") }
