package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/entra"
)

// noon is the time of these views.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	jobID       = "scim.0f1e2d3c4b5a69788796a5b4c3d2e1f0.4ba261ce-287a-459c-93eb-7047bab3cfb9"
	principalID = "aaaaaaaa-0000-4000-8000-000000000001"
)

// cycleOf is a cycle that ended some time before noon.
func cycleOf(state string, before, took time.Duration) *entra.Execution {
	return &entra.Execution{
		State: state, TimeBegan: noon.Add(-before - took), TimeEnded: noon.Add(-before), CountEntitledForProvisioning: 1204, CountImported: 64, CountExported: 12,
	}
}

func jobOf(s entra.JobStatus) entra.Job {
	return entra.Job{ID: jobID, TemplateID: "scim", Schedule: entra.Schedule{State: entra.ScheduleActive, Interval: "PT40M"}, Status: s}
}

var linked = []entra.CountByType{{Key: "Group to customappsso", Value: 1}, {Key: "User to customappsso", Value: 1180}, {Key: "Device to customappsso", Value: 2}}

func healthyJob() entra.Job {
	return jobOf(entra.JobStatus{Code: entra.StatusActive, LastExecution: cycleOf(entra.ExecutionSucceeded, 12*time.Minute, 64*time.Second), SynchronizedEntryCountByType: linked, SteadyStateFirstAchievedTime: noon.Add(-20 * 24 * time.Hour)})
}

func erringJob() entra.Job {
	j := healthyJob()
	j.Status.LastExecution = cycleOf(entra.ExecutionEntryErrors, 50*time.Minute, time.Minute)
	j.Status.LastExecution.CountEscrowed = 1300
	return j
}

func runningJob() entra.Job {
	j := healthyJob()
	j.Status.Progress = []entra.Progress{{CompletedUnits: 1234, TotalUnits: 5000, Units: "Objects", ProgressObservationTime: noon}}
	return j
}

func quarantinedJob() entra.Job {
	j := healthyJob()
	cause := &entra.ExecutionError{Code: "SystemForCrossDomainIdentityManagementInvalidCredentials", Message: "Please provide a valid tenant URL for your application.", TenantActionable: true}
	j.Status.Code, j.Status.CountSuccessiveCompleteFailures = entra.StatusQuarantine, 4
	j.Status.LastSuccessfulExecution = cycleOf(entra.ExecutionSucceeded, 76*time.Hour, time.Minute)
	j.Status.LastExecution = cycleOf(entra.ExecutionFailed, time.Hour, 2*time.Second)
	j.Status.LastExecution.Error = cause
	j.Status.Quarantine = &entra.Quarantine{
		Reason: "EncounteredQuarantineException, TooManyDeletes", SeriesBegan: noon.Add(-75 * time.Hour), CurrentBegan: noon.Add(-75 * time.Hour),
		NextAttempt: noon.Add(23 * time.Hour), SeriesCount: 4, Error: cause,
	}
	return j
}

func newJob() entra.Job {
	j := jobOf(entra.JobStatus{Code: entra.StatusPaused})
	j.Schedule.State = entra.ScheduleDisabled
	return j
}

func appOf(name string, jobs ...entra.Job) AppStatus {
	a := AppStatus{
		Profile: strings.ToLower(name), Name: name, ServicePrincipalID: principalID, AppID: "aaaaaaaa-0000-4000-8000-000000000003", Endpoint: "https://sso.idmelon.com/api/scim/v2/",
		Scope: "assigned", Notify: "it@contoso.com", DeletionThreshold: new(500),
		Portal: "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Provisioning/objectId/" + principalID,
	}
	for _, j := range jobs {
		s := NewJobStatus(j, noon)
		switch {
		case s.Bad:
			s.Command = "scimctl doctor -f " + a.Profile
		case s.Condition == entra.WithErrors:
			s.Command = "scimctl logs -f " + a.Profile + " --status failure"
		}
		if s.Running != nil {
			s.Running.Left = new(int64(190))
		}
		a.Jobs = append(a.Jobs, s)
	}
	return a
}

func reportOf(apps ...AppStatus) StatusReport { return StatusReport{At: noon, Apps: apps} }

