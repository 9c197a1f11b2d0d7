package plan

import "github.com/scimctl/scimctl/pkg/diag"

// Codes of plans.
const (
	codeNoPrincipal      diag.Code = "SC4001"
	codeManyPrincipals   diag.Code = "SC4002"
	codeNoTemplate       diag.Code = "SC4003"
	codeManyTemplates    diag.Code = "SC4004"
	codeNoProvisioning   diag.Code = "SC4005"
	codeNoExisting       diag.Code = "SC4006"
	codeOtherTemplate    diag.Code = "SC4007"
	codeNoJob            diag.Code = "SC4008"
	codeManyJobs         diag.Code = "SC4009"
	codeNoSyncTemplate   diag.Code = "SC4010"
	codeNoRole           diag.Code = "SC4011"
	codeManyRoles        diag.Code = "SC4012"
	codeRolesUnreadable  diag.Code = "SC4013"
	codeUnknownRisk      diag.Code = "SC4014"
	codeTwiceAssigned    diag.Code = "SC4015"
	codeNothingManaged   diag.Code = "SC4016"
	codeNoEndpoint       diag.Code = "SC4017"
	codeBadNotifications diag.Code = "SC4018"
	codeSchema           diag.Code = "SC4019"
)

// Codes documents the diagnostics of plans.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: codeNoPrincipal, Title: "unknown group or user", Help: "The tenant has no group or user of that name. Groups are found by object id, display name or mail nickname, users by object id, user principal name or mail address."},
		{Code: codeManyPrincipals, Title: "ambiguous group or user", Help: "Several groups or users have that name; display names need not be unique. Write the object id of the one that is meant."},
		{Code: codeNoTemplate, Title: "unknown gallery application", Help: "The gallery has no application template of that id or display name. Write the name exactly as the gallery shows it, or non-gallery."},
		{Code: codeManyTemplates, Title: "ambiguous gallery application", Help: "Several application templates have that display name. Write the id of the one that is meant."},
		{Code: codeNoProvisioning, Title: "gallery application without provisioning", Help: "The application template does not offer automatic provisioning. Use a non-gallery application for the endpoint."},
		{Code: codeNoExisting, Title: "existing application not found", Help: "The tenant has no enterprise application that app.existing names. Check the value and the tenant, or drop app.existing so that the application is created."},
		{Code: codeOtherTemplate, Title: "application of another template", Help: "The application was made from another application template than the profile names, and the template of an application cannot be changed."},
		{Code: codeNoJob, Title: "unknown synchronization job", Help: "The application has no synchronization job of the id that app.job names."},
		{Code: codeManyJobs, Title: "several synchronization jobs", Help: "The application has several synchronization jobs that fit. Name the one to manage under app.job."},
		{Code: codeNoSyncTemplate, Title: "no fitting synchronization template", Help: "The application does not offer the synchronization template that the profile names, or offers several without a default one, or none at all. Applications made from a plain registration offer none."},
		{Code: codeNoRole, Title: "unknown app role", Help: "The application defines no enabled role of that name, value or id which users and groups can be assigned to. Name one of its roles, or add the role under app.roles."},
		{Code: codeManyRoles, Title: "ambiguous app role", Help: "Several roles of the application have that name. Write the id of the one that is meant."},
		{Code: codeRolesUnreadable, Title: "app roles cannot be managed", Help: "The application registration behind the enterprise application could not be read, so roles cannot be added to it. It may live in another tenant."},
		{Code: codeUnknownRisk, Title: "unknown risk", Help: "Only risks that a plan names can be accepted."},
		{Code: codeTwiceAssigned, Title: "assignment named twice", Help: "Two entries under assign name the same principal and role; one of them has no effect."},
		{Code: codeNothingManaged, Title: "profile manages nothing", Help: "The profile names an application and nothing that scimctl would do with it."},
		{Code: codeNoEndpoint, Title: "job without endpoint", Help: "The job is to be started, but neither the profile nor the application has a tenant URL. Add endpoint.url and a token."},
		{Code: codeBadNotifications, Title: "unreadable notification settings", Help: "The stored notification settings are no JSON object. They are replaced as a whole."},
		{Code: codeSchema, Title: "schema cannot be edited", Help: "The job's schema has another shape than synchronization schemas have, so the profile's mappings cannot be written into it."},
	}
}
