package expr

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// evalAttrs is the source object of testdata/eval.golden.
func evalAttrs() Attrs {
	return Attrs{
		"empty":   Text(""),
		"given":   Text("José"),
		"surname": Text("O'Connor"),
		"caps":    Text("MARY ANN o'neil-SMITH 2nd"),
		"upn":     Text("Jose.OConnor@contoso.com"),
		"phone":   Text("+1 (206) 291-8163 x8125"),
		"emoji":   Text("a😀b😀c"),
		"hire":    Text("2012-03-16-07:00"),
		"flag":    Boolean(true),
		"off":     Boolean(false),
		"count":   Integer(42),
		"zero":    Text("007"),
		"born":    Time(time.Date(1990, 2, 28, 12, 0, 0, 0, time.UTC)),
		"mails":   List([]string{"SMTP:ann@contoso.com", "smtp:A@contoso.com", "SMTP:ann@contoso.com"}),
		"one":     List([]string{"only"}),
		"none":    List(nil),
		"holes":   List([]string{"x", "", "y"}),
		"pattern": Text("[aeiou]"),
		"broken":  Text("(["),
		"with":    Text("<$&>"),
	}
}

func evalEnv() Env {
	env := exampleEnv()
	env.Taken = func(value string) bool { return value == "taken" || value == "also taken" }
	return env
}

// TestEval evaluates the expressions in testdata/eval.golden, which begin with
// "> ", and compares the lines below them.
func TestEval(t *testing.T) {
	const path = "testdata/eval.golden"
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMachine(evalEnv())
	var b strings.Builder
	for line := range strings.SplitSeq(string(golden), "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			fmt.Fprintf(&b, "%s\n\n", line)
		case strings.HasPrefix(line, "> "):
			fmt.Fprintf(&b, "%s\n  %s\n\n", line, outcome(m, line[2:]))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(golden), b.String()); diff != "" && !*update {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// outcome describes the value of an expression, with its kind.
func outcome(m *Machine, expression string) string {
	program, problems := Compile(expression)
	if program == nil {
		return "refused " + string(problems[0].Code) + " " + problems[0].Summary
	}
	v, err := m.Eval(program, evalAttrs())
	if err != nil {
		e, ok := errors.AsType[*EvalError](err)
		if !ok {
			return fmt.Sprintf("error of type %T: %v", err, err)
		}
		return fmt.Sprintf("error %s at %q: %s", e.Code, expression[e.Start:e.End], e.Message)
	}
	redacted := ""
	if v.Redacted() {
		redacted = ", redacted"
	}
	switch v.Kind() {
	case Null:
		return "null" + redacted
	case Ignore:
		return "nothing flows"
	case IgnoreObject:
		return "the object is left out"
	case Multi:
		return fmt.Sprintf("multi-value %q%s", v.Strings(), redacted)
	default:
		return fmt.Sprintf("%s %q%s", [...]string{String: "text", Number: "number", Bool: "boolean", DateTime: "date"}[v.Kind()], v.String(), redacted)
	}
}
