package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// theApp looks at one application. Each check stands by itself, so that one visit
// finds all that is wrong.
func (x *doctor) theApp(ctx context.Context, m *managed) {
	if m.missing != nil {
		x.broken("application", m.missing.Error(), "")
		return
	}
	x.application(m)
	x.replication(ctx, m)
	job, err := m.job()
	if err != nil {
		x.broken("job", err.Error(), "")
		return
	}
	x.good("job", fmt.Sprintf("%s, of template %s", job.ID, job.TemplateID))
	if job.TemplateID == entra.TemplateCustomAppSSO {
		x.doubtful("template", "the job is of the template customappsso, which behaves as in 2018", "Make a new job of the template scim, and write the mappings again.")
	}
	stored, err := x.session.target.Secrets(ctx, m.principal.ID)
	if err != nil {
		x.unseen("settings", err)
	}
	var app render.AppStatus
	settingsErr := settings(stored, &app)
	x.credentials(ctx, m, job, stored, err == nil)
	x.standing(m, job)
	x.failures(ctx, m, job)
	x.mappings(ctx, m, job, app.Scope == "all")
	if err == nil {
		x.notification(app, settingsErr)
		x.endpoint(ctx, app.Endpoint)
	}
}

func (x *doctor) application(m *managed) {
	found := fmt.Sprintf("%q, service principal %s", m.name, m.principal.ID)
	if m.owned {
		x.good("application", found)
		return
	}
	x.doubtful("application", found+", which scimctl did not make", "Take it over with: "+x.session.command(m, "apply")+" --adopt")
}

// replication asks all the places that must know the application; its jobs have been
// read from synchronization already.
func (x *doctor) replication(ctx context.Context, m *managed) {
	found, err := x.session.target.ServicePrincipals(ctx, entra.ServicePrincipalQuery{ID: m.principal.ID})
	switch {
	case err != nil:
		x.unseen("replication", err)
		return
	case len(found) == 0:
		x.broken("replication", "the service principal is found by name, but not by its id", "It was made or deleted just now: wait some minutes.")
		return
	}
	_, err = x.session.target.Application(ctx, m.principal.AppID)
	if e, ok := errors.AsType[*graph.Error](err); ok && e.NotFound() {
		x.doubtful("replication", "this tenant does not know the registration of the application", "If it was made just now, wait some minutes; the registration of another tenant's application is never here, and its roles cannot be managed.")
		return
	}
	if err != nil {
		x.unseen("replication", err)
		return
	}
	x.good("replication", "directory and synchronization know the application")
}

// credentials has Entra test the connection with what is stored.
func (x *doctor) credentials(ctx context.Context, m *managed, job entra.Job, stored []entra.Credential, known bool) {
	has := func(key string) bool {
		return slices.ContainsFunc(stored, func(c entra.Credential) bool { return c.Key == key && c.Value != "" })
	}
	if known && !has(entra.KeyBaseAddress) {
		r, _ := entra.ExplainCode("CredentialsMissing")
		x.broken("credentials", r.Means, r.Next)
		return
	}
	err := x.session.target.ValidateCredentials(ctx, m.principal.ID, job.ID, nil)
	refused, ok := errors.AsType[*entra.ConnectionError](err)
	switch {
	case ok:
		r, _ := entra.ExplainCode(refused.Code)
		x.broken("credentials", "Entra's test of the connection failed: "+refused.Error(), strings.TrimSpace(r.Means+" "+r.Next))
	case err != nil:
		x.unseen("credentials", err)
	case known && !has(entra.KeySecretToken) && !has(entra.KeyOAuth2ClientSecret):
		x.doubtful("credentials", "Entra's test of the connection passed, without a token of the vendor's", "Without one, Entra sends a token of its own, which is for tests only.")
	default:
		x.good("credentials", "Entra's test of the connection passed")
	}
}

// standing judges the job, and explains its quarantine.
func (x *doctor) standing(m *managed, job entra.Job) {
	s := render.NewJobStatus(job, x.session.now())
	next := s.Next
	if s.Bad || s.Condition == entra.Stopped || s.Condition == entra.WithErrors {
		if command := x.session.nextCommand(m, job, s.Condition); command != "" && !strings.HasPrefix(command, "scimctl doctor") {
			next += " See: " + command
		}
	}
	var details []string
	if q := s.Quarantine; q != nil {
		for _, r := range q.Reasons {
			details = append(details, fmt.Sprintf("%s: %s %s", r.Code, r.Means, r.Next))
		}
		if q.NextAttempt != nil && job.Active() {
			details = append(details, "The next attempt is at "+q.NextAttempt.UTC().Format("2006-01-02 15:04 UTC")+".")
		}
		if q.DisabledAt != nil {
			details = append(details, "The service gives up on "+q.DisabledAt.UTC().Format("2006-01-02")+".")
		}
	}
	if c := s.LastCycle; c != nil && c.Error != nil {
		details = append(details, strings.TrimSpace(fmt.Sprintf("Last cycle: %s %s %s", c.Error.Code, c.Error.Message, c.Error.Means)))
	}
	switch {
	case s.Bad:
		x.broken("cycles", s.Summary, next, details...)
	case s.Condition == entra.Healthy || s.Condition == entra.Running || s.Condition == entra.Waiting:
		x.good("cycles", s.Summary, details...)
	default:
		x.doubtful("cycles", s.Summary, next, details...)
	}
}

