package interop

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

type object = map[string]any

// user is somebody in the directory file; the object id is the first part of the name.
func user(name string, more object) object {
	id, _, _ := strings.Cut(name, "@")
	u := object{"objectId": id, "userPrincipalName": name, "displayName": "The " + id, "givenName": "The", "surname": id, "mail": name}
	for k, v := range more {
		u[k] = v
	}
	return u
}

// account is what the server must have of a user whom nothing has happened to.
func account(name string, more map[string]string) map[string]string {
	id, _, _ := strings.Cut(name, "@")
	a := map[string]string{
		"userName": name, "externalId": id, "active": "true", "displayName": "The " + id, "name.givenName": "The", "name.familyName": id,
		"emails.work": name, "userType": "Member", "preferredLanguage": "en-GB",
	}
	for k, v := range more {
		a[k] = v
	}
	return a
}

// story is a directory file, and what the server must have in the end.
type story struct {
	directory object
	users     map[string]map[string]string // by userName
	groups    map[string][]string          // userNames of the members by displayName
	ids       []string                     // of everybody in the directory
	by        string                       // attribute that has them, "" for externalId
}

// lifeCycle tells of everything that happens to people: joiner, mover, a rename of
// the matching attribute, another manager, groups, leavers of each kind, who comes
// back, a guest, a large group, and three who fail among many: a crowd beside the
// people with a story. Okta deletes nobody: whoever is gone for good is switched off.
func lifeCycle(crowd int, dialect string) story {
	s := story{users: map[string]map[string]string{}, groups: map[string][]string{}}
	var users, assignments []any
	come := func(name string, attrs object, want map[string]string) {
		users = append(users, user(name, attrs))
		assignments = append(assignments, object{"principal": strings.Split(name, "@")[0]})
		if want != nil {
			s.users[want["userName"]] = want
		}
	}
	come("boss@x.com", object{"jobTitle": "Boss"}, account("boss@x.com", map[string]string{"title": "Boss"}))
	come("chief@x.com", nil, account("chief@x.com", nil))
	come("mover@x.com", object{"jobTitle": "Clerk", "department": "Sales", "telephoneNumber": "+44 1", "manager": "boss"},
		account("mover@x.com", map[string]string{"title": "Lead", "department": "Marketing", "phoneNumbers.work": "+44 2", "manager": "chief@x.com"}))
	come("maid@x.com", object{"jobTitle": "Cook"}, account("maid@x.com", map[string]string{"userName": "wife@x.com", "emails.work": "wife@x.com", "name.familyName": "Wife", "title": "Cook"}))
	come("unassigned@x.com", nil, account("unassigned@x.com", map[string]string{"active": "false"}))
	come("blocked@x.com", nil, account("blocked@x.com", map[string]string{"active": "false", "title": "Ghost"}))
	come("deleted@x.com", nil, account("deleted@x.com", map[string]string{"active": "false"}))
	come("purged@x.com", nil, nil)
	come("late@x.com", nil, nil) // deleted softly, and for good later
	if strings.HasPrefix(dialect, "okta-") {
		s.users["purged@x.com"] = account("purged@x.com", map[string]string{"active": "false"})
		s.users["late@x.com"] = account("late@x.com", map[string]string{"active": "false"})
	}
	come("restored@x.com", object{"manager": "boss"}, account("restored@x.com", map[string]string{"manager": "boss@x.com"}))
	come("returned@x.com", nil, account("returned@x.com", map[string]string{"displayName": "Back again"}))
	come("cleared@x.com", object{"jobTitle": "Kept"}, account("cleared@x.com", map[string]string{"title": "Kept"})) // nothing can be cleared
	come("guest_y.com#EXT#@x.com", object{"objectId": "guest", "userType": "Guest"}, nil)
	assignments[len(assignments)-1] = object{"principal": "guest"}
	s.users["guest_y.com#EXT#@x.com"] = account("guest_y.com#EXT#@x.com", map[string]string{"externalId": "guest", "userType": "Guest"})
	come("never@x.com", object{"accountEnabled": false}, nil)
	users = append(users, user("outsider@x.com", nil))

	var everyone []any
	for i := range crowd {
		name := fmt.Sprintf("user%03d@x.com", i)
		users = append(users, user(name, object{"department": fmt.Sprintf("D%d", i%7), "manager": "boss"}))
		everyone = append(everyone, name[:7])
		s.users[name] = account(name, map[string]string{"department": fmt.Sprintf("D%d", i%7), "manager": "boss@x.com"})
		s.groups["Everyone"] = append(s.groups["Everyone"], name)
	}
	// Three have the name of somebody else; one is mended.
	for i, twin := range []string{"xtwin1", "xtwin2", "xtwin3"} {
		users = append(users, user(fmt.Sprintf("user%03d@x.com", i), object{"objectId": twin}))
		everyone = append(everyone, twin)
	}
	s.users["twin2@x.com"] = account("user001@x.com", map[string]string{"userName": "twin2@x.com", "externalId": "xtwin2"})
	s.groups["Everyone"] = append(s.groups["Everyone"], "twin2@x.com", "late0@x.com")
	s.users["late0@x.com"] = account("late0@x.com", nil)
	s.groups["Sales and more"] = []string{"boss@x.com", "chief@x.com", "restored@x.com"}

	for _, u := range users {
		s.ids = append(s.ids, text(u.(object)["objectId"]))
	}
	s.ids = append(s.ids, "late0")
	s.directory = object{
		"users": users,
		"groups": []any{
			object{"objectId": "everyone", "displayName": "Everyone", "members": everyone},
			object{"objectId": "sales", "displayName": "Sales", "members": []any{"boss", "mover", "restored"}},
			object{"objectId": "closed", "displayName": "Closed", "members": []any{"boss"}},
			object{"objectId": "private", "displayName": "Private", "members": []any{"boss"}},
		},
		"assignments": append(assignments, object{"principal": "everyone"}, object{"principal": "sales"}, object{"principal": "closed"}),
		"changes": []any{
			object{"before": 2, "note": "somebody joins", "addUsers": []any{user("late0@x.com", nil)}, "addMembers": []any{object{"group": "everyone", "members": []any{"late0"}}}},
			object{"before": 2, "note": "two leave, to come back", "delete": []any{"restored"}, "unassign": []any{"returned"}},
			object{"before": 3, "note": "a mover, a bride", "set": []any{
				object{"object": "mover", "attributes": object{"jobTitle": "Lead", "department": "Marketing", "telephoneNumber": "+44 2"}},
				object{"object": "maid", "attributes": object{"userPrincipalName": "wife@x.com", "mail": "wife@x.com", "surname": "Wife"}},
				object{"object": "cleared", "attributes": object{"jobTitle": nil}},
				object{"object": "blocked", "attributes": object{"accountEnabled": false, "jobTitle": "Ghost"}},
				object{"object": "sales", "attributes": object{"displayName": "Sales and more"}},
			}},
			object{"before": 3, "note": "leavers", "unassign": []any{"unassigned", "closed"}, "delete": []any{"deleted", "late"}, "purge": []any{"purged"}},
			object{"before": 4, "note": "another manager; members", "set": []any{object{"object": "mover", "attributes": object{"manager": "chief"}}},
				"addMembers": []any{object{"group": "sales", "members": []any{"chief"}}}, "removeMembers": []any{object{"group": "sales", "members": []any{"mover"}}}},
			object{"before": 4, "note": "two come back", "restore": []any{"restored"}, "assign": []any{object{"principal": "returned"}},
				"set": []any{object{"object": "returned", "attributes": object{"displayName": "Back again"}}}},
			object{"before": 5, "note": "one is gone for good, a twin is mended", "purge": []any{"late"},
				"set": []any{object{"object": "xtwin2", "attributes": object{"userPrincipalName": "twin2@x.com"}}}},
		},
	}
	return s
}

