package entra

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// noon is the time of these tests.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// sampleJob reads a status document as the service has answered it.
func sampleJob(t *testing.T, name string) Job {
	t.Helper()
	data, err := os.ReadFile("testdata/jobs/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var j Job
	if err := json.Unmarshal(data, &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestStandingOfSamples judges real documents.
func TestStandingOfSamples(t *testing.T) {
	for name, want := range map[string]Condition{
		"created": Stopped, "not_run": Waiting, "not_configured": NotSetUp, "quarantined": Quarantined,
	} {
		if got := sampleJob(t, name).Standing(noon); got.Condition != want || !strings.HasSuffix(got.Summary, ".") {
			t.Errorf("%s: %+v, want %s", name, got, want)
		}
	}
}

// ran is a cycle that ended some time before noon.
func ran(state string, before, took time.Duration) *Execution {
	return &Execution{State: state, TimeBegan: noon.Add(-before - took), TimeEnded: noon.Add(-before)}
}

func activeJob(s JobStatus) Job {
	return Job{Schedule: Schedule{State: ScheduleActive, Interval: "PT40M"}, Status: s}
}

// TestStanding judges jobs along their life.
func TestStanding(t *testing.T) {
	long := &Quarantine{Reason: "TooManyDeletes", SeriesBegan: noon.Add(-29 * 24 * time.Hour)}
	escrows := ran(ExecutionSucceeded, time.Minute, time.Minute)
	escrows.CountEscrowed = 3
	for name, c := range map[string]struct {
		job  Job
		want Condition
	}{
		"succeeded":            {activeJob(JobStatus{Code: StatusActive, LastExecution: ran(ExecutionSucceeded, time.Minute, time.Minute)}), Healthy},
		"some failed":          {activeJob(JobStatus{Code: StatusActive, LastExecution: ran(ExecutionEntryErrors, time.Minute, time.Minute)}), WithErrors},
		"some in escrow":       {activeJob(JobStatus{Code: StatusActive, LastExecution: escrows}), WithErrors},
		"failed as a whole":    {activeJob(JobStatus{Code: StatusActive, LastExecution: ran(ExecutionFailed, time.Minute, time.Minute)}), Failing},
		"paused":               {Job{Schedule: Schedule{State: SchedulePaused}, Status: JobStatus{LastExecution: ran(ExecutionSucceeded, time.Hour, time.Minute)}}, Stopped},
		"paused in quarantine": {Job{Schedule: Schedule{State: ScheduleDisabled}, Status: JobStatus{Code: StatusPaused, Quarantine: &Quarantine{Reason: "TooManyDeletes", SeriesBegan: noon.Add(-time.Hour)}}}, Quarantined},
		"given up":             {Job{Schedule: Schedule{State: ScheduleDisabled}, Status: JobStatus{Code: StatusQuarantine, Quarantine: long}}, Expired},
		"tried for long":       {activeJob(JobStatus{Code: StatusQuarantine, Quarantine: long}), Quarantined},
		"empty quarantine":     {activeJob(JobStatus{Code: StatusActive, Quarantine: &Quarantine{}, LastExecution: ran(ExecutionSucceeded, time.Minute, time.Minute)}), Healthy},
		"first cycle": {activeJob(JobStatus{Code: StatusNotRun, LastExecution: sampleJob(t, "not_run").Status.LastExecution,
			Progress: []Progress{{CompletedUnits: 1, TotalUnits: 5, ProgressObservationTime: noon}}}), Running},
		"old progress": {activeJob(JobStatus{LastExecution: ran(ExecutionSucceeded, time.Minute, time.Minute),
			Progress: []Progress{{CompletedUnits: 5, TotalUnits: 5, ProgressObservationTime: noon.Add(-time.Hour)}}}), Healthy},
		"begun":  {activeJob(JobStatus{LastExecution: &Execution{TimeBegan: noon.Add(-time.Minute)}}), Running},
		"no job": {Job{}, Stopped},
	} {
		if got := c.job.Standing(noon).Condition; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestRunningAddsUp(t *testing.T) {
	s := JobStatus{LastExecution: ran(ExecutionSucceeded, time.Hour, time.Minute), Progress: []Progress{
		{CompletedUnits: 3, TotalUnits: 10, Units: "Users", ProgressObservationTime: noon.Add(-time.Minute)},
		{CompletedUnits: 1, TotalUnits: 2, Units: "Groups", ProgressObservationTime: noon},
		{CompletedUnits: -5, TotalUnits: -1, ProgressObservationTime: noon},
		{CompletedUnits: 99, TotalUnits: 99, ProgressObservationTime: noon.Add(-2 * time.Hour)},
	}}
	p, ok := s.Running()
	if !ok || p.CompletedUnits != 4 || p.TotalUnits != 12 || p.Units != "Users" || !p.ProgressObservationTime.Equal(noon) {
		t.Errorf("%+v %t", p, ok)
	}
}

func TestNextCycle(t *testing.T) {
	last := ran(ExecutionSucceeded, 10*time.Minute, 2*time.Minute)
	for name, c := range map[string]struct {
		job  Job
		want time.Time
	}{
		"one interval after the last began": {activeJob(JobStatus{LastExecution: last}), noon.Add(28 * time.Minute)},
		"next attempt":                      {sampleJob(t, "quarantined"), time.Date(2021, 5, 24, 21, 50, 54, 498136500, time.UTC)},
		"stopped":                           {Job{Schedule: Schedule{Interval: "PT40M"}, Status: JobStatus{LastExecution: last}}, time.Time{}},
		"never ran":                         {sampleJob(t, "not_run"), time.Time{}},
		"no interval":                       {Job{Schedule: Schedule{State: ScheduleActive}, Status: JobStatus{LastExecution: last}}, time.Time{}},
		"strange interval":                  {Job{Schedule: Schedule{State: ScheduleActive, Interval: "soon"}, Status: JobStatus{LastExecution: last}}, time.Time{}},
	} {
		if at, ok := c.job.NextCycle(); !at.Equal(c.want) || ok == c.want.IsZero() {
			t.Errorf("%s: %v %t, want %v", name, at, ok, c.want)
		}
	}
}

func TestEvery(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT40M": 40 * time.Minute, "PT1H30M": 90 * time.Minute, "P1D": 24 * time.Hour, "P1W": 7 * 24 * time.Hour, "P1DT12H": 36 * time.Hour,
		"PT0.5S": time.Second / 2, "": 0, "PT0S": 0,
		"P10675199DT2H48M5.4775807S": 0, // the longest .NET has: never
	} {
		if got, err := (Schedule{Interval: text}).Every(); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"P", "PT", "P1DT", "40M", "PT40", "P1Y", "-PT40M", "PT9999999999H", "PT40M ", "pt40m"} {
		if got, err := (Schedule{Interval: text}).Every(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q was read as %v (%v)", text, got, err)
		}
	}
}

// FuzzStanding judges any status document: it never panics, always finds words, and
// a next cycle only of a job that is scheduled.
func FuzzStanding(f *testing.F) {
	for _, name := range []string{"created", "not_run", "not_configured", "quarantined"} {
		data, err := os.ReadFile("testdata/jobs/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var j Job
		if json.Unmarshal(data, &j) != nil {
			return
		}
		s := j.Standing(noon)
		if s.Summary == "" || s.Condition == "" || s.Condition.Bad() && s.Next == "" {
			t.Errorf("%+v", s)
		}
		if _, ok := j.NextCycle(); ok && !j.Active() {
			t.Error("a job that is stopped has a next cycle")
		}
		if q := j.Status.Quarantine; q != nil && len(q.Reasons()) == 0 {
			t.Errorf("quarantine %+v has no reason", q)
		}
	})
}
