package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

func populated(t testing.TB) *target {
	x := newTarget(t)
	x.user(`"userName":"Ann@b.example","externalId":"E-1","active":true,"title":"Clerk","name":{"familyName":"O'Hara"},"emails":[{"type":"work","value":"Ann@b.example","primary":true},{"type":"home","value":"ann@home.example"}],"` + enterprise + `":{"department":"Sales","manager":{"value":"u-2"}}`)
	x.user(`"userName":"bob","externalId":"e-1","active":false,"displayName":"Bob + \"B\" & \\ %","roles":[{"value":"Admin","primary":true}]`)
	x.user(`"userName":"Çelik","displayName":"bob"`)
	x.group(`"displayName":"Sales","members":[{"value":"u-1"},{"value":"u-2"}]`)
	x.group(`"displayName":"Ops"`)
	return x
}

func TestFilters(t *testing.T) {
	x := populated(t)
	tests := []struct{ collection, filter, want string }{
		{"/Users", `userName eq "ann@B.EXAMPLE"`, "Ann@b.example"},
		{"/Users", `USERNAME EQ "bob"`, "bob"},
		{"/Users", `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "bob"`, "bob"},
		{"/Users", `userName eq "çelik"`, "Çelik"},
		{"/Users", `userName eq "nobody"`, ""},
		{"/Users", `externalId eq "E-1"`, "Ann@b.example"},
		{"/Users", `externalId eq "e-1"`, "bob"},
		{"/Users", `displayName eq "BOB"`, "Çelik"},
		{"/Users", `displayName eq "bob + \"b\" & \\ %"`, "bob"},
		{"/Users", `emails[type eq "work"].value eq "ann@b.example"`, "Ann@b.example"},
		{"/Users", `emails[type eq "home"].value eq "ann@b.example"`, ""},
		{"/Users", `emails.value eq "ANN@home.example"`, "Ann@b.example"},
		{"/Users", `emails eq "ann@home.example"`, "Ann@b.example"},
		{"/Users", `emails[type eq "work" and value co "@b"]`, "Ann@b.example"},
		{"/Users", `emails co "home"`, "Ann@b.example"},
		{"/Users", `id eq "u-1"`, "Ann@b.example"},
		{"/Users", `id eq "U-1"`, ""},
		{"/Users", `id eq "u-4"`, ""},
		{"/Users", `id eq "u-1" and manager.value eq "u-2"`, "Ann@b.example"},
		{"/Users", `id eq "u-1" and manager.value eq "u-3"`, ""},
		{"/Users", `manager eq "u-2"`, "Ann@b.example"},
		{"/Users", enterprise + `:manager.value eq "u-2"`, "Ann@b.example"},
		{"/Users", enterprise + `:department eq "sales"`, "Ann@b.example"},
		{"/Users", `userName eq "bob" and active eq false`, "bob"},
		{"/Users", `userName eq "bob" and active eq true`, ""},
		{"/Users", `userName eq "bob" or userName eq "ann@b.example" or externalId eq "e-1"`, "Ann@b.example bob"},
		{"/Users", `userName eq "bob" or title pr`, "Ann@b.example bob"},
		{"/Users", `active eq "False"`, "bob"},
		{"/Users", `roles[primary eq "True"].value eq "admin"`, "bob"},
		{"/Users", `not (title pr)`, "bob Çelik"},
		{"/Users", `title eq null`, "bob Çelik"},
		{"/Users", `userName sw "a" or userName ew "b"`, "Ann@b.example bob"},
		{"/Users", `userName co "@"`, "Ann@b.example"},
		{"/Users", `userName gt "b"`, "bob Çelik"},
		{"/Users", `active ne true`, "bob Çelik"},
		{"/Users", `meta.created gt "2026-01-02T04:04:07.000+01:00"`, "bob Çelik"},
		{"/Users", `meta.resourceType eq "User"`, "Ann@b.example bob Çelik"},
		{"/Users", `misspelt eq "x"`, ""},
		{"/Users", `name.familyName eq "o'hara"`, "Ann@b.example"},
		{"/Groups", `displayName eq "sales"`, "Sales"},
		{"/Groups", `id eq "u-4" and members eq "u-1"`, "Sales"},
		{"/Groups", `id eq "u-4" and members.value eq "u-3"`, ""},
		{"/Groups", `members[value eq "u-2"]`, "Sales"},
		{"/Groups", `members.value eq "u-1"`, "Sales"},
	}
	for _, tt := range tests {
		if got := (x.query(tt.collection, tt.filter).names()); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.collection, tt.filter, got, tt.want)
		}
	}
	for _, filter := range []string{``, `userName`, `userName eq`, `userName eq bob`, `userName is "bob"`, `active gt true`, `active gt "True"`, `(userName pr`, `emails[type eq`} {
		x.query("/Users", filter).wantError(400, scim.InvalidFilter)
	}
	// Encodings that real clients use.
	for _, query := range []string{"?filter=userName+eq+%22bob%22", "?filter=userName%20eq%20%22bob%22", `?filter=userName%20eq%20"bob"`} {
		if got := x.do("GET", "/Users"+query, "").names(); got != "bob" {
			t.Errorf("%s finds %q", query, got)
		}
	}
	x.do("GET", "/Users?filter=%zz", "").wantError(400, scim.InvalidValue)
}

