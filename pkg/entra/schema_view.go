package entra

// The types in this file are what a synchronizationSchema says, read out of
// the document. Changing them changes nothing: edits go through Schema.

// Rule is a synchronizationRule.
type Rule struct {
	ID                  string          `json:"id"`
	Name                string          `json:"name"`
	Priority            int             `json:"priority"`
	Editable            bool            `json:"editable"`
	SourceDirectoryName string          `json:"sourceDirectoryName"`
	TargetDirectoryName string          `json:"targetDirectoryName"`
	ObjectMappings      []ObjectMapping `json:"objectMappings"`
	Metadata            []Metadata      `json:"metadata"`
}

// Metadata is a key with a text value; keys are an open set.
type Metadata struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ObjectMapping maps one type of source object to one type of target object.
type ObjectMapping struct {
	Name              string             `json:"name"`
	Enabled           bool               `json:"enabled"`
	FlowTypes         string             `json:"flowTypes"` // "Add,Update,Delete"; older documents put a blank after the comma
	SourceObjectName  string             `json:"sourceObjectName"`
	TargetObjectName  string             `json:"targetObjectName"`
	Scope             *Filter            `json:"scope"`
	AttributeMappings []AttributeMapping `json:"attributeMappings"`
	Metadata          []Metadata         `json:"metadata"`
}

// Flow types of an attribute mapping.
const (
	FlowAlways        = "Always"
	FlowObjectAddOnly = "ObjectAddOnly" // written when the object is created, never later
)

// AttributeMapping says where the value of one target attribute comes from.
type AttributeMapping struct {
	TargetAttributeName     string  `json:"targetAttributeName"`
	Source                  *Source `json:"source"`
	DefaultValue            *string `json:"defaultValue"`
	MatchingPriority        int     `json:"matchingPriority"` // 0: not a matching attribute; 1, 2 …: the order
	ExportMissingReferences bool    `json:"exportMissingReferences"`
	FlowType                string  `json:"flowType"`
	FlowBehavior            string  `json:"flowBehavior"` // FlowWhenChanged, FlowAlways
}

// Types of attribute mapping source.
const (
	SourceAttribute = "Attribute"
	SourceConstant  = "Constant"
	SourceFunction  = "Function"
)

// Source is an attributeMappingSource: an expression and its parsed form.
type Source struct {
	Type       string      `json:"type"`
	Name       string      `json:"name"`
	Expression string      `json:"expression"`
	Parameters []Parameter `json:"parameters"`
}

// Parameter is an argument of a function. Omitted arguments have no entry, and
// most keys are known to the service alone. Source: expressions §6.
type Parameter struct {
	Key   string `json:"key"`
	Value Source `json:"value"`
}

// Filter is a scoping filter: its groups are alternatives, the clauses inside
// one group must all hold.
type Filter struct {
	Groups               []FilterGroup `json:"groups"`
	InputFilterGroups    []FilterGroup `json:"inputFilterGroups"`
	CategoryFilterGroups []FilterGroup `json:"categoryFilterGroups"`
}

// FilterGroup is one alternative of a Filter.
type FilterGroup struct {
	Name    string         `json:"name"`
	Clauses []FilterClause `json:"clauses"`
}

// FilterClause compares a source attribute with values.
type FilterClause struct {
	OperatorName      string        `json:"operatorName"`
	SourceOperandName string        `json:"sourceOperandName"`
	TargetOperand     FilterOperand `json:"targetOperand"`
}

// FilterOperand holds the values of a clause, always text.
type FilterOperand struct {
	Values []string `json:"values"`
}

// DirectoryDefinition lists the objects and attributes of one side.
type DirectoryDefinition struct {
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Objects []ObjectDefinition `json:"objects"`
}

// ObjectDefinition is one type of object and its attributes.
type ObjectDefinition struct {
	Name       string                `json:"name"`
	Attributes []AttributeDefinition `json:"attributes"`
}

// Types of attribute.
const (
	TypeString    = "String"
	TypeInteger   = "Integer"
	TypeReference = "Reference"
	TypeBinary    = "Binary"
	TypeBoolean   = "Boolean"
	TypeDateTime  = "DateTime"
)

// AttributeDefinition describes one attribute of an object.
type AttributeDefinition struct {
	Name              string             `json:"name"`
	Type              string             `json:"type"`
	Anchor            bool               `json:"anchor"`
	CaseExact         bool               `json:"caseExact"`
	FlowNullValues    bool               `json:"flowNullValues"`
	Multivalued       bool               `json:"multivalued"`
	Required          bool               `json:"required"`
	Mutability        string             `json:"mutability"` // ReadWrite, ReadOnly, Immutable, WriteOnly
	DefaultValue      *string            `json:"defaultValue"`
	ReferencedObjects []ReferencedObject `json:"referencedObjects"`
}

// ReferencedObject is a type of object that a reference attribute may name.
type ReferencedObject struct {
	ReferencedObjectName string  `json:"referencedObjectName"`
	ReferencedProperty   *string `json:"referencedProperty"`
}