// How far the log is read for failures.
const (
	failuresSince = 7 * 24 * time.Hour
	failuresRead  = 2000
	failureCauses = 5
)

// failures counts by cause what failed in the last days.
func (x *doctor) failures(ctx context.Context, m *managed, job entra.Job) {
	type cause struct {
		code    string
		objects map[string]string // id -> name
	}
	var causes []*cause
	read := 0
	for e, err := range x.tenant.Log(ctx, graph.LogQuery{ServicePrincipalID: m.principal.ID, Since: x.session.now().Add(-failuresSince)}) {
		if err != nil {
			x.unseen("log", err)
			return
		}
		if read++; read > failuresRead {
			break
		}
		if !strings.EqualFold(e.Status, entra.LogFailure) || e.JobID != "" && e.JobID != job.ID {
			continue
		}
		code := cmp.Or(e.Code(), "no code")
		i := slices.IndexFunc(causes, func(c *cause) bool { return c.code == code })
		if i < 0 {
			i = len(causes)
			causes = append(causes, &cause{code, map[string]string{}})
		}
		causes[i].objects[e.Source.ID] = e.Name()
	}
	if len(causes) == 0 {
		x.good("log", "no object failed in the last 7 days")
		return
	}
	slices.SortStableFunc(causes, func(a, b *cause) int {
		return cmp.Or(cmp.Compare(len(b.objects), len(a.objects)), cmp.Compare(a.code, b.code))
	})
	var details []string
	for _, c := range causes[:min(len(causes), failureCauses)] {
		r, _ := entra.ExplainCode(c.code)
		names := []string{}
		for _, name := range c.objects {
			names = append(names, name)
		}
		slices.Sort(names)
		details = append(details, strings.TrimSpace(fmt.Sprintf("%s, %s such as %s: %s %s", c.code, count(len(names), "object"), names[0], r.Means, r.Next)))
	}
	if more := len(causes) - len(details); more > 0 {
		details = append(details, fmt.Sprintf("and %d more causes", more))
	}
	x.doubtful("log", "some objects failed in the last 7 days", "Look at them with: "+x.session.command(m, "logs")+" --status failure --since 7d", details...)
}

// mappings checks the rules on the schema that the job has.
func (x *doctor) mappings(ctx context.Context, m *managed, job entra.Job, everybody bool) {
	schema, err := x.session.target.Schema(ctx, m.principal.ID, job.ID)
	if err != nil {
		x.unseen("mappings", err)
		return
	}
	all, err := mapping.FromSchema(schema)
	if err != nil {
		x.broken("mappings", err.Error(), "")
		return
	}
	var problems diag.List
	var on []string
	for _, om := range all {
		if !om.Enabled {
			continue
		}
		on = append(on, fmt.Sprintf("%s for %ss", count(len(om.Attributes), "mapping"), strings.ToLower(om.Source)))
		problems = append(problems, mapping.Lint(om, mapping.LintOptions{Live: true, SyncAll: everybody})...)
	}
	var details []string
	for _, p := range problems {
		if p.Severity == diag.Error || p.Severity == diag.Warning {
			details = append(details, fmt.Sprintf("%s: %s", p.Code, p.Summary))
		}
	}
	const next = "Mend the mappings in the profile and apply it; scimctl validate says more about each."
	switch {
	case len(on) == 0:
		x.broken("mappings", "all object mappings are switched off, so that nobody is provisioned", "Switch the mapping of users on.")
	case problems.HasErrors():
		x.broken("mappings", "the job's mappings break rules of Entra", next, details...)
	case len(details) > 0:
		x.doubtful("mappings", listed(on)+", some of them doubtful", next, details...)
	default:
		x.good("mappings", listed(on)+", all by the rules")
	}
}

// notification: a quarantine that nobody hears of lasts for weeks.
func (x *doctor) notification(app render.AppStatus, err error) {
	switch {
	case err != nil:
		x.broken("notification", err.Error(), "")
	case app.Notify == "":
		x.doubtful("notification", "nobody is told when the job goes into quarantine", "Name an address under settings.notify.")
	default:
		x.good("notification", "to "+app.Notify)
	}
}
