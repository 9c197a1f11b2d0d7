package expr

import (
	"io"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Source gives the attributes of the object that an expression is evaluated
// for. Names are case-sensitive; an absent attribute is the null Value.
type Source interface {
	Attribute(name string) Value
}

// Attrs is a Source held in a map.
type Attrs map[string]Value

// Attribute returns the named attribute, or null.
func (a Attrs) Attribute(name string) Value { return a[name] }

// Env is what an evaluation may ask of the world around it.
type Env struct {
	Now           func() time.Time        // clock of Now(); nil makes Now an error
	Random        io.Reader               // randomness of Guid and RandomString; nil makes them an error
	Taken         func(value string) bool // whether SelectUniqueValue must skip a value; nil takes none as taken
	DefaultDomain string                  // of DefaultDomain(); "" makes it an error
}

// Expr is a parsed expression.
type Expr struct {
	Source string // the text it was parsed from
	Root   Node
}

// Parse reads an expression. It always returns a tree, partial where the text
// is wrong, and every problem found, with Byte offsets in src.
func Parse(src string) (*Expr, diag.List) { panic("expr: Parse") }

// String prints e in canonical form: one blank after each comma, none inside
// brackets, omitted arguments as empty places. Parse(e.String()) has an equal
// tree.
func (e *Expr) String() string { panic("expr: String") }

// Attributes returns the source attributes that e names, each once, in order of
// their first use.
func (e *Expr) Attributes() []string { panic("expr: Attributes") }

// CheckOptions says what Check may rely on.
type CheckOptions struct {
	Attributes        []string      // the known source attributes; nil when unknown
	AttributeSeverity diag.Severity // of a name that is not among Attributes
	Matching          bool          // the mapping matches objects: one source attribute only
	SyncAll           bool          // the job's scope is all users and groups: role functions do not work
	Nested            bool          // reserved
}

// Check finds what would fail or surprise in e: unknown functions and
// attributes, wrong argument counts, odd arguments. Offsets as for Parse.
func (e *Expr) Check(o CheckOptions) diag.List { panic("expr: Check") }

// Program is a compiled expression, safe for concurrent use.
type Program struct{}

// Compile parses src and prepares it for evaluation. The Program is nil when
// the diagnostics have errors.
func Compile(src string) (*Program, diag.List) { panic("expr: Compile") }

// Machine evaluates programs one at a time; it is not safe for concurrent use.
type Machine struct{}

// NewMachine returns a Machine that asks env.
func NewMachine(env Env) *Machine { panic("expr: NewMachine") }

// Eval evaluates p for src. The error is an *EvalError.
func (m *Machine) Eval(p *Program, src Source) (Value, error) { panic("expr: Eval") }

// EvalError is a failure at run time, as Entra would report for the object.
type EvalError struct {
	Code       diag.Code
	Message    string
	Start, End int // byte offsets in the expression's source
}

func (e *EvalError) Error() string { return e.Message }

// Null is the zero Value; these make the others.

// Text returns a string value.
func Text(s string) Value { panic("expr: Text") }

// Boolean returns a truth value; its text form is True or False.
func Boolean(b bool) Value { panic("expr: Boolean") }

// Integer returns a number.
func Integer(n int64) Value { panic("expr: Integer") }

// Time returns a date and time; its text form is M/d/yyyy h:mm:ss tt in UTC.
func Time(t time.Time) Value { panic("expr: Time") }

// List returns a multi-value. The slice is kept, not copied.
func List(values []string) Value { panic("expr: List") }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// String returns v's text form as Entra writes it: True and False, dates as
// M/d/yyyy h:mm:ss tt, a multi-value joined by ";"; null, Ignore and IgnoreObject are "".
func (v Value) String() string { panic("expr: Value.String") }

// Strings returns the values of a multi-value, one element for any other kind,
// none for null.
func (v Value) Strings() []string { panic("expr: Strings") }
