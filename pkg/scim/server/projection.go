package server

import (
	"net/url"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// projection says which attributes an answer has. Source: RFC 7644 §3.9, §3.4.2.5.
type projection struct {
	only    []scim.Path // nil means all
	without []scim.Path
}

// parseProjection reads the parameters attributes and excludedAttributes. With
// both, attributes decides.
func parseProjection(query url.Values) (projection, *scim.Error) {
	only, err := parsePaths("attributes", query["attributes"])
	if err != nil {
		return projection{}, err
	}
	without, err := parsePaths("excludedAttributes", query["excludedAttributes"])
	if err != nil {
		return projection{}, err
	}
	if only != nil {
		without = nil
	}
	return projection{only, without}, nil
}

func parsePaths(parameter string, lists []string) ([]scim.Path, *scim.Error) {
	var paths []scim.Path
	for _, list := range lists {
		for _, text := range splitPaths(list) {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			p, err := scim.ParsePath(text)
			if err != nil {
				return nil, badRequest(scim.InvalidPath, "%s: %v", parameter, err)
			}
			if _, core := scim.LookupAttribute(scim.Path{Attribute: p.Attribute}); p.URN == "" && !core {
				// Enterprise attributes may come without their URN.
				if _, ok := scim.EnterpriseSchemaDefinition().Attribute(p.Attribute); ok {
					p.URN = scim.EnterpriseUserSchema
				}
			}
			paths = append(paths, p)
		}
	}
	return paths, nil
}

// splitPaths cuts at commas outside of value filters.
func splitPaths(list string) []string {
	var parts []string
	start, quoted, depth := 0, false, 0
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth <= 0:
			parts = append(parts, list[start:i])
			start = i + 1
		}
	}
	return append(parts, list[start:])
}

// wants reports whether the core attribute is part of the answer.
func (p projection) wants(attribute string) bool {
	for _, path := range p.without {
		if path.IsCore() && path.Sub == "" && path.Filter == nil && strings.EqualFold(path.Attribute, attribute) {
			return false
		}
	}
	if p.only == nil {
		return true
	}
	for _, path := range p.only {
		if path.IsCore() && (path.Attribute == "" || strings.EqualFold(path.Attribute, attribute)) {
			return true
		}
	}
	return false
}

// apply returns the part of a resource that was asked for. id and schemas are
// always there.
func (p projection) apply(o *scim.Object) *scim.Object {
	if p.only == nil && len(p.without) == 0 {
		return o
	}
	out := &scim.Object{}
	for _, m := range o.Members() {
		if m.Name == "id" || m.Name == "schemas" {
			out.Set(m.Name, m.Value)
			continue
		}
		if v := p.member(m); v != nil {
			out.Set(m.Name, v)
		}
	}
	return out
}

// member returns what is left of a member of the resource, nil for nothing.
func (p projection) member(m scim.Member) any {
	if !isURN(m.Name) {
		return p.attribute("", m)
	}
	extension, ok := m.Value.(*scim.Object)
	if !ok {
		return m.Value
	}
	for _, path := range p.only {
		if path.Attribute == "" && strings.EqualFold(path.URN, m.Name) {
			return m.Value
		}
	}
	for _, path := range p.without {
		if path.Attribute == "" && strings.EqualFold(path.URN, m.Name) {
			return nil
		}
	}
	out := &scim.Object{}
	for _, inner := range extension.Members() {
		if v := p.attribute(m.Name, inner); v != nil {
			out.Set(inner.Name, v)
		}
	}
	if out.Len() == 0 {
		return nil
	}
	return out
}

// attribute returns what is left of an attribute of the core schema ("") or an
// extension.
func (p projection) attribute(urn string, m scim.Member) any {
	about := func(path scim.Path) bool {
		if path.IsCore() != (urn == "") || urn != "" && !strings.EqualFold(path.URN, urn) {
			return false
		}
		return strings.EqualFold(path.Attribute, m.Name)
	}
	if p.only == nil {
		v := m.Value
		for _, path := range p.without {
			if about(path) && v != nil {
				v = exclude(path, v)
			}
		}
		return v
	}
	var subs []scim.Path
	for _, path := range p.only {
		if path.Attribute == "" && path.IsCore() && urn == "" {
			return m.Value // the core schema as a whole
		}
		if !about(path) {
			continue
		}
		if path.Sub == "" && path.Filter == nil {
			return m.Value
		}
		subs = append(subs, path)
	}
	if subs == nil {
		return nil
	}
	return include(subs, m.Value)
}

// include keeps of each element the sub-attributes that paths name, and of the
// elements those that a path selects.
func include(paths []scim.Path, v any) any {
	return eachElement(v, func(element *scim.Object) *scim.Object {
		out := &scim.Object{}
		for _, m := range element.Members() {
			for _, path := range paths {
				if path.Filter != nil && !path.Filter.Match(element) {
					continue
				}
				if path.Sub == "" || strings.EqualFold(path.Sub, m.Name) {
					out.Set(m.Name, m.Value)
				}
			}
		}
		return out
	})
}

// exclude takes what the path selects away.
func exclude(path scim.Path, v any) any {
	if path.Sub == "" && path.Filter == nil {
		return nil
	}
	return eachElement(v, func(element *scim.Object) *scim.Object {
		if path.Filter != nil && !path.Filter.Match(element) {
			return element
		}
		out := &scim.Object{}
		for _, m := range element.Members() {
			if path.Sub != "" && !strings.EqualFold(path.Sub, m.Name) {
				out.Set(m.Name, m.Value)
			}
		}
		return out
	})
}

// eachElement applies f to a complex value or to each element of a multi-valued
// one, and drops what becomes empty.
func eachElement(v any, f func(*scim.Object) *scim.Object) any {
	switch v := v.(type) {
	case *scim.Object:
		if out := f(v); out.Len() > 0 {
			return out
		}
		return nil
	case []any:
		var kept []any
		for _, item := range v {
			if element, ok := item.(*scim.Object); ok {
				if out := f(element); out.Len() > 0 {
					kept = append(kept, out)
				}
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	default:
		return nil
	}
}
