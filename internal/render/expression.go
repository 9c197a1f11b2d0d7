package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Value writes the value of an expression: texts in quotes, so that blanks and an
// empty text can be seen, and what has no value in words.
func (p *Printer) Value(v expr.Value) {
	p.Linef("%s", p.valueText(v))
}

func (p *Printer) valueText(v expr.Value) string {
	switch v.Kind() {
	case expr.Null:
		return p.style.faint.Render("null: nothing is sent")
	case expr.Ignore:
		return p.style.faint.Render("ignored: nothing flows to this attribute")
	case expr.IgnoreObject:
		return p.style.faint.Render("ignored: the whole object is left out")
	case expr.Multi:
		values := make([]string, len(v.Strings()))
		for i, s := range v.Strings() {
			values[i] = strconv.Quote(s)
		}
		return "[" + strings.Join(values, ", ") + "]"
	case expr.String:
		return strconv.Quote(v.String())
	default:
		return v.String()
	}
}

// Function writes the reference of one function.
func (p *Printer) Function(f expr.Function) {
	p.Linef("%s", p.style.strong.Render(f.Signature()))
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

// quoted writes one value, or a list of them.
func quoted(values []string) string {
	if len(values) == 1 {
		return strconv.Quote(values[0])
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// widestPart is the width up to which parts of an expression stand in a column of
// their own beside their values.
const widestPart = 44

// Trace writes the parts of an expression as a tree, each with its value.
func (p *Printer) Trace(t *expr.Trace) {
	width := min(partWidth(t, 0), widestPart, p.width/2)
	p.part(t, 0, width)
	p.Linef("")
}

// partWidth is the width of the widest part, indented.
func partWidth(t *expr.Trace, depth int) int {
	width := 2*depth + lipgloss.Width(partText(t))
	for _, c := range t.Children {
		width = max(width, partWidth(c, depth+1))
	}
	return width
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
		value = p.valueText(t.Value)
	}
	gap := strings.Repeat(" ", max(0, room-lipgloss.Width(text)))
	p.Linef("%s%s%s  %s", strings.Repeat("  ", depth), text, gap, value)
	for _, c := range t.Children {
		p.part(c, depth+1, width)
	}
}
