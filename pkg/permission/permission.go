package permission

import (
	"cmp"
	"slices"
	"strings"
)

// Graph is the application id of Microsoft Graph, the same in every tenant.
// Source: graph_contract §12, the audience of tokens.
const Graph = "00000003-0000-0000-c000-000000000000"

// Permission is a permission of Microsoft Graph. Its ids are the same in every
// tenant and cloud.
type Permission struct {
	Name        string `json:"name"`             // as a token carries it in roles or scp
	Application string `json:"application"`      // id of the app role, for an application that signs in as itself
	Delegated   string `json:"delegated"`        // id of the scope, for a person who signs in
	Allows      string `json:"allows"`           // in words
	Role        string `json:"role,omitempty"`   // directory role that a person needs besides; "" for none
	Covers      string `json:"covers,omitempty"` // name of the weaker permission that this one holds as well; "" for none
}

// Directory roles of a person, beside the delegated permission.
// Source: graph_contract §3, §5, §10.
const (
	appAdministrator = "Application Administrator or Cloud Application Administrator"
	reportsReader    = "Reports Reader or Security Reader"
)

// The permissions that the program ever asks for. Ids: Microsoft Graph permissions
// reference; what they allow: graph_contract §2, §3, §5, §10.
var (
	applicationRead  = Permission{"Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "c79f8feb-a9db-4090-85f9-90d820caa0eb", "read applications, service principals and assignments", "", ""}
	applicationWrite = Permission{"Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "bdfbf15f-ee85-4955-8675-146e8e5296b5", "make, change and delete applications", appAdministrator, "Application.Read.All"}
	assignmentWrite  = Permission{"AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f", "84bccea3-f856-4a8a-967b-dbe0a3d53a64", "assign users and groups to applications", appAdministrator, ""}
	syncRead         = Permission{"Synchronization.Read.All", "5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce", "7aa02aeb-824f-4fbe-a3f7-611f751f5b55", "read synchronization jobs, schemas and settings", appAdministrator, ""}
	syncWrite        = Permission{"Synchronization.ReadWrite.All", "9b50c33d-700f-43b1-b2eb-87e89b703581", "7bb27fa3-ea8f-4d67-a916-87715b6188bd", "change synchronization, test connections, provision on demand", appAdministrator, "Synchronization.Read.All"}
	userRead         = Permission{"User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "a154be20-db9c-4678-8ab7-66f6cc099a59", "read users", "", ""}
	memberRead       = Permission{"GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "bc024368-1153-4739-b217-4326f2e966d0", "read groups and their members", "", ""}
	logRead          = Permission{"AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da", "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20", "read the provisioning log", reportsReader, ""}
	organizationRead = Permission{"Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185", "read the tenant's name, domains and licences", "", ""}
)

// Broader are permissions that a token may carry in place of a narrower one, by
// the name of the narrower one. Source: graph_contract §2, §3, §5.
var broader = map[string][]string{
	applicationRead.Name:  {applicationWrite.Name, "Directory.Read.All", "Directory.ReadWrite.All"},
	applicationWrite.Name: {"Directory.ReadWrite.All"},
	syncRead.Name:         {syncWrite.Name},
	userRead.Name:         {"User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
	memberRead.Name:       {"GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
	organizationRead.Name: {"Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
}

// Held reports whether a token with these roles or scopes may do what the
// permission allows: it carries the permission, or a broader one.
func (p Permission) Held(granted []string) bool {
	return slices.Contains(granted, p.Name) ||
		slices.ContainsFunc(broader[p.Name], func(name string) bool { return slices.Contains(granted, name) })
}

// OwnedBy is the application permission that stands in for the writing ones where
// the caller owns the service principal. It is documented as enough and often
// refused, so it is never part of a Need. Source: graph_gotchas 9.
const OwnedBy = "Application.ReadWrite.OwnedBy"

func byName(a, b Permission) int {
	return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
}
