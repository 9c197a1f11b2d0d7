package expr

// Trace is how one part of an expression was evaluated, with its own parts below
// it in the order that they are written.
type Trace struct {
	Text       string   `json:"text"` // as it is written in the expression
	Start, End int      `json:"-"`    // byte offsets in the expression
	Value      Value    `json:"value"`
	Err        error    `json:"-"`       // why there is no value
	Reached    bool     `json:"reached"` // false for a branch that was not taken
	Children   []*Trace `json:"children,omitempty"`
}

// Trace evaluates p for src as Eval does, and tells how. It is for people; Eval
// is for speed.
func (m *Machine) Trace(p *Program, src Source) (*Trace, Value, error) {
	t := &tracer{nodes: map[*code]*Trace{}}
	root := t.grow(p.source, &p.root)
	m.stack = m.stack[:0]
	m.trace = t
	defer func() { m.trace = nil }()
	v, err := m.eval(&p.root, src)
	return root, v, err
}

// tracer collects what is evaluated.
type tracer struct{ nodes map[*code]*Trace }

// grow makes the trace of a node and all below it, not yet reached. Omitted
// arguments have none.
func (t *tracer) grow(source string, c *code) *Trace {
	node := &Trace{Text: source[c.start:c.end], Start: int(c.start), End: int(c.end)}
	t.nodes[c] = node
	for i := range c.args {
		if !c.omitted(i) {
			node.Children = append(node.Children, t.grow(source, &c.args[i]))
		}
	}
	return node
}

// note keeps the outcome of a node. A default value that is left out has no trace.
func (t *tracer) note(c *code, v Value, err error) {
	if node := t.nodes[c]; node != nil {
		node.Value, node.Err, node.Reached = v, err, true
	}
}
