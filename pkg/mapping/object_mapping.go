package mapping

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Types of source object.
const (
	User  = "User"
	Group = "Group"
)

// Kind is how an attribute mapping gets its value.
type Kind int

// Kinds of attribute mapping.
const (
	Direct      Kind = iota // the value of a source attribute
	Constant                // always the same text
	Expression              // an expression over source attributes
	DefaultOnly             // no source: only the default value, on create
)

// Attribute is one attribute mapping. Texts know their place in the profile, or
// have none when they come from a schema document.
type Attribute struct {
	Target       diag.Text // SCIM path, such as emails[type eq "work"].value
	Kind         Kind
	Source       diag.Text  // attribute name, constant text or expression; empty for DefaultOnly
	Default      *string    // value when the source is null, on create only
	Match        int        // matching precedence; 0: does not match; Unstated: keep what is there
	OnCreateOnly bool       // flow type ObjectAddOnly
	Where        diag.Range // the whole mapping
}

// Unstated is the Match of a mapping that states no precedence.
const Unstated = -1

// Actions is a set of what a job may do to target objects.
type Actions uint8

// Actions. Graph calls them flow types Add, Update and Delete.
const (
	Create Actions = 1 << iota
	Update
	Delete
)

// AllActions is the usual set.
const AllActions = Create | Update | Delete

// ObjectMapping is the configuration of one object type.
type ObjectMapping struct {
	Ref        entra.MappingRef
	Name       string
	Source     string // User or Group
	Target     string // name of the target object, a schema URN
	Enabled    bool
	Actions    Actions
	Scope      *entra.Filter // nil: everything
	Attributes []Attribute
	// Definitions of the two sides; empty attribute lists when unknown.
	SourceObject, TargetObject entra.ObjectDefinition
}

// FromSchema reads the object mappings of a schema's provisioning rule: User and
// Group, those that are there. Matching precedence and flow types come with them.
func FromSchema(s *entra.Schema) ([]ObjectMapping, error) { panic("mapping: FromSchema") }
