package preview_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// groupsOf returns a mapping of groups with their members; more are lines of it.
func groupsOf(t *testing.T, more string) *mapping.Program {
	t.Helper()
	file, problems := profile.Load("test.yaml", []byte(`version: 1
profile: test
app: {name: Test}
endpoint: {url: "https://scim.example/v2", token: {env: TEST_TOKEN}}
groups:
  enabled: true
  base: none
`+more+`  mappings:
    - {target: displayName, source: displayName, match: 1}
    - {target: externalId, source: objectId}
    - {target: members, source: members}
`))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	r, problems := file.Profiles[0].Resolve(profile.Options{Sandbox: true})
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	mappings, _ := profiletest.ObjectMappings(r)
	for _, m := range mappings {
		if p, problems := mapping.Compile(m); m.Source == mapping.Group && p != nil && !problems.HasErrors() {
			return p
		}
	}
	t.Fatal("the profile does not map groups")
	return nil
}

// believing is a server that keeps one group as it was created and takes everything.
type believing struct{ group map[string]any }

func (b *believing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", scim.ContentType)
	switch {
	case r.Method == http.MethodPost:
		if err := json.NewDecoder(r.Body).Decode(&b.group); err != nil {
			panic(err)
		}
		b.group["id"] = "server-id"
		w.WriteHeader(http.StatusCreated)
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusNoContent)
		return
	case strings.HasSuffix(r.URL.Path, "/Groups"):
		fmt.Fprintf(w, `{"schemas":[%q],"totalResults":0,"Resources":[]}`, scim.ListResponseSchema)
		return
	}
	if err := json.NewEncoder(w).Encode(b.group); err != nil {
		panic(err)
	}
}

// TestForeseesTheEngineForGroups: likewise for groups and their members.
func TestForeseesTheEngineForGroups(t *testing.T) {
	many := []string{}
	for i := range 250 {
		many = append(many, fmt.Sprintf("u%d", i))
	}
	group := func(pairs ...any) map[string]any {
		return with(map[string]any{"objectId": "g", "displayName": `Sales "R&D"`, "members": []string{"u1", "u2"}}, pairs...)
	}
	for _, dialect := range []scim.Dialect{scim.Entra, scim.EntraCompliant, scim.EntraPatch2017, scim.OktaOIN, scim.OktaAIW} {
		for what, after := range map[string]map[string]any{
			"renamed":     group("displayName", "Ventes"),
			"one goes":    group("members", []string{"u2"}),
			"all change":  group("displayName", "Ventes", "members", many[3:]),
			"nobody left": group("members", []string{}),
			"nothing":     group(),
			"deleted":     group("IsSoftDeleted", true),
			"gone":        nil,
		} {
			t.Run(fmt.Sprintf("%s/%s", dialect, what), func(t *testing.T) {
				c := preview.Config{Groups: groupsOf(t, ""), Dialect: dialect}
				p := newPreview(t, c)
				w := newGroupWire(t, c, many)
				out, sent := w.provision(t, group(), nil)
				action, requests, _ := foreseen(t, p, group())
				compare(t, "creation", out, sent, action, requests)
				out, sent = w.provision(t, after, group())
				action, requests, _ = foreseen(t, p, map[string]any{"before": group(), "after": after})
				compare(t, "change", out, sent, action, requests)
			})
		}
	}
}

// groupWire is wire for groups: all members are linked under their placeholders.
type groupWire struct{ wire }

