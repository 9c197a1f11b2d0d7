package plan

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

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

// Kinds of step, in the order in which they usually run. StopJob takes the place
// of PauseJob where the job is not to run again.
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

	// Where the profile asks for the step, and for each of the Details; a plan that was
	// read from a file has no places.
	Where  diag.Range   `json:"-"`
	Places []diag.Range `json:"-"`

	CreateApp  *CreateAppStep  `json:"createApp,omitempty"`
	Tag        string          `json:"tag,omitempty"`      // mark of TagApp; see Retag
	Made       bool            `json:"made,omitempty"`     // TagApp: a run of scimctl made the application
	Roles      []entra.AppRole `json:"roles,omitempty"`    // of EnsureRoles; see MergeRoles
	Template   string          `json:"template,omitempty"` // synchronization template of CreateJob; "" is chosen when the application is there
	Secrets    []SecretWrite   `json:"secrets,omitempty"`  // the complete managed set
	Schema     *SchemaStep     `json:"schema,omitempty"`
	Assignment *AssignmentStep `json:"assignment,omitempty"`
}

// Line is one detail of a step with its own symbol.
type Line struct {
	Action Action `json:"action"`
	Text   string `json:"text"`
}

// CreateAppStep instantiates an application template and marks what it made.
type CreateAppStep struct {
	TemplateID string `json:"templateId"`
	Name       string `json:"name"`
	Tag        string `json:"tag"`
}

// SecretWrite is one synchronization secret to write: a plain Value, or a secret
// read From where the profile says at the moment of writing. An empty Value
// without From removes the key. Source: graph_contract §6.
type SecretWrite struct {
	Key      string     `json:"key"`
	Value    string     `json:"value,omitempty"`
	From     secret.Ref `json:"-"`
	FromName string     `json:"from,omitempty"` // From in words
	Secret   bool       `json:"secret,omitempty"`
	// Merge means that Value is JSON whose members are merged into what is stored.
	Merge bool `json:"merge,omitempty"`
}

// AssignmentStep assigns a principal to a role or takes it away. RoleID is "" when
// the role is known by name only, before the app exists.
type AssignmentStep struct {
	Principal    entra.Principal `json:"principal"`
	Role         string          `json:"role"`
	RoleID       string          `json:"roleId,omitempty"`
	AssignmentID string          `json:"assignmentId,omitempty"` // of Unassign
}
