package endpoint

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func optionalChecks() []Check {
	return []Check{
		{
			ID: "B-01", Title: "a bulk request is answered operation by operation", Group: Optional, Suites: OptSuite | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Neither Entra nor Okta sends bulk requests; who announces them must do them.",
			Fix:    "Answer POST /Bulk with 200 and a status for each operation, echo bulkId, and resolve references to it; or set bulk.supported to false.",
			Source: "endpoint_checks B-01; RFC 7644 §3.7", Run: bulk,
		},
		{
			ID: "B-02", Title: "a failure in a bulk request does not stop the rest", Group: Optional, Suites: OptSuite | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Without failOnErrors all operations are tried.",
			Fix:    "Go on after a failed operation, and answer its status and error in its place.",
			Source: "endpoint_checks B-02; RFC 7644 §3.7.3", Run: bulkFailures,
		},
		{
			ID: "B-03", Title: "what is not supported is refused cleanly", Group: Optional, Suites: RFCSuite | OptSuite, Impact: rfcOnly,
			Why:    "A client that tries an optional part must see that it is not there, and not an outage.",
			Fix:    "Answer 501, or 404, to /Bulk, /Me and /.search where they are not supported.",
			Source: "endpoint_checks B-03; RFC 7644 §3.11, §3.12", Run: unsupported,
		},
		{
			ID: "B-04", Title: "/Me shows the user that it is an alias of", Group: Optional, Suites: OptSuite | RFCSuite, Impact: rfcOnly,
			Why:    "Whoever follows /Me must learn the permanent address.",
			Fix:    "Answer GET /Me with the user of the token and its permanent address in meta.location, or with 501.",
			Source: "endpoint_checks B-04; RFC 7644 §3.11", Run: me,
		},
		{
			ID: "B-05", Title: "entity tags are kept where they are announced", Group: Optional, Suites: OptSuite | RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A client that sends If-Match relies on being refused when somebody else was faster.",
			Fix:    "Send ETag with the value of meta.version; answer 412 to an If-Match that does not fit and 304 to an If-None-Match that does; or set etag.supported to false.",
			Source: "endpoint_checks B-05; RFC 7644 §3.14; RFC 7643 §3.1", Run: entityTags,
		},
	}
}

// offers reports whether ServiceProviderConfig announces a feature.
func (p *Probe) offers(feature string) bool {
	v, _ := lookup(p.runner.facts.config, feature+".supported")
	return v == true
}

// URNs of bulk messages. Source: RFC 7644 §3.7.
const (
	bulkRequest  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponse = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkOf returns a bulk request of operations.
func bulkOf(operations ...any) *scim.Object {
	return scim.NewObject(scim.Member{Name: "schemas", Value: []any{bulkRequest}}, scim.Member{Name: "Operations", Value: operations})
}

func bulkPost(path, id string, data *scim.Object) *scim.Object {
	return scim.NewObject(scim.Member{Name: "method", Value: http.MethodPost}, scim.Member{Name: "path", Value: path},
		scim.Member{Name: "bulkId", Value: id}, scim.Member{Name: "data", Value: data})
}

// sendBulk sends a bulk request and returns the answers of its operations by bulkId.
// What they made is removed when the check ends.
func (p *Probe) sendBulk(ctx context.Context, body *scim.Object) map[string]*scim.Object {
	if !p.offers("bulk") {
		p.notOffered("bulk is not announced")
	}
	a := p.do(ctx, post("Bulk", body))
	done := map[string]*scim.Object{}
	for _, o := range elements(a.Object(), "Operations") {
		done[o.Text("bulkId")] = o
		resource, id, ok := located(o.Text("location"))
		if ok && strings.HasPrefix(statusOf(o), "2") {
			p.made(resource, id, o.Text("bulkId"))
		}
	}
	p.must(a.Is(http.StatusOK), "POST /Bulk answers 200", "%s", a.Says())
	p.expect(hasSchema(a.Object(), bulkResponse), "the answer to a bulk request has the schema "+bulkResponse, "schemas is %s", showMember(a.Object(), "schemas"))
	return done
}

// located takes the resource and the id from the end of an address.
func located(location string) (resource, id string, ok bool) {
	parts := strings.Split(location, "/")
	if len(parts) < 2 {
		return "", "", false
	}
	return parts[len(parts)-2], parts[len(parts)-1], parts[len(parts)-1] != ""
}

// statusOf returns the status of an operation in a bulk answer, a text or a number.
func statusOf(o *scim.Object) string {
	v, _ := o.Get("status")
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func bulk(ctx context.Context, p *Probe) {
	withGroup := !p.runner.facts.noGroups && !p.runner.options.NoGroups
	operations := []any{bulkPost("/Users", "ann", p.userBody())}
	if withGroup {
		member := valueObject(scim.Member{Name: "value", Value: "bulkId:ann"})
		operations = append(operations, bulkPost("/Groups", "team", p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}}, scim.Member{Name: "members", Value: []any{member}})))
	}
	done := p.sendBulk(ctx, bulkOf(operations...))
	p.expect(statusOf(done["ann"]) == "201", "the create of a user in bulk has the status 201", "it has %s", show(done["ann"]))
	_, id, ok := located(done["ann"].Text("location"))
	p.must(ok, "the create of a user in bulk has a location", "it has %s", show(done["ann"]))
	p.readUser(ctx, id)
	if !withGroup {
		return
	}
	p.expect(statusOf(done["team"]) == "201", "the create of a group in bulk has the status 201", "it has %s", show(done["team"]))
	_, team, _ := located(done["team"].Text("location"))
	if members := p.members(ctx, team); members.shown {
		p.expect(len(members.ids) == 1 && members.ids[0] == id, "the reference bulkId:ann becomes the id of the new user", "members is %s", show(toAny(members.ids)))
	}
}

