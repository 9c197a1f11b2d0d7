package engine

import "time"

// Action is what was done, or would have been, to the target object.
type Action string

// Actions, as the provisioning log spells provisioningAction.
const (
	ActionOther   Action = "other"
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionDisable Action = "disable"
	ActionDelete  Action = "delete"

	// ActionStagedDelete is a deletion or a disabling that the guard against
	// accidental deletions holds back. Source: graph_contract §5, §10.
	ActionStagedDelete Action = "stagedDelete"
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
	// Action is what was done; with Failure what was tried; ActionOther when nothing
	// was to be done.
	Action         Action
	Status         Status
	Code           string // skip reason or error code, such as RedundantExport; "" on success
	Message        string // reason in words
	Advice         string // recommended action, in words that can be sent to the vendor
	TargetID       string // id at the SCIM server, "" when unknown
	Steps          []Step
	Modified       []Property // target attributes that were written, or should have been
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

// Names of steps. Source: graph_contract §9.
const (
	EntryImport                 = "EntryImport"
	EntrySynchronizationScoping = "EntrySynchronizationScoping"
	EntrySynchronizationAdd     = "EntrySynchronizationAdd"
	EntrySynchronizationUpdate  = "EntrySynchronizationUpdate"
	EntrySynchronizationSkip    = "EntrySynchronizationSkip"
	EntryExportAdd              = "EntryExportAdd"
	EntryExportUpdate           = "EntryExportUpdate"
	EntryExportDelete           = "EntryExportDelete"
	EntryImportAdd              = "EntryImportAdd"
	EntryImportUpdate           = "EntryImportUpdate"

	// Names that no sample shows [?]; they follow the pattern of the others.
	EntryImportDelete             = "EntryImportDelete"
	EntrySynchronizationDelete    = "EntrySynchronizationDelete"
	EntrySynchronizationTransform = "EntrySynchronizationTransform"
	EntryReferenceResolution      = "EntryReferenceResolution"
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
