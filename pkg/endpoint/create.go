package endpoint

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

func createChecks() []Check {
	return []Check{
		{
			ID: "C-01", Title: "a new user is answered 201 with an id and what was sent", Group: Create, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "The id in the answer is what ties the person in the directory to the account. Without it the user is not linked, and made or looked for again each cycle.",
			Fix:    "Answer POST /Users with 201 and the whole new user: id, schemas, and every value that was stored.",
			Source: "endpoint_checks C-01; entra_wire W-21, W-50; RFC 7644 §3.3", Run: createUser,
		},
		{
			ID: "C-02", Title: "the answer to a create says where the user is", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "The RFC wants the new address in the Location header and in meta.location. Entra and Okta build it themselves.",
			Fix:    "Send Location, and the same address in meta.location, where a GET finds the user.",
			Source: "endpoint_checks C-02; RFC 7644 §3.3, §3.1", Run: createLocation,
		},
		{
			ID: "C-03", Title: "a new user has meta with type and times", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Every resource has them. Times without a zone are read differently by each client.",
			Fix:    "Return meta.resourceType, meta.created and meta.lastModified; write times as 2024-05-06T07:08:09Z.",
			Source: "endpoint_checks C-03; RFC 7643 §3.1, §2.3.5", Run: createMeta,
		},
		{
			ID: "C-04", Title: "a new user can be read back", Group: Create, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "What a create does not keep is missing in the application, though the log says success.",
			Fix:    "Store what POST /Users brings, and return it from GET /Users/{id} at once.",
			Source: "endpoint_checks C-04; entra_wire W-53; RFC 7644 §3.3", Run: createReadBack,
		},
		{
			ID: "C-05", Title: "the same userName again is answered 409", Group: Create, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Only a conflict keeps a repeated create from making a second account; the provider then finds the first one by its matching attribute.",
			Fix:    "Make userName unique in the database, and answer 409 with scimType uniqueness.",
			Source: "endpoint_checks C-05; entra_wire W-24; RFC 7644 §3.3", Run: duplicateUser,
		},
		{
			ID: "C-06", Title: "409 says what is not unique", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "The detail is what the administrator reads in the provisioning log.",
			Fix:    "Send a SCIM Error body with status \"409\", scimType uniqueness and a detail that names the attribute.",
			Source: "endpoint_checks C-06; RFC 7644 §3.3, §3.12", Run: duplicateError,
		},
		{
			ID: "C-07", Title: "userName is unique in any letter case", Group: Create, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks},
			Why:    "Directories do not tell Ann@ from ann@. A server that does can hold two accounts of one person, and a search finds the wrong one or both.",
			Fix:    "Compare userName without regard to letter case when looking for duplicates.",
			Source: "endpoint_checks C-07; RFC 7643 §4.1.1 (userName: caseExact false, uniqueness server)", Run: duplicateCase,
		},
		{
			ID: "C-18", Title: "externalId is stored as it was sent, and never made up", Group: Create, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "The provider's own id is the usual key to match by. It belongs to the client: a changed or invented one matches the wrong person or nobody.",
			Fix:    "Store externalId as an opaque text of its own, and leave it out where none was sent.",
			Source: "endpoint_checks C-18; entra_wire W-03, W-21; RFC 7643 §3.1", Run: externalID,
		},
		{
			ID: "C-21", Title: "a user made inactive stays inactive, and is returned", Group: Create, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "An account that is active although it was sent as inactive lets in who must stay out.",
			Fix:    "Take active from the body of POST, and return inactive users like all others.",
			Source: "endpoint_checks C-21; entra_wire W-52", Run: createInactive,
		},
		{
			ID: "C-22", Title: "values are returned unchanged", Group: Create, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Providers compare what they read with what they want. A server that formats phone numbers, trims or lower-cases gets the same change again each cycle, and one that drops values loses data.",
			Fix:    "Store and return each value as it came; where the application needs another form, keep it beside.",
			Source: "endpoint_checks C-22; entra_wire W-53", Run: createUnchanged,
		},
		{
			ID: "C-23", Title: "long and unusual texts survive", Group: Create, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: breaksAll,
			Why:    "People have apostrophes in their names and quotes in their titles. A text that is cut or escaped twice is wrong in the application, and is sent again each cycle.",
			Fix:    "Use parameters and not string building for SQL and HTML; refuse what is too long with 400 instead of cutting it.",
			Source: "endpoint_checks C-23; entra_wire W-71", Run: unusualTexts,
		},
	}
}

