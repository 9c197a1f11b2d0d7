package render

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

// Cleaned writes what became of the objects that earlier runs left. With dry none was
// touched.
func (p *Printer) Cleaned(done *endpoint.Cleaned, dry bool) {
	verb := "removed"
	if dry {
		verb = "would be removed"
	}
	gone := removed(done)
	for _, l := range gone {
		p.Paragraph(0, p.style.remove.Render("-")+" ", clean(l.Resource+" "+l.ID+"  "+l.Name))
	}
	for _, u := range done.Unsure {
		p.Paragraph(0, p.style.warn.Render("not searched completely:")+" ", clean(u))
	}
	p.Leftovers(done.Left)
	p.Paragraph(0, "", plural(len(gone), "object")+" of earlier runs "+verb+".")
}

// removed are the objects that were found and are not left.
func removed(done *endpoint.Cleaned) []endpoint.Leftover {
	return slices.DeleteFunc(slices.Clone(done.Found), func(l endpoint.Leftover) bool {
		return slices.ContainsFunc(done.Left, func(o endpoint.Leftover) bool { return o.Resource == l.Resource && o.ID == l.ID })
	})
}
