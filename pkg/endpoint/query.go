package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func queryChecks() []Check {
	return []Check{
		{
			ID: "Q-01", Title: "a user can be read by its id", Group: Query, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Linked objects are read by id before they are changed.",
			Fix:    "Answer GET /Users/{id} with 200 and the user whose id it is.",
			Source: "endpoint_checks Q-01; entra_wire W-03; RFC 7644 §3.4.1", Run: readByID,
		},
		{
			ID: "Q-02", Title: "an unknown id is answered 404 with a SCIM error", Group: Query, Suites: AllSuites &^ OptSuite, Impact: breaksAll,
			Why:    "404 tells the provider that a linked account is gone, so that it makes a new one. Any other answer is a failure that is repeated for ever.",
			Fix:    "Answer 404 with a SCIM Error body when no object has the id, whatever form the id has.",
			Source: "endpoint_checks Q-02; entra_wire W-51; RFC 7644 §3.12", Run: unknownID,
		},
		{
			ID: "Q-03", Title: "a list is a ListResponse with whole numbers", Group: Query, Suites: AllSuites &^ OptSuite, Impact: breaksAll,
			Why:    "Every answer to a query must be a ListResponse, whatever it finds. A bare array or object cannot be read.",
			Fix:    "Answer with schemas " + scim.ListResponseSchema + ", totalResults, startIndex and itemsPerPage as numbers, and Resources with a capital R.",
			Source: "endpoint_checks Q-03; entra_wire W-07; RFC 7644 §3.4.2", Run: listShape,
		},
		{
			ID: "Q-04", Title: "a listed user has all that Okta looks at", Group: Query, Suites: OktaSuite, Needs: Writes | OktaRequests, Impact: Impact{Okta: Degrades},
			Why:    "Okta's acceptance test asks the listed user for id, userName, active, name and an e-mail address.",
			Fix:    "Return whole users in lists, not only their ids.",
			Source: "endpoint_checks Q-04; okta_contract §9", Run: listedUser,
		},
		{
			ID: "Q-05", Title: "a search for a userName finds exactly that user", Group: Query, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "This is how an account that is there already is matched. Without it each person is created again, and with a wrong hit another person's account is overwritten.",
			Fix:    "Apply filter=userName eq \"…\", and return the users that match and no others.",
			Source: "endpoint_checks Q-05; entra_wire W-03, W-20; RFC 7644 §3.4.2.2", Run: searchHit,
		},
		{
			ID: "Q-06", Title: "a search without a hit is an empty list with 200", Group: Query, Suites: AllSuites &^ OptSuite, Impact: breaksAll,
			Why:    "Entra's Test Connection searches for somebody who cannot exist. 404, or a list that is not empty, fails it; in cycles it has driven jobs into quarantine.",
			Fix:    "Answer 200 with totalResults 0 and Resources [] when nothing matches.",
			Source: "endpoint_checks Q-06; entra_wire W-01, W-55; RFC 7644 §3.4.2", Run: searchMiss,
		},
		{
			ID: "Q-07", Title: "userName is searched for in any letter case", Group: Query, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Degrades, RFC: Breaks},
			Why:    "The directory may spell the name in another case than the account. A search that misses it leads to a create, which fails for ever with 409, or makes a second account.",
			Fix:    "Compare userName without regard to letter case in filters.",
			Source: "endpoint_checks Q-07; RFC 7643 §4.1.1 (userName: caseExact false)", Run: searchOtherCase,
		},
		{
			ID: "Q-08", Title: "the attributes that identify a user can be searched for", Group: Query, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Degrades, RFC: Degrades},
			Why:    "The matching attribute of the job is searched for before each create. Besides userName that is mostly externalId, or the work e-mail.",
			Fix:    "Support eq filters on externalId and emails[type eq \"work\"].value, and on each other attribute that you tell customers to match by.",
			Source: "endpoint_checks Q-08; entra_wire W-03, W-20", Run: searchIdentity,
		},
		{
			ID: "Q-09", Title: "two comparisons joined by and are both applied", Group: Query, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Breaks, RFC: Degrades},
			Why:    "and is the one combinator that Entra uses. A server that drops half of the filter finds the wrong person.",
			Fix:    "Evaluate filters of the form A and B.",
			Source: "endpoint_checks Q-09; entra_wire W-02; RFC 7644 §3.4.2.2", Run: searchAnd,
		},
		{
			ID: "Q-10", Title: "attribute names in filters: any letter case, with or without URN", Group: Query, Suites: EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Names are not case sensitive, and attributes of extensions are named by their URN.",
			Fix:    "Parse attribute paths in filters as the RFC defines them, and look names up without regard to letter case.",
			Source: "endpoint_checks Q-10; RFC 7644 §3.10, §3.4.2.2", Run: searchNames,
		},
		{
			ID: "Q-11", Title: "filters are read however the query is encoded", Group: Query, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Degrades, RFC: Note},
			Why:    "A blank is %20 from one client and + from another; quotes are %22.",
			Fix:    "Decode the query as a form is decoded, once.",
			Source: "endpoint_checks Q-11", Run: searchEncodings,
		},
		{
			ID: "Q-12", Title: "values with special characters are found", Group: Query, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Breaks, RFC: Degrades},
			Why:    "Addresses such as o'brien+x@… are common. A search that fails on them makes a second account or an error in each cycle.",
			Fix:    "Read the value of a filter as a JSON string, with its escapes, and pass it to the database as a parameter.",
			Source: "endpoint_checks Q-12; entra_wire W-71; RFC 7644 §3.4.2.2", Run: searchSpecial,
		},
		{
			ID: "Q-13", Title: "Entra's test of a manager reference is answered", Group: Query, Suites: EntraSuite, Needs: Writes | EntraRequests, Impact: Impact{Entra: Degrades},
			Why:    "Entra asks with id eq and manager.value eq whether a reference is set, and wants the id alone back.",
			Fix:    "Support id and manager.value in filters, and the parameter attributes=id.",
			Source: "endpoint_checks Q-13; entra_wire W-06", Run: managerReference,
		},
		{
			ID: "Q-27", Title: "inactive users are found like all others", Group: Query, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: breaksAll,
			Why:    "An account that vanishes when it is disabled is created again when the person returns, and then fails with 409 or exists twice.",
			Fix:    "Return inactive users by id and in searches; leave out only those that were deleted.",
			Source: "endpoint_checks Q-27; entra_wire W-52", Run: inactiveFound,
		},
		{
			ID: "Q-28", Title: "deleted users are not found", Group: Query, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "A search that finds a deleted account links the person to it, and every change fails from then on.",
			Fix:    "Leave deleted objects out of all queries.",
			Source: "endpoint_checks Q-28; entra_wire W-52; RFC 7644 §3.6", Run: deletedNotFound,
		},
	}
}

