package engine_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

const (
	oktaFindAnn   = `GET /Users?filter=userName eq "ann@contoso.com"&startIndex=1&count=100`
	oktaFindSales = `GET /Groups?filter=displayName eq "Sales"&startIndex=1&count=100`
	oktaPush      = patchHead + `{"op":"replace","value":{"id":"id-2","displayName":"Sales"}}]}`
)

// okta is a job that speaks one of Okta's dialects.
func okta(d scim.Dialect) setup {
	return setup{config: func(c *engine.Config) { c.Dialect = d }}
}

var password = regexp.MustCompile(`"password":"Okta-[0-9a-f]{32}"`)

// hidePasswords puts a mark in place of random passwords.
func hidePasswords(sent []string) []string {
	for i := range sent {
		sent[i] = password.ReplaceAllString(sent[i], `"password":"…"`)
	}
	return sent
}

// TestOktaLife pins every request of a user's and a group's life. The reads between
// are part of it. Source: okta_contract §9.
func TestOktaLife(t *testing.T) {
	const (
		core    = `"urn:ietf:params:scim:schemas:core:2.0:User"`
		created = `POST /Users {"schemas":[` + core + `],"userName":"ann@contoso.com","name":{"givenName":"Ann"},"displayName":"Ann Example","externalId":"` + annID +
			`","title":"Engineer","password":"…","groups":[],"active":true}`
		resource = `,"id":"id-1","userName":"ann@contoso.com","name":{"givenName":"Ann"},"displayName":"Ann Example","externalId":"` + annID + `"`
		meta     = `"meta":{"resourceType":"User","created":"2026-07-17T09:00:00.000Z","lastModified":"2026-07-17T09:00:00.000Z","version":"W/\"`
		location = `"location":"https://target.invalid/Users/id-1"}}`
		read     = "GET /Users/id-1"
	)
	put := func(title, active, version string) string {
		return `PUT /Users/id-1 {"schemas":[` + core + `]` + resource + `,"title":"` + title + `","active":` + active + `,` + meta + version + `\"",` + location
	}
	for _, d := range []scim.Dialect{scim.OktaOIN, scim.OktaAIW} {
		t.Run(string(d), func(t *testing.T) {
			w := newWorld(t, okta(d))
			_, sent := w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
			wantSent(t, hidePasswords(sent), oktaFindAnn, created)
			w.must(t, ann(t, nil), engine.ActionOther, engine.Skipped)

			changed := map[scim.Dialect][]string{
				scim.OktaOIN: {read, "PATCH /Users/id-1" + patchHead + `{"op":"replace","value":{"title":"Boss"}}]}`},
				scim.OktaAIW: {read, put("Boss", "true", "1")},
			}
			_, sent = w.must(t, ann(t, map[string]any{"jobTitle": "Boss"}), engine.ActionUpdate, engine.Success)
			wantSent(t, sent, changed[d]...)

			gone := ann(t, map[string]any{"jobTitle": "Boss"})
			gone.Assigned = false
			off := map[scim.Dialect][]string{
				scim.OktaOIN: {read, "PATCH /Users/id-1" + patchHead + `{"op":"replace","value":{"active":false}}]}`},
				scim.OktaAIW: {read, put("Boss", "false", "2")},
			}
			_, sent = w.must(t, gone, engine.ActionDisable, engine.Success)
			wantSent(t, sent, off[d]...)

			on := map[scim.Dialect][]string{
				scim.OktaOIN: {read, "PATCH /Users/id-1" + patchHead + `{"op":"replace","value":{"active":true}}]}`},
				scim.OktaAIW: {read, put("Boss", "true", "3")},
			}
			_, sent = w.must(t, ann(t, map[string]any{"jobTitle": "Boss"}), engine.ActionUpdate, engine.Success)
			wantSent(t, sent, on[d]...)

			// A group is pushed by its name, before its members, whose names are known.
			_, sent = w.must(t, sales(t, annID), engine.ActionCreate, engine.Success)
			wantSent(t, sent, oktaFindSales,
				`POST /Groups {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","externalId":"`+salesID+`","members":[]}`,
				"PATCH /Groups/id-2"+oktaPush,
				"PATCH /Groups/id-2"+patchHead+`{"op":"add","path":"members","value":[{"value":"id-1","display":"ann@contoso.com"}]}]}`)
			left := sales(t)
			left.Removed = []engine.Member{{Type: mapping.User, ID: annID}}
			_, sent = w.must(t, left, engine.ActionUpdate, engine.Success)
			wantSent(t, sent, "GET /Groups/id-2", "PATCH /Groups/id-2"+oktaPush,
				"PATCH /Groups/id-2"+patchHead+`{"op":"remove","path":"members[value eq \"id-1\"]"}]}`)
			left.Assigned = false
			_, sent = w.must(t, left, engine.ActionDelete, engine.Success)
			wantSent(t, sent, "GET /Groups/id-2", "DELETE /Groups/id-2")

			// Nobody is ever deleted.
			gone = engine.Subject{Object: object(t, mapping.User, map[string]any{"objectId": annID}), Assigned: true, Deleted: engine.HardDeleted}
			_, sent = w.must(t, gone, engine.ActionDisable, engine.Success)
			if len(sent) != 2 || sent[0] != read || strings.HasPrefix(sent[1], "DELETE") || !strings.Contains(sent[1], `"active":false`) {
				t.Errorf("sent %q", sent)
			}
			if _, linked := w.links.Target(mapping.User, annID); linked {
				t.Error("who is gone for good is still linked")
			}
		})
	}
}

