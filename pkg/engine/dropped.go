package engine

import (
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// dropped returns the targets that the answer to a creation does not have as they
// were sent: some servers answer 201 and drop what they do not know.
// Source: entra_wire W-53, independent_clients.
func (r *run) dropped(answer *scim.Object, sent []mapping.Value) []string {
	// A bare id is a server that keeps its answers short.
	if answer == nil || answer.Len() < 3 {
		return nil
	}
	var names []string
	for _, v := range sent {
		current := elements(answer.Lookup(v.Path))
		if !emptyText(v) && !same(v, current, r.k.caseExact(v.Target)) {
			names = append(names, v.Target)
		}
	}
	return names
}

// missing returns the targets of changes that the answer to a PATCH does not
// have. There is no answer to look at with status 204.
func (r *run) missing(answer *scim.Object, changes []change) []string {
	values := make([]mapping.Value, len(changes))
	for i, c := range changes {
		values[i] = mapping.Value{AttributeValue: c.AttributeValue, Target: c.target}
	}
	return r.dropped(answer, values)
}
