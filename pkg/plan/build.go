package plan

import (
	"net/url"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
)

// Ids of the steps of which a plan has at most one.
const (
	idApp     = "app"
	idTag     = "tag"
	idRoles   = "roles"
	idJob     = "job"
	idPause   = "pause"
	idSecrets = "secrets"
	idTest    = "test"
	idSchema  = "schema"
	idStart   = "start"
	idStop    = "stop"
)

// States of a job that a profile can ask for.
const (
	stateStarted = "started"
	stateStopped = "stopped"
)

// Build compares. The profile must have been resolved with the ids of o's
// principals. Diagnostics with errors and Refusals are in the Plan; a plan that
// has either must not be applied.
func Build(r *profile.Resolved, o *Observed, opts Options) *Plan {
	b := &builder{r: r, o: o, opts: opts, q: Ask(r), p: &Plan{
		Profile:     r.Profile,
		Environment: r.Environment,
		Tenant:      o.Tenant,
		App:         AppRef{Name: r.App.Name.Value},
		Endpoint:    endpointRef(r.Endpoint),
		Steps:       []Step{},
	}}
	b.risks()
	if b.tenantFits() && b.identify() {
		b.lookups()
		b.steps()
	}
	b.p.Diagnostics = b.p.Diagnostics.Sort()
	b.p.State = StateOf(b.q, o)
	b.p.Digest = b.digest()
	return b.p
}

// builder is one Build under way. Its fields from app on are what earlier parts
// found out for later ones.
type builder struct {
	r    *profile.Resolved
	o    *Observed
	opts Options
	q    Query
	p    *Plan

	app        *ObservedApp // nil: it is to be created
	roles      []entra.AppRole
	rolesKnown bool // roles are all that the application will have
}

func (b *builder) add(s Step)               { b.p.Steps = append(b.p.Steps, s) }
func (b *builder) note(text string)         { b.p.Notes = append(b.p.Notes, text) }
func (b *builder) report(d diag.Diagnostic) { b.p.Diagnostics = append(b.p.Diagnostics, d) }
func (b *builder) refuse(r Refusal)         { b.p.Refusals = append(b.p.Refusals, r) }

// has reports whether one of the kinds is planned.
func (b *builder) has(kinds ...Kind) bool {
	return slices.ContainsFunc(b.p.Steps, func(s Step) bool { return slices.Contains(kinds, s.Kind) })
}

// steps plans everything in the order in which it can be done. What must be
// known to pause the job, the secrets and the schema, is worked out before.
func (b *builder) steps() {
	b.ensureRoles()
	b.createJob()
	secrets, schema := b.secretsStep(), b.schemaStep()
	b.pauseJob(secrets != nil || schema != nil)
	if secrets != nil {
		b.add(*secrets)
	}
	b.testConnection()
	if schema != nil {
		b.add(*schema)
	}
	b.assign()
	b.startJob()
	b.order()
	b.places()
	b.p.Reach = b.reach()
	if len(b.p.Steps) == 0 && !b.managesAnything() {
		b.report(diag.Warningf(codeNothingManaged, b.r.Where, "the profile manages nothing of the application"))
	}
}

func (b *builder) managesAnything() bool {
	return b.wantsJob() || b.r.Assign != nil || len(b.r.App.Roles) > 0 || b.managesSettings()
}

// order fills in which steps need which. A job is changed after it was paused
// and started after everything else; nothing is taken away before the rest is given.
func (b *builder) order() {
	before := map[Kind][]Kind{
		EnsureRoles:    {CreateApp},
		CreateJob:      {CreateApp},
		WriteSecrets:   {CreateApp, PauseJob, StopJob},
		TestConnection: {CreateJob, WriteSecrets},
		EditSchema:     {CreateJob, PauseJob, StopJob},
		Assign:         {CreateApp, EnsureRoles},
		Unassign:       {Assign},
		StartJob:       {CreateJob, PauseJob, WriteSecrets, TestConnection, EditSchema, Assign, Unassign},
	}
	for i, s := range b.p.Steps {
		for _, earlier := range b.p.Steps[:i] {
			if slices.Contains(before[s.Kind], earlier.Kind) {
				b.p.Steps[i].Needs = append(b.p.Steps[i].Needs, earlier.ID)
			}
		}
	}
}

// endpointRef names the endpoint and the source of its secret.
func endpointRef(e *profile.Endpoint) *EndpointRef {
	if e == nil {
		return nil
	}
	ref := &EndpointRef{URL: shownURL(e.URL.Value), Host: host(e.URL.Value), Token: e.Token}
	if e.OAuth2 != nil {
		ref.Token, ref.Host = e.OAuth2.ClientSecret, host(e.OAuth2.TokenURL)
	}
	if !ref.Token.IsZero() {
		ref.TokenFrom = ref.Token.String()
	}
	return ref
}

// host returns the host of a URL, or the text itself when it is none.
func host(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return u.Host
	}
	return shownURL(text)
}

// shownURL is a URL without a password that somebody may have written into it.
func shownURL(text string) string {
	if u, err := url.Parse(text); err == nil && u.User != nil {
		return u.Redacted()
	}
	return text
}
