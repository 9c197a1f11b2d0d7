package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// The life-cycle script: what happens to people over a month of cycles, told once as
// changes of the directory and once as what the server must have after each. Nothing of
// the prediction comes from the engine.

const badge = "urn:ietf:params:scim:schemas:extension:Story:2.0:User:badge"

// storyUsers maps attributes of each shape.
func storyUsers(m *mapping.ObjectMapping) {
	expression := func(target, source string) mapping.Attribute {
		return mapping.Attribute{Target: text(target), Kind: mapping.Expression, Source: text(source)}
	}
	direct := func(target, source string) mapping.Attribute {
		return mapping.Attribute{Target: text(target), Source: text(source)}
	}
	m.Attributes = append(m.Attributes,
		direct("name.familyName", "surname"),
		direct(`emails[type eq "work"].value`, "mail"),
		direct(`phoneNumbers[type eq "work"].value`, "telephoneNumber"),
		direct(scim.EnterpriseUserSchema+":department", "department"),
		direct(badge, "employeeId"),
		expression("userType", `IIF([userType] = "Guest", "Guest", "Member")`),
		expression("preferredLanguage", `Coalesce([preferredLanguage], "en-GB")`))
	m.TargetObject.Attributes = append(m.TargetObject.Attributes, entra.AttributeDefinition{Name: badge, Type: entra.TypeString, CaseExact: true})
}

// holder is what the server has of a user: attributes by path, references by name.
type holder map[string]string

// told is the story so far: what must be at the server.
type told struct {
	users  map[string]holder   // by userName
	groups map[string][]string // userNames of the members by displayName, sorted
}

// storyteller changes the directory and keeps the prediction.
type storyteller struct {
	*company
	told
	okta bool
}

// joins creates an assigned user of the usual shape, and predicts the account.
func (s *storyteller) joins(id string, attrs map[string]any, more holder) {
	s.t.Helper()
	upn := id + "@x.com"
	all := map[string]any{"userPrincipalName": upn, "displayName": "The " + id, "givenName": "The", "surname": id, "mail": upn, "employeeId": "B-" + id}
	maps.Copy(all, attrs)
	s.user(id, all)
	s.do(s.dir.Assign(id, "User"))
	a := usual(id, upn)
	maps.Copy(a, more)
	s.users[a["userName"]] = a
}

// usual is what is stored of a user to whom nothing has happened.
func usual(id, upn string) holder {
	return holder{
		"userName": upn, "externalId": id, "active": "true", "displayName": "The " + id, "name.givenName": "The", "name.familyName": id, "emails.work": upn,
		"badge": "B-" + id, "userType": "Member", "preferredLanguage": "en-GB",
	}
}

// becomes changes the prediction of an account.
func (s *storyteller) becomes(userName string, changes holder) {
	s.t.Helper()
	a, known := s.users[userName]
	if !known {
		s.t.Fatalf("nobody is called %s", userName)
	}
	for name, value := range changes {
		if name == "userName" {
			delete(s.users, userName)
			s.users[value] = a
			s.rename(userName, value)
		}
		a[name] = value
	}
}

// rename follows a userName to where others refer to it.
func (s *storyteller) rename(from, to string) {
	for _, a := range s.users {
		if a["manager"] == from {
			a["manager"] = to
		}
	}
	for _, members := range s.groups {
		if i := slices.Index(members, from); i >= 0 {
			members[i] = to
		}
	}
}

// purged predicts a user who is gone for good: deleted, or with Okta off.
func (s *storyteller) purged(userName string) {
	if s.okta {
		s.becomes(userName, holder{"active": "false"})
		return
	}
	delete(s.users, userName)
}

func (s *storyteller) without(group, userName string) {
	s.groups[group] = slices.DeleteFunc(s.groups[group], func(m string) bool { return m == userName })
}

func (s *storyteller) with(group string, userNames ...string) {
	s.groups[group] = append(s.groups[group], userNames...)
}

// crowd is how many join beside the people with a story; three more have the name of
// one of them.
const storyCrowd = 1000

// TestStory plays the script in every dialect, reads everything back after each cycle
// and compares it attribute by attribute.
func TestStory(t *testing.T) {
	for _, d := range scim.Dialects() {
		t.Run(string(d), func(t *testing.T) {
			c := newCompany(t, setup{users: storyUsers, config: func(c *engine.Config) { c.Dialect = d }}, func(j *engine.JobConfig) { j.Workers = 4 })
			s := &storyteller{company: c, told: told{map[string]holder{}, map[string][]string{}}, okta: d.IsOkta()}
			for number, act := range s.acts() {
				act.happens()
				done, sent := c.cycle()
				s.compare(fmt.Sprintf("cycle %d, %s", number+1, act.name))
				if done.Counts.Failed != act.failed {
					t.Errorf("cycle %d, %s: %d failed, want %d\n%s", number+1, act.name, done.Counts.Failed, act.failed, failures(c.records))
				}
				if act.quiet && len(sent) > 0 {
					t.Errorf("cycle %d, %s: nothing was to be written, but\n  %s", number+1, act.name, strings.Join(sent, "\n  "))
				}
				if t.Failed() {
					return
				}
				c.wait(24 * time.Hour)
			}
		})
	}
}

