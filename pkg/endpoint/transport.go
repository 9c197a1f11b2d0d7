package endpoint

import (
	"context"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func transportChecks() []Check {
	return []Check{
		{
			ID: "T-01", Title: "the tenant URL answers and takes the token", Group: Transport, Suites: AllSuites, Needs: Bare, Impact: breaksAll,
			Why:    "Nothing can be provisioned into a server that does not answer, or that refuses the secret token.",
			Fix:    "Check host, port, path and the firewall in front of the server; make a new token if this one is expired or revoked.",
			Source: "endpoint_checks T-01; entra_wire W-01, W-10", Run: reachable,
		},
		{
			ID: "T-02", Title: "flags in the tenant URL do no harm", Group: Transport, Suites: Core | EntraSuite | RFCSuite, Impact: Impact{Entra: Degrades},
			Why:    "A flag such as ?aadOptscim062020 stands in the tenant URL of many jobs. Whether Entra sends it on is not documented, so a server must not mind it.",
			Fix:    "Ignore query parameters that the server does not know.",
			Source: "endpoint_checks T-02; RFC 7644 §1.3", Run: queryFlags,
		},
		{
			ID: "T-06", Title: "answers have the content type application/scim+json", Group: Transport, Suites: Core | EntraSuite | RFCSuite, Impact: Impact{RFC: Degrades, Entra: Note, Okta: Note},
			Why:    "RFC 7644 names this type for all answers. Providers take application/json as well, and nothing else.",
			Fix:    "Send Content-Type: application/scim+json with every body.",
			Source: "endpoint_checks T-06; entra_wire W-11; RFC 7644 §3.1, §8.1", Run: answerType,
		},
		{
			ID: "T-07", Title: "errors have the content type application/scim+json", Group: Transport, Suites: Core | RFCSuite, Impact: Impact{RFC: Degrades, Entra: Note, Okta: Note},
			Why:    "An error that is not marked as SCIM is shown to the administrator as an answer that cannot be read.",
			Fix:    "Send Content-Type: application/scim+json with errors too, also with those of the framework and of the gateway in front.",
			Source: "endpoint_checks T-07; RFC 7644 §3.12", Run: errorType,
		},
		{
			ID: "T-08", Title: "requests of the type application/scim+json are taken", Group: Transport, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Entra and Okta send every body with this type, some clients with ; charset=utf-8 behind it. A server that answers 415 takes nothing.",
			Fix:    "Register application/scim+json with the server's JSON reader, with and without a charset parameter.",
			Source: "endpoint_checks T-08; entra_wire W-11; okta_contract §9", Run: scimRequests,
		},
		{
			ID: "T-09", Title: "requests of the type application/json are taken", Group: Transport, Suites: OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Degrades, RFC: Note},
			Why:    "Applications made with Okta's wizard and many gateways send the plain type.",
			Fix:    "Read bodies of the type application/json as SCIM.",
			Source: "endpoint_checks T-09; okta_contract §9; RFC 7644 §3.1", Run: plainRequests,
		},
		{
			ID: "T-10", Title: "text beyond ASCII comes back as it was sent", Group: Transport, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Names are in every script. What comes back differently is sent again each cycle, and people see the wrong name.",
			Fix:    "Read and write bodies as UTF-8, and store text in a column of Unicode.",
			Source: "endpoint_checks T-10; entra_wire W-53; RFC 7644 §3.8", Run: unicode,
		},
		{
			ID: "T-11", Title: "an unknown address answers 404 with a SCIM error", Group: Transport, Suites: Core | RFCSuite, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "A page in HTML, or a success, where nothing is makes a wrong tenant URL look like a broken server.",
			Fix:    "Answer 404 with a SCIM Error body for every address below the tenant URL that has no meaning.",
			Source: "endpoint_checks T-11; RFC 7644 §3.12", Run: unknownAddress,
		},
		{
			ID: "T-12", Title: "a method that is not supported answers 405 and names those that are", Group: Transport, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Degrades},
			Why:    "A client can then tell a wrong method from a wrong address.",
			Fix:    "Answer 405 with an Allow header for known addresses.",
			Source: "endpoint_checks T-12; RFC 9110 §15.5.6", Run: wrongMethod,
		},
		{
			ID: "T-13", Title: "requests without a User-Agent are let through", Group: Transport, Suites: Core | EntraSuite, Impact: breaksEntra,
			Why:    "What Entra sends as User-Agent is not documented, and requests without one were seen. Rules of an edge that want one answer 403 to Entra alone.",
			Fix:    "Exempt the SCIM address from rules of the web application firewall that ask for a User-Agent or look like a browser check.",
			Source: "endpoint_checks T-13; entra_wire W-12 [?]", Run: noUserAgent,
		},
		{
			ID: "T-15", Title: "the tenant URL is HTTPS and does not redirect", Group: Transport, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Bare, Impact: breaksAll,
			Why:    "Providers take https only. A redirect loses the token, or turns a POST into a GET, in most clients.",
			Fix:    "Give the address that answers by itself: https, the right host, no slash at the end.",
			Source: "endpoint_checks T-15; entra_wire W-14; RFC 7644 §2, §7.2", Run: noRedirect,
		},
		{
			ID: "T-19", Title: "creates do not fail by chance", Group: Transport, Suites: Core, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades},
			Why:    "An object whose create fails is tried again in a later cycle, up to a day later.",
			Fix:    "Look in the server's log for what fails now and then: a cold start, a lock, a pool that is too small.",
			Source: "endpoint_checks T-19; entra_wire W-80", Run: steadyCreates,
		},
	}
}

