package graph

import "fmt"

// permission is what a call needs, for the advice on a refusal.
type permission struct {
	name string // application or delegated permission of Microsoft Graph
	role string // directory role that a signed-in person needs besides; "" for none
}

// Least permissions by call. Source: graph_contract §2, §3, §5.
var (
	needsNothing          = permission{}
	needsOrganization     = permission{name: "Organization.Read.All"}
	needsApplicationRead  = permission{name: "Application.Read.All"}
	needsApplicationWrite = permission{"Application.ReadWrite.All", appAdministrator}
	needsUsers            = permission{name: "User.Read.All"}
	needsGroups           = permission{name: "GroupMember.Read.All"}
	needsMembers          = permission{name: "GroupMember.Read.All"}
	needsAssignment       = permission{"AppRoleAssignment.ReadWrite.All together with Application.Read.All", appAdministrator}
	needsSyncRead         = permission{"Synchronization.Read.All", appAdministrator}
	needsSyncWrite        = permission{"Synchronization.ReadWrite.All", appAdministrator}
)

const appAdministrator = "Application Administrator or Cloud Application Administrator"

// grant says how to get the permission.
func (p permission) grant() string {
	if p.name == "" {
		return "ask an administrator of the tenant which permission is missing"
	}
	s := fmt.Sprintf("grant the application that signs in the Microsoft Graph permission %s, with admin consent", p.name)
	if p.role != "" {
		s += fmt.Sprintf("; a signed-in person also needs the role %s", p.role)
	}
	return s
}
