package entra

// SetScope writes a scoping filter in the layout of the document, nil for no
// filter. A filter that says the same already stays as it is.
// Source: scoping_filters, Graph shapes.
func (s *Schema) SetScope(ref MappingRef, f *Filter) error {
	_, mapping, err := s.find(ref)
	if err != nil {
		return err
	}
	there := mapping.member("scope")
	if there == nil && f == nil {
		return nil
	}
	v := filterValue(f)
	compact := style{colon: ":"}.print(nil, v, "")
	if there != nil && sameJSON(s.doc[there.start:there.end], compact) {
		return nil
	}
	return s.edit(s.setMember(mapping, "scope", v))
}

func filterValue(f *Filter) any {
	if f == nil {
		return nil
	}
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