// play runs the cycles of a story against a fresh SCIMMY in a dialect, and returns the
// report and what the server has then.
func (s story) play(t *testing.T, program, dialect string) (report, map[string]map[string]string, map[string][]string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log.jsonl")
	base := scimmy(t)
	r := s.simulate(t, program, base, 1, "--dialect", dialect, "--cycles", "6", "--interval", "24h", "--log", log)
	checkLog(t, log)
	users, groups := s.readBack(t, base)
	return r, users, groups
}

// simulate runs cycles of a story against an endpoint, wants an exit code and returns
// the report.
func (s story) simulate(t *testing.T, program, base string, code int, more ...string) report {
	t.Helper()
	data, err := json.Marshal(s.directory)
	if err != nil {
		t.Fatal(err)
	}
	directory := filepath.Join(t.TempDir(), "directory.json")
	if err := os.WriteFile(directory, data, 0o666); err != nil {
		t.Fatal(err)
	}
	x := &tool{t, program, append(os.Environ(), "TOKEN="+token, "NO_COLOR=1")}
	args := append([]string{"simulate", "-f", "testdata/lifecycle.yaml", "--directory", directory, "--url", base, "--token-env", "TOKEN",
		"--concurrency", "4", "-o", "json"}, more...)
	out := x.run(code, args...)
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r
}

