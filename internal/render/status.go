package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Status writes how jobs stand: a single job in full, several as a table with
// those in full below it that need a person.
func (p *Printer) Status(r StatusReport) {
	jobs := 0
	for _, a := range r.Apps {
		jobs += max(len(a.Jobs), 1)
	}
	if jobs == 1 {
		p.appStatus(r.Apps[0], r.Apps[0].Jobs, r.At)
		return
	}
	p.statusTable(r)
	for _, a := range r.Apps {
		for _, j := range a.Jobs {
			if j.Bad {
				p.Linef("")
				p.appStatus(a, []JobStatus{j}, r.At)
			}
		}
	}
}

// statusTable is one line for each job, and below it what is known of no job.
func (p *Printer) statusTable(r StatusReport) {
	heading := []string{"APP", "STATE", "LAST CYCLE", "NEXT", "USERS", "GROUPS", "ESCROW"}
	var rows [][]string
	var problems []AppStatus
	for _, a := range r.Apps {
		if len(a.Jobs) == 0 {
			problems = append(problems, a)
			rows = append(rows, []string{clean(a.label()), p.style.warn.Render("unknown"), "", "", "", "", ""})
			continue
		}
		for _, j := range a.Jobs {
			name := a.label()
			if len(a.Jobs) > 1 {
				name += " / " + j.Template + " …" + j.ID[max(len(j.ID)-6, 0):]
			}
			last, next := "never", ""
			if c := j.LastCycle; c != nil && c.Ended != nil {
				last = past(*c.Ended, r.At)
			}
			if j.NextCycle != nil {
				next = due(*j.NextCycle, r.At)
			}
			rows = append(rows, []string{clean(name), p.condition(j), last, next, j.linked("users"), j.linked("groups"), thousands(j.Escrows)})
		}
	}
	p.fit(heading, rows)
	p.Table(heading, rows)
	for _, a := range problems {
		p.Linef("")
		p.Paragraph(0, p.style.warn.Render("?")+" ", clean(a.label()+": "+a.Problem))
	}
}

// fit shortens the first column so that the rows fit the width.
func (p *Printer) fit(heading []string, rows [][]string) {
	room := p.width
	for i := range heading[1:] {
		widest := 0
		for _, row := range append(rows, heading) {
			widest = max(widest, lipgloss.Width(row[i+1]))
		}
		room -= widest + 2
	}
	for _, row := range rows {
		row[0] = cut(row[0], max(room, 12))
	}
}

// linked is how many objects of a kind the job has provisioned.
func (j JobStatus) linked(kind string) string {
	for _, c := range j.Provisioned {
		if c.Kind == kind {
			return thousands(c.Count)
		}
	}
	return "0"
}

// label names an application with the profile that it belongs to.
func (a AppStatus) label() string {
	profile := a.Profile
	if a.Environment != "" {
		profile += "/" + a.Environment
	}
	switch {
	case a.Name == "":
		return profile
	case profile == "" || strings.EqualFold(profile, a.Name):
		return a.Name
	}
	return a.Name + " (" + profile + ")"
}

// conditionWords are conditions as people read them.
var conditionWords = map[entra.Condition]string{
	entra.NotSetUp: "not set up", entra.Stopped: "stopped", entra.Waiting: "waiting", entra.Running: "running", entra.Healthy: "healthy",
	entra.WithErrors: "errors", entra.Failing: "failing", entra.Quarantined: "quarantined", entra.Expired: "disabled",
}

// condition is the state of a job in one coloured word.
func (p *Printer) condition(j JobStatus) string {
	return p.conditionStyle(j.Condition).Render(conditionWords[j.Condition])
}

func (p *Printer) conditionStyle(c entra.Condition) lipgloss.Style {
	switch {
	case c.Bad():
		return p.style.bad
	case c == entra.Healthy:
		return p.style.good
	case c == entra.Running || c == entra.Waiting:
		return p.style.do
	}
	return p.style.warn
}

// appStatus writes one application with jobs in full.
func (p *Printer) appStatus(a AppStatus, jobs []JobStatus, now time.Time) {
	p.Linef("%s", p.style.strong.Render(clean(a.label())))
	if a.Problem != "" {
		p.Paragraph(0, p.style.warn.Render("?")+" ", clean(a.Problem))
	}
	for i, j := range jobs {
		if i > 0 {
			p.Linef("")
		}
		p.Paragraph(0, p.conditionStyle(j.Condition).Render("●")+" ", clean(j.Summary))
		p.Linef("")
		p.facts(a.facts(), p.jobFacts(j, now))
		p.quarantine(j, now)
		p.cycleError(j)
		p.next(j)
	}
	if a.Portal != "" {
		p.Linef("")
		p.Linef("  %s", p.style.faint.Render(a.Portal))
	}
}

// facts are what holds for all jobs of an application.
func (a AppStatus) facts() []fact {
	scope := map[string]string{"all": "all users and groups", "assigned": "assigned users and groups"}[a.Scope]
	threshold := ""
	if a.DeletionThreshold != nil {
		threshold = fmt.Sprintf("held back when a cycle has %s or more", thousands(int64(*a.DeletionThreshold)))
	}
	return []fact{
		{"service principal", a.ServicePrincipalID}, {"endpoint", a.Endpoint}, {"scope", scope}, {"deletions", threshold}, {"notifies", a.Notify},
	}
}

