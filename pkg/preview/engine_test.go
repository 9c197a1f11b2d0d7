package preview_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// wire is an engine that provisions into a server of this process, and what it sent.
type wire struct {
	engine *engine.Engine
	sent   []string // method, path and body
	base   string
}

const bossID = "00000000-0000-4000-8000-00000000b055"

// newWire returns the engine of the same job as a preview. The user with bossID is
// provisioned.
func newWire(t *testing.T, c preview.Config) *wire {
	t.Helper()
	next := 0
	target := httptest.NewServer(server.New(server.Options{NewID: func() string {
		next++
		return fmt.Sprintf("server-id-%d", next)
	}}))
	t.Cleanup(target.Close)
	w := &wire{base: target.URL}
	scimClient, err := client.New(client.Options{BaseURL: target.URL, Transport: http.DefaultTransport, Observe: func(x client.Exchange) {
		w.sent = append(w.sent, x.Method+" "+strings.TrimPrefix(x.URL, target.URL)+" "+string(x.RequestBody))
	}})
	if err != nil {
		t.Fatal(err)
	}
	links := engine.NewMemory()
	links.Link(mapping.User, bossID, "{id of "+bossID+"}")
	w.engine, err = engine.New(engine.Config{
		Users: c.Users, SyncAll: c.SyncAll, SkipOutOfScopeDeletions: c.SkipOutOfScopeDeletions, Dialect: c.Dialect,
		Client: scimClient, Links: links, Env: mapping.Env{Now: time.Now, Random: zeros{}, DefaultDomain: "contoso.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// provision provisions a user as the preview takes one, and returns what was sent
// with the server's ids in the form of previews.
func (w *wire) provision(t *testing.T, user map[string]any, deleted engine.Deleted) (engine.Outcome, string) {
	t.Helper()
	o, err := mapping.NewObject(mapping.User, user)
	if err != nil {
		t.Fatal(err)
	}
	s := engine.Subject{Object: o, Assigned: true, Deleted: deleted, Roles: []string{"User"}}
	if roles := o.Attribute("appRoleAssignments").Strings(); len(roles) > 0 {
		s.Roles = roles
	}
	if user["IsSoftDeleted"] == true {
		s.Deleted = engine.SoftDeleted
	}
	w.sent = nil
	out := w.engine.Provision(t.Context(), s)
	sent := strings.Join(w.sent, "\n")
	if out.TargetID != "" {
		sent = strings.ReplaceAll(sent, out.TargetID+" ", preview.ID+" ")
	}
	return out, password.ReplaceAllString(sent, "{random}")
}

// password is the random one of Okta's creations.
var password = regexp.MustCompile("Okta-[0-9a-f]{32}")

// foreseen is the preview of one record: the action, the requests, the problems' codes.
func foreseen(t *testing.T, p *preview.Preview, record any) (action, requests string, codes []string) {
	t.Helper()
	line, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return foreseenLine(t, p, string(line))
}

func foreseenLine(t *testing.T, p *preview.Preview, line string) (action, requests string, codes []string) {
	t.Helper()
	var out bytes.Buffer
	if _, err := p.Run(t.Context(), preview.Lines("in.ndjson", strings.NewReader(line)), &out, preview.Options{Format: preview.JSON()}); err != nil {
		t.Fatal(err)
	}
	var r struct {
		Action   string
		Requests []struct {
			Method, Path string
			Body         json.RawMessage
		}
		Problems []struct{ Code string }
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	var lines []string
	for _, q := range r.Requests {
		lines = append(lines, q.Method+" "+q.Path+" "+string(q.Body))
	}
	for _, problem := range r.Problems {
		codes = append(codes, problem.Code)
	}
	return r.Action, strings.Join(lines, "\n"), codes
}

func with(user map[string]any, pairs ...any) map[string]any {
	out := map[string]any{}
	for name, v := range user {
		out[name] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// everything maps attributes of all kinds.
var everything = []string{
	`{target: userName, source: userPrincipalName, match: 1}`,
	`{target: externalId, source: objectId, match: 2}`,
	`{target: active, expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'}`,
	`{target: displayName, source: displayName}`,
	`{target: 'emails[type eq "work"].value', source: mail}`,
	`{target: 'phoneNumbers[type eq "mobile"].value', source: mobile}`,
	`{target: name.givenName, source: givenName}`,
	`{target: title, source: jobTitle, default: Staff}`,
	`{target: nickName, source: mailNickname, apply: create}`,
	`{target: userType, constant: Member}`,
	`{target: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", source: department}`,
	`{target: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", source: manager}`,
	`{target: preferredLanguage, expression: 'IIF(IsNullOrEmpty([preferredLanguage]), "en", [preferredLanguage])'}`,
}

var ann = map[string]any{
	"objectId": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "userPrincipalName": "ann.o'neill+x@contoso.com", "displayName": `Ann "Q" É`,
	"givenName": "Ann", "surname": "Example", "mail": "ann@contoso.com", "accountEnabled": true, "department": "R&D <x>",
}

// TestForeseesTheEngine: in the dialects that send changes alone, what a preview shows
// is byte for byte what the engine sends to a server, for creations, changes, leavers
// and deletions.
func TestForeseesTheEngine(t *testing.T) {
	for _, dialect := range []scim.Dialect{scim.Entra, scim.EntraCompliant, scim.OktaOIN} {
		for name, users := range map[string]*mapping.Program{"idmelon": builtIn(t, "idmelon"), "everything": mappingOf(t, "", everything...)} {
			c := preview.Config{Users: users, Dialect: dialect}
			for what, change := range map[string][2]map[string]any{
				"renamed":      {ann, with(ann, "displayName", "Ann Other", "surname", "Other", "userPrincipalName", "other@contoso.com")},
				"one change":   {ann, with(ann, "displayName", "Ann Other")},
				"new manager":  {ann, with(ann, "manager", bossID, "mobile", "+33 1")},
				"had manager":  {with(ann, "manager", bossID), with(ann, "manager", bossID, "jobTitle", "Boss")},
				"blocked":      {ann, with(ann, "accountEnabled", false)},
				"deleted":      {ann, with(ann, "IsSoftDeleted", true, "department", "none")},
				"nothing":      {ann, ann},
				"cleared":      {with(ann, "jobTitle", "Boss"), ann},
				"no match":     {with(ann, "userPrincipalName", nil), with(ann, "department", "Sales")},
				"never was":    {with(ann, "accountEnabled", false), ann},
				"only a role":  {with(ann, "appRoleAssignments", []string{"msiam_access"}), ann},
				"not the role": {ann, with(ann, "appRoleAssignments", []string{"msiam_access"})},
			} {
				t.Run(fmt.Sprintf("%s/%s/%s", dialect, name, what), func(t *testing.T) {
					p, w := newPreview(t, c), newWire(t, c)
					out, sent := w.provision(t, change[0], engine.NotDeleted)
					action, requests, _ := foreseen(t, p, change[0])
					compare(t, "creation", out, sent, action, requests)
					out, sent = w.provision(t, change[1], engine.NotDeleted)
					action, requests, _ = foreseen(t, p, map[string]any{"before": change[0], "after": change[1]})
					compare(t, "change", out, sent, action, requests)
					if what != "blocked" && what != "deleted" {
						return
					}
					w.provision(t, change[0], engine.NotDeleted) // back again
					out, sent = w.provision(t, change[0], engine.HardDeleted)
					action, requests, _ = foreseen(t, p, map[string]any{"before": change[0], "after": nil})
					compare(t, "deletion", out, sent, action, requests)
				})
			}
		}
	}
}

// compare holds an outcome and what was sent against a preview.
func compare(t *testing.T, what string, out engine.Outcome, sent, action, requests string) {
	t.Helper()
	want := string(out.Action)
	switch {
	case out.Code == engine.SkipRedundantExport:
		want = "none"
	case out.Status == engine.Skipped:
		want = "skip"
	case out.Status == engine.Failure:
		want = "fail"
	}
	if action != want {
		t.Errorf("%s: action %s, the engine's is %s (%s)", what, action, want, out.Message)
	}
	if requests != sent {
		t.Errorf("%s: foreseen\n%s\nsent\n%s", what, requests, sent)
	}
}
