package server

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// kind is a resource type.
type kind struct {
	name     string
	endpoint string
	schema   scim.Schema
	unique   string // required attribute that is unique without regard to letter case
}

// The two resource types. They are read only.
var (
	userKind  = &kind{name: "User", endpoint: "Users", schema: scim.UserSchemaDefinition(), unique: "userName"}
	groupKind = &kind{name: "Group", endpoint: "Groups", schema: scim.GroupSchemaDefinition(), unique: "displayName"}
)

// attribute returns the definition of an attribute that clients may write.
func (k *kind) attribute(name string) (scim.Attribute, bool) {
	if strings.EqualFold(name, "externalId") {
		return scim.LookupAttribute(scim.Path{Attribute: "externalId"})
	}
	return k.schema.Attribute(name)
}

// rules say which extensions resources may carry.
type rules struct{ extensions []string }

// takes reports whether resources of the kind may carry the extension.
func (r rules) takes(k *kind, urn string) bool {
	if k == userKind && strings.EqualFold(urn, scim.EnterpriseUserSchema) || r.extensions == nil {
		return true
	}
	return slices.ContainsFunc(r.extensions, func(e string) bool {
		return strings.EqualFold(e, urn) && extends(e, k)
	})
}

// listed returns the extensions that discovery shows for the kind.
func (r rules) listed(k *kind) []string {
	var list []string
	if k == userKind {
		list = append(list, scim.EnterpriseUserSchema)
	}
	for _, e := range r.extensions {
		if extends(e, k) && !slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, e) }) {
			list = append(list, e)
		}
	}
	return list
}

// extends tells by the end of an extension's URN whether it is for the kind.
func extends(urn string, k *kind) bool {
	switch end := strings.ToLower(urn[strings.LastIndexByte(urn, ':')+1:]); end {
	case "user", "group":
		return strings.EqualFold(end, k.name)
	default:
		return true
	}
}
