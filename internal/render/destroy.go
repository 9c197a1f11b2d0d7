package render

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// States of a Destroyed.
const (
	StateDeleted = "deleted" // it can be restored
	StatePurged  = "purged"  // it is gone for good
	StateAbsent  = "absent"  // there was nothing to delete
)

// Destroyed says what dies with an application, and what became of it. Its JSON is
// documented by the tags and stable.
type Destroyed struct {
	Profile            string       `json:"profile"`
	Environment        string       `json:"environment,omitempty"`
	Tenant             entra.Tenant `json:"-"`
	Graph              string       `json:"-"` // address of Microsoft Graph
	App                string       `json:"app"`
	State              string       `json:"state"` // deleted, purged, absent
	ServicePrincipalID string       `json:"servicePrincipalId,omitempty"`
	ApplicationID      string       `json:"applicationId,omitempty"`
	RestorableUntil    time.Time    `json:"restorableUntil,omitzero"`
	Jobs               []DoomedJob  `json:"jobs,omitempty"`
	Assignments        int          `json:"assignments"`
	Groups             []string     `json:"groups,omitempty"` // that are assigned, by name
	People             int          `json:"people"`           // assigned, or direct members of assigned groups
	Everybody          bool         `json:"everybody,omitempty"`
	Uncounted          string       `json:"uncounted,omitempty"` // why members of groups are not among People
}

// DoomedJob is a synchronization job that dies with its application.
type DoomedJob struct {
	ID          string `json:"id"`
	Active      bool   `json:"active"`
	Provisioned int64  `json:"provisioned"` // entries in the vendor's application that it knows
}

// Doomed says what is going to die.
func (p *Printer) Doomed(r Destroyed, purge bool) {
	where := ""
	if len(r.Tenant.Domains) > 0 {
		where = " in " + r.Tenant.Domains[0]
	}
	p.Paragraph(0, "", fmt.Sprintf("Destroy %s%s", clean(r.name()), clean(where)))
	p.Linef("")
	gone := p.style.remove.Render("-") + " "
	p.Paragraph(2, gone, clean(fmt.Sprintf("enterprise application %q: service principal %s", r.App, r.ServicePrincipalID)))
	if r.ApplicationID != "" {
		p.Paragraph(2, gone, "application registration "+clean(r.ApplicationID))
	}
	for _, j := range r.Jobs {
		text := "synchronization job " + j.ID
		if j.Active {
			text += ", which is running"
		}
		p.Paragraph(2, gone, clean(text))
		if j.Provisioned > 0 {
			p.Paragraph(6, "", fmt.Sprintf("it forgets which %d of its accounts and groups belong to whom; they stay in the vendor's application, active as they are", j.Provisioned))
		}
	}
	if r.Assignments > 0 {
		p.Paragraph(2, gone, clean(r.losses()))
	}
	if r.Uncounted != "" {
		p.Paragraph(6, "", "members of groups are not counted: "+clean(r.Uncounted))
	}
	if r.Everybody {
		p.Paragraph(6, "", "the scope is everybody: nobody in the tenant is provisioned there any more")
	}
	p.Linef("")
	if purge {
		p.Paragraph(0, p.style.warn.Render("for good")+" ", "The application is purged: it cannot be restored, and a new one has other ids.")
		return
	}
	p.Paragraph(0, "", "The application can be restored for 30 days, with its settings and assignments.")
}

// losses says who loses access.
func (r Destroyed) losses() string {
	text := plural(r.Assignments, "assignment")
	if len(r.Groups) > 0 {
		text += ", of " + shortList(r.Groups)
	}
	people := "1 person loses"
	if r.People != 1 {
		people = fmt.Sprintf("%d people lose", r.People)
	}
	return text + ": " + people + " the application"
}

// shortList names a few, and how many more there are.
func shortList(names []string) string {
	const most = 5
	quoted := make([]string, min(len(names), most))
	for i := range quoted {
		quoted[i] = fmt.Sprintf("%q", names[i])
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (r Destroyed) name() string {
	if r.Environment != "" {
		return fmt.Sprintf("%s (%s)", r.Profile, r.Environment)
	}
	return r.Profile
}

// Destroyed says what became of an application.
func (p *Printer) Destroyed(r Destroyed) {
	switch r.State {
	case StatePurged:
		p.Paragraph(0, p.style.good.Render("Purged.")+" ", clean(fmt.Sprintf("%q is gone for good.", r.App)))
	case StateDeleted:
		p.Paragraph(0, p.style.good.Render("Deleted.")+" ", clean(fmt.Sprintf("%q can be restored until %s:", r.App, day(r.RestorableUntil))))
		p.restore(r)
	default:
		p.Paragraph(0, "", clean(fmt.Sprintf("Nothing to do: the tenant has no application of profile %s.", r.name())))
		if !r.RestorableUntil.IsZero() {
			p.Paragraph(0, "", clean(fmt.Sprintf("The deleted %q can be restored until %s, or removed for good with --purge:", r.App, day(r.RestorableUntil))))
			p.restore(r)
		}
	}
}

// restore is the command that brings an application back; its service principal
// comes with it. Source: graph_contract §2.
func (p *Printer) restore(r Destroyed) {
	p.Linef("  az rest --method POST --url %s/v1.0/directory/deletedItems/%s/restore", clean(r.Graph), clean(cmp.Or(r.ApplicationID, r.ServicePrincipalID)))
}

func day(t time.Time) string { return t.Format("2 January 2006") }
