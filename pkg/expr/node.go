package expr

// Node is a part of an expression: *Attribute, *Constant, *Call, *Comparison,
// *Keyword or *Omitted. The interface is sealed.
type Node interface {
	// Span returns the half-open byte range of the node in the source.
	Span() (start, end int)
	node()
}

// span is a half-open byte range, embedded in every node.
type span struct{ start, end int }

func (s span) Span() (start, end int) { return s.start, s.end }
func (s span) node()                  {}

// Attribute is a reference to a source attribute: [mail].
type Attribute struct {
	span
	Name string
}

// Constant is a literal. Numeric tells literals written without quotes (1, -10,
// &HF) from strings; Value is the decoded text of either.
type Constant struct {
	span
	Value   string
	Numeric bool
}

// Call is a function call. An argument left empty is an *Omitted.
type Call struct {
	span
	Name string
	Args []Node

	broken bool // the arguments could not be told apart, which is reported
}

// Comparison is left Op right, with Op one of = <> > >= < <=.
type Comparison struct {
	span
	Op          string
	Left, Right Node
}

// Keyword is one of the barewords IgnoreAttributeFlow, IgnoreObjectFlow,
// vbBinaryCompare and vbTextCompare.
type Keyword struct {
	span
	Name string
}

// Omitted is the empty place of an argument, as the second in Switch([a], , …). One
// whose span is not empty stands for text that Parse could not read.
type Omitted struct{ span }
