package preview_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/profiles"
)

// usersOf returns the compiled mapping of users of a profile's text.
func usersOf(t testing.TB, text string) *mapping.Program {
	t.Helper()
	file, problems := profile.Load("test.yaml", []byte(text))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	r, problems := file.Profiles[0].Resolve(profile.Options{Sandbox: true})
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	mappings, problems := profiletest.ObjectMappings(r)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	for _, m := range mappings {
		if m.Source == mapping.User {
			p, problems := mapping.Compile(m)
			if p == nil {
				t.Fatal(problems)
			}
			return p
		}
	}
	t.Fatal("the profile does not map users")
	return nil
}

// builtIn returns the mapping of users of a built-in profile.
func builtIn(t testing.TB, name string) *mapping.Program {
	t.Helper()
	text, ok := profiles.Read(name)
	if !ok {
		t.Fatalf("no profile %s", name)
	}
	return usersOf(t, string(text))
}

// mappingOf returns the mapping of users that the lines say, each a mapping of a
// profile.
func mappingOf(t testing.TB, more string, lines ...string) *mapping.Program {
	t.Helper()
	return usersOf(t, `version: 1
profile: test
app: {name: Test}
endpoint: {url: "https://scim.example/v2", token: {env: TEST_TOKEN}}
users:
  base: none
`+more+`  mappings:
    - `+strings.Join(lines, "\n    - ")+"\n")
}

func newPreview(t testing.TB, c preview.Config) *preview.Preview {
	t.Helper()
	if c.Env.Now == nil {
		c.Env = mapping.Env{Now: func() time.Time { return time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC) }, Random: zeros{}, DefaultDomain: "contoso.com"}
	}
	p, err := preview.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// people writes users as a directory might hold them: accents, escapes, missing
// attributes, attributes that nobody reads.
func people(w io.Writer, n int) {
	random := rand.New(rand.NewPCG(7, 7))
	given := []string{"Ann", "Jos\u00e9", "Bj\u00f8rn", "Chlo\u00e9", "Dmitri", "Eve", "\u5f20\u4f1f", "Zo\u00eb"}
	family := []string{"Example", "O'Neill", "Garc\u00eda", "S\u00f8rensen", "M\u00fcller", "Smith", "Nguyen", "Van \\\"der\\\" Berg"}
	for i := range n {
		g, f := given[random.IntN(len(given))], family[random.IntN(len(family))]
		surname := fmt.Sprintf(`,"surname":"%s"`, f)
		if i%17 == 0 {
			surname = ""
		}
		fmt.Fprintf(w, `{"objectId":"%08x-%04x-4000-8000-%012x","userPrincipalName":"user%d@contoso.com","displayName":"%s %s","givenName":"%s"%s,"jobTitle":"Engineer","department":"Sales","accountEnabled":true,"mail":"user%d@contoso.com","mobile":"+33 1 23 45 67 89"}`+"\n",
			random.Uint32(), i&0xffff, i, i, g, f, g, surname, i)
	}
}

func crowd(n int) []byte {
	var b bytes.Buffer
	people(&b, n)
	return b.Bytes()
}