// search asks for users by a filter, as Entra does.
func (p *Probe) search(ctx context.Context, resource, filter string, more ...scim.Param) *answer {
	query := scim.Entra.SearchUsers(filter)
	if resource == "Groups" {
		query = scim.Entra.SearchGroups(filter)
	}
	return p.do(ctx, get(resource, append(query, more...)...))
}

// finds claims that a filter finds exactly the objects of the ids.
func (p *Probe) finds(ctx context.Context, resource, filter string, ids ...string) bool {
	return p.found(p.search(ctx, resource, filter), filter, ids...)
}

// found claims that an answer to a search for what is a list of exactly the ids.
func (p *Probe) found(a *answer, what string, ids ...string) bool {
	text := fmt.Sprintf("%s finds exactly the one", generic(what))
	if len(ids) != 1 {
		text = fmt.Sprintf("%s finds %d", generic(what), len(ids))
	}
	list, problem := a.List()
	if problem != "" {
		return p.expect(false, text, "%s", problem)
	}
	var got []string
	for _, o := range list.Resources {
		got = append(got, o.ID())
	}
	if list.Total != len(ids) || len(got) != len(ids) {
		return p.expect(false, text, "totalResults is %d, Resources has %d: %s", list.Total, len(got), show(toAny(got)))
	}
	for _, id := range ids {
		if !slices.Contains(got, id) {
			return p.expect(false, text, "it finds %s instead of %q", show(toAny(got)), id)
		}
	}
	return p.expect(true, text, "")
}

