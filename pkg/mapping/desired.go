package mapping

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Base says what happens to mappings that a profile does not name.
type Base string

// Bases of an object mapping.
const (
	BaseNone     Base = "none"     // exactly the profile's mappings
	BaseTemplate Base = "template" // the template's mappings, with the profile's on top
	BaseKeep     Base = "keep"     // others are left alone
)

// Desired is what a profile asks of one object mapping. Nil and empty members
// are not managed.
type Desired struct {
	Source  string // User or Group
	Enabled *bool
	Base    Base // "" manages no mappings
	Actions *Actions
	// Attribute lists: definitions to add or change (only the members set count),
	// names to remove from the target's list.
	TargetAttributes []AttributeSpec
	SourceAttributes []AttributeSpec
	RemoveAttributes []diag.Text
	Filters          *[]FilterGroup // nil: not managed; empty: no filter
	Mappings         []Attribute
	Remove           []diag.Text // targets to unmap
	Where            diag.Range
}

// AttributeSpec asks for an attribute in an attribute list. Nil members keep
// what is there, or take the default of a new attribute: String, ReadWrite, all
// flags false. Source: graph_contract §8.
type AttributeSpec struct {
	Name        diag.Text
	Type        *string // entra.TypeString …
	MultiValued *bool
	CaseExact   *bool
	Required    *bool
	Mutability  *string
	References  []string // names of target objects that a reference may point at
	Where       diag.Range
}

// FilterGroup is one alternative of a scoping filter; all Clauses must hold.
type FilterGroup struct {
	Name    string
	Clauses []FilterClause
	Where   diag.Range
}

// FilterClause compares a source attribute. Operator is spelled as the profile
// spells it; operators are compared without letter case, blanks and underscores.
type FilterClause struct {
	Attribute diag.Text
	Operator  diag.Text
	Values    []string
	Where     diag.Range
}

// Edit is one change of a schema document, with what it replaces. Exactly one of
// the pointer pairs is used, by Kind.
type Edit struct {
	Kind EditKind         `json:"kind"`
	Ref  entra.MappingRef `json:"object"`
	Side entra.Side       `json:"side,omitempty"` // of attribute edits
	Name string           `json:"name,omitempty"` // target attribute, or attribute of a list

	MappingBefore *entra.AttributeMapping `json:"mappingBefore,omitempty"`
	MappingAfter  *entra.AttributeMapping `json:"mappingAfter,omitempty"`

	AttributeBefore *entra.AttributeDefinition `json:"attributeBefore,omitempty"`
	AttributeAfter  *entra.AttributeDefinition `json:"attributeAfter,omitempty"`

	EnabledAfter                *bool         `json:"enabledAfter,omitempty"`
	ActionsBefore, ActionsAfter string        `json:"-"`
	ScopeBefore, ScopeAfter     *entra.Filter `json:"-"`
}

// EditKind is what an Edit does.
type EditKind string

// Kinds of edit.
const (
	AddMapping      EditKind = "addMapping"
	ChangeMapping   EditKind = "changeMapping"
	RemoveMapping   EditKind = "removeMapping"
	AddAttribute    EditKind = "addAttribute"
	ChangeAttribute EditKind = "changeAttribute"
	RemoveAttribute EditKind = "removeAttribute"
	SetEnabled      EditKind = "setEnabled"
	SetActions      EditKind = "setActions"
	SetScope        EditKind = "setScope"
)

// Converge returns the edits that make live agree with want. template is the
// schema of the job's template, needed for BaseTemplate only. operators maps the
// folded spelling of filter operators to the tenant's (nil: the profile's
// spelling is used). A second Converge after the edits finds none.
//
// Comparison is by meaning: expressions in canonical form, "" and null defaults
// alike, flow types without regard to blanks and order. The diagnostics are
// problems of want against live, such as an object left without a matching mapping.
func Converge(live, template *entra.Schema, want Desired, operators map[string]string) ([]Edit, diag.List) {
	panic("mapping: Converge")
}

// Trees supplies source trees whose parameter keys only the tenant knows:
// canonical expression -> raw attributeMappingSource. See NeedTrees.
type Trees map[string][]byte

// NeedTrees returns the canonical expressions among the edits for whose source
// trees a key is undocumented and which do not occur in live either: they must be
// asked for (parseExpression), one each.
func NeedTrees(live *entra.Schema, edits []Edit) []string { panic("mapping: NeedTrees") }

// Apply makes the edits in the document. Source trees come from Tree where all
// parameter keys are documented, else from the same expression in s, else from trees;
// without any of these the edit is written with an empty parameter list, which
// only an offline document may have: set strict to make that an error.
func Apply(s *entra.Schema, edits []Edit, trees Trees, strict bool) error { panic("mapping: Apply") }
