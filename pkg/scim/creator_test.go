package scim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

// creatorColumns are attributes of every kind that a layout must get right, or
// leave to CreateUser.
func creatorColumns(t testing.TB) []scim.AttributeValue {
	return []scim.AttributeValue{
		value(t, "externalId", ""), value(t, "userName", ""), typed(t, scim.BooleanValue, "active", ""),
		value(t, "displayName", ""), value(t, "name.givenName", ""), value(t, "name.formatted", ""),
		value(t, `emails[type eq "work"].value`, ""), value(t, `emails[type eq "home"].value`, ""),
		value(t, `phoneNumbers[type eq "mobile"].value`, ""), value(t, enterprise+"department", ""),
		typed(t, scim.IntegerValue, "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:floor", ""),
		typed(t, scim.DateTimeValue, "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:since", ""),
		value(t, "favouriteColour", ""),                                                         // left out of a creation
		value(t, "urn:ietf:params:scim:schemas:core:2.0:User:title", ""), value(t, "title", ""), // one writes over the other
	}
}

var creatorTexts = []string{"", "x", "Ann \"the\" Example", "tab\there", "é\u2028ü", "\xff", "True", "false", "7", "-12", `{"value":"x"}`, "\x000\x01", "\x001\x01"}

// TestCreatorIsCreateUser: whatever the values and however often, a Creator says
// what CreateUser says, errors included.
func TestCreatorIsCreateUser(t *testing.T) {
	all := creatorColumns(t)
	special := map[string][]scim.AttributeValue{
		"regular": all[:12],
		"all":     all,
		"primary": append(all[:8:8], value(t, `emails[type eq "home"].primary`, "")),
		"typed":   append(all[:8:8], value(t, `emails[type eq "other"].type`, "")),
		"filter":  append(all[:8:8], value(t, `emails[value eq "x"].display`, "")),
		"complex": append(all[:8:8], value(t, "roles", ""), value(t, "emails", "")),
		"boss":    append(all[:8:8], typed(t, scim.ReferenceValue, "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:boss", "")),
		"twice": append(all[:8:8], typed(t, scim.IntegerValue, "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:floor", ""),
			typed(t, scim.IntegerValue, "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:FLOOR", "")),
		"manager": append(all[:8:8], typed(t, scim.ReferenceValue, enterprise+"manager", "")),
	}
	many := all[0]
	many.Multi = true
	special["multi"] = append([]scim.AttributeValue{many}, all[1:8]...)
	for name, columns := range special {
		random := rand.New(rand.NewPCG(1, 2))
		for _, dialect := range []scim.Dialect{scim.Entra, scim.EntraCompliant} {
			c := scim.NewCreator(dialect, columns)
			for range 3000 {
				var values []scim.AttributeValue
				for _, v := range columns {
					if random.IntN(4) == 0 {
						continue
					}
					v.Values = []string{creatorTexts[random.IntN(len(creatorTexts))]}
					if v.Type == scim.BooleanValue && random.IntN(8) > 0 {
						v.Values[0] = []string{"True", "FALSE"}[random.IntN(2)]
					}
					if v.Type == scim.IntegerValue && random.IntN(8) > 0 {
						v.Values[0] = fmt.Sprint(random.Int64())
					}
					values = append(values, v)
				}
				got, gotErr := c.AppendUser([]byte("before"), values)
				body, err := scim.CreateUser(dialect, values)
				if err != nil {
					if gotErr == nil || gotErr.Error() != err.Error() {
						t.Fatalf("%s: error %v, want %v", name, gotErr, err)
					}
					continue
				}
				if want := "before" + textOf(t, body); gotErr != nil || string(got) != want {
					t.Fatalf("%s:\ngot  %s (%v)\nwant %s", name, got, gotErr, want)
				}
			}
		}
	}
}

// TestCreatorForeignValues: values that are none of the columns, or out of their
// order, are written all the same.
func TestCreatorForeignValues(t *testing.T) {
	values := userValues(t)
	c := scim.NewCreator(scim.Entra, values)
	values[0], values[1] = values[1], values[0]
	for _, list := range [][]scim.AttributeValue{values, append(values, value(t, "nickName", "A"))} {
		body, err := scim.CreateUser(scim.Entra, list)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.AppendUser(nil, list); err != nil || string(got) != textOf(t, body) {
			t.Errorf("got %s (%v)\nwant %s", got, err, textOf(t, body))
		}
	}
}

func BenchmarkCreator(b *testing.B) {
	values := userValues(b)
	c := scim.NewCreator(scim.Entra, values)
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buffer, err = c.AppendUser(buffer[:0], values); err != nil {
			b.Fatal(err)
		}
	}
}
