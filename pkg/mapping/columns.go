package mapping

// Columns returns one Value for each attribute mapping, in order and without
// values: what the Values of a Result can be, since each of them is a column with
// values. The caller must not change their paths.
func (p *Program) Columns() []Value {
	columns := make([]Value, len(p.attributes))
	for i := range p.attributes {
		columns[i] = p.attributes[i].value
	}
	return columns
}
