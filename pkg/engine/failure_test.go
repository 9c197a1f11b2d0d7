package engine_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

const (
	annBody   = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"a1","userName":"ann@contoso.com","active":true}`
	otherBody = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"b1","userName":"bob@contoso.com","active":true}`
)

// TestRefusals: whatever a server answers, the object ends in a failure with a
// code, the request, the answer and an advice.
func TestRefusals(t *testing.T) {
	none := answer{status: 200, body: list()}
	found := answer{status: 200, body: list(annBody)}
	html := answer{status: 200, body: "<!DOCTYPE html><title>Sign in</title>", typ: "text/html"}
	tests := []struct {
		name   string
		script scripted
		action engine.Action
		code   string
		shows  []string // in the details of the failed step
	}{
		{"search refused", scripted{"GET /Users": refusal(400, "invalidFilter", "no such attribute")}, engine.ActionOther, engine.CodeBadRequest, []string{"GET ", "invalidFilter no such attribute"}},
		{"token refused", scripted{"GET /Users": refusal(401, "", "bad token")}, engine.ActionOther, engine.CodeUnauthorized, []string{"401"}},
		{"token may not", scripted{"GET /Users": none, "POST /Users": refusal(403, "", "read only")}, engine.ActionCreate, engine.CodeInsufficientRights, []string{"POST ", "RequestBody", "403"}},
		{"search answers HTML", scripted{"GET /Users": html}, engine.ActionOther, engine.CodeServiceIncompatible, []string{"GET "}},
		{"search answers 404", scripted{"GET /Users": refusal(404, "", "no users")}, engine.ActionOther, engine.CodeServiceIncompatible, []string{"404"}},
		{"search answers a bare object", scripted{"GET /Users": {status: 200, body: annBody}}, engine.ActionOther, engine.CodeServiceIncompatible, []string{"GET "}},
		{"search answers an array", scripted{"GET /Users": {status: 200, body: "[" + annBody + "]"}}, engine.ActionOther, engine.CodeServiceIncompatible, []string{"GET "}},
		{"search answers several", scripted{"GET /Users": {status: 200, body: list(annBody, strings.Replace(annBody, "a1", "a2", 1))}}, engine.ActionOther, engine.CodeDuplicateTargetEntries, nil},
		{"search does not filter", scripted{"GET /Users": {status: 200, body: list(otherBody)}}, engine.ActionOther, engine.CodeServiceIncompatible, nil},
		{"search finds one and keeps it", scripted{"GET /Users": {status: 200, body: strings.Replace(list(), `"totalResults":0`, `"totalResults":1`, 1)}}, engine.ActionOther, engine.CodeServiceIncompatible, nil},
		{"search finds one without an id", scripted{"GET /Users": {status: 200, body: list(strings.Replace(annBody, `"id":"a1",`, "", 1))}}, engine.ActionOther, engine.CodeServiceIncompatible, nil},
		{"creation conflicts", scripted{"GET /Users": none, "POST /Users": refusal(409, "uniqueness", "taken")}, engine.ActionCreate, engine.CodeEntryConflict, []string{"uniqueness taken"}},
		{"creation conflicts with status 400", scripted{"GET /Users": none, "POST /Users": refusal(400, "uniqueness", "taken")}, engine.ActionCreate, engine.CodeEntryConflict, nil},
		{"creation not found", scripted{"GET /Users": none, "POST /Users": refusal(404, "", "no such path")}, engine.ActionCreate, engine.CodeServiceIncompatible, nil},
		{"creation unprocessable", scripted{"GET /Users": none, "POST /Users": refusal(422, "", "no")}, engine.ActionCreate, engine.CodeUnprocessableEntity, nil},
		{"creation not allowed", scripted{"GET /Users": none, "POST /Users": refusal(405, "", "no")}, engine.ActionCreate, engine.CodeMethodNotAllowed, nil},
		{"creation throttled", scripted{"GET /Users": none, "POST /Users": refusal(429, "", "slow down")}, engine.ActionCreate, engine.CodeTooManyRequests, nil},
		{"creation crashes", scripted{"GET /Users": none, "POST /Users": {status: 500, body: "panic", typ: "text/plain"}}, engine.ActionCreate, "", nil},
		{"creation not implemented", scripted{"GET /Users": none, "POST /Users": refusal(501, "", "no")}, engine.ActionCreate, engine.CodeNotImplemented, nil},
		{"creation answers nothing", scripted{"GET /Users": none, "POST /Users": {status: 201}}, engine.ActionCreate, engine.CodeServiceIncompatible, nil},
		{"update refused", scripted{"GET /Users": found, "PATCH /Users/a1": refusal(400, "noTarget", "path matches nothing")}, engine.ActionUpdate, engine.CodeBadRequest, []string{"PATCH ", "Operations", "noTarget"}},
		{"update conflicts", scripted{"GET /Users": found, "PATCH /Users/a1": refusal(409, "", "changed")}, engine.ActionUpdate, engine.CodeConflict, nil},
		{"update of what vanished", scripted{"GET /Users": found, "PATCH /Users/a1": refusal(404, "", "gone")}, engine.ActionUpdate, engine.CodeInvalidAnchor, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{handler: tt.script})
			out, _ := w.must(t, ann(t, nil), tt.action, engine.Failure)
			if tt.code != "" && out.Code != tt.code {
				t.Errorf("code %s, want %s", out.Code, tt.code)
			}
			if out.Code == "" || out.Message == "" || out.Advice == "" {
				t.Errorf("code %q, message %q, advice %q: all must say something", out.Code, out.Message, out.Advice)
			}
			last := out.Steps[len(out.Steps)-1]
			if last.Status != engine.Failure {
				t.Fatalf("last step %+v, want a failed one", last)
			}
			var shown strings.Builder
			for _, d := range last.Details {
				shown.WriteString(d.Name + "=" + d.Value + "\n")
			}
			for _, want := range tt.shows {
				if !strings.Contains(shown.String(), want) {
					t.Errorf("the step does not show %q:\n%s", want, shown.String())
				}
			}
			if strings.Contains(everything(out), "s3cret-token") {
				t.Error("the outcome shows the token")
			}
		})
	}
}