// nobodyQuery is Entra's test connection: a search that finds nothing.
func (p *Probe) nobodyQuery(more ...scim.Param) request {
	return get("Users", append(scim.Entra.SearchUsers(nobody(p.newUserName()).String()), more...)...)
}

func reachable(ctx context.Context, p *Probe) {
	a := p.do(ctx, p.nobodyQuery())
	p.must(a.Status != 0, "the tenant URL answers", "%s", a.Says())
	p.expect(!a.Is(http.StatusUnauthorized, http.StatusForbidden), "the token is accepted", "%s", a.Says())
}

func queryFlags(ctx context.Context, p *Probe) {
	var extra []string
	for _, q := range p.runner.wire.query {
		extra = append(extra, q.Name)
	}
	p.as(Impact{Entra: Note, Okta: Note, RFC: Note}).withFix("Give a tenant URL whose query holds nothing but Entra's flags.").
		expect(extra == nil, "the tenant URL has no query of its own", "it has %s, which is put in front of each request's own query", strings.Join(extra, ", "))
	r := p.nobodyQuery()
	r.RawQuery = scim.FlagCompliant
	a := p.do(ctx, r)
	_, problem := a.List()
	p.expect(problem == "", "a request with the parameter "+scim.FlagCompliant+" is answered like one without", "%s", problem)
}

func answerType(ctx context.Context, p *Probe) {
	a := p.do(ctx, p.nobodyQuery())
	if !a.OK() {
		p.block("the query that it looks at fails: %s", a.Says())
	}
	kind := a.MediaType()
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	p.as(Impact{Entra: Breaks, Okta: Breaks, RFC: Breaks}).expect(isJSON, "answers have a content type of JSON", "Content-Type is %q", a.Header.Get("Content-Type"))
	if isJSON {
		p.expect(kind == scim.ContentType, "answers have the content type "+scim.ContentType, "Content-Type is %q", a.Header.Get("Content-Type"))
	}
}

func errorType(ctx context.Context, p *Probe) {
	a := p.do(ctx, one(http.MethodGet, "Users", p.newName()))
	if a.Err != nil || a.Status < 400 || len(a.Body) == 0 {
		p.block("the error that it looks at is none: %s", a.Says())
	}
	p.expect(a.MediaType() == scim.ContentType, "errors have the content type "+scim.ContentType, "Content-Type is %q, with status %d", a.Header.Get("Content-Type"), a.Status)
}

func scimRequests(ctx context.Context, p *Probe) {
	for _, kind := range []string{scim.ContentType, scim.ContentType + "; charset=utf-8"} {
		p.takes(ctx, kind)
	}
}

func plainRequests(ctx context.Context, p *Probe) { p.takes(ctx, "application/json") }

