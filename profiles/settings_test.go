package profiles_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/profiles"
)

// TestSettings has what guides say beside their tables.
func TestSettings(t *testing.T) {
	for _, want := range []struct {
		profile, app, template, url string
		adopted                     bool
		groups                      bool     // group objects are provisioned
		assigned                    []string // names of the groups
	}{
		{"idmelon/", "IDmelon", "non-gallery", "https://sso.idmelon.com/api/scim/v2/", false, true, []string{"IDmelon users"}},
		{"idmelon-extended/", "IDmelon", "non-gallery", "https://skm.idmelon.com/api/scim/v2/", false, true, []string{"IDmelon users"}},
		{"klaxoon/preproduction", "Klaxoon SCIM (pre-production)", "Klaxoon SAML", "https://klaxoon.example/scim/v2", false, true, []string{"Klaxoon Free", "Klaxoon Pro"}},
		{"klaxoon/production", "Klaxoon SCIM", "Klaxoon SAML", "https://klaxoon.example/scim/v2", false, true, []string{"Klaxoon Free", "Klaxoon Pro"}},
		{"andmoney-advisors/test", "andmoney advisors (test)", "", "https://api.test-env.booking.andmoney.dk/advisors/scim", true, false, []string{"AndMoney advisors"}},
		{"andmoney-advisors/production", "andmoney advisors", "", "https://api.booking.andmoney.dk/advisors/scim", true, false, []string{"AndMoney advisors"}},
		{"andmoney-rooms/test", "andmoney rooms (test)", "", "https://api.test-env.booking.andmoney.dk/rooms/scim", true, false, []string{"AndMoney rooms"}},
		{"andmoney-rooms/production", "andmoney rooms", "", "https://api.booking.andmoney.dk/rooms/scim", true, false, []string{"AndMoney rooms"}},
	} {
		t.Run(want.profile, func(t *testing.T) {
			r := find(t, want.profile)
			if r.App.Name.Value != want.app || (r.App.Existing != nil) != want.adopted {
				t.Errorf("application %q, adopted: %t", r.App.Name.Value, r.App.Existing != nil)
			}
			if want.adopted && r.App.Existing.Name != want.app {
				t.Errorf("adopts %q", r.App.Existing.Name)
			}
			if !want.adopted && r.App.Template.Value != want.template {
				t.Errorf("template %q, want %q", r.App.Template.Value, want.template)
			}
			if r.Endpoint.URL.Value != want.url {
				t.Errorf("tenant URL %s, want %s", r.Endpoint.URL.Value, want.url)
			}
			if r.Endpoint.TokenHint == "" || r.Endpoint.NoToken {
				t.Error("nothing says where the token comes from")
			}
			if s := r.Settings; s.SyncAll == nil || *s.SyncAll || s.State != "started" || s.Notify == nil || *s.Notify != "it@contoso.com" {
				t.Errorf("settings %+v", s)
			}
			if r.Groups == nil || r.Groups.Enabled == nil || *r.Groups.Enabled != want.groups {
				t.Errorf("groups %+v, want enabled: %t", r.Groups, want.groups)
			}
			var assigned []string
			for _, a := range r.Assign.To {
				for _, l := range r.Lookups {
					if l.ID == a.Group {
						assigned = append(assigned, l.Group)
					}
				}
			}
			if !slices.Equal(assigned, want.assigned) {
				t.Errorf("assigned %q, want %q", assigned, want.assigned)
			}
		})
	}
}

// TestTokensDiffer: each environment of a profile has a token of its own.
func TestTokensDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, r := range every(t) {
		if r.Environment == "" {
			continue
		}
		reference := r.Endpoint.Token.String()
		if other, ok := seen[reference]; ok {
			t.Errorf("%s and %s have the same token %s", other, r.name, reference)
		}
		seen[reference] = r.name
	}
	if len(seen) != 6 {
		t.Errorf("%d tokens, want 6", len(seen))
	}
}