func newGroupWire(t *testing.T, c preview.Config, members []string) *groupWire {
	t.Helper()
	target := httptest.NewServer(&believing{})
	t.Cleanup(target.Close)
	w := &groupWire{wire{base: target.URL}}
	scimClient, err := client.New(client.Options{BaseURL: target.URL, Observe: func(x client.Exchange) {
		w.sent = append(w.sent, strings.Replace(x.Method+" "+strings.TrimPrefix(x.URL, target.URL)+" "+string(x.RequestBody), "server-id", preview.ID, 2))
	}})
	if err != nil {
		t.Fatal(err)
	}
	links := engine.NewMemory()
	for _, id := range members {
		links.Link(mapping.User, id, engine.Placeholder(id))
	}
	w.engine, err = engine.New(engine.Config{
		Groups: c.Groups, Dialect: c.Dialect, Client: scimClient, Links: links, Env: mapping.Env{Now: time.Now, Random: zeros{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// provision provisions a group as it is after a change; nil is gone for good.
func (w *groupWire) provision(t *testing.T, group, before map[string]any) (engine.Outcome, string) {
	t.Helper()
	s := engine.Subject{Assigned: true, Roles: []string{"User"}}
	if group["IsSoftDeleted"] == true {
		s.Deleted = engine.SoftDeleted
	}
	if group == nil {
		group, before, s.Deleted = with(before, "members", nil), nil, engine.HardDeleted
	}
	had, _ := before["members"].([]string)
	has, _ := group["members"].([]string)
	for _, id := range has {
		s.Members = append(s.Members, engine.Member{Type: mapping.User, ID: id})
	}
	for _, id := range had {
		if !strings.Contains(" "+strings.Join(has, " ")+" ", " "+id+" ") {
			s.Removed = append(s.Removed, engine.Member{Type: mapping.User, ID: id})
		}
	}
	var err error
	if s.Object, err = mapping.NewObject(mapping.Group, with(group, "members", nil)); err != nil {
		t.Fatal(err)
	}
	w.sent = nil
	out := w.engine.Provision(t.Context(), s)
	return out, strings.Join(w.sent, "\n")
}

func TestGroupScope(t *testing.T) {
	const filter = "  filters: [{name: big, all: [{attribute: description, operator: EQUALS, value: app}]}]\n"
	group := map[string]any{"objectId": "g", "displayName": "Sales", "description": "app", "members": []string{"u1"}}
	for _, c := range []struct {
		name            string
		keep            bool
		record          any
		action, last    string
		codes           string
		withoutRequests bool
	}{
		{name: "in scope", record: group, action: "create", last: `"value":"{id of u1}"`},
		{name: "filtered out", record: with(group, "description", "other"), action: "skip", codes: "NotEffectivelyEntitled", withoutRequests: true},
		{name: "without a name", record: with(group, "displayName", nil), action: "skip", codes: "ImportSkipped", withoutRequests: true},
		{name: "leaves the scope", record: map[string]any{"before": group, "after": with(group, "description", "other")}, action: "delete", last: "DELETE /Groups/{id} "},
		{name: "leaves the scope and stays", keep: true, record: map[string]any{"before": group, "after": with(group, "description", "other")},
			action: "skip", codes: "EntrySynchronizationSkipped", last: "GET /Groups/{id}?excludedAttributes=members "},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPreview(t, preview.Config{Groups: groupsOf(t, filter), SkipOutOfScopeDeletions: c.keep})
			action, requests, codes := foreseen(t, p, c.record)
			if action != c.action || strings.Join(codes, " ") != c.codes || !strings.Contains(requests[strings.LastIndexByte(requests, '\n')+1:], c.last) || c.withoutRequests && requests != "" {
				t.Errorf("%s %v\n%s", action, codes, requests)
			}
		})
	}
	if _, err := preview.New(preview.Config{Users: builtIn(t, "idmelon"), Groups: groupsOf(t, "")}); err == nil {
		t.Error("users and groups at once are taken")
	}
}

// TestOktaPutHidesRedacted: an object that is put whole shows nothing that Redact covers.
func TestOktaPutHidesRedacted(t *testing.T) {
	users := mappingOf(t, "", `{target: userName, source: mail, match: 1}`, `{target: nickName, expression: 'Redact([mailNickname])'}`, `{target: title, source: jobTitle}`)
	user := map[string]any{"objectId": "1", "mail": "a@x", "mailNickname": "canary", "jobTitle": "Clerk"}
	action, requests, _ := foreseen(t, newPreview(t, preview.Config{Users: users, Dialect: scim.OktaAIW}), map[string]any{"before": user, "after": with(user, "jobTitle", "Boss")})
	want := `PUT /Users/{id} {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@x","title":"Boss","nickName":"[Redact]","groups":[],"active":true,"id":"{id}"}`
	if action != "update" || !strings.HasSuffix(requests, want) || strings.Contains(requests, "canary") {
		t.Errorf("%s\n%s\nwant\n%s", action, requests, want)
	}
}
