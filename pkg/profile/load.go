package profile

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Load reads the documents of a file. The File is usable as far as it could be
// understood; with errors in the diagnostics it must not be applied.
//
// A mistake of YAML syntax that has a known mend is reported and then treated as
// mended, so that one run finds the problems behind it too.
func Load(name string, data []byte) (*File, diag.List) {
	f := &File{Name: name, Source: data}
	l := loader{file: f, mask: textMask(string(data))}
	l.load(string(data))
	return f, l.mask.apply(l.problems.Sort())
}

// loader reads one file.
type loader struct {
	file     *File
	mask     mask
	problems diag.List
}

func (l *loader) report(d ...diag.Diagnostic) { l.problems = append(l.problems, d...) }

func (l *loader) load(data string) {
	here := diag.Range{Filename: l.file.Name}
	if len(data) > maxSize {
		l.report(diag.Errorf(codeSize, here, "the file has %d bytes; a profile may have %d", len(data), maxSize).
			WithDetail("Is this the right file?"))
		return
	}
	src := newSource(l.file.Name, data)
	if d, ok := badEncoding(src); ok {
		l.report(d)
		return
	}
	docs, src := l.parse(src)
	if len(docs) > maxDocuments {
		l.report(diag.Errorf(codeSize, here, "the file has more than %d documents", maxDocuments).
			WithDetail("Split it into several files."))
		docs = docs[:maxDocuments]
	}
	shape := documentShape()
	for _, y := range docs {
		if root := l.tree(src, y); root != nil {
			l.document(&document{src: src, root: root, shape: shape})
		}
	}
	first := map[string]*Profile{}
	for _, p := range l.file.Profiles {
		switch other := first[p.Name]; {
		case p.Name == "":
		case other == nil:
			first[p.Name] = p
		default:
			l.report(diag.Errorf(codeProfileTwice, p.nameRange(), "a second profile is named %q", p.Name).
				WithDetail("The names of profiles tell their applications apart: choose another.").
				WithRelated(other.nameRange(), "the first is here"))
		}
	}
	if len(l.file.Profiles) == 0 && !l.problems.HasErrors() {
		l.report(diag.Errorf(codeEmpty, here, "the file has no profile").
			WithDetail("A profile begins with the lines \"version: 1\" and \"profile: NAME\"."))
	}
}

// nameRange returns where the profile's name is.
func (p *Profile) nameRange() diag.Range {
	if n := p.doc.root.get("profile"); n != nil {
		return n.where
	}
	return p.Where
}

// badEncoding finds bytes that no YAML parser takes, and says where.
func badEncoding(src *source) (diag.Diagnostic, bool) {
	text := src.text
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return diag.Errorf(codeEncoding, diag.Range{Filename: src.name}, "the file is UTF-16").
			WithDetail("Save it as UTF-8."), true
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if 0x20 <= r && r < 0x7f || r == '\n' {
			i++
			continue
		}
		switch {
		case r == utf8.RuneError && size <= 1:
			return diag.Errorf(codeEncoding, src.span(i, i+size), "the byte 0x%02x is not UTF-8", text[i]).
				WithDetail("Save the file as UTF-8."), true
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85,
			r == 0xFFFE, r == 0xFFFF, r == 0xFEFF && i > 0:
			return diag.Errorf(codeEncoding, src.span(i, i+size), "the character U+%04X cannot stand in a YAML file", r).
				WithDetail(`Delete it, or write it as an escape in double quotes, "\u%04X".`, r), true
		}
		i += size
	}
	return diag.Diagnostic{}, false
}

// parse returns the documents. Mistakes that can be mended are, and the source that
// comes back is the mended one.
func (l *loader) parse(src *source) ([]*yaml.Node, *source) {
	var fixes []diag.Fix
	for range maxMends {
		docs, err := documents(src.text)
		if err == nil {
			return docs, src
		}
		found, mends := explain(src, err)
		if len(mends) == 0 && slices.ContainsFunc(fixes, func(f diag.Fix) bool { return f.Range.Start.Line == found[0].Subject.Start.Line }) {
			return docs, src // the mend was wrong, and its mistake has been reported
		}
		l.report(found...)
		before := len(fixes)
		for _, m := range mends {
			if !slices.ContainsFunc(fixes, func(f diag.Fix) bool { return overlap(f.Range, m.Range) }) {
				fixes = append(fixes, m)
			}
		}
		if len(fixes) == before {
			return docs, src
		}
		src = src.mend(string(l.file.Source), fixes)
	}
	return nil, src
}

// overlap reports whether two stretches of the file have a byte in common, or the
// same beginning.
func overlap(a, b diag.Range) bool {
	return a.Start.Byte < b.End.Byte && b.Start.Byte < a.End.Byte || a.Start.Byte == b.Start.Byte
}

// documents parses a text. With an error come the documents before it.
func documents(text string) (docs []*yaml.Node, err error) {
	dec := yaml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, byteOrderMark)))
	for len(docs) <= maxDocuments {
		var y yaml.Node
		switch err := dec.Decode(&y); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		docs = append(docs, &y)
	}
	return docs, nil
}

// tree makes the nodes of a document; nil for an empty one, or one whose aliases
// cannot be expanded.
func (l *loader) tree(src *source, y *yaml.Node) *node {
	if y.Kind != yaml.DocumentNode || len(y.Content) == 0 {
		return nil
	}
	c := converter{src: src, seen: map[*yaml.Node]*node{}}
	root := c.convert(y.Content[0], -1, 1)
	switch {
	case c.fault != nil:
		l.report(*c.fault)
		return nil
	case root.size > maxExpanded:
		l.report(diag.Errorf(codeAliases, root.where, "the aliases of the document stand for more than %d values", maxExpanded).
			WithDetail("Write the values out, or use environments for what differs."))
		return nil
	case root.depth > maxDepth:
		l.report(diag.Errorf(codeTooDeep, root.where, "the document is nested more than %d deep", maxDepth))
		return nil
	case root.isNull():
		return nil
	}
	return root
}

// document checks one document and adds its profile.
func (l *loader) document(d *document) {
	if d.root.kind != mapNode {
		l.report(diag.Errorf(codeKind, d.root.where, "the document is %s, not a profile", d.root.kind.noun()).
			WithDetail("A profile begins with the lines \"version: 1\" and \"profile: NAME\"."))
		return
	}
	d.mask = l.mask
	d.mask.secrets(d)
	l.mask = d.mask
	c := checker{doc: d}
	c.document()
	p := &Profile{Where: d.root.where, doc: d}
	if n := d.root.get("profile"); n != nil {
		p.Name = n.text.Value
	}
	if n := d.root.get("description"); n != nil {
		p.Description = n.text.Value
	}
	environments := d.root.get("environments")
	if environments != nil {
		for _, e := range environments.pairs {
			p.Environments = append(p.Environments, e.key.text.Value)
		}
		slices.Sort(p.Environments)
		p.Environments = slices.Compact(p.Environments)
	}
	p.Variables = c.variables()
	c.references(p.Variables)
	l.report(c.problems...)
	l.file.Profiles = append(l.file.Profiles, p)
}
