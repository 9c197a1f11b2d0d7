package engine_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// habit is what a server that somebody else wrote does with a request: an answer of its
// own, or nil for what is usual. Source: independent_clients.
type habit func(s *stranger, method, path, body string) *answer

// stranger is a server with a habit in front of the usual one.
type stranger struct {
	usual http.Handler
	habit habit
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if s.habit != nil {
		if a := s.habit(s, r.Method, r.URL.RequestURI(), string(body)); a != nil {
			scripted{r.Method + " " + r.URL.Path: *a}.ServeHTTP(w, r)
			return
		}
	}
	s.usual.ServeHTTP(w, r)
}

// does lets the usual server do a request.
func (s *stranger) does(method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", scim.ContentType)
	s.usual.ServeHTTP(w, r)
	return w
}

// refuses is a habit: a PATCH, or another method, that has the text is refused.
func refuses(method, text string, a answer) habit {
	return func(_ *stranger, m, path, body string) *answer {
		if m == method && strings.Contains(path+" "+body, text) {
			return &a
		}
		return nil
	}
}

// ignores is a habit: a PATCH that has the text is answered well, and nothing happens.
func ignores(text string, status int) habit {
	return func(s *stranger, method, path, body string) *answer {
		if method != http.MethodPatch || !strings.Contains(body, text) {
			return nil
		}
		if status == http.StatusNoContent {
			return &answer{status: status}
		}
		return &answer{status: status, body: s.does(http.MethodGet, path, "").Body.String()}
	}
}

