package cmd_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/cmd"
	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/emulator"
)

// imported imports an application into a file and plans it: there must be nothing to
// do. It returns the profile.
func (x *inTenant) imported(args ...string) string {
	x.t.Helper()
	file := filepath.Join(x.t.TempDir(), "imported.yaml")
	_, errOut := x.want(0, append([]string{"import", "--out", file}, args...)...)
	text, err := os.ReadFile(file)
	if err != nil {
		x.t.Fatal(err)
	}
	if strings.Contains(errOut, "warning") {
		x.t.Errorf("the import is not proven:\n%s", errOut)
	}
	plan := []string{"plan", "--exit-code", "-f", file}
	if _, environment, ok := strings.Cut(string(text), "\nenvironments:\n  "); ok {
		name, _, _ := strings.Cut(environment, ":")
		plan = append(plan, "--env", name)
	}
	if out, _ := x.want(0, plan...); !strings.Contains(out, "Nothing to do") {
		x.t.Errorf("the plan of the import is not empty:\n%s\n%s", out, text)
	}
	return string(text)
}

// builtIn are the built-in profiles with what they need, and the application that
// each sets up.
var builtIn = []struct {
	app   string
	flags []string
}{
	{"IDmelon", []string{"-f", "idmelon", "--var", "mail=it@contoso.com"}},
	{"IDmelon", []string{"-f", "idmelon-extended"}},
	{"Klaxoon SCIM", []string{"-f", "klaxoon", "--env", "production", "--var", "url=https://klaxoon.example/scim/v2"}},
	{"Klaxoon SCIM (pre-production)", []string{"-f", "klaxoon", "--env", "preproduction", "--var", "url=https://klaxoon.example/scim/v2"}},
	{"andmoney rooms", []string{"-f", "andmoney-rooms", "--env", "production", "--accept-risk", "replace-mappings"}},
	{"andmoney advisors", []string{"-f", "andmoney-advisors", "--env", "production"}},
	{"andmoney advisors (test)", []string{"-f", "andmoney-advisors", "--env", "test"}},
}

// TestImportBuiltIn applies each built-in profile, imports what it made, and finds
// nothing to do, also where the tenant shows the same schema in another way.
func TestImportBuiltIn(t *testing.T) {
	for name, b := range map[string]emulator.Behaviour{
		"plain":     {},
		"decorated": {OldDirectoryNames: true, SpacedFlags: true, EmptyDefaults: true, ShuffleSchema: true, NormaliseExpressions: true, BothTemplates: true, RuleSuffix: true},
	} {
		for _, p := range builtIn {
			t.Run(name+"/"+p.app+" "+p.flags[1], func(t *testing.T) {
				t.Parallel()
				x := newTenant(t, emulator.Options{Behaviour: b, Seed: 11})
				x.env["KLAXOON_PREPRODUCTION_SCIM_TOKEN"], x.env["ANDMONEY_ADVISORS_SCIM_TOKEN"], x.env["ANDMONEY_ADVISORS_TEST_SCIM_TOKEN"] = canary, canary, canary
				x.want(0, append([]string{"apply", "--yes"}, p.flags...)...)
				text := x.imported("--app", p.app)
				if strings.Contains(text, "Not part of the profile") {
					t.Errorf("something of a built-in profile was not imported:\n%s", text)
				}
			})
		}
	}
}

