package endpoint

import (
	"context"
	"net/http"
	"strings"
)

func authChecks() []Check {
	return []Check{
		{
			ID: "T-03", Title: "a request without credentials is refused", Group: Transport, Suites: Core | RFCSuite, Impact: degradesAll,
			Why:    "A server that answers anybody gives its users away, and a wrong token in a job is noticed by nobody.",
			Fix:    "Answer 401 to requests without an Authorization header.",
			Source: "endpoint_checks T-03; RFC 7644 §2", Run: noCredentials,
		},
		{
			ID: "T-04", Title: "a wrong token answers 401 with a SCIM error", Group: Transport, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Impact: degradesAll,
			Why:    "Only a 401 tells the provider that the token is at fault: Entra then says so and quarantines the job at once, instead of trying each object.",
			Fix:    "Answer 401 with a SCIM Error body whose status is \"401\" and whose detail says what is wrong.",
			Source: "endpoint_checks T-04; entra_wire W-81; RFC 7644 §3.12", Run: wrongToken,
		},
		{
			ID: "T-05", Title: "401 names the way to sign in", Group: Transport, Suites: RFCSuite, Impact: Impact{RFC: Degrades},
			Why:    "HTTP asks for a WWW-Authenticate header with each 401.",
			Fix:    "Send WWW-Authenticate: Bearer realm=\"…\" with 401.",
			Source: "endpoint_checks T-05; RFC 7644 §2; RFC 9110 §15.5.2", Run: challenge,
		},
	}
}

// openServer ends the check when the run has no token: the server then asks for none.
func (p *Probe) openServer() {
	if p.runner.options.Token == "" {
		p.end(Excluded, "the run has no token")
	}
}

func noCredentials(ctx context.Context, p *Probe) {
	p.openServer()
	r := p.nobodyQuery()
	r.NoToken = true
	p.answers(p.do(ctx, r), http.StatusUnauthorized, http.StatusForbidden)
}

// wrong is no server's token.
const wrong = "scimctl-test-wrong-token"

func wrongToken(ctx context.Context, p *Probe) {
	p.openServer()
	r := p.nobodyQuery()
	r.Token = wrong
	a := p.do(ctx, r)
	p.mustAnswer(a, http.StatusUnauthorized)
	weak := p.as(Impact{Entra: Note, Okta: Degrades, RFC: Degrades})
	e := a.Error()
	if !weak.expect(e != nil, "401 has a SCIM Error body", "%s", a.Says()) {
		return
	}
	status, _ := a.Get("status")
	weak.expect(status == "401", `the body's status is the text "401"`, "it is %s", show(status))
	weak.expect(strings.TrimSpace(e.Detail) != "", "the body has a detail", "it has none")
}

func challenge(ctx context.Context, p *Probe) {
	p.openServer()
	r := p.nobodyQuery()
	r.Token = wrong
	a := p.do(ctx, r)
	if !a.Is(http.StatusUnauthorized) {
		p.block("a wrong token is not answered 401: %s", a.Says())
	}
	value := a.Header.Get("WWW-Authenticate")
	p.must(value != "", "401 comes with a WWW-Authenticate header", "there is none")
	scheme, parameters, _ := strings.Cut(value, " ")
	p.as(Impact{RFC: Note}).expect(scheme != "" && strings.Contains(strings.ToLower(parameters), "realm="), "WWW-Authenticate has a scheme and a realm", "it is %q", value)
}
