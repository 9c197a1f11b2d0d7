package plan

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
)

// nonGallery is how a profile calls the template of custom applications.
const nonGallery = "non-gallery"

// Query is what must be known of a tenant to plan one profile.
type Query struct {
	Tag          string               // mark that scimctl puts on what it made
	Name         string               // display name of the application
	Template     string               // gallery template's id or display name; "" for non-gallery
	Existing     *profile.Existing    // adopted application
	Job          string               // chosen job id, or ""
	SyncTemplate string               // chosen synchronization template, or ""
	Principals   []entra.PrincipalRef // users and groups to look up
	Assignments  bool                 // the application's assignments are managed
	Mappings     bool                 // attribute mappings are managed, so schemas are needed
	FullMappings bool                 // a base other than keep: the template's schema is needed as well
	Filters      bool                 // scoping filters are managed, so the tenant's operators are needed

	// TestConnection asks to validate the stored credentials, which makes sense
	// where all keys of SignIn are stored.
	TestConnection bool
	SignIn         []string
}

// Ask returns the Query of a profile.
func Ask(r *profile.Resolved) Query {
	q := Query{
		Tag:            Tag(r.Profile, r.Environment),
		Name:           r.App.Name.Value,
		Existing:       r.App.Existing,
		Job:            r.App.Job.Value,
		SyncTemplate:   r.App.SyncTemplate.Value,
		Principals:     principalRefs(r),
		Assignments:    r.Assign != nil,
		TestConnection: r.Endpoint != nil || r.Settings.State == stateStarted,
		SignIn:         signInKeys(r.Endpoint),
	}
	if t := r.App.Template.Value; t != nonGallery {
		q.Template = t
	}
	for _, want := range wants(r) {
		q.Mappings = true
		q.FullMappings = q.FullMappings || want.Base == mapping.BaseNone || want.Base == mapping.BaseTemplate
		q.Filters = q.Filters || want.Filters != nil && len(*want.Filters) > 0
	}
	return q
}

// wants returns the object mappings that a profile manages.
func wants(r *profile.Resolved) []mapping.Desired {
	var out []mapping.Desired
	for _, d := range []*mapping.Desired{r.Users, r.Groups} {
		if d != nil {
			out = append(out, *d)
		}
	}
	return out
}

// signInKeys are the secrets without which Entra cannot sign in to the endpoint.
func signInKeys(e *profile.Endpoint) []string {
	switch {
	case e == nil || e.NoToken || e.OAuth2 == nil && e.Token.IsZero():
		return []string{entra.KeyBaseAddress}
	case e.OAuth2 != nil:
		return []string{entra.KeyBaseAddress, entra.KeyOAuth2TokenExchangeURI, entra.KeyOAuth2ClientID, entra.KeyOAuth2ClientSecret}
	default:
		return []string{entra.KeyBaseAddress, entra.KeySecretToken}
	}
}

// CanTest reports whether the stored credentials are complete enough to be
// validated.
func (q Query) CanTest(stored []entra.Credential) bool {
	return q.TestConnection && !slices.ContainsFunc(q.SignIn, func(key string) bool {
		return !slices.ContainsFunc(stored, func(c entra.Credential) bool { return c.Key == key && c.Value != "" })
	})
}

// TemplateID returns the id of the application template, "" while it is unknown.
func (q Query) TemplateID(o *Observed) string {
	switch {
	case q.Template == "":
		return entra.NonGalleryTemplateID
	case o.Template != nil:
		return o.Template.ID
	default:
		return ""
	}
}

// Fitting returns the candidates that the identity rules leave: those of
// Existing; else those that carry the mark among their tags; else those that were
// made with it; else those of the name and template.
// An application is only managed when exactly one fits.
func (q Query) Fitting(o *Observed) []Candidate {
	if q.Existing != nil {
		return o.Candidates
	}
	var marked, begun, named []Candidate
	for _, c := range o.Candidates {
		switch {
		case c.Tagged:
			marked = append(marked, c)
		case c.Begun:
			begun = append(begun, c)
		case strings.EqualFold(c.ServicePrincipal.DisplayName, q.Name) && strings.EqualFold(c.ServicePrincipal.ApplicationTemplateID, q.TemplateID(o)):
			named = append(named, c)
		}
	}
	switch {
	case len(marked) > 0:
		return marked
	case len(begun) > 0:
		return begun
	}
	return named
}

// FittingJobs returns the jobs that may be the managed one: the chosen id, else
// the only job, else those of the synchronization template.
func (q Query) FittingJobs(jobs []entra.Job) []entra.Job {
	if q.Job == "" && len(jobs) == 1 {
		return jobs
	}
	template := q.SyncTemplate
	if template == "" && q.Template == "" {
		template = entra.TemplateSCIM
	}
	var byTemplate []entra.Job
	for _, j := range jobs {
		switch {
		case q.Job != "" && j.ID == q.Job:
			return []entra.Job{j}
		case q.Job == "" && template != "" && j.TemplateID == template:
			byTemplate = append(byTemplate, j)
		}
	}
	if q.Job != "" || len(byTemplate) > 0 {
		return byTemplate
	}
	return jobs
}

// ChooseSyncTemplate returns the id of the template to make a job from: wish,
// else scim, else the default one, else the only one; "" when none can be told.
// Source: graph_contract §4, graph_gotchas 12.
func ChooseSyncTemplate(wish string, offered []entra.SyncTemplate) string {
	find := func(fits func(entra.SyncTemplate) bool) string {
		if i := slices.IndexFunc(offered, fits); i >= 0 {
			return offered[i].ID
		}
		return ""
	}
	if wish != "" {
		return find(func(t entra.SyncTemplate) bool { return t.ID == wish })
	}
	if id := find(func(t entra.SyncTemplate) bool { return t.ID == entra.TemplateSCIM }); id != "" {
		return id
	}
	if id := find(func(t entra.SyncTemplate) bool { return t.Default }); id != "" {
		return id
	}
	if len(offered) == 1 {
		return offered[0].ID
	}
	return ""
}

// FoldOperators maps the folded spelling of filter operators to the tenant's own,
// as mapping.Converge takes them; nil for no names.
func FoldOperators(names []string) map[string]string {
	if len(names) == 0 {
		return nil
	}
	folded := make(map[string]string, len(names))
	for _, name := range names {
		folded[mapping.FoldOperator(name)] = name
	}
	return folded
}
