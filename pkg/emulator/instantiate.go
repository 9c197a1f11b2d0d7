package emulator

import (
	"maps"
	"net/http"

	"github.com/scimctl/scimctl/pkg/entra"
)

// instantiate makes an application and its service principal from a template.
// It is not idempotent. Source: graph_contract §2.
func instantiate(c *call) (*reply, error) {
	g, found := findTemplate(c.param("template"))
	if !found {
		return nil, unknownTemplate(c.param("template"))
	}
	var body struct {
		DisplayName *string `json:"displayName"`
		Reference   *string `json:"serviceManagementReference"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkName(body.DisplayName); err != nil {
		return nil, err
	}
	app, sp := c.newApp(*body.DisplayName, g)
	if body.Reference != nil {
		app.Props["serviceManagementReference"] = *body.Reference
	}
	c.replicate(app)
	c.replicate(sp)
	c.own(app)
	if !c.e.behaviour().UnownedPrincipal {
		c.own(sp)
	}
	c.Applications.add(app)
	c.ServicePrincipals.add(sp)
	if c.e.spurious.Add(-1) >= 0 {
		f := fail(http.StatusNotFound, "NotFound", "Graph call failed with httpCode=NotFound, errorCode=, errorMessage=, reason=Not Found.")
		f.header = http.Header{}
		return nil, &partial{f}
	}
	return created(map[string]any{
		"@odata.context":   c.context("microsoft.graph.applicationServicePrincipal"),
		"application":      pick(app, applicationKind, instantiatedApplication),
		"servicePrincipal": pick(sp, servicePrincipalKind, instantiatedServicePrincipal),
	})
}

// replicate says when reads begin to know a new object: the service principal may
// be later than its application. Source: graph_contract §12.
func (c *call) replicate(e *entity) {
	e.Made = c.e.now()
	e.Visible = e.Made.Add(c.e.behaviour().ReplicationDelay)
	if e.Kind == "servicePrincipal" {
		e.Visible = e.Visible.Add(c.e.behaviour().PrincipalDelay)
	}
}

// partial is a failure of a request that changed the state all the same.
type partial struct{ *failure }

func (p *partial) Unwrap() error { return p.failure }

// maxName is the longest display name of an application.
const maxName = 256

func checkName(name *string) error {
	switch {
	case name == nil || *name == "":
		return badRequest("Property displayName is required.")
	case len([]rune(*name)) > maxName:
		return badRequest("Property displayName has a value that is longer than %d characters.", maxName)
	}
	return nil
}

// The members of an instantiate answer, fewer than a GET has.
// Source: samples of graph_contract §2.
var (
	instantiatedApplication = []string{
		"id", "appId", "applicationTemplateId", "createdDateTime", "deletedDateTime", "displayName", "description", "groupMembershipClaims",
		"identifierUris", "isFallbackPublicClient", "signInAudience", "tags", "tokenEncryptionKeyId", "defaultRedirectUri", "samlMetadataUrl",
		"optionalClaims", "addIns", "api", "appRoles", "info", "keyCredentials", "parentalControlSettings", "passwordCredentials",
		"publicClient", "requiredResourceAccess", "verifiedPublisher", "web",
	}
	instantiatedServicePrincipal = []string{
		"id", "deletedDateTime", "accountEnabled", "appId", "applicationTemplateId", "appDisplayName", "alternativeNames",
		"appOwnerOrganizationId", "displayName", "appRoleAssignmentRequired", "loginUrl", "logoutUrl", "homepage",
		"notificationEmailAddresses", "preferredSingleSignOnMode", "preferredTokenSigningKeyThumbprint", "replyUrls",
		"servicePrincipalNames", "servicePrincipalType", "tags", "tokenEncryptionKeyId", "samlSingleSignOnSettings", "addIns", "appRoles",
		"info", "keyCredentials", "oauth2PermissionScopes", "passwordCredentials", "verifiedPublisher",
	}
)

func pick(e *entity, k *kind, names []string) map[string]any {
	out := make(map[string]any, len(names))
	for _, name := range names {
		if out[name] = e.Props[name]; out[name] == nil {
			out[name] = k.properties[name].empty()
		}
	}
	return out
}

// newApp builds the pair of objects that a template makes.
func (c *call) newApp(name string, g galleryEntry) (app, sp *entity) {
	app, sp = c.state.appPair(name, c.newID)
	app.Props["createdDateTime"] = seconds(c.e.now())
	sp.Props["createdDateTime"] = seconds(c.e.now())
	c.state.fromTemplate(app, sp, g, c.newID)
	return app, sp
}

// appPair builds a plain application with a service principal.
func (s *state) appPair(name string, newID func() string) (app, sp *entity) {
	appID := newID()
	app = &entity{Kind: "application", Props: plainApplication(name)}
	maps.Copy(app.Props, map[string]any{"id": newID(), "appId": appID, "publisherDomain": s.initialDomain()})
	sp = &entity{Kind: "servicePrincipal", Props: s.plainServicePrincipal(app)}
	sp.Props["id"] = newID()
	return app, sp
}

// fromTemplate gives a pair what applications of a template have.
func (s *state) fromTemplate(app, sp *entity, g galleryEntry, newID func() string) {
	user, msiam := entra.UserRoleID, entra.MSIAMRoleID
	tags := []any{"WindowsAzureActiveDirectoryIntegratedApp"}
	if g.custom() {
		tags = []any{"WindowsAzureActiveDirectoryCustomSingleSignOnApplication", "WindowsAzureActiveDirectoryIntegratedApp"}
	} else {
		user, msiam = newID(), newID()
	}
	role := func(id, name string) any {
		return map[string]any{
			"allowedMemberTypes": []any{"User"}, "displayName": name, "id": id, "isEnabled": true,
			"description": name, "value": nil, "origin": "Application",
		}
	}
	name := app.text("displayName")
	scope := map[string]any{
		"adminConsentDescription": "Allow the application to access " + name + " on behalf of the signed-in user.",
		"adminConsentDisplayName": "Access " + name, "id": newID(), "isEnabled": true, "type": "User",
		"userConsentDescription": "Allow the application to access " + name + " on your behalf.",
		"userConsentDisplayName": "Access " + name, "value": "user_impersonation",
	}
	maps.Copy(app.Props, map[string]any{
		"applicationTemplateId": g.entity.id(),
		"appRoles":              []any{role(user, "User"), role(msiam, "msiam_access")},
		"api": map[string]any{
			"acceptMappedClaims": nil, "knownClientApplications": []any{}, "requestedAccessTokenVersion": nil,
			"oauth2PermissionScopes": []any{scope}, "preAuthorizedApplications": []any{},
		},
		"web": map[string]any{"homePageUrl": g.homepage, "redirectUris": []any{}, "logoutUrl": nil},
	})
	maps.Copy(sp.Props, map[string]any{
		"applicationTemplateId": g.entity.id(), "appRoleAssignmentRequired": true, "homepage": g.homepage,
		"appRoles":               []any{role(user, "User"), role(msiam, "msiam_access")},
		"oauth2PermissionScopes": []any{scope}, "tags": tags,
	})
}

// noInfo is the informational URLs of an application that states none.
func noInfo() map[string]any {
	return map[string]any{"logoUrl": nil, "marketingUrl": nil, "privacyStatementUrl": nil, "supportUrl": nil, "termsOfServiceUrl": nil}
}

func noPublisher() map[string]any {
	return map[string]any{"displayName": nil, "verifiedPublisherId": nil, "addedDateTime": nil}
}

func plainApplication(name string) map[string]any {
	return map[string]any{
		"displayName": name, "signInAudience": "AzureADMyOrg", "isFallbackPublicClient": false, "oauth2RequirePostResponse": false, "info": noInfo(),
		"api": map[string]any{
			"acceptMappedClaims": nil, "knownClientApplications": []any{}, "requestedAccessTokenVersion": nil,
			"oauth2PermissionScopes": []any{}, "preAuthorizedApplications": []any{},
		},
		"parentalControlSettings": map[string]any{"countriesBlockedForMinors": []any{}, "legalAgeGroupRule": "Allow"},
		"publicClient":            map[string]any{"redirectUris": []any{}},
		"spa":                     map[string]any{"redirectUris": []any{}},
		"web":                     map[string]any{"homePageUrl": nil, "redirectUris": []any{}, "logoutUrl": nil},
		"verifiedPublisher":       noPublisher(),
	}
}

func (s *state) plainServicePrincipal(app *entity) map[string]any {
	return map[string]any{
		"appId": app.text("appId"), "displayName": app.text("displayName"), "appDisplayName": app.text("displayName"),
		"accountEnabled": true, "appOwnerOrganizationId": s.TenantID, "appRoleAssignmentRequired": false,
		"appRoles": app.Props["appRoles"], "info": noInfo(), "servicePrincipalNames": []any{app.text("appId")},
		"servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg", "verifiedPublisher": noPublisher(),
	}
}