// takes claims that a create of the content type is taken.
func (p *Probe) takes(ctx context.Context, kind string) {
	r := post("Users", p.userBody())
	r.Header = header("Content-Type", kind)
	a := p.do(ctx, r)
	if !a.OK() && !a.Is(http.StatusUnsupportedMediaType, http.StatusNotAcceptable) {
		// Not the type's fault, unless the same body is taken as another type.
		other := post("Users", p.userBody())
		other.Header = header("Content-Type", "application/json")
		if strings.HasPrefix(kind, "application/json") {
			other.Header = header("Content-Type", scim.ContentType)
		}
		if !p.do(ctx, other).OK() {
			p.block("creates fail whatever their content type: %s", a.Says())
		}
	}
	p.expect(a.OK(), "a create of the type "+kind+" is taken", "%s", a.Says())
}

// unicodeName has letters of one to four bytes in UTF-8.
const unicodeName = "Zoë Ångström 李小龍 Ελένη Ольга עִבְרִית 𝒜🙂"

func unicode(ctx context.Context, p *Probe) {
	u := p.newUser(ctx, scim.Member{Name: "displayName", Value: unicodeName})
	got := p.readUser(ctx, u.ID).Text("displayName")
	p.expect(got == unicodeName, "displayName "+unicodeName+" is returned unchanged", "it is %q", got)
}

func unknownAddress(ctx context.Context, p *Probe) {
	a := p.do(ctx, get(p.newName()))
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades}).expect(!a.OK(), "an address that does not exist is not answered as a success", "%s", a.Says())
	if a.OK() {
		return
	}
	p.answers(a, http.StatusNotFound)
	p.expect(a.Error() != nil, "the answer to an address that does not exist is a SCIM error", "%s", a.Says())
}

func wrongMethod(ctx context.Context, p *Probe) {
	a := p.do(ctx, patch("Users", scim.PatchRequest{}.Body()))
	p.must(a.Status >= 400 && a.Status < 500 || a.Is(http.StatusNotImplemented), "PATCH /Users is refused as a fault of the client", "%s", a.Says())
	weak := p.as(Impact{RFC: Note})
	if weak.answers(a, http.StatusMethodNotAllowed) {
		weak.expect(a.Header.Get("Allow") != "", "405 comes with an Allow header", "there is none")
	}
}

func noUserAgent(ctx context.Context, p *Probe) {
	r := p.nobodyQuery()
	r.Header = http.Header{"User-Agent": nil}
	a := p.do(ctx, r)
	with := p.do(ctx, p.nobodyQuery())
	if !with.OK() {
		p.block("the same request with a User-Agent fails too: %s", with.Says())
	}
	p.expect(a.Is(with.Status), "a request without User-Agent is answered like one with it", "%s", a.Says())
}

func noRedirect(ctx context.Context, p *Probe) {
	base := p.runner.wire.base
	p.expect(base.Scheme == "https" || Loopback(base.String()), "the tenant URL is https", "it is %s", base.Scheme)
	a := p.do(ctx, p.nobodyQuery())
	redirects := a.Status >= 300 && a.Status < 400
	p.expect(!redirects, "the tenant URL answers by itself", "it redirects to %q", a.Header.Get("Location"))
	if redirects || a.Status == 0 {
		return
	}
	slash := p.nobodyQuery()
	slash.Path = []string{"Users/"}
	slash.Verbatim = true
	a = p.do(ctx, slash)
	p.as(noteAll).expect(a.Status < 300 || a.Status >= 400, "/Users/ with a slash at its end does not redirect", "it redirects to %q", a.Header.Get("Location"))
}

func steadyCreates(ctx context.Context, p *Probe) {
	const times = 4
	for range times {
		body := p.userBody()
		a := p.do(ctx, post("Users", body))
		if a.OK() {
			continue
		}
		if a.Err == nil && a.Status < 500 {
			p.block("a create is refused: %s", a.Says())
		}
		again := p.do(ctx, post("Users", body))
		// The first try may have made it all the same.
		if again.OK() || again.Is(http.StatusConflict) {
			p.expect(false, "a create works at the first try", "%s; the same create then %s", a.Says(), strings.TrimPrefix(again.Says(), "it "))
			return
		}
		p.as(breaksAll).expect(false, "a create works", "%s, and again: %s", a.Says(), again.Says())
		return
	}
	p.expect(true, "4 creates in a row work at the first try", "")
}
