package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestSimulateOptions: what a command line of simulate says.
func TestSimulateOptions(t *testing.T) {
	o, err := parse(t, newCmdSimulate, "-f a.yaml -e test -d d.json --url https://x --token-env T --dialect okta-aiw --cycles 3 --interval 24h --log l --rate 2.5 --concurrency 4 -y -o json")
	if err != nil {
		t.Fatal(err)
	}
	if o.Directory != "d.json" || o.URL != "https://x" || o.Dialect != "okta-aiw" || !o.rateGiven || o.TokenEnv != "T" || o.Cycles != 3 || o.Interval != 24*time.Hour || o.Log != "l" || o.Rate != 2.5 || o.Concurrency != 4 || !o.Yes || o.Format != "json" {
		t.Errorf("got %+v", o)
	}
	if o, err := parse(t, newCmdSimulate, "-d d.json"); err != nil || o.Interval != 40*time.Minute || o.Rate != 25 || o.Concurrency != 1 || o.Yes || o.rateGiven {
		t.Errorf("defaults %+v, %v", o, err)
	}
	for _, line := range []string{"", "-d x --cycles 0", "-d x --interval 0s", "-d x --concurrency 0", "-d x --url u --rate -1", "-d x --token-env T", "-d x --rate 3", "-d x --url u --rate 1 --concurrency 20", "-d x --dialect okta"} {
		if _, err := parse(t, newCmdSimulate, line); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
}

// TestDirectoryFileRefuses: each mistake is said with its place.
func TestDirectoryFileRefuses(t *testing.T) {
	const people = `{"users": [{"userPrincipalName": "a@x"}, {"userPrincipalName": "b@x"}], "groups": [{"displayName": "g"}], `
	tests := []struct{ file, want string }{
		{``, "d.json:1:1: the file ends too early"},
		{"{\n  \"users\": [}\n", "d.json:2:13: invalid character"},
		{"{\n  \"users\": 3}", "d.json:2:12: users is a number where a list is wanted"},
		{`{"changes": [{"before": "x"}]}`, "is a string where a whole number is wanted"},
		{`{} {}`, "there is more after the object"},
		{"{\n\"user\": []}", `d.json:2:1: unknown key "user"; did you mean "users"?`},
		{`{"users": [{}]}`, "users[0]: the User has neither objectId nor userPrincipalName"},
		{`{"users": [{"objectId": 3}]}`, "users[0]: objectId is no text"},
		{`{"users": [{"objectId": "a"}, {"objectId": "a"}]}`, "users[1]: the User a is there already"},
		{`{"users": [{"userPrincipalName": "a@x", "manager": "c@x"}]}`, `users[0].manager: there is no user "c@x"; did you mean "a@x"?`},
		{`{"users": [{"userPrincipalName": "a@x", "phones": {"a": 1}}]}`, "users[0]: attribute phones: the value is an object"},
		{`{"groups": [{"displayName": "g", "members": "a"}]}`, "groups[0].members: it is no list of names"},
		{`{"groups": [{"displayName": "g", "members": [1]}]}`, "groups[0].members: element 0 is no text"},
		{`{"groups": [{"displayName": "g", "members": ["z"]}]}`, `groups[0]: members[0]: there is no user or group "z"`},
		{`{"groups": [{"objectId": "1", "displayName": "g"}, {"objectId": "2", "displayName": "g"}], "assignments": [{"principal": "g"}]}`, `assignments[0]: 2 objects are called "g"`},
		{`{"assignments": [{"principal": "g"}]}`, `assignments[0]: there is no user or group "g"`},
		{people + `"changes": [{"before": 0}]}`, "changes[0].before is 0"},
		{people + `"changes": [{"before": 2, "note": "n", "delete": ["z"]}]}`, `the change before cycle 2 (n): delete[0]: there is no user or group "z"`},
		{people + `"changes": [{"before": 2, "purge": ["a@x"]}, {"before": 3, "restore": ["a@x"]}]}`, `the change before cycle 3: restore[0]: there is no user or group "a@x"`},
		{people + `"changes": [{"before": 2, "set": [{"object": "a@x"}]}]}`, "set[0]: there are no attributes"},
		{people + `"changes": [{"before": 2, "set": [{"object": "a@x", "attributes": {"objectId": "q"}}]}]}`, "set[0]: objectId is not set as an attribute"},
		{people + `"changes": [{"before": 2, "set": [{"object": "a@x", "attributes": {"manager": "q"}}]}]}`, `set[0]: manager: there is no user "q"`},
		{people + `"changes": [{"before": 2, "addMembers": [{"group": "a@x", "members": []}]}]}`, `addMembers[0]: there is no group "a@x"`},
		{people + `"changes": [{"before": 2, "restart": "Everything"}]}`, `restart: reset scope "Everything" is none of`},
	}
	for _, tt := range tests {
		if _, err := parseDirectory("d.json", []byte(tt.file)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\n  says %v\n  want %s", tt.file, err, tt.want)
		}
	}
}

// TestDirectoryFile: names resolve, ids are stable, changes play in the order of
// their cycles.
func TestDirectoryFile(t *testing.T) {
	f, err := parseDirectory("d.json", []byte(`{
		"users": [{"userPrincipalName": "Ann@x", "manager": "boss@x", "level": 7, "otherMails": ["a", "b"]}, {"userPrincipalName": "boss@x", "accountEnabled": false}],
		"groups": [{"displayName": "all", "members": ["ann@x", "boss@x"]}],
		"assignments": [{"principal": "all", "role": "Editor"}],
		"changes": [
			{"before": 5, "set": [{"object": "ann.b@x", "attributes": {"level": null}}]},
			{"before": 3, "set": [{"object": "ann@x", "attributes": {"userPrincipalName": "ann.b@x"}}]}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	if f.cycles() != 5 || f.Changes[0].Before != 3 {
		t.Errorf("%d cycles, the first change before %d", f.cycles(), f.Changes[0].Before)
	}
	p, err := f.open()
	if err != nil {
		t.Fatal(err)
	}
	ann, err := p.find("ANN@X", "")
	if err != nil {
		t.Fatal(err)
	}
	boss, err := p.find("boss@x", mapping.User)
	if err != nil {
		t.Fatal(err)
	}
	s, known, err := p.Find(t.Context(), mapping.User, ann.ID)
	if err != nil || !known || s.Object.Text("manager") != boss.ID || s.Object.Text("level") != "7" || s.Object.Text("accountEnabled") != "True" || !s.Assigned || s.Roles[0] != "Editor" {
		t.Errorf("%+v %t %v", s, known, err)
	}
	for i := range f.Changes {
		if err := p.play(&f.Changes[i]); err != nil {
			t.Fatal(err)
		}
	}
	again, err := p.find("ann.b@x", "")
	if err != nil || again != ann {
		t.Errorf("%v, %v; want %v under the new name", again, err, ann)
	}
	if s, _, _ := p.Find(t.Context(), mapping.User, ann.ID); s.Object.Text("level") != "" || s.Object.Text("userPrincipalName") != "ann.b@x" {
		t.Errorf("%v", s.Object)
	}
}

func TestEndpointHost(t *testing.T) {
	for text, local := range map[string]bool{
		"http://localhost:8080/scim": true, "https://127.0.0.1/": true, "https://127.9.9.9": true, "http://[::1]:5/x": true, "http://[::ffff:127.0.0.1]/": true,
		"https://LOCALHOST.": true, "https://scim.example/v2": false, "https://127.0.0.1.example": false, "https://10.0.0.1": false, "https://localhost.example": false, "": false,
	} {
		if _, got, err := endpointHost(text); err != nil || got != local {
			t.Errorf("%q is local: %t (%v), want %t", text, got, err, local)
		}
	}
}

// TestRateGoesByHost: an endpoint on this machine is not slowed down unless a rate is
// asked for; any other is.
func TestRateGoesByHost(t *testing.T) {
	for line, want := range map[string]bool{
		"-d x --url http://127.0.0.1:1/scim":          false,
		"-d x --url http://127.0.0.1:1/scim --rate 5": true,
		"-d x -y --url https://scim.invalid":          true,
		"-d x -y --url https://scim.invalid --rate 0": false,
	} {
		o, err := parse(t, newCmdSimulate, line)
		if err != nil {
			t.Fatal(err)
		}
		transport, err := o.transport(o.URL[7:10] == "127")
		if err != nil {
			t.Fatal(err)
		}
		if _, got := transport.(*paced); got != want {
			t.Errorf("%s: slowed down %t, want %t", line, got, want)
		}
	}
}

// TestPaced: requests begin no faster than the rate.
func TestPaced(t *testing.T) {
	p := &paced{every: 20 * time.Millisecond}
	began := time.Now()
	for range 6 {
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("6 requests took %v, want at least 100 ms", took)
	}
}

func FuzzDirectoryFile(f *testing.F) {
	f.Add([]byte(`{"users": [{"userPrincipalName": "a"}], "changes": [{"before": 2, "delete": ["a"]}]}`))
	f.Add([]byte(`{"groups": [{"displayName": "g", "members": ["g"]}], "assignments": [{"principal": "g"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parseDirectory("d.json", data)
		if err != nil {
			return
		}
		// What was taken can be played.
		p, err := file.open()
		if err != nil {
			t.Fatal(err)
		}
		for i := range file.Changes {
			if err := p.play(&file.Changes[i]); err != nil {
				t.Fatal(err)
			}
		}
	})
}
