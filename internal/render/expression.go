package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Value writes the value of an expression: texts in quotes, so that blanks and an
// empty text can be seen, and what has no value in words.
func (p *Printer) Value(v expr.Value) {
	p.Linef("%s", p.ValueText(v))
}

// ValueText is what Value writes, for a cell of a table.
func (p *Printer) ValueText(v expr.Value) string {
	switch v.Kind() {
	case expr.Null:
		return p.style.faint.Render("null: nothing is sent")
	case expr.Ignore:
		return p.style.faint.Render("ignored: nothing flows to this attribute")
	case expr.IgnoreObject:
		return p.style.faint.Render("ignored: the whole object is left out")
	case expr.Multi:
		return "[" + strings.Join(quotedAll(v.Strings()), ", ") + "]"
	case expr.String:
		return strconv.Quote(v.String())
	default:
		return v.String()
	}
}

// Function writes the reference of one function.
func (p *Printer) Function(f expr.Function) {
	lead := f.Name + "("
	for i, line := range wrap(strings.TrimPrefix(f.Signature(), lead), p.width-lipgloss.Width(lead)) {
		if i == 0 {
			line = lead + line
		} else {
			line = strings.Repeat(" ", lipgloss.Width(lead)) + line
		}
		p.Linef("%s", p.style.strong.Render(line))
	}
	p.Linef("")
	p.Paragraph(2, "", f.Doc)
	if len(f.Params) > 0 {
		p.Linef("")
	}
	width := 0
	for _, param := range f.Params {
		width = max(width, lipgloss.Width(param.Name))
	}
	for i, param := range f.Params {
		text := param.Type.String()
		if len(param.Choices) > 0 {
			text = "one of " + strings.Join(param.Choices, ", ")
		}
		if param.Optional {
			text += ", optional"
		}
		if i >= len(f.Params)-f.Repeats {
			text += ", repeats"
		}
		p.Paragraph(2, fmt.Sprintf("%-*s  ", width, param.Name), text)
	}
	for _, e := range f.Examples {
		p.Linef("")
		p.Linef("  %s", p.style.code.Render(e.Expression))
		for _, a := range e.Attributes {
			p.Linef("    %s = %s", a.Name, quoted(a.Values))
		}
		p.Linef("    %s %s", p.style.faint.Render("gives"), strconv.Quote(e.Want))
	}
	p.Linef("")
	p.Linef("  %s", p.style.faint.Render(fmt.Sprintf("result: %s", f.Result)))
}

// widestFunction is the width up to which names of functions make their column wider.
const widestFunction = 24

// Functions writes a line for each function, and what it does.
func (p *Printer) Functions(names, docs []string) {
	width := 0
	for _, name := range names {
		width = max(width, min(lipgloss.Width(name), widestFunction))
	}
	for i, name := range names {
		lead := fmt.Sprintf("%-*s  ", width, name)
		if lipgloss.Width(name) > width {
			p.Linef("%s", p.style.strong.Render(name))
			lead = strings.Repeat(" ", width+2)
		}
		p.Paragraph(0, p.style.strong.Render(lead), docs[i])
	}
}

// quoted writes one value, or a list of them.
func quoted(values []string) string {
	if len(values) == 1 {
		return strconv.Quote(values[0])
	}
	return "[" + strings.Join(quotedAll(values), ", ") + "]"
}

func quotedAll(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	return out
}

// widestPart is the width up to which parts of an expression stand in a column of
// their own beside their values.
const widestPart = 44

// Trace writes the parts of an expression as a tree, each with its value. Constants
// among the arguments are left out, and so are the parts of what was not evaluated.
func (p *Printer) Trace(t *expr.Trace) {
	width := min(partWidth(t, 0), widestPart, p.width/2)
	p.part(t, 0, width)
	p.Linef("")
}

// partWidth is the width of the widest part, indented.
func partWidth(t *expr.Trace, depth int) int {
	width := 2*depth + lipgloss.Width(partText(t))
	for _, c := range shownParts(t) {
		width = max(width, partWidth(c, depth+1))
	}
	return width
}

// shownParts are the parts of a part that say something.
func shownParts(t *expr.Trace) []*expr.Trace {
	if !t.Reached {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.Children), func(c *expr.Trace) bool {
		return c.Text != "" && strings.ContainsRune(`"&-0123456789`, rune(c.Text[0]))
	})
}

// partText is a part on one line.
func partText(t *expr.Trace) string { return strings.Join(strings.Fields(clean(t.Text)), " ") }

func (p *Printer) part(t *expr.Trace, depth, width int) {
	room := max(width-2*depth, 8)
	text := cut(partText(t), room)
	value := p.style.faint.Render("not evaluated")
	switch {
	case t.Err != nil:
		value = p.style.bad.Render(clean(t.Err.Error()))
	case t.Reached:
		value = p.ValueText(t.Value)
	}
	gap := strings.Repeat(" ", max(0, room-lipgloss.Width(text)))
	p.Linef("%s%s%s  %s", strings.Repeat("  ", depth), text, gap, value)
	for _, c := range shownParts(t) {
		p.part(c, depth+1, width)
	}
}

// Comparison is an expression that was evaluated here and by a tenant.
type Comparison struct {
	Here         expr.Value
	HereFailed   string // why there is no value
	Tenant       []string
	TenantFailed string
	Agree        bool
	Varies       string // a function for which two different values mean nothing
}

// Comparison writes both values one below the other, and a verdict.
func (p *Printer) Comparison(c Comparison) {
	here, tenant := p.ValueText(c.Here), p.style.faint.Render("null: nothing is sent")
	switch {
	case len(c.Tenant) > 1:
		tenant = "[" + strings.Join(quotedAll(c.Tenant), ", ") + "]"
	case len(c.Tenant) == 1:
		tenant = p.sameLook(c)
	}
	if c.HereFailed != "" {
		p.Paragraph(0, "here    ", clean(c.HereFailed))
	} else {
		p.Linef("here    %s", here)
	}
	if c.TenantFailed != "" {
		p.Paragraph(0, "tenant  ", clean(c.TenantFailed))
	} else {
		p.Linef("tenant  %s", tenant)
	}
	p.Linef("")
	switch {
	case c.Agree && c.HereFailed != "":
		p.Linef("%s both refuse it", p.style.good.Render("✓"))
	case c.Agree:
		p.Linef("%s they agree", p.style.good.Render("✓"))
	case c.Varies != "":
		p.Note("%s gives another value every time, so the two cannot be compared", c.Varies)
	default:
		p.Linef("%s they differ", p.style.bad.Render("✗"))
	}
}

// sameLook writes a tenant's value like the one here: a tenant gives texts only, and
// quotes on one side alone would look like a difference.
func (p *Printer) sameLook(c Comparison) string {
	switch c.Here.Kind() {
	case expr.Number, expr.Bool, expr.DateTime:
		if c.Here.String() == c.Tenant[0] {
			return c.Tenant[0]
		}
	case expr.Multi:
		return "[" + strconv.Quote(c.Tenant[0]) + "]"
	}
	return strconv.Quote(c.Tenant[0])
}

// Columns writes words in as many columns as fit.
func (p *Printer) Columns(words []string) {
	width := 0
	for _, w := range words {
		width = max(width, lipgloss.Width(w)+2)
	}
	columns := max(1, p.width/max(width, 1))
	rows := (len(words) + columns - 1) / columns
	for row := range rows {
		var line strings.Builder
		for i := row; i < len(words); i += rows {
			fmt.Fprintf(&line, "%-*s", width, words[i])
		}
		p.Linef("%s", strings.TrimRight(line.String(), " "))
	}
}
