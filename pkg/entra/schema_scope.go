package entra

// SetScope writes a scoping filter in the layout of the document, nil for no
// filter. What says the same already stays as it is, members of the filter that
// are not known here too. Source: scoping_filters, Graph shapes.
func (s *Schema) SetScope(ref MappingRef, f *Filter) error {
	_, mapping, err := s.find(ref)
	if err != nil {
		return err
	}
	there := mapping.member("scope")
	if f == nil {
		if there == nil || s.says(there, nil) {
			return nil
		}
		return s.edit(s.setMember(mapping, "scope", nil))
	}
	want := filterValue(f)
	if there == nil || there.kind != objectNode {
		return s.edit(s.setMember(mapping, "scope", want))
	}
	var splices []splice
	for _, m := range want {
		if now := there.member(m.name); now == nil || !s.says(now, m.value) {
			splices = append(splices, s.setMember(there, m.name, m.value))
		}
	}
	return s.edit(splices...)
}

// says reports whether a value of the document is v.
func (s *Schema) says(n *node, v any) bool {
	return sameJSON(s.doc[n.start:n.end], style{colon: ":"}.print(nil, v, ""))
}

func filterValue(f *Filter) object {
	return object{
		{"groups", groupValues(f.Groups)},
		{"inputFilterGroups", groupValues(f.InputFilterGroups)},
		{"categoryFilterGroups", groupValues(f.CategoryFilterGroups)},
	}
}

func groupValues(groups []FilterGroup) array {
	out := make(array, len(groups))
	for i, g := range groups {
		clauses := make(array, len(g.Clauses))
		for j, c := range g.Clauses {
			values := make(array, len(c.TargetOperand.Values))
			for k, v := range c.TargetOperand.Values {
				values[k] = v
			}
			clauses[j] = object{
				{"operatorName", c.OperatorName},
				{"sourceOperandName", c.SourceOperandName},
				{"targetOperand", object{{"values", values}}},
			}
		}
		out[i] = object{{"name", g.Name}, {"clauses", clauses}}
	}
	return out
}
