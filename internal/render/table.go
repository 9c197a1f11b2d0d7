package render

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Table writes rows in aligned columns with a heading; the last column takes
// the rest of the width and is wrapped. Cells may hold styled text.
func (p *Printer) Table(heading []string, rows [][]string) {
	widths := make([]int, len(heading))
	for _, row := range append([][]string{heading}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	used := 0
	for _, w := range widths[:len(widths)-1] {
		used += w + 2
	}
	p.row(heading, widths, used, p.style.faint)
	for _, row := range rows {
		p.row(row, widths, used, lipgloss.NewStyle())
	}
}

func (p *Printer) row(cells []string, widths []int, used int, style lipgloss.Style) {
	last := len(cells) - 1
	var lead strings.Builder
	for i, cell := range cells[:last] {
		lead.WriteString(style.Render(cell))
		lead.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
	}
	lines := []string{cells[last]}
	if room := p.width - used; room >= 20 && lipgloss.Width(cells[last]) > room {
		lines = wrap(cells[last], room)
	}
	for i, line := range lines {
		if i == 0 {
			p.Linef("%s", strings.TrimRight(lead.String()+style.Render(line), " "))
			continue
		}
		p.Linef("%s%s", strings.Repeat(" ", used), style.Render(line))
	}
}
