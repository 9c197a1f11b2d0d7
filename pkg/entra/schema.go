package entra

import "encoding/json"

// Schema is a synchronizationSchema document. It keeps the document's bytes:
// what is not edited is printed exactly as it was read, unknown members, nulls,
// order, spacing and all, because a PUT of a schema replaces the whole of it.
//
// A Schema is not safe for concurrent use.
type Schema struct{}

// ParseSchema reads a document. A syntax error names line and column.
func ParseSchema(doc []byte) (*Schema, error) { panic("entra: ParseSchema") }

// Bytes prints the document.
func (s *Schema) Bytes() []byte { panic("entra: Bytes") }

// Clone returns an independent copy.
func (s *Schema) Clone() *Schema { panic("entra: Clone") }

// Version returns the opaque version, which changes with every write.
func (s *Schema) Version() string { panic("entra: Version") }

// Rules returns the synchronization rules as the document has them now.
func (s *Schema) Rules() []Rule { panic("entra: Rules") }

// Directories returns the directories as the document has them now.
func (s *Schema) Directories() []DirectoryDefinition { panic("entra: Directories") }

// MappingRef names an object mapping inside a schema: the rule by its ID and the
// mapping by its source object name ("User", "Group"). An empty Rule means the
// one rule that has such an object mapping with a non-empty target; directory
// and mapping names are never used, since they changed with the Entra renaming.
// Source: graph_contract §8.
type MappingRef struct {
	Rule   string `json:"rule,omitempty"`
	Source string `json:"source"`
}

// ObjectMapping returns the rule and object mapping that ref names.
func (s *Schema) ObjectMapping(ref MappingRef) (Rule, ObjectMapping, bool) {
	panic("entra: ObjectMapping")
}

// Definitions returns the source and target object definitions that belong to
// the object mapping, with an empty definition where the document has none.
func (s *Schema) Definitions(ref MappingRef) (source, target ObjectDefinition) {
	panic("entra: Definitions")
}

// SetAttributeMapping makes the mapping of m.TargetAttributeName say m: it
// changes only the members that differ, or appends a new mapping. When source is
// not nil it is written verbatim as the mapping's source tree in place of
// m.Source, whose parameter keys the caller may not know.
func (s *Schema) SetAttributeMapping(ref MappingRef, m AttributeMapping, source json.RawMessage) error {
	panic("entra: SetAttributeMapping")
}

// RemoveAttributeMapping removes the mapping of a target attribute; false when
// there is none.
func (s *Schema) RemoveAttributeMapping(ref MappingRef, target string) (bool, error) {
	panic("entra: RemoveAttributeMapping")
}

// SetObjectMapping sets enabled, flowTypes and scope of an object mapping. Nil
// members are left as they are; scope is written verbatim, `null` for no filter.
func (s *Schema) SetObjectMapping(ref MappingRef, enabled *bool, flowTypes *string, scope json.RawMessage) error {
	panic("entra: SetObjectMapping")
}

// Side is one of the two directories of a rule.
type Side int

// The two sides.
const (
	SourceSide Side = iota
	TargetSide
)

// SetAttributeDefinition adds an attribute to the attribute list of one side of
// an object mapping, or changes only the members that differ.
func (s *Schema) SetAttributeDefinition(ref MappingRef, side Side, a AttributeDefinition) error {
	panic("entra: SetAttributeDefinition")
}

// RemoveAttributeDefinition removes an attribute from an attribute list; false
// when there is none.
func (s *Schema) RemoveAttributeDefinition(ref MappingRef, side Side, name string) (bool, error) {
	panic("entra: RemoveAttributeDefinition")
}

// SourceJSON returns the raw source tree of an attribute mapping, or nil.
func (s *Schema) SourceJSON(ref MappingRef, target string) json.RawMessage {
	panic("entra: SourceJSON")
}

// FindSource returns the raw source tree of any mapping in the document whose
// expression, canonicalised by canon, equals expression; nil when there is none.
func (s *Schema) FindSource(expression string, canon func(string) string) json.RawMessage {
	panic("entra: FindSource")
}
