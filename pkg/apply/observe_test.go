package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// filtered is idmelon with a scoping filter and a template base, which needs
// everything that can be observed.
func filtered() *profile.Resolved {
	r := idmelon()
	r.Groups.Base = mapping.BaseTemplate
	r.Users.Filters = &[]mapping.FilterGroup{{Name: "staff", Clauses: []mapping.FilterClause{
		{Attribute: text("department"), Operator: text("not equals"), Values: []string{"Sales"}},
	}}}
	return r
}

func TestObserveInThreeRounds(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, filtered(), plan.Options{})
	f.calls = nil
	// Every call takes a second of a clock that moves only when all wait.
	synctest.Test(t, func(t *testing.T) {
		f.before = func(context.Context, string) error { time.Sleep(time.Second); return nil }
		from := time.Now()
		o, err := apply.Observe(t.Context(), f, plan.Ask(filtered()))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(from); took > 3*time.Second {
			t.Errorf("the requests followed each other for %s, more than three rounds", took)
		}
		a := o.App
		if a == nil || a.Job == nil || a.Schema == nil || a.TemplateSchema == nil || a.Application == nil || a.Credentials != plan.CredentialsValid {
			t.Fatalf("observed %+v", a)
		}
		if len(a.Secrets) == 0 || len(a.Assignments) != 1 || a.Operators["notequals"] != "NOT_EQUALS" || a.SyncTemplates == nil {
			t.Errorf("observed %+v", a)
		}
	})
	slices.Sort(f.calls)
	if once := slices.Compact(slices.Clone(f.calls)); len(once) != len(f.calls) {
		t.Errorf("requests were repeated: %s", strings.Join(f.calls, ", "))
	}
}

func TestObserveOnlyWhatIsAsked(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	f.calls = nil
	r := &profile.Resolved{Profile: "idmelon", App: profile.App{Name: text("IDmelon")}, Settings: profile.Settings{SyncAll: new(true)}}
	if _, err := apply.Observe(t.Context(), f, plan.Ask(r)); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"Principals", "ApplicationTemplates", "Assignments", "TemplateSchema", "FilterOperators", "ValidateCredentials"} {
		if slices.Contains(f.calls, call) {
			t.Errorf("%s was called, which nobody asked for", call)
		}
	}
}

func TestObserveCredentials(t *testing.T) {
	refused := &entra.ConnectionError{Code: "SystemForCrossDomainIdentityManagementInvalidCredentials", Message: "401 from the endpoint"}
	cases := []struct {
		name string
		err  error
		want plan.CredentialState
		why  string
	}{
		{"accepted", nil, plan.CredentialsValid, ""},
		{"refused by the endpoint", refused, plan.CredentialsRejected, "401 from the endpoint"},
		{"refused by Graph", errors.New("401 UnknownError with an empty message"), plan.CredentialsUnknown, "401 UnknownError"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			applyAll(t, f, idmelon(), plan.Options{})
			f.reject = func(map[string]string) error { return c.err }
			o, err := apply.Observe(t.Context(), f, plan.Ask(idmelon()))
			if err != nil {
				t.Fatal(err)
			}
			if o.App.Credentials != c.want || !strings.Contains(o.App.CredentialsWhy, c.why) {
				t.Errorf("state %q because %q, want %q because %q", o.App.Credentials, o.App.CredentialsWhy, c.want, c.why)
			}
		})
	}
}

func TestObserveDoesNotTestHalfASetUp(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	delete(f.apps[0].secrets, entra.KeySecretToken)
	f.calls = nil
	if _, err := apply.Observe(t.Context(), f, plan.Ask(idmelon())); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(f.calls, "ValidateCredentials") {
		t.Error("credentials without a token were tested")
	}
}

func TestObserveDatesCandidates(t *testing.T) {
	f := newFake(t)
	f.addApp(entra.NonGalleryTemplateID, "IDmelon")
	f.addApp(entra.NonGalleryTemplateID, "IDmelon")
	o, err := apply.Observe(t.Context(), f, plan.Ask(idmelon()))
	if err != nil {
		t.Fatal(err)
	}
	if o.App != nil {
		t.Error("one of two applications was chosen")
	}
	for _, c := range o.Candidates {
		if c.Created == "" {
			t.Errorf("candidate %s has no date", c.ServicePrincipal.ID)
		}
	}
}

func TestObserveFailsWithWhatItDid(t *testing.T) {
	for call, want := range map[string]string{
		"Tenant":     "Tenant: 503",
		"Principals": "Principals: 503",
		"Jobs":       `enterprise application "IDmelon": Jobs: 503`,
		"Schema":     `enterprise application "IDmelon": Schema: 503`,
	} {
		f := newFake(t)
		applyAll(t, f, idmelon(), plan.Options{})
		f.before = func(_ context.Context, name string) error {
			if name == call {
				return errors.New(name + ": 503")
			}
			return nil
		}
		_, err := apply.Observe(t.Context(), f, plan.Ask(idmelon()))
		if err == nil || err.Error() != want {
			t.Errorf("%s fails with %v, want %s", call, err, want)
		}
	}
}

func TestObserveWithoutRegistration(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	f.apps[0].application = entra.Application{}
	o, err := apply.Observe(t.Context(), f, plan.Ask(idmelon()))
	if err != nil || o.App == nil || o.App.Application != nil {
		t.Errorf("observed %v, %v", o, err)
	}
}

func TestObserveStops(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	f.before = func(context.Context, string) error { once.Do(cancel); return nil }
	if _, err := apply.Observe(ctx, f, plan.Ask(idmelon())); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestObserveExisting(t *testing.T) {
	f := newFake(t)
	a := f.addApp(entra.NonGalleryTemplateID, "Money")
	for name, e := range map[string]*profile.Existing{
		"by object id":    {ServicePrincipal: a.principal.ID},
		"by client id":    {AppID: a.principal.AppID},
		"by display name": {Name: "Money"},
	} {
		r := idmelon()
		r.App.Existing = e
		o, err := apply.Observe(t.Context(), f, plan.Ask(r))
		if err != nil || o.App == nil || o.App.ServicePrincipal.ID != a.principal.ID {
			t.Errorf("%s: observed %+v, %v", name, o, err)
			continue
		}
		if o.App.TemplateSchema == nil || o.App.Schema != nil {
			t.Errorf("%s: an application without a job has the schema of its template: %+v", name, o.App)
		}
	}
}

func TestObserveGallery(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	r.App.Template = text("Klaxoon SAML")
	o, err := apply.Observe(t.Context(), f, plan.Ask(r))
	if err != nil || o.Template == nil || o.Template.ID != f.gallery[0].ID || len(o.Templates) > 0 {
		t.Errorf("observed %+v, %v", o, err)
	}
	f.gallery = append(f.gallery, f.gallery[0])
	if o, err = apply.Observe(t.Context(), f, plan.Ask(r)); err != nil || o.Template != nil || len(o.Templates) != 2 {
		t.Errorf("observed %+v, %v", o, err)
	}
}

func TestMarkedComesFirst(t *testing.T) {
	f := newFake(t)
	for range 3 {
		f.addApp(entra.NonGalleryTemplateID, "IDmelon")
	}
	f.apps[2].principal.Tags = []string{plan.Tag("idmelon", "")}
	o, err := apply.Observe(t.Context(), f, plan.Ask(idmelon()))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Candidates) != 3 || !o.Candidates[0].Tagged || o.App == nil || o.App.ServicePrincipal.ID != f.apps[2].principal.ID {
		t.Errorf("candidates %+v", o.Candidates)
	}
}
