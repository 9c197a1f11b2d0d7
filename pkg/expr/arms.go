package expr

// Arm is a value that an expression may choose: one of a Switch, its default value,
// or either value of an IIF. A default value that is left empty is no arm.
type Arm struct {
	Function   string // Switch or IIF
	When       string // the key as it is written, default, true or false
	Start, End int    // byte offsets of the value in the expression
}

// Arms returns all arms of e in the order that they are written, those of a call
// inside another arm after that arm.
func (e *Expr) Arms() []Arm {
	var arms []Arm
	collectArms(e.Source, e.Root, &arms)
	return arms
}

func collectArms(source string, n Node, arms *[]Arm) {
	switch n := n.(type) {
	case *Comparison:
		collectArms(source, n.Left, arms)
		collectArms(source, n.Right, arms)
	case *Call:
		for i, arg := range n.Args {
			if when, ok := armOf(source, n, i); ok {
				start, end := arg.Span()
				*arms = append(*arms, Arm{Function: n.Name, When: when, Start: start, End: end})
			}
			collectArms(source, arg, arms)
		}
	}
}

// armOf says when the argument at i of a call is chosen, if it is an arm. Switch is
// called with the source, the default value, and then keys and values by turns.
// Source: expressions §4.
func armOf(source string, c *Call, i int) (when string, ok bool) {
	if _, omitted := c.Args[i].(*Omitted); omitted {
		return "", false
	}
	switch {
	case c.Name == "IIF" && i == 1:
		return "true", true
	case c.Name == "IIF" && i == 2:
		return "false", true
	case c.Name == "Switch" && i == 1:
		return "default", true
	case c.Name == "Switch" && i >= 3 && i%2 == 1:
		start, end := c.Args[i-1].Span()
		return source[start:end], true
	}
	return "", false
}

// Spans returns the byte ranges of all parts of the expression that were evaluated.
func (t *Trace) Spans() map[[2]int]bool {
	spans := map[[2]int]bool{}
	t.collect(spans)
	return spans
}

func (t *Trace) collect(spans map[[2]int]bool) {
	if t.Reached {
		spans[[2]int{t.Start, t.End}] = true
	}
	for _, child := range t.Children {
		child.collect(spans)
	}
}
