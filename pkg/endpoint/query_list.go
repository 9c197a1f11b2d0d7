package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func queryListChecks() []Check {
	return []Check{
		{
			ID: "Q-17", Title: "attributes and excludedAttributes choose what is returned", Group: Query, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Clients ask for little where they need little. id is returned whatever they ask for.",
			Fix:    "Apply both parameters to single resources and to lists; always return id and schemas.",
			Source: "endpoint_checks Q-17; entra_wire W-06; RFC 7644 §3.4.2.5, §3.9", Run: projection,
		},
		{
			ID: "Q-18", Title: "a value path in attributes does no harm", Group: Query, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Note},
			Why:    "The form attributes=emails[type eq \"work\"] is not in the RFC, and some clients send it.",
			Fix:    "Read it as emails, or refuse it with 400.",
			Source: "endpoint_checks Q-18", Run: valuePathProjection,
		},
		{
			ID: "Q-19", Title: "lists can be read page by page", Group: Query, Suites: Core | OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Breaks, RFC: Degrades},
			Why:    "Okta's import walks through all users by startIndex and count. A server that ignores them sends the first page for ever, or everything at once.",
			Fix:    "Honour startIndex, which counts from 1, and count; keep the order of results from page to page, and totalResults the number of all.",
			Source: "endpoint_checks Q-19; okta_contract §9; RFC 7644 §3.4.2.4", Run: paging,
		},
		{
			ID: "Q-20", Title: "odd pages are answered", Group: Query, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "count=0 asks for the number of results alone, a startIndex below 1 means 1, and a page behind the last is empty.",
			Fix:    "Answer all of them with 200 and a ListResponse.",
			Source: "endpoint_checks Q-20; RFC 7644 §3.4.2.4", Run: oddPages,
		},
		{
			ID: "Q-21", Title: "a page that is too large is cut or refused", Group: Query, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "A client may ask for more than the server gives. filter.maxResults in /ServiceProviderConfig tells how much that is.",
			Fix:    "Return fewer results than asked for, or 400 with scimType tooMany; announce filter.maxResults.",
			Source: "endpoint_checks Q-21; RFC 7644 §3.4.2; RFC 7643 §5", Run: pageLimit,
		},
		{
			ID: "Q-25", Title: "lists are sorted where sorting is announced", Group: Query, Suites: OptSuite | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A client that sorts pages by a server that only says that it does shows them in disorder.",
			Fix:    "Apply sortBy and sortOrder, ascending by default, or set sort.supported to false.",
			Source: "endpoint_checks Q-25; RFC 7644 §3.4.2.3", Run: sorting,
		},
		{
			ID: "Q-26", Title: "POST /.search answers like GET", Group: Query, Suites: OptSuite | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Searches by POST keep names out of logs. Neither Entra nor Okta sends them.",
			Fix:    "Support POST /Users/.search, or answer 501.",
			Source: "endpoint_checks Q-26; RFC 7644 §3.4.3", Run: searchByPost,
		},
	}
}

func projection(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	param := func(name, value string) scim.Param { return scim.Param{Name: name, Value: value} }
	filter := param("filter", equals("userName", u.UserName))
	for _, where := range []string{"single", "list"} {
		ask := func(more scim.Param) *scim.Object {
			if where == "single" {
				a := p.do(ctx, one(http.MethodGet, "Users", u.ID, more))
				p.as(Impact{Entra: Degrades, RFC: Degrades}).expect(a.Is(http.StatusOK), "a user is read with "+more.Name, "%s", a.Says())
				return a.Object()
			}
			list, problem := p.do(ctx, get("Users", filter, more)).List()
			if p.as(Impact{Entra: Degrades, RFC: Degrades}).expect(problem == "" && len(list.Resources) == 1, "a user is listed with "+more.Name, "%d are: %s", len(list.Resources), problem); len(list.Resources) > 0 {
				return list.Resources[0]
			}
			return nil
		}
		if o := ask(param("attributes", "displayName,name.givenName")); o != nil {
			p.as(Impact{Entra: Degrades, RFC: Degrades}).expect(o.ID() == u.ID, "id is returned whatever attributes asks for", "id is %s", showMember(o, "id"))
			p.expect(o.Text("displayName") != "" && lookupText(o, "name.givenName") != "", "attributes returns what it names", "it is %s", show(o))
			_, emails := o.Get("emails")
			p.expect(!emails, "attributes leaves out what it does not name", "emails is %s", showMember(o, "emails"))
		}
		if o := ask(param("attributes", "id")); o != nil {
			p.as(Impact{Entra: Degrades, RFC: Degrades}).expect(o.ID() == u.ID, "attributes=id returns the id", "it is %s", show(o))
		}
		if o := ask(param("excludedAttributes", "emails,id")); o != nil {
			_, emails := o.Get("emails")
			p.expect(!emails, "excludedAttributes leaves out what it names", "emails is %s", showMember(o, "emails"))
			p.expect(o.ID() == u.ID, "id cannot be excluded", "id is %s", showMember(o, "id"))
			p.expect(o.Text("displayName") != "", "excludedAttributes returns what it does not name", "it is %s", show(o))
		}
	}
}