// jobFacts are what the job has done and will do.
func (p *Printer) jobFacts(j JobStatus, now time.Time) []fact {
	var facts []fact
	if r := j.Running; r != nil {
		facts = append(facts, fact{"progress", r.text()})
	}
	if c := j.LastCycle; c != nil {
		facts = append(facts, fact{"last cycle", c.text(now)}, fact{"", c.counts()})
		if !c.Completed && j.LastSuccess != nil {
			facts = append(facts, fact{"last success", past(*j.LastSuccess, now) + ", " + stamp(*j.LastSuccess)})
		}
	}
	if j.NextCycle != nil {
		facts = append(facts, fact{"next cycle", due(*j.NextCycle, now)})
	}
	if len(j.Provisioned) > 0 {
		facts = append(facts, fact{"provisioned", provisionedText(j.Provisioned)})
	}
	if j.Escrows > 0 {
		facts = append(facts, fact{"in escrow", many(j.Escrows, "object") + " failed and will be tried again"})
	}
	if j.SteadySince != nil {
		facts = append(facts, fact{"steady since", stamp(*j.SteadySince)})
	}
	return append(facts, fact{"schedule", scheduleText(j.Schedule)}, fact{"job", j.ID})
}

// due writes when the next cycle is; one that is late is about to come.
func due(t, now time.Time) string {
	if !t.After(now) {
		return "due now"
	}
	return ago(t, now)
}

func scheduleText(s ScheduleStatus) string {
	every := "not by itself"
	if s.Seconds > 0 {
		every = "every " + span(time.Duration(s.Seconds)*time.Second)
	}
	if s.State != entra.ScheduleActive {
		return "off (" + every + " when started)"
	}
	return every
}

// text is how far the cycle is, and how long it will take.
func (c CycleProgressOf) text() string {
	if c.Total == 0 {
		return "just begun"
	}
	text := fmt.Sprintf("%s of %s", thousands(c.Completed), thousands(c.Total))
	if c.Units != "" {
		text += " " + strings.ToLower(c.Units)
	}
	text += fmt.Sprintf(" (%d %%)", min(c.Completed*100/c.Total, 100))
	if c.Left != nil {
		text += ", about " + span(time.Duration(*c.Left)*time.Second) + " left"
	}
	return text
}

func (c CycleStatus) text(now time.Time) string {
	text := map[string]string{
		entra.ExecutionSucceeded: "succeeded", entra.ExecutionEntryErrors: "failed for some objects", entra.ExecutionFailed: "failed",
	}[c.State]
	if text == "" {
		text = c.State
	}
	if c.Ended != nil {
		text += " " + past(*c.Ended, now)
		if c.Began != nil {
			text += ", took " + span(c.Ended.Sub(*c.Began))
		}
		text += ", " + stamp(*c.Ended)
	}
	return text
}

// counts lists what the cycle handled.
func (c CycleStatus) counts() string {
	var parts []string
	for _, n := range []struct {
		n    int64
		word string
	}{{c.InScope, "in scope"}, {c.Imported, "read"}, {c.Exported, "written"}} {
		if n.n > 0 {
			parts = append(parts, thousands(n.n)+" "+n.word)
		}
	}
	return strings.Join(parts, ", ")
}

func provisionedText(counts []Provisioned) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		kind := c.Kind
		if c.Count == 1 {
			kind = strings.TrimSuffix(kind, "s")
		}
		parts[i] = thousands(c.Count) + " " + kind
	}
	return strings.Join(parts, ", ")
}

// quarantine explains why the job is in quarantine and how it goes on.
func (p *Printer) quarantine(j JobStatus, now time.Time) {
	q := j.Quarantine
	if q == nil {
		return
	}
	p.Linef("")
	var parts []string
	if q.Since != nil {
		parts = append(parts, fmt.Sprintf("since %s (%s)", stamp(*q.Since), past(*q.Since, now)))
	}
	parts = append(parts, many(q.Attempts, "attempt"))
	if q.NextAttempt != nil && j.Schedule.State == entra.ScheduleActive {
		parts = append(parts, "next attempt "+due(*q.NextAttempt, now))
	}
	p.Paragraph(2, p.style.bad.Render("quarantine")+"  ", strings.Join(parts, ", "))
	if q.DisabledAt != nil && q.DisabledAt.After(now) {
		p.Paragraph(14, "", fmt.Sprintf("The service disables the job on %s, %s, unless it recovers.", stamp(*q.DisabledAt), ago(*q.DisabledAt, now)))
	}
	for _, r := range q.Reasons {
		p.fail(r)
	}
	if q.Error != nil {
		p.fail(*q.Error)
	}
}

// cycleError explains a cycle that failed, unless the quarantine has said the same.
func (p *Printer) cycleError(j JobStatus) {
	if j.LastCycle == nil || j.LastCycle.Error == nil {
		return
	}
	if q := j.Quarantine; q != nil && q.Error != nil && q.Error.Code == j.LastCycle.Error.Code {
		return
	}
	p.Linef("")
	p.fail(*j.LastCycle.Error)
}

// fail writes an error with its meaning, the service's words, and what to do.
func (p *Printer) fail(f StatusFail) {
	p.Linef("    %s %s", p.style.bad.Render("✗"), p.style.strong.Render(clean(f.Code)))
	if f.Means != "" {
		p.Paragraph(6, "", clean(f.Means))
	}
	if f.Message != "" && f.Message != f.Means {
		p.Paragraph(6, "", p.style.faint.Render("The service says: ")+clean(f.Message))
	}
	if f.Next != "" {
		p.Paragraph(6, p.style.do.Render("→")+" ", clean(f.Next))
	}
}

// next writes what to do about the job as a whole.
func (p *Printer) next(j JobStatus) {
	if j.Next == "" && j.Command == "" {
		return
	}
	p.Linef("")
	if j.Next != "" {
		p.Paragraph(2, p.style.do.Render("→")+" ", clean(j.Next))
	}
	if j.Command != "" {
		p.Linef("    %s", p.style.code.Render(clean(j.Command)))
	}
}
