package emulator

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzState: whatever is in the files of the state, New refuses it as corrupt or
// makes a tenant that answers.
func FuzzState(f *testing.F) {
	dir := f.TempDir()
	u := newTenantUnderTest(f, Options{StateDir: dir, Seed: 3})
	a := u.newApp("x")
	a.assign(u.userID("alice"), "18d14569-c3bd-439b-9a66-3a2aee01d14f").want(201)
	a.provision("User", u.userID("alice"))
	if err := u.e.Close(); err != nil {
		f.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range stateFiles {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		files[name] = data
	}
	for _, name := range []string{tenantFile, directoryFile, targetsFile} {
		f.Add(name, "null", "{}")
		f.Add(name, `"id":`, `"id":7,"was":`)
	}
	f.Add(tenantFile, `"Props":{`, `"Props":{"appRoles":[1],`)
	f.Add(tenantFile, `"objectMappings":[`, `"objectMappings":[null,7,`)
	f.Add(tenantFile, `"Log":[`, `"Log":[null,`)
	f.Add(directoryFile, `"refs":{`, `"refs":{"manager":["x"],`)
	f.Fuzz(func(t *testing.T, name, old, new string) {
		if !strings.HasSuffix(name, ".json") || files[name] == nil || old == "" {
			return
		}
		dir := t.TempDir()
		for n, data := range files {
			if n == name {
				data = []byte(strings.Replace(string(data), old, new, 3))
			}
			if err := os.WriteFile(filepath.Join(dir, n), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, lockFile), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := New(Options{StateDir: dir, Now: newClock().now})
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("not said to be corrupt: %v", err)
			}
			return
		}
		defer func() { _ = e.Close() }()
		token, err := e.sign(e.state, "https://graph.test", false)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{
			"/users?$expand=manager", "/groups?$expand=members", "/applications", "/servicePrincipals?$expand=appRoleAssignedTo",
			"/directory/deletedItems/microsoft.graph.user", "/auditLogs/provisioning", "/servicePrincipals/" + a.sp + "/appRoleAssignedTo",
			"/servicePrincipals/" + a.sp + "/synchronization/templates", "/servicePrincipals/" + a.sp + "/synchronization/secrets",
			a.at, a.at + "/schema", a.at + "/schema/directories",
		} {
			r := httptest.NewRequest("GET", "https://graph.test/v1.0"+at, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			if e.ServeHTTP(w, r); w.Code == http.StatusInternalServerError {
				t.Errorf("%s: %s", at, w.Body)
			}
		}
	})
}