// jobViews are what the verbs that run jobs write.
var jobViews = map[string]func(p *Printer){
	"status-healthy":     func(p *Printer) { p.Status(reportOf(appOf("IDmelon", healthyJob()))) },
	"status-errors":      func(p *Printer) { p.Status(reportOf(appOf("IDmelon", erringJob()))) },
	"status-running":     func(p *Printer) { p.Status(reportOf(appOf("IDmelon", runningJob()))) },
	"status-quarantined": func(p *Printer) { p.Status(reportOf(appOf("IDmelon", quarantinedJob()))) },
	"status-new":         func(p *Printer) { p.Status(reportOf(appOf("IDmelon", newJob()))) },
	"status-several": func(p *Printer) {
		missing := AppStatus{Profile: "klaxoon", Environment: "test", Name: "Klaxoon SAML", Problem: "the tenant has no application of profile klaxoon (test) yet: run scimctl apply -f klaxoon --env test first"}
		p.Status(reportOf(appOf("Contoso SCIM", healthyJob(), newJob()), missing, appOf("IDmelon", quarantinedJob())))
	},
	"action": func(p *Printer) {
		p.Action(JobAction{App: "IDmelon", Action: "start", Changed: true}, "The first cycle begins within minutes; watch it with: scimctl watch -f idmelon")
		p.Action(JobAction{App: "IDmelon", Action: "stop"}, "")
	},
	"logs": func(p *Printer) {
		p.LogHeading()
		for _, e := range someLog() {
			p.LogEntry(e, false)
		}
		p.Linef("")
		p.LogSummary(someLog())
	},
	"logs-steps": func(p *Printer) { p.LogEntry(someLog()[1], true) },
	"doctor": func(p *Printer) {
		r := someVisit()
		for i, c := range r.Checks {
			if i == 3 {
				p.CheckTitle("IDmelon")
			}
			p.Check(c)
		}
		p.CheckSummary(r)
	},
}

func someLog() []entra.LogEntry {
	user := func(name string) entra.LogIdentity {
		return entra.LogIdentity{ID: "6f9619ff-8b86-4011-b42d-00cf4fc964ff", Type: "User", DisplayName: name, Details: []entra.NameValue{{Name: "UserPrincipalName", Value: name + "@contoso.com"}}}
	}
	return []entra.LogEntry{
		{ID: "1", Time: noon, Action: "create", Status: entra.LogSuccess, Source: user("alice"), Target: entra.LogIdentity{ID: "u-1"}},
		{
			ID: "2", Time: noon.Add(time.Second), Action: "create", Status: entra.LogFailure, Source: user("bob"), ChangeID: "c-2", CycleID: "cycle-1", JobID: jobID,
			Error: &entra.LogError{Code: "SystemForCrossDomainIdentityManagementEntryConflict", Reason: "the endpoint answered 409: userName \x1b[31mexists\x1b[0m"},
			Steps: []entra.OnDemandStep{
				{Name: "EntryImportAdd", Type: "import", Status: "success", Description: "Received User 'bob@contoso.com' change of type (Add) from Microsoft Entra ID"},
				{Name: "EntryExportAdd", Type: "export", Status: "failure", Description: "Failed to create User 'bob@contoso.com' in customappsso", Details: []entra.NameValue{{Name: "ReportableIdentifier", Value: "bob@contoso.com"}}},
			},
			Modified: []entra.ModifiedProperty{{DisplayName: "userName", NewValue: new("bob@contoso.com")}},
		},
		{ID: "3", Time: noon.Add(2 * time.Second), Action: "other", Status: entra.LogSkipped, Source: entra.LogIdentity{ID: "g", Type: "Group", DisplayName: strings.Repeat("A group with a long name ", 8)}, Steps: []entra.OnDemandStep{{Status: "skipped", Details: []entra.NameValue{{Name: "SkipReason", Value: "RedundantExport"}}}}},
		{ID: "4", Time: noon.Add(3 * time.Second), Action: entra.LogStagedDelete, Status: entra.LogSkipped, Source: user("carl"), Error: &entra.LogError{Code: "TooManyDeletes"}},
		{ID: "5", Time: noon.Add(4 * time.Second), Action: "update", Status: entra.LogFailure, Source: user("dora"), Error: &entra.LogError{Code: "Martian", Reason: "no such code", RecommendedAction: "Call the vendor."}},
	}
}

func someVisit() DoctorReport {
	return DoctorReport{Checks: []Check{
		{Name: "sign-in", Verdict: CheckGood, Found: `as the application "CI" (11111111-2222-4333-8444-555555555555), until 13:00 UTC`},
		{Name: "permissions", Verdict: CheckBroken, Found: "1 permission missing for apply and logs", Details: []string{"AuditLog.Read.All, to read the provisioning log (logs: read the provisioning log)"}, Next: "Grant the application that signs in, with admin consent: AuditLog.Read.All. scimctl permissions prints the commands."},
		{Name: "licence", Verdict: CheckUnseen, Found: "not looked at: read the licences: Microsoft Graph answered 403"},
		{Name: "mappings", Verdict: CheckDoubtful, Found: "22 mappings for users, some of them doubtful", Details: []string{"SC3011: a warning", "SC3012: another"}},
	}}
}