func valuePathProjection(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID, scim.Param{Name: "attributes", Value: `emails[type eq "work"]`}))
	p.expect(a.Is(http.StatusOK, http.StatusBadRequest), "a value path in attributes is answered 200 or 400", "%s", a.Says())
}

// family makes users that share one family name, and returns a filter that finds
// just these: what pages are tried on, as the rest of the store belongs to others.
func (p *Probe) family(ctx context.Context, size int) (filter string, ids []string) {
	shared := p.newName()
	for range size {
		u := p.newUser(ctx, scim.Member{Name: "displayName", Value: shared},
			scim.Member{Name: "name", Value: scim.NewObject(scim.Member{Name: "familyName", Value: shared}, scim.Member{Name: "givenName", Value: "Page"})})
		ids = append(ids, u.ID)
	}
	for _, filter := range []string{equals("name.familyName", shared), equals("displayName", shared)} {
		list, problem := p.search(ctx, "Users", filter).List()
		if problem == "" && list.Total == size {
			return filter, ids
		}
	}
	return "", ids
}

// pageOf asks for one page.
func (p *Probe) pageOf(ctx context.Context, filter, start, count string) *answer {
	var query []scim.Param
	if filter != "" {
		query = append(query, scim.Param{Name: "filter", Value: filter})
	}
	return p.do(ctx, get("Users", append(query, scim.Param{Name: "startIndex", Value: start}, scim.Param{Name: "count", Value: count})...))
}

func idsOf(list listing) []string {
	var ids []string
	for _, o := range list.Resources {
		ids = append(ids, o.ID())
	}
	return ids
}

func paging(ctx context.Context, p *Probe) {
	const size = 5
	filter, ids := p.family(ctx, size)
	if filter == "" {
		p.pagesOfAll(ctx)
		return
	}
	var seen []string
	for start := 1; start <= size; start += 2 {
		a := p.pageOf(ctx, filter, strconv.Itoa(start), "2")
		list := p.mustList(a)
		want := min(2, size-start+1)
		p.must(len(list.Resources) <= 2, "a page has no more results than count", "it has %d", len(list.Resources))
		p.expect(len(list.Resources) == want, "a page has as many results as there are", "that from %d has %d", start, len(list.Resources))
		p.expect(list.Total == size, "totalResults is the number of all results on each page", "it is %d on that from %d", list.Total, start)
		n, _ := number(a.Object(), "startIndex")
		p.as(Impact{Okta: Degrades, RFC: Degrades}).expect(n == start, "startIndex is the one that was asked for", "it is %d instead of %d", n, start)
		n, _ = number(a.Object(), "itemsPerPage")
		p.as(Impact{Okta: Note, RFC: Degrades}).expect(n == len(list.Resources), "itemsPerPage is the number of results on the page", "it is %d, with %d results", n, len(list.Resources))
		for _, id := range idsOf(list) {
			p.expect(!slices.Contains(seen, id), "no result is on two pages", "%q is", id)
			seen = append(seen, id)
		}
	}
	for _, id := range ids {
		p.expect(slices.Contains(seen, id), "the pages together have all results", "%q is on none", id)
	}
}

