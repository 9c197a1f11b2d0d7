package render

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/importer"
)

// Import tells what became of an import: where the profile is, what it cannot say,
// and what a plan of it would still do.
func (p *Printer) Import(r *importer.Result, file string) {
	if file != "" {
		p.Paragraph(0, p.style.good.Render("Wrote")+" ", clean(fmt.Sprintf("%s: profile %s.", file, r.Profile)))
	}
	if len(r.Beyond) > 0 {
		p.Note("the profile format has no word for %s, left in the tenant as it is:", plural(len(r.Beyond), "thing"))
		for _, b := range r.Beyond {
			p.Paragraph(2, "- ", clean(b))
		}
	}
	if r.Environment != "" {
		p.Note("the application belongs to an environment of its profile: add --env %s to plan and apply", r.Environment)
	}
	if r.Token != "" {
		p.Note("the stored secret cannot be read; where one is to be written, it is taken from the environment variable %s", r.Token)
	}
	for _, u := range r.Unproven {
		p.Paragraph(0, p.style.warn.Render("warning")+" ", clean("the profile is not all that the application is: "+u))
	}
}