// TestIndexAgreesWithWalk asks the same with and without the help of the index.
func TestIndexAgreesWithWalk(t *testing.T) {
	x := newTarget(t)
	// K is the Kelvin sign, ſ the long s, ς a final sigma: letters with odd folds.
	names := []string{"KIM", "\u212Aim2", "ſam", "SAM2", "ΟΔΟΣ", "οδος2", "straße", "İx", "2026-01-02T03:04:05Z"}
	for _, n := range names {
		x.user(`"userName":"` + n + `","displayName":"` + strings.TrimSuffix(n, "2") + `"`)
	}
	for _, n := range append(names, "kim", "sam", "SAM", "οδοσ", "STRASSE", "ix", "2026-01-02T04:04:05+01:00") {
		n = strings.TrimSuffix(n, "2")
		with := x.query("/Users", `displayName eq "`+n+`"`).names()
		without := x.query("/Users", `not (displayName ne "`+n+`")`).names()
		if with != without {
			t.Errorf("%q: the index finds %q, a walk %q", n, with, without)
		}
	}
}

func TestPaging(t *testing.T) {
	x := newTarget(t)
	for i := range 7 {
		x.user(fmt.Sprintf(`"userName":"u%d"`, i))
	}
	x.do("DELETE", "/Users/u-3", "").want(204)
	tests := []struct{ query, names, start, per string }{
		{"", "u0 u1 u3 u4 u5 u6", "1", "6"},
		{"?startIndex=1&count=2", "u0 u1", "1", "2"},
		{"?startIndex=3&count=2", "u3 u4", "3", "2"},
		{"?startIndex=5&count=2", "u5 u6", "5", "2"},
		{"?startIndex=6&count=2", "u6", "6", "1"},
		{"?startIndex=7&count=2", "", "7", "0"},
		{"?startIndex=0&count=1", "u0", "1", "1"},
		{"?startIndex=-5&count=1", "u0", "1", "1"},
		{"?count=0", "", "1", "0"},
		{"?count=-1", "", "1", "0"},
		{"?count=99999999999999999999", "u0 u1 u3 u4 u5 u6", "1", "6"},
		{"?sortBy=userName&sortOrder=descending&count=1", "u0", "1", "1"},
		{"?startIndex=2&count=1&filter=" + escape(`userName sw "u"`), "u1", "2", "1"},
	}
	for _, tt := range tests {
		a := x.do("GET", "/Users"+tt.query, "")
		if got := a.names(); got != tt.names {
			t.Errorf("%s: %q, want %q", tt.query, got, tt.names)
		}
		if a.at("totalResults") != "6" || a.at("startIndex") != tt.start || a.at("itemsPerPage") != tt.per {
			t.Errorf("%s: numbers of %s", tt.query, a.raw)
		}
	}
	for _, query := range []string{"?count=x", "?startIndex=1.5", "?count="} {
		x.do("GET", "/Users"+query, "").wantError(400, scim.InvalidValue)
	}
	empty := newTarget(t).do("GET", "/Groups", "")
	if empty.names() != "" || empty.at("totalResults") != "0" {
		t.Errorf("empty: %s", empty.raw)
	}
}

func TestPageLimit(t *testing.T) {
	x := newTarget(t, func(o *server.Options) {
		o.State = &server.State{}
		for i := range server.MaxResults + 5 {
			o.State.Users = append(o.State.Users, scim.NewObject(scim.Member{Name: "userName", Value: fmt.Sprint("u", i)}))
		}
	})
	a := x.do("GET", "/Users?count=5000", "")
	if n := len(strings.Fields(a.names())); n != server.MaxResults || a.at("totalResults") != fmt.Sprint(server.MaxResults+5) {
		t.Errorf("%d resources of %s", n, a.at("totalResults"))
	}
}

