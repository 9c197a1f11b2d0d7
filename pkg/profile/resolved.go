package profile

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Resolved is a profile for one environment with its variables filled in. Nil
// and empty members are not managed.
type Resolved struct {
	Profile     string
	Environment string // "" without environments
	Description string
	Tenant      diag.Text // id or domain that the sign-in must match; may be empty

	App      App
	Endpoint *Endpoint
	Settings Settings
	Users    *mapping.Desired
	Groups   *mapping.Desired
	Assign   *Assign
	Tests    []Test

	Lookups []Lookup   // group and user variables whose ids are needed
	Where   diag.Range // the document
}

// App says which enterprise application the profile is about.
type App struct {
	Name         diag.Text // display name
	Template     diag.Text // "non-gallery", or a gallery application's display name or id
	Existing     *Existing
	Job          diag.Text // synchronization job id where there are several; may be empty
	SyncTemplate diag.Text // synchronization template, "" means scim or the app's default one
	Roles        []Role
	Where        diag.Range
}

// Existing adopts an application: exactly one member is set.
type Existing struct {
	ServicePrincipal string // object id
	AppID            string
	Name             string
	Where            diag.Range
}

// Role is an app role to ensure.
type Role struct {
	Name, Value, Description string
	Members                  []string // User, Application
	Where                    diag.Range
}

// Endpoint is the SCIM server and how to sign in to it.
type Endpoint struct {
	URL        diag.Text  // complete tenant URL, with the compliance flag in its query
	Token      secret.Ref // zero when none
	TokenHint  string     // where the vendor shows the token
	NoToken    bool       // `token: none`: Entra signs in with a token of its own
	OAuth2     *OAuth2
	Compliance string // aadOptscim062020, AzureAdScimPatch2017 or ""
	Where      diag.Range
	TokenWhere diag.Range
}

// OAuth2 is client credentials in place of a token.
type OAuth2 struct {
	TokenURL, ClientID string
	ClientSecret       secret.Ref
	Where              diag.Range
}

// Settings of the job. Nil members are not managed.
type Settings struct {
	SyncAll                 *bool   // scope: all (true), assigned (false)
	Notify                  *string // mail address; "": off
	DeletionThreshold       *int    // -1: off
	SkipOutOfScopeDeletions *bool
	State                   string // started, stopped or ""
	Where                   diag.Range
}

// Assign lists who is assigned to the application.
type Assign struct {
	To        []Assignment
	Exclusive bool // whoever is not listed loses the assignment
	Where     diag.Range
}

// Assignment gives a principal a role: Group or User is an object id or a name.
type Assignment struct {
	Group, User string
	Role        string // display name, value or id of the role; "User" by default
	Where       diag.Range
}

// Lookup is a group or user whose object id a variable stands for.
type Lookup struct {
	Variable    string
	Group, User string // exactly one is set
	ID          string // what the variable stands for in this Resolved: the id found, or a stand-in
	Found       bool   // whether ID was found in a tenant
	Where       diag.Range
}

// Test is an offline test of the profile.
type Test struct {
	Name   string
	User   map[string]any // source attributes: string, bool, json.Number, []string, nil
	Group  map[string]any // the same for a group; exactly one of User and Group is set
	When   When
	Expect Expect
	Where  diag.Range
}

// When is the state of the tested object.
type When struct {
	Assigned *bool  // default true
	Linked   bool   // already provisioned
	Deleted  string // "", soft or hard
	SyncAll  *bool  // scope: all or assigned; default: the profile's
}

// Expect is what must happen to the tested object.
type Expect struct {
	Action     string // create, update, disable, delete, skip; "" is not checked
	Skip       string // reason code, with Action skip
	Attributes []ExpectedAttribute
	Request    string // file with the expected request, relative to the profile
	Where      diag.Range
}

// ExpectedAttribute is the value that a target attribute must be sent with; nil
// Value: it must not be sent.
type ExpectedAttribute struct {
	Target string
	Value  any // string, bool, json.Number, []string or nil
	Where  diag.Range
}