func toAny(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// equals is the filter path eq "value".
func equals(path, value string) string { return path + " eq " + quote(value) }

// quote prints a text as JSON does.
func quote(s string) string { return string(scim.AppendString(nil, s)) }

func readByID(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	p.mustAnswer(a, http.StatusOK)
	p.expect(a.ID() == u.ID, "the user that is read has the id that was asked for", "%q was asked for, it has %s", u.ID, showMember(a.Object(), "id"))
	p.expect(a.Text("userName") == u.UserName, "the user that is read has its userName", "it has %s", showMember(a.Object(), "userName"))
}

func unknownID(ctx context.Context, p *Probe) {
	for _, resource := range []string{"Users", "Groups"} {
		if resource == "Groups" && (p.runner.options.NoGroups || p.runner.facts.noGroups) {
			continue
		}
		p.isError(p.do(ctx, one(http.MethodGet, resource, uuid.NewString())), http.StatusNotFound)
		// Some servers with ids of one form answer 400 to all others.
		a := p.do(ctx, one(http.MethodGet, resource, p.newName()))
		if p.expect(a.Err == nil && a.Status >= 400 && a.Status < 500, "an id that is no GUID is refused", "%s", a.Says()) {
			p.as(Impact{Entra: Note, Okta: Note, RFC: Degrades}).expect(a.Is(http.StatusNotFound), "an id that is no GUID is answered 404", "%s", a.Says())
		}
	}
}

func listShape(ctx context.Context, p *Probe) {
	a := p.do(ctx, get("Users", scim.Param{Name: "startIndex", Value: "1"}, scim.Param{Name: "count", Value: "2"}))
	list := p.mustList(a)
	p.as(Impact{Entra: Note, Okta: Degrades, RFC: Degrades}).expect(list.Total >= len(list.Resources), "totalResults counts at least what is listed", "it is %d of %d", list.Total, len(list.Resources))
	for _, name := range []string{"startIndex", "itemsPerPage"} {
		n, ok := number(a.Object(), name)
		p.as(Impact{Entra: Note, Okta: Degrades, RFC: Degrades}).expect(ok && n >= 0, name+" is a whole number", "it is %s", showMember(a.Object(), name))
	}
}

func listedUser(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, d := range p.oktaDialects() {
		a := p.do(ctx, get("Users", d.SearchUsers(equals("userName", u.UserName))...).As(d))
		list := p.mustList(a)
		p.must(len(list.Resources) == 1, "the user is listed", "%d are", len(list.Resources))
		for _, path := range []string{"id", "userName", "name.familyName", "name.givenName", "emails.value"} {
			p.expect(lookupText(list.Resources[0], path) != "", "the listed user has "+path, "it is %s", show(list.Resources[0]))
		}
		v, _ := list.Resources[0].Get("active")
		p.expect(v == true, "the listed user has active as true", "it is %s", show(v))
	}
}

func searchHit(ctx context.Context, p *Probe) {
	first, second := p.newUser(ctx), p.newUser(ctx)
	p.finds(ctx, "Users", equals("userName", first.UserName), first.ID)
	p.finds(ctx, "Users", equals("userName", second.UserName), second.ID)
	list, _ := p.search(ctx, "Users", equals("userName", first.UserName)).List()
	if len(list.Resources) == 1 {
		p.expect(list.Resources[0].Text("userName") == first.UserName, "the user that is found has its userName", "it is %s", show(list.Resources[0]))
	}
}

func searchMiss(ctx context.Context, p *Probe) {
	// Entra asks for a random GUID by the matching attribute of the job.
	filters := []string{equals("userName", uuid.NewString())}
	if t, ok := p.runner.users.matching(); ok && !t.is("userName") {
		filters = append(filters, equals(t.Name, uuid.NewString()))
	}
	for _, filter := range filters {
		a := p.search(ctx, "Users", filter)
		if !p.found(a, filter) {
			continue
		}
		v, _ := a.Object().Get("Resources")
		_, ok := v.([]any)
		p.as(Impact{Entra: Note, RFC: Note}).expect(ok, "an empty list has Resources []", "it is %s", showMember(a.Object(), "Resources"))
	}
}

func searchOtherCase(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	if list, problem := p.search(ctx, "Users", equals("userName", u.UserName)).List(); problem != "" || len(list.Resources) != 1 {
		p.block("a search for the userName as it is spelled does not find it")
	}
	p.finds(ctx, "Users", equals("userName", otherCase(u.UserName)), u.ID)
}

func searchIdentity(ctx context.Context, p *Probe) {
	body := p.profileUserBody()
	a := p.do(ctx, post("Users", body))
	if !a.OK() {
		body = p.userBody()
		a = p.do(ctx, post("Users", body))
	}
	if !a.OK() || a.ID() == "" {
		p.block("a user that it needs could not be made: %s", a.Says())
	}
	other := p.newUser(ctx) // what a filter that is ignored would find too
	match, _ := p.runner.users.matching()
	for _, path := range []string{match.Name, "externalId", `emails[type eq "work"].value`} {
		parsed, err := scim.ParsePath(path)
		if err != nil || path == "userName" {
			continue
		}
		v, _ := body.First(parsed)
		value, ok := v.(string)
		if !ok {
			continue // the profile does not send it
		}
		probe := p.as(p.matchedBy(path, match))
		answer := p.search(ctx, "Users", equals(path, value))
		list, problem := answer.List()
		if problem == "" && slices.ContainsFunc(list.Resources, func(o *scim.Object) bool { return o.ID() == other.ID }) {
			probe = p.as(breaksAll) // it finds the wrong person
		}
		probe.found(answer, equals(path, value), a.ID())
	}
}

// matchedBy is what it costs that an attribute cannot be searched for. A profile says
// what its job matches by; without one, externalId is taken to be used, and the work
// e-mail may be.
func (p *Probe) matchedBy(path string, match target) Impact {
	profile := p.runner.options.Users != nil
	switch {
	case path == match.Name, !profile && path == "externalId":
		return p.result.Check.Impact
	case profile && path != "externalId":
		return noteAll
	}
	return degradesAll
}

func searchAnd(ctx context.Context, p *Probe) {
	first, second := p.newUser(ctx), p.newUser(ctx)
	p.finds(ctx, "Users", equals("userName", first.UserName)+" and "+equals("externalId", first.External), first.ID)
	p.finds(ctx, "Users", equals("userName", first.UserName)+" and "+equals("externalId", second.External))
	p.finds(ctx, "Users", equals("externalId", second.External)+" and "+equals("userName", first.UserName))
	p.as(Impact{Entra: Degrades, RFC: Degrades}).finds(ctx, "Users", equals("userName", first.UserName)+" and active eq true", first.ID)
}

func searchNames(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	p.finds(ctx, "Users", equals("USERNAME", u.UserName), u.ID)
	p.finds(ctx, "Users", "userName EQ "+quote(u.UserName), u.ID)
	p.finds(ctx, "Users", equals(scim.UserSchema+":userName", u.UserName), u.ID)
}

func searchEncodings(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, e := range []struct {
		what, query string
		impact      Impact
	}{
		{"blanks as %20 and quotes as %22", "filter=userName%20eq%20%22" + escapeQuery(u.UserName) + "%22", p.result.Check.Impact},
		{"the @ as it is", "filter=userName%20eq%20%22" + u.UserName + "%22", p.result.Check.Impact},
		{"blanks as +", "filter=userName+eq+%22" + escapeQuery(u.UserName) + "%22", Impact{Entra: Note, Okta: Degrades, RFC: Note}},
	} {
		r := get("Users")
		r.RawQuery = e.query
		p.as(e.impact).found(p.do(ctx, r), "a search with "+e.what, u.ID)
	}
	r := get("Users")
	r.RawQuery = `filter=userName%20eq%20"` + u.UserName + `"`
	a := p.do(ctx, r)
	p.as(noteAll).expect(a.Err == nil && a.Status < 500, "quotes that are not encoded are taken, or refused cleanly", "%s", a.Says())
}

func searchSpecial(ctx context.Context, p *Probe) {
	name := p.newName()
	mail := name + ".o'brien+tag@" + p.runner.options.Domain
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "userName", Value: mail})))
	if p.as(Impact{Entra: Degrades, Okta: Degrades}).expect(a.OK(), "a user with the userName …o'brien+tag@… is taken", "%s", a.Says()) && a.ID() != "" {
		p.found(p.search(ctx, "Users", equals("userName", mail)), "a search for …o'brien+tag@…", a.ID())
	}
	for _, special := range []string{`&=#?`, `%41;`, `"quoted"`, `back\slash`, `李小龍 é`} {
		external := p.newName() + special
		a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "externalId", Value: external})))
		if !a.OK() || a.ID() == "" {
			p.as(noteAll).expect(false, "a user whose externalId has "+special+" is taken", "%s", a.Says())
			continue
		}
		if list, problem := p.search(ctx, "Users", equals("externalId", p.newName())).List(); problem != "" || list.Total > 0 {
			return // Q-08 tells that externalId cannot be searched for at all
		}
		p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades}).found(p.search(ctx, "Users", equals("externalId", external)), "a search for an externalId with "+special, a.ID())
	}
}