func bulkFailures(ctx context.Context, p *Probe) {
	bad := p.userBody()
	bad.Delete("userName")
	done := p.sendBulk(ctx, bulkOf(bulkPost("/Users", "bad", bad), bulkPost("/Users", "good", p.userBody())))
	p.expect(statusOf(done["bad"]) == "400", "a user without userName in bulk has the status 400", "it has %s", show(done["bad"]))
	p.expect(statusOf(done["good"]) == "201", "an operation after a failed one is done", "it has %s", show(done["good"]))
}

func unsupported(ctx context.Context, p *Probe) {
	for _, c := range []struct {
		offered bool
		request
	}{
		{p.offers("bulk"), post("Bulk", bulkOf())},
		{false, get("Me")},
		{false, post(".search", scim.NewObject(scim.Member{Name: "schemas", Value: []any{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}}, scim.Member{Name: "filter", Value: equals("userName", p.newUserName())}))},
	} {
		if c.offered || p.runner.options.ReadOnly && c.Method != http.MethodGet {
			continue
		}
		a := p.do(ctx, c.request)
		p.expect(a.Err == nil && (a.Status < 500 || a.Status == http.StatusNotImplemented), a.request.where()+" is answered, or refused with 501 or 4xx", "%s", a.Says())
	}
}

func me(ctx context.Context, p *Probe) {
	a := p.do(ctx, get("Me"))
	if !a.OK() {
		p.notOffered("/Me is refused: %s", a.Says())
	}
	location := lookupText(a.Object(), "meta.location")
	p.expect(a.ID() != "" && hasSchema(a.Object(), scim.UserSchema), "GET /Me answers with a user", "%s", a.Says())
	p.expect(strings.HasSuffix(location, "/Users/"+escapeSegment(a.ID())), "meta.location of /Me is the permanent address", "it is %q", location)
}

func entityTags(ctx context.Context, p *Probe) {
	if !p.offers("etag") {
		p.notOffered("entity tags are not announced")
	}
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	tag, version := a.Header.Get("ETag"), lookupText(a.Object(), "meta.version")
	p.must(tag != "", "a user is returned with an ETag", "there is none")
	p.expect(tag == version, "ETag is meta.version", "ETag is %q, meta.version is %q", tag, version)
	p.as(Impact{RFC: Note}).expect(strings.HasPrefix(tag, `W/"`) || strings.HasPrefix(tag, `"`), "ETag is quoted, with W/ in front where it is weak", "it is %q", tag)
	same := one(http.MethodGet, "Users", u.ID)
	same.Header = header("If-None-Match", tag)
	p.answers(p.do(ctx, same), http.StatusNotModified)
	stale := one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "displayName", "Stale")))
	stale.Header = header("If-Match", `W/"`+p.newName()+`"`)
	p.answers(p.do(ctx, stale), http.StatusPreconditionFailed)
	fresh := one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "displayName", "Fresh")))
	fresh.Header = header("If-Match", tag)
	b := p.do(ctx, fresh)
	p.expect(b.OK(), "PATCH with the If-Match that GET gave is done", "%s", b.Says())
	now := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	p.expect(now.Header.Get("ETag") != tag, "ETag is another after a change", "it is %q as before", tag)
}
