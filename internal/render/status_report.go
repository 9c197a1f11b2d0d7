package render

import (
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// StatusReport is the result of `scimctl status`, as its JSON shows it.
type StatusReport struct {
	At   time.Time   `json:"at"`
	Apps []AppStatus `json:"apps"`
}

// AppStatus is one enterprise application with its synchronization jobs. Problem
// says why there is nothing to tell, and then Jobs is empty.
type AppStatus struct {
	Profile            string      `json:"profile,omitempty"`
	Environment        string      `json:"environment,omitempty"`
	Name               string      `json:"name"`
	ServicePrincipalID string      `json:"servicePrincipalId,omitempty"`
	AppID              string      `json:"appId,omitempty"`
	Endpoint           string      `json:"endpoint,omitempty"`          // tenant URL
	Scope              string      `json:"scope,omitempty"`             // assigned or all; "" when it is not set
	Notify             string      `json:"notify,omitempty"`            // who hears of failures
	DeletionThreshold  *int        `json:"deletionThreshold,omitempty"` // nil: the guard is off or not set
	Portal             string      `json:"portal,omitempty"`            // link to the provisioning page
	Problem            string      `json:"problem,omitempty"`
	Jobs               []JobStatus `json:"jobs"`
}

// JobStatus is one synchronization job. Times that are not known are left out.
type JobStatus struct {
	ID           string            `json:"id"`
	Template     string            `json:"template"`
	Condition    entra.Condition   `json:"condition"`
	Bad          bool              `json:"bad"` // a person has to act
	Summary      string            `json:"summary"`
	Next         string            `json:"next,omitempty"`    // what to do
	Command      string            `json:"command,omitempty"` // that does it, or shows more
	StatusCode   string            `json:"statusCode"`        // as Graph has it
	Schedule     ScheduleStatus    `json:"schedule"`
	Running      *CycleProgressOf  `json:"running,omitempty"`
	LastCycle    *CycleStatus      `json:"lastCycle,omitempty"`
	LastSuccess  *time.Time        `json:"lastSuccess,omitempty"` // end of the last cycle that succeeded
	NextCycle    *time.Time        `json:"nextCycle,omitempty"`   // an estimate, except in quarantine
	SteadySince  *time.Time        `json:"steadySince,omitempty"`
	Provisioned  []Provisioned     `json:"provisioned"`
	Escrows      int64             `json:"escrows"` // objects that failed and are tried again
	FailedCycles int               `json:"failedCycles"`
	Quarantine   *QuarantineStatus `json:"quarantine,omitempty"`
}

// ScheduleStatus is when a job runs. Seconds is 0 where the interval says never.
type ScheduleStatus struct {
	State    string `json:"state"`
	Interval string `json:"interval"`
	Seconds  int64  `json:"seconds"`
}

// CycleProgressOf is how far a running cycle is; all is 0 where the service does not
// say. Left is an estimate, made where the speed is known.
type CycleProgressOf struct {
	Completed int64      `json:"completed"`
	Total     int64      `json:"total"`
	Units     string     `json:"units,omitempty"`
	At        *time.Time `json:"at,omitempty"`
	Left      *int64     `json:"secondsLeft,omitempty"`
}

// CycleStatus is a cycle that has ended.
type CycleStatus struct {
	ID        string      `json:"id,omitempty"`
	State     string      `json:"state"` // Succeeded, EntryLevelErrors, Failed
	Began     *time.Time  `json:"began,omitempty"`
	Ended     *time.Time  `json:"ended,omitempty"`
	InScope   int64       `json:"inScope"`
	Imported  int64       `json:"imported"`
	Exported  int64       `json:"exported"`
	InEscrow  int64       `json:"inEscrow"`
	Error     *StatusFail `json:"error,omitempty"`
	Completed bool        `json:"completed"` // it was not a failure as a whole
}

// StatusFail is an error of the service, explained.
type StatusFail struct {
	Code    string `json:"code"`
	Message string `json:"message,omitempty"` // the service's own
	Means   string `json:"means,omitempty"`
	Next    string `json:"next,omitempty"`
}

// Provisioned is how many objects of a kind are linked.
type Provisioned struct {
	Kind  string `json:"kind"` // users, groups, or the service's own words
	Count int64  `json:"count"`
}

// QuarantineStatus is why and since when a job is in quarantine.
type QuarantineStatus struct {
	Reasons     []StatusFail `json:"reasons"`
	Error       *StatusFail  `json:"error,omitempty"`
	Since       *time.Time   `json:"since,omitempty"`
	Attempts    int64        `json:"attempts"`
	NextAttempt *time.Time   `json:"nextAttempt,omitempty"`
	DisabledAt  *time.Time   `json:"disabledAt,omitempty"` // when the service gives up
}

// NewJobStatus reads a job's status document. Source: graph_contract §5.
func NewJobStatus(j entra.Job, now time.Time) JobStatus {
	standing := j.Standing(now)
	s := JobStatus{
		ID: j.ID, Template: j.TemplateID, Condition: standing.Condition, Bad: standing.Condition.Bad(), Summary: standing.Summary, Next: standing.Next,
		StatusCode: j.Status.Code, Schedule: ScheduleStatus{State: j.Schedule.State, Interval: j.Schedule.Interval},
		LastCycle: newCycleStatus(j.Status.LastExecution), SteadySince: known(j.Status.SteadyStateFirstAchievedTime),
		Provisioned: provisioned(j.Status.SynchronizedEntryCountByType), FailedCycles: j.Status.CountSuccessiveCompleteFailures,
		Quarantine: newQuarantineStatus(j.Status.Quarantine),
	}
	if every, err := j.Schedule.Every(); err == nil {
		s.Schedule.Seconds = int64(every / time.Second)
	}
	if p, ok := j.Status.Running(); ok {
		s.Running = &CycleProgressOf{Completed: p.CompletedUnits, Total: p.TotalUnits, Units: p.Units, At: known(p.ProgressObservationTime)}
	}
	if e := j.Status.LastSuccessfulExecution; e.Happened() {
		s.LastSuccess = known(e.TimeEnded)
	}
	if at, ok := j.NextCycle(); ok {
		s.NextCycle = &at
	}
	if s.LastCycle != nil {
		s.Escrows = s.LastCycle.InEscrow
	}
	return s
}

func newCycleStatus(e *entra.Execution) *CycleStatus {
	if !e.Happened() || e.TimeEnded.Before(e.TimeBegan) {
		return nil
	}
	c := &CycleStatus{
		State: e.State, Began: known(e.TimeBegan), Ended: known(e.TimeEnded), InScope: e.CountEntitledForProvisioning,
		Imported: e.CountImported, Exported: e.CountExported, InEscrow: e.CountEscrowed, Completed: e.State != entra.ExecutionFailed,
		Error: explained(e.Error),
	}
	if e.ActivityIdentifier != nil {
		c.ID = *e.ActivityIdentifier
	}
	return c
}

func newQuarantineStatus(q *entra.Quarantine) *QuarantineStatus {
	if q == nil {
		return nil
	}
	s := &QuarantineStatus{Since: known(q.SeriesBegan), Attempts: q.SeriesCount, NextAttempt: known(q.NextAttempt), Error: explained(q.Error)}
	for _, r := range q.Reasons() {
		s.Reasons = append(s.Reasons, StatusFail{Code: r.Name, Means: r.Means, Next: r.Next})
	}
	if at, ok := q.Ends(); ok {
		s.DisabledAt = &at
	}
	return s
}

// explained is nil for the error "None" of a cycle that never ran.
func explained(e *entra.ExecutionError) *StatusFail {
	if e == nil || e.Code == "" || e.Code == "None" {
		return nil
	}
	r, _ := entra.ExplainCode(e.Code)
	return &StatusFail{Code: e.Code, Message: e.Message, Means: r.Means, Next: r.Next}
}

// known is nil for the service's way to say never. Source: graph_contract §1.
func known(t time.Time) *time.Time {
	if t.Year() <= 1 {
		return nil
	}
	return &t
}
