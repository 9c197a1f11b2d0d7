package engine

import (
	"slices"
	"testing"
)

func TestAttributesIn(t *testing.T) {
	for _, tt := range []struct {
		expression      string
		reads, redacted []string
	}{
		{`Switch([IsSoftDeleted], , "False", "True", "True", "False")`, []string{"IsSoftDeleted"}, nil},
		{`Join(" ", [givenName], [surname])`, []string{"givenName", "surname"}, nil},
		{`Redact([mobile])`, []string{"mobile"}, []string{"mobile"}},
		{`Join("-", Redact(ToUpper([mobile])), [city])`, []string{"mobile", "city"}, []string{"mobile"}},
		{`IIF([a] = "Redact([b])", Redact(Join("\")", [c], "\\")), [d])`, []string{"a", "c", "d"}, []string{"c"}},
		{`Append([emails[type eq "work"].value], "x")`, []string{`emails[type eq "work"].value`}, nil},
		{`Redact ([x])`, []string{"x"}, []string{"x"}},
		{`[plain]`, []string{"plain"}, nil},
		{`"[no] Redact([no])"`, nil, nil},
		{`"unclosed [x`, nil, nil},
		{`[unclosed`, []string{"unclosed"}, nil},
		{`))(`, nil, nil},
		{"", nil, nil},
	} {
		reads, redacted := attributesIn(tt.expression)
		if !slices.Equal(reads, tt.reads) || !slices.Equal(redacted, tt.redacted) {
			t.Errorf("%s: reads %q, redacted %q; want %q, %q", tt.expression, reads, redacted, tt.reads, tt.redacted)
		}
	}
}

func FuzzAttributesIn(f *testing.F) {
	f.Add(`Join("-", Redact(ToUpper([mobile])), [city])`)
	f.Add(`"\`)
	f.Add(`[[`)
	f.Fuzz(func(t *testing.T, expression string) {
		reads, redacted := attributesIn(expression)
		for _, name := range redacted {
			if !slices.Contains(reads, name) {
				t.Errorf("%q is redacted, but not read", name)
			}
		}
	})
}
