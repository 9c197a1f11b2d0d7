package cmd_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/cmd"
	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/emulator"
)

// inTenant runs command lines against an emulator of this process.
type inTenant struct {
	t   *testing.T
	env map[string]string
}

// newTenant starts an emulated tenant with the given habits.
func newTenant(t *testing.T, o emulator.Options) *inTenant {
	t.Helper()
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &inTenant{t, map[string]string{
		"SCIMCTL_GRAPH_URL": info.URL, "SCIMCTL_AUTHORITY": info.Authority, "SCIMCTL_CA_FILE": info.CA,
		"AZURE_TENANT_ID": info.TenantID, "AZURE_CLIENT_ID": info.ClientID, "AZURE_CLIENT_SECRET": info.ClientSecret,
		"IDMELON_SCIM_TOKEN": canary, "KLAXOON_SCIM_TOKEN": canary, "ANDMONEY_ROOMS_SCIM_TOKEN": canary,
	}}
}

// run runs a command line and returns its exit code and what it printed.
func (x *inTenant) run(args ...string) (code int, out, errOut string) {
	x.t.Helper()
	streams, _, stdout, stderr := iostreams.Test()
	d := cmd.NewDeps(streams)
	d.Getenv = func(name string) (string, bool) { v, ok := x.env[name]; return v, ok }
	code = cmd.Run(x.t.Context(), d, append(args, "--auth", "client-secret"))
	for _, b := range []*bytes.Buffer{stdout, stderr} {
		if strings.Contains(b.String(), canary) || strings.Contains(b.String(), x.env["AZURE_CLIENT_SECRET"]) {
			x.t.Fatalf("scimctl %s printed a secret", strings.Join(args, " "))
		}
	}
	return code, stdout.String(), stderr.String()
}

// want runs a command line that must end with the exit code.
func (x *inTenant) want(code int, args ...string) (out, errOut string) {
	x.t.Helper()
	got, out, errOut := x.run(args...)
	if got != code {
		x.t.Fatalf("scimctl %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, errOut)
	}
	return out, errOut
}

// TestSecondPlanIsEmpty applies profiles to tenants that decorate their answers, as
// the service does without telling, and finds nothing left to do.
func TestSecondPlanIsEmpty(t *testing.T) {
	for name, b := range map[string]emulator.Behaviour{
		"plain":                   {},
		"secrets are replaced":    {ReplaceSecrets: true},
		"old directory names":     {OldDirectoryNames: true},
		"blanks in flags":         {SpacedFlags: true},
		"empty defaults":          {EmptyDefaults: true},
		"another order":           {ShuffleSchema: true},
		"normalised expressions":  {NormaliseExpressions: true},
		"everything at once":      {ReplaceSecrets: true, OldDirectoryNames: true, SpacedFlags: true, EmptyDefaults: true, ShuffleSchema: true, NormaliseExpressions: true},
		"spurious 404":            {SpuriousInstantiate404: 1},
		"directory replicates":    {ReplicationDelay: 300 * time.Millisecond},
		"synchronization is late": {SyncfabricDelay: 300 * time.Millisecond},
		"jobs are busy":           {JobConflict: 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, profile := range [][]string{
				{"-f", "idmelon"},
				{"-f", "idmelon-extended"},
				{"-f", "klaxoon", "--env", "production", "--var", "url=https://klaxoon.example/scim/v2"},
				{"-f", "andmoney-rooms", "--env", "production", "--accept-risk", "replace-mappings"},
			} {
				x := newTenant(t, emulator.Options{Behaviour: b, Seed: 7})
				x.want(0, append([]string{"apply", "--yes"}, profile...)...)
				x.want(0, append([]string{"plan", "--exit-code"}, profile...)...)
			}
		})
	}
}

// TestForeignMapping: a mapping that nobody asked for is drift where the profile
// says all of them, and left alone where it keeps others.
func TestForeignMapping(t *testing.T) {
	x := newTenant(t, emulator.Options{Behaviour: emulator.Behaviour{ExtraMapping: true}})
	x.want(0, "apply", "-f", "idmelon", "--yes")
	x.want(0, "apply", "-f", "andmoney-rooms", "--env", "production", "--yes")
	out, _ := x.want(0, "plan", "-f", "andmoney-rooms", "--env", "production", "--exit-code")
	if !strings.Contains(out, "Nothing to do") {
		t.Errorf("a kept mapping is no drift:\n%s", out)
	}
}

// TestUnsaidPermission: the synchronization service refuses with an empty message;
// the error says which permission to look at.
func TestUnsaidPermission(t *testing.T) {
	x := newTenant(t, emulator.Options{Behaviour: emulator.Behaviour{DenySynchronization: true}})
	_, errOut := x.want(1, "plan", "-f", "andmoney-rooms", "--env", "production")
	if !strings.Contains(errOut, "Synchronization.Read.All") {
		t.Errorf("the error names no permission:\n%s", errOut)
	}
}
