package expr

import "sort"

// Type is what an argument must be. Every value has a text form, so Text takes
// any; constants are checked when the expression is, attributes when it runs.
type Type uint8

// Types of argument.
const (
	TextType    Type = iota
	NumberType       // a whole number, also as text
	BoolType         // a comparison, or a value that reads True or False
	DateType         // a date, or text that CDate would take
	MultiType        // a multi-valued attribute
	KeywordType      // one of the barewords
)

// String returns the word that documentation uses for the type.
func (t Type) String() string {
	return [...]string{"text", "number", "boolean", "date", "multi-value", "keyword"}[t]
}

// Param is a parameter of a function.
type Param struct {
	Name     string
	Type     Type
	Optional bool // may be omitted, or left off at the end
}

// Example is an expression with its result; tests run every one.
type Example struct {
	Expression string
	Attributes map[string]string // source attributes that it needs
	Want       string            // text form of the result
}

// Function documents a function of the expression language.
type Function struct {
	Name    string
	Params  []Param
	Repeats int    // so many of the last parameters may repeat together
	Doc     string // what it does, in one or two sentences
	Example Example
	Source  string // where the facts are from

	eval func(m *Machine, c *code, args []Value) (Value, error)
	lazy func(m *Machine, c *code, src Source) (Value, error) // evaluates its own arguments
}

// Functions returns the functions of application provisioning, sorted by name.
func Functions() []Function { return functionTable[:] }

// Lookup returns the function of that name; names are case-sensitive.
// Source: expressions §2.
func Lookup(name string) (*Function, bool) {
	i := sort.Search(len(functionTable), func(i int) bool { return functionTable[i].Name >= name })
	if i < len(functionTable) && functionTable[i].Name == name {
		return &functionTable[i], true
	}
	return nil, false
}

// functionNames returns all names, sorted, for suggestions.
func functionNames() []string {
	names := make([]string, len(functionTable))
	for i := range functionTable {
		names[i] = functionTable[i].Name
	}
	return names
}

// minArgs is the number of arguments up to the last required one.
func (f *Function) minArgs() int {
	for i := len(f.Params); i > 0; i-- {
		if !f.Params[i-1].Optional {
			return i
		}
	}
	return 0
}

// param returns the parameter at a position, repeating ones included; false when
// the function takes no such argument.
func (f *Function) param(i int) (Param, bool) {
	if i < len(f.Params) {
		return f.Params[i], true
	}
	if f.Repeats == 0 {
		return Param{}, false
	}
	first := len(f.Params) - f.Repeats
	return f.Params[first+(i-first)%f.Repeats], true
}

// foreign names functions of other dialects with what to use instead.
// Source: expressions §4.
func foreign(name string) (dialect, advice string) {
	for _, f := range foreignTable {
		if f.name == name {
			return f.dialect, f.advice
		}
	}
	return "", ""
}

var foreignTable = [...]struct{ name, dialect, advice string }{
	{"ConvertFromBase64", "cloud sync", ""},
	{"DNComponent", "cloud sync", "use Replace with a regular expression"},
	{"Error", "cloud sync", "use IgnoreFlowIfNullOrEmpty to leave the attribute out"},
	{"StringFromSid", "cloud sync", ""},
	{"Trim", "cloud sync", `use Replace([attribute], , "^\\s+|\\s+$", , "", , )`},
	{"CGuid", "Microsoft Entra Connect", ""},
	{"CNum", "Microsoft Entra Connect", "numbers are read from text where a function needs one"},
	{"CRef", "Microsoft Entra Connect", ""},
	{"ConvertFromUTF8Hex", "Microsoft Entra Connect", ""},
	{"BitOr", "Microsoft Entra Connect", ""},
	{"IsBitSet", "Microsoft Entra Connect", "use BitAnd"},
	{"Contains", "Microsoft Entra Connect", "use InStr"},
	{"DNComponentRev", "Microsoft Entra Connect", "use Replace with a regular expression"},
	{"EscapeDNComponent", "Microsoft Entra Connect", ""},
	{"InStrRev", "Microsoft Entra Connect", "use InStr"},
	{"IsDate", "Microsoft Entra Connect", ""},
	{"IsEmpty", "Microsoft Entra Connect", "use IsNullOrEmpty"},
	{"IsGuid", "Microsoft Entra Connect", ""},
	{"IsNumeric", "Microsoft Entra Connect", ""},
	{"ItemOrNull", "Microsoft Entra Connect", "use Item"},
	{"LCase", "Microsoft Entra Connect", "use ToLower"},
	{"UCase", "Microsoft Entra Connect", "use ToUpper"},
	{"Len", "Microsoft Entra Connect", ""},
	{"LTrim", "Microsoft Entra Connect", `use Replace([attribute], , "^\\s+", , "", , )`},
	{"RTrim", "Microsoft Entra Connect", `use Replace([attribute], , "\\s+$", , "", , )`},
	{"PadLeft", "Microsoft Entra Connect", `use Replace(Join("", "0000", [attribute]), , "(.*?)(?<id>.{0,4})$", , "${id}", , )`},
	{"PadRight", "Microsoft Entra Connect", "use Left(Append([attribute], \"    \"), 4)"},
	{"RandomNum", "Microsoft Entra Connect", "use RandomString"},
	{"ReplaceChars", "Microsoft Entra Connect", "use NormalizeDiacritics or Replace"},
	{"Right", "Microsoft Entra Connect", `use Replace([attribute], , "(.*?)(?<id>.{0,4})$", , "${id}", , )`},
	{"Select", "Microsoft Entra Connect", ""},
	{"Where", "Microsoft Entra Connect", ""},
	{"With", "Microsoft Entra Connect", ""},
	{"StringFromGuid", "Microsoft Entra Connect", ""},
}