// report is what the tests read of the report of simulate.
type report struct {
	Cycles []struct {
		Counts   struct{ Created, Updated, Failed int }
		Failures []struct{ ID, Code, Message, RecommendedAction string }
	}
	Escrows []struct{ ID, Code string }
}

// TestLifeCycle plays the life cycle against SCIMMY in the dialects that it takes, reads
// everything back and compares it attribute by attribute.
func TestLifeCycle(t *testing.T) {
	program := build(t)
	for dialect, crowd := range map[string]int{"entra+aadOptscim062020": 1000, "okta-oin": 150, "okta-aiw": 150} {
		t.Run(dialect, func(t *testing.T) {
			told := lifeCycle(crowd, dialect)
			r, users, groups := told.play(t, program, dialect)
			compare(t, told.users, users)
			compare(t, sorted(told.groups), groups)

			if c := r.Cycles[0].Counts; c.Failed != 3 || c.Created != crowd+13+3 {
				t.Errorf("first cycle %+v; three fail among %d", c, crowd)
			}
			if c := r.Cycles[5].Counts; c.Created+c.Updated != 0 {
				t.Errorf("last cycle %+v; nothing is left to do", c)
			}
			var escrows []string
			for _, e := range r.Escrows {
				escrows = append(escrows, e.ID+" "+e.Code)
			}
			// The group waits for its two members who fail.
			if want := []string{"everyone DuplicateSourceEntries", "xtwin1 DuplicateSourceEntries", "xtwin3 DuplicateSourceEntries"}; !slices.Equal(escrows, want) {
				t.Errorf("escrows %v, want %v", escrows, want)
			}
		})
	}
}

// TestLargeGroup: 5,000 people and the group that they are all in.
func TestLargeGroup(t *testing.T) {
	const size = 5000
	told := story{users: map[string]map[string]string{}, groups: map[string][]string{}}
	var everyone []any
	for i := range size {
		name := fmt.Sprintf("user%04d@x.com", i)
		everyone = append(everyone, user(name, nil))
		told.ids = append(told.ids, name[:8])
		told.users[name] = account(name, nil)
		told.groups["Everyone"] = append(told.groups["Everyone"], name)
	}
	told.directory = object{
		"users":       everyone,
		"groups":      []any{object{"objectId": "everyone", "displayName": "Everyone", "members": told.ids}},
		"assignments": []any{object{"principal": "everyone"}},
	}
	base := scimmy(t)
	r := told.simulate(t, build(t), base, 0, "--dialect", "entra+aadOptscim062020", "--cycles", "2")
	if c := r.Cycles[1].Counts; c.Created+c.Updated+c.Failed != 0 {
		t.Errorf("second cycle %+v; nothing is left to do", c)
	}
	told.by, told.ids = "userName", slices.Sorted(maps.Keys(told.users)) // which the server finds without a walk
	users, groups := told.readBack(t, base)
	compare(t, told.users, users)
	compare(t, sorted(told.groups), groups)
}

