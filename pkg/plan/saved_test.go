package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// busy is a profile and a tenant whose plan has steps of most kinds.
func busy(t *testing.T) (*profile.Resolved, *plan.Observed) {
	r, o := whole(), ready(t)
	put(o, entra.KeySyncAll, "true")
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "edit"}}
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: "Sales", Role: "edit"}}, Exclusive: true}
	o.App.Assignments = []entra.AppRoleAssignment{held("a", userID, entra.UserRoleID, entra.UserPrincipal)}
	r.Users.Mappings = append(r.Users.Mappings, mapping.Attribute{Target: diag.Text{Value: "title", Where: at(9), Marks: []diag.Mark{{Offset: 0}}}, Kind: mapping.Constant, Source: text("Staff & <Co>"), Where: at(9)})
	r.Users.Filters = &[]mapping.FilterGroup{}
	return r, o
}

func saved(t *testing.T, r *profile.Resolved, o *plan.Observed) []byte {
	t.Helper()
	p := plan.Build(r, o, plan.Options{})
	if p.Diagnostics.HasErrors() || len(p.Steps) == 0 {
		t.Fatalf("plan %s %v", kinds(p), p.Diagnostics)
	}
	s := plan.Saved{Program: "scimctl 1", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Cloud: "https://graph.microsoft.com",
		Plans: []plan.SavedPlan{plan.NewSaved("p.yaml", plan.ProfileDigest(r), plan.Ask(r), p, []string{"rematch"}, 50)}}
	data, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSavedComesBack: what is read is the plan that was written, with all that its
// plain JSON form leaves out.
func TestSavedComesBack(t *testing.T) {
	r, o := busy(t)
	want := plan.Build(r, o, plan.Options{})
	back, err := plan.Decode(saved(t, r, o))
	if err != nil {
		t.Fatal(err)
	}
	got := back.Plans[0]
	if got.File != "p.yaml" || got.MaxAffected != 50 || back.Cloud != "https://graph.microsoft.com" || got.ProfileDigest != plan.ProfileDigest(r) {
		t.Errorf("got %+v", got)
	}
	if a, b := jsonOf(t, want), jsonOf(t, got.Plan); a != b {
		t.Errorf("the plan is another one:\n%s", cmp.Diff(a, b))
	}
	token := step(t, got.Plan, plan.WriteSecrets).Secrets[1]
	if token.From != (secret.Ref{Env: "EXAMPLE_TOKEN"}) || got.Plan.Endpoint.Token != token.From {
		t.Errorf("the token comes from %v", token.From)
	}
	wants := step(t, got.Plan, plan.EditSchema).Schema.Wants
	if len(wants) != 1 || wants[0].Filters == nil || wants[0].Mappings[1].Where != at(9) || wants[0].Mappings[1].Target.Marks != nil {
		t.Errorf("wants %+v", wants)
	}
	if moved := got.Fits(o); len(moved) > 0 {
		t.Errorf("the same tenant moved: %q", moved)
	}
	if got.Plan.Reach == nil || len(got.Plan.Reach.Removed) != 1 {
		t.Errorf("reach %+v", got.Plan.Reach)
	}
}

// jsonOf is the JSON of a plan with members in a fixed order.
func jsonOf(t *testing.T, p *plan.Plan) string {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	text, _ = json.MarshalIndent(v, "", " ")
	return string(text)
}

// TestSavedFits: whatever somebody changes in the tenant is named.
func TestSavedFits(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*plan.Observed)
		want   string
	}{
		"mapping": {func(o *plan.Observed) {
			edit(t, o, mapping.Desired{Source: mapping.User, Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("displayName"), Source: text("mail"), Match: mapping.Unstated}}})
		}, "user mapping displayName: was source [displayName], is source [mail]"},
		"attribute list": {func(o *plan.Observed) {
			edit(t, o, mapping.Desired{Source: mapping.User, TargetAttributes: []mapping.AttributeSpec{{Name: text("title"), CaseExact: new(true)}}})
		}, "user target attribute title: was String, is String, case-exact"},
		"secret":     {func(o *plan.Observed) { put(o, entra.KeySyncAll, "false") }, "synchronization secret SyncAll: was true, is false"},
		"token gone": {func(o *plan.Observed) { put(o, entra.KeySecretToken, "") }, "synchronization secret SecretToken is gone; it was: stored"},
		"job":        {func(o *plan.Observed) { o.App.Jobs[0].Schedule.State = entra.SchedulePaused }, "was scim, started, is scim, not started"},
		"tag":        {func(o *plan.Observed) { o.App.ServicePrincipal.Tags = append(o.App.ServicePrincipal.Tags, "x") }, "tag x is new"},
		"assignment": {func(o *plan.Observed) { o.App.Assignments = nil }, `assignment of user "Somebody" (` + userID + ") is gone"},
		"group made anew": {func(o *plan.Observed) {
			o.Principals[entra.PrincipalRef{Type: entra.GroupPrincipal, Name: "Sales"}] = []entra.Principal{{Type: entra.GroupPrincipal, ID: userID}}
		}, `group "Sales": was ` + groupID + ", is " + userID},
		"application gone": {func(o *plan.Observed) { o.App, o.Candidates = nil, nil }, "enterprise application: was " + spID + ", is none"},
		"other tenant":     {func(o *plan.Observed) { o.Tenant.ID = userID }, "the plan is for contoso.onmicrosoft.com"},
	} {
		t.Run(name, func(t *testing.T) {
			r, o := busy(t)
			back, err := plan.Decode(saved(t, r, o))
			if err != nil {
				t.Fatal(err)
			}
			_, now := busy(t)
			c.change(now)
			if moved := back.Plans[0].Fits(now); !slices.ContainsFunc(moved, func(m string) bool { return strings.Contains(m, c.want) }) {
				t.Errorf("moved %q, want %q", moved, c.want)
			}
		})
	}
}

