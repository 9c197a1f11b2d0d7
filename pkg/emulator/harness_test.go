package emulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 123456700, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// tenantUnderTest is an emulator with a token, spoken to without a network.
type tenantUnderTest struct {
	t     testing.TB
	e     *Emulator
	clock *clock
	base  string
	info  Info
	token string
}

func newTenantUnderTest(t testing.TB, o Options) *tenantUnderTest {
	t.Helper()
	c := newClock()
	if o.Now == nil {
		o.Now = c.now
	}
	if o.Seed == 0 {
		o.Seed = 7
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	u := &tenantUnderTest{t: t, e: e, clock: c, base: "https://graph.test"}
	u.info = e.info(u.base, "")
	u.signIn()
	return u
}

func (u *tenantUnderTest) signIn() {
	u.t.Helper()
	a := u.form("/"+u.info.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {u.info.ClientID},
		"client_secret": {u.info.ClientSecret}, "scope": {u.base + "/.default"},
	})
	if a.status != http.StatusOK {
		u.t.Fatalf("sign in: %d %s", a.status, a.raw)
	}
	u.token = a.text("access_token")
}

// got is an answer with its JSON decoded.
type got struct {
	t      testing.TB
	status int
	header http.Header
	raw    []byte
	body   any
}

// at walks into the answer: names of members, and indexes.
func (g *got) at(path ...any) any {
	g.t.Helper()
	v := g.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, ok := v.(map[string]any)
			if !ok {
				g.t.Fatalf("no object to look up %q of %v in: %d %.400s", step, path, g.status, g.raw)
			}
			v = o[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				g.t.Fatalf("no element %d of %v in: %d %.400s", step, path, g.status, g.raw)
			}
			v = l[step]
		}
	}
	return v
}

func (g *got) text(path ...any) string {
	g.t.Helper()
	s, ok := g.at(path...).(string)
	if !ok {
		g.t.Fatalf("%v is %v, not a text, in: %d %.400s", path, g.at(path...), g.status, g.raw)
	}
	return s
}

func (g *got) list(path ...any) []any {
	g.t.Helper()
	l, ok := g.at(path...).([]any)
	if !ok {
		g.t.Fatalf("%v is no array in: %d %.400s", path, g.status, g.raw)
	}
	return l
}

// want fails the test when the status differs.
func (g *got) want(status int) *got {
	g.t.Helper()
	if g.status != status {
		g.t.Fatalf("status %d, want %d: %.600s", g.status, status, g.raw)
	}
	return g
}

// wantError fails the test when the answer is not this error.
func (g *got) wantError(status int, code, message string) {
	g.t.Helper()
	g.want(status)
	if c, m := g.text("error", "code"), g.text("error", "message"); c != code || !strings.Contains(m, message) {
		g.t.Errorf("error %s %q, want %s %q", c, m, code, message)
	}
}

func (u *tenantUnderTest) send(r *http.Request) *got {
	u.t.Helper()
	w := httptest.NewRecorder()
	u.e.ServeHTTP(w, r)
	g := &got{t: u.t, status: w.Code, header: w.Header(), raw: w.Body.Bytes()}
	if json.Valid(g.raw) {
		if err := json.Unmarshal(g.raw, &g.body); err != nil {
			u.t.Fatal(err)
		}
	}
	return g
}

