package emulator

import (
	"net/http"
	"slices"
)

// ownedBy is the application permission for what the caller owns.
const ownedBy = "Application.ReadWrite.OwnedBy"

// Application permissions by what they allow. Logs take today's documented name;
// whether ProvisioningLog.Read.All is taken too is not known.
// Source: graph_contract §2, §3, §5, §10 [?].
var (
	readDirectory  = []string{"Directory.Read.All", "Directory.ReadWrite.All"}
	writeDirectory = []string{"Directory.ReadWrite.All"}

	readUsers   = slices.Concat([]string{"User.Read.All", "User.ReadWrite.All"}, readDirectory)
	writeUsers  = slices.Concat([]string{"User.ReadWrite.All"}, writeDirectory)
	readGroups  = slices.Concat([]string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All"}, readDirectory)
	writeGroups = slices.Concat([]string{"Group.ReadWrite.All"}, writeDirectory)
	readApps    = slices.Concat([]string{"Application.Read.All", "Application.ReadWrite.All", ownedBy}, readDirectory)
	writeApps   = slices.Concat([]string{"Application.ReadWrite.All", ownedBy}, writeDirectory)
	readSKUs    = slices.Concat([]string{"Organization.Read.All", "Organization.ReadWrite.All", "LicenseAssignment.Read.All"}, readDirectory)

	readSync  = []string{"Synchronization.Read.All", "Synchronization.ReadWrite.All", ownedBy}
	writeSync = []string{"Synchronization.ReadWrite.All", ownedBy}
	writeRole = []string{"AppRoleAssignment.ReadWrite.All"}
	readLogs  = []string{"AuditLog.Read.All"}
)

// required returns what the caller of a route needs: one role of each list. What
// any signed-in caller may do needs none.
func required(r *route) [][]string {
	read := r.method == http.MethodGet
	either := func(reading, writing []string) [][]string {
		if read {
			return [][]string{reading}
		}
		return [][]string{writing}
	}
	switch {
	case r.area == gateway:
		return nil
	case r.area == provisioning:
		return either(readSync, writeSync)
	case r.area == logs:
		return [][]string{readLogs}
	case slices.ContainsFunc(r.steps, func(s string) bool { return s == "appRoleAssignedTo" || s == "appRoleAssignments" }):
		if read {
			return [][]string{readApps}
		}
		return [][]string{writeRole, slices.DeleteFunc(slices.Clone(readApps), func(role string) bool { return role == ownedBy })}
	}
	switch r.steps[0] {
	case "users":
		return either(readUsers, writeUsers)
	case "groups":
		return either(readGroups, writeGroups)
	case "directoryObjects":
		return [][]string{slices.Concat(readUsers, readGroups, readApps)}
	case "directory":
		return either(slices.Concat(readUsers, readApps), slices.Concat(writeUsers, writeApps))
	case "applications", "servicePrincipals":
		return either(readApps, writeApps)
	case "applicationTemplates":
		return either(nil, writeApps)
	case "subscribedSkus":
		return [][]string{readSKUs}
	}
	return nil
}

// permitted judges a request by the roles of its token, when the client's are
// limited. Who has only the permission for what it owns must own the object, and
// for synchronization the service principal, not its application.
// Source: graph_contract §5, gotcha 9.
func (e *Emulator) permitted(c *claims, r *route, params map[string]segment) error {
	if e.o.Roles == nil {
		return nil
	}
	for _, wanted := range required(r) {
		if len(wanted) == 0 {
			continue
		}
		has := slices.DeleteFunc(slices.Clone(c.Roles), func(role string) bool { return !slices.Contains(wanted, role) })
		if len(has) == 0 || slices.Equal(has, []string{ownedBy}) && !e.owns(c.ObjectID, r, params) {
			return refusal(r)
		}
	}
	return nil
}

// refusal is the answer to a caller without permission. Source: graph_contract §1.
func refusal(r *route) *failure {
	if r.area == provisioning {
		return notAllowed()
	}
	return fail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// owns reports whether the caller owns what the route changes. Reading and making
// applications needs no ownership.
func (e *Emulator) owns(caller string, r *route, params map[string]segment) bool {
	if r.area != provisioning && r.method == http.MethodGet {
		return true
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	c := &call{state: e.state, e: e, params: params}
	var changed *entity
	var err error
	switch {
	case r.area == provisioning:
		if h, hostErr := c.host(); h.sp != nil {
			changed = h.sp
		} else {
			err = hostErr
		}
	case params["servicePrincipal"].text != "":
		changed, err = c.made(c.ServicePrincipals, "servicePrincipal")
	case params["application"].text != "":
		changed, err = c.made(c.Applications, "application")
	case params["item"].text != "":
		changed = c.Deleted.get(params["item"].text)
	default:
		return true
	}
	return err == nil && changed != nil && slices.Contains(changed.refs("owners"), caller)
}

// own makes the client the owner of a new application or service principal.
func (c *call) own(e *entity) { e.setRefs("owners", []string{c.clientObjectID()}) }

// roles are the application permissions in the client's tokens.
func (e *Emulator) roles() []string {
	if e.o.Roles == nil {
		return clientRoles
	}
	return e.o.Roles
}
