package scim

import "strings"

// MaxOperations is the number of operations that one PATCH may have.
const MaxOperations = 10_000

// Names of PATCH operations in their canonical form. Source: RFC 7644 §3.5.2.
const (
	OpAdd     = "add"
	OpReplace = "replace"
	OpRemove  = "remove"
)

// PatchOp is one operation of a PATCH request. Path may be empty.
type PatchOp struct {
	Op    string // in any letter case
	Path  string
	Value any // nil when absent
}

// PatchRequest is the body of a PATCH.
type PatchRequest struct{ Operations []PatchOp }

// ParsePatch reads a PATCH body in every shape that Entra and Okta send:
// operation names in any letter case, values as strings, objects or arrays,
// path-less objects with dotted and URN keys. The error is an *Error with status 400.
//
// No operations at all are a PATCH that changes nothing: a validator was seen
// sending that. Source: endpoint_checks U-26, U-27; okta_contract §9.
func ParsePatch(body *Object) (PatchRequest, error) {
	if !hasSchema(body, PatchOpSchema) {
		return PatchRequest{}, badRequest(InvalidSyntax, "schemas must list %s", PatchOpSchema)
	}
	v, _ := body.Get("Operations")
	list, ok := v.([]any)
	if !ok {
		return PatchRequest{}, badRequest(InvalidSyntax, "Operations must be an array")
	}
	if len(list) > MaxOperations {
		return PatchRequest{}, badRequest(InvalidSyntax, "Operations has %d elements, more than %d", len(list), MaxOperations)
	}
	r := PatchRequest{Operations: make([]PatchOp, 0, len(list))}
	for i, item := range list {
		op, err := parseOperation(item)
		if err != nil {
			return PatchRequest{}, err.inOperation(i)
		}
		r.Operations = append(r.Operations, op)
	}
	return r, nil
}

func parseOperation(item any) (PatchOp, *Error) {
	o, ok := item.(*Object)
	if !ok {
		return PatchOp{}, badRequest(InvalidSyntax, "an operation must be an object")
	}
	op := PatchOp{Op: o.Text("op")}
	kind, ok := operationKind(op.Op)
	if !ok {
		return PatchOp{}, badRequest(InvalidSyntax, "op must be add, replace or remove")
	}
	if path, _ := o.Get("path"); path != nil {
		if op.Path, ok = path.(string); !ok {
			return PatchOp{}, badRequest(InvalidPath, "path must be a string")
		}
	}
	var given bool
	op.Value, given = o.Get("value")
	switch {
	case op.Path == "" && kind == OpRemove:
		return PatchOp{}, badRequest(NoTarget, "remove needs a path")
	case kind != OpRemove && !given:
		return PatchOp{}, badRequest(InvalidSyntax, "%s needs a value", kind)
	}
	if op.Path != "" {
		if _, err := ParsePath(op.Path); err != nil {
			return PatchOp{}, badRequest(InvalidPath, "path %v", err)
		}
		return op, nil
	}
	if _, ok := op.Value.(*Object); !ok {
		return PatchOp{}, badRequest(InvalidSyntax, "%s without a path needs an object as its value", kind)
	}
	return op, nil
}

// Body returns the request as a message, operation names as they are.
func (r PatchRequest) Body() *Object {
	list := make([]any, len(r.Operations))
	for i, op := range r.Operations {
		o := &Object{members: make([]Member, 0, 3)}
		o.Set("op", op.Op)
		if op.Path != "" {
			o.Set("path", op.Path)
		}
		if op.Value != nil {
			o.Set("value", op.Value)
		}
		list[i] = o
	}
	return NewObject(Member{"schemas", []any{PatchOpSchema}}, Member{"Operations", list})
}

func operationKind(op string) (kind string, ok bool) {
	switch kind = strings.ToLower(op); kind {
	case OpAdd, OpReplace, OpRemove:
		return kind, true
	}
	return "", false
}

// inOperation puts the number of an operation, from 1, in front of the detail.
func (e *Error) inOperation(i int) *Error {
	return Errorf(e.Status, e.ScimType, "operation %d: %s", i+1, e.Detail)
}
