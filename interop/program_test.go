package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// token is what the endpoint wants to see; it must appear in no output.
const token = "canary-5d1e8c40-do-not-print"

// tool is a built scimctl with the environment of one tenant.
type tool struct {
	t    *testing.T
	path string
	env  []string
}

// build makes the program once for a test.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scimctl")
	out, err := exec.Command("go", "build", "-C", "..", "-o", path, "./cmd/scimctl").CombinedOutput()
	if err != nil {
		t.Fatalf("build scimctl: %v\n%s", err, out)
	}
	return path
}

// tenant starts an emulated tenant that runs no cycles by itself and whose SCIM traffic for a tenant URL goes to
// another, and returns the program with the variables to reach it.
func tenant(t *testing.T, path, from, to string) *tool {
	t.Helper()
	var info struct{ URL, Authority, CA, TenantID, ClientID, ClientSecret string }
	line := start(t, exec.Command(path, "emulator", "--cycle-interval", "off", "--route", from+"="+to))
	if err := json.Unmarshal([]byte(line), &info); err != nil {
		t.Fatalf("the emulator printed %q: %v", line, err)
	}
	return &tool{t, path, append(os.Environ(),
		"SCIMCTL_GRAPH_URL="+info.URL, "SCIMCTL_AUTHORITY="+info.Authority, "SCIMCTL_CA_FILE="+info.CA,
		"AZURE_TENANT_ID="+info.TenantID, "AZURE_CLIENT_ID="+info.ClientID, "AZURE_CLIENT_SECRET="+info.ClientSecret,
		"IDMELON_SCIM_TOKEN="+token, "NO_COLOR=1")}
}

// scimmy starts the SCIMMY server and returns its base URL.
func scimmy(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("scimmy/node_modules/scimmy"); err != nil {
		t.Fatal("SCIMMY is not installed: run npm ci in interop/scimmy")
	}
	c := exec.Command("node", "server.js")
	c.Dir = "scimmy"
	c.Env = append(os.Environ(), "PORT=0", "TOKEN="+token)
	base, ok := strings.CutPrefix(strings.TrimSpace(start(t, c)), "ready ")
	if !ok {
		t.Fatalf("the server printed %q", base)
	}
	return base
}

// start runs a server until the test ends and returns the first line it prints.
func start(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errOut bytes.Buffer
	c.Stderr = &errOut
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %v\n%s", c, err, errOut.String())
	}
	return line
}

// run calls scimctl and wants an exit code. It returns what was printed on the two
// streams together, after looking for the token in it.
func (x *tool) run(code int, args ...string) string {
	x.t.Helper()
	c := exec.Command(x.path, args...)
	c.Env = x.env
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != code {
		x.t.Fatalf("scimctl %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
	if bytes.Contains(out, []byte(token)) {
		x.t.Fatalf("scimctl %s printed the token", strings.Join(args, " "))
	}
	return string(out)
}
