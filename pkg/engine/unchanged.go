package engine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// unchangedSwitch is a source attribute that no object has: it stands where a
// Switch is null since its source did not change.
const unchangedSwitch = "scimctl.unchangedSwitch"

// maxPrograms bounds how many variants of a mapping are kept compiled.
const maxPrograms = 64

// switchCall is a Switch in the canonical form of an expression.
type switchCall struct {
	mapping    int // index of the attribute mapping
	start, end int // byte range of the call
	reads      []string
}

// switchCalls finds the outermost calls of Switch in an expression in canonical
// form, with the source attributes that their first argument reads.
func switchCalls(expression string) []switchCall {
	type call struct {
		name       string
		start      int
		firstUntil int // end of the first argument
	}
	var (
		out  []switchCall
		open []call
		word int
	)
	for i := 0; i < len(expression); i++ {
		switch expression[i] {
		case '"':
			for i++; i < len(expression) && expression[i] != '"'; i++ {
				if expression[i] == '\\' {
					i++
				}
			}
			continue
		case '[':
			i += len(bracketed(expression[i:])) + 1
			continue
		case '(':
			name := strings.TrimSpace(expression[word:i])
			open = append(open, call{name: name, start: i - len(name), firstUntil: -1})
		case ',':
			if n := len(open); n > 0 && open[n-1].firstUntil < 0 {
				open[n-1].firstUntil = i
			}
		case ')':
			n := len(open)
			if n == 0 {
				return out
			}
			c := open[n-1]
			open = open[:n-1]
			if c.name != "Switch" || c.firstUntil < 0 {
				break
			}
			reads, _ := attributesIn(expression[c.start+len("Switch(") : c.firstUntil])
			// What stands inside is null with it.
			out = slices.DeleteFunc(out, func(inner switchCall) bool { return inner.start > c.start })
			out = append(out, switchCall{start: c.start, end: i + 1, reads: reads})
		case '=', '<', '>':
		default:
			continue
		}
		word = i + 1
	}
	return out
}

// prepareSwitches finds the calls of Switch in all mappings of the kind.
func (k *kind) prepareSwitches() {
	for i, a := range k.Mapping.Attributes {
		if a.Kind != mapping.Expression {
			continue
		}
		for _, c := range switchCalls(mapping.Canonical(a.Source.Value)) {
			if len(c.reads) > 0 {
				c.mapping = i
				k.switchCalls = append(k.switchCalls, c)
			}
		}
	}
}

// without returns the program of the kind in which the calls of Switch whose source
// did not change are null, nil when there is none. Source: expressions §4.
func (k *kind) without(changed func(attr string) bool) *mapping.Program {
	var off []int
	key := ""
	for i, c := range k.switchCalls {
		if !slices.ContainsFunc(c.reads, changed) {
			off = append(off, i)
			key += strconv.Itoa(i) + " "
		}
	}
	if len(off) == 0 {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.programs[key]; ok {
		return p
	}
	m := k.Mapping
	m.Attributes = slices.Clone(m.Attributes)
	// From the last to the first, so that byte ranges stay true.
	for _, i := range slices.Backward(off) {
		c := k.switchCalls[i]
		a := &m.Attributes[c.mapping]
		text := a.Source.Value
		if text == k.Mapping.Attributes[c.mapping].Source.Value {
			text = mapping.Canonical(text)
		}
		a.Source.Value = text[:c.start] + "[" + unchangedSwitch + "]" + text[c.end:]
	}
	p, problems := mapping.Compile(m)
	if problems.HasErrors() {
		return nil // an expression that a Switch alone held together is evaluated whole
	}
	if len(k.programs) < maxPrograms {
		k.programs[key] = p
	}
	return p
}

// program returns what maps a changed object in place of the kind's program. In an
// initial cycle, for a new object and for one that comes again, everything is
// evaluated: nothing was written for the object before.
func (c *cycle) program(change Change, linked bool) *mapping.Program {
	k := c.job.engine.kind(change.Object.Type)
	if c.Initial || !linked || change.Attributes == nil || change.Deleted == HardDeleted || c.job.config.EvaluateUnchangedSwitch || k == nil || c.failed(change.Subject) {
		return nil
	}
	how, _ := c.job.state.memory.mark(Member{change.Object.Type, change.Object.ID})
	off := c.job.engine.judge(k, change.Subject).softDeleted()
	return k.without(func(attr string) bool {
		if attr == attrIsSoftDeleted {
			return off != how.off
		}
		return slices.Contains(change.Attributes, attr)
	})
}

// failed reports whether the object has a change that did not arrive.
func (c *cycle) failed(s Subject) bool {
	m := Member{s.Object.Type, s.Object.ID}
	c.job.state.mu.Lock()
	defer c.job.state.mu.Unlock()
	return c.job.state.escrows[m] != nil || c.job.state.staged[m]
}
