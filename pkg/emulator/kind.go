package emulator

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

// kind is a type of directory object: its properties, which of them an answer
// holds unless $select says otherwise, and what queries may do with them.
type kind struct {
	name       string // microsoft.graph.user
	set        string // users
	title      string // User, as messages spell it
	properties map[string]property
	defaults   []string // of v1.0; nil means all
	onSelect   []string // properties that an answer holds only when $select names them
	beta       []string // properties that v1.0 does not have
	expands    []string // names of references that $expand may ask for
	search     []string // properties that $search may name
	contains   bool     // filters may use contains
	simple     bool     // no advanced queries: every query works without headers
}

// property is a property's type and what may be done with it.
type property struct {
	typ    propertyType
	filter filtering
	patch  bool // may be written by PATCH
}

type propertyType int

const (
	text propertyType = iota
	boolean
	date
	textList
	objectValue
	objectList
	number
)

// filtering says how a property may appear in $filter.
type filtering int

const (
	unfiltered filtering = iota
	filtered             // eq, in, startswith, ge, le at once; ne, not, endswith as an advanced query
	advanced             // as an advanced query only
)

// empty is the value of a property that was never set.
func (p property) empty() any {
	switch p.typ {
	case textList, objectList:
		return []any{}
	}
	return nil
}

// accepts reports whether a JSON value fits the property.
func (p property) accepts(v any) bool {
	switch p.typ {
	case text, date:
		_, ok := v.(string)
		return ok || v == nil
	case boolean:
		_, ok := v.(bool)
		return ok || v == nil
	case textList:
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(e any) bool { _, isText := e.(string); return !isText })
	case objectList:
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(e any) bool { _, isObject := e.(map[string]any); return !isObject })
	case objectValue:
		_, ok := v.(map[string]any)
		return ok || v == nil
	}
	return true
}

// property finds a property; directory extensions are texts.
func (k *kind) property(name string) (property, bool) {
	if p, ok := k.properties[name]; ok {
		return p, true
	}
	if strings.HasPrefix(name, "extension_") && k.set != "" {
		return property{text, filtered, true}, true
	}
	return property{}, false
}

// names returns all properties, sorted.
func (k *kind) names() []string {
	names := make([]string, 0, len(k.properties))
	for name := range k.properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// selected returns the properties of an answer. An unknown name is an error.
func (k *kind) selected(version string, wanted []string) ([]string, error) {
	known := k.names()
	if version == "v1.0" {
		known = slices.DeleteFunc(known, func(n string) bool { return slices.Contains(k.beta, n) })
	}
	if len(wanted) == 0 || slices.Contains(wanted, "*") {
		if version == "v1.0" && k.defaults != nil {
			return k.defaults, nil
		}
		return slices.DeleteFunc(known, func(n string) bool { return slices.Contains(k.onSelect, n) }), nil
	}
	out := make([]string, 0, len(wanted))
	for _, name := range wanted {
		i := slices.IndexFunc(known, func(n string) bool { return strings.EqualFold(n, name) })
		if i >= 0 {
			out = append(out, known[i])
			continue
		}
		if _, isExtension := k.property(name); !isExtension || slices.Contains(k.beta, name) {
			return nil, fail(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type '%s'.", name, k.name)
		}
		out = append(out, name)
	}
	return out, nil
}

// checkFilter judges a filter: whether its properties exist, whether they
// support its operators, and whether it is an advanced query.
func (k *kind) checkFilter(f *odata.Filter) (needsHeader bool, reason string, err error) {
	for _, use := range f.Uses() {
		root, _, _ := strings.Cut(use.Path, "/")
		p, ok := k.property(root)
		if !ok {
			return false, "", fail(400, "BadRequest", "Invalid filter clause: Could not find a property named '%s' on type '%s'.", root, k.name)
		}
		if p.filter == unfiltered {
			return false, "", unsupportedQuery("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", root, k.title)
		}
		if use.Folded || use.Operator == "contains" && !k.contains {
			return false, "", unsupportedQuery("Unsupported Query.")
		}
		if err := k.checkLiteral(use, p); err != nil {
			return false, "", err
		}
		switch {
		case use.Operator == "ne":
			needsHeader, reason = true, "Operator 'NotEqualsMatch' is not supported because the required parameters might be missing"
		case use.Not:
			needsHeader, reason = true, "Operator 'Not' is not supported because the required parameters might be missing"
		case use.Operator == "endswith":
			needsHeader, reason = true, "Operator 'endsWith' is not supported because the 'ConsistencyLevel:eventual' header is missing"
		case p.filter == advanced:
			needsHeader, reason = true, "Filter on property '"+root+"' is not supported because the required parameters might be missing"
		}
	}
	return needsHeader && !k.simple, reason, nil
}

func (k *kind) checkLiteral(use odata.Use, p property) error {
	ok := true
	switch p.typ {
	case text, textList:
		ok = use.Literal == odata.StringLiteral || use.Literal == odata.NullLiteral || use.Literal == odata.GUIDLiteral
	case boolean:
		ok = use.Literal == odata.BoolLiteral || use.Literal == odata.NullLiteral
	case date:
		ok = use.Literal == odata.DateTimeLiteral || use.Literal == odata.NullLiteral
	}
	if !ok {
		return fail(400, "BadRequest", "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
			p.typ.edm(), use.Literal, use.Operator)
	}
	return nil
}

func (t propertyType) edm() string {
	switch t {
	case boolean:
		return "Edm.Boolean"
	case date:
		return "Edm.DateTimeOffset"
	}
	return "Edm.String"
}