// TestLifeCycleRefused plays it in the dialects that SCIMMY does not take: it wants
// true and false where Entra's default is a text, and no array for a manager. Each
// refusal is one object's failure with its reason and what to tell the vendor, and
// everything else arrives as predicted.
func TestLifeCycleRefused(t *testing.T) {
	program := build(t)
	for _, dialect := range []string{"entra", "entra+AzureAdScimPatch2017"} {
		t.Run(dialect, func(t *testing.T) {
			told := lifeCycle(8, dialect)
			r, users, groups := told.play(t, program, dialect)
			for _, u := range told.users {
				u["active"] = "true"
				delete(u, "manager")
			}
			delete(told.users["blocked@x.com"], "title") // in the same request as active
			compare(t, told.users, users)
			compare(t, sorted(told.groups), groups)
			for i, c := range r.Cycles {
				if len(c.Failures) != c.Counts.Failed {
					t.Errorf("cycle %d: %d failures of %d", i+1, len(c.Failures), c.Counts.Failed)
				}
				for _, f := range c.Failures {
					refused := f.Code == "SystemForCrossDomainIdentityManagementBadRequest" && strings.Contains(f.Message, "PATCH") &&
						strings.Contains(f.Message, "invalidValue") && strings.Contains(f.RecommendedAction, "aadOptscim062020")
					if !refused && f.Code != "DuplicateSourceEntries" {
						t.Errorf("cycle %d: %+v", i+1, f)
					}
				}
			}
		})
	}
}

// compare wants the server to have what was predicted, neither more nor less.
func compare[V any](t *testing.T, predicted, stored map[string]V) {
	t.Helper()
	for name, want := range predicted {
		if got, there := stored[name]; !there {
			t.Errorf("%s is missing", name)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is\n  %v, predicted\n  %v", name, got, want)
		}
	}
	for name := range stored {
		if _, there := predicted[name]; !there {
			t.Errorf("%s was not predicted", name)
		}
	}
}

// checkLog wants the log to tell of each action, and never the token or a password.
func checkLog(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), token) || strings.Contains(string(data), "Okta-") {
		t.Error("the log has the token or a password")
	}
	for _, action := range []string{"create", "update", "disable", "delete"} { // with Okta, a group is deleted
		if !strings.Contains(string(data), `"provisioningAction":"`+action+`"`) {
			t.Errorf("the log has no entry of action %s", action)
		}
	}
}

// readBack returns everything that the server has. References are names in place of
// ids; what every server adds is left out.
func (s story) readBack(t *testing.T, base string) (map[string]map[string]string, map[string][]string) {
	t.Helper()
	found := all(t, base+"/Users", cmp.Or(s.by, "externalId"), s.ids)
	names := map[string]string{}
	for _, u := range found {
		names[text(u["id"])] = text(u["userName"])
	}
	users := map[string]map[string]string{}
	for _, u := range found {
		flat := map[string]string{}
		flatten(flat, "", u, names)
		users[text(u["userName"])] = flat
	}
	groups := map[string][]string{}
	for _, g := range all(t, base+"/Groups", "externalId", []string{"everyone", "sales", "closed", "private"}) {
		members, _ := g["members"].([]any)
		of := []string{}
		for _, m := range members {
			id := text(m.(object)["value"])
			if names[id] == "" {
				t.Errorf("group %v has a member %s who is nobody", g["displayName"], id)
			}
			of = append(of, names[id])
		}
		groups[text(g["displayName"])] = of
	}
	return users, sorted(groups)
}

// all reads the resources whose attribute has one of the values, and wants the
// collection to have no others.
func all(t *testing.T, address, attribute string, values []string) []object {
	t.Helper()
	var found []object
	for _, value := range values {
		found = append(found, list(t, address+"?filter="+url.QueryEscape(fmt.Sprintf("%s eq %q", attribute, value)))...)
	}
	if _, total := page(t, address); total != len(found) {
		t.Errorf("%s has %d resources, %d of them are of the directory", address, total, len(found))
	}
	return found
}

// flatten puts the attributes of a resource into a map by path.
func flatten(out map[string]string, prefix string, o object, names map[string]string) {
	for key, value := range o {
		switch v := value.(type) {
		case object:
			switch key {
			case "meta":
			case "manager":
				out["manager"] = names[text(v["value"])]
			case enterprise:
				flatten(out, "", v, names)
			default:
				flatten(out, prefix+key+".", v, names)
			}
		case []any:
			for _, element := range v {
				if e, ok := element.(object); ok {
					out[prefix+key+"."+text(e["type"])] = text(e["value"])
				}
			}
		case nil:
		default:
			if key != "id" {
				out[prefix+key] = fmt.Sprint(v)
			}
		}
	}
}

func sorted(groups map[string][]string) map[string][]string {
	for _, members := range groups {
		slices.Sort(members)
	}
	return groups
}
