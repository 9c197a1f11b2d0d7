package endpoint

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim"
)

// facts are what is known of a server before the checks begin. They only decide what
// can run: the checks ask for themselves.
type facts struct {
	blocked  string // why nothing can be checked, "" when that is not so
	noGroups bool
	config   *scim.Object // ServiceProviderConfig, nil when it cannot be read
	types    []*scim.Object
	schemas  []*scim.Object
}

// gather asks what every check would stumble over: whether the server answers, takes
// the token, and has groups; and reads the discovery documents.
func (r *Runner) gather(ctx context.Context) facts {
	var f facts
	first := r.first(ctx)
	switch {
	case first.Status == 0:
		f.blocked = fmt.Sprintf("the endpoint does not answer: %v", first.Err)
	case first.Status >= 300 && first.Status < 400:
		f.blocked = "the endpoint redirects, and the token must not follow; give the address that answers itself"
	case first.Is(http.StatusUnauthorized, http.StatusForbidden):
		f.blocked = "the token is not accepted: " + first.Says()
	}
	if f.blocked != "" {
		return f
	}
	f.config = r.wire.send(ctx, get("ServiceProviderConfig")).discovered()
	f.types = r.discover(ctx, "ResourceTypes")
	f.schemas = r.discover(ctx, "Schemas")
	if r.options.Groups == nil && !r.options.NoGroups {
		f.noGroups = r.lacksGroups(ctx, f.types)
	}
	return f
}

// first makes the first request, and makes it again when there is no answer: a server
// that is still waking up must not cost the whole run.
func (r *Runner) first(ctx context.Context) *answer {
	const tries = 3
	for try := 1; ; try++ {
		a := r.wire.send(ctx, get("Users", scim.Entra.SearchUsers(nobody(Mark+r.run).String())...))
		if a.Status != 0 || try == tries || ctx.Err() != nil {
			return a
		}
	}
}

func (a *answer) discovered() *scim.Object {
	if !a.Is(http.StatusOK) {
		return nil
	}
	return a.Object()
}

func (r *Runner) discover(ctx context.Context, path string) []*scim.Object {
	list, problem := r.wire.send(ctx, get(path)).List()
	if problem != "" {
		return nil
	}
	return list.Resources
}

// lacksGroups reports whether a server says nowhere that it has groups, and has none.
func (r *Runner) lacksGroups(ctx context.Context, types []*scim.Object) bool {
	for _, t := range types {
		if t.Text("schema") == scim.GroupSchema || t.Text("endpoint") == "/Groups" {
			return false
		}
	}
	filter := scim.Equal(scim.Path{Attribute: "displayName"}, Mark+r.run).String()
	a := r.wire.send(ctx, get("Groups", scim.Entra.SearchGroups(filter)...))
	return a.Is(http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// nobody is a filter on userName that finds nothing.
func nobody(name string) scim.Filter { return scim.Equal(scim.Path{Attribute: "userName"}, name) }
