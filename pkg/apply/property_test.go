package apply_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// dice makes profiles.
type dice struct{ *rand.Rand }

func (d dice) yes() bool { return d.IntN(2) == 0 }

// some returns a part of the list in its order.
func some[T any](d dice, all []T) []T {
	var out []T
	for _, v := range all {
		if d.yes() {
			out = append(out, v)
		}
	}
	return out
}

func one[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

// maybe returns one of the values, or nil for not managed.
func maybe[T any](d dice, all ...T) *T {
	if d.IntN(3) == 0 {
		return nil
	}
	return new(one(d, all...))
}

func (d dice) profile() *profile.Resolved {
	r := &profile.Resolved{Profile: "idmelon", App: profile.App{Name: text("IDmelon"), Template: text("non-gallery")}}
	r.App.Roles = some(d, []profile.Role{{Name: "Editor", Value: "editor"}, {Name: "Reader", Value: "reader", Description: "Reads"}, {Name: "User"}})
	url := one(d, "https://one.example/scim", "https://two.example/scim?aadOptscim062020")
	switch d.IntN(5) {
	case 0:
	case 1:
		r.Endpoint = &profile.Endpoint{URL: text(url), NoToken: true}
	case 2:
		r.Endpoint = &profile.Endpoint{URL: text(url), OAuth2: &profile.OAuth2{TokenURL: "https://login.example/token", ClientID: one(d, "a", "b"), ClientSecret: secret.Ref{Env: "IDMELON_SCIM_TOKEN"}}}
	default:
		r.Endpoint = &profile.Endpoint{URL: text(url), Token: secret.Ref{Env: "IDMELON_SCIM_TOKEN"}}
	}
	r.Settings = profile.Settings{
		SyncAll: maybe(d, true, false), SkipOutOfScopeDeletions: maybe(d, true, false),
		Notify: maybe(d, "", "a@contoso.com", "b@contoso.com"), DeletionThreshold: maybe(d, -1, 100, 500),
		State: one(d, "", "stopped"),
	}
	if r.Endpoint != nil && d.yes() {
		r.Settings.State = "started"
	}
	if d.yes() {
		r.Users = d.object(mapping.User, []mapping.Attribute{
			direct("displayName", "displayName", 0),
			direct("title", "jobTitle", 0),
			{Target: text("name.givenName"), Source: text("givenName"), Default: new("-"), OnCreateOnly: true},
			{Target: text(`addresses[type eq "work"].country`), Kind: mapping.Constant, Source: text("DK")},
			{Target: text("preferredLanguage"), Kind: mapping.DefaultOnly, Default: new("en")},
			computed("active", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`),
			computed("name.formatted", `Join(" ", [givenName], [surname])`),
			computed(`emails[type eq "work"].value`, one(d, `ToLower([mail])`, `Coalesce([mail], [userPrincipalName])`)),
		}, "externalId", "userName")
		r.Users.Enabled = nil
	}
	if d.yes() {
		r.Groups = d.object(mapping.Group, []mapping.Attribute{direct("displayName", "displayName", 0), direct("members", "members", 0)}, "externalId")
		r.Groups.Filters = nil
	}
	if d.yes() {
		r.Assign = &profile.Assign{Exclusive: d.yes(), To: some(d, []profile.Assignment{{Group: "IDmelon users"}, {User: "ann@contoso.com", Role: "User"}, {User: bobID}})}
	}
	return r
}

// object makes an object mapping that matches by one of the keys.
func (d dice) object(source string, pool []mapping.Attribute, matching ...string) *mapping.Desired {
	w := &mapping.Desired{Source: source, Base: one(d, mapping.BaseNone, mapping.BaseTemplate, mapping.BaseKeep), Enabled: maybe(d, true, false), Actions: maybe(d, mapping.AllActions, mapping.Create|mapping.Update)}
	key := one(d, matching...)
	w.Mappings = append(some(d, pool), direct(key, "objectId", 1))
	if source == mapping.User && key != "userName" {
		w.Mappings = append(w.Mappings, direct("userName", "userPrincipalName", 0))
	}
	d.Shuffle(len(w.Mappings), func(i, j int) { w.Mappings[i], w.Mappings[j] = w.Mappings[j], w.Mappings[i] })
	if d.yes() {
		w.TargetAttributes = []mapping.AttributeSpec{{Name: text("urn:ietf:params:scim:schemas:extension:X:2.0:" + source + ":badge"), Type: maybe(d, entra.TypeString, entra.TypeBoolean), Required: maybe(d, false)}}
	}
	w.Filters = maybe(d, nil, []mapping.FilterGroup{
		{Name: "staff", Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text(one(d, "EQUALS", "not equals")), Values: []string{"Sales"}}}},
		{Name: "all", Clauses: []mapping.FilterClause{{Attribute: text("country"), Operator: text("IS NOT NULL")}, {Attribute: text("mail"), Operator: text("regex match"), Values: []string{"^.+@contoso\\.com$"}}}},
	})
	return w
}

// TestSecondPlanIsEmpty applies a random profile, then another one on top, and
// plans each again under every decoration: there is nothing to do.
func TestSecondPlanIsEmpty(t *testing.T) {
	t.Parallel()
	const rounds = 24
	applied := 0
	for seed := range uint64(rounds) {
		d := dice{rand.New(rand.NewPCG(seed, 1))}
		f := newFake(t)
		opts := plan.Options{}
		var existing *profile.Existing
		if seed%3 == 0 {
			a := f.addApp(entra.NonGalleryTemplateID, "IDmelon")
			if d.yes() {
				f.addJob(a, entra.TemplateSCIM)
				a.secrets[entra.KeySyncNotificationSettings] = `{"Enabled":"true","Recipients":"x@contoso.com","HumanResourcesLookaheadQueryEnabled":false}`
				a.secrets[entra.KeyBaseAddress], a.secrets[entra.KeySecretToken] = "https://old.example", "old"
			}
			opts.Adopt = true
			if d.yes() {
				existing = &profile.Existing{ServicePrincipal: a.principal.ID}
			}
		}
		for step := range 2 {
			name := fmt.Sprintf("seed %d, profile %d", seed, step)
			r := d.profile()
			r.App.Existing = existing
			p := planFor(t, f, r, opts)
			if len(p.Refusals) > 0 {
				t.Fatalf("%s: refused: %v", name, p.Refusals)
			}
			if p.Diagnostics.HasErrors() {
				t.Logf("%s: not applied: %v", name, p.Diagnostics.Err())
				continue
			}
			checkPlan(t, p)
			if _, err := run(t.Context(), f, p); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, describe(p))
			}
			applied++
			if len(f.apps) != 1 || len(f.apps[0].jobs) > 1 {
				t.Fatalf("%s: %d applications", name, len(f.apps))
			}
			digest := ""
			for decoration, decorate := range decorations() {
				f.decorate = decorate
				p := planGood(t, f, r, opts)
				if len(p.Steps) > 0 {
					t.Fatalf("%s, %s: a second plan has steps:\n%s", name, decoration, describe(p))
				}
				if digest != "" && p.Digest != digest {
					t.Errorf("%s, %s: the digest differs", name, decoration)
				}
				digest = p.Digest
			}
			f.decorate = nil
		}
	}
	if applied < rounds {
		t.Errorf("only %d of %d profiles could be applied", applied, 2*rounds)
	}
}

// checkPlan checks what holds of every plan.
func checkPlan(t *testing.T, p *plan.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range p.Steps {
		for _, need := range s.Needs {
			if !seen[need] {
				t.Errorf("step %s needs %s, which does not come before it", s.ID, need)
			}
		}
		if seen[s.ID] {
			t.Errorf("two steps have the id %s", s.ID)
		}
		seen[s.ID] = true
		if s.Summary == "" || s.Action == "" {
			t.Errorf("step %s does not say what it does", s.ID)
		}
	}
	if len(p.Digest) != 64 {
		t.Errorf("digest %q", p.Digest)
	}
}

// TestDigestFollowsTheTenant checks that a plan's digest changes when somebody
// touches what the plan is about, and not when a cycle runs.
func TestDigestFollowsTheTenant(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	r := idmelon()
	r.Users.Mappings = append(r.Users.Mappings, direct("title", "jobTitle", 0))
	before := planGood(t, f, r, plan.Options{})
	f.apps[0].jobs[0].Status.LastExecution.CountExported++
	if again := planGood(t, f, r, plan.Options{}); again.Digest != before.Digest {
		t.Error("a cycle changes the digest")
	}
	touches := map[string]func(*fakeApp){
		"a mapping":     func(a *fakeApp) { a.schemas[a.jobs[0].ID] = f.template },
		"the scope":     func(a *fakeApp) { a.secrets[entra.KeySyncAll] = "true" },
		"an assignment": func(a *fakeApp) { a.assignments = nil },
		"the schedule":  func(a *fakeApp) { a.jobs[0].Schedule.State = entra.ScheduleDisabled },
		"a tag":         func(a *fakeApp) { a.principal.Tags = append(a.principal.Tags, "x") },
	}
	for name, touch := range touches {
		f := newFake(t)
		applyAll(t, f, idmelon(), plan.Options{})
		touch(f.apps[0])
		if after := planGood(t, f, r, plan.Options{}); after.Digest == before.Digest {
			t.Errorf("%s was touched and the digest is the same", name)
		}
	}
}