func createUser(ctx context.Context, p *Probe) {
	body := p.userBody()
	a := p.do(ctx, post("Users", body))
	p.must(a.OK(), "POST /Users answers 201", "%s", a.Says())
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).answers(a, http.StatusCreated)
	o := a.Object()
	p.must(o != nil, "the answer has the new user as JSON", "%s", a.Says())
	id, _ := o.Get("id")
	text, ok := id.(string)
	p.expect(ok && text != "", "the new user has an id, a text that is not empty", "id is %s", showMember(o, "id"))
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(hasSchema(o, scim.UserSchema), "schemas lists "+scim.UserSchema, "schemas is %s", showMember(o, "schemas"))
	weak := p.as(degradesAll)
	for _, name := range []string{"userName", "externalId", "displayName"} {
		weak.expect(o.Text(name) == body.Text(name), "the answer has "+name+" as it was sent", "%q was sent, it has %s", body.Text(name), showMember(o, name))
	}
	active, _ := o.Get("active")
	weak.expect(active == true, "the answer has active as true", "it has %s", showMember(o, "active"))
}

func createLocation(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	created := lookupText(u.Got, "meta.location")
	location := u.Answer.Header.Get("Location")
	p.expect(location != "", "the answer to POST has a Location header", "there is none")
	p.expect(created != "", "the new user has meta.location", "it has none")
	if location != "" && created != "" {
		p.expect(location == created, "Location and meta.location are equal", "Location is %q, meta.location is %q", location, created)
	}
	if content := u.Answer.Header.Get("Content-Location"); content != "" {
		p.expect(content == location, "Content-Location, where it is sent, is the Location", "it is %q, Location is %q", content, location)
	}
	if created == "" {
		return
	}
	at, err := url.Parse(created)
	p.must(err == nil, "meta.location is an address", "it is %q", created)
	at = p.runner.wire.base.JoinPath("Users/").ResolveReference(at)
	p.expect(strings.HasSuffix(at.EscapedPath(), "/Users/"+escapeSegment(u.ID)), "meta.location ends in /Users/{id}", "it is %q", created)
	p.expect(lookupText(a.Object(), "meta.location") == created, "meta.location stays the same when the user is read", "it is %q", lookupText(a.Object(), "meta.location"))
}

func lookupText(o *scim.Object, path string) string {
	v, _ := lookup(o, path)
	s, _ := v.(string)
	return s
}

func createMeta(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	p.expect(lookupText(u.Got, "meta.resourceType") == "User", "meta.resourceType is User", "meta is %s", showMember(u.Got, "meta"))
	var times []time.Time
	for _, name := range []string{"created", "lastModified"} {
		text := lookupText(u.Got, "meta."+name)
		t, err := time.Parse(time.RFC3339Nano, text)
		if p.expect(err == nil, "meta."+name+" is a date and time with a zone", "it is %q", text) {
			times = append(times, t)
		}
	}
	if len(times) == 2 {
		apart := times[1].Sub(times[0])
		p.as(Impact{RFC: Note}).expect(apart > -time.Second && apart < 5*time.Second, "created and lastModified of a new user are the same moment", "they are %s apart", apart)
	}
}

func createReadBack(ctx context.Context, p *Probe) {
	values := p.values(basicTargets(), 0, nil)
	body, err := scim.CreateUser(scim.Entra, attributeValues(values))
	if err != nil {
		p.block("the body of a user cannot be made: %v", err)
	}
	a := p.do(ctx, post("Users", body))
	if !a.OK() || a.ID() == "" {
		p.block("a user that it needs could not be made: %s", a.Says())
	}
	o := p.readUser(ctx, a.ID())
	p.expect(o.ID() == a.ID(), "the user that is read has the id", "it has %s", showMember(o, "id"))
	p.keeps(o, "the user that is read", values)
}

func duplicateUser(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for range 2 { // some servers let only the second duplicate pass
		a := p.do(ctx, post("Users", u.Sent))
		switch {
		case a.OK() && a.ID() == u.ID:
			p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(false, "the same userName again answers 409", "it answered %d with the user that was there", a.Status)
		case a.OK():
			p.expect(false, "the same userName again answers 409", "it made a second user of that name: %s", a.Says())
		default:
			p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(a.Is(http.StatusConflict), "the same userName again answers 409", "%s", a.Says())
		}
	}
}

func duplicateError(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, post("Users", u.Sent))
	if !a.Is(http.StatusConflict) {
		p.block("the same userName again is not answered 409: %s", a.Says())
	}
	e := a.Error()
	p.must(e != nil, "409 has a SCIM Error body", "%s", a.Says())
	p.expect(e.ScimType == scim.Uniqueness, "scimType is uniqueness", "it is %q", e.ScimType)
	p.expect(e.Detail != "", "the error has a detail", "it has none")
}

// otherCase turns the letters of a text into the other case.
func otherCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