// act is what happens before a cycle, and how many objects fail in it.
type act struct {
	name    string
	happens func()
	failed  int
	quiet   bool // nothing is written
}

// acts are the script.
func (s *storyteller) acts() []act {
	const twins = 3
	fails := func(group int) int { return twins + group }
	return []act{
		{"everybody joins", s.begin, fails(0), false},
		{"a joiner, two leave to come back", func() {
			s.joins("late", nil, nil)
			s.members("everyone", "late")
			s.with("Everyone", "late@x.com")
			s.do(s.dir.Delete("restored"))
			s.becomes("restored@x.com", holder{"active": "false"})
			s.without("Sales", "restored@x.com")
			s.do(s.dir.Unassign("returned"))
			s.becomes("returned@x.com", holder{"active": "false"})
		}, fails(0), false},
		{"a mover, a new matching value, leavers of each kind", func() {
			s.user("mover", map[string]any{"jobTitle": "Lead", "department": "Marketing", "telephoneNumber": "+44 2"})
			s.becomes("mover@x.com", holder{"title": "Lead", "department": "Marketing", "phoneNumbers.work": "+44 2"})
			s.user("maid", map[string]any{"userPrincipalName": "wife@x.com", "mail": "wife@x.com", "surname": "Wife"})
			s.becomes("maid@x.com", holder{"userName": "wife@x.com", "emails.work": "wife@x.com", "name.familyName": "Wife"})
			s.user("cleared", map[string]any{"jobTitle": nil}) // nothing is cleared: no change
			s.user("blocked", map[string]any{"accountEnabled": false, "jobTitle": "Ghost"})
			s.becomes("blocked@x.com", holder{"active": "false", "title": "Ghost"})
			s.do(s.dir.Unassign("unassigned"))
			s.becomes("unassigned@x.com", holder{"active": "false"})
			s.do(s.dir.Delete("softly"))
			s.becomes("softly@x.com", holder{"active": "false"})
			s.do(s.dir.Purge("purged"))
			s.purged("purged@x.com")
			s.do(s.dir.Put(mapping.Group, map[string]any{"objectId": "sales", "displayName": "Sales and more"}))
			s.groups["Sales and more"] = s.groups["Sales"]
			delete(s.groups, "Sales")
			s.do(s.dir.Unassign("closed"))
			delete(s.groups, "Closed")
		}, fails(0), false},
		{"another manager, members come and go, two come back", func() {
			s.user("mover", map[string]any{"manager": "chief"})
			s.becomes("mover@x.com", holder{"manager": "chief@x.com"})
			s.members("sales", "chief")
			s.with("Sales and more", "chief@x.com", "restored@x.com")
			s.do(s.dir.SetMember("sales", engine.Member{Type: mapping.User, ID: "mover"}, false))
			s.without("Sales and more", "mover@x.com")
			s.do(s.dir.Restore("restored"))
			s.becomes("restored@x.com", holder{"active": "true"})
			s.user("returned", map[string]any{"displayName": "Back again"})
			s.do(s.dir.Assign("returned", "User"))
			s.becomes("returned@x.com", holder{"active": "true", "displayName": "Back again"})
		}, fails(0), false},
		{"gone for good, a re-joiner under a new id, a twin is mended", func() {
			s.do(s.dir.Purge("softly"))
			s.purged("softly@x.com")
			s.joins("again", map[string]any{"userPrincipalName": "purged@x.com", "mail": "purged@x.com"}, holder{"userName": "purged@x.com", "emails.work": "purged@x.com"})
			s.user("xtwin1", map[string]any{"userPrincipalName": "twin2@x.com"})
			s.users["twin2@x.com"] = usual("xtwin1", "twin2@x.com")
			s.becomes("twin2@x.com", holder{"emails.work": "user0001@x.com"})
			s.with("Everyone", "twin2@x.com")
		}, fails(-1), false},
		{"nothing", func() {}, fails(-1), true},
	}
}