// TestSavedDoesNotMoveByItself: what changes by itself is no change.
func TestSavedDoesNotMoveByItself(t *testing.T) {
	r, o := busy(t)
	back, err := plan.Decode(saved(t, r, o))
	if err != nil {
		t.Fatal(err)
	}
	_, now := busy(t)
	now.App.Job.Status.LastExecution.CountExports = 99
	put(now, entra.KeySyncAll, "True")
	slices.Reverse(now.App.Secrets)
	if moved := back.Plans[0].Fits(now); len(moved) > 0 {
		t.Errorf("moved %q", moved)
	}
}

// TestSavedIsRefused: files that are not as they were written.
func TestSavedIsRefused(t *testing.T) {
	r, o := busy(t)
	data := saved(t, r, o)
	for _, change := range [][2]string{{"Staff & <Co>", "Boss"}, {"EXAMPLE_TOKEN", "OTHER_TOKEN"}, {tenantID, userID}, {`"maxAffected": 50`, `"maxAffected": 5000`}} {
		altered := bytes.ReplaceAll(data, []byte(change[0]), []byte(change[1]))
		if bytes.Equal(altered, data) {
			t.Fatalf("the file does not hold %s", change[0])
		}
		if _, err := plan.Decode(altered); !errors.Is(err, plan.ErrAltered) {
			t.Errorf("%s was changed: %v", change[0], err)
		}
	}
	if _, err := plan.Decode(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))); err != nil {
		t.Errorf("other line breaks: %v", err)
	}
	for name, c := range map[string]struct{ data, want string }{
		"no JSON":      {"profile: x", "no plan that scimctl saved"},
		"other JSON":   {`{"format":"x"}`, "no plan that scimctl saved"},
		"next version": {`{"format":"scimctl plan","version":2}`, "version 2"},
		"too large":    {strings.Repeat(" ", plan.MaxSaved+1), "at most"},
	} {
		if _, err := plan.Decode([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, plan.ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSavedHasNoSecret: a stored value that is not known to be plain is not kept.
func TestSavedHasNoSecret(t *testing.T) {
	r, o := busy(t)
	put(o, "Password", "canary-unmasked")
	put(o, entra.KeySecretToken, "canary-unmasked")
	if data := saved(t, r, o); bytes.Contains(data, []byte("canary")) {
		t.Errorf("the file holds the value:\n%s", data)
	}
}

// TestProfileDigest: what a profile asks for counts, how it says so does not.
func TestProfileDigest(t *testing.T) {
	before := plan.ProfileDigest(whole())
	same := whole()
	same.Where, same.Description, same.Tests = at(99), "words", []profile.Test{{Name: "x"}}
	same.Users.Mappings[0].Target.Where = at(98)
	if plan.ProfileDigest(same) != before {
		t.Error("layout counts")
	}
	other := whole()
	other.Users.Mappings[0].Source = text("mail")
	if plan.ProfileDigest(other) == before {
		t.Error("a source does not count")
	}
	other = whole()
	other.Endpoint.Token = secret.Ref{File: "token"}
	if plan.ProfileDigest(other) == before {
		t.Error("the source of the token does not count")
	}
}

// TestSavedMustAgree: a file with a right digest that does not say what it would do,
// or shows another source of a token than it reads, is none that scimctl wrote.
func TestSavedMustAgree(t *testing.T) {
	for name, content := range map[string]string{
		"no plan":       `{"plans":[{}]}`,
		"empty step":    `{"plans":[{"plan":{"steps":[{"kind":"assign","id":"x"}]}}]}`,
		"no schema":     `{"plans":[{"plan":{"steps":[{"kind":"editSchema"}]}}]}`,
		"no template":   `{"plans":[{"plan":{"steps":[{"kind":"createApp"}]}}]}`,
		"no source":     `{"plans":[{"plan":{"steps":[{"kind":"writeSecrets","secrets":[{"key":"SecretToken","secret":true}]}]}}]}`,
		"other source":  `{"plans":[{"tokens":{"SecretToken":{"env":"OTHER"}},"plan":{"steps":[{"kind":"writeSecrets","secrets":[{"key":"SecretToken","secret":true,"from":"environment variable SHOWN"}]}]}}]}`,
		"hidden source": `{"plans":[{"tokens":{"BaseAddress":{"env":"OTHER"}},"plan":{"steps":[{"kind":"writeSecrets","secrets":[{"key":"BaseAddress","value":"https://x"}]}]}}]}`,
	} {
		if _, err := plan.Decode(sealed(t, content)); !errors.Is(err, plan.ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sealed is a file with that content and a digest that fits it.
func sealed(t *testing.T, content string) []byte {
	t.Helper()
	var plain bytes.Buffer
	if err := json.Compact(&plain, []byte(content)); err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"format":"scimctl plan","version":1,"digest":"sha256:%x","content":%s}`, sha256.Sum256(plain.Bytes()), content)
}

// FuzzDecode: no content panics, neither when it is read nor when it is compared, and
// what was read can be written.
func FuzzDecode(f *testing.F) {
	f.Add(`{"plans":[{"plan":{"steps":[{"kind":"editSchema","schema":{"changes":[]}}]},"wants":[{"Source":"User","Base":"keep"}]}]}`)
	f.Add(`{"plans":[{"state":[{"what":"tenant","value":"x"}],"query":{"Existing":{"Name":"x"}},"plan":{"tenant":{"id":"t"}}}]}`)
	f.Fuzz(func(t *testing.T, content string) {
		if !json.Valid([]byte(content)) {
			return
		}
		s, err := plan.Decode(sealed(t, content))
		if err != nil {
			return
		}
		if _, err := s.Encode(); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
		for i := range s.Plans {
			now := ready(t)
			now.Tenant.ID = s.Plans[i].Plan.Tenant.ID
			s.Plans[i].State = plan.StateOf(s.Plans[i].Query, now)
			_ = s.Plans[i].Fits(now)
		}
	})
}
