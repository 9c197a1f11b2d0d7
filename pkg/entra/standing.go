package entra

import "time"

// Condition is how a synchronization job stands, in one word that does not change.
type Condition string

// Conditions of a job.
const (
	NotSetUp    Condition = "notSetUp"    // it has no credentials or mappings yet
	Stopped     Condition = "stopped"     // paused, or never started
	Waiting     Condition = "waiting"     // started, and its first cycle has not begun
	Running     Condition = "running"     // a cycle is under way
	Healthy     Condition = "healthy"     // the last cycle succeeded
	WithErrors  Condition = "errors"      // the last cycle failed for some objects
	Failing     Condition = "failing"     // the last cycle failed as a whole
	Quarantined Condition = "quarantined" // slowed down until the cause is mended
	Expired     Condition = "expired"     // disabled after four weeks in quarantine
)

// Bad reports whether a person has to act for provisioning to go on.
func (c Condition) Bad() bool {
	return c == Failing || c == Quarantined || c == Expired
}

// Standing is how a job stands, in words.
type Standing struct {
	Condition Condition
	Summary   string // one sentence
	Next      string // what to do, "" when there is nothing
}

// QuarantineLife is how long a job is tried in quarantine before the service
// disables it. Source: graph_contract §5, entra_wire W-82.
const QuarantineLife = 28 * 24 * time.Hour

// Standing judges the job. Its state is told by schedule, status code, last
// execution and quarantine together, since none of them says it alone: a job that
// has not run reads as failed, and one in quarantine as scheduled.
// Source: graph_contract §5, graph_gotchas 15, 46.
func (j Job) Standing(now time.Time) Standing {
	last := j.Status.LastExecution
	switch {
	case j.quarantined() && !j.Active() && !now.Before(j.Status.Quarantine.ends()):
		return Standing{Expired, "Disabled by the service after four weeks in quarantine.", "Mend what caused the quarantine, then start the job again."}
	case j.quarantined() && j.Status.Quarantine.Has(ReasonTooManyDeletes):
		return Standing{Quarantined, "In quarantine: too many accounts would be disabled or deleted, which is held back.", "Look at who is held back, and decide whether it is meant."}
	case j.quarantined():
		return Standing{Quarantined, "In quarantine: the service tries the job ever more rarely, at last once a day.", "Mend the cause, then start the job again, which lifts the quarantine."}
	case j.Status.Code == StatusNotConfigured:
		return Standing{NotSetUp, "Not set up: nothing has been configured yet.", "Write the tenant URL, the token and the mappings, then start the job."}
	case !j.Active() && !last.Happened():
		return Standing{Stopped, "Not started yet: nobody is provisioned.", "Start the job."}
	case !j.Active():
		return Standing{Stopped, "Stopped: changes in the directory do not reach the application.", "Start the job: it goes on where it stopped."}
	case j.running():
		return Standing{Running, "A provisioning cycle is under way.", ""}
	case !last.Happened():
		return Standing{Waiting, "Started: the first cycle has not begun yet, which takes some minutes.", ""}
	case last.State == ExecutionFailed:
		return Standing{Failing, "The last cycle failed as a whole: nothing is provisioned.", "Mend the cause: the next cycle tries again, and a job that goes on failing is quarantined."}
	case last.State == ExecutionEntryErrors || last.CountEscrowed > 0:
		return Standing{WithErrors, "Running, with errors: some objects could not be provisioned and are tried again later.", "Look at the log for the objects that failed."}
	}
	return Standing{Healthy, "Running, and the last cycle succeeded.", ""}
}

func (j Job) quarantined() bool {
	return j.Status.Quarantine != nil && (j.Status.Code == StatusQuarantine || j.Status.Quarantine.Reason != "")
}

func (j Job) running() bool {
	_, ok := j.Status.Running()
	return ok
}

// States of an execution. Source: graph_contract §5.
const (
	ExecutionSucceeded   = "Succeeded"
	ExecutionFailed      = "Failed"
	ExecutionEntryErrors = "EntryLevelErrors"
)

// Running returns how far the cycle is that is under way; false when there is none.
// Progress that was observed before the last cycle ended is that cycle's. Its units
// are added up where there are several; how the service splits them is not
// documented [?]. A cycle may run that reports no progress: then all is 0.
// Source: graph_contract §5.
func (s JobStatus) Running() (Progress, bool) {
	var now Progress
	last := s.LastExecution
	open := last != nil && last.TimeBegan.Year() > 1 && last.TimeEnded.Before(last.TimeBegan)
	running := open
	for _, p := range s.Progress {
		old := last != nil && !p.ProgressObservationTime.After(last.TimeEnded) || p.ProgressObservationTime.Year() <= 1
		if old && !open {
			continue
		}
		running = true
		now.CompletedUnits += max(p.CompletedUnits, 0)
		now.TotalUnits += max(p.TotalUnits, 0)
		if now.Units == "" {
			now.Units = p.Units
		}
		if p.ProgressObservationTime.After(now.ProgressObservationTime) {
			now.ProgressObservationTime = p.ProgressObservationTime
		}
	}
	return now, running
}

// NextCycle returns when the job will run next, as far as that can be told: the
// next attempt of a quarantine, else one interval after the last cycle began. A
// time that has passed means that the cycle is due. It is false for a job that is
// stopped, running or has not run yet. Source: entra_wire W-60, W-82.
func (j Job) NextCycle() (time.Time, bool) {
	last := j.Status.LastExecution
	switch {
	case !j.Active() || j.running():
		return time.Time{}, false
	case j.quarantined():
		at := j.Status.Quarantine.NextAttempt
		return at, at.Year() > 1
	case !last.Happened() || last.TimeBegan.Year() <= 1:
		return time.Time{}, false
	}
	every, err := j.Schedule.Every()
	if err != nil || every == 0 {
		return time.Time{}, false
	}
	return last.TimeBegan.Add(every), true
}