func TestProjection(t *testing.T) {
	x := populated(t)
	tests := []struct{ path, members string }{
		{"/Users/u-1?attributes=id", "schemas id"},
		{"/Users/u-1?attributes=userName,title", "schemas id userName title"},
		{"/Users/u-1?attributes=USERNAME", "schemas id userName"},
		{"/Users/u-1?attributes=" + escape(`emails[type eq "work"],title`), "schemas id title emails"},
		{"/Users/u-1?attributes=name.familyName", "schemas id name"},
		{"/Users/u-1?attributes=name.givenName", "schemas id"},
		{"/Users/u-1?attributes=groups", "schemas id groups"},
		{"/Users/u-1?attributes=manager", "schemas id " + enterprise},
		{"/Users/u-1?attributes=" + enterprise + ":department", "schemas id " + enterprise},
		{"/Users/u-1?attributes=" + enterprise, "schemas id " + enterprise},
		{"/Users/u-1?attributes=" + scim.UserSchema + ":title", "schemas id title"},
		{"/Users/u-1?attributes=title&excludedAttributes=title", "schemas id title"},
		{"/Users/u-1?attributes=password", "schemas id"},
		{"/Users/u-1?excludedAttributes=id,schemas,emails,name,groups,active,externalId," + enterprise, "schemas id userName title meta"},
		{"/Groups/u-4?excludedAttributes=members", "schemas id displayName meta"},
		{"/Groups/u-4", "schemas id displayName members meta"},
	}
	for _, tt := range tests {
		a := x.do("GET", tt.path, "").want(200)
		var names []string
		for _, m := range a.body.Members() {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != tt.members {
			t.Errorf("%s: %s, want %s", tt.path, got, tt.members)
		}
	}
	if a := x.do("GET", "/Users/u-1?attributes="+escape(`emails[type eq "work"].value`), ""); a.at("emails") != `{"value":"Ann@b.example"}` {
		t.Errorf("value path: %s", a.raw)
	}
	if a := x.do("GET", "/Users/u-1?excludedAttributes=emails.type", ""); a.at("emails.type") != "" || a.at("emails.value") != `"Ann@b.example" "ann@home.example"` {
		t.Errorf("excluded sub-attribute: %s", a.raw)
	}
	list := x.do("GET", "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Sales%22", "")
	if list.names() != "Sales" || strings.Contains(list.raw, "members") {
		t.Errorf("list: %s", list.raw)
	}
	if a := x.do("GET", "/Users?attributes=id&filter="+escape(`id eq "u-1"`), ""); !strings.Contains(a.raw, `"Resources":[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","`+enterprise+`"],"id":"u-1"}]`) {
		t.Errorf("attributes=id: %s", a.raw)
	}
	if a := x.do("POST", "/Users?attributes=userName", userHead+`"userName":"new","title":"x"}`).want(201); a.at("title") != "" || a.at("userName") != `"new"` {
		t.Errorf("POST: %s", a.raw)
	}
	x.do("GET", "/Users/u-1?attributes=a.b.c", "").wantError(400, scim.InvalidPath)
}

// TestLookupsDoNotWalk compares one look-up among few and among many users: with
// an index the second takes about as long, and never a hundred times.
func TestLookupsDoNotWalk(t *testing.T) {
	many := &server.State{}
	for i := range 5_000 {
		many.Users = append(many.Users, scim.NewObject(
			scim.Member{Name: "userName", Value: fmt.Sprintf("user%d@b.example", i)}, scim.Member{Name: "externalId", Value: fmt.Sprint(i)}))
	}
	x := newTarget(t, func(o *server.Options) { o.State = many })
	measure := func(filter string) time.Duration {
		best := time.Hour
		for range 20 {
			start := time.Now()
			x.query("/Users", filter).want(200)
			best = min(best, time.Since(start))
		}
		return best
	}
	walk := measure(`title eq "x"`)
	for _, filter := range []string{`userName eq "user4999@b.example"`, `externalId eq "4999"`, `id eq "u-4999"`, `active eq true and userName eq "none"`} {
		if took := measure(filter); took*4 > walk {
			t.Errorf("%s took %s, a walk over everything %s", filter, took, walk)
		}
	}
}
