package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// index finds resources by the values of the attributes that provisioning asks
// for, so that an eq filter does not walk everything. The key is attribute and
// folded value; what it yields is a superset of the matches.
type index map[indexKey][]*record

type indexKey struct{ attribute, value string }

// indexed are the attributes in an index, as lower-case paths.
var indexed = []string{"username", "externalid", "displayname", "emails.value", "members.value"}

// exactMember is the key of the ids of members with their letter case, which
// tells the groups of a user.
const exactMember = "members"

// groupsWith returns the groups that have a member of that id.
func (x index) groupsWith(id string) []*record { return x[indexKey{exactMember, id}] }

func (x index) find(attribute, value string) []*record {
	return x[indexKey{attribute, scim.Fold(value)}]
}

// move replaces the keys of the old object by those of the new one; either may be nil.
func (x index) move(rec *record, old, next *scim.Object) {
	before, after := keysOf(old), keysOf(next)
	for key := range before {
		if !after[key] {
			x.remove(key, rec)
		}
	}
	for key := range after {
		if !before[key] {
			x[key] = append(x[key], rec)
		}
	}
}

func (x index) remove(key indexKey, rec *record) {
	list := x[key]
	if len(list) == 1 {
		delete(x, key)
		return
	}
	// The list may be in use by a reader of a snapshot: it is replaced, not changed.
	x[key] = slices.DeleteFunc(slices.Clone(list), func(r *record) bool { return r == rec })
}

// keysOf returns the keys under which an object is found.
func keysOf(o *scim.Object) map[indexKey]bool {
	keys := make(map[indexKey]bool, 4)
	for _, m := range o.Members() {
		name := strings.ToLower(m.Name)
		switch v := m.Value.(type) {
		case string:
			if slices.Contains(indexed, name) {
				keys[indexKey{name, scim.Fold(v)}] = true
			}
		case []any:
			path := name + ".value"
			if !slices.Contains(indexed, path) {
				continue
			}
			for _, item := range v {
				if element, ok := item.(*scim.Object); ok {
					id := element.Text("value")
					keys[indexKey{path, scim.Fold(id)}] = true
					if name == exactMember {
						keys[indexKey{exactMember, id}] = true
					}
				}
			}
		}
	}
	return keys
}

// candidates returns resources of the kind among which all matches of the filter
// are, in the order of their creation. It reports false when only a walk over all
// can tell.
func (s *store) candidates(k *kind, f scim.Filter) ([]*record, bool) {
	switch f := f.(type) {
	case *scim.Comparison:
		return s.comparisonCandidates(k, f)
	case *scim.And:
		var best []*record
		found := false
		for _, term := range f.Terms {
			if list, ok := s.candidates(k, term); ok && (!found || len(list) < len(best)) {
				best, found = list, true
			}
		}
		return best, found
	case *scim.Or:
		var all []*record
		for _, term := range f.Terms {
			list, ok := s.candidates(k, term)
			if !ok {
				return nil, false
			}
			all = append(all, list...)
		}
		slices.SortFunc(all, byPlace)
		return slices.Compact(all), true
	default:
		return nil, false
	}
}

func (s *store) comparisonCandidates(k *kind, c *scim.Comparison) ([]*record, bool) {
	value, ok := c.Value.(string)
	// Two spellings of one moment are equal to the filter, but not to the index.
	if !ok || c.Operator != scim.OpEqual || !c.Path.IsCore() || looksLikeTime(value) {
		return nil, false
	}
	path := strings.ToLower(c.Path.Attribute)
	if c.Path.Sub != "" {
		path += "." + strings.ToLower(c.Path.Sub)
	}
	if path == "id" {
		if rec, ok := s.byID[value]; ok && rec.kind == k {
			return []*record{rec}, true
		}
		return nil, true
	}
	if path == "emails" || path == "members" {
		path += ".value"
	}
	if !slices.Contains(indexed, path) {
		return nil, false
	}
	list := slices.Clone(s.collection(k).index.find(path, value))
	slices.SortFunc(list, byPlace)
	return list, true
}

func byPlace(a, b *record) int { return cmp.Compare(a.place, b.place) }

func looksLikeTime(s string) bool { return len(s) >= 20 && s[4] == '-' && s[10] == 'T' }
