package interop

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// TestMicrosoftJavaScriptClient lets Microsoft's own libraries live through a
// set-up in the emulated tenant: MSAL signs in, the Graph client asks, and the
// TypeScript compiler judges each answer by the published Graph types.
func TestMicrosoftJavaScriptClient(t *testing.T) {
	installed(t, "graphjs", "@microsoft/microsoft-graph-client", "@microsoft/microsoft-graph-types", "@azure/msal-node", "typescript")
	line := start(t, exec.Command(build(t), "emulator", "--users", "250"))
	var info struct{ CA string }
	if err := json.Unmarshal([]byte(line), &info); err != nil {
		t.Fatalf("the emulator printed %q: %v", line, err)
	}
	answers := t.TempDir()
	node(t, []string{"TENANT=" + line, "ANSWERS=" + answers, "NODE_EXTRA_CA_CERTS=" + info.CA}, "--test", "--test-reporter=spec", "life.test.js")
	node(t, nil, "node_modules/typescript/bin/tsc", "--project", answers)
}

// installed fails the test when npm ci has not been run in a folder.
func installed(t *testing.T, folder string, packages ...string) {
	t.Helper()
	for _, name := range packages {
		if _, err := os.Stat(folder + "/node_modules/" + name); err != nil {
			t.Fatalf("%s is not installed: run npm ci in interop/%s", name, folder)
		}
	}
}

// node runs a script in the graphjs folder and wants it to succeed.
func node(t *testing.T, env []string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "node", args...)
	c.Dir = "graphjs"
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("node %v: %v\n%s", args, err, out)
	}
	if bytes.Contains(out, []byte("Ignoring extra certs")) {
		t.Fatalf("node did not read the CA:\n%s", out)
	}
}
