package emulator

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// controlPrefix begins the paths of the control API, with which a test moves the
// tenant: people come and go, the clock runs, cycles are called. It is the
// emulator's own: Microsoft Graph has nothing like it, and the prefix is no tenant's
// name.
const controlPrefix = "_control"

// maxControl is the limit on the body of a control request in bytes: a year of
// people fits into one.
const maxControl = 64 << 20

// controlRoutes is the whole control API, below the prefix. The handlers are those
// of Graph's routes in kind: access says how they treat the state.
func controlRoutes() []*route {
	var table []*route
	for _, part := range [][]route{
		jobControls(), clockControls(), directoryControls(), faultControls(),
	} {
		for _, r := range part {
			r.steps = strings.Split(strings.Trim(r.pattern, "/"), "/")
			table = append(table, &r)
		}
	}
	return table
}

// serveControl answers a request of the control API; rest is the path after the
// prefix, still escaped. Errors have the form of Graph's: error.code says what kind,
// error.message what to do.
func (e *Emulator) serveControl(w http.ResponseWriter, r *http.Request, rest string) {
	rep, err := e.control(r, rest)
	if err != nil {
		f, ok := errors.AsType[*failure](err)
		if !ok {
			f = fail(http.StatusInternalServerError, "InternalServerError", "%v", err)
		}
		id := uuid.NewString()
		for name, values := range f.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("request-id", id)
		w.WriteHeader(f.status)
		_, _ = w.Write(envelopeOf(f, id, id, e.now()))
		return
	}
	if len(rep.encoded) > 0 {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.encoded)
}

func (e *Emulator) control(r *http.Request, rest string) (*rendered, error) {
	if err := e.mayControl(r); err != nil {
		return nil, err
	}
	path, isPath := splitPath(rest)
	if !isPath {
		return nil, fail(http.StatusBadRequest, "BadRequest", "The path is not well formed.")
	}
	found, params, exists, _ := match(e.controls, r.Method, path)
	switch {
	case found == nil && exists:
		return nil, fail(http.StatusMethodNotAllowed, "MethodNotAllowed", "The control API has this path, but not with method %s. It has: %s.", r.Method, e.controlList())
	case found == nil:
		return nil, fail(http.StatusNotFound, "ResourceNotFound", "The control API has no such path. It has: %s.", e.controlList())
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxControl+1))
	switch {
	case err != nil:
		return nil, fail(http.StatusBadRequest, "BadRequest", "The request body could not be read.")
	case len(body) > maxControl:
		return nil, fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is larger than %d bytes; send it in parts.", maxControl)
	}
	return e.run(&call{e: e, r: r, version: "v1.0", base: baseOf(r), params: params, body: body}, found)
}

// controlList names what there is, for whoever asked for something else.
func (e *Emulator) controlList() string {
	var all []string
	for _, r := range e.controls {
		all = append(all, r.method+" /"+controlPrefix+r.pattern)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// mayControl judges who asks. The host must be this machine by name, so that no web
// page reaches the API by a name of its own that resolves to loopback. The caller
// proves itself with the client's id and secret as basic credentials, the secret
// as a bearer token, or a token that the emulator issued.
func (e *Emulator) mayControl(r *http.Request) error {
	if !isLoopback((&url.URL{Host: r.Host}).Hostname()) {
		return fail(http.StatusForbidden, "LoopbackOnly", "The control API answers on localhost and loopback addresses only, and this request names another host.")
	}
	e.mu.RLock()
	id, secret := e.state.ClientID, e.state.ClientSecret
	e.mu.RUnlock()
	if user, password, ok := r.BasicAuth(); ok {
		if strings.EqualFold(user, id) && equalSecrets(password, secret) {
			return nil
		}
		return noControl("The client id or the client secret is wrong.")
	}
	token, ok := bearer(r)
	if !ok {
		return noControl("The request carries no credentials.")
	}
	if equalSecrets(token, secret) {
		return nil
	}
	if _, err := e.authenticate(r, baseOf(r)); err != nil {
		return noControl("The bearer token is neither the client secret nor a valid token of this emulator.")
	}
	return nil
}

func noControl(what string) *failure {
	f := fail(http.StatusUnauthorized, "Unauthorized", "%s Send the clientId and clientSecret that the emulator printed as basic credentials, or a bearer token from its token endpoint.", what)
	f.header = http.Header{"Www-Authenticate": {`Basic realm="emulator control"`}}
	return f
}
