package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// checked runs the doctor and returns the verdict and what was found, by check.
func checked(x *inTenant, code int, args ...string) (verdicts, found map[string]string) {
	x.t.Helper()
	out, _ := x.want(code, append([]string{"doctor", "-o", "json"}, args...)...)
	var report struct {
		OK     bool
		Checks []struct{ Name, Verdict, Found, Next string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.OK != (code == 0) {
		x.t.Fatalf("%v\n%s", err, out)
	}
	verdicts, found = map[string]string{}, map[string]string{}
	for _, c := range report.Checks {
		verdicts[c.Name], found[c.Name] = c.Verdict, c.Found+" "+c.Next
	}
	return verdicts, found
}

// TestDoctorPermissions compares tokens with what verbs need.
func TestDoctorPermissions(t *testing.T) {
	reading := []string{"Application.Read.All", "Synchronization.Read.All"}
	for name, c := range map[string]struct {
		roles []string
		verbs string
		code  int
		want  map[string]string // verdicts
		says  string            // of permissions
	}{
		"all":            {nil, "apply", 0, map[string]string{"permissions": "ok", "licence": "ok"}, "enough for apply"},
		"enough":         {reading, "status", 0, map[string]string{"permissions": "ok", "licence": "skipped"}, "enough for status"},
		"not enough":     {reading, "start,logs", 2, map[string]string{"permissions": "failed"}, "Synchronization.ReadWrite.All"},
		"for an owner":   {append(reading, "Application.ReadWrite.OwnedBy"), "start", 0, map[string]string{"permissions": "warning"}, "only counts for an owner"},
		"something lost": {reading, "import", 0, map[string]string{"permissions": "warning"}, "something left out"},
		"nothing":        {[]string{"User.Read.All"}, "status", 2, map[string]string{"permissions": "failed"}, "Application.Read.All"},
	} {
		x := newTenant(t, emulator.Options{Roles: c.roles})
		verdicts, found := checked(x, c.code, "--for", c.verbs)
		for check, want := range c.want {
			if verdicts[check] != want {
				t.Errorf("%s: %s is %s, want %s: %s", name, check, verdicts[check], want, found[check])
			}
		}
		if !strings.Contains(found["permissions"], c.says) {
			t.Errorf("%s: %s", name, found["permissions"])
		}
	}
}

// TestDoctorSeesWhatItMay: what the token does not allow is left out and said so, and
// the rest is looked at.
func TestDoctorSeesWhatItMay(t *testing.T) {
	dir := t.TempDir()
	t.Run("apply", func(t *testing.T) { // closes the tenant at its end
		newTenant(t, emulator.Options{StateDir: dir}).want(0, "apply", "-f", "idmelon", "--yes")
	})
	limited := newTenant(t, emulator.Options{StateDir: dir, Roles: []string{"Application.Read.All", "Synchronization.Read.All"}})
	verdicts, found := checked(limited, 2, "-f", "idmelon", "--for", "status")
	for check, want := range map[string]string{"permissions": "ok", "licence": "skipped", "application": "ok", "replication": "ok", "job": "ok", "credentials": "skipped", "log": "skipped", "mappings": "ok"} {
		if verdicts[check] != want {
			t.Errorf("%s is %s, want %s: %s", check, verdicts[check], want, found[check])
		}
	}
}
