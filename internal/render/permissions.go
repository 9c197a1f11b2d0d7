package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/permission"
)

// Permissions writes which permissions verbs need, what for, and which they also
// work without.
func (p *Printer) Permissions(verbs []string, needs []permission.Need, delegated bool) {
	required := permission.Required(needs)
	kind := "application permissions"
	if delegated {
		kind = "delegated permissions"
	}
	p.Paragraph(0, "", fmt.Sprintf("Least %s of Microsoft Graph for %s:", kind, strings.Join(verbs, ", ")))
	p.Linef("")
	p.Table([]string{"PERMISSION", "FOR"}, permissionRows(required, func(u permission.Use) bool { return u.Without == "" }))
	optional := slices.DeleteFunc(slices.Clone(needs), func(n permission.Need) bool { return !n.Optional() })
	if lost := permissionRows(optional, func(permission.Use) bool { return true }); len(lost) > 0 {
		p.Linef("")
		p.Linef("These are used where they are granted:")
		p.Linef("")
		p.Table([]string{"PERMISSION", "WITHOUT IT"}, lost)
	}
	if roles := directoryRoles(required); delegated && len(roles) > 0 {
		p.Linef("")
		p.Paragraph(0, "", fmt.Sprintf("A person also needs a directory role: %s. Being the owner of the application serves as well for what concerns it alone.", strings.Join(roles, "; ")))
	}
	if !delegated && slices.ContainsFunc(required, func(n permission.Need) bool { return n.Name == "Synchronization.ReadWrite.All" }) {
		p.Linef("")
		p.Paragraph(0, "", permission.OwnedBy+" is documented as enough for an application's own service principals, and is often refused all the same.")
	}
}

// permissionRows are the rows of a table, each permission named once. Rows of the
// same purpose are one, with all their verbs.
func permissionRows(needs []permission.Need, shown func(permission.Use) bool) [][]string {
	var rows [][]string
	for _, n := range needs {
		name := n.Name
		var texts []string
		verbs := map[string][]string{}
		for _, u := range n.Uses {
			if !shown(u) {
				continue
			}
			text := purpose(u)
			if verbs[text] == nil {
				texts = append(texts, text)
			}
			if !slices.Contains(verbs[text], u.Verb) {
				verbs[text] = append(verbs[text], u.Verb)
			}
		}
		for _, text := range texts {
			rows = append(rows, []string{name, strings.Join(verbs[text], ", ") + ": " + text})
			name = ""
		}
	}
	return rows
}

func purpose(u permission.Use) string {
	text := u.Why
	if u.Without != "" {
		text = u.Without
	}
	if when := u.When.String(); when != "" {
		text += ", " + when
	}
	return text
}

// directoryRoles are the roles that the permissions need besides, each once.
func directoryRoles(needs []permission.Need) []string {
	var roles []string
	for _, n := range needs {
		if n.Role != "" && !slices.Contains(roles, n.Role) {
			roles = append(roles, n.Role)
		}
	}
	return roles
}

// ConsentAz writes commands of the Azure CLI that ask for the permissions and grant
// them. APP_ID is the client id of the application that scimctl signs in as.
func (p *Printer) ConsentAz(needs []permission.Need, delegated bool) {
	p.Linef("# APP_ID: client id of the application that scimctl signs in as")
	p.Linef("az ad app permission add --id \"$APP_ID\" --api %s --api-permissions \\", permission.Graph)
	access := permission.Request(needs, delegated)[0].ResourceAccess
	for i := range needs {
		end := " \\"
		if i == len(needs)-1 {
			end = ""
		}
		p.Linef("  %s=%s%s", access[i].ID, access[i].Type, end)
	}
	p.Linef("az ad app permission admin-consent --id \"$APP_ID\"")
	for i, n := range needs {
		p.Linef("# %s = %s", access[i].ID, n.Name)
	}
}

// ConsentPowerShell writes commands of the Microsoft Graph PowerShell SDK. Delegated
// permissions are asked for by signing in; application permissions are granted to
// the service principal, which is what a consent comes to.
func (p *Printer) ConsentPowerShell(needs []permission.Need, delegated bool) {
	if delegated {
		p.Linef("Connect-MgGraph -Scopes '%s'", strings.Join(permission.Names(needs), "', '"))
		return
	}
	p.Linef("# $AppId: client id of the application that scimctl signs in as")
	p.Linef("Connect-MgGraph -Scopes 'Application.Read.All', 'AppRoleAssignment.ReadWrite.All'")
	p.Linef("$graph = Get-MgServicePrincipal -Filter \"appId eq '%s'\"", permission.Graph)
	p.Linef("$client = Get-MgServicePrincipal -Filter \"appId eq '$AppId'\"")
	p.Linef("foreach ($role in @(")
	for i, n := range needs {
		end := ","
		if i == len(needs)-1 {
			end = " "
		}
		p.Linef("    '%s'%s # %s", n.Application, end, n.Name)
	}
	p.Linef(")) {")
	p.Linef("    New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $client.Id -PrincipalId $client.Id -ResourceId $graph.Id -AppRoleId $role")
	p.Linef("}")
}
