package profile_test

import (
	"testing"

	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/profiles"
)

// TestBuiltIn loads and resolves every built-in profile in every environment.
func TestBuiltIn(t *testing.T) {
	names := profiles.Names()
	if len(names) < 5 {
		t.Fatalf("only %d built-in profiles", len(names))
	}
	for _, name := range names {
		data, _ := profiles.Read(name)
		file, problems := profile.Load(name+".yaml", data)
		for _, d := range problems {
			t.Errorf("%v\n%s", d, d.Detail)
		}
		for _, p := range file.Profiles {
			environments := p.Environments
			if len(environments) == 0 {
				environments = []string{""}
			}
			for _, env := range environments {
				r, problems := p.Resolve(profile.Options{Environment: env, Sandbox: true})
				for _, d := range problems {
					t.Errorf("%s %s: %v\n%s", name, env, d, d.Detail)
				}
				if r == nil || r.Users == nil || len(r.Tests) == 0 || r.App.Name.Value == "" {
					t.Errorf("%s %s: incomplete: %+v", name, env, r)
				}
			}
		}
	}
}
