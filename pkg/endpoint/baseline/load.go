package baseline

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
)

// Codes of this package.
const (
	CodeUnreadable diag.Code = "SC5901"
	CodeKey        diag.Code = "SC5902"
	CodeValue      diag.Code = "SC5903"
	CodeCheck      diag.Code = "SC5904"
)

// Codes documents the diagnostics of this package.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: CodeUnreadable, Title: "baseline cannot be read", Help: "The baseline is no YAML or JSON, is too long, or is something else than one object with version and deviations."},
		{Code: CodeKey, Title: "key of a baseline", Help: "A baseline has version and deviations; an entry has check, reason, expires and, if it accepts not every failure, severity. Each is given once."},
		{Code: CodeValue, Title: "value in a baseline", Help: "The version is 1, a reason is a text, expires is the last day that the entry holds as YYYY-MM-DD, severity is degrades or breaks."},
		{Code: CodeCheck, Title: "check of a baseline", Help: "An entry names one check of `scimctl endpoint test --list`, and no two entries name the same."},
	}
}

// maxSize bounds a baseline in bytes.
const maxSize = 1 << 20

// dateForm is how days are written.
const dateForm = time.DateOnly

// severities that an entry can name.
var severities = map[string]endpoint.Severity{
	endpoint.Degrades.String(): endpoint.Degrades,
	endpoint.Breaks.String():   endpoint.Breaks,
}

// Load reads a baseline. Checks are the ids that exist. The File is nil when the
// diagnostics have errors.
func Load(name string, data []byte, checks []string) (*File, diag.List) {
	l := &loader{name: name, text: string(data), checks: checks}
	if len(data) > maxSize {
		l.problems = append(l.problems, diag.Errorf(CodeUnreadable, diag.Range{Filename: name}, "the baseline has %d bytes; at most %d are read", len(data), maxSize))
		return nil, l.problems
	}
	f := l.file()
	if l.problems.HasErrors() {
		return nil, l.problems
	}
	slices.SortFunc(f.Deviations, func(a, b Deviation) int { return cmp.Compare(a.Check, b.Check) })
	return f, l.problems
}

type loader struct {
	name, text string
	checks     []string
	problems   diag.List
}

func (l *loader) file() *File {
	root, err := l.parse()
	if err != nil {
		l.problems = append(l.problems, diag.Errorf(CodeUnreadable, diag.Range{Filename: l.name}, "%v", err))
		return nil
	}
	members := l.members(root, "version", "deviations")
	if v := members["version"]; v == nil || v.Value != "1" {
		l.report(CodeValue, orNode(v, root), "version is missing or unknown", "Write version: 1 at the top.")
	}
	f := &File{}
	list := members["deviations"]
	switch {
	case list == nil:
		l.report(CodeKey, root, "deviations is missing", "Write deviations: and a list below it; [] for none.")
	case list.Kind == yaml.ScalarNode && list.Tag == "!!null":
	case list.Kind != yaml.SequenceNode:
		l.report(CodeValue, list, "deviations is no list", "Begin each entry with - check:.")
	default:
		for _, n := range list.Content {
			f.Deviations = append(f.Deviations, l.deviation(n, f.Deviations))
		}
	}
	return f
}

// parse reads the one document of the file.
func (l *loader) parse() (*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(l.text))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the baseline is empty: write version: 1 and deviations: []")
		}
		return nil, fmt.Errorf("the baseline is no YAML: %w", err)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("the baseline holds something behind its first document")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("the baseline is something else than an object with version and deviations")
	}
	return doc.Content[0], nil
}

// deviation reads one entry; before are those above it.
func (l *loader) deviation(n *yaml.Node, before []Deviation) Deviation {
	d := Deviation{Severity: endpoint.Breaks, Where: l.at(n)}
	if n.Kind != yaml.MappingNode {
		l.report(CodeValue, n, "the entry is no object", "Write check, reason and expires.")
		return d
	}
	members := l.members(n, "check", "reason", "expires", "severity")
	d.Check = strings.ToUpper(l.scalar(n, members, "check"))
	d.Reason = l.scalar(n, members, "reason")
	switch at := orNode(members["check"], n); {
	case d.Check == "":
	case !slices.Contains(l.checks, d.Check):
		l.report(CodeCheck, at, fmt.Sprintf("there is no check %q%s", d.Check, diag.DidYouMean(d.Check, l.checks)), "scimctl endpoint test --list names all.")
	case slices.ContainsFunc(before, func(o Deviation) bool { return o.Check == d.Check }):
		l.report(CodeCheck, at, fmt.Sprintf("the check %s has an entry already", d.Check), "Keep one of them.")
	}
	if text := l.scalar(n, members, "expires"); text != "" {
		day, err := time.Parse(dateForm, text)
		if err != nil {
			l.report(CodeValue, members["expires"], fmt.Sprintf("expires %q is no day", text), "Write it as in 2026-12-31.")
		}
		d.Expires = day
	}
	if s := members["severity"]; s != nil {
		severity, ok := severities[s.Value]
		if !ok {
			l.report(CodeValue, s, fmt.Sprintf("severity %q is unknown", s.Value), "Write degrades or breaks, or leave it out to accept both.")
		}
		d.Severity = severity
	}
	return d
}

// members returns the values of an object by their keys.
func (l *loader) members(n *yaml.Node, known ...string) map[string]*yaml.Node {
	members := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			l.report(CodeKey, key, fmt.Sprintf("unknown key %q%s", key.Value, diag.DidYouMean(key.Value, known)), "Keys here are "+strings.Join(known, ", ")+".")
		case members[key.Value] != nil:
			l.report(CodeKey, key, fmt.Sprintf("%s is given twice", key.Value), "Keep one of them.")
		default:
			members[key.Value] = n.Content[i+1]
		}
	}
	return members
}

// scalar returns the text of a member that must be there.
func (l *loader) scalar(n *yaml.Node, members map[string]*yaml.Node, key string) string {
	m := members[key]
	if m == nil || m.Kind != yaml.ScalarNode || m.Tag == "!!null" || strings.TrimSpace(m.Value) == "" {
		l.report(CodeValue, orNode(m, n), key+" is missing or no text", "An entry says which check may fail, why, and until when.")
		return ""
	}
	return strings.TrimSpace(m.Value)
}

func (l *loader) report(code diag.Code, n *yaml.Node, summary, detail string) {
	l.problems = append(l.problems, diag.Errorf(code, l.at(n), "%s", summary).WithDetail("%s", detail))
}

// at is the place of a node: its first character, as far as YAML tells.
func (l *loader) at(n *yaml.Node) diag.Range {
	pos := diag.Pos{Line: max(n.Line, 1), Column: max(n.Column, 1)}
	rest := l.text
	for range pos.Line - 1 {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	start := len(l.text) - len(rest)
	// Columns count runes.
	for i := range rest {
		if pos.Column--; pos.Column == 0 {
			start += i
			break
		}
	}
	pos.Column, pos.Byte = max(n.Column, 1), start
	end := pos
	if n.Kind == yaml.ScalarNode && n.Value != "" && strings.HasPrefix(l.text[start:], n.Value) {
		end.Byte += len(n.Value)
		end.Column += len([]rune(n.Value))
	}
	return diag.Range{Filename: l.name, Start: pos, End: end}
}

func orNode(n, otherwise *yaml.Node) *yaml.Node {
	if n == nil {
		return otherwise
	}
	return n
}
