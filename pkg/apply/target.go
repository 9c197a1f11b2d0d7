package apply

import (
	"context"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Target is a tenant as apply needs it. Methods wait out replication and retry
// what is safe to repeat; their errors say what was being done and what to do.
type Target interface {
	Tenant(ctx context.Context) (entra.Tenant, error)

	// ApplicationTemplates finds gallery applications by id or display name.
	ApplicationTemplates(ctx context.Context, nameOrID string) ([]entra.ApplicationTemplate, error)
	// ServicePrincipals finds enterprise applications; exactly one field of q is set.
	ServicePrincipals(ctx context.Context, q entra.ServicePrincipalQuery) ([]entra.ServicePrincipal, error)
	// Application reads the registration behind a service principal.
	Application(ctx context.Context, appID string) (*entra.Application, error)
	// Instantiate makes an application with a mark in its reference, and waits until
	// application and service principal can be read. The POST is never blindly repeated.
	Instantiate(ctx context.Context, templateID, name, mark string) (entra.App, error)
	// Namesakes lists the applications of a template and name with the mark in their reference.
	Namesakes(ctx context.Context, templateID, name, mark string) ([]entra.Application, error)
	SetTags(ctx context.Context, servicePrincipalID string, tags []string) error
	SetAppRoles(ctx context.Context, applicationID string, roles []entra.AppRole) error

	// Principals looks users and groups up; a name may fit none or several.
	Principals(ctx context.Context, refs []entra.PrincipalRef) (map[entra.PrincipalRef][]entra.Principal, error)
	// GroupMembers returns the direct members of a group, users and groups alike.
	GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error)
	Assignments(ctx context.Context, servicePrincipalID string) ([]entra.AppRoleAssignment, error)
	Assign(ctx context.Context, servicePrincipalID, principalID, roleID string) error
	// AssignAll takes many seats together. Errors are in the order of the seats; a
	// seat that is taken already is none.
	AssignAll(ctx context.Context, servicePrincipalID string, seats []entra.Seat) []error
	Unassign(ctx context.Context, servicePrincipalID, assignmentID string) error
	// UnassignAll removes many assignments together. Errors are in the order of the ids.
	UnassignAll(ctx context.Context, servicePrincipalID string, assignmentIDs []string) []error

	SyncTemplates(ctx context.Context, servicePrincipalID string) ([]entra.SyncTemplate, error)
	TemplateSchema(ctx context.Context, servicePrincipalID, templateID string) (*entra.Schema, error)
	Jobs(ctx context.Context, servicePrincipalID string) ([]entra.Job, error)
	CreateJob(ctx context.Context, servicePrincipalID, templateID string) (entra.Job, error)
	StartJob(ctx context.Context, servicePrincipalID, jobID string) error
	PauseJob(ctx context.Context, servicePrincipalID, jobID string) error

	Schema(ctx context.Context, servicePrincipalID, jobID string) (*entra.Schema, error)
	PutSchema(ctx context.Context, servicePrincipalID, jobID string, s *entra.Schema) error
	// ParseExpression returns the raw source tree of an expression.
	ParseExpression(ctx context.Context, servicePrincipalID, jobID, expression string) ([]byte, error)
	// FilterOperators returns the operator names of the tenant.
	FilterOperators(ctx context.Context, servicePrincipalID, jobID string) ([]string, error)

	Secrets(ctx context.Context, servicePrincipalID string) ([]entra.Credential, error)
	PutSecrets(ctx context.Context, servicePrincipalID string, c []secret.Named) error
	// ValidateCredentials tests the connection; nil credentials mean the stored ones.
	// The error is a *entra.ConnectionError when the endpoint failed the test.
	ValidateCredentials(ctx context.Context, servicePrincipalID, jobID string, c []secret.Named) error

	// ProvisionOnDemand provisions one user, or one group with up to five members.
	ProvisionOnDemand(ctx context.Context, servicePrincipalID, jobID string, r entra.OnDemandRequest) (entra.OnDemandResult, error)
}
