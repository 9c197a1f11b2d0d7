package entra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// MappingRef names an object mapping inside a schema: the rule by its ID and the
// mapping by its source object name ("User", "Group"). An empty Rule means the
// one rule that has such an object mapping with a non-empty target; directory
// and mapping names are never used, since they changed with the Entra renaming.
// Source: graph_contract §8.
type MappingRef struct {
	Rule   string `json:"rule,omitempty"`
	Source string `json:"source"`
}

// String prints the reference for messages.
func (r MappingRef) String() string {
	if r.Rule == "" {
		return r.Source
	}
	return r.Source + " of rule " + r.Rule
}

// Side is one of the two directories of a rule.
type Side int

// The two sides.
const (
	SourceSide Side = iota
	TargetSide
)

// String returns "source" or "target".
func (s Side) String() string {
	if s == SourceSide {
		return "source"
	}
	return "target"
}

// Resolve returns ref with its Rule filled in. The error says that the document
// has no such object mapping, or several that only a rule's id tells apart.
func (s *Schema) Resolve(ref MappingRef) (MappingRef, error) {
	rule, _, err := s.find(ref)
	if err != nil {
		return MappingRef{}, err
	}
	return MappingRef{Rule: s.reader().text(rule, "id"), Source: ref.Source}, nil
}

// ObjectMapping returns the rule and object mapping that ref names.
func (s *Schema) ObjectMapping(ref MappingRef) (Rule, ObjectMapping, bool) {
	rule, mapping, err := s.find(ref)
	if err != nil {
		return Rule{}, ObjectMapping{}, false
	}
	r := s.reader()
	return r.rule(rule), r.objectMapping(mapping), true
}

// Definitions returns the source and target object definitions that belong to
// the object mapping, with an empty definition where the document has none.
func (s *Schema) Definitions(ref MappingRef) (source, target ObjectDefinition) {
	rule, mapping, err := s.find(ref)
	if err != nil {
		return source, target
	}
	r := s.reader()
	if n := s.definition(rule, mapping, SourceSide); n != nil {
		source = r.objectDefinition(n)
	}
	if n := s.definition(rule, mapping, TargetSide); n != nil {
		target = r.objectDefinition(n)
	}
	return source, target
}

// SourceJSON returns the raw source tree of an attribute mapping, or nil.
func (s *Schema) SourceJSON(ref MappingRef, target string) json.RawMessage {
	_, mapping, err := s.find(ref)
	if err != nil {
		return nil
	}
	source := s.attributeMappings(mapping, target)
	if len(source) == 0 {
		return nil
	}
	n := source[0].member("source")
	if n == nil || n.kind != objectNode {
		return nil
	}
	return json.RawMessage(bytes.Clone(s.doc[n.start:n.end]))
}

// FindSource returns the raw source tree of any mapping in the document whose
// expression, canonicalised by canon, equals expression; nil when there is none.
// Arguments of functions count as well; a function that the document lists
// without parameters does not, since such a tree says nothing.
func (s *Schema) FindSource(expression string, canon func(string) string) json.RawMessage {
	r := s.reader()
	var found *node
	var look func(n *node)
	look = func(n *node) {
		if n == nil || found != nil {
			return
		}
		parameters := n.member("parameters")
		if r.text(n, "type") != SourceFunction || parameters == nil || len(parameters.kids) == 0 {
			return
		}
		if canon(r.text(n, "expression")) == expression {
			found = n
			return
		}
		r.each(n, "parameters", func(p *node) { look(r.object(p, "value")) })
	}
	r.each(&s.root, "synchronizationRules", func(rule *node) {
		r.each(rule, "objectMappings", func(mapping *node) {
			r.each(mapping, "attributeMappings", func(m *node) { look(r.object(m, "source")) })
		})
	})
	if found == nil {
		return nil
	}
	return json.RawMessage(bytes.Clone(s.doc[found.start:found.end]))
}

// find returns the nodes of the rule and the object mapping that ref names.
func (s *Schema) find(ref MappingRef) (rule, mapping *node, err error) {
	r := s.reader()
	var rules []string
	r.each(&s.root, "synchronizationRules", func(candidate *node) {
		id := r.text(candidate, "id")
		if ref.Rule != "" && id != ref.Rule {
			return
		}
		r.each(candidate, "objectMappings", func(m *node) {
			if r.text(m, "sourceObjectName") == ref.Source && r.text(m, "targetObjectName") != "" {
				rule, mapping = candidate, m
				rules = append(rules, id)
			}
		})
	})
	switch {
	case len(rules) == 0:
		return nil, nil, fmt.Errorf("the schema has no object mapping for %s", ref)
	case len(rules) > 1:
		return nil, nil, fmt.Errorf("the schema maps %s more than once, in the rules %s", ref, strings.Join(rules, ", "))
	}
	return rule, mapping, nil
}

// attributeMappings returns the nodes that map a target attribute; a sound
// document has at most one.
func (s *Schema) attributeMappings(mapping *node, target string) []*node {
	var found []*node
	r := s.reader()
	r.each(mapping, "attributeMappings", func(m *node) {
		if r.text(m, "targetAttributeName") == target {
			found = append(found, m)
		}
	})
	return found
}

// definition returns the node of the object definition on one side of an object
// mapping, or nil.
func (s *Schema) definition(rule, mapping *node, side Side) *node {
	r := s.reader()
	directory, object := "sourceDirectoryName", "sourceObjectName"
	if side == TargetSide {
		directory, object = "targetDirectoryName", "targetObjectName"
	}
	name := r.text(mapping, object)
	var found *node
	r.each(s.directory(r.text(rule, directory)), "objects", func(o *node) {
		if found == nil && r.text(o, "name") == name {
			found = o
		}
	})
	return found
}

// directory finds a directory by the name that a rule gives it. The source
// directory was renamed and a document may mix both names.
func (s *Schema) directory(name string) *node {
	r := s.reader()
	var found, renamed *node
	r.each(&s.root, "directories", func(d *node) {
		switch has := r.text(d, "name"); {
		case found == nil && has == name:
			found = d
		case renamed == nil && isEntra(has) && isEntra(name):
			renamed = d
		}
	})
	if found == nil {
		return renamed
	}
	return found
}

// isEntra reports whether a directory is the tenant itself.
// Source: graph_gotchas 27.
func isEntra(directory string) bool {
	return directory == "Microsoft Entra ID" || directory == "Azure Active Directory"
}