// wipes is a habit: removing a member removes all.
func wipes(s *stranger, method, path, body string) *answer {
	if method != http.MethodPatch || !strings.Contains(body, `"op":"Remove","path":"members"`) {
		return nil
	}
	s.does(method, path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members"}]}`)
	group := s.does(http.MethodGet, path, "").Body.String()
	return &answer{status: 200, body: strings.Replace(group, `"meta"`, `"members":[],"meta"`, 1)}
}

// refusesAndDoes is a habit: what is refused has taken effect all the same.
func refusesAndDoes(text string, a answer) habit {
	return func(s *stranger, method, path, body string) *answer {
		if method != http.MethodPatch || !strings.Contains(body, text) {
			return nil
		}
		s.does(method, path, body)
		return &a
	}
}

// answersEmpty is a habit: a PATCH is done and answered with status 200 and nothing.
func answersEmpty(s *stranger, method, path, body string) *answer {
	if method != http.MethodPatch {
		return nil
	}
	if w := s.does(method, path, body); w.Code >= 300 {
		return &answer{status: w.Code, body: w.Body.String()}
	}
	return &answer{status: 200}
}

// dropsExtension is a habit: an extension is answered with 201 and lost.
func dropsExtension(s *stranger, method, path, body string) *answer {
	if method != http.MethodPost || !strings.HasPrefix(path, "/Users") {
		return nil
	}
	var user map[string]any
	if err := json.Unmarshal([]byte(body), &user); err != nil {
		return &answer{status: 400}
	}
	delete(user, strings.TrimSuffix(badge, ":badge"))
	left, err := json.Marshal(user)
	if err != nil {
		return &answer{status: 500}
	}
	w := s.does(method, path, string(left))
	return &answer{status: w.Code, body: w.Body.String()}
}

// TestStrangers: a small company at servers with the habits of real ones. Whatever they
// refuse is a failure of that object alone, with the request, the answer and what to
// tell the vendor; and once the vendor has mended the server, everything arrives.
func TestStrangers(t *testing.T) {
	const phone, urnKey = `phoneNumbers[type eq \"work\"].value`, `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":`
	invalid := func(scimType string) answer { return refusal(400, scimType, "we do not do that") }
	tests := []struct {
		name    string
		dialect scim.Dialect
		habit   habit
		failed  []string // ids of the objects that fail
		advice  string   // in what is said about the first
		warned  string   // in what is said about an object that does not fail
		silent  bool     // nobody can see that a change was lost: a restart brings it
	}{
		{name: "manager as an array", habit: refuses("PATCH", "manager", invalid("invalidPath")), failed: []string{"ann"}, advice: "manager"},
		{name: "no element for a value path", habit: refuses("PATCH", phone, invalid("noTarget")), failed: []string{"ann"}, advice: "create the element"},
		{name: "no element, and nothing said", habit: ignores(phone, 204), silent: true},
		{name: "no element, and the user in the answer", habit: ignores(phone, 200), warned: "phoneNumbers", silent: true},
		{name: "dotted keys", dialect: scim.EntraCompliant, habit: refuses("PATCH", `"name.familyName":`, invalid("")), failed: []string{"ann"}, advice: "Send the vendor this request"},
		{name: "dotted keys ignored", dialect: scim.EntraCompliant, habit: ignores(`"name.familyName":`, 200), warned: "name.familyName", silent: true},
		{name: "URN keys", dialect: scim.EntraCompliant, habit: refuses("PATCH", urnKey, invalid("invalidSyntax")), failed: []string{"ann"}, advice: "cannot read"},
		{name: "booleans as texts", habit: refuses("PATCH", `"value":"False"`, invalid("invalidValue")), failed: []string{"bob"}, advice: "aadOptscim062020"},
		{name: "one member goes, all go", habit: wipes, warned: "members", silent: true},
		{name: "no removal by a value array", habit: refuses("PATCH", `"op":"Remove"`, invalid("")), failed: []string{"sales"}, advice: "Send the vendor this request"},
		{name: "removal by filter refused, yet done", dialect: scim.EntraCompliant, habit: refusesAndDoes(`members[value`, invalid("")), failed: []string{"sales"}},
		{name: "members with a null reference", habit: refuses("PATCH", `"$ref":null,"value":"id-5"`, invalid("invalidValue")), failed: []string{"sales"}, advice: "Ask the vendor"},
		{name: "unknown member", habit: refuses("PATCH", `"op":"Add","path":"members"`, invalid("")), failed: []string{"sales"}},
		{name: "names that differ by letter case", habit: refuses("POST", "cy@x.com", refusal(409, "uniqueness", "CY@x.com is there")), failed: []string{"cy"}, advice: "did not find it by the matching attribute"},
		{name: "no filter by that attribute", habit: refuses("GET", "cy%40x.com", invalid("invalidFilter")), failed: []string{"cy"}, advice: "filters of the form"},
		{name: "a broken filter", habit: refuses("GET", "cy%40x.com", answer{status: 500, body: "Traceback", typ: "text/plain"}), failed: []string{"cy"}, advice: "Send the vendor this request"},
		{name: "an unknown schema of groups", habit: refuses("POST", "ADSCIM", invalid("invalidSyntax")), failed: []string{"ops"}, advice: "Send the vendor"},
		{name: "the same name twice", habit: refuses("POST", `"Ops"`, refusal(409, "uniqueness", "taken")), failed: []string{"ops"}, advice: "exists already"},
		{name: "a name that is no mail address", habit: refuses("POST", "cy@x.com", invalid("invalidValue")), failed: []string{"cy"}, advice: "Ask the vendor which value it refuses"},
		{name: "an extension is lost", habit: dropsExtension, warned: "badge", silent: true},
		{name: "an extension is refused", habit: refuses("POST", "Story:2.0:User", invalid("")), failed: []string{"cy"}, advice: "which schemas the server knows"},
		{name: "empty answers", habit: answersEmpty},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.dialect == "" {
				tt.dialect = scim.Entra
			}
			c := newCompany(t, setup{users: storyUsers, config: func(c *engine.Config) { c.Dialect = tt.dialect }}, nil)
			at := &stranger{usual: c.server}
			c.divert = at
			s := &storyteller{company: c, told: told{map[string]holder{}, map[string][]string{}}}
			s.smallCompany()
			c.cycle()
			s.compare("before")

			at.habit = tt.habit
			s.smallChanges()
			c.wait(40 * time.Minute)
			c.cycle()
			var failed []string
			warned := ""
			for _, r := range c.records {
				switch {
				case r.Status == engine.Failure:
					if !slices.Contains(failed, r.Source.ID) {
						failed = append(failed, r.Source.ID)
					}
					checkFailure(t, r, tt.advice)
				case r.Message != "" && r.Code == "":
					warned += r.Message + " " + r.Advice
				}
			}
			slices.Sort(failed)
			if !slices.Equal(failed, tt.failed) {
				t.Errorf("%v failed, want %v\n%s", failed, tt.failed, c.told())
			}
			if !strings.Contains(warned, tt.warned) || tt.warned == "" && warned != "" {
				t.Errorf("warned %q, want %q", warned, tt.warned)
			}

			at.habit = nil
			c.wait(2 * 24 * time.Hour)
			if tt.silent {
				c.state.Restart(engine.ResetDefault)
			}
			if done, _ := c.cycle(); done.Counts.Failed > 0 || len(c.state.Escrows()) > 0 {
				t.Errorf("after the server was mended: %+v\n%s", done.Counts, c.told())
			}
			if tt.name == "one member goes, all go" {
				s.groups["Sales"] = []string{} // members are never read back
			}
			s.compare("after the server was mended")
		})
	}
}

