package plan

import (
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
)

// Query is what must be known of a tenant to plan one profile.
type Query struct {
	Tag            string               // mark that scimctl puts on what it made
	Name           string               // display name of the application
	Template       string               // gallery template's id or display name; "" for non-gallery
	Existing       *profile.Existing    // adopted application
	Job            string               // chosen job id, or ""
	Principals     []entra.PrincipalRef // users and groups to look up
	TestConnection bool                 // the stored credentials should be validated
}

// Ask returns the Query of a profile.
func Ask(r *profile.Resolved) Query { panic("plan: Ask") }

// Observed is what was found in the tenant. Nil and empty members are not there.
type Observed struct {
	Tenant     entra.Tenant
	Template   *entra.ApplicationTemplate  // gallery template, when Query.Template was set
	Templates  []entra.ApplicationTemplate // all that fit, when there was not exactly one
	Candidates []Candidate                 // service principals that fit the identity, tagged ones first
	App        *ObservedApp                // of the single candidate that is ours or adopted
	Principals map[entra.PrincipalRef][]entra.Principal
}

// Candidate is a service principal that might be the profile's.
type Candidate struct {
	ServicePrincipal entra.ServicePrincipal
	Tagged           bool // carries Query.Tag
}

// ObservedApp is the state of one enterprise application.
type ObservedApp struct {
	ServicePrincipal entra.ServicePrincipal
	Application      *entra.Application // nil when it could not be read
	SyncTemplates    []entra.SyncTemplate
	Jobs             []entra.Job
	Job              *entra.Job // the one that is managed
	Schema           *entra.Schema
	TemplateSchema   *entra.Schema // of the job's template
	Secrets          []entra.Credential
	Credentials      CredentialState
	Assignments      []entra.AppRoleAssignment
	Operators        map[string]string // folded -> tenant's spelling of filter operators
}

// CredentialState is what validateCredentials said of the stored credentials.
type CredentialState string

// States of the stored credentials.
const (
	CredentialsUnknown  CredentialState = "" // not checked, or the check was refused
	CredentialsValid    CredentialState = "valid"
	CredentialsRejected CredentialState = "rejected" // the endpoint refused them or could not be reached
)
