package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// SimulationReport is the result of `scimctl simulate`, as its JSON shows it.
type SimulationReport struct {
	Profile     string           `json:"profile"`
	Environment string           `json:"environment,omitempty"`
	Endpoint    string           `json:"endpoint"`
	Dialect     string           `json:"dialect"`
	Cycles      []SimulatedCycle `json:"cycles"`
	Linked      SimulatedLinked  `json:"linked"`
	Escrows     []engine.Escrow  `json:"escrows"`
	Staged      []SimulatedName  `json:"staged"`
	Status      entra.JobStatus  `json:"status"`
	Disabled    bool             `json:"disabled"`
}

// SimulatedLinked is how many objects are provisioned at the end.
type SimulatedLinked struct {
	Users  int `json:"users"`
	Groups int `json:"groups"`
}

// SimulatedName is a source object.
type SimulatedName struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// SimulatedCycle is one cycle, or why there was none.
type SimulatedCycle struct {
	Number    int                `json:"number"`
	At        time.Time          `json:"at"`
	Notes     []string           `json:"notes,omitempty"`
	Held      string             `json:"held,omitempty"`
	Initial   bool               `json:"initial"`
	Counts    *SimulatedCounts   `json:"counts,omitempty"`
	Retried   int                `json:"retried"`
	Pruned    int                `json:"pruned"`
	Failures  []SimulatedFailure `json:"failures"`
	Execution *entra.Execution   `json:"execution,omitempty"`
	Stopped   *SimulatedStop     `json:"interrupted,omitempty"`
}

// SimulatedStop is where a cycle was interrupted.
type SimulatedStop struct {
	Phase     string `json:"phase"`
	Completed int    `json:"completed"`
	Total     int    `json:"total"`
}

// SimulatedCounts are the objects of a cycle by what happened to them.
type SimulatedCounts struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Disabled  int `json:"disabled"`
	Deleted   int `json:"deleted"`
	Staged    int `json:"staged"`
	Skipped   int `json:"skipped"`
	Unchanged int `json:"unchanged"`
	Failed    int `json:"failed"`
}

// SimulatedFailure is an object that failed.
type SimulatedFailure struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Action  string `json:"action"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"recommendedAction,omitempty"`
}

// NewSimulatedFailure returns the failure that a record tells of.
func NewSimulatedFailure(r engine.Record) SimulatedFailure {
	return SimulatedFailure{
		Type: r.Source.Type, ID: r.Source.ID, Name: cmp.Or(r.Source.UserPrincipalName, r.Source.DisplayName),
		Action: string(r.Action), Code: r.Code, Message: r.Message, Advice: r.Advice,
	}
}

