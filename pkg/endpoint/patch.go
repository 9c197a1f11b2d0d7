package endpoint

import (
	"context"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim"
)

// op is one operation of a PATCH; a path or value that is not there is left out.
func op(kind, path string, value any) scim.PatchOp {
	return scim.PatchOp{Op: kind, Path: path, Value: value}
}

// patchOf is the body of a PATCH with the operations.
func patchOf(ops ...scim.PatchOp) *scim.Object { return scim.PatchRequest{Operations: ops}.Body() }

// values of a pathless operation.
func valueObject(members ...scim.Member) *scim.Object { return scim.NewObject(members...) }

// change is one difference that a mapping asks for: a core or extension path of a
// constant form, had or not before.
func change(path, value string, had bool) scim.Change {
	p, err := scim.ParsePath(path)
	c := scim.Change{AttributeValue: scim.AttributeValue{Path: p, Values: []string{value}}, Had: had}
	switch {
	case err != nil:
		c.Path = scim.Path{Attribute: path} // the paths of checks are constants
	case path == "active":
		c.Type = scim.BooleanValue
	case path == managerPath:
		c.Type = scim.ReferenceValue
	}
	return c
}

// managerPath is the target attribute of a user's manager.
const managerPath = scim.EnterpriseUserSchema + ":manager"

// update is the PATCH that a dialect sends for the changes.
func (p *Probe) update(d scim.Dialect, changes ...scim.Change) *scim.Object {
	body, err := scim.UpdateUser(d, changes)
	if err != nil {
		p.block("the body of a PATCH cannot be made: %v", err)
	}
	return body
}

// patchUser sends a PATCH with the headers of a dialect.
func (p *Probe) patchUser(ctx context.Context, d scim.Dialect, id string, body *scim.Object) *answer {
	return p.do(ctx, one(http.MethodPatch, "Users", id).With(body).As(d))
}

// took claims that a PATCH is answered as done: 200 or 204. Source: entra_wire W-50.
func (p *Probe) took(a *answer, what string) bool {
	return p.expect(a.Is(http.StatusOK, http.StatusNoContent), what+" answers 200 or 204", "%s", a.Says())
}

// holds claims that a path of a resource has a value.
func (p *Probe) holds(o *scim.Object, path string, want any, when string) bool {
	got, has := lookup(o, path)
	if !has {
		return p.expect(false, path+" has the new value after "+when, "it has none")
	}
	return p.expect(got == want, path+" has the new value after "+when, "%s was sent, it is %s", show(want), show(got))
}

// hasNot claims that a path selects nothing that means anything.
func (p *Probe) hasNot(o *scim.Object, path, when string) bool {
	got, has := lookup(o, path)
	return p.expect(!has || got == "" || isEmpty(got), path+" has no value after "+when, "it is %s", show(got))
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case *scim.Object:
		return v.Len() == 0
	}
	return false
}
