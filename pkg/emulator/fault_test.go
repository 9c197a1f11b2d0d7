package emulator

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withFaults is a tenant under a plan.
func withFaults(t *testing.T, plan string) *tenantUnderTest {
	t.Helper()
	p, err := ParseFaults("faults.json", []byte(plan))
	if err != nil {
		t.Fatal(err)
	}
	return newTenantUnderTest(t, Options{Faults: p})
}

// outcome sends a request and returns its status, 0 for a connection that was broken
// off before an answer, and -1 for one that broke in the middle.
func (u *tenantUnderTest) outcome(method, path string, body any) (status int, answer string, header http.Header) {
	u.t.Helper()
	w := httptest.NewRecorder()
	w.Code = 0
	defer func() {
		switch v := recover(); {
		case v == nil:
		case v != http.ErrAbortHandler:
			panic(v)
		case w.Body.Len() > 0:
			status = -1
		}
		answer, header = w.Body.String(), w.Header()
	}()
	u.e.ServeHTTP(w, u.request(method, "/v1.0"+path, body))
	return w.Code, "", nil
}

func TestFaultsStrike(t *testing.T) {
	const path = "/users?$top=1"
	for _, test := range []struct {
		rule string
		want []int
	}{
		{`{"path": "/users", "nth": 2, "status": 503}`, []int{200, 503, 200, 200}},
		{`{"path": "/users", "every": 2, "status": 503}`, []int{200, 503, 200, 503}},
		{`{"path": "/users", "first": 2, "status": 429, "retryAfter": "1500ms"}`, []int{429, 429, 200, 200}},
		{`{"path": "/users", "times": 1, "reset": "before"}`, []int{0, 200, 200, 200}},
		{`{"path": "/users/**", "reset": "after"}`, []int{0, 0, 0, 0}},
		{`{"path": "/*", "nth": 1, "truncate": true}`, []int{-1, 200, 200, 200}},
		{`{"method": "POST", "path": "/users", "status": 503}`, []int{200, 200, 200, 200}},
		{`{"path": "/groups", "status": 503}`, []int{200, 200, 200, 200}},
		{`{"path": "/users", "probability": 1, "status": 500}`, []int{500, 500, 500, 500}},
		{`{"garbage": "html"}`, []int{200, 200, 200, 200}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			u := withFaults(t, `{"rules": [`+test.rule+`]}`)
			var got []int
			for range test.want {
				status, body, header := u.outcome("GET", path, nil)
				got = append(got, status)
				if status >= 400 && (header.Get("request-id") == "" || !strings.Contains(body, `"request-id"`) || !strings.Contains(body, `"code"`)) {
					t.Errorf("the refusal is not that of Graph: %v %s", header, body)
				}
				if status == 429 && header.Get("Retry-After") != "2" {
					t.Errorf("Retry-After %q", header.Get("Retry-After"))
				}
				if page := strings.Contains(body, "<html>"); page != strings.Contains(test.rule, "html") {
					t.Errorf("answer %s", body)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFaultsAndEffects checks on which side of the change the fault is.
func TestFaultsAndEffects(t *testing.T) {
	for rule, made := range map[string]bool{
		`"status": 503`: false, `"reset": "before"`: false, `"reset": "after"`: true,
		`"truncate": true`: true, `"garbage": "html"`: true, `"garbage": "json"`: true, `"garbage": "empty"`: true, `"delay": "1ms"`: true, `"drip": "1ms"`: true,
	} {
		u := withFaults(t, `{"rules": [{"method": "POST", "path": "/applications", `+rule+`}]}`)
		u.outcome("POST", "/applications", map[string]any{"displayName": "x"})
		if n := len(u.get("/applications?$filter=displayName eq 'x'").list("value")); (n == 1) != made {
			t.Errorf("%s: %d applications", rule, n)
		}
	}
}

// TestFaultsInsideBatch checks that parts of a batch are refused one by one.
func TestFaultsInsideBatch(t *testing.T) {
	u := withFaults(t, `{"rules": [{"path": "/users", "reset": "before", "nth": 1}, {"path": "/users", "status": 429, "retryAfter": "3s", "nth": 2}]}`)
	step := func(id string) map[string]any {
		return map[string]any{"id": id, "method": "GET", "url": "/users?$top=1"}
	}
	got := u.post("/$batch", map[string]any{"requests": []any{step("1"), step("2"), step("3")}}).want(200)
	for i, want := range []float64{200, 429, 200} {
		if got.at("responses", i, "status") != want {
			t.Errorf("part %d: %v", i, got.at("responses", i))
		}
	}
	if got.text("responses", 1, "headers", "Retry-After") != "3" {
		t.Errorf("%s", got.raw)
	}
}

// TestFaultControl changes the plan of a running tenant.
func TestFaultControl(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{BothTemplates: true}})
	control := func(method string, body any) *got {
		r := u.request(method, "/_control/faults", body)
		r.Host = "127.0.0.1:1"
		r.Header.Set("Authorization", "Bearer "+u.info.ClientSecret)
		return u.send(r)
	}
	control("PUT", `{"rules": [{"path": "/users", "status": 503}], "behaviour": {"oldDirectoryNames": true}}`).want(200)
	u.get("/users?$top=1").want(503)
	if b := u.e.behaviour(); !b.OldDirectoryNames || b.BothTemplates {
		t.Errorf("%+v", b)
	}
	if g := control("GET", nil).want(200); g.at("rules", 0, "struck") != 1.0 || g.text("rules", 0, "path") != "/users" {
		t.Errorf("%s", g.raw)
	}
	control("PUT", `{"rules": [{"pth": "/users", "status": 503}]}`).wantError(400, "BadRequest", `body:1:13: a rule has no "pth"`)
	control("PUT", "").want(400)
	u.get("/users?$top=1").want(503)
	control("DELETE", nil).want(204)
	u.get("/users?$top=1").want(200)
	if b := u.e.behaviour(); b.OldDirectoryNames || !b.BothTemplates {
		t.Errorf("%+v", b)
	}
}

func TestParseFaults(t *testing.T) {
	p, err := ParseFaults("f", []byte(`{"seed": 7, "behaviour": {"replaceSecrets": true, "replicationDelay": "60s", "spuriousInstantiate404": 2, "nonJSONOnDemandKey": true},
		"rules": [{"method": "PUT", "path": "/a/*/b", "every": 3, "times": 2, "delay": "1s", "status": 500, "code": "c", "message": "m", "retryAfter": "2s"}]}`))
	want := &FaultPlan{
		Seed:      7,
		Behaviour: &Behaviour{ReplaceSecrets: true, ReplicationDelay: time.Minute, SpuriousInstantiate404: 2, NonJSONOnDemandKey: true},
		Rules:     []Fault{{Method: "PUT", Path: "/a/*/b", Every: 3, Times: 2, Delay: time.Second, Status: 500, Code: "c", Message: "m", RetryAfter: 2 * time.Second}},
	}
	if diff := cmp.Diff(want, p); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestBadFaults checks that each mistake is named with its place.
func TestBadFaults(t *testing.T) {
	for doc, want := range map[string]string{
		``:                                       "f:1:1: the JSON ends too early",
		`[]`:                                     "f:1:1: a fault plan is a JSON object",
		`{"rules": {}}`:                          `f:1:11: "rules" is a list`,
		`{"rules": [1]}`:                         "f:1:12: a rule is a JSON object",
		"{\n \"rulez\": []}":                     `f:2:2: a fault plan has no "rulez"; did you mean "rules"?`,
		`{"seed": -1}`:                           `f:1:10: "seed" is a whole number`,
		`{"seed": 1, "seed": 2}`:                 `f:1:13: "seed" is given twice`,
		`{} {}`:                                  "f:1:4: a fault plan is one JSON object",
		`{"rules": [{]}`:                         "f:1:12: this is no JSON",
		`{"behaviour": {"replaceSecret": true}}`: `did you mean "replaceSecrets"?`,
		`{"behaviour": {"replaceSecrets": "yes"}}`:                       `f:1:34: "replaceSecrets" is true or false`,
		`{"behaviour": {"replicationDelay": 60}}`:                        `"replicationDelay" is a duration in quotes`,
		`{"rules": [{"path": "/a"}]}`:                                    "the rule does nothing",
		`{"rules": [{"path": "a", "status": 500}]}`:                      `"path" begins with a slash`,
		`{"rules": [{"status": 200}]}`:                                   `"status" is a refusal`,
		`{"rules": [{"status": 500, "reset": "after"}]}`:                 "not several",
		`{"rules": [{"status": 500, "nth": 1, "every": 2}]}`:             "not several",
		`{"rules": [{"reset": "never"}]}`:                                `"reset" is one of before, after`,
		`{"rules": [{"method": "get", "status": 500}]}`:                  `"method" is one of GET`,
		`{"rules": [{"probability": 2, "status": 500}]}`:                 `"probability" is a number above 0`,
		`{"rules": [{"delay": "1s", "message": "x"}]}`:                   "go with status",
		`{"rules": [{"nth": 0.5, "status": 500}]}`:                       `"nth" is a whole number from 1`,
		strings.Repeat(`{"rules":[`, 9):                                  "nested too deeply",
		`{"rules": "` + strings.Repeat("x", maxFaultBytes) + `"}`:        "at most",
		`{"rules": [{"sttus": 500}, {"reset": "after", "truncate": 3}]}`: `"truncate" is true or false`,
	} {
		p, err := ParseFaults("f", []byte(doc))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %+v, %v, want %q", doc, p, err, want)
		}
	}
}

func FuzzParseFaults(f *testing.F) {
	files, _ := filepath.Glob("testdata/faults/*.json")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add(`{"rules": [{"status": 500, "every": 3}], "behaviour": {"throttle": 2}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		p, err := ParseFaults("f", []byte(doc))
		if (p == nil) == (err == nil) {
			t.Fatalf("%v, %v", p, err)
		}
		if err == nil {
			e := &Emulator{}
			e.fail(p)
			e.faults.Load().hit("GET", "users/x")
		}
	})
}
