package permission

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// all are the permissions that any verb uses.
func all(t *testing.T) []Permission {
	t.Helper()
	var out []Permission
	for _, verb := range Verbs() {
		for _, u := range table()[verb] {
			if !slices.ContainsFunc(out, func(p Permission) bool { return p.Name == u.permission.Name }) {
				out = append(out, u.permission)
			}
		}
	}
	if len(out) < 8 {
		t.Fatalf("the table has %d permissions", len(out))
	}
	return out
}

func TestPermissionsAreWhole(t *testing.T) {
	ids := map[string]string{}
	for _, p := range all(t) {
		for _, id := range []string{p.Application, p.Delegated} {
			if uuid.Validate(id) != nil || ids[id] != "" {
				t.Errorf("%s: id %q is no GUID, or that of %s", p.Name, id, ids[id])
			}
			ids[id] = p.Name
		}
		if p.Allows == "" || strings.HasSuffix(p.Allows, ".") {
			t.Errorf("%s allows %q", p.Name, p.Allows)
		}
		if strings.Contains(p.Name, "ReadWrite") && p.Role == "" {
			t.Errorf("%s: a person needs no role", p.Name)
		}
		if p.Covers != "" && !slices.Contains(broader[p.Covers], p.Name) {
			t.Errorf("%s covers %s, which does not know it", p.Name, p.Covers)
		}
	}
}

func TestFor(t *testing.T) {
	names := func(needs []Need, err error) string {
		if err != nil {
			return err.Error()
		}
		var out []string
		for _, n := range needs {
			name := n.Name
			if n.Optional() {
				name = "(" + name + ")"
			}
			out = append(out, name)
		}
		return strings.Join(out, " ")
	}
	only := func(c ...Condition) func(Condition) bool {
		return func(is Condition) bool { return slices.Contains(c, is) }
	}
	for _, tt := range []struct {
		name  string
		verbs []string
		holds func(Condition) bool
		want  string
	}{
		{"reading", []string{"status"}, nil, "Application.Read.All Synchronization.Read.All"},
		{"a writing verb covers reading ones", []string{"status", "start"}, nil, "Application.Read.All Synchronization.ReadWrite.All"},
		{"order of verbs means nothing", []string{"start", "status", "start"}, nil, "Application.Read.All Synchronization.ReadWrite.All"},
		{"what only improves a verb is optional, and covers nothing", []string{"plan"}, only(), "Application.Read.All Synchronization.Read.All (Organization.Read.All) (Synchronization.ReadWrite.All)"},
		{"conditions", []string{"apply"}, only(Groups), "Application.ReadWrite.All GroupMember.Read.All Synchronization.ReadWrite.All (Organization.Read.All)"},
		{"all conditions", []string{"apply"}, nil, "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All GroupMember.Read.All Synchronization.ReadWrite.All User.Read.All (Organization.Read.All)"},
		{"needed by one verb, used by another", []string{"import", "provision"}, only(Users), "Application.Read.All Synchronization.ReadWrite.All User.Read.All (GroupMember.Read.All) (Organization.Read.All)"},
		{"reading a user back", []string{"verify"}, only(), "Application.Read.All Synchronization.ReadWrite.All User.Read.All (Organization.Read.All)"},
		{"none", nil, nil, ""},
		{"unknown", []string{"plan", "fly"}, nil, `no verb "fly" works on a tenant: choose among ` + strings.Join(Verbs(), ", ")},
	} {
		if got := names(For(tt.verbs, tt.holds)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestUsesSurviveFolding(t *testing.T) {
	needs, err := For([]string{"status", "start"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Use{{Verb: "start", Why: "start, pause and restart the job"}, {Verb: "status", Why: readsJob}}
	if diff := cmp.Diff(want, needs[1].Uses); diff != "" {
		t.Error(diff)
	}
	conditional, err := For([]string{"plan", "apply"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range conditional {
		wants := map[string]int{"User.Read.All": 1, "GroupMember.Read.All": 1, "AppRoleAssignment.ReadWrite.All": 1}[n.Name]
		if len(n.When()) != wants {
			t.Errorf("%s is needed %q", n.Name, n.When())
		}
	}
}

func TestHeld(t *testing.T) {
	for _, tt := range []struct {
		p       Permission
		granted []string
		want    bool
	}{
		{syncRead, []string{"Synchronization.Read.All"}, true},
		{syncRead, []string{"Synchronization.ReadWrite.All"}, true},
		{syncWrite, []string{"Synchronization.Read.All", "Application.ReadWrite.All"}, false},
		{memberRead, []string{"Group.Read.All"}, true},
		{userRead, []string{"Directory.Read.All"}, true},
		{assignmentWrite, []string{"Directory.ReadWrite.All"}, false},
		{applicationWrite, []string{OwnedBy}, false},
		{logRead, nil, false},
	} {
		if got := tt.p.Held(tt.granted); got != tt.want {
			t.Errorf("%s with %q: %v", tt.p.Name, tt.granted, got)
		}
	}
}

func TestRequest(t *testing.T) {
	needs := []Need{{Permission: syncRead}, {Permission: userRead}}
	got, err := json.Marshal([][]Consent{Request(needs, false), Request(needs, true), Request(nil, false)})
	if err != nil {
		t.Fatal(err)
	}
	want := `[[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"` + syncRead.Application + `","type":"Role"},{"id":"` + userRead.Application + `","type":"Role"}]}],` +
		`[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"` + syncRead.Delegated + `","type":"Scope"},{"id":"` + userRead.Delegated + `","type":"Scope"}]}],` +
		`[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[]}]]`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}
