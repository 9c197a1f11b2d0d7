package render

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// fact is a value with its label. An empty label goes on with the fact above it; a
// fact without a value is left out.
type fact struct{ label, value string }

// sideBySide is the width from which two blocks of facts stand beside each other.
const sideBySide = 140

// facts writes two blocks of facts, beside each other on a wide terminal and else
// one below the other, with aligned values.
func (p *Printer) facts(left, right []fact) {
	if p.width < sideBySide {
		for _, line := range p.block(append(right, left...), p.width-2) {
			p.Linef("  %s", line)
		}
		return
	}
	room := (p.width - 6) / 2
	a, b := p.block(right, room), p.block(left, room)
	for i := range max(len(a), len(b)) {
		line := ""
		if i < len(a) {
			line = a[i]
		}
		if i < len(b) {
			line += strings.Repeat(" ", max(room+4-lipgloss.Width(line), 2)) + b[i]
		}
		p.Linef("  %s", strings.TrimRight(line, " "))
	}
}

// block lays facts out in lines of at most the given width, where words allow it. An
// id that is too long for its column stands on a line of its own.
func (p *Printer) block(facts []fact, width int) []string {
	column := 0
	for _, f := range facts {
		if f.value != "" {
			column = max(column, lipgloss.Width(f.label)+2)
		}
	}
	var lines []string
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		lead := p.style.faint.Render(f.label) + strings.Repeat(" ", column-lipgloss.Width(f.label))
		value := clean(f.value)
		if lipgloss.Width(value) > width-column && !strings.Contains(value, " ") {
			lines = append(lines, p.style.faint.Render(f.label), "  "+value)
			continue
		}
		for _, text := range wrap(value, width-column) {
			lines = append(lines, lead+text)
			lead = strings.Repeat(" ", column)
		}
	}
	return lines
}
