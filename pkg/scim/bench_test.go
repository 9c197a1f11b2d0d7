package scim_test

import (
	"fmt"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

func userValues(t testing.TB) []scim.AttributeValue {
	return []scim.AttributeValue{
		value(t, "externalId", "6f9619ff-8b86-4011-b42d-00cf4fc964ff"),
		value(t, "userName", "ann@contoso.example"),
		typed(t, scim.BooleanValue, "active", "True"),
		value(t, "displayName", "Ann Example"),
		value(t, "name.givenName", "Ann"),
		value(t, "name.familyName", "Example"),
		value(t, `emails[type eq "work"].value`, "ann@contoso.example"),
		value(t, `phoneNumbers[type eq "mobile"].value`, "+33 1 23 45 67 89"),
		value(t, `addresses[type eq "work"].country`, "FR"),
		value(t, enterprise+"department", "Sales"),
	}
}

func BenchmarkCreateUserMarshal(b *testing.B) {
	values := userValues(b)
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		body, err := scim.CreateUser(scim.Entra, values)
		if err != nil {
			b.Fatal(err)
		}
		if buffer, err = body.AppendJSON(buffer[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseObject(b *testing.B) {
	body, err := scim.CreateUser(scim.Entra, userValues(b))
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(textOf(b, body))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scim.ParseObject(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	body, err := scim.CreateUser(scim.Entra, userValues(b))
	if err != nil {
		b.Fatal(err)
	}
	r := mustPatch(b, `{"op":"Replace","path":"displayName","value":"x"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"y"},{"op":"Add","path":"`+enterprise+`department","value":"z"}`)
	b.ReportAllocs()
	for b.Loop() {
		o := scim.NewObject(body.Members()...)
		if _, err := r.Apply(o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyManyMembers(b *testing.B) {
	var members []any
	for i := range 10_000 {
		members = append(members, scim.NewObject(scim.Member{Name: "value", Value: fmt.Sprint("member-", i)}))
	}
	group := scim.NewObject(scim.Member{Name: "displayName", Value: "g"}, scim.Member{Name: "members", Value: members})
	r := mustPatch(b, `{"op":"Add","path":"members","value":[{"$ref":null,"value":"new"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		o := scim.NewObject(group.Members()...)
		if _, err := r.Apply(o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	body, err := scim.CreateUser(scim.Entra, userValues(b))
	if err != nil {
		b.Fatal(err)
	}
	f, err := scim.ParseFilter(`active eq true and emails[type eq "work"].value eq "nobody"`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if f.Match(body) {
			b.Fatal("matched")
		}
	}
}
