package entra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Schema is a synchronizationSchema document. It keeps the document's bytes:
// what is not edited is printed exactly as it was read, unknown members, nulls,
// order, spacing and all, because a PUT of a schema replaces the whole of it.
//
// A Schema is not safe for concurrent use.
type Schema struct {
	doc  []byte // never written to: an edit makes a new one
	root node
}

// ParseSchema reads a document. The error is a *SchemaError that names line and
// column. Besides JSON that is malformed it refuses what could not be edited
// without doubt: a name that occurs twice in an object, a member of another type
// than documented, nesting beyond reason. Null and missing members are fine, and
// so are members that nobody has heard of.
//
// A byte order mark in front, as editors on Windows write it, is dropped.
func ParseSchema(doc []byte) (*Schema, error) {
	doc = bytes.TrimPrefix(doc, []byte("\ufeff"))
	switch {
	case len(doc) > maxSchemaSize:
		return nil, &SchemaError{Line: 1, Column: 1, Message: fmt.Sprintf("the document has %d bytes, more than %d", len(doc), maxSchemaSize)}
	case len(bytes.TrimSpace(doc)) == 0:
		return nil, &SchemaError{Line: 1, Column: 1, Message: "the document is empty"}
	}
	return load(bytes.Clone(doc))
}

// load reads a document, whose bytes it keeps.
func load(doc []byte) (*Schema, error) {
	root, err := scan(doc)
	if err != nil {
		return nil, err
	}
	if root.kind != objectNode {
		return nil, errorAt(doc, root.start, "a synchronizationSchema is an object; this is %s", root.kind)
	}
	s := &Schema{doc: doc, root: root}
	r := s.reader()
	r.text(&root, "version")
	readAll(r, &root, "synchronizationRules", r.rule)
	readAll(r, &root, "directories", r.directory)
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

func (s *Schema) reader() *reader { return &reader{doc: s.doc, root: &s.root} }

// Bytes prints the document.
func (s *Schema) Bytes() []byte { return bytes.Clone(s.doc) }

// Clone returns an independent copy.
func (s *Schema) Clone() *Schema { return new(*s) }

// Version returns the opaque version, which changes with every write.
func (s *Schema) Version() string { return s.reader().text(&s.root, "version") }

// Rules returns the synchronization rules as the document has them now.
func (s *Schema) Rules() []Rule {
	r := s.reader()
	return readAll(r, &s.root, "synchronizationRules", r.rule)
}

// Directories returns the directories as the document has them now.
func (s *Schema) Directories() []DirectoryDefinition {
	r := s.reader()
	return readAll(r, &s.root, "directories", r.directory)
}

// edit makes splices, which must not overlap. They hold values that this package
// printed, or raw ones that checkRaw has accepted, so that the result is a schema
// as much as the document was.
func (s *Schema) edit(splices ...splice) error {
	if len(splices) == 0 {
		return nil
	}
	slices.SortStableFunc(splices, func(a, b splice) int { return a.start - b.start })
	doc := make([]byte, 0, len(s.doc)+1024)
	at := 0
	for _, p := range splices {
		doc = append(append(doc, s.doc[at:p.start]...), p.text...)
		at = p.end
	}
	doc = append(doc, s.doc[at:]...)
	root, err := scan(doc)
	if err != nil {
		return fmt.Errorf("edit the schema: %w", err)
	}
	s.doc, s.root = doc, root
	return nil
}

// checkRaw refuses JSON text that is not one value which read, a function of
// reader, can read. A nil raw is none.
func checkRaw[T any](what string, raw json.RawMessage, read func(*reader, *node) T) error {
	if raw == nil {
		return nil
	}
	root, err := scan(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	r := &reader{doc: raw, root: &root}
	if root.kind != nullNode && root.kind != objectNode {
		r.fail(&root, "an object")
	} else if root.kind == objectNode {
		read(r, &root)
	}
	if r.err != nil {
		return fmt.Errorf("%s: %w", what, r.err)
	}
	return nil
}
