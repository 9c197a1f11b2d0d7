package profile_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/profiles"
)

// TestBuiltInAreFormatted: the built-in profiles are in canonical layout.
func TestBuiltInAreFormatted(t *testing.T) {
	for _, name := range profiles.Names() {
		data, _ := profiles.Read(name)
		got, problems := profile.Format(name+".yaml", data)
		if problems.HasErrors() {
			t.Errorf("%s: %v", name, problems)
		}
		if diff := cmp.Diff(string(data), string(got)); diff != "" {
			t.Errorf("%s: run scimctl fmt profiles/%s.yaml\n%s", name, name, diff)
		}
	}
}

func ExampleFormat() {
	out, problems := profile.Format("idmelon.yaml", []byte(`version: 1
profile: idmelon   # the name stays as it is
app: {name: IDmelon}
users:
  base: keep
  mappings:
    - {target: displayName, expression: 'Join(" ",[givenName] ,[surname])'}
`))
	fmt.Print(string(out), len(problems))
	// Output:
	// version: 1
	// profile: idmelon   # the name stays as it is
	// app: {name: IDmelon}
	// users:
	//   base: keep
	//   mappings:
	//     - {target: displayName, expression: 'Join(" ", [givenName], [surname])'}
	// 0
}
