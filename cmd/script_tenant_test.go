package cmd_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// startTenant is the script command `tenant [flags]`: an emulator in a process of
// its own, with the flags of `scimctl emulator`. Its jobs run no cycles by
// themselves unless a flag says so. It sets the variables that scimctl and azidentity
// read, and SCIM_URL and SCIM_TOKEN.
func startTenant(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("tenant cannot be negated")
	}
	program, err := exec.LookPath("scimctl")
	ts.Check(err)
	c := exec.Command(program, append([]string{"emulator", "--cycle-interval", "off"}, args...)...)
	c.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"))
	stdout, err := c.StdoutPipe()
	ts.Check(err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	ts.Check(c.Start())
	ts.Defer(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		ts.Fatalf("the emulator said nothing: %v\n%s", err, stderr.String())
	}
	var info emulator.Info
	ts.Check(json.Unmarshal(line, &info))
	for name, value := range map[string]string{
		"SCIMCTL_GRAPH_URL": info.URL, "SCIMCTL_AUTHORITY": info.Authority, "SCIMCTL_CA_FILE": info.CA,
		"AZURE_TENANT_ID": info.TenantID, "AZURE_CLIENT_ID": info.ClientID, "AZURE_CLIENT_SECRET": info.ClientSecret,
		"SCIM_URL": info.SCIMURL, "SCIM_TOKEN": info.SCIMToken,
	} {
		ts.Setenv(name, value)
	}
}

// startWebsite is the script command `website`: something that answers every request
// with a page of HTML, at WEBSITE.
func startWebsite(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: website")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Please sign in</title>")
	}))
	ts.Defer(s.Close)
	ts.Setenv("WEBSITE", s.URL)
}

// graphClient calls the tenant without any code of the product.
type graphClient struct {
	ts    *testscript.TestScript
	http  *http.Client
	token string
}

func newGraphClient(ts *testscript.TestScript) *graphClient {
	pem, err := os.ReadFile(ts.Getenv("SCIMCTL_CA_FILE"))
	ts.Check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	g := &graphClient{ts: ts, http: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}}
	answer, err := g.http.PostForm(ts.Getenv("SCIMCTL_AUTHORITY")+"/"+ts.Getenv("AZURE_TENANT_ID")+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {ts.Getenv("AZURE_CLIENT_ID")},
		"client_secret": {ts.Getenv("AZURE_CLIENT_SECRET")}, "scope": {ts.Getenv("SCIMCTL_GRAPH_URL") + "/.default"},
	})
	ts.Check(err)
	defer answer.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	ts.Check(json.NewDecoder(answer.Body).Decode(&body))
	g.token = body.AccessToken
	return g
}

// call sends a request and returns the answer's body; a status of 400 or more
// ends the script.
func (g *graphClient) call(method, path string, body []byte) []byte {
	r, err := http.NewRequest(method, g.ts.Getenv("SCIMCTL_GRAPH_URL")+"/v1.0"+path, bytes.NewReader(body))
	g.ts.Check(err)
	r.Header.Set("Authorization", "Bearer "+g.token)
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := g.http.Do(r)
	g.ts.Check(err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	g.ts.Check(err)
	if answer.StatusCode >= 400 {
		g.ts.Fatalf("%s %s: %s\n%s", method, path, answer.Status, data)
	}
	return data
}

// servicePrincipal finds the id of the one service principal of that name.
func (g *graphClient) servicePrincipal(name string) string {
	var list struct{ Value []struct{ ID string } }
	filter := url.QueryEscape("displayName eq '" + strings.ReplaceAll(name, "'", "''") + "'")
	g.ts.Check(json.Unmarshal(g.call("GET", "/servicePrincipals?$filter="+filter, nil), &list))
	if len(list.Value) != 1 {
		g.ts.Fatalf("%d service principals are called %q", len(list.Value), name)
	}
	return list.Value[0].ID
}

// job finds the path of the one synchronization job of an application.
func (g *graphClient) job(name string) string {
	sp := "/servicePrincipals/" + g.servicePrincipal(name)
	var list struct{ Value []struct{ ID string } }
	g.ts.Check(json.Unmarshal(g.call("GET", sp+"/synchronization/jobs", nil), &list))
	if len(list.Value) != 1 {
		g.ts.Fatalf("%q has %d jobs", name, len(list.Value))
	}
	return sp + "/synchronization/jobs/" + list.Value[0].ID
}

// callGraph is the script command `graph METHOD PATH [BODY]`: the answer goes to
// the file "answer". {app:NAME} in the path stands for a service principal's id and
// {job:NAME} for the path of its job.
func callGraph(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: graph METHOD PATH [BODY]")
	}
	g := newGraphClient(ts)
	path := args[1]
	for _, form := range []struct {
		prefix string
		find   func(string) string
	}{{"{app:", g.servicePrincipal}, {"{job:", g.job}} {
		if before, rest, ok := strings.Cut(path, form.prefix); ok {
			name, after, _ := strings.Cut(rest, "}")
			path = before + form.find(name) + after
		}
	}
	var body []byte
	if len(args) == 3 {
		body = []byte(args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), g.call(args[0], path, body), 0o666))
}

// remap is the script command `remap APP OBJECT TARGET SOURCE`: somebody changes a
// mapping in the portal, by a whole PUT of the schema.
func remap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: remap APP OBJECT TARGET SOURCE")
	}
	g := newGraphClient(ts)
	job := g.job(args[0])
	var schema map[string]any
	ts.Check(json.Unmarshal(g.call("GET", job+"/schema", nil), &schema))
	changed := 0
	for _, rule := range schema["synchronizationRules"].([]any) {
		for _, m := range rule.(map[string]any)["objectMappings"].([]any) {
			mapping := m.(map[string]any)
			if mapping["sourceObjectName"] != args[1] {
				continue
			}
			for _, a := range mapping["attributeMappings"].([]any) {
				attribute := a.(map[string]any)
				if attribute["targetAttributeName"] == args[2] {
					attribute["source"] = map[string]any{"type": "Attribute", "name": args[3], "expression": "[" + args[3] + "]", "parameters": []any{}}
					changed++
				}
			}
		}
	}
	if changed != 1 {
		ts.Fatalf("%d mappings of %s", changed, args[2])
	}
	body, err := json.Marshal(schema)
	ts.Check(err)
	g.call("PUT", job+"/schema", body)
}

// jsonGet is the script command `jsonget FILE PATH WANT`: the value at a path such as
// value.0.id must print as WANT; with ! it must not.
func jsonGet(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: jsonget FILE PATH WANT")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch container := v.(type) {
		case map[string]any:
			v = container[key]
		case []any:
			if key == "length" {
				v = len(container)
				continue
			}
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(container) {
				ts.Fatalf("%s: no element %s", args[1], key)
			}
			v = container[i]
		default:
			ts.Fatalf("%s: nothing at %s", args[1], key)
		}
	}
	if got := fmt.Sprint(v); (got == args[2]) == neg {
		ts.Fatalf("%s is %q, want %q", args[1], got, args[2])
	}
}
