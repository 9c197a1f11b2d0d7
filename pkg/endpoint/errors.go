package endpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func errorChecks() []Check {
	return []Check{
		{
			ID: "E-01", Title: "an error has schema, status as a text, and detail", Group: Errors, Suites: Core | OktaSuite | RFCSuite, Impact: Impact{Entra: Note, Okta: Degrades, RFC: Degrades},
			Why:    "The detail is what the administrator reads in the provisioning log; status is a text by the RFC, and Okta's acceptance test compares it with the HTTP status.",
			Fix:    "Answer errors as {\"schemas\": [\"" + scim.ErrorSchema + "\"], \"status\": \"404\", \"detail\": \"…\"}.",
			Source: "endpoint_checks E-01; okta_contract §9; RFC 7644 §3.12", Run: errorShape,
		},
		{
			ID: "E-02", Title: "scimType is one that the RFC defines", Group: Errors, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Clients decide by it what to do.",
			Fix:    "Use invalidFilter, tooMany, uniqueness, mutability, invalidSyntax, invalidPath, noTarget, invalidValue, invalidVers or sensitive, with 400 and 409 only.",
			Source: "endpoint_checks E-02; RFC 7644 §3.12, table 9", Run: errorTypes,
		},
		{
			ID: "E-03", Title: "errors give nothing of the inside away", Group: Errors, Suites: Core, Needs: Writes, Impact: degradesAll,
			Why:    "Stack traces, SQL, file paths and tokens in an error end up in the logs of the provider, where others read them.",
			Fix:    "Log the cause on the server, and answer with a sentence for the client.",
			Source: "endpoint_checks E-03", Run: errorSecrets,
		},
		{
			ID: "E-04", Title: "errors are JSON", Group: Errors, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: degradesAll,
			Why:    "A page in HTML from the framework or the gateway shows in Entra's log as an answer that cannot be read, without its cause.",
			Fix:    "Turn the errors of the framework and of the gateway into SCIM errors, for 4xx and 5xx.",
			Source: "endpoint_checks E-04; entra_wire W-54; RFC 7644 §3.12", Run: errorsAreJSON,
		},
		{
			ID: "E-05", Title: "faults of the client are answered 4xx, never 5xx", Group: Errors, Suites: Core | RFCSuite, Needs: Writes, Impact: degradesAll,
			Why:    "A 5xx is tried again for weeks and counts as an outage; a request that can never work should say so.",
			Fix:    "Check bodies, filters and paths before using them, and answer 400.",
			Source: "endpoint_checks E-05; RFC 7644 §3.12", Run: clientFaults,
		},
		{
			ID: "E-06", Title: "oversize requests are refused cleanly", Group: Errors, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A body or an address that is too long must be refused with 413 or 414, and not end the connection or the server.",
			Fix:    "Limit the size of bodies, and answer 413 with a SCIM error.",
			Source: "endpoint_checks E-06; RFC 9110 §15.5.14", Run: oversize,
		},
	}
}

// provoked are requests that nearly every server answers with an error, and what each
// of them is.
func (p *Probe) provoked() []struct {
	what string
	request
} {
	broken := post("Users", nil)
	broken.Raw = []byte(`{"schemas":["` + scim.UserSchema + `"],"userName":`)
	nameless := p.userBody()
	nameless.Delete("userName")
	type provocation = struct {
		what string
		request
	}
	list := []provocation{
		{"an unknown user", one(http.MethodGet, "Users", uuid.NewString())},
		{"an unknown address", get("NoSuchResource")},
		{"a malformed filter", get("Users", scim.Param{Name: "filter", Value: "userName eq"})},
	}
	if p.runner.options.ReadOnly {
		return list
	}
	return append(list,
		provocation{"malformed JSON", broken},
		provocation{"a user without userName", post("Users", nameless)},
		provocation{"PATCH of an unknown user", one(http.MethodPatch, "Users", uuid.NewString()).With(patchOf(op("replace", "displayName", "x")))},
		provocation{"DELETE of an unknown user", one(http.MethodDelete, "Users", uuid.NewString())},
	)
}

// eachError calls f for each provoked answer that is an error, and ends the check when
// there are none.
func (p *Probe) eachError(ctx context.Context, f func(what string, a *answer)) {
	seen := false
	for _, r := range p.provoked() {
		if a := p.do(ctx, r.request); a.Err == nil && a.Status >= 400 {
			seen = true
			f(r.what, a)
		}
	}
	if !seen {
		p.block("no request could be made to fail")
	}
}

func errorShape(ctx context.Context, p *Probe) {
	p.eachError(ctx, func(what string, a *answer) {
		e := a.Error()
		if !p.expect(e != nil, "the answer to "+what+" has the schema of errors", "%s", a.Says()) {
			return
		}
		status, _ := a.Get("status")
		p.expect(status == fmt.Sprint(a.Status), "the answer to "+what+" has its status as a text", "status is %s with %d", show(status), a.Status)
		p.expect(strings.TrimSpace(e.Detail) != "", "the answer to "+what+" has a detail", "it has none")
	})
}

