package emulator

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// sourceNames ties properties of Graph to the names that attribute mappings use
// for them, which are those of the old Azure AD Graph. Properties that are not
// here have the same name on both sides. Source: graph_contract §8.
var sourceNames = []struct{ property, source string }{
	{"id", "objectId"},
	{"mobilePhone", "mobile"},
	{"officeLocation", "physicalDeliveryOfficeName"},
	{"faxNumber", "facsimileTelephoneNumber"},
	{"onPremisesImmutableId", "immutableId"},
	{"onPremisesSyncEnabled", "dirSyncEnabled"},
}

// sameNames are the properties that mappings know by Graph's name.
var sameNames = []string{
	"accountEnabled", "city", "companyName", "country", "createdDateTime", "department", "description", "displayName", "employeeHireDate",
	"employeeId", "employeeLeaveDateTime", "employeeType", "givenName", "jobTitle", "mail", "mailEnabled", "mailNickname",
	"onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
	"onPremisesUserPrincipalName", "otherMails", "postalCode", "preferredLanguage", "proxyAddresses", "securityEnabled", "state",
	"streetAddress", "surname", "usageLocation", "userPrincipalName", "userType",
}

// plainAttributes are the source attributes of a user or group without references.
func plainAttributes(e *entity) map[string]any {
	attrs := map[string]any{}
	put := func(name string, v any) {
		if list, ok := v.([]any); v != nil && (!ok || len(list) > 0) {
			attrs[name] = v
		}
	}
	for _, n := range sourceNames {
		put(n.source, e.Props[n.property])
	}
	for _, name := range sameNames {
		put(name, e.Props[name])
	}
	for name, v := range e.Props {
		if len(name) > len("extension_") && name[:len("extension_")] == "extension_" {
			put(name, v)
		}
	}
	if phones, _ := e.Props["businessPhones"].([]any); len(phones) > 0 {
		put("telephoneNumber", phones[0])
	}
	extensions, _ := e.Props["onPremisesExtensionAttributes"].(map[string]any)
	for i := range 15 {
		name := fmt.Sprintf("extensionAttribute%d", i+1)
		put(name, extensions[name])
	}
	if e.Kind == "user" {
		// Whether jobs see the name that the directory gives a deleted user is not
		// documented [?]: here they go on seeing the one before.
		put("userPrincipalName", originalName(e))
		put("originalUserPrincipalName", originalName(e))
	}
	return attrs
}

// originalName is the user principal name that a deleted user had before.
func originalName(e *entity) any {
	if name, ok := e.Props["userPrincipalName"].(string); ok && e.text("deletedDateTime") != "" {
		return strings.TrimPrefix(name, deletedName(e.id(), ""))
	}
	return e.Props["userPrincipalName"]
}

// sourceObject is a user or group as the provisioning service imports it.
func (s *state) sourceObject(e *entity) (mapping.Object, error) {
	attrs := plainAttributes(e)
	if e.Kind == "user" {
		if managers := e.refs("manager"); len(managers) > 0 && s.Users.get(managers[0]) != nil {
			attrs[managerAttribute] = managers[0]
		}
		return mapping.NewObject(mapping.User, attrs)
	}
	if ids := s.memberIDs(e); len(ids) > 0 {
		attrs[membersAttribute] = ids
	}
	return mapping.NewObject(mapping.Group, attrs)
}

// memberIDs are the direct members of a group that are not deleted.
func (s *state) memberIDs(group *entity) []any {
	ids := []any{}
	for _, id := range group.refs("members") {
		if s.object(id) != nil {
			ids = append(ids, id)
		}
	}
	return ids
}
