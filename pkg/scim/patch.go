package scim

// PatchOp is one operation of a PATCH request. Path may be empty.
type PatchOp struct {
	Op    string
	Path  string
	Value any // nil when absent
}

// PatchRequest is the body of a PATCH.
type PatchRequest struct{ Operations []PatchOp }

// ParsePatch reads a PATCH body in every shape that Entra and Okta send:
// operation names in any letter case, values as strings, objects or arrays,
// path-less objects with dotted and URN keys. The error is an *Error with status 400.
func ParsePatch(body *Object) (PatchRequest, error) { panic("scim: ParsePatch") }

// Apply changes the resource by the operations, or leaves it untouched and
// returns an *Error. It reports whether anything changed. As Entra expects, an
// add or replace on a value path that matches no element creates the element,
// and a remove with a value array removes just those elements.
// Source: entra_wire W-33, W-36.
func (r PatchRequest) Apply(o *Object) (changed bool, err error) { panic("scim: Apply") }
