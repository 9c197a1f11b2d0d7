package plan

import "github.com/scimctl/scimctl/pkg/entra"

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
	Tagged           bool   // carries Query.Tag
	Begun            bool   // was made with Query.Tag in its reference, by a run that ended before it could tag it
	Created          string // when the application was made, "" when that is not known
}

// ObservedApp is the state of one enterprise application.
type ObservedApp struct {
	ServicePrincipal entra.ServicePrincipal
	Application      *entra.Application // nil when it could not be read
	SyncTemplates    []entra.SyncTemplate
	Jobs             []entra.Job
	Job              *entra.Job // the one that is managed
	Schema           *entra.Schema
	TemplateSchema   *entra.Schema // of the job's template, or of the one that a job would be made from
	Secrets          []entra.Credential
	Credentials      CredentialState
	CredentialsWhy   string // what the service said, unless they are valid
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

// secret returns the stored value of a synchronization secret.
func (a *ObservedApp) secret(key string) (string, bool) {
	if a == nil {
		return "", false
	}
	for _, s := range a.Secrets {
		if s.Key == key && s.Value != "" {
			return s.Value, true
		}
	}
	return "", false
}

// active reports whether the managed job is scheduled to run.
func (a *ObservedApp) active() bool { return a != nil && a.Job != nil && a.Job.Active() }

// hasRun reports whether the managed job ever ran a cycle or is about to.
func (a *ObservedApp) hasRun() bool {
	return a.active() || a != nil && a.Job != nil && (a.Job.Status.LastExecution.Happened() || a.Job.Status.LastSuccessfulExecution.Happened())
}