// TestJobViews compares every view with its golden file, in a pipe and on a terminal,
// at 80 and at 200 columns.
func TestJobViews(t *testing.T) {
	for name, view := range jobViews {
		for _, width := range []int{80, 200} {
			for kind, color := range map[string]bool{"pipe": false, "terminal": true} {
				t.Run(fmt.Sprintf("%s-%d-%s", name, width, kind), func(t *testing.T) {
					var b bytes.Buffer
					view(New(&b, width, color))
					golden(t, fmt.Sprintf("%s-%d-%s.golden", name, width, kind), b.String())
					checkLines(t, b.String(), width)
				})
			}
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1s", 8 * time.Second: "8s", 100 * time.Second: "100s", 12 * time.Minute: "12m", 90 * time.Minute: "90m", 5 * time.Hour: "5h",
		5*time.Hour + 20*time.Minute: "5h20m", 76 * time.Hour: "3d4h", 48 * time.Hour: "2d", -time.Minute: "60s",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
	for at, want := range map[time.Time]string{noon: "just now", noon.Add(-time.Hour): "60m ago", noon.Add(3 * time.Hour): "in 3h"} {
		if got := ago(at, noon); got != want {
			t.Errorf("ago(%v) = %q, want %q", at, got, want)
		}
	}
}

// TestWatchOffTerminal: a line for what is worth one, and no escape.
func TestWatchOffTerminal(t *testing.T) {
	streams, _, _, errOut := iostreams.Test()
	w := NewWatch(streams, func() time.Time { return noon })
	show := func(j entra.Job) { w.Show("IDmelon", NewJobStatus(j, noon)) }
	waiting := jobOf(entra.JobStatus{Code: entra.StatusNotRun})
	show(waiting)
	show(waiting)
	running := runningJob()
	show(running)
	running.Status.Progress[0].CompletedUnits++ // too little to tell
	show(running)
	running.Status.Progress[0].CompletedUnits = 3000
	show(running)
	w.Note("Graph is slow")
	show(healthyJob())
	w.Stop()
	want := `12:00:00  IDmelon: waiting
12:00:00  IDmelon: running, 1,234 of 5,000 objects (24 %)
12:00:00  IDmelon: running, 3,000 of 5,000 objects (60 %)
… Graph is slow
12:00:00  IDmelon: healthy, last cycle succeeded 12m ago, took 64s, 2026-11-20 11:48 UTC
`
	if got := errOut.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWatchOnTerminal: what is drawn goes over what was drawn, never wider than the
// terminal, and in the end nothing of it is left.
func TestWatchOnTerminal(t *testing.T) {
	for _, width := range []int{80, 200} {
		streams, _, _, errOut := iostreams.Test()
		streams.SetTerminal(width, true)
		w := NewWatch(streams, func() time.Time { return noon })
		w.Show("IDmelon", NewJobStatus(runningJob(), noon))
		w.Note("Graph is slow")
		w.Show("IDmelon", NewJobStatus(quarantinedJob(), noon))
		w.Stop()
		s := newScreen()
		s.write(t, errOut.String())
		if got := strings.TrimSpace(strings.Join(s.lines, "\n")); got != "… Graph is slow" {
			t.Errorf("the screen shows\n%s", got)
		}
		if s.widest > width {
			t.Errorf("a line of %d columns at %d", s.widest, width)
		}
		if !s.shown("1,234 of 5,000 objects") || !s.shown("quarantined") || !s.shown("█") {
			t.Errorf("never shown: progress or quarantine\n%s", errOut)
		}
	}
}

// screen is as much of a terminal as Watch needs.
type screen struct {
	lines       []string
	row, column int
	widest      int
	seen        strings.Builder
}

func newScreen() *screen { return &screen{lines: []string{""}} }

func (s *screen) shown(text string) bool { return strings.Contains(s.seen.String(), text) }

func (s *screen) write(t *testing.T, text string) {
	t.Helper()
	s.seen.WriteString(stripColour(text))
	for len(text) > 0 {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			end := strings.IndexAny(rest, "ABCDHJKm")
			if end < 0 {
				t.Fatal(errors.New("an escape without an end"))
			}
			s.escape(t, rest[:end], rest[end])
			text = rest[end+1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch r {
		case '\n':
			s.column = 0
			if s.row++; s.row == len(s.lines) {
				s.lines = append(s.lines, "")
			}
		case '\r':
			s.column = 0
		default:
			line := []rune(s.lines[s.row])
			s.lines[s.row] = string(line[:s.column]) + string(r) + string(line[min(s.column+1, len(line)):])
			s.column++
			s.widest = max(s.widest, s.column)
		}
	}
}

func (s *screen) escape(t *testing.T, arg string, command byte) {
	t.Helper()
	switch command {
	case 'A':
		n := 1
		fmt.Sscan(arg, &n)
		if s.row -= n; s.row < 0 {
			t.Fatal("the cursor leaves the top of the screen")
		}
	case 'J':
		s.lines = s.lines[:s.row+1]
		s.lines[s.row] = string([]rune(s.lines[s.row])[:s.column])
	case 'K':
		s.lines[s.row] = string([]rune(s.lines[s.row])[:s.column])
	case 'm':
	default:
		t.Fatalf("unexpected escape %s%c", arg, command)
	}
}