func errorTypes(ctx context.Context, p *Probe) {
	known := map[string]bool{"invalidFilter": true, "tooMany": true, scim.Uniqueness: true, scim.Mutability: true, scim.InvalidSyntax: true, scim.InvalidPath: true,
		scim.NoTarget: true, scim.InvalidValue: true, "invalidVers": true, "sensitive": true}
	p.eachError(ctx, func(what string, a *answer) {
		if a.Object() == nil {
			return
		}
		v, given := a.Object().Get("scimType")
		text, _ := v.(string)
		p.expect(!given || v == nil || text == "" || known[text], "the scimType of "+what+" is one of the RFC", "it is %s", show(v))
		p.as(Impact{RFC: Note}).expect(text == "" || a.Is(http.StatusBadRequest, http.StatusConflict, http.StatusForbidden, http.StatusRequestEntityTooLarge),
			"the scimType of "+what+" comes with 400, 403, 409 or 413", "it is %q with %d", text, a.Status)
	})
	if len(p.result.Claims) == 0 {
		p.block("no error has a body that is JSON")
	}
}

// inside finds what an error should not show: stack traces of the usual platforms,
// SQL, file paths.
var inside = regexp.MustCompile(`(?i)(\bat [\w.$<>]+\([\w.]*(:\d+)?\)|\bat .{1,200} in .{1,200}:line \d+|Traceback \(most recent|goroutine \d+ \[|File "[^"]+", line \d+|\.(go|py|rb|php|js|ts|java|cs):\d+|` +
	`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.{1,200}\b(FROM|VALUES|SET|WHERE)\b|SQLSTATE|ORA-\d{5}|/(usr|home|var|srv|app|opt)/[\w.-]+/[\w./-]+|[A-Z]:\\\\?[\w.-]+\\|NullReferenceException|NullPointerException)`)

func errorSecrets(ctx context.Context, p *Probe) {
	const enough = 32 << 10 // traces begin at once
	token := p.runner.options.Token
	p.eachError(ctx, func(what string, a *answer) {
		text := string(a.Body)
		if o := a.Object(); o != nil {
			text += "\n" + o.Text("detail")
		}
		found := inside.FindString(text[:min(len(text), enough)])
		p.expect(found == "", "the answer to "+what+" shows nothing of the inside", "it has %q", found)
		p.as(Impact{Entra: Breaks, Okta: Breaks, RFC: Breaks}).expect(len(token) < 8 || !strings.Contains(text, token), "the answer to "+what+" does not have the token", "it has")
	})
}

func errorsAreJSON(ctx context.Context, p *Probe) {
	p.eachError(ctx, func(what string, a *answer) {
		empty := len(strings.TrimSpace(string(a.Body))) == 0
		p.expect(empty || a.Object() != nil, "the answer to "+what+" is JSON", "%s", a.Says())
		p.as(rfcOnly).expect(!empty, "the answer to "+what+" has a body", "%s", a.Says())
	})
}

func clientFaults(ctx context.Context, p *Probe) {
	raws := []string{
		`[]`, `null`, `"text"`, `7`, `{}`, `{"schemas":"` + scim.UserSchema + `"}`, `{"schemas":["` + scim.UserSchema + `"],"userName":7}`,
		`{"schemas":["` + scim.UserSchema + `"],"userName":null}`, `{"schemas":["` + scim.UserSchema + `"],"userName":""}`, `{"schemas":[7],"userName":{}}`,
		"{\"schemas\":[\"" + scim.UserSchema + "\"],\"userName\":\"\xff\xfe\"}", strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
	}
	for i, raw := range raws {
		r := post("Users", nil)
		r.Raw = []byte(raw)
		a := p.do(ctx, r)
		p.expect(a.Err == nil && a.Status < 500, fmt.Sprintf("odd body %d of %d does not make POST fail", i+1, len(raws)), "with %s: %s", shorten(strings.ToValidUTF8(raw, "?"), 80), a.Says())
	}
	body := p.userBody(scim.Member{Name: "name", Value: "Ann"}, scim.Member{Name: "emails", Value: json.Number("7")})
	a := p.do(ctx, post("Users", body))
	p.expect(a.Err == nil && a.Status < 500, "values of a wrong type do not make POST fail", "%s", a.Says())
	for _, filter := range []string{`)(`, `userName eq "\`, strings.Repeat("(", 300), `userName eq ` + strings.Repeat("1", 400), "\x00", `emails[type eq`, `userName eq "a" garbage`} {
		a := p.search(ctx, "Users", filter)
		p.expect(a.Err == nil && a.Status < 500, "odd filters do not make a search fail", "with %s: %s", shorten(show(filter), 60), a.Says())
	}
	for _, q := range []string{"startIndex=x", "count=x", "count=99999999999999999999", "attributes=%5B", "sortOrder=sideways"} {
		r := get("Users", scim.Entra.SearchUsers(nobody(p.newUserName()).String())...)
		r.RawQuery = q
		a := p.do(ctx, r)
		p.expect(a.Err == nil && a.Status < 500, "odd parameters do not make a search fail", "with %s: %s", q, a.Says())
	}
}

func oversize(ctx context.Context, p *Probe) {
	r := post("Users", nil)
	r.Raw = []byte(`{"schemas":["` + scim.UserSchema + `"],"displayName":"` + strings.Repeat("x", 3<<20) + `"}`)
	a := p.do(ctx, r)
	if a.Status == 0 {
		p.as(Impact{RFC: Note}).expect(false, "a body of 3 MiB without userName is answered 4xx", "%s", a.Says())
	} else {
		p.expect(a.Status >= 400 && a.Status < 500, "a body of 3 MiB without userName is answered 4xx", "it answered %d", a.Status)
	}
	long := get("Users", scim.Entra.SearchUsers(equals("userName", strings.Repeat("y", 12<<10)))...)
	a = p.do(ctx, long)
	p.expect(a.Err == nil && a.Status < 500 || a.Is(http.StatusHTTPVersionNotSupported), "an address of 12 KiB is answered, or refused with 4xx", "%s", a.Says())
}