// TestScopeIsAChoice: IDmelon's second guide leaves the scope to the customer.
func TestScopeIsAChoice(t *testing.T) {
	data, _ := profiles.Read("idmelon-extended")
	file, problems := profile.Load("idmelon-extended.yaml", data)
	report(t, problems)
	r, problems := file.Profiles[0].Resolve(profile.Options{Sandbox: true, Values: map[string]string{"scope": "all"}})
	report(t, problems)
	if r.Settings.SyncAll == nil || !*r.Settings.SyncAll {
		t.Errorf("scope all gives %+v", r.Settings)
	}
}

// TestDeprovisioning has the two lists of IDmelon's second guide, each way out with
// the action that it must have. The profile carries a test for each, which ran.
func TestDeprovisioning(t *testing.T) {
	r := find(t, "idmelon-extended/")
	results, problems := profiletest.Run(t.Context(), r, profiletest.Options{ReadFile: profiles.ReadFile})
	report(t, problems)
	yes, no := true, false
	for _, way := range []struct {
		name    string
		when    profile.When
		blocked bool
		action  string
	}{
		{"assigned only: removed from the group", profile.When{SyncAll: &no, Assigned: &no, Linked: true}, false, "disable"},
		{"assigned only: disabled", profile.When{SyncAll: &no, Linked: true}, true, "disable"},
		{"assigned only: deleted", profile.When{SyncAll: &no, Linked: true, Deleted: "soft"}, false, "disable"},
		{"assigned only: deleted for good", profile.When{SyncAll: &no, Linked: true, Deleted: "hard"}, false, "delete"},
		{"everybody: disabled", profile.When{SyncAll: &yes, Assigned: &no, Linked: true}, true, "disable"},
		{"everybody: deleted", profile.When{SyncAll: &yes, Assigned: &no, Linked: true, Deleted: "soft"}, false, "disable"},
		{"everybody: deleted for good", profile.When{SyncAll: &yes, Assigned: &no, Linked: true, Deleted: "hard"}, false, "delete"},
		{"everybody: unassigned is no way out", profile.When{SyncAll: &yes, Assigned: &no, Linked: true}, false, "skip"},
	} {
		i := slices.IndexFunc(r.Tests, func(test profile.Test) bool {
			return test.User != nil && sameWhen(test.When, way.when) && (test.User["accountEnabled"] == false) == way.blocked && test.Expect.Action == way.action
		})
		if i < 0 || !results[i].Passed {
			t.Errorf("%s: no test of the profile shows it", way.name)
		}
	}
}

func sameWhen(a, b profile.When) bool {
	same := func(x, y *bool) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	return same(a.Assigned, b.Assigned) && same(a.SyncAll, b.SyncAll) && a.Linked == b.Linked && a.Deleted == b.Deleted
}

// TestDecisions: what a guide leaves open is marked as decided where it stands.
func TestDecisions(t *testing.T) {
	for name, topics := range map[string][]string{
		"idmelon":           {"names no scope", "never says who is assigned", "does not say what becomes of the others", "pictures of steps 11 and 12", "before the job is started"},
		"idmelon-extended":  {"leaves it open", "never says who is assigned", "before the job is started"},
		"klaxoon":           {"avoid external or unauthorised domain names", "names no scope", "picture of the target attribute"},
		"andmoney-advisors": {"does not name it", "no matching precedence", "names no scope", "maps users only", "these and no others", "every 40 minutes"},
		"andmoney-rooms":    {"does not name it", "no matching precedence", "names no scope", "maps users only", "these and no others", "every 40 minutes"},
	} {
		data, _ := profiles.Read(name)
		decided := decisions(string(data))
		for _, topic := range topics {
			if !strings.Contains(decided, topic) {
				t.Errorf("%s: no decision about %q", name, topic)
			}
		}
	}
}

// decisions returns the comments that start with "# decided:", with their further
// lines, as one text.
func decisions(source string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(source) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			inside = false
			continue
		}
		if strings.HasPrefix(comment, " decided:") {
			inside = true
		}
		if inside {
			b.WriteString(strings.TrimSpace(comment) + " ")
		}
	}
	return b.String()
}