func duplicateCase(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	body := p.userBody(scim.Member{Name: "userName", Value: otherCase(u.UserName)})
	a := p.do(ctx, post("Users", body))
	p.expect(a.Is(http.StatusConflict), "the same userName in another letter case answers 409", "%s", a.Says())
}

func externalID(ctx context.Context, p *Probe) {
	name := p.newName() + "_AbC/9=="
	u := p.newUser(ctx, scim.Member{Name: "externalId", Value: name})
	o := p.readUser(ctx, u.ID)
	p.expect(o.Text("externalId") == name, "externalId is returned as it was sent", "%q was sent, it is %s", name, showMember(o, "externalId"))
	body := p.userBody()
	body.Delete("externalId")
	a := p.do(ctx, post("Users", body))
	weak := p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades})
	if !weak.expect(a.OK(), "a user without externalId is taken", "%s", a.Says()) {
		return
	}
	o = p.readUser(ctx, a.ID())
	v, _ := o.Get("externalId")
	weak.expect(v == nil || v == "", "a user that was sent without externalId has none", "it has %s", show(v))
}

func createInactive(ctx context.Context, p *Probe) {
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "active", Value: false})))
	p.accepts(a, "a user with active false")
	v, _ := p.readUser(ctx, a.ID()).Get("active")
	p.expect(v == false, "the user that is read has active as false", "it has %s", show(v))
}

func createUnchanged(ctx context.Context, p *Probe) {
	list := p.runner.users
	if !list.has("userName") {
		list = append(basicTargets()[:1:1], list...)
	}
	values := p.values(list, 1, func(t target) bool { return t.Type != scim.BooleanValue })
	for i := range values {
		if f := &values[i]; f.is("userName") || strings.EqualFold(f.Path.Attribute, "emails") {
			f.Want = strings.Replace(f.Want, "@", ".MixedCase@", 1)
			f.Values = []string{f.Want}
		}
	}
	body, err := scim.CreateUser(scim.Entra, attributeValues(values))
	if err != nil {
		p.block("the body of a user cannot be made: %v", err)
	}
	a := p.do(ctx, post("Users", body))
	if !p.expect(a.OK(), "a user with a value for each target attribute is taken", "%s", a.Says()) {
		p.refused(ctx, values)
		return
	}
	if a.ID() == "" {
		p.block("the answer has no id: %s", a.Says())
	}
	o := p.readUser(ctx, a.ID())
	for _, f := range values {
		if scim.Entra.SkipsOnCreate(f.Path) {
			continue // comes with a later PATCH
		}
		if v, _ := o.First(f.Path); v != f.Want && strings.EqualFold(show(v), show(f.Want)) {
			p.as(degradesAll).expect(false, "the user that is read has "+f.Name+" in the same letter case", "%q was sent, it has %s", f.Want, show(v))
			continue
		}
		p.keeps(o, "the user that is read", []filled{f})
	}
}

// refused finds out which of the values a server does not take.
func (p *Probe) refused(ctx context.Context, values []filled) {
	if !p.do(ctx, post("Users", p.userBody())).OK() {
		return
	}
	for _, f := range values {
		body := p.userBody()
		if f.is("userName") || f.is("externalId") || body.Assign(f.Path, f.Want) != nil {
			continue
		}
		a := p.do(ctx, post("Users", body))
		p.expect(a.OK(), "a user with "+f.Name+" "+show(f.Want)+" is taken", "%s", a.Says())
	}
}

func unusualTexts(ctx context.Context, p *Probe) {
	for _, c := range []struct {
		text   string
		impact Impact
	}{
		{`Siobhán O'Brien-Ñúñez`, breaksAll}, {`A "quoted" \ back/slash`, breaksAll},
		// Nobody is called that, and some firewalls take it for an attack.
		{`a+b & c <b>d</b> %41 #1; -- $x`, degradesAll}, {"two  blanks inside", degradesAll},
	} {
		text, p := c.text, p.as(c.impact)
		u := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "displayName", Value: text})))
		if !p.expect(u.OK(), "a user with the displayName "+show(text)+" is taken", "%s", u.Says()) {
			continue
		}
		got := p.readUser(ctx, u.ID())
		p.expect(got.Text("displayName") == text, "displayName "+show(text)+" is returned unchanged", "it is %s", showMember(got, "displayName"))
	}
	long := strings.Repeat("long ", 50) + "end"
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "displayName", Value: long})))
	if !a.OK() {
		p.as(noteAll).expect(a.Is(http.StatusBadRequest), "a displayName of 253 letters is taken, or refused with 400", "%s", a.Says())
		p.as(noteAll).expect(false, "a displayName of 253 letters is taken", "%s", a.Says())
		return
	}
	got := p.readUser(ctx, a.ID()).Text("displayName")
	p.expect(got == long, "a displayName of 253 letters is returned whole", "%d bytes of it are left", len(got))
}
