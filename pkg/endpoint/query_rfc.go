package endpoint

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func queryRFCChecks() []Check {
	return []Check{
		{
			ID: "Q-22", Title: "all operators of filters are applied", Group: Query, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Entra uses eq and and alone; other clients use the rest.",
			Fix:    "Implement co, sw, ew, gt, ge, lt, le, ne, pr, not, or, grouping and value paths; answer 400 with scimType invalidFilter to what is missing.",
			Source: "endpoint_checks Q-22; RFC 7644 §3.4.2.2", Run: operators,
		},
		{
			ID: "Q-23", Title: "a bad filter is refused with invalidFilter", Group: Query, Suites: RFCSuite | Core, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "A filter that is misread finds somebody; one that fails with 500 looks like an outage.",
			Fix:    "Answer 400 with scimType invalidFilter to what the grammar does not allow, and to an order of booleans.",
			Source: "endpoint_checks Q-23; RFC 7644 §3.4.2.2, §3.12", Run: badFilters,
		},
		{
			ID: "Q-24", Title: "ids are compared with their letter case", Group: Query, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Note},
			Why:    "id and externalId are case exact; a search in another case must not find them.",
			Fix:    "Compare attributes whose caseExact is true byte by byte.",
			Source: "endpoint_checks Q-24; RFC 7643 §3.1, §2.2", Run: caseExact,
		},
		{
			ID: "Q-29", Title: "a filter value without quotes is refused", Group: Query, Suites: RFCSuite, Impact: Impact{RFC: Note},
			Why:    "Some testers send such filters. They are no SCIM, and need not be taken.",
			Fix:    "Answer 400 with scimType invalidFilter.",
			Source: "endpoint_checks Q-29; RFC 7644 §3.4.2.2", Run: unquoted,
		},
		{
			ID: "Q-30", Title: "ids with characters that need escaping do no harm", Group: Query, Suites: Core | RFCSuite, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "Ids are opaque, and some contain @ or a blank. Escaped in an address, they must stay one segment.",
			Fix:    "Unescape the segments of the path after it was split, and look the id up as it then is.",
			Source: "endpoint_checks Q-30; RFC 7643 §3.1", Run: escapedIDs,
		},
	}
}

// quoted finds the texts in a filter, which differ from run to run.
var quoted = regexp.MustCompile(`"[^"]*"`)

func operators(ctx context.Context, p *Probe) {
	title := "Title " + p.newName()
	u := p.newUser(ctx, scim.Member{Name: "title", Value: title})
	if got := p.readUser(ctx, u.ID).Text("title"); got != title {
		title = "" // then only attributes that nearly every server keeps are used
	}
	mine := equals("userName", u.UserName)
	name, given := u.UserName, lookupText(u.Sent, "name.givenName")
	middle := name[3 : len(name)-3]
	cases := []struct {
		filter string
		hit    bool
	}{
		{"userName co " + quote(middle), true},
		{"userName sw " + quote(name[:len(name)-2]), true},
		{"userName ew " + quote(name[len(Mark):]), true},
		{mine + " and userName co \"no such text\"", false},
		{mine + " and userName ne " + quote(name), false},
		{mine + " and externalId ne \"another\"", true},
		{mine + " and displayName pr", true},
		{mine + " and nickName pr", false},
		{mine + " and userName ge " + quote(name), true},
		{mine + " and userName gt " + quote(name), false},
		{mine + " and userName le " + quote(name), true},
		{mine + " and userName lt " + quote(name), false},
		{mine + " and meta.lastModified gt \"2011-05-13T04:42:34Z\"", true},
		{mine + " and not (active eq false)", true},
		{mine + " and not (userName eq " + quote(name) + ")", false},
		{mine + " and (userName eq \"another\" or externalId eq " + quote(u.External) + ")", true},
		{"userName eq \"another one\" or " + mine, true},
		{mine + " and name.givenName eq " + quote(given), true},
		{mine + ` and emails[type eq "work" and value co "@"]`, true},
		{mine + ` and emails[type eq "home"]`, false},
	}
	if title != "" {
		cases = append(cases, struct {
			filter string
			hit    bool
		}{mine + " and title eq " + quote(title), true})
	}
	for _, c := range cases {
		var ids []string
		if c.hit {
			ids = []string{u.ID}
		}
		p.found(p.search(ctx, "Users", c.filter), quoted.ReplaceAllString(c.filter, `"…"`), ids...)
	}
}

func badFilters(ctx context.Context, p *Probe) {
	for _, filter := range []string{`userName eq`, `userName xx "a"`, `(userName eq "a"`, `userName eq "a`, `eq "a"`, `userName eq "a" and`, `active gt true`} {
		a := p.search(ctx, "Users", filter)
		p.expect(a.Is(http.StatusBadRequest), "bad filters are refused with 400", "filter=%s: %s", filter, a.Says())
		if e := a.Error(); a.Is(http.StatusBadRequest) && e != nil {
			p.as(Impact{RFC: Degrades}).expect(e.ScimType == scim.InvalidFilter, "400 to a bad filter has scimType invalidFilter", "filter=%s: scimType is %q", filter, e.ScimType)
		}
	}
}

func caseExact(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, path := range []string{"externalId", "id"} {
		value := map[string]string{"externalId": u.External, "id": u.ID}[path]
		if value == otherCase(value) {
			continue
		}
		list, problem := p.search(ctx, "Users", equals(path, value)).List()
		if problem != "" || list.Total != 1 {
			continue // are about that
		}
		p.found(p.search(ctx, "Users", equals(path, otherCase(value))), "a search for "+path+" in another letter case")
	}
	if len(p.result.Claims) == 0 {
		p.block("neither externalId nor id can be searched for")
	}
}

func unquoted(ctx context.Context, p *Probe) {
	a := p.search(ctx, "Users", "userName eq "+p.newName())
	p.expect(a.Is(http.StatusBadRequest), "a filter value without quotes is refused with 400", "%s", a.Says())
}

func escapedIDs(ctx context.Context, p *Probe) {
	for _, id := range []string{"@", "a/b", "50%", "a b", "é", "..", "a?b#c", `"';--`} {
		a := p.do(ctx, one(http.MethodGet, "Users", p.newName()+id))
		p.expect(a.Err == nil && a.Status >= 400 && a.Status < 500, "an unknown id with characters that need escaping is refused", "with %s: %s", strings.ToValidUTF8(id, ""), a.Says())
	}
}
