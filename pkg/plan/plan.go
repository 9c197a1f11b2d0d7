package plan

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Options are the choices of the person who plans.
type Options struct {
	Adopt        bool     // an unmarked application of that name may be taken over
	RewriteToken bool     // write the token although nothing asks for it
	AcceptRisks  []string // named risks that are accepted
}

// Plan is what would be done, in an order that works. It is plain data: it can be
// rendered, saved and applied. A Plan without Steps has nothing to do.
type Plan struct {
	Profile     string       `json:"profile"`
	Environment string       `json:"environment,omitempty"`
	Tenant      entra.Tenant `json:"tenant"`
	App         AppRef       `json:"app"`
	Endpoint    *EndpointRef `json:"endpoint,omitempty"`
	Steps       []Step       `json:"steps"`
	Notes       []string     `json:"notes,omitempty"`    // true things that need no step, such as the token being not comparable
	Refusals    []Refusal    `json:"refusals,omitempty"` // why the plan must not be applied as it is
	Diagnostics diag.List    `json:"diagnostics,omitempty"`
	Digest      string       `json:"digest"` // of the observed state and the steps
}

// AppRef names the application that the plan is about; ids are "" before creation.
type AppRef struct {
	Name               string `json:"name"`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty"`
	ApplicationID      string `json:"applicationId,omitempty"`
	JobID              string `json:"jobId,omitempty"`
	Adopted            bool   `json:"adopted,omitempty"`
}

// EndpointRef names where the token goes and where it comes from, never its value.
type EndpointRef struct {
	URL       string     `json:"url"`
	Host      string     `json:"host"`
	Token     secret.Ref `json:"-"`
	TokenFrom string     `json:"tokenFrom"`
}

// Action is what a step does to its object.
type Action string

// Actions, printed as their symbols.
const (
	Add    Action = "+"
	Change Action = "~"
	Delete Action = "-"
	Do     Action = ">" // start, test: leaves no object behind
)

// Kind is what a step is about.
type Kind string

// Kinds of step, in the order in which they usually run.
const (
	CreateApp      Kind = "createApp"
	TagApp         Kind = "tagApp"
	EnsureRoles    Kind = "ensureRoles"
	CreateJob      Kind = "createJob"
	PauseJob       Kind = "pauseJob"
	WriteSecrets   Kind = "writeSecrets"
	TestConnection Kind = "testConnection"
	EditSchema     Kind = "editSchema"
	Assign         Kind = "assign"
	Unassign       Kind = "unassign"
	StartJob       Kind = "startJob"
	StopJob        Kind = "stopJob"
)

// Step is one thing to do. Exactly the payload of its Kind is set.
type Step struct {
	ID           string   `json:"id"`
	Kind         Kind     `json:"kind"`
	Action       Action   `json:"action"`
	Summary      string   `json:"summary"`                // "enterprise application "IDmelon" from the non-gallery template"
	Details      []Line   `json:"details,omitempty"`      // one line each, such as a mapping
	Consequences []string `json:"consequences,omitempty"` // what it will cause
	Needs        []string `json:"needs,omitempty"`        // ids of steps that must be done first

	CreateApp  *CreateAppStep  `json:"createApp,omitempty"`
	Tag        string          `json:"tag,omitempty"`
	Roles      []entra.AppRole `json:"roles,omitempty"`
	Template   string          `json:"template,omitempty"` // synchronization template of CreateJob
	Secrets    []SecretWrite   `json:"secrets,omitempty"`
	Schema     *SchemaStep     `json:"-"`
	Assignment *AssignmentStep `json:"assignment,omitempty"`
}

// Line is one detail of a step with its own symbol.
type Line struct {
	Action Action `json:"action"`
	Text   string `json:"text"`
}

// CreateAppStep instantiates an application template.
type CreateAppStep struct {
	TemplateID string `json:"templateId"`
	Name       string `json:"name"`
	Tag        string `json:"tag"`
}

// SecretWrite is one synchronization secret to write: a plain Value, or a secret
// read From where the profile says at the moment of writing.
type SecretWrite struct {
	Key    string     `json:"key"`
	Value  string     `json:"value,omitempty"`
	From   secret.Ref `json:"-"`
	Secret bool       `json:"secret,omitempty"`
	// Merge means that Value is JSON whose members are merged into what is stored.
	Merge bool `json:"merge,omitempty"`
}

// SchemaStep carries the wish, not a document: apply reads the schema as it is by
// then and makes it agree.
type SchemaStep struct {
	Wants []mapping.Desired
	Edits []mapping.Edit // known differences; empty before the app exists
}

// AssignmentStep assigns a principal to a role or takes it away. RoleID is "" when
// the role is known by name only, before the app exists.
type AssignmentStep struct {
	Principal    entra.Principal `json:"principal"`
	Role         string          `json:"role"`
	RoleID       string          `json:"roleId,omitempty"`
	AssignmentID string          `json:"assignmentId,omitempty"` // of Unassign
}

// Refusal is a reason not to apply, and the flag that would accept it, if any.
type Refusal struct {
	Reason  string   `json:"reason"`
	Flag    string   `json:"flag,omitempty"`
	Choices []string `json:"choices,omitempty"` // candidates, one line each
}

// Build compares. The profile must have been resolved with the ids of o's
// principals. Diagnostics with errors and Refusals are in the Plan.
func Build(r *profile.Resolved, o *Observed, opts Options) *Plan { panic("plan: Build") }
