package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply builds an answer.
func reply(status int, contentType, body string, headers ...string) transport {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		if contentType != "" {
			h.Set("Content-Type", contentType)
		}
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			h.Set(name, value)
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
	}
}

func newClient(t testing.TB, o client.Options) *client.Client {
	t.Helper()
	if o.BaseURL == "" {
		o.BaseURL = "https://scim.example/v2"
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustObject(t testing.TB, text string) *scim.Object {
	t.Helper()
	o, err := scim.ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestRequests pins what goes on the wire.
func TestRequests(t *testing.T) {
	body := mustObject(t, `{"schemas":["a"],"userName":"<é>"}`)
	ctx := t.Context()
	tests := []struct {
		name, base string
		send       func(*client.Client) error
		want       string
	}{
		{"search, order kept", "https://h.example/api/scim/v2/", func(c *client.Client) error {
			_, err := c.Search(ctx, "Groups", client.Param{Name: "excludedAttributes", Value: "members"}, client.Param{Name: "filter", Value: `displayName eq "A + B & C"`})
			return err
		}, "GET https://h.example/api/scim/v2/Groups?excludedAttributes=members&filter=displayName%20eq%20%22A%20%2B%20B%20%26%20C%22"},
		{"get", "https://h.example", func(c *client.Client) error {
			_, err := c.Get(ctx, "Groups", "g 1", url.Values{"excludedAttributes": {"members"}, "attributes": {"id"}})
			return err
		}, "GET https://h.example/Groups/g%201?attributes=id&excludedAttributes=members"},
		{"odd id", "https://h.example/scim", func(c *client.Client) error {
			_, err := c.Get(ctx, "Users", "a/b?c#d@e%f", nil)
			return err
		}, "GET https://h.example/scim/Users/a%2Fb%3Fc%23d@e%25f"},
		{"dots as id", "https://h.example/scim", func(c *client.Client) error {
			_, err := c.Get(ctx, "Users", "..", nil)
			return err
		}, "GET https://h.example/scim/Users/%2E%2E"},
		{"flag not sent on", "https://h.example/scim/?aadOptscim062020", func(c *client.Client) error {
			_, err := c.Get(ctx, "Users", "1", nil)
			return err
		}, "GET https://h.example/scim/Users/1"},
		{"other query kept", "https://h.example/scim?tenant=a%20b&AzureAdScimPatch2017&bare", func(c *client.Client) error {
			_, err := c.Search(ctx, "Users", client.Param{Name: "count", Value: "1"})
			return err
		}, "GET https://h.example/scim/Users?tenant=a%20b&bare&count=1"},
		{"escaped base path", "https://h.example/a%2Fb//", func(c *client.Client) error { return c.Delete(ctx, "Users", "1") }, "DELETE https://h.example/a%2Fb/Users/1"},
		{"create", "http://h.example:8080/", func(c *client.Client) error {
			_, err := c.Create(ctx, "Users", body)
			return err
		}, "POST http://h.example:8080/Users application/scim+json " + `{"schemas":["a"],"userName":"<é>"}`},
		{"patch", "https://h.example", func(c *client.Client) error {
			_, err := c.Patch(ctx, "Users", "1", body)
			return err
		}, "PATCH https://h.example/Users/1 application/scim+json " + `{"schemas":["a"],"userName":"<é>"}`},
		{"replace", "https://h.example", func(c *client.Client) error {
			_, err := c.Replace(ctx, "Users", "1", body)
			return err
		}, "PUT https://h.example/Users/1 application/scim+json " + `{"schemas":["a"],"userName":"<é>"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			c := newClient(t, client.Options{BaseURL: tt.base, Token: "tok", Transport: transport(func(r *http.Request) (*http.Response, error) {
				sent, _ := io.ReadAll(r.Body)
				got = strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), sent))
				if r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("Accept") != scim.ContentType {
					t.Errorf("header %v", r.Header)
				}
				return reply(200, scim.ContentType, `{"id":"1","totalResults":0}`)(r)
			})})
			if err := tt.send(c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHeadersOnTheWire looks at what net/http really sends.
func TestHeadersOnTheWire(t *testing.T) {
	var header http.Header
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.WriteHeader(204)
	}))
	defer ts.Close()
	if err := newClient(t, client.Options{BaseURL: ts.URL}).Delete(t.Context(), "Users", "1"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"User-Agent", "Authorization", "Content-Type"} {
		if v, ok := header[name]; ok {
			t.Errorf("%s: %q was sent", name, v)
		}
	}
	if err := newClient(t, client.Options{BaseURL: ts.URL, UserAgent: "scimctl/1"}).Delete(t.Context(), "Users", "1"); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("User-Agent"); got != "scimctl/1" {
		t.Errorf("User-Agent %q", got)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, o := range []client.Options{
		{BaseURL: ""}, {BaseURL: "scim.example/v2"}, {BaseURL: "ftp://h.example"}, {BaseURL: "https:///v2"}, {BaseURL: "https://h.example/#x"},
		{BaseURL: "https://ann:canary-password@h.example/v2"}, {BaseURL: "https://ann:canary-password@h.example:x/v2"}, {BaseURL: "https://h.example/%zz"}, {BaseURL: "https://h.example/?a=%zz"}, {BaseURL: "https:h.example"},
		{BaseURL: "https://h.example", Token: "canary token"}, {BaseURL: "https://h.example", Token: "canary\n"}, {BaseURL: "https://h.example", Token: "canaryé"},
	} {
		c, err := client.New(o)
		if err == nil || c != nil {
			t.Errorf("%q was accepted", o.BaseURL)
			continue
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func TestSearchAnswers(t *testing.T) {
	const list = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],`
	good := map[string]string{
		list + `"totalResults":2,"startIndex":1,"itemsPerPage":1,"Resources":[{"id":"1"}]}`: "2 1 1 1",
		list + `"totalResults":0}`:                         "0 0 0 0",
		list + `"totalResults":0,"Resources":null}`:        "0 0 0 0",
		`{"totalResults":1,"resources":[{}]}`:              "1 0 0 1",
		list + `"totalResults":0,"Resources":[],"more":1}`: "0 0 0 0",
	}
	for body, want := range good {
		l, err := newClient(t, client.Options{Transport: reply(200, "application/json; charset=utf-8", body)}).Search(t.Context(), "Users")
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := fmt.Sprint(l.TotalResults, l.StartIndex, l.ItemsPerPage, len(l.Resources)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	counted := newClient(t, client.Options{Transport: reply(200, scim.ContentType, list+`"totalResults":7}`)})
	if l, err := counted.Search(t.Context(), "Users", client.Param{Name: "count", Value: "0"}); err != nil || l.TotalResults != 7 {
		t.Errorf("count=0: %v, %v", l, err)
	}
	for _, body := range []string{
		`{"id":"1","userName":"bare"}`, `[]`, `[{"id":"1"}]`, `{}`, ``, `null`, `"x"`,
		`{"schemas":["urn:x"],"totalResults":0}`, list + `"totalResults":"1"}`, list + `"totalResults":-1}`, list + `"totalResults":1.5}`, list + `"totalResults":1}`,
		list + `"totalResults":1,"Resources":{}}`, list + `"totalResults":1,"Resources":["x"]}`, list + `"totalResults":1,"startIndex":"x","Resources":[]}`,
	} {
		_, err := newClient(t, client.Options{Transport: reply(200, scim.ContentType, body)}).Search(t.Context(), "Users")
		if e, ok := errors.AsType[*client.Error](err); !ok || e.Kind != client.KindProtocol {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

func TestAnswersOfChanges(t *testing.T) {
	body := mustObject(t, `{"a":1}`)
	tests := []struct {
		status   int
		body     string
		patch    string // "nil", an id, or an error's kind
		creation string
	}{
		{200, `{"id":"1"}`, "1", "1"},
		{201, `{"id":"1"}`, "1", "1"},
		{204, ``, "nil", "protocol"},
		{200, ``, "nil", "protocol"},
		{200, ` `, "nil", "protocol"},
		{201, `{"userName":"x"}`, "", "protocol"},
		{201, `{"id":7}`, "", "protocol"},
	}
	for _, tt := range tests {
		c := newClient(t, client.Options{Transport: reply(tt.status, scim.ContentType, tt.body)})
		show := func(o *scim.Object, err error) string {
			if e, ok := errors.AsType[*client.Error](err); ok {
				return e.Kind.String()
			}
			if o == nil {
				return "nil"
			}
			return o.ID()
		}
		if got := show(c.Patch(t.Context(), "Users", "1", body)); got != tt.patch {
			t.Errorf("PATCH %d %q: %s, want %s", tt.status, tt.body, got, tt.patch)
		}
		if got := show(c.Create(t.Context(), "Users", body)); got != tt.creation {
			t.Errorf("POST %d %q: %s, want %s", tt.status, tt.body, got, tt.creation)
		}
	}
}

func TestObserve(t *testing.T) {
	var seen []client.Exchange
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := newClient(t, client.Options{
		Token: "canary", Observe: func(e client.Exchange) { seen = append(seen, e) },
		Now:       func() time.Time { now = now.Add(time.Second); return now },
		Transport: reply(201, scim.ContentType, `{"id":"1"}`, "X-Trace: t"),
	})
	if _, err := c.Create(t.Context(), "Users", mustObject(t, `{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	want := []client.Exchange{{
		Method: "POST", URL: "https://scim.example/v2/Users", Status: 201,
		RequestHeader:  http.Header{"Accept": {scim.ContentType}, "Authorization": {"Bearer ***"}, "Content-Type": {scim.ContentType}},
		RequestBody:    []byte(`{"a":1}`),
		ResponseHeader: http.Header{"Content-Type": {scim.ContentType}, "X-Trace": {"t"}}, ResponseBody: []byte(`{"id":"1"}`),
		Started: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC), Took: time.Second,
	}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("exchange (-want +got):\n%s", diff)
	}
}

// TestRoundTrip is the property that what the client sends as Entra does, in each
// dialect, is what the server then has.
func TestRoundTrip(t *testing.T) {
	for _, d := range []scim.Dialect{scim.Entra, scim.EntraCompliant, scim.EntraPatch2017} {
		t.Run(string(d), func(t *testing.T) {
			ts := httptest.NewServer(server.New(server.Options{Token: "tok"}))
			defer ts.Close()
			c := newClient(t, client.Options{BaseURL: ts.URL, Token: "tok"})
			lifeCycle(t, c, d)
		})
	}
}

func lifeCycle(t *testing.T, c *client.Client, d scim.Dialect) {
	ctx := context.Background()
	const enterprise = scim.EnterpriseUserSchema + ":"
	set := func(path string, typ scim.ValueType, v string) scim.AttributeValue {
		p, err := scim.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		return scim.AttributeValue{Path: p, Type: typ, Values: []string{v}}
	}
	check := func(o *scim.Object, err error) *scim.Object {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	values := []scim.AttributeValue{
		set("userName", scim.StringValue, "ann ☺ \"x\"@contoso.example"), set("externalId", scim.StringValue, "E'1"), set("active", scim.BooleanValue, "True"),
		set("name.givenName", scim.StringValue, "Ann"), set(`emails[type eq "work"].value`, scim.StringValue, "a+b@contoso.example"),
		set(`phoneNumbers[type eq "mobile"].value`, scim.StringValue, "+33 1"), set(enterprise+"department", scim.StringValue, "R&D"),
		set("urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge", scim.IntegerValue, "7"), set(`roles[primary eq "True"].value`, scim.StringValue, "Admin"),
	}
	holds := func(id string, v scim.AttributeValue, want any) {
		t.Helper()
		o := check(c.Get(ctx, "Users", id, nil))
		if got, _ := o.First(v.Path); got != want {
			t.Errorf("%s = %v, want %v", v.Path, got, want)
		}
	}
	body := check(scim.CreateUser(d, values))
	id := check(c.Create(ctx, "Users", body)).ID()
	for _, v := range values {
		want := any(v.Values[0])
		switch v.Type {
		case scim.BooleanValue:
			want = true
		case scim.IntegerValue:
			want = json.Number(v.Values[0])
		}
		holds(id, v, want)
	}
	boss := check(c.Create(ctx, "Users", check(scim.CreateUser(d, []scim.AttributeValue{set("userName", scim.StringValue, "boss")})))).ID()
	for _, f := range []string{scim.Equal(values[0].Path, values[0].Values[0]).String(), scim.Equal(values[1].Path, "E'1").String(), scim.Equal(values[4].Path, "A+B@contoso.example").String()} {
		l, err := c.Search(ctx, "Users", client.Param{Name: "filter", Value: f})
		if err != nil || len(l.Resources) != 1 || l.Resources[0].ID() != id {
			t.Errorf("%s: %+v, %v", f, l, err)
		}
	}
	changes := []scim.Change{
		{AttributeValue: set("active", scim.BooleanValue, "False"), Had: true},
		{AttributeValue: set("name.givenName", scim.StringValue, "Bea"), Had: true},
		{AttributeValue: set("title", scim.StringValue, "Boss")},
		{AttributeValue: set(`emails[type eq "home"].value`, scim.StringValue, "h@contoso.example")},
		{AttributeValue: set(enterprise+"manager", scim.ReferenceValue, boss)},
		{AttributeValue: scim.AttributeValue{Path: values[5].Path}, Had: true},
	}
	check(c.Patch(ctx, "Users", id, check(scim.UpdateUser(d, changes))))
	holds(id, changes[0].AttributeValue, false)
	holds(id, changes[1].AttributeValue, "Bea")
	holds(id, changes[2].AttributeValue, "Boss")
	holds(id, changes[3].AttributeValue, "h@contoso.example")
	holds(id, set(enterprise+"manager.value", scim.StringValue, ""), boss)
	holds(id, values[5], nil)
	l, err := c.Search(ctx, "Users", client.Param{Name: "attributes", Value: "id"}, client.Param{Name: "filter", Value: `id eq "` + id + `" and manager.value eq "` + boss + `"`})
	if err != nil || len(l.Resources) != 1 {
		t.Errorf("reference check: %+v, %v", l, err)
	}

	group := check(c.Create(ctx, "Groups", check(scim.CreateGroup(d, []scim.AttributeValue{set("displayName", scim.StringValue, "G")})))).ID()
	if o, err := c.Patch(ctx, "Groups", group, scim.AddMembers(d, []string{id, boss})); o != nil || err != nil {
		t.Errorf("adding members: %v, %v", o, err)
	}
	check(c.Patch(ctx, "Groups", group, scim.RemoveMembers(d, []string{id})))
	members, err := scim.ParsePath("members.value")
	if err != nil {
		t.Fatal(err)
	}
	if got := check(c.Get(ctx, "Groups", group, nil)).Lookup(members); len(got) != 1 || got[0] != boss {
		t.Errorf("members %v", got)
	}
	if o := check(c.Get(ctx, "Groups", group, url.Values{"excludedAttributes": {"members"}})); len(o.Lookup(members)) != 0 {
		t.Error("members were not left out")
	}
	_, err = c.Create(ctx, "Users", body)
	if e, ok := errors.AsType[*client.Error](err); !ok || e.Status != 409 || e.SCIM == nil || e.SCIM.ScimType != scim.Uniqueness {
		t.Errorf("duplicate: %v", err)
	}
	if err := c.Delete(ctx, "Users", id); err != nil {
		t.Error(err)
	}
	if err := c.Delete(ctx, "Users", id); err == nil || !strings.Contains(err.Error(), "404 Not Found: User") {
		t.Errorf("second deletion: %v", err)
	}
}

// TestOktaHeadersOnTheWire: a dialect has headers of its own. Source: okta_contract §9.
func TestOktaHeadersOnTheWire(t *testing.T) {
	var header http.Header
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.WriteHeader(204)
	}))
	defer ts.Close()
	for _, d := range []scim.Dialect{scim.OktaOIN, scim.OktaAIW} {
		if _, err := newClient(t, client.Options{BaseURL: ts.URL, Dialect: d}).Patch(t.Context(), "Users", "1", mustObject(t, `{}`)); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"User-Agent": "Okta SCIM Client 1.0.0", "Accept": "application/scim+json", "Accept-Charset": "utf-8", "Content-Type": "application/scim+json; charset=utf-8",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", d, name, got, want)
			}
		}
	}
	if err := newClient(t, client.Options{BaseURL: ts.URL, Dialect: scim.OktaOIN, UserAgent: "OKTA SCIM Integration"}).Delete(t.Context(), "Users", "1"); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("User-Agent"); got != "OKTA SCIM Integration" {
		t.Errorf("User-Agent %q, want the one that was asked for", got)
	}
}
