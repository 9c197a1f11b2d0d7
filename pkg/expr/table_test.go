package expr

import (
	"slices"
	"testing"
	"time"
)

func exampleEnv() Env {
	return Env{
		Now:           func() time.Time { return time.Date(2021, 7, 2, 15, 33, 38, 0, time.UTC) },
		Random:        zeros{},
		DefaultDomain: "contoso.com",
	}
}

func TestExamples(t *testing.T) {
	for _, f := range Functions() {
		if len(f.Examples) == 0 || f.Doc == "" || f.Source == "" {
			t.Errorf("%s is not documented", f.Name)
		}
		for _, example := range f.Examples {
			program, problems := Compile(example.Expression)
			if program == nil {
				t.Errorf("%s: %v", example.Expression, problems)
				continue
			}
			e, _ := Parse(example.Expression)
			if got := e.String(); got != example.Expression {
				t.Errorf("%s is not canonical: %s", example.Expression, got)
			}
			got, err := NewMachine(exampleEnv()).Eval(program, example.Attrs())
			if err != nil || got.String() != example.Want {
				t.Errorf("%s = %q, %v; want %q", example.Expression, got, err, example.Want)
			}
		}
	}
}

func TestTableIsSortedAndComplete(t *testing.T) {
	if !slices.IsSorted(functionNames()) {
		t.Errorf("not sorted: %v", functionNames())
	}
	for i := range functionTable {
		f := &functionTable[i]
		if (f.eval == nil) == (f.lazy == nil) {
			t.Errorf("%s has no evaluator, or two", f.Name)
		}
		if found, ok := Lookup(f.Name); !ok || found != f {
			t.Errorf("Lookup does not find %s", f.Name)
		}
		if dialect, _ := foreign(f.Name); dialect != "" {
			t.Errorf("%s is a function of %s", f.Name, dialect)
		}
	}
}