func (u *tenantUnderTest) form(path string, values url.Values) *got {
	u.t.Helper()
	r := httptest.NewRequest("POST", u.base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return u.send(r)
}

// request builds a signed-in request. A body is a text, or a value to encode.
func (u *tenantUnderTest) request(method, path string, body any) *http.Request {
	u.t.Helper()
	var data []byte
	switch body := body.(type) {
	case nil:
	case string:
		data = []byte(body)
	default:
		var err error
		if data, err = json.Marshal(body); err != nil {
			u.t.Fatal(err)
		}
	}
	if i := strings.IndexByte(path, '?'); i >= 0 { // queries are written readably in tests
		path = path[:i] + "?" + strings.NewReplacer(" ", "%20", "'", "%27", "#", "%23", "\"", "%22").Replace(path[i+1:])
	}
	r := httptest.NewRequest(method, u.base+path, bytes.NewReader(data))
	r.Header.Set("Authorization", "Bearer "+u.token)
	if len(data) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// call sends a request below /v1.0 unless the path names a version.
func (u *tenantUnderTest) call(method, path string, body any) *got {
	u.t.Helper()
	if !strings.HasPrefix(path, "/v1.0") && !strings.HasPrefix(path, "/beta") {
		path = "/v1.0" + path
	}
	return u.send(u.request(method, path, body))
}

func (u *tenantUnderTest) get(path string) *got { u.t.Helper(); return u.call("GET", path, nil) }

func (u *tenantUnderTest) post(path string, body any) *got {
	u.t.Helper()
	return u.call("POST", path, body)
}

// eventual sends an advanced query.
func (u *tenantUnderTest) eventual(path string) *got {
	u.t.Helper()
	r := u.request("GET", "/v1.0"+path, nil)
	r.Header.Set("ConsistencyLevel", "eventual")
	return u.send(r)
}

func (u *tenantUnderTest) userID(name string) string {
	u.t.Helper()
	return u.get("/users/" + name + "@contoso.com").want(200).text("id")
}

func (u *tenantUnderTest) groupID(name string) string {
	u.t.Helper()
	return u.get("/groups?$filter=displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'").want(200).text("value", 0, "id")
}

// app is an enterprise application with a job.
type app struct {
	u                *tenantUnderTest
	sp, app, job, at string
	rule             string
}

const endpoint = "https://vendor.example/scim/v2"

// newApp instantiates the non-gallery template and makes a job with secrets.
func (u *tenantUnderTest) newApp(name string) *app {
	u.t.Helper()
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": name}).want(201)
	a := &app{u: u, sp: made.text("servicePrincipal", "id"), app: made.text("application", "id")}
	a.job = u.post("/servicePrincipals/"+a.sp+"/synchronization/jobs", map[string]any{"templateId": "scim"}).want(201).text("id")
	a.at = "/servicePrincipals/" + a.sp + "/synchronization/jobs/" + a.job
	a.secrets("BaseAddress", endpoint, "SecretToken", "s3cret", "SyncAll", "false").want(204)
	a.rule = u.get(a.at+"/schema").want(200).text("synchronizationRules", 0, "id")
	return a
}

func (a *app) secrets(pairs ...string) *got {
	a.u.t.Helper()
	value := []any{}
	for i := 0; i < len(pairs); i += 2 {
		value = append(value, map[string]any{"key": pairs[i], "value": pairs[i+1]})
	}
	return a.u.call("PUT", "/servicePrincipals/"+a.sp+"/synchronization/secrets", map[string]any{"value": value})
}

func (a *app) assign(principal, role string) *got {
	a.u.t.Helper()
	return a.u.post("/servicePrincipals/"+a.sp+"/appRoleAssignedTo", map[string]any{"principalId": principal, "resourceId": a.sp, "appRoleId": role})
}

// provision runs an object on demand and returns the two decoded texts.
func (a *app) provision(typ, id string, members ...string) (key, value *got) {
	a.u.t.Helper()
	answer := a.provisionRaw(typ, id, members...).want(200)
	return decoded(a.u.t, answer.text("key")), decoded(a.u.t, answer.text("value"))
}

func (a *app) provisionRaw(typ, id string, members ...string) *got {
	a.u.t.Helper()
	subject := map[string]any{"objectId": id, "objectTypeName": typ}
	if members != nil {
		list := []any{}
		for _, m := range members {
			list = append(list, map[string]any{"objectId": m, "objectTypeName": "User"})
		}
		subject["links"] = map[string]any{"members": list}
	}
	return a.u.post(a.at+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{"ruleId": a.rule, "subjects": []any{subject}}}})
}

func decoded(t testing.TB, text string) *got {
	t.Helper()
	g := &got{t: t, raw: []byte(text)}
	if err := json.Unmarshal(g.raw, &g.body); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return g
}

// schema reads the job's schema; putSchema writes it.
func (a *app) schema() map[string]any {
	a.u.t.Helper()
	return a.u.get(a.at + "/schema").want(200).body.(map[string]any)
}

func (a *app) putSchema(doc any) *got { a.u.t.Helper(); return a.u.call("PUT", a.at+"/schema", doc) }

// objectMapping returns the object mapping of a source object in a schema.
func objectMapping(t testing.TB, schema map[string]any, source string) map[string]any {
	t.Helper()
	for _, r := range schema["synchronizationRules"].([]any) {
		for _, m := range r.(map[string]any)["objectMappings"].([]any) {
			if m.(map[string]any)["sourceObjectName"] == source {
				return m.(map[string]any)
			}
		}
	}
	t.Fatalf("no object mapping of %s", source)
	return nil
}

// attributeMapping returns the mapping of a target attribute.
func attributeMapping(t testing.TB, schema map[string]any, source, target string) map[string]any {
	t.Helper()
	for _, m := range objectMapping(t, schema, source)["attributeMappings"].([]any) {
		if m.(map[string]any)["targetAttributeName"] == target {
			return m.(map[string]any)
		}
	}
	t.Fatalf("no mapping of %s", target)
	return nil
}

func gzipped(t testing.TB, r *http.Request, text string) *http.Request {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(&b)
	r.Header.Set("Content-Encoding", "gzip")
	r.Header.Set("Content-Type", "application/json")
	return r
}

// path joins what is printed into one path.
func path(parts ...any) string { return fmt.Sprint(parts...) }
