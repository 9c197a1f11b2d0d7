package profile

import "slices"

// merge returns base with over on top. Mappings merge by key, null deletes, lists
// merge where their items can be told apart, everything else is replaced.
func merge(base, over *node, s *shape) *node {
	switch {
	case base == nil || over.kind != base.kind || base.kind == scalarNode:
		return pruned(over, s)
	case s.isMapping() && base.kind == mapNode:
		return mergeMaps(base, over, s)
	case s.form == listForm && len(s.identity) > 0 && base.kind == listNode:
		return mergeLists(base, over, s)
	}
	return pruned(over, s)
}

// pruned returns n without the nulls that an overlay has where there is nothing to
// delete.
func pruned(n *node, s *shape) *node {
	if n.kind != mapNode || !s.isMapping() {
		return n
	}
	out := *n
	out.pairs = slices.DeleteFunc(slices.Clone(n.pairs), func(p pair) bool {
		f, known := s.at(p.key.text.Value)
		return known && f.shape.form != valueForm && !f.shape.isMapping() && p.value.isNull()
	})
	return &out
}

// at returns the field of a key, also of mappings whose keys are free.
func (s *shape) at(key string) (field, bool) {
	if f, ok := s.field(key); ok {
		return f, true
	}
	if s.item != nil && s.form != listForm {
		return field{name: key, shape: s.item}, true
	}
	return field{}, false
}

func mergeMaps(base, over *node, s *shape) *node {
	out := *base
	out.pairs = slices.Clone(base.pairs)
	for _, p := range over.pairs {
		f, ok := s.at(p.key.text.Value)
		if !ok {
			continue
		}
		i := slices.IndexFunc(out.pairs, func(q pair) bool { return q.key.text.Value == f.name })
		if p.value.isNull() && f.shape.form != valueForm {
			if i >= 0 {
				out.pairs = slices.Delete(out.pairs, i, i+1)
			}
			continue
		}
		if f.choice != "" {
			out.pairs = slices.DeleteFunc(out.pairs, func(q pair) bool {
				other, _ := s.field(q.key.text.Value)
				return other.choice == f.choice && other.name != f.name && over.get(other.name) == nil
			})
			i = slices.IndexFunc(out.pairs, func(q pair) bool { return q.key.text.Value == f.name })
		}
		switch {
		case i < 0:
			out.pairs = append(out.pairs, pair{p.key, pruned(p.value, f.shape)})
		case f.whole:
			out.pairs[i] = p
		default:
			out.pairs[i] = pair{p.key, merge(out.pairs[i].value, p.value, f.shape)}
		}
	}
	return &out
}

// mergeLists merges items that are the same by identity, and appends the others. An
// item whose last value an overlay deletes is deleted with it.
func mergeLists(base, over *node, s *shape) *node {
	for _, item := range over.items {
		if _, ok := identityOf(item, s.identity); !ok {
			return over
		}
	}
	out := *base
	out.items = slices.Clone(base.items)
	for _, item := range over.items {
		id, _ := identityOf(item, s.identity)
		i := slices.IndexFunc(out.items, func(n *node) bool {
			other, ok := identityOf(n, s.identity)
			return ok && other == id
		})
		if i < 0 {
			out.items = append(out.items, pruned(item, s.item))
			continue
		}
		both := merge(out.items[i], item, s.item)
		if hollow(both, item, s.item, s.identity) {
			out.items = slices.Delete(out.items, i, i+1)
			continue
		}
		out.items[i] = both
	}
	return &out
}

// hollow reports whether an overlay's nulls took all that an item has beside its
// identity, or all that gives a mapping its value, so that the item itself is meant.
func hollow(merged, over *node, s *shape, identity []string) bool {
	if s.form != objectForm || !slices.ContainsFunc(over.pairs, func(p pair) bool { return p.value.isNull() }) {
		return false
	}
	valued, rest := false, 0
	for _, p := range merged.pairs {
		f, _ := s.field(p.key.text.Value)
		switch {
		case slices.Contains(identity, f.name):
			if f.choice != "" {
				return false // an assignment stays without its role
			}
			continue
		case f.choice != "" || f.name == "default":
			valued = true
		}
		rest++
	}
	mustHave := slices.ContainsFunc(s.fields, func(f field) bool { return f.choice != "" })
	return rest == 0 || mustHave && !valued
}

// identity is what tells an item of a list from others.
type identity struct{ key, value string }

func identityOf(n *node, keys []string) (identity, bool) {
	for _, key := range keys {
		item := n
		if key != "" {
			item = n.get(key)
		}
		if item != nil && item.kind == scalarNode && item.text.Value != "" {
			return identity{key, item.text.Value}, true
		}
	}
	return identity{}, false
}
