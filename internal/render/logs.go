package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/entra"
)

// LogRecord is an entry of the provisioning log as the JSON of `scimctl logs` shows
// it.
type LogRecord struct {
	Time       time.Time     `json:"time"`
	ID         string        `json:"id"`
	App        string        `json:"app"`
	JobID      string        `json:"jobId"`
	CycleID    string        `json:"cycleId"`
	ChangeID   string        `json:"changeId"`
	Action     string        `json:"action"` // create, update, disable, delete, stagedDelete, other
	Status     string        `json:"status"` // success, failure, skipped, warning
	Object     string        `json:"object"` // name for people
	Source     LogObject     `json:"source"`
	Target     LogObject     `json:"target"`
	Code       string        `json:"code,omitempty"`     // error code or skip reason
	Means      string        `json:"means,omitempty"`    // the code in words
	Reason     string        `json:"reason,omitempty"`   // the service's words
	Category   string        `json:"category,omitempty"` // whose fault it is, as the service sees it
	Next       string        `json:"next,omitempty"`     // what to do
	DurationMS int64         `json:"durationMs"`
	Steps      []LogStep     `json:"steps"`
	Modified   []LogModified `json:"modifiedProperties"`
}

// LogObject is the object at one side.
type LogObject struct {
	Type              string `json:"type"`
	ID                string `json:"id"`
	DisplayName       string `json:"displayName,omitempty"`
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
}

// LogStep is one step of provisioning.
type LogStep struct {
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	Status      string            `json:"status"`
	Description string            `json:"description"`
	Details     map[string]string `json:"details"`
}

// LogModified is a changed attribute; null means absent.
type LogModified struct {
	Name string  `json:"name"`
	Old  *string `json:"oldValue"`
	New  *string `json:"newValue"`
}

// NewLogRecord explains an entry.
func NewLogRecord(e entra.LogEntry) LogRecord {
	means, _ := entra.ExplainCode(e.Code())
	r := LogRecord{
		Time: e.Time, ID: e.ID, App: e.App.DisplayName, JobID: e.JobID, CycleID: e.CycleID, ChangeID: e.ChangeID, Action: e.Action, Status: e.Status,
		Object: e.Name(), Source: newLogObject(e.Source), Target: newLogObject(e.Target), Code: e.Code(), Means: means.Means, Reason: e.Reason(), Next: e.Next(),
		DurationMS: e.Took.Milliseconds(), Steps: []LogStep{}, Modified: []LogModified{},
	}
	if e.Error != nil {
		r.Category = e.Error.Category
	}
	for _, s := range e.Steps {
		step := LogStep{Name: s.Name, Type: s.Type, Status: s.Status, Description: s.Description, Details: map[string]string{}}
		for _, d := range s.Details {
			step.Details[d.Name] = d.Value
		}
		r.Steps = append(r.Steps, step)
	}
	for _, m := range e.Modified {
		r.Modified = append(r.Modified, LogModified{m.DisplayName, m.OldValue, m.NewValue})
	}
	return r
}

func newLogObject(i entra.LogIdentity) LogObject {
	return LogObject{Type: i.Type, ID: i.ID, DisplayName: i.DisplayName, UserPrincipalName: i.UserPrincipalName()}
}

// Columns of a log line. The object takes the rest of the width.
const (
	logTimeWidth   = len("2006-01-02 15:04:05")
	logStatusWidth = len("x skipped")
	logActionWidth = len("held back")
	logObjectWidth = 18 // at least, before the reason why it was skipped
)

// LogHeading writes the heading of the lines that LogEntry writes.
func (p *Printer) LogHeading() {
	p.Linef("%s", p.style.faint.Render(fmt.Sprintf("%-*s  %-*s  %-*s  OBJECT", logTimeWidth, "TIME (UTC)", logStatusWidth, "STATUS", logActionWidth, "ACTION")))
}

// LogEntry writes an entry on one line; a failure or a warning is explained below
// it, and with steps everything that the entry tells.
func (p *Printer) LogEntry(e entra.LogEntry, steps bool) {
	mark, style := p.logStatus(e.Status)
	action := map[string]string{entra.LogStagedDelete: "held back", "other": "–"}[e.Action]
	action = cmp.Or(action, e.Action)
	lead := e.Time.UTC().Format(time.DateTime) + "  " + style.Render(padded(mark+" "+clean(e.Status), logStatusWidth)) + "  " + padded(clean(action), logActionWidth) + "  "
	room := p.width - lipgloss.Width(lead)
	object := clean(e.Name())
	if kind := e.Source.Type; kind != "" && kind != "User" {
		object = strings.ToLower(clean(kind)) + " " + object
	}
	troubled := strings.EqualFold(e.Status, entra.LogFailure) || strings.EqualFold(e.Status, entra.LogWarning)
	why := skipped(e.Code())
	if why != "" && !troubled && room-lipgloss.Width(why)-2 >= minObject {
		object = padded(cut(object, room-lipgloss.Width(why)-2), min(max(room-21, logObjectWidth), 2*logObjectWidth)) + "  " + p.style.faint.Render(why)
	} else {
		object = cut(object, room)
	}
	p.Linef("%s%s", lead, strings.TrimRight(object, " "))
	if troubled {
		p.logTrouble(e)
	}
	if steps {
		p.logSteps(e)
	}
}

