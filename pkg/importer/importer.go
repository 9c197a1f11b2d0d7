package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// Input is what is known of the application.
type Input struct {
	Profile string        // name of the profile to write; "": that of the mark, or made from the application's name
	App     string        // display name of an application that App is not known of
	Tenant  entra.Tenant  // zero when unknown: the profile then names none
	From    *Application  // nil for an exported schema
	Schema  *entra.Schema // of an exported schema; From has its own
	// Template is the schema that jobs begin with, nil when it is not known. With
	// From it is that of the job's template.
	Template     *entra.Schema
	TemplateName string // display name or id of the application template; "" for non-gallery
}

// Application is an application as it was found in a tenant.
type Application struct {
	*plan.ObservedApp
	// Names has the name that stands for a user or group and for nobody else, by
	// object id. Who has none is written as object id.
	Names map[string]string
}

// Result is a profile and what is to be known about it.
type Result struct {
	Text        []byte
	Profile     string
	Environment string
	Token       string   // environment variable that the profile takes the token from, "" for none
	Beyond      []string // what the profile cannot say, one sentence each; it is in the text as well
	Unproven    []string // why a plan of the profile against the same state is not empty; none, as a rule
}

// Import makes a profile. The error says that the schema cannot be read.
func Import(in Input) (*Result, error) {
	d, err := newDraft(in)
	if err != nil {
		return nil, err
	}
	for range maxGivenUp {
		faults := d.faults()
		if len(faults) == 0 || !d.giveUp(faults[0]) {
			return d.result(faults), nil
		}
	}
	return d.result(d.faults()), nil
}

// maxGivenUp is above the number of parts that a schema can have in practice.
const maxGivenUp = 2000

// draft is a profile under way.
type draft struct {
	in       Input
	app      *plan.ObservedApp
	r        *profile.Resolved
	objects  []*object
	comments profile.Comments
	beyond   []string
}

func newDraft(in Input) (*draft, error) {
	d := &draft{in: in, app: observed(in), comments: profile.Comments{Above: map[string][]string{}, Assignees: map[int]string{}}}
	d.r = &profile.Resolved{}
	d.identity()
	d.endpoint()
	d.settings()
	d.roles()
	if d.app.Schema != nil {
		for _, source := range []string{mapping.User, mapping.Group} {
			o, err := newObject(d.app, source)
			if err != nil {
				return nil, err
			}
			if o != nil {
				d.objects = append(d.objects, o)
				d.beyond = append(d.beyond, o.beyond()...)
			}
		}
		d.beyond = append(d.beyond, beyondSchema(d.app.Schema, d.objects)...)
	}
	d.assign()
	d.build()
	return d, nil
}

// observed is the state that the profile is made from and checked against. An
// exported schema is that of an application of which nothing else is known.
func observed(in Input) *plan.ObservedApp {
	if in.From != nil {
		return in.From.ObservedApp
	}
	sp := entra.ServicePrincipal{ID: exported, AppID: exported, DisplayName: in.App}
	job := entra.Job{ID: exported, TemplateID: entra.TemplateSCIM}
	return &plan.ObservedApp{ServicePrincipal: sp, Jobs: []entra.Job{job}, Job: &job, Schema: in.Schema, TemplateSchema: in.Template}
}

// exported stands for the ids of an application that nothing is known of.
const exported = "exported"

// build puts the object mappings into the profile as they stand now.
func (d *draft) build() {
	for _, o := range d.objects {
		want := o.desired()
		switch o.source {
		case mapping.User:
			d.r.Users = want
		case mapping.Group:
			d.r.Groups = want
		}
	}
}

// object returns the draft of an object mapping, nil where there is none.
func (d *draft) object(source string) *object {
	i := slices.IndexFunc(d.objects, func(o *object) bool { return o.source == source })
	if i < 0 {
		return nil
	}
	return d.objects[i]
}

// say remembers something that the profile cannot express.
func (d *draft) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(d.beyond, text) {
		d.beyond = append(d.beyond, text)
	}
}

func (d *draft) result(faults []fault) *Result {
	beyond := slices.Clone(d.beyond)
	for _, o := range d.objects {
		beyond = append(beyond, o.withheld()...)
	}
	out := &Result{Profile: d.r.Profile, Environment: d.r.Environment, Beyond: beyond, Token: d.token()}
	for _, f := range faults {
		out.Unproven = append(out.Unproven, f.text)
	}
	out.Text = d.print(beyond, len(faults) == 0)
	return out
}

// print writes the profile with what is to be known in front.
func (d *draft) print(beyond []string, proven bool) []byte {
	c := d.comments
	c.Head = []string{d.title()}
	if proven && d.in.From != nil {
		c.Head = append(c.Head, "A plan of this profile against that tenant has nothing to do.")
	}
	if len(beyond) > 0 {
		c.Head = append(c.Head, "", "Not part of the profile, and left in the tenant as it is:")
		for _, b := range beyond {
			c.Head = append(c.Head, "- "+b)
		}
	}
	return profile.Print(d.r, c)
}

func (d *draft) title() string {
	name := d.r.App.Name.Value
	switch {
	case d.in.From == nil:
		return name + ", from an exported synchronization schema."
	case len(d.in.Tenant.Domains) > 0:
		return fmt.Sprintf("%s, as the tenant %s has it.", name, d.in.Tenant.Domains[0])
	default:
		return name + ", as its tenant has it."
	}
}

func (d *draft) token() string {
	e := d.r.Endpoint
	if e == nil {
		return ""
	}
	if e.OAuth2 != nil {
		return e.OAuth2.ClientSecret.Env
	}
	return e.Token.Env
}

// slug makes the name of a profile out of a display name.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String()[:min(b.Len(), maxName)], "-")
	return cmp.Or(s, "imported")
}

// maxName keeps names of profiles and what is made from them short.
const maxName = 48

// text is a diag.Text without a place.
func text(s string) diag.Text { return diag.Text{Value: s} }
