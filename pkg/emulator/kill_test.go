package emulator

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// childFolder makes a run of the test's own program an emulator on that state folder.
const childFolder = "SCIMCTL_TEST_STATE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := beEmulator(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beEmulator serves until the process is killed.
func beEmulator(dir string) error {
	e, err := New(Options{StateDir: dir, Users: 400, CycleInterval: 40 * time.Minute})
	if err != nil {
		return err
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(info); err != nil {
		return err
	}
	select {}
}

// child is an emulator in a process of its own.
type child struct {
	t      *testing.T
	info   Info
	client *http.Client
	cmd    *exec.Cmd
}

func startChild(t *testing.T, dir string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childFolder+"="+dir)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the emulator said nothing: %v", err)
	}
	if err := json.Unmarshal(line, &c.info); err != nil {
		t.Fatal(err)
	}
	c.client = trusting(t, c.info.CA)
	return c
}

// kill ends the process as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may be dead already
	_ = c.cmd.Wait()
}

func (c *child) call(method, path, auth, body string) *got {
	c.t.Helper()
	r, err := http.NewRequest(method, c.info.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if r.Header.Set("Authorization", auth); auth == "" {
		r.SetBasicAuth(c.info.ClientID, c.info.ClientSecret)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	g := &got{t: c.t, status: answer.StatusCode}
	if err := json.NewDecoder(answer.Body).Decode(&g.body); err != nil && answer.StatusCode != http.StatusNoContent {
		c.t.Fatalf("%s %s: %d %v", method, path, answer.StatusCode, err)
	}
	g.raw, _ = json.Marshal(g.body)
	return g
}

// TestKilledInTheMiddle: the emulator is killed in the middle of a first cycle, and
// again in the middle of the next one. The cycle goes on by itself in the process after
// it, and every object is at the target once, with its membership, also those that left
// between: what was linked when the process died is known.
func TestKilledInTheMiddle(t *testing.T) {
	real := server.New(server.Options{})
	var posts, doubled atomic.Int64
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posts.Add(1)
		}
		watched := httptest.NewRecorder()
		real.ServeHTTP(watched, r)
		if watched.Code == http.StatusConflict {
			doubled.Add(1)
		}
		for name, values := range watched.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(watched.Code)
		_, _ = w.Write(watched.Body.Bytes())
	}))
	defer outside.Close()

	for name, base := range map[string]string{"embedded": endpoint, "outside": outside.URL} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			objects := func(c *child, kind string) []*scim.Object {
				if name == "outside" {
					state := real.State()
					return map[string][]*scim.Object{"Users": state.Users, "Groups": state.Groups}[kind]
				}
				var all []*scim.Object
				for {
					g := c.call("GET", fmt.Sprintf("/scim/%s/%s?startIndex=%d&count=500", endpointName, kind, len(all)+1), "Bearer "+c.info.SCIMToken, "")
					if g.status == http.StatusNotFound {
						return nil // no cycle has written yet
					}
					page := g.want(200).list("Resources")
					if len(page) == 0 {
						return all
					}
					for _, o := range page {
						data, _ := json.Marshal(o)
						object := &scim.Object{}
						if err := json.Unmarshal(data, object); err != nil {
							t.Fatal(err)
						}
						all = append(all, object)
					}
				}
			}
			// killed waits for some more writes and kills the process.
			killed := func(c *child, users int) {
				t.Helper()
				for end := time.Now().Add(20 * time.Second); len(objects(c, "Users")) < users; time.Sleep(time.Millisecond) {
					if time.Now().After(end) {
						t.Fatalf("only %d users", len(objects(c, "Users")))
					}
				}
				c.kill()
			}

			c := startChild(t, dir)
			sp, job := c.provisioned(base)
			c.call("POST", "/v1.0/servicePrincipals/"+sp+"/synchronization/jobs/"+job+"/start", c.token(), "").want(204)
			killed(c, 60)
			c = startChild(t, dir)
			killed(c, 200)

			// Who was provisioned and leaves now must be known by its link.
			c = startChild(t, dir)
			c.call("POST", "/v1.0/servicePrincipals/"+sp+"/synchronization/jobs/"+job+"/pause", c.token(), "").want(204)
			c.call("POST", "/_control/directory", "", `[{"op": "unassign", "app": "`+sp+`", "user": "user00001@contoso.com"}]`).want(200)
			c.call("POST", "/v1.0/servicePrincipals/"+sp+"/synchronization/jobs/"+job+"/start", c.token(), "").want(204)
			c.call("POST", "/_control/jobs/"+job+"/tick", "", "").want(200)
			status := c.call("GET", "/v1.0/servicePrincipals/"+sp+"/synchronization/jobs/"+job, c.token(), "").want(200)
			if status.text("status", "lastExecution", "state") != "Succeeded" {
				t.Errorf("%s", status.raw)
			}
			seen := map[string]int{}
			active := 0
			for _, u := range objects(c, "Users") {
				seen[u.Text("userName")]++
				if on, _ := u.Get("active"); on == true {
					active++
				}
				if on, _ := u.Get("active"); u.Text("userName") == "user00001@contoso.com" && on != false {
					t.Error("who left between two processes is active")
				}
			}
			if len(seen) != 400 || active != 399 {
				t.Errorf("%d users, %d of them active", len(seen), active)
			}
			for name, n := range seen {
				if n != 1 {
					t.Errorf("%s is at the target %d times", name, n)
				}
			}
			groups := objects(c, "Groups")
			if len(groups) != 1 {
				t.Fatalf("%d groups", len(groups))
			}
			members, _ := groups[0].Get("members")
			if list, _ := members.([]any); len(list) != 399 {
				t.Errorf("%d members", len(list))
			}
		})
	}
	if posts.Load() != 401 || doubled.Load() != 0 {
		t.Errorf("%d objects were created outside, and %d twice", posts.Load(), doubled.Load())
	}
}

