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

// String returns the word that profiles use for the kind.
func (k Kind) String() string {
	return [...]string{"source", "constant", "expression", "default"}[k]
}

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

	// Where is the object mapping in the profile, and Filters the profile's wording
	// of Scope: they give diagnostics their places and are otherwise not read.
	Where   diag.Range
	Filters []FilterGroup
}

// Placed returns m with the places that want has in its profile, so that
// diagnostics about m point there. Mappings are tied by target; what want does not
// say keeps no place.
func (m ObjectMapping) Placed(want Desired) ObjectMapping {
	attributes := make([]Attribute, len(m.Attributes))
	copy(attributes, m.Attributes)
	for i := range attributes {
		for _, w := range want.Mappings {
			if w.Target.Value != attributes[i].Target.Value || w.Kind != attributes[i].Kind {
				continue
			}
			attributes[i].Target, attributes[i].Where = w.Target, w.Where
			if w.Kind != Expression && w.Source.Value == attributes[i].Source.Value ||
				w.Kind == Expression && Canonical(w.Source.Value) == Canonical(attributes[i].Source.Value) {
				attributes[i].Source = w.Source
			}
		}
	}
	m.Attributes, m.Where = attributes, want.Where
	if want.Filters != nil {
		m.Filters = *want.Filters
	}
	return m
}
