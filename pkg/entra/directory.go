package entra

// NonGalleryTemplateID is the application template of a custom (non-gallery)
// application, the same in every tenant.
// Source: graph_contract §0.
const NonGalleryTemplateID = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"

// App roles that every non-gallery application has, with the same ids in every
// tenant. Source: graph_contract §2.
const (
	UserRoleID  = "18d14569-c3bd-439b-9a66-3a2aee01d14f" // "User"
	MSIAMRoleID = "b9632174-c057-4f7e-951b-be3adc52bfe6" // "msiam_access"

	// DefaultAccessRoleID stands for "default access" and is only valid for
	// applications that define no roles. Source: graph_contract §3.
	DefaultAccessRoleID = "00000000-0000-0000-0000-000000000000"
)

// Tenant is a directory: ID is a GUID, Name its display name, Domains its
// verified domains with the default one first.
type Tenant struct {
	ID      string   `json:"id"`
	Name    string   `json:"displayName"`
	Domains []string `json:"verifiedDomains"`
}

// ApplicationTemplate is an entry of the application gallery.
type ApplicationTemplate struct {
	ID                         string   `json:"id"`
	DisplayName                string   `json:"displayName"`
	Publisher                  string   `json:"publisher"`
	SupportedProvisioningTypes []string `json:"supportedProvisioningTypes"` // "sync" where provisioning is supported
}

// AppRole is a role that an application defines.
type AppRole struct {
	ID                 string   `json:"id"`
	DisplayName        string   `json:"displayName"`
	Description        string   `json:"description"`
	Value              *string  `json:"value"`
	IsEnabled          bool     `json:"isEnabled"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"` // "User" (also stands for groups), "Application"
}

// Application is an app registration. ID is the object id, AppID the client id.
type Application struct {
	ID                    string    `json:"id"`
	AppID                 string    `json:"appId"`
	DisplayName           string    `json:"displayName"`
	ApplicationTemplateID string    `json:"applicationTemplateId"`
	CreatedDateTime       string    `json:"createdDateTime"`
	Tags                  []string  `json:"tags"`
	AppRoles              []AppRole `json:"appRoles"`

	// Reference is free text that says who manages the application. It is the one
	// property beside the name that can be set while the application is made.
	// Source: graph_contract §2.
	Reference string `json:"serviceManagementReference,omitempty"`
}

// ServicePrincipal is an enterprise application. ID is the object id that
// synchronization hangs on, AppID the client id shared with its Application.
type ServicePrincipal struct {
	ID                        string    `json:"id"`
	AppID                     string    `json:"appId"`
	DisplayName               string    `json:"displayName"`
	ApplicationTemplateID     string    `json:"applicationTemplateId"`
	AppRoleAssignmentRequired bool      `json:"appRoleAssignmentRequired"`
	Tags                      []string  `json:"tags"`
	AppRoles                  []AppRole `json:"appRoles"`
}

// App is what instantiating an application template makes.
type App struct {
	Application      Application      `json:"application"`
	ServicePrincipal ServicePrincipal `json:"servicePrincipal"`
}

// PrincipalType is the kind of object that can be assigned to an application.
type PrincipalType string

// Principal types, as appRoleAssignment.principalType spells them.
const (
	UserPrincipal             PrincipalType = "User"
	GroupPrincipal            PrincipalType = "Group"
	ServicePrincipalPrincipal PrincipalType = "ServicePrincipal"
)

// Principal is a user or group found in the directory. UserPrincipalName is
// empty for groups.
type Principal struct {
	Type              PrincipalType `json:"type"`
	ID                string        `json:"id"`
	DisplayName       string        `json:"displayName"`
	UserPrincipalName string        `json:"userPrincipalName,omitempty"`
	Mail              string        `json:"mail,omitempty"`
}

// PrincipalRef asks for a user or group by Name: an object id; for users also a
// user principal name or mail address; for groups also a display name or mail
// nickname.
type PrincipalRef struct {
	Type PrincipalType
	Name string
}

// AppRoleAssignment ties a principal to a role of an application. ID is opaque.
type AppRoleAssignment struct {
	ID                   string        `json:"id"`
	AppRoleID            string        `json:"appRoleId"`
	PrincipalID          string        `json:"principalId"`
	PrincipalType        PrincipalType `json:"principalType"`
	PrincipalDisplayName string        `json:"principalDisplayName"`
	ResourceID           string        `json:"resourceId"`
	ResourceDisplayName  string        `json:"resourceDisplayName"`
}

// Seat is a principal in an app role, which is what an assignment is: object ids
// of both.
type Seat struct {
	PrincipalID string
	RoleID      string
}

// ServicePrincipalQuery finds service principals by exactly one of its fields.
type ServicePrincipalQuery struct {
	ID    string // object id
	AppID string // client id
	Name  string // display name
	Tag   string
}
