package entra

import "time"

// Synchronization templates of a non-gallery application.
// Source: graph_contract §4, graph_gotchas 12.
const (
	TemplateSCIM         = "scim"         // use this
	TemplateCustomAppSSO = "customappsso" // behaviour of 2018; still creatable, discouraged
)

// SyncTemplate is a kind of synchronization job that a service principal offers.
type SyncTemplate struct {
	ID            string `json:"id"`
	ApplicationID string `json:"applicationId"` // the application template's id
	Default       bool   `json:"default"`
	FactoryTag    string `json:"factoryTag"`
}

// Schedule states. A paused job reads as Paused or Disabled, so test for Active
// only. Source: graph_contract §5.
const (
	ScheduleActive   = "Active"
	ScheduleDisabled = "Disabled"
	SchedulePaused   = "Paused"
)

// Status codes of a job.
const (
	StatusNotConfigured = "NotConfigured"
	StatusNotRun        = "NotRun"
	StatusActive        = "Active"
	StatusPaused        = "Paused"
	StatusQuarantine    = "Quarantine"
)

// Job is a synchronization job. Its ID is opaque.
type Job struct {
	ID         string      `json:"id"`
	TemplateID string      `json:"templateId"`
	Schedule   Schedule    `json:"schedule"`
	Status     JobStatus   `json:"status"`
	Settings   []NameValue `json:"synchronizationJobSettings"`
}

// NameValue is a job setting. Both are text, also for numbers and booleans.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Schedule says when a job runs. Interval is an ISO 8601 duration.
type Schedule struct {
	Expiration *time.Time `json:"expiration"`
	Interval   string     `json:"interval"`
	State      string     `json:"state"`
}

// Active reports whether the job is scheduled to run.
func (j Job) Active() bool { return j.Schedule.State == ScheduleActive }

// JobStatus is what a job has done and how it fares.
type JobStatus struct {
	Code                               string        `json:"code"`
	CountSuccessiveCompleteFailures    int           `json:"countSuccessiveCompleteFailures"`
	EscrowsPruned                      bool          `json:"escrowsPruned"`
	LastExecution                      *Execution    `json:"lastExecution"`
	LastSuccessfulExecution            *Execution    `json:"lastSuccessfulExecution"`
	LastSuccessfulExecutionWithExports *Execution    `json:"lastSuccessfulExecutionWithExports"`
	Progress                           []Progress    `json:"progress"`
	Quarantine                         *Quarantine   `json:"quarantine"`
	SteadyStateFirstAchievedTime       time.Time     `json:"steadyStateFirstAchievedTime"`
	SteadyStateLastAchievedTime        time.Time     `json:"steadyStateLastAchievedTime"`
	SynchronizedEntryCountByType       []CountByType `json:"synchronizedEntryCountByType"`
	TroubleshootingURL                 *string       `json:"troubleshootingUrl"`
}

// CountByType counts linked entries of one kind, such as "User to …".
type CountByType struct {
	Key   string `json:"key"`
	Value int64  `json:"value"`
}

// Progress is how far a running cycle is.
type Progress struct {
	CompletedUnits          int64     `json:"completedUnits"`
	TotalUnits              int64     `json:"totalUnits"`
	Units                   string    `json:"units"`
	ProgressObservationTime time.Time `json:"progressObservationDateTime"`
}

// Execution is one provisioning cycle. A job that never ran carries one with
// state Failed, error code "None" and times of the year 1: see Happened.
type Execution struct {
	ActivityIdentifier           *string         `json:"activityIdentifier"`
	CountEntitled                int64           `json:"countEntitled"`
	CountEntitledForProvisioning int64           `json:"countEntitledForProvisioning"`
	CountEscrowed                int64           `json:"countEscrowed"`
	CountEscrowedRaw             int64           `json:"countEscrowedRaw"`
	CountExported                int64           `json:"countExported"`
	CountExports                 int64           `json:"countExports"`
	CountImported                int64           `json:"countImported"`
	CountImportedDeltas          int64           `json:"countImportedDeltas"`
	CountImportedReferenceDeltas int64           `json:"countImportedReferenceDeltas"`
	State                        string          `json:"state"` // Succeeded, Failed, EntryLevelErrors
	TimeBegan                    time.Time       `json:"timeBegan"`
	TimeEnded                    time.Time       `json:"timeEnded"`
	Error                        *ExecutionError `json:"error"`
}

// Happened reports whether e is a cycle that ran. Source: graph_contract §5.
func (e *Execution) Happened() bool {
	return e != nil && (e.TimeBegan.Year() > 1 || e.Error != nil && e.Error.Code != "None")
}

// ExecutionError is why a cycle failed or a job is in quarantine.
type ExecutionError struct {
	Code             string `json:"code"`
	Message          string `json:"message"`
	TenantActionable bool   `json:"tenantActionable"`
}

// Quarantine says why and since when a job is slowed down. Reason is a list of
// flags separated by commas.
type Quarantine struct {
	CurrentBegan time.Time       `json:"currentBegan"`
	NextAttempt  time.Time       `json:"nextAttempt"`
	SeriesBegan  time.Time       `json:"seriesBegan"`
	SeriesCount  int64           `json:"seriesCount"`
	Reason       string          `json:"reason"`
	Error        *ExecutionError `json:"error"`
}