// pagesOfAll tries pages on the whole store, which others change meanwhile: only what
// holds all the same is claimed, and a clash has three tries to be a coincidence.
func (p *Probe) pagesOfAll(ctx context.Context) {
	var clash string
	for range 3 {
		first := p.mustList(p.pageOf(ctx, "", "1", "2"))
		second := p.mustList(p.pageOf(ctx, "", "3", "2"))
		p.must(len(first.Resources) <= 2 && len(second.Resources) <= 2, "a page has no more results than count", "one has %d", max(len(first.Resources), len(second.Resources)))
		clash = ""
		for _, id := range idsOf(second) {
			if slices.Contains(idsOf(first), id) {
				clash = id
			}
		}
		if clash == "" {
			break
		}
	}
	p.expect(clash == "", "no result is on two pages", "%q is on that from 1 and on that from 3", clash)
}

func oddPages(ctx context.Context, p *Probe) {
	filter, _ := p.family(ctx, 2)
	if filter == "" {
		p.block("users cannot be searched for by an attribute that several share")
	}
	list := p.mustList(p.pageOf(ctx, filter, "1", "0"))
	p.expect(list.Total == 2 && len(list.Resources) == 0, "count=0 gives the number of results alone", "totalResults is %d, Resources has %d", list.Total, len(list.Resources))
	list = p.mustList(p.pageOf(ctx, filter, "1", "-1"))
	p.expect(len(list.Resources) == 0, "a negative count means 0", "Resources has %d", len(list.Resources))
	for _, start := range []string{"0", "-3"} {
		list = p.mustList(p.pageOf(ctx, filter, start, "10"))
		p.expect(len(list.Resources) == 2, "a startIndex below 1 means 1", "startIndex=%s gives %d of 2", start, len(list.Resources))
	}
	list = p.mustList(p.pageOf(ctx, filter, "100", "10"))
	p.expect(list.Total == 2 && len(list.Resources) == 0, "a page behind the last is empty", "totalResults is %d, Resources has %d", list.Total, len(list.Resources))
}

func pageLimit(ctx context.Context, p *Probe) {
	a := p.do(ctx, get("Users", append(scim.Entra.SearchUsers(nobody(p.newUserName()).String()), scim.Param{Name: "count", Value: "1000000"})...))
	p.expect(a.Is(http.StatusOK, http.StatusBadRequest), "count=1000000 is answered 200 or 400", "%s", a.Says())
	if config := p.runner.facts.config; config != nil {
		v, _ := lookup(config, "filter.maxResults")
		p.as(Impact{RFC: Note}).expect(v != nil, "/ServiceProviderConfig announces filter.maxResults", "it does not")
	}
}

func sorting(ctx context.Context, p *Probe) {
	if v, _ := lookup(p.runner.facts.config, "sort.supported"); v != true {
		p.notOffered("sorting is not announced")
	}
	filter, _ := p.family(ctx, 3)
	if filter == "" {
		p.block("users cannot be searched for by an attribute that several share")
	}
	for _, order := range []string{"", "ascending", "descending"} {
		query := []scim.Param{{Name: "filter", Value: filter}, {Name: "sortBy", Value: "userName"}}
		if order != "" {
			query = append(query, scim.Param{Name: "sortOrder", Value: order})
		}
		list := p.mustList(p.do(ctx, get("Users", query...)))
		var names []string
		for _, o := range list.Resources {
			names = append(names, strings.ToLower(o.Text("userName")))
		}
		sorted := slices.Clone(names)
		slices.Sort(sorted)
		if order == "descending" {
			slices.Reverse(sorted)
		}
		p.expect(len(names) == 3 && slices.Equal(names, sorted), "sortBy=userName sorts "+or(order, "ascending by default"), "the order is %s", show(toAny(names)))
	}
}

func searchByPost(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	body := scim.NewObject(
		scim.Member{Name: "schemas", Value: []any{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}},
		scim.Member{Name: "filter", Value: equals("userName", u.UserName)},
		scim.Member{Name: "attributes", Value: []any{"userName"}},
	)
	offered := false
	for _, path := range []string{"Users/.search", ".search"} {
		a := p.do(ctx, post(path, body))
		if a.Is(http.StatusNotImplemented, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusForbidden) {
			continue
		}
		offered = true
		p.found(a, fmt.Sprintf("POST /%s", path), u.ID)
	}
	if !offered {
		p.notOffered("searches by POST are refused as not there")
	}
}