// minObject is the room that an object needs beside the reason why it was skipped.
const minObject = 16

// skipped says in few words why an object was skipped; a code that has no such words
// is shown as it is. Source: graph_contract §9, §10.
func skipped(code string) string {
	r, known := entra.ExplainCode(code)
	if !known {
		return clean(code)
	}
	switch r.Code {
	case "RedundantExport":
		return "nothing to change"
	case "NotEffectivelyEntitled":
		return "out of scope"
	case "ImportSkipped":
		return "no value to match by"
	case "EntrySynchronizationSkipped":
		return "left out"
	case "TooManyDeletes":
		return "threshold reached"
	}
	return clean(code)
}

func (p *Printer) logStatus(status string) (string, lipgloss.Style) {
	switch strings.ToLower(status) {
	case entra.LogSuccess:
		return "✓", p.style.good
	case entra.LogFailure:
		return "✗", p.style.bad
	case entra.LogSkipped:
		return "–", p.style.faint
	}
	return "!", p.style.warn
}

func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(width-lipgloss.Width(s), 0))
}

// wideLog is the width from which explanations stand under the status of their entry.
const wideLog = 100

// logTrouble explains a code, with the service's own words and what to do.
func (p *Printer) logTrouble(e entra.LogEntry) {
	indent := 4
	if p.width >= wideLog {
		indent = logTimeWidth + 2
	}
	r, _ := entra.ExplainCode(e.Code())
	if code := clean(e.Code()); code != "" {
		p.Linef("%s%s", strings.Repeat(" ", indent), p.style.strong.Render(code))
	}
	if r.Means != "" {
		p.Paragraph(indent, "", r.Means)
	}
	if reason := clean(e.Reason()); reason != "" {
		p.Paragraph(indent, "", p.style.faint.Render("The service says: ")+reason)
	}
	if next := clean(e.Next()); next != "" {
		p.Paragraph(indent, p.style.do.Render("→")+" ", next)
	}
}

func (p *Printer) logSteps(e entra.LogEntry) {
	ids := []fact{{"change", e.ChangeID}, {"cycle", e.CycleID}, {"job", e.JobID}, {"source id", e.Source.ID}, {"target id", e.Target.ID}}
	for _, line := range p.block(ids, p.width-2) {
		p.Linef("  %s", line)
	}
	for i, s := range e.Steps {
		p.onDemandStep(i+1, s)
	}
	if len(e.Modified) > 0 {
		p.Linef("")
		p.Linef("  %s", p.style.faint.Render("changed attributes"))
		rows := make([][2]string, len(e.Modified))
		for i, m := range e.Modified {
			rows[i] = [2]string{m.DisplayName, change(m)}
		}
		p.pairs(4, lipgloss.NewStyle(), rows)
	}
	p.Linef("")
}

// LogSummary counts entries by how they ended, and failures by their code.
func (p *Printer) LogSummary(entries []entra.LogEntry) {
	status, codes := map[string]int{}, map[string]int{}
	for _, e := range entries {
		s := strings.ToLower(e.Status)
		if status[s]++; s == entra.LogFailure {
			r, _ := entra.ExplainCode(e.Code())
			codes[cmp.Or(r.Code, e.Code(), "no code")]++
		}
	}
	var parts []string
	for _, s := range []struct{ status, noun string }{{entra.LogSuccess, "succeeded"}, {entra.LogSkipped, "skipped"}, {entra.LogWarning, "with a warning"}, {entra.LogFailure, "failed"}} {
		if n := status[s.status]; n > 0 {
			parts = append(parts, thousands(int64(n))+" "+s.noun)
		}
	}
	text := strings.Join(parts, ", ")
	if len(codes) > 0 {
		text += ": " + mostFirst(codes)
	}
	p.Paragraph(0, "", clean(text))
}

// mostFirst lists what was counted, the most frequent first.
func mostFirst(counts map[string]int) string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = thousands(int64(counts[name])) + " " + name
	}
	return strings.Join(names, ", ")
}
