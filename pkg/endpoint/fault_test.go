package endpoint_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// fault is one way in which a server is broken, and the check that must find it. The
// embedded target is wrapped: request changes what it sees, handler answers in its
// place unless it returns nil, reply changes what it said. State lives in the
// closures, so each table is made anew for a run.
type fault struct {
	check string
	name  string
	// What the check must say at least; the zero Impact is the check's own.
	impact  endpoint.Impact
	options func(*endpoint.Options)         // of the run; may be nil
	under   func(http.Handler) http.Handler // what the target has beyond the embedded one; may be nil

	request func(c *call)
	handler func(c *call) *reply
	reply   func(c *call, a *reply)
}

// call is a request on its way to the target. Changes of body reach it.
type call struct {
	*http.Request
	raw  []byte
	body *scim.Object // nil when there is none
}

// is reports whether the call is of a method to a path below the base: "POST",
// "/Users". A path that ends in /* is one with an id behind it; method "" is any.
func (c *call) is(method, path string) bool {
	if method != "" && c.Method != method {
		return false
	}
	at := strings.TrimPrefix(c.URL.Path, "/scim/v2")
	if collection, ok := strings.CutSuffix(path, "/*"); ok {
		id, below := strings.CutPrefix(at, collection+"/")
		return below && id != "" && !strings.Contains(id, "/")
	}
	return at == path
}

// id returns the last segment of the path.
func (c *call) id() string { return c.URL.Path[strings.LastIndexByte(c.URL.Path, '/')+1:] }

// filter returns the filter parameter.
func (c *call) filter() string { return c.URL.Query().Get("filter") }

// operations returns the operations of a PATCH.
func (c *call) operations() []*scim.Object {
	if c.body == nil || c.Method != http.MethodPatch {
		return nil
	}
	v, _ := c.body.Get("Operations")
	list, _ := v.([]any)
	var ops []*scim.Object
	for _, item := range list {
		if o, ok := item.(*scim.Object); ok {
			ops = append(ops, o)
		}
	}
	return ops
}

// setQuery changes a query parameter, "" removes it.
func (c *call) setQuery(name, value string) {
	q := c.URL.Query()
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	c.URL.RawQuery = q.Encode()
}

// reply is an answer on its way back. Where body is an object, it is what is sent.
type reply struct {
	status int
	header http.Header
	raw    []byte
	body   *scim.Object
}

// resources returns the resources of a ListResponse.
func (a *reply) resources() []*scim.Object {
	v, _ := a.body.Get("Resources")
	list, _ := v.([]any)
	var out []*scim.Object
	for _, item := range list {
		if o, ok := item.(*scim.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// each returns the resources that the answer shows, one or many.
func (a *reply) each() []*scim.Object {
	if a.body == nil {
		return nil
	}
	if _, ok := a.body.Get("Resources"); ok {
		return a.resources()
	}
	return []*scim.Object{a.body}
}

// failure is a SCIM error answer.
func failure(status int, scimType, detail string) *reply {
	return &reply{status: status, header: http.Header{"Content-Type": {scim.ContentType}}, body: scim.Errorf(status, scimType, "%s", detail).Object()}
}

// page is an answer in HTML.
func page(status int) *reply {
	return &reply{status: status, header: http.Header{"Content-Type": {"text/html"}}, raw: []byte("<html><title>Oops</title></html>")}
}

// wrap puts the fault around a target.
func (f fault) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		c := &call{Request: r, raw: raw}
		c.body, _ = scim.ParseObject(raw) // nil for what is none
		if f.request != nil {
			f.request(c)
		}
		var a *reply
		if f.handler != nil {
			a = f.handler(c)
		}
		if a == nil {
			a = c.forward(next)
		}
		if f.reply != nil {
			f.reply(c, a)
		}
		a.write(w)
	})
}

// forward lets the target answer.
func (c *call) forward(next http.Handler) *reply {
	raw := c.raw
	if c.body != nil {
		var err error
		if raw, err = c.body.AppendJSON(nil); err != nil {
			panic(err)
		}
	}
	r := c.Request.Clone(c.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	a := &reply{status: rec.Code, header: rec.Header(), raw: rec.Body.Bytes()}
	a.body, _ = scim.ParseObject(a.raw)
	return a
}

func (a *reply) write(w http.ResponseWriter) {
	raw := a.raw
	if a.body != nil {
		var err error
		if raw, err = a.body.AppendJSON(nil); err != nil {
			panic(err)
		}
	}
	maps.Copy(w.Header(), a.header)
	w.Header().Del("Content-Length")
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	}
	w.WriteHeader(a.status)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		_, _ = w.Write(raw)
	}
}

// faults joins the tables, one a group of checks.
func faults() []fault {
	return slices.Concat(
		transportFaults(), discoveryFaults(), createFaults(),
		queryFaults(), queryMoreFaults(),
		userPatchFaults(),
		putFaults(), oktaFaults(), loadFaults(),
		lifecycleFaults(),
		groupFaults(),
		errorFaults(),
		optionalFaults(),
		roundTripFaults(),
	)
}

// TestFaults breaks the embedded target in one way after the other: the check that is
// about it must fail, and be as grave as the table says.
func TestFaults(t *testing.T) {
	for _, f := range faults() {
		t.Run(fmt.Sprintf("%s/%s", f.check, f.name), func(t *testing.T) {
			t.Parallel()
			url, _ := target(t, func(next http.Handler) http.Handler {
				if f.under != nil {
					next = f.under(next)
				}
				return f.wrap(next)
			})
			o := endpoint.Options{URL: url, Only: []string{f.check}}
			if f.options != nil {
				f.options(&o)
			}
			report := test(t, o)
			r := report.Results[0]
			want := f.impact
			if want == (endpoint.Impact{}) {
				want = r.Check.Impact
			}
			for _, side := range endpoint.Sides() {
				if r.Impact.On(side) != want.On(side) {
					t.Errorf("%s: %s is the impact, want %s", side, r.Impact.On(side), want.On(side))
				}
			}
			if want.Worst() >= endpoint.Degrades && r.Status != endpoint.Fail || t.Failed() {
				t.Errorf("status %s %s %s", r.Status, r.Cause, r.Reason)
				for _, c := range r.Claims {
					t.Logf("%v %s: %s %v", c.OK, c.Text, c.Saw, c.Impact)
				}
			}
		})
	}
}

// TestEveryCheckHasAFault wants a fault for each check that can fail.
func TestEveryCheckHasAFault(t *testing.T) {
	broken := map[string]bool{"T-14": true} // TestTLS has its faults
	for _, f := range faults() {
		broken[f.check] = true
	}
	for _, c := range endpoint.Checks() {
		if c.Impact.Worst() >= endpoint.Degrades && !broken[c.ID] {
			t.Errorf("%s %s: no fault shows that it can fail", c.ID, c.Title)
		}
	}
}