// checkFailure wants a failure to tell everything.
func checkFailure(t *testing.T, r engine.Record, advice string) {
	t.Helper()
	if r.Code == "" || r.Message == "" || r.Advice == "" || !strings.Contains(r.Advice, advice) {
		t.Errorf("%s: code %q, message %q, advice %q; want %q", r.Source.ID, r.Code, r.Message, r.Advice, advice)
	}
	details := map[string]string{}
	for _, step := range r.Steps {
		if step.Status == engine.Failure {
			for _, d := range step.Details {
				details[d.Name] = d.Value
			}
		}
	}
	for _, name := range []string{"Request", "Answer", "ErrorCode"} {
		if details[name] == "" {
			t.Errorf("%s: the failed step has no %s: %v", r.Source.ID, name, details)
		}
	}
	if !strings.HasPrefix(details["Request"], "GET ") && details["RequestBody"] == "" {
		t.Errorf("%s: the failed step has no body: %v", r.Source.ID, details)
	}
}

// smallCompany and smallChanges are enough to send every shape of request.
func (s *storyteller) smallCompany() {
	s.joins("boss", nil, nil)
	s.joins("ann", map[string]any{"jobTitle": "Clerk", "department": "Sales"}, holder{"title": "Clerk", "department": "Sales"})
	s.joins("bob", nil, nil)
	s.do(s.dir.Put(mapping.Group, map[string]any{"objectId": "sales", "displayName": "Sales"}))
	s.do(s.dir.Assign("sales", "User"))
	s.members("sales", "ann", "bob")
	s.with("Sales", "ann@x.com", "bob@x.com")
}

func (s *storyteller) smallChanges() {
	// In one request, so that servers that refuse a part of it refuse all of it.
	s.user("ann", map[string]any{"jobTitle": "Lead", "surname": "Wife", "telephoneNumber": "+44 1", "department": "Ops", "manager": "boss"})
	s.becomes("ann@x.com", holder{"title": "Lead", "name.familyName": "Wife", "phoneNumbers.work": "+44 1", "department": "Ops", "manager": "boss@x.com"})
	s.do(s.dir.Unassign("bob"))
	s.do(s.dir.SetMember("sales", engine.Member{Type: mapping.User, ID: "bob"}, false))
	s.becomes("bob@x.com", holder{"active": "false"})
	s.without("Sales", "bob@x.com")
	s.joins("cy", nil, nil)
	s.members("sales", "cy")
	s.with("Sales", "cy@x.com")
	s.do(s.dir.Put(mapping.Group, map[string]any{"objectId": "ops", "displayName": "Ops"}))
	s.do(s.dir.Assign("ops", "User"))
	s.groups["Ops"] = []string{}
}
