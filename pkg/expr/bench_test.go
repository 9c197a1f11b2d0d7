package expr

import "testing"

// The inputs of the benchmarks: a soft-delete flag, names with an accent and an
// apostrophe, and a user principal name of 36 characters.
var benchCases = []struct{ name, expression string }{
	{"Switch", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`},
	{"Join", `Join(" ", [givenName], [surname])`},
	{"Nested", `Mid(ToLower(Replace([userPrincipalName], "@contoso.onmicrosoft.com", , , "", , )), 1, 10)`},
	{"Regex", `Replace([userPrincipalName], , "(?<Suffix>@(.)*)", "Suffix", "", , )`},
}

func benchAttrs() Attrs {
	return Attrs{
		"IsSoftDeleted":     Text("False"),
		"givenName":         Text("José"),
		"surname":           Text("O'Connor"),
		"userPrincipalName": Text("Jose.OConnor@contoso.onmicrosoft.com"),
		"displayName":       Text("José O'Connor"),
		"department":        Text("Sales"),
	}
}

func BenchmarkEval(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			program, problems := Compile(c.expression)
			if program == nil {
				b.Fatal(problems)
			}
			m, attrs := NewMachine(Env{}), benchAttrs()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Eval(program, attrs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if program, problems := Compile(c.expression); program == nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, problems := Parse(c.expression)
				if problems = append(problems, e.Check(CheckOptions{})...); len(problems) > 0 {
					b.Fatal(problems)
				}
			}
		})
	}
}
