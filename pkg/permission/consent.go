package permission

import "slices"

// Consent is the requiredResourceAccess of an application registration: what it
// asks an administrator to consent to. Its JSON is Microsoft Graph's.
type Consent struct {
	ResourceAppID  string   `json:"resourceAppId"`
	ResourceAccess []Access `json:"resourceAccess"`
}

// Access is one permission by its id: a Role of an application, or a Scope of a
// person.
type Access struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// Kinds of Access.
const (
	role  = "Role"
	scope = "Scope"
)

// Request returns the requiredResourceAccess for the needs, in their order, as
// application permissions or as delegated ones.
func Request(needs []Need, delegated bool) []Consent {
	c := Consent{ResourceAppID: Graph, ResourceAccess: []Access{}}
	for _, n := range needs {
		if delegated {
			c.ResourceAccess = append(c.ResourceAccess, Access{n.Delegated, scope})
			continue
		}
		c.ResourceAccess = append(c.ResourceAccess, Access{n.Application, role})
	}
	return []Consent{c}
}

// Names returns the names of the needs, in their order.
func Names(needs []Need) []string {
	names := make([]string, len(needs))
	for i, n := range needs {
		names[i] = n.Name
	}
	return names
}

// Required returns the needs that cannot be done without.
func Required(needs []Need) []Need {
	return slices.DeleteFunc(slices.Clone(needs), Need.Optional)
}
