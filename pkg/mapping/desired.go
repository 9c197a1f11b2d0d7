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