// TestImportSchemas puts real and documented schemas into a tenant, as they are, and
// imports them. Members that nobody knows stay.
func TestImportSchemas(t *testing.T) {
	files, err := filepath.Glob("../pkg/entra/testdata/schemas/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("found %d schemas (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			schema, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			x := tenantWithSchema(t, schema)
			text := x.imported("--app", "IDmelon")
			if !strings.Contains(text, "madeUpByNobody") {
				t.Errorf("an unknown member is not named:\n%s", text)
			}
			before := x.schema("IDmelon")
			x.imported("--app", "IDmelon")
			if after := x.schema("IDmelon"); after != before || !strings.Contains(after, "madeUpByNobody") {
				t.Errorf("the schema changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// tenantWithSchema is a tenant in which a job has a schema that no PUT would have
// made: it is put into the state between two runs, with a member that nobody knows.
func tenantWithSchema(t *testing.T, schema []byte) *inTenant {
	t.Helper()
	o := emulator.Options{Seed: 5, StateDir: t.TempDir()}
	first, stop := openTenant(t, o)
	first.want(0, "apply", "-f", "idmelon", "--yes")
	stop()
	file := filepath.Join(o.StateDir, "tenant.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Version json.RawMessage `json:"version"`
		Content map[string]any  `json:"content"`
	}
	var doc map[string]any
	if err := errors.Join(json.Unmarshal(data, &state), json.Unmarshal(schema, &doc)); err != nil {
		t.Fatal(err)
	}
	doc["madeUpByNobody"] = map[string]any{"x": 1}
	changed := 0
	for _, sync := range state.Content["Sync"].(map[string]any) {
		jobs, _ := sync.(map[string]any)["jobs"].([]any)
		for _, j := range jobs {
			j.(map[string]any)["schema"] = doc
			changed++
		}
	}
	if changed != 1 {
		t.Fatalf("the state has %d jobs", changed)
	}
	if data, err = json.Marshal(state); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	again, _ := openTenant(t, o)
	return again
}

// openTenant is newTenant with a way to stop it before the test ends.
func openTenant(t *testing.T, o emulator.Options) (*inTenant, func()) {
	t.Helper()
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return &inTenant{t, map[string]string{
		"SCIMCTL_GRAPH_URL": info.URL, "SCIMCTL_AUTHORITY": info.Authority, "SCIMCTL_CA_FILE": info.CA,
		"AZURE_TENANT_ID": info.TenantID, "AZURE_CLIENT_ID": info.ClientID, "AZURE_CLIENT_SECRET": info.ClientSecret,
		"IDMELON_SCIM_TOKEN": canary,
	}}, stop
}

// bare runs a command line that takes no sign-in.
func (x *inTenant) bare(code int, args ...string) (out, errOut string) {
	x.t.Helper()
	streams, _, stdout, stderr := iostreams.Test()
	d := cmd.NewDeps(streams)
	d.Getenv = func(name string) (string, bool) { v, ok := x.env[name]; return v, ok }
	if got := cmd.Run(x.t.Context(), d, args); got != code {
		x.t.Fatalf("scimctl %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	return stdout.String(), stderr.String()
}

// schema reads the schema of an application's only job as the tenant has it.
func (x *inTenant) schema(app string) string {
	x.t.Helper()
	g := x.graph()
	var principals, jobs struct{ Value []struct{ ID string } }
	g.get("/servicePrincipals?$filter="+url.QueryEscape("displayName eq '"+app+"'"), &principals)
	at := "/servicePrincipals/" + principals.Value[0].ID + "/synchronization/jobs"
	g.get(at, &jobs)
	var doc json.RawMessage
	g.get(at+"/"+jobs.Value[0].ID+"/schema", &doc)
	return string(doc)
}

// rawGraph reads the tenant without any code of the product.
type rawGraph struct {
	x     *inTenant
	http  *http.Client
	token string
}

func (x *inTenant) graph() *rawGraph {
	x.t.Helper()
	pem, err := os.ReadFile(x.env["SCIMCTL_CA_FILE"])
	if err != nil {
		x.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	g := &rawGraph{x: x, http: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}}
	answer, err := g.http.PostForm(x.env["SCIMCTL_AUTHORITY"]+"/"+x.env["AZURE_TENANT_ID"]+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {x.env["AZURE_CLIENT_ID"]}, "client_secret": {x.env["AZURE_CLIENT_SECRET"]},
		"scope": {x.env["SCIMCTL_GRAPH_URL"] + "/.default"},
	})
	if err != nil {
		x.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		x.t.Fatal(err)
	}
	g.token = body.AccessToken
	return g
}

func (g *rawGraph) get(path string, to any) {
	g.x.t.Helper()
	r, err := http.NewRequestWithContext(g.x.t.Context(), http.MethodGet, g.x.env["SCIMCTL_GRAPH_URL"]+"/v1.0"+path, nil)
	if err != nil {
		g.x.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	answer, err := g.http.Do(r)
	if err != nil {
		g.x.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		g.x.t.Fatalf("GET %s: %s", path, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(to); err != nil {
		g.x.t.Fatal(err)
	}
}