// TestOktaManager: references need the user as the server has it.
func TestOktaManager(t *testing.T) {
	for _, d := range []scim.Dialect{scim.OktaOIN, scim.OktaAIW} {
		w := newWorld(t, okta(d))
		w.must(t, ann(t, map[string]any{"objectId": bossID, "userPrincipalName": "boss@contoso.com"}), engine.ActionCreate, engine.Success)
		_, sent := w.must(t, ann(t, map[string]any{"manager": bossID}), engine.ActionCreate, engine.Success)
		if len(sent) != 4 || sent[2] != "GET /Users/id-2" || !strings.Contains(sent[3], `"`+scim.EnterpriseUserSchema+`":{"manager":{"value":"id-1"}}`) {
			t.Errorf("%s: sent %q; want a search, a creation, a read and the manager", d, sent)
		}
		for _, u := range w.server.State().Users {
			if u.ID() == "id-2" && (u.Text("title") != "Engineer" || u.Text("userName") != "ann@contoso.com") {
				t.Errorf("%s: something was lost: %v", d, u)
			}
		}
	}
}

// TestOktaSearchFindsNobody: a SCIM error of 404 is an answer to a search; a page of
// a gateway is none.
func TestOktaSearchFindsNobody(t *testing.T) {
	none := refusal(404, "", "nobody")
	s := okta(scim.OktaOIN)
	s.handler = scripted{"GET /Users": none, "POST /Users": {status: 201, body: `{"id":"1"}`}}
	newWorld(t, s).must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	s.handler = scripted{"GET /Users": {status: 404, body: "<html>", typ: "text/html"}}
	newWorld(t, s).must(t, ann(t, nil), engine.ActionOther, engine.Failure)
	s = setup{handler: scripted{"GET /Users": none}}
	newWorld(t, s).must(t, ann(t, nil), engine.ActionOther, engine.Failure)
}

// TestOktaPasswordIsHidden: the random password is in the request and nowhere else.
func TestOktaPasswordIsHidden(t *testing.T) {
	s := okta(scim.OktaAIW)
	s.handler = scripted{"GET /Users": {status: 200, body: list()}, "POST /Users": refusal(400, "invalidValue", "no")}
	w := newWorld(t, s)
	out, sent := w.must(t, ann(t, nil), engine.ActionCreate, engine.Failure)
	if !password.MatchString(sent[1]) {
		t.Fatalf("sent %q, want a password", sent)
	}
	if text := everything(out); strings.Contains(text, "Okta-") || !strings.Contains(text, `"password":"[Redact]"`) {
		t.Errorf("the outcome shows the password:\n%s", text)
	}
}

func TestOktaMatchesByName(t *testing.T) {
	w := newWorld(t, setup{config: func(c *engine.Config) { c.Dialect = scim.OktaOIN }, users: func(m *mapping.ObjectMapping) {
		m.Attributes[0].Match = 0 // externalId alone
	}})
	_, sent := w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	if sent[0] != oktaFindAnn {
		t.Errorf("sent %q, want a search by userName", sent)
	}
	out, _ := w.must(t, ann(t, map[string]any{"objectId": bossID, "userPrincipalName": nil}), engine.ActionOther, engine.Skipped)
	if out.Code != engine.SkipImport || !strings.Contains(out.Message, "userName") {
		t.Errorf("%s %s", out.Code, out.Message)
	}
}

func TestOktaTestConnection(t *testing.T) {
	w := newWorld(t, okta(scim.OktaAIW))
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	w.sent = nil
	if err := w.TestConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSent(t, w.sent, "GET /Users?startIndex=1&count=1")
}
