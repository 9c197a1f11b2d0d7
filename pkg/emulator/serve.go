package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

// serveGraph answers a request below /v1.0 or /beta; rest is the path after the
// version, still escaped.
func (e *Emulator) serveGraph(w http.ResponseWriter, r *http.Request, version, rest string) {
	began := time.Now()
	requestID := uuid.NewString()
	clientID := r.Header.Get("client-request-id")
	if _, err := uuid.Parse(clientID); err != nil {
		clientID = requestID
	}
	f := e.faults.Load().hit(r.Method, rest)
	if !pause(r.Context(), e.o.Latency+f.Delay) {
		return
	}
	if f.Reset == ResetBefore {
		e.tell(r, 0, began)
		panic(http.ErrAbortHandler)
	}
	a := f.answer()
	if a == nil {
		a = new(e.answer(r, version, rest))
	}
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("request-id", requestID)
	h.Set("client-request-id", clientID)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"EMULATOR"}}`)
	h.Set("Date", e.now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache")
	if a.failure != nil {
		a.body = envelopeOf(a.failure, requestID, clientID, e.now())
		h.Set("Content-Type", "application/json")
	}
	if len(a.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
		h.Set("OData-Version", "4.0")
	}
	if f.Reset == ResetAfter {
		e.tell(r, 0, began)
		panic(http.ErrAbortHandler)
	}
	f.spoil(h, a)
	e.tell(r, a.status, began)
	f.write(r.Context(), w, a)
}

// tell logs a request; status 0 is one that got no answer.
func (e *Emulator) tell(r *http.Request, status int, began time.Time) {
	if e.o.Log != nil {
		e.o.Log(Request{Method: r.Method, Path: r.URL.Path, Status: status, Took: time.Since(began)})
	}
}

// answer is what goes on the wire.
type answer struct {
	status  int
	body    []byte
	header  http.Header
	failure *failure
	route   *route // that answered, nil for none
}

// envelopeOf prints an error. The date has no offset. Source: graph_contract §1.
func envelopeOf(f *failure, requestID, clientID string, now time.Time) []byte {
	body, _ := encode(map[string]any{"error": map[string]any{
		"code": f.code, "message": f.message,
		"innerError": map[string]any{
			"date": now.UTC().Format("2006-01-02T15:04:05"), "request-id": requestID, "client-request-id": clientID,
		},
	}})
	return body
}

// encode prints JSON without escaping what HTML would mind.
func encode(v any) ([]byte, error) {
	if text, ok := v.(plain); ok {
		return []byte(text), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// answer runs a request through its handler.
func (e *Emulator) answer(r *http.Request, version, rest string) answer {
	rep, found, err := e.dispatch(r, version, rest)
	if err != nil {
		f, ok := errors.AsType[*failure](err)
		if !ok {
			f = fail(http.StatusInternalServerError, "InternalServerError", "%v", err)
		}
		return answer{status: f.status, header: f.header, failure: f, route: found}
	}
	return answer{status: rep.status, body: rep.encoded, header: rep.header, route: found}
}

// dispatch finds and calls the handler. The order is that of the service: who
// asks, how often, for what, and only then with what.
func (e *Emulator) dispatch(r *http.Request, version, rest string) (*rendered, *route, error) {
	base := baseOf(r)
	caller, err := e.authenticate(r, base)
	if err != nil {
		return nil, nil, err
	}
	if e.throttled() {
		return nil, nil, tooMany(e.throttleWait())
	}
	path, isPath := splitPath(rest)
	if !isPath {
		return nil, nil, fail(400, "BadRequest", "Invalid request.")
	}
	found, params, exists, known := match(e.routes, r.Method, path)
	if found == nil {
		return nil, nil, e.noRoute(path, exists, known)
	}
	if err := e.denied(found); err != nil {
		return nil, found, err
	}
	if err := e.permitted(caller, found, params); err != nil {
		return nil, found, err
	}
	query, err := odata.ParseQuery(r.URL.Query())
	if err != nil {
		return nil, found, queryFailure(err, found)
	}
	if wait := e.overspent(found, query); wait > 0 {
		return nil, found, tooMany(wait)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, found, err
	}
	c := &call{e: e, r: r, version: version, base: base, params: params, query: query, body: body}
	rep, err := e.run(c, found)
	return rep, found, err
}

// rendered is a reply whose body has been printed while the state was locked.
type rendered struct {
	*reply
	encoded []byte
}

// run calls the handler under the lock that it asks for.
func (e *Emulator) run(c *call, r *route) (*rendered, error) {
	switch r.access {
	case reading:
		e.mu.RLock()
		defer e.mu.RUnlock()
		c.state = e.state
		return finish(r.handle(c))
	case calling:
		c.state = e.state // handlers of this kind lock for themselves
		rep, err := finish(r.handle(c))
		if err == nil {
			err = e.save(parts{})
		}
		return rep, err
	}
	rep, err := func() (*rendered, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		c.state = e.state
		return finish(r.handle(c))
	}()
	_, changed := errors.AsType[*partial](err)
	if err == nil || changed {
		if problem := e.save(parts{people: r.touchesPeople()}); problem != nil {
			return nil, problem
		}
	}
	return rep, err
}

func finish(rep *reply, err error) (*rendered, error) {
	if err != nil {
		return nil, err
	}
	out := &rendered{reply: rep}
	if rep.body != nil {
		if out.encoded, err = encode(rep.body); err != nil {
			return nil, err
		}
		if _, isText := rep.body.(plain); isText {
			rep.header = http.Header{"Content-Type": {"text/plain"}}
		}
	}
	return out, nil
}

// baseOf is scheme and host as the client knows them.
func baseOf(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// noRoute words a path or method that the tenant does not have, in the style of
// the backend that it would have gone to.
func (e *Emulator) noRoute(path []segment, exists bool, known int) error {
	if i := indexOf(path, "synchronization"); i == 2 && known > i {
		return noResource(backendPath(path))
	}
	if exists {
		return wrongMethod()
	}
	return unknownSegment(path[min(known, len(path)-1)].text)
}

func indexOf(path []segment, text string) int {
	for i, s := range path {
		if strings.EqualFold(s.text, text) {
			return i
		}
	}
	return -1
}

// backendPath writes a path as the provisioning backend does: keys in
// parentheses.
func backendPath(path []segment) string {
	var b strings.Builder
	for i, s := range path {
		after := ""
		if i > 0 {
			after = path[i-1].text
		}
		switch {
		case after == "servicePrincipals" || after == "applications" || after == "jobs" || after == "templates" || after == "directories":
			b.WriteString("('" + s.text + "')")
		case i > 0:
			b.WriteString("/" + s.text)
		default:
			b.WriteString(s.text)
		}
	}
	return b.String()
}

// denied answers callers without permission, when that is switched on.
func (e *Emulator) denied(r *route) error {
	switch b := e.behaviour(); {
	case r.area == provisioning && b.DenySynchronization:
		return notAllowed()
	case (r.area == directory || r.area == logs) && b.DenyDirectory && !strings.HasPrefix(r.pattern, "/organization"):
		return refusal(r)
	}
	return nil
}

// queryFailure words a query option that is not taken.
func queryFailure(err error, r *route) error {
	q, ok := errors.AsType[*odata.Error](err)
	if !ok {
		return err
	}
	if r.area == logs {
		return fail(400, "BadRequest", "Invalid filter clause: %s", strings.TrimPrefix(q.Message, "Invalid filter clause: "))
	}
	return fail(400, "BadRequest", "%s", q.Message)
}

// throttled counts requests: the first ones of Behaviour.Throttle, then each
// tenth, are refused.
func (e *Emulator) throttled() bool {
	if e.behaviour().Throttle == 0 {
		return false
	}
	return e.throttles.Add(-1) >= 0 || e.requests.Add(1)%10 == 0
}

func (e *Emulator) throttleWait() time.Duration {
	if e.behaviour().ThrottleBare {
		return 0
	}
	return time.Second
}