// provisioned makes an application whose job provisions 400 users and a group.
func (c *child) provisioned(base string) (sp, job string) {
	c.t.Helper()
	made := c.call("POST", "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate", c.token(), `{"displayName": "HR"}`).want(201)
	sp = made.text("servicePrincipal", "id")
	at := "/v1.0/servicePrincipals/" + sp + "/synchronization"
	job = c.call("POST", at+"/jobs", c.token(), `{"templateId": "scim"}`).want(201).text("id")
	c.call("PUT", at+"/secrets", c.token(), `{"value": [{"key": "BaseAddress", "value": "`+base+`"}, {"key": "SecretToken", "value": "t"}, {"key": "SyncAll", "value": "false"}]}`).want(204)
	var names, operations []string
	for i := range 400 {
		name := fmt.Sprintf("user%05d@contoso.com", i+1)
		names = append(names, `"`+name+`"`)
		operations = append(operations, `{"op": "assign", "app": "`+sp+`", "user": "`+name+`"}`)
	}
	operations = append(operations,
		`{"op": "createGroup", "properties": {"displayName": "Everybody here"}, "members": [`+strings.Join(names[1:], ",")+`]}`,
		`{"op": "assign", "app": "`+sp+`", "group": "Everybody here"}`)
	c.call("POST", "/_control/directory", "", "["+strings.Join(operations, ",")+"]").want(200)
	return sp, job
}

// token signs in.
func (c *child) token() string {
	c.t.Helper()
	answer, err := c.client.PostForm(c.info.Authority+"/"+c.info.TenantID+"/oauth2/v2.0/token", map[string][]string{
		"grant_type": {"client_credentials"}, "client_id": {c.info.ClientID}, "client_secret": {c.info.ClientSecret}, "scope": {c.info.URL + "/.default"},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		c.t.Fatal(err)
	}
	return "Bearer " + body.Token
}