// TestAfterFailure: what did happen is not forgotten.
func TestAfterFailure(t *testing.T) {
	none := answer{status: 200, body: list()}
	made := answer{status: 201, body: annBody}
	t.Run("a vanished object is matched anew", func(t *testing.T) {
		w := newWorld(t, setup{handler: scripted{"GET /Users": {status: 200, body: list(annBody)}, "PATCH /Users/a1": refusal(404, "", "gone")}})
		w.must(t, ann(t, nil), engine.ActionUpdate, engine.Failure)
		if _, linked := w.links.Target(mapping.User, annID); linked {
			t.Error("still linked")
		}
	})
	t.Run("a gateway's 404 keeps the link", func(t *testing.T) {
		page := answer{status: 404, body: "<html>no such site</html>", typ: "text/html"}
		w := newWorld(t, setup{handler: scripted{"GET /Users/a1": page, "DELETE /Users/a1": page}})
		w.links.Link(mapping.User, annID, "a1")
		leaver, deleted := ann(t, nil), ann(t, nil)
		leaver.Assigned = false
		deleted.Deleted = engine.HardDeleted
		for _, s := range []engine.Subject{ann(t, nil), leaver, deleted} {
			out, _ := w.run(t, s)
			if _, linked := w.links.Target(mapping.User, annID); !linked || out.Status != engine.Failure {
				t.Fatalf("linked: %t after %s: %s", linked, out.Status, out.Message)
			}
		}
	})
	t.Run("a bare 404 of an object in scope has it matched again", func(t *testing.T) {
		w := newWorld(t, setup{handler: scripted{"GET /Users/old": {status: 404}, "GET /Users": {status: 200, body: list(annBody)}, "PATCH /Users/a1": {status: 204}}})
		w.links.Link(mapping.User, annID, "old")
		w.must(t, ann(t, nil), engine.ActionUpdate, engine.Success)
		if id, _ := w.links.Target(mapping.User, annID); id != "a1" {
			t.Errorf("linked to %q, want a1", id)
		}
	})
	t.Run("created, but the manager is refused", func(t *testing.T) {
		w := newWorld(t, setup{handler: scripted{"GET /Users": none, "POST /Users": made, "PATCH /Users/a1": refusal(400, "invalidPath", "manager")}})
		w.links.Link(mapping.User, bossID, "boss")
		out, _ := w.must(t, ann(t, map[string]any{"manager": bossID}), engine.ActionCreate, engine.Failure)
		if id, linked := w.links.Target(mapping.User, annID); !linked || id != "a1" || out.TargetID != "a1" {
			t.Errorf("linked to %q (%t), outcome %q: the user was created", id, linked, out.TargetID)
		}
	})
	t.Run("members that were refused are sent again", func(t *testing.T) {
		script := scripted{"GET /Groups": none, "POST /Groups": {status: 201, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g1","displayName":"Sales"}`}, "PATCH /Groups/g1": refusal(400, "", "no")}
		w := newWorld(t, setup{handler: script})
		w.links.Link(mapping.User, annID, "a1")
		w.must(t, sales(t, annID), engine.ActionCreate, engine.Failure)
		if w.links.HasMember(salesID, engine.Member{Type: mapping.User, ID: annID}) {
			t.Error("the refused member counts as sent")
		}
	})
	t.Run("deleting what is gone already", func(t *testing.T) {
		w := newWorld(t, setup{handler: scripted{"DELETE /Users/a1": refusal(404, "", "gone")}})
		w.links.Link(mapping.User, annID, "a1")
		s := ann(t, nil)
		s.Deleted = engine.HardDeleted
		w.must(t, s, engine.ActionDelete, engine.Success)
	})
	t.Run("a refused deletion keeps the link", func(t *testing.T) {
		w := newWorld(t, setup{handler: scripted{"DELETE /Users/a1": refusal(403, "", "no")}})
		w.links.Link(mapping.User, annID, "a1")
		s := ann(t, nil)
		s.Deleted = engine.HardDeleted
		out, _ := w.must(t, s, engine.ActionDelete, engine.Failure)
		if _, linked := w.links.Target(mapping.User, annID); !linked || out.Code != engine.CodeInsufficientRights {
			t.Errorf("linked: %t, code %s", linked, out.Code)
		}
	})
}

func TestLostChangesAreReported(t *testing.T) {
	w := newWorld(t, setup{handler: scripted{
		"GET /Users":      {status: 200, body: list(annBody)},
		"PATCH /Users/a1": {status: 200, body: strings.Replace(annBody, `"active"`, `"displayName":"Somebody","title":"Engineer","active"`, 1)},
	}})
	out, _ := w.must(t, ann(t, nil), engine.ActionUpdate, engine.Success)
	for _, name := range []string{"displayName", "name.givenName"} {
		if !strings.Contains(out.Message, name) {
			t.Errorf("message %q does not name %s", out.Message, name)
		}
	}
	if strings.Contains(out.Message, "title") {
		t.Errorf("message %q names title, which was stored", out.Message)
	}
	if last := out.Steps[len(out.Steps)-1]; last.Status != engine.Warning {
		t.Errorf("last step %s, want a warning", last.Status)
	}
}

func TestExpressionThatFails(t *testing.T) {
	w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes = append(m.Attributes, mapping.Attribute{Target: text("nickName"), Kind: mapping.Expression, Source: text("SingleAppRoleAssignment([appRoleAssignments])")})
	}})
	s := ann(t, nil)
	s.Roles = []string{"User", "Admin"}
	out, _ := w.must(t, s, engine.ActionCreate, engine.Warning)
	if !strings.Contains(out.Message, "nickName") || out.Advice == "" {
		t.Errorf("message %q, advice %q", out.Message, out.Advice)
	}
	if stepOf(t, out, engine.StepProcessing).Status != engine.Warning {
		t.Error("no warning in the processing step")
	}
	if w.server.State().Users[0].Text("displayName") != "Ann Example" {
		t.Error("the other attributes did not flow")
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t, setup{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := w.Provision(ctx, ann(t, nil))
	if out.Status != engine.Failure || out.Err == nil {
		t.Errorf("%s, error %v", out.Status, out.Err)
	}
}

func TestOddSubjects(t *testing.T) {
	w := newWorld(t, setup{})
	if out, _ := w.run(t, engine.Subject{}); out.Status != engine.Skipped {
		t.Errorf("no type: %s %s", out.Status, out.Message)
	}
	if out, _ := w.run(t, engine.Subject{Object: object(t, mapping.User, nil), Assigned: true}); out.Status != engine.Failure || !strings.Contains(out.Message, "objectId") {
		t.Errorf("no id: %s %s", out.Status, out.Message)
	}
}

func TestNewChecks(t *testing.T) {
	c, err := client.New(client.Options{BaseURL: "https://target.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	full := engine.Config{Users: compile(t, users(nil)), Client: c, Links: engine.NewMemory(), Env: mapping.Env{Now: clock}}
	tests := map[string]func(*engine.Config){
		"client":   func(c *engine.Config) { c.Client = nil },
		"links":    func(c *engine.Config) { c.Links = nil },
		"clock":    func(c *engine.Config) { c.Env.Now = nil },
		"mapped":   func(c *engine.Config) { c.Users = nil },
		"matching": func(c *engine.Config) { c.Users = compile(t, users(unmatched)) },
	}
	if _, err := engine.New(full); err != nil {
		t.Fatalf("a full configuration: %v", err)
	}
	for want, change := range tests {
		c := full
		change(&c)
		if _, err := engine.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: error %v", want, err)
		}
	}
}

func unmatched(m *mapping.ObjectMapping) {
	for i := range m.Attributes {
		m.Attributes[i].Match = 0
	}
}

func TestCodeOf(t *testing.T) {
	tests := map[string]error{
		engine.CodeTimeout:              context.DeadlineExceeded,
		engine.CodeInternalError:        errors.New("x"),
		engine.CodeWebExceptionProtocol: &client.Error{Kind: client.KindTLS, Method: http.MethodGet},
		engine.CodeServiceIncompatible:  &client.Error{Kind: client.KindRedirect, Method: http.MethodGet},
		engine.CodeInternalServerError:  &client.Error{Kind: client.KindStatus, Method: http.MethodGet, Status: 503},
	}
	for want, err := range tests {
		if got := engine.CodeOf(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