func managerReference(ctx context.Context, p *Probe) {
	manager := p.newUser(ctx)
	u := p.newUser(ctx)
	p.give(ctx, u.ID, manager.ID)
	p.referenceFound(ctx, "Users", u.ID, "manager.value", manager.ID)
}

// referenceFound claims that Entra's test of a reference works in both directions.
func (p *Probe) referenceFound(ctx context.Context, resource, id, path, value string) {
	only := scim.Param{Name: "attributes", Value: "id"}
	filter := func(v string) scim.Param {
		return scim.Param{Name: "filter", Value: equals("id", id) + " and " + equals(path, v)}
	}
	a := p.do(ctx, get(resource, filter(value), only))
	p.found(a, `id eq "…" and `+path+` eq "…"`, id)
	p.found(p.do(ctx, get(resource, filter(uuid.NewString()), only)), `id eq "…" and `+path+` eq "…" with another id`)
}

func inactiveFound(ctx context.Context, p *Probe) {
	u := p.newUser(ctx, scim.Member{Name: "active", Value: false})
	p.finds(ctx, "Users", equals("userName", u.UserName), u.ID)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	p.mustAnswer(a, http.StatusOK)
	other := p.newUser(ctx)
	body, err := scim.UpdateUser(scim.EntraCompliant, []scim.Change{{AttributeValue: scim.AttributeValue{Path: scim.Path{Attribute: "active"}, Type: scim.BooleanValue, Values: []string{"False"}}, Had: true}})
	if err != nil || !p.patchUser(ctx, scim.EntraCompliant, other.ID, body).OK() {
		p.block("a user could not be disabled")
	}
	p.found(p.search(ctx, "Users", equals("userName", other.UserName)), "a search for a user that was disabled", other.ID)
	p.answers(p.do(ctx, one(http.MethodGet, "Users", other.ID)), http.StatusOK)
}

func deletedNotFound(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	if a := p.do(ctx, one(http.MethodDelete, "Users", u.ID)); !a.OK() {
		p.block("the user could not be deleted: %s", a.Says())
	}
	p.found(p.search(ctx, "Users", equals("userName", u.UserName)), "a search for a user that was deleted")
}

// generic replaces the marked names in a filter, so that a claim has the same words
// in each run.
func generic(filter string) string { return marked.ReplaceAllString(filter, "…") }
