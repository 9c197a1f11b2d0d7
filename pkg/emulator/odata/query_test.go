package odata_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

func parse(t *testing.T, raw string) (odata.Query, error) {
	t.Helper()
	values, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return odata.ParseQuery(values)
}

func TestParseQuery(t *testing.T) {
	for raw, want := range map[string]odata.Query{
		"":                         {Top: -1},
		"custom=1":                 {Top: -1},
		"$select=id, displayName,": {Top: -1, Select: []string{"id", "displayName"}},
		"select=id":                {Top: -1, Select: []string{"id"}},
		"$top=5&$skip=2":           {Top: 5, Skip: 2},
		"$skiptoken=abc":           {Top: -1, SkipToken: "abc"},
		"$count=true":              {Top: -1, Count: true},
		"$format=json":             {Top: -1},
		"$orderby=a,b desc,c ASC":  {Top: -1, OrderBy: []odata.Sort{{Property: "a"}, {Property: "b", Descending: true}, {Property: "c"}}},
		"$expand=members($select=id,mail;$top=3),manager": {Top: -1, Expand: []odata.Expansion{{"members", []string{"id", "mail"}}, {Property: "manager"}}},
		`$search="displayName:one two" OR "mail:x"`:       {Top: -1, Search: []odata.Term{{Property: "displayName", Text: "one two"}, {Property: "mail", Text: "x"}}},
	} {
		if raw == "$expand=members($select=id,mail;$top=3),manager" {
			raw = "$expand=" + url.QueryEscape(raw[len("$expand="):])
		}
		got, err := parse(t, raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(odata.Query{}, "Filter")); d != "" {
			t.Errorf("%s: %s", raw, d)
		}
	}
}

func TestParseQueryErrors(t *testing.T) {
	for raw, option := range map[string]string{
		"$filter=a eq": "$filter", "$top=x": "$top", "$top=-1": "$top", "$skip=1.5": "$skip", "$count=2x": "$count", "$nonsense=1": "$nonsense",
		"$top=1&$top=2": "$top", "$top=1&top=2": "$top", "$orderby=a b c": "$orderby", "$orderby=a up": "$orderby", "$orderby=": "$orderby",
		"$expand=a(": "$expand", "$expand=a)": "$expand", "$search=x": "$search", `$search="x"`: "$search", `$search="a:x`: "$search", `$search="a:x" AND "b:y"`: "$search",
	} {
		_, err := parse(t, raw)
		e, ok := errors.AsType[*odata.Error](err)
		if !ok || e.Option != option || e.Message == "" {
			t.Errorf("%s: %#v", raw, err)
		}
	}
}

func TestTermFindsBeginningsOfWords(t *testing.T) {
	for text, want := range map[string]bool{"Anna Smith": true, "smithson": true, "goldsmith": false, "a-smith@x.com": true, "": false} {
		if got := (odata.Term{Property: "p", Text: "SMITH"}).Found(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if (odata.Term{Text: "x"}).Found(7) {
		t.Error("a number has no words")
	}
}

func TestOrderPutsNullFirst(t *testing.T) {
	for _, c := range []struct {
		a, b any
		want int
	}{{nil, nil, 0}, {nil, "a", -1}, {"a", nil, 1}, {"a", "B", -1}, {false, true, -1}, {2, 10, -1}, {"2024-01-01", "2023-01-01T00:00:00Z", 1}} {
		if got := odata.Order(c.a, c.b); got != c.want {
			t.Errorf("%v and %v: %d", c.a, c.b, got)
		}
	}
}
