package syncschema

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"strings"
	"unicode"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Keys are the parameter keys of source trees. The documented ones are as they
// are; for all others a tenant draws its own from its seed, so that a client
// which guesses is found out. Source: expressions §6.
type Keys struct{ seed []byte }

// NewKeys draws keys from a seed.
func NewKeys(seed []byte) Keys { return Keys{seed} }

// documented lists the keys that were seen in published schemas; "" stands for
// an argument whose key was not. Source: expressions §6.
var documented = map[string][]string{
	"Not":                     {"source"},
	"Trim":                    {"source"},
	"SingleAppRoleAssignment": {"source"},
	"AppRoleAssignments":      {"source"},
	"Append":                  {"source", "suffix"},
	"Mid":                     {"source", "start", "length"},
	"Replace":                 {"source", "Find", "", "", "Replacement", "", ""},
}

// formatDateTime has three documented keys; the parameter that came later, second
// of four, has none.
var formatDateTime = [...][]string{3: {"source", "inputFormat", "outputFormat"}, 4: {"source", "", "inputFormat", "outputFormat"}}

// Of returns the key of the argument at position i in a call with so many
// arguments.
func (k Keys) Of(f *expr.Function, i, arguments int) string {
	table := documented[f.Name]
	if f.Name == "FormatDateTime" && arguments < len(formatDateTime) {
		table = formatDateTime[arguments]
	}
	if i < len(table) && table[i] != "" {
		return table[i]
	}
	first := len(f.Params) - f.Repeats
	if f.Repeats > 0 && i >= first {
		position, round := first+(i-first)%f.Repeats, (i-first)/f.Repeats
		return k.draw(f.Name, f.Params[position].Name) + strconv.Itoa(round)
	}
	if i < len(f.Params) {
		return k.draw(f.Name, f.Params[i].Name)
	}
	return k.draw(f.Name, "argument") + strconv.Itoa(i)
}

// draw returns a name that only this tenant uses for a parameter.
func (k Keys) draw(function, parameter string) string {
	mac := hmac.New(sha256.New, k.seed)
	mac.Write([]byte("key/" + function + "/" + parameter))
	sum := mac.Sum(nil)
	letters := []rune(strings.TrimRight(parameter, "0123456789"))
	if len(letters) > 0 && sum[0]&1 == 0 {
		letters[0] = unicode.ToUpper(letters[0])
	}
	const alphabet = "bcdfghjklmnpqrstvwxz"
	tail := make([]byte, 3)
	for i := range tail {
		tail[i] = alphabet[int(sum[i+1])%len(alphabet)]
	}
	return string(letters) + strings.ToUpper(string(tail[:1])) + string(tail[1:])
}

// Operators are the names of filter operators. The portal spells them
// irregularly and only EQUALS was ever seen in JSON, so a tenant draws blanks or
// underscores for the rest. Source: scoping_filters.
func (k Keys) Operators() []Operator {
	mac := hmac.New(sha256.New, k.seed)
	mac.Write([]byte("operators"))
	separator := [...]string{" ", "_"}[mac.Sum(nil)[0]&1]
	text, number := []string{"String", "Integer"}, []string{"Integer"}
	table := []Operator{
		{"EQUALS", false, text},
		{"NOT EQUALS", false, text},
		{"IS TRUE", true, []string{"Boolean"}},
		{"IS FALSE", true, []string{"Boolean"}},
		{"IS NULL", true, []string{"String", "Integer", "Boolean", "Reference", "Binary", "DateTime"}},
		{"IS NOT NULL", true, []string{"String", "Integer", "Boolean", "Reference", "Binary", "DateTime"}},
		{"REGEX MATCH", false, []string{"String"}},
		{"NOT REGEX MATCH", false, []string{"String"}},
		{"Greater Than", false, number},
		{"Greater Than OR EQUALS", false, number},
		{"Includes", false, []string{"String"}},
		{"ENDS WITH", false, []string{"String"}},
	}
	for i := range table {
		table[i].Name = strings.ReplaceAll(table[i].Name, " ", separator)
	}
	return table
}

// Operator is a filter operator; a unary one takes no value.
type Operator struct {
	Name  string
	Unary bool
	Types []string // of attribute that it works on
}
