// Package emulator is an Entra tenant in a box: the OAuth token endpoint, the
// Microsoft Graph endpoints that provisioning needs, and a provisioning service
// that really calls a SCIM server. It is written from the contract of Microsoft
// Graph and shares no code with the client.
//
// A started job provisions in cycles, in the background: an initial one at once, then
// one every Options.CycleInterval. The job's status and the provisioning log tell what
// they did. With a state folder everything outlives the process, also one that is
// killed in the middle of a cycle: the next process does the cycle again and knows what
// was provisioned.
//
// # Control API
//
// Below /_control/, on the same address as Graph, a test moves the tenant. It answers on
// loopback host names only. The caller proves itself with the client's id and secret as
// basic credentials, the secret as a bearer token, or a token of the token endpoint.
// Errors are {"error": {"code", "message"}}.
//
//	GET  /_control/jobs             jobs with their next cycle, escrows and staged deletions
//	GET  /_control/jobs/{id}        one of them
//	POST /_control/jobs/{id}/tick   runs a cycle of a started job now and answers what it did
//	GET  /_control/clock            the tenant's time
//	POST /_control/clock            {"advance": "24h"}: moves it, running the cycles that fall due
//	POST /_control/directory        an array of operations, made in order, all of them or none
//
// An operation has a name and what it is about; users are named by id or user principal
// name, groups and applications by id or display name:
//
//	{"op": "createUser", "properties": {"userPrincipalName": "ann@contoso.com", "department": "Sales"}}
//	{"op": "updateUser", "user": "ann@contoso.com", "properties": {"department": "Support"}}
//	{"op": "disableUser" | "enableUser" | "deleteUser" | "restoreUser" | "purgeUser", "user": "ann@contoso.com"}
//	{"op": "setManager", "user": "ann@contoso.com", "manager": "bob@contoso.com"}
//	{"op": "createGroup", "properties": {"displayName": "Crew"}, "members": ["ann@contoso.com"]}
//	{"op": "updateGroup", "group": "Crew", "properties": {"description": "on the road"}}
//	{"op": "deleteGroup" | "restoreGroup" | "purgeGroup", "group": "Crew"}
//	{"op": "addMembers" | "removeMembers", "group": "Crew", "members": ["bob@contoso.com"]}
//	{"op": "assign" | "unassign", "app": "Example", "group": "Crew", "role": "User"}
//
// Deletions are soft; purge is for good, and happens by itself 30 days after. Setting no
// manager takes the manager away, unassigning no role takes all of them.
//
// # Parts
//
// Package odata reads queries, package syncschema is the service's view of a
// synchronizationSchema. Here are the directory (kind_*.go, users.go …) and what changed
// in it (changes.go), sign-in (signin.go, token.go, permissions.go), synchronization
// (sync*.go, job_*.go) with its cycles (cycles.go, cycle_run.go), provision on demand
// (ondemand*.go), where SCIM traffic goes (egress.go, targets.go), what is kept (state.go,
// store.go, journal.go), the control API (control*.go) and the default tenant (seed*.go).
// The table of routes begins in route.go.
package emulator
