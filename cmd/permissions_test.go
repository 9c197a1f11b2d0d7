package cmd_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimctl/scimctl/cmd"
	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/pkg/permission"
)

// verbCase is a command line that needs everything that the table has for its verb,
// as far as conditions hold.
type verbCase struct {
	args  []string
	holds []permission.Condition
	fresh bool                             // the profile has not been applied
	well  func(code int, said string) bool // how it ends when all goes well; nil: with exit code 0
}

// verbCases have one entry for every verb of the table.
var verbCases = map[string]verbCase{
	"plan":         {args: []string{"plan", "-f", "idmelon"}, holds: []permission.Condition{permission.Groups}},
	"apply":        {args: []string{"apply", "-f", "idmelon", "--yes"}, holds: []permission.Condition{permission.Groups, permission.Assigns}, fresh: true},
	"destroy":      {args: []string{"destroy", "-f", "idmelon", "--yes"}},
	"import":       {args: []string{"import", "--app", "IDmelon"}},
	"rotate-token": {args: []string{"rotate-token", "-f", "idmelon", "--yes"}},
	"provision":    {args: []string{"provision", "-f", "idmelon", "--user", "alice@contoso.com"}, holds: []permission.Condition{permission.Users, permission.Groups}},
	"preview":      {args: []string{"preview", "-f", "idmelon", "--user", "alice@contoso.com"}, holds: []permission.Condition{permission.Groups}},
	"eval":         {args: []string{"eval", "[displayName]", "--attr", "displayName=x", "--oracle", "-f", "idmelon"}, holds: []permission.Condition{permission.Groups}},
	"start":        {args: []string{"start", "-f", "idmelon"}},
	"stop":         {args: []string{"stop", "-f", "idmelon"}},
	"restart":      {args: []string{"restart", "-f", "idmelon", "--yes"}},
	"status":       {args: []string{"status", "-f", "idmelon"}},
	// No cycle runs in this tenant, so the wait ends by itself.
	"watch": {args: []string{"watch", "-f", "idmelon", "--timeout", "1s"}, well: func(_ int, said string) bool { return !strings.Contains(said, "permission") }},
	"logs":  {args: []string{"logs", "-f", "idmelon"}},
	// The tenant is gone through to the end; the endpoint of the profile is not there to be read.
	"verify": {args: []string{"verify", "-f", "idmelon", "--user", "alice@contoso.com", "--skip", "replay", "--yes", "-o", "json"}, holds: []permission.Condition{permission.Users, permission.Groups}, well: func(_ int, said string) bool { return !strings.Contains(said, "permission") }},
	// The endpoint of the profile is not there; everything else is well.
	"doctor": {args: []string{"doctor", "-f", "idmelon", "--for", "status"}, well: func(_ int, said string) bool { return strings.Contains(said, ", 1 failed") }},
}

// TestLeastPermissions: with exactly the permissions that `scimctl permissions` names
// each verb works, and with any one of them weaker or missing it fails and names it.
func TestLeastPermissions(t *testing.T) {
	for _, verb := range permission.Verbs() {
		c, ok := verbCases[verb]
		if !ok {
			t.Errorf("no case for the verb %s", verb)
			continue
		}
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			well := c.well
			if well == nil {
				well = func(code int, _ string) bool { return code == 0 }
			}
			needs, err := permission.For([]string{verb}, func(when permission.Condition) bool { return slices.Contains(c.holds, when) })
			if err != nil {
				t.Fatal(err)
			}
			names := permission.Names(permission.Required(needs))
			prepared := t.TempDir()
			if !c.fresh {
				x, stop := openTenant(t, emulator.Options{Seed: 9, StateDir: prepared})
				x.want(0, "apply", "-f", "idmelon", "--yes")
				x.want(0, "stop", "-f", "idmelon")
				if verb != "start" {
					x.want(0, "start", "-f", "idmelon")
				}
				stop()
			}
			in := func(roles []string) (int, string) {
				dir := t.TempDir()
				if err := os.CopyFS(dir, os.DirFS(prepared)); err != nil {
					t.Fatal(err)
				}
				x, stop := openTenant(t, emulator.Options{Seed: 9, StateDir: dir, Roles: roles})
				defer stop()
				if verb == "rotate-token" {
					x.env["IDMELON_SCIM_TOKEN"] = canary + "-new"
				}
				return x.quickly(c.args...)
			}
			if code, said := in(names); !well(code, said) {
				t.Errorf("with %q: exit code %d\n%s", names, code, said)
			}
			for _, need := range permission.Required(needs) {
				weaker := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == need.Name })
				if need.Covers != "" {
					weaker = append(weaker, need.Covers)
				}
				code, said := in(weaker)
				if well(code, said) || !strings.Contains(said, need.Name) {
					t.Errorf("without %s: exit code %d\n%s", need.Name, code, said)
				}
			}
		})
	}
}

// quickly runs a command line with a clock that waits move, so that no wait takes time.
func (x *inTenant) quickly(args ...string) (code int, said string) {
	x.t.Helper()
	var moved atomic.Int64
	streams, _, stdout, stderr := iostreams.Test()
	d := cmd.NewDeps(streams)
	d.Getenv = func(name string) (string, bool) { v, ok := x.env[name]; return v, ok }
	d.Now = func() time.Time { return time.Now().Add(time.Duration(moved.Load())) }
	d.Sleep = func(ctx context.Context, wait time.Duration) error {
		moved.Add(int64(wait))
		return context.Cause(ctx)
	}
	code = cmd.Run(x.t.Context(), d, append(args, "--auth", "client-secret"))
	return code, stdout.String() + stderr.String()
}

// TestPermissionsJSON: the documented shape, and a consent with every permission that
// is asked for.
func TestPermissionsJSON(t *testing.T) {
	x := newTenant(t, emulator.Options{})
	out, _ := x.bare(0, "permissions", "plan", "-o", "json")
	var got struct {
		Verbs       []string
		Permissions []struct{ Name, Application, Delegated string }
		Optional    []struct{ Name string }
		Consent     []struct {
			ResourceAppID  string
			ResourceAccess []struct{ ID, Type string }
		} `json:"requiredResourceAccess"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Permissions) != 4 || len(got.Optional) != 2 || len(got.Consent) != 1 || len(got.Consent[0].ResourceAccess) != 4 {
		t.Errorf("%+v", got)
	}
	for i, a := range got.Consent[0].ResourceAccess {
		if a.Type != "Role" || a.ID != got.Permissions[i].Application {
			t.Errorf("access %d is %+v, want the role of %+v", i, a, got.Permissions[i])
		}
	}
}