// begin is the company on its first day.
func (s *storyteller) begin() {
	s.joins("boss", map[string]any{"jobTitle": "Boss"}, holder{"title": "Boss"})
	s.joins("chief", nil, nil)
	s.joins("mover", map[string]any{"jobTitle": "Clerk", "department": "Sales", "telephoneNumber": "+44 1", "manager": "boss"},
		holder{"title": "Clerk", "department": "Sales", "phoneNumbers.work": "+44 1", "manager": "boss@x.com"})
	s.joins("maid", map[string]any{"jobTitle": "Cook"}, holder{"title": "Cook"})
	s.joins("cleared", map[string]any{"jobTitle": "Kept"}, holder{"title": "Kept"})
	for _, id := range []string{"unassigned", "blocked", "softly", "purged", "returned"} {
		s.joins(id, nil, nil)
	}
	s.joins("restored", map[string]any{"manager": "boss"}, holder{"manager": "boss@x.com"})
	s.joins("guest", map[string]any{"userPrincipalName": "guest_y.com#EXT#@x.com", "userType": "Guest", "mail": "guest@y.com"},
		holder{"userName": "guest_y.com#EXT#@x.com", "userType": "Guest", "emails.work": "guest@y.com"})
	s.joins("never", map[string]any{"accountEnabled": false}, nil)
	delete(s.users, "never@x.com")
	s.user("outsider", nil) // not assigned

	var everyone []string
	for i := range storyCrowd {
		id := fmt.Sprintf("user%04d", i)
		s.joins(id, map[string]any{"department": fmt.Sprintf("D%d", i%7), "manager": "boss"}, holder{"department": fmt.Sprintf("D%d", i%7), "manager": "boss@x.com"})
		everyone = append(everyone, id)
		s.with("Everyone", id+"@x.com")
	}
	// Three have the name of somebody else; their id comes later, so they fail.
	s.do(s.dir.Put(mapping.Group, map[string]any{"objectId": "everyone", "displayName": "Everyone"}))
	for i := range 3 {
		id, upn := fmt.Sprintf("xtwin%d", i), fmt.Sprintf("user%04d@x.com", i)
		first := s.users[upn]
		s.joins(id, map[string]any{"userPrincipalName": upn, "mail": upn}, holder{"userName": upn})
		s.users[upn] = first
		everyone = append(everyone, id)
	}
	for id, name := range map[string]string{"sales": "Sales", "closed": "Closed"} {
		s.do(s.dir.Put(mapping.Group, map[string]any{"objectId": id, "displayName": name}))
	}
	s.members("everyone", everyone...)
	s.members("sales", "boss", "mover", "restored")
	s.with("Sales", "boss@x.com", "mover@x.com", "restored@x.com")
	s.members("closed", "boss")
	s.with("Closed", "boss@x.com")
	for _, id := range []string{"everyone", "sales", "closed"} {
		s.do(s.dir.Assign(id, "User"))
	}
}

// members puts users into a group.
func (s *storyteller) members(group string, ids ...string) {
	s.t.Helper()
	for _, id := range ids {
		s.do(s.dir.SetMember(group, engine.Member{Type: mapping.User, ID: id}, true))
	}
}

// compare reads the server and holds it against the prediction.
func (s *storyteller) compare(when string) {
	s.t.Helper()
	users, groups := s.readBack()
	for _, members := range s.groups {
		slices.Sort(members)
	}
	if diff := cmp.Diff(s.users, users); diff != "" {
		s.t.Errorf("%s: users (-predicted +stored):\n%s", when, diff)
	}
	if diff := cmp.Diff(s.groups, groups); diff != "" {
		s.t.Errorf("%s: groups (-predicted +stored):\n%s", when, diff)
	}
}

// readBack reads all users and groups over HTTP, page by page.
func (s *storyteller) readBack() (map[string]holder, map[string][]string) {
	s.t.Helper()
	found := s.list("/Users")
	names := map[string]string{}
	for _, u := range found {
		names[u["id"].(string)] = u["userName"].(string)
	}
	users := map[string]holder{}
	for _, u := range found {
		a := holder{}
		flatten(a, "", u, names)
		users[a["userName"]] = a
	}
	groups := map[string][]string{}
	for _, g := range s.list("/Groups") {
		members, _ := g["members"].([]any)
		of := []string{}
		for _, m := range members {
			of = append(of, names[m.(map[string]any)["value"].(string)])
		}
		slices.Sort(of)
		groups[g["displayName"].(string)] = of
	}
	return users, groups
}

func (s *storyteller) list(path string) []map[string]any {
	s.t.Helper()
	var all []map[string]any
	for {
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("%s?startIndex=%d&count=1000", path, len(all)+1), nil))
		var page struct {
			TotalResults int
			Resources    []map[string]any
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			s.t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
		}
		all = append(all, page.Resources...)
		if len(all) >= page.TotalResults {
			return all
		}
	}
}

// flatten puts the attributes of a resource into a holder, without those that every
// server adds. Groups of a user are told by the groups.
func flatten(out holder, prefix string, o map[string]any, names map[string]string) {
	for key, value := range o {
		switch v := value.(type) {
		case map[string]any:
			switch {
			case key == "meta":
			case key == "manager":
				out["manager"] = names[v["value"].(string)]
			case strings.HasPrefix(key, "urn:"):
				flatten(out, "", v, names)
			default:
				flatten(out, prefix+key+".", v, names)
			}
		case []any:
			for _, element := range v {
				if e, ok := element.(map[string]any); ok && key != "groups" {
					out[prefix+key+"."+e["type"].(string)] = e["value"].(string)
				}
			}
		default:
			if key != "id" {
				out[prefix+key] = fmt.Sprint(v)
			}
		}
	}
}

// failures tells of the records that failed.
func failures(records []engine.Record) string {
	var b strings.Builder
	for _, r := range records {
		if r.Status == engine.Failure {
			fmt.Fprintf(&b, "  %s %s: %s %s\n", r.Source.Type, r.Source.ID, r.Code, r.Message)
		}
	}
	return b.String()
}
