package expr

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestArms: which values of Switch and IIF an expression has, and which an object
// takes.
func TestArms(t *testing.T) {
	const nested = `IIF([a]="1", Switch([b], "other", "x", ToUpper("ex"), "y", [c]), Join("", IIF(IsPresent([b]), "p", ""), "q"))`
	for _, tt := range []struct {
		name, expression string
		attrs            Attrs
		want             []string // with + in front where the arm is taken
	}{
		{"the default is empty", `Switch([a], , "False", "True", "True", "False")`, Attrs{"a": Text("False")},
			[]string{`+Switch "False" -> "True"`, `Switch "True" -> "False"`}},
		{"the default is taken", `Switch([a], "none", "1", "one")`, Attrs{"a": Text("2")},
			[]string{`+Switch default -> "none"`, `Switch "1" -> "one"`}},
		{"equal texts are different arms", `IIF([a]="1", "x", "x")`, Attrs{"a": Text("1")},
			[]string{`+IIF true -> "x"`, `IIF false -> "x"`}},
		{"inside an arm that is taken", nested, Attrs{"a": Text("1"), "b": Text("y")}, []string{
			`+IIF true -> Switch([b], "other", "x", ToUpper("ex"), "y", [c])`,
			`Switch default -> "other"`, `Switch "x" -> ToUpper("ex")`, `+Switch "y" -> [c]`,
			`IIF false -> Join("", IIF(IsPresent([b]), "p", ""), "q")`, `IIF true -> "p"`, `IIF false -> ""`}},
		{"inside an argument", nested, Attrs{"b": Text("y")}, []string{
			`IIF true -> Switch([b], "other", "x", ToUpper("ex"), "y", [c])`,
			`Switch default -> "other"`, `Switch "x" -> ToUpper("ex")`, `Switch "y" -> [c]`,
			`+IIF false -> Join("", IIF(IsPresent([b]), "p", ""), "q")`, `+IIF true -> "p"`, `IIF false -> ""`}},
		{"none", `Join(" ", [a], "b")`, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parsed, problems := Parse(tt.expression)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			program, problems := Compile(tt.expression)
			if program == nil {
				t.Fatal(problems)
			}
			trace, _, err := NewMachine(Env{}).Trace(program, tt.attrs)
			if err != nil {
				t.Fatal(err)
			}
			taken := trace.Spans()
			var got []string
			for _, a := range parsed.Arms() {
				line := a.Function + " " + a.When + " -> " + tt.expression[a.Start:a.End]
				if taken[[2]int{a.Start, a.End}] {
					line = "+" + line
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestArmsOfBrokenExpressions: what could be read of an expression has its arms.
func TestArmsOfBrokenExpressions(t *testing.T) {
	for _, source := range []string{"", "Switch(", "IIF([a], , )", `Switch([a], "d", "k")`, `IIF([a], "x", "y"`, `IIF(` + strings.Repeat("IIF(", 50)} {
		e, _ := Parse(source)
		arms := e.Arms()
		if slices.ContainsFunc(arms, func(a Arm) bool { return a.Start < 0 || a.End > len(source) || a.Start > a.End }) {
			t.Errorf("%s: %+v", source, arms)
		}
	}
}