// Ran fills in a cycle that ran.
func (c *SimulatedCycle) Ran(done *engine.Cycle, failures []SimulatedFailure) {
	c.Initial, c.Retried, c.Pruned = done.Initial, done.Retried, done.Pruned
	c.Counts, c.Execution = new(SimulatedCounts(done.Counts)), &done.Execution
	c.Failures = failures
	slices.SortStableFunc(c.Failures, func(a, b SimulatedFailure) int {
		return cmp.Or(cmp.Compare(b.Type, a.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// Finish fills in how the job was left.
func (r *SimulationReport) Finish(s *engine.State) {
	for i := range r.Cycles {
		if r.Cycles[i].Failures == nil {
			r.Cycles[i].Failures = []SimulatedFailure{}
		}
	}
	r.Linked = SimulatedLinked{Users: len(s.Linked(mapping.User)), Groups: len(s.Linked(mapping.Group))}
	r.Escrows, r.Staged = s.Escrows(), []SimulatedName{}
	for _, m := range s.Staged() {
		r.Staged = append(r.Staged, SimulatedName(m))
	}
	r.Status, r.Disabled = s.Status("customappsso", false), s.Disabled()
}

// Clean reports whether nothing is left to do: no escrow, nothing held back, no
// quarantine.
func (r *SimulationReport) Clean() bool {
	return len(r.Escrows) == 0 && len(r.Staged) == 0 && r.Status.Quarantine == nil && !r.Disabled
}

// shownFailures is how many objects that fail for one cause are named.
const shownFailures = 5

// Interrupted notes what a cycle had done when it was interrupted, which is not
// lost: the objects are linked, and the next cycle does the rest.
func (c *SimulatedCycle) Interrupted(at engine.Progress) {
	c.Stopped = new(SimulatedStop{Phase: at.Phase, Completed: at.Completed, Total: at.Total})
}

// Simulation writes the report: a line for each cycle with what failed below it, and
// how the job was left.
func (p *Printer) Simulation(r *SimulationReport) {
	name := r.Profile
	if r.Environment != "" {
		name += " (" + r.Environment + ")"
	}
	p.Linef("%s", p.style.strong.Render(clean(name))+p.style.faint.Render("  "+clean(r.Endpoint)+", "+clean(r.Dialect)))
	for _, c := range r.Cycles {
		p.simulatedCycle(c)
	}
	p.Linef("")
	p.Paragraph(0, "", fmt.Sprintf("%s, %s provisioned", plural(r.Linked.Users, "user"), plural(r.Linked.Groups, "group")))
	if n := len(r.Escrows); n > 0 {
		p.Paragraph(0, p.style.bad.Render("escrow")+" ", plural(n, "object")+" will be tried again in later cycles")
	}
	if n := len(r.Staged); n > 0 {
		p.Paragraph(0, p.style.warn.Render("held back")+" ", plural(n, "object")+" would be disabled or deleted, which the guard against accidental deletions holds back; a restart with ForceDeletes lets it happen")
	}
	if q := r.Status.Quarantine; q != nil {
		text := q.Reason + " since " + q.SeriesBegan.Format(time.RFC3339)
		if q.Error != nil {
			text += ": " + q.Error.Message
		}
		p.Paragraph(0, p.style.bad.Render("quarantine")+" ", clean(text))
	}
	if r.Disabled {
		p.Paragraph(0, p.style.bad.Render("disabled")+" ", clean(engine.ErrDisabled.Error()))
	}
}

func (p *Printer) simulatedCycle(c SimulatedCycle) {
	p.Linef("")
	kind := "incremental"
	if c.Initial {
		kind = "initial"
	}
	if c.Held != "" || c.Counts == nil {
		kind = "not run"
	}
	p.Linef("%s %s", p.style.strong.Render(fmt.Sprintf("cycle %d", c.Number)), p.style.faint.Render(c.At.Format(time.RFC3339)+" "+kind))
	for _, note := range c.Notes {
		p.Paragraph(2, p.style.faint.Render("# "), clean(note))
	}
	if c.Held != "" {
		p.Paragraph(2, "", clean(c.Held))
		return
	}
	if c.Counts == nil {
		return
	}
	if *c.Counts != (SimulatedCounts{}) || c.Execution.Error == nil {
		p.Paragraph(2, "", c.Counts.text())
	}
	if s := c.Stopped; s != nil {
		p.Paragraph(2, p.style.warn.Render("interrupted")+" ", fmt.Sprintf("in the phase %s after %s of %s objects", s.Phase, grouped(s.Completed), grouped(s.Total)))
	} else if e := c.Execution.Error; e != nil {
		p.Linef("  %s", p.style.bad.Render(clean(e.Code)))
		p.Paragraph(4, "", clean(e.Message))
	}
	p.simulatedFailures(c.Failures)
}

// simulatedFailures writes failures that have the same cause as one, with the first
// of them told in full.
func (p *Printer) simulatedFailures(failures []SimulatedFailure) {
	type cause struct{ code, advice string }
	var causes []cause
	objects := map[cause][]SimulatedFailure{}
	for _, f := range failures {
		key := cause{f.Code, f.Advice}
		if objects[key] == nil {
			causes = append(causes, key)
		}
		objects[key] = append(objects[key], f)
	}
	for _, key := range causes {
		same := objects[key]
		var names []string
		for _, f := range same[:min(len(same), shownFailures)] {
			names = append(names, f.Type+" "+cmp.Or(f.Name, f.ID))
		}
		if more := len(same) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		p.Linef("  %s", p.style.bad.Render("✗ "+clean(key.code)))
		p.Paragraph(4, "", clean(strings.Join(names, ", ")))
		p.Paragraph(4, "", clean(same[0].Message))
		if key.advice != "" {
			p.Paragraph(4, "", clean(key.advice))
		}
	}
}

// text lists what is not nothing.
func (c *SimulatedCounts) text() string {
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{
		{c.Created, "created"}, {c.Updated, "updated"}, {c.Disabled, "disabled"}, {c.Deleted, "deleted"},
		{c.Staged, "held back"}, {c.Unchanged, "unchanged"}, {c.Skipped, "skipped"}, {c.Failed, "failed"},
	} {
		if part.n > 0 {
			parts = append(parts, grouped(part.n)+" "+part.word)
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}
