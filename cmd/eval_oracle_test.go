package cmd

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestOracleVerdict compares a result here with what a tenant may say of it.
func TestOracleVerdict(t *testing.T) {
	yes := func(values ...string) graph.Evaluation {
		return graph.Evaluation{Parsed: true, Evaluated: true, Values: values}
	}
	refused := graph.Evaluation{Code: "ParseError", Message: "Unknown function."}
	for _, tt := range []struct {
		expression string
		tenant     graph.Evaluation
		agree      bool
		varies     string
		code       int
	}{
		{`ToUpper([a], )`, yes("X"), true, "", exitOK},
		{`ToUpper([a], )`, yes("x"), false, "", exitPending},
		{`ToUpper([a], )`, yes(), false, "", exitPending},
		{`ToUpper([a], )`, refused, false, "", exitPending},
		{`[none]`, yes(), true, "", exitOK},
		{`[none]`, yes(""), false, "", exitPending},
		{`IgnoreFlowIfNullOrEmpty([none])`, yes(), true, "", exitOK},
		{`[m]`, yes("b", "a"), false, "", exitPending},
		{`[m]`, yes("a", "b"), true, "", exitOK},
		{`Count([m])`, yes("2"), true, "", exitOK},
		{`Foo()`, refused, true, "", exitError},
		{`Foo()`, yes("x"), false, "", exitPending},
		{`CDate([a])`, graph.Evaluation{Parsed: true, Message: "No date."}, true, "", exitError},
		{`IIF([a] = Guid(), "y", Append("n", Guid()))`, yes("other"), false, "Guid", exitOK},
		{`IIF(IsPresent([a]), "y", Guid())`, yes("y"), true, "", exitOK},
		{`Guid()`, refused, false, "", exitPending},
	} {
		t.Run(tt.expression, func(t *testing.T) {
			for _, format := range []string{"text", "json"} {
				streams, _, out, _ := iostreams.Test()
				d := NewDeps(streams)
				object, err := mapping.NewObject(mapping.User, map[string]any{"a": "x", "m": []string{"a", "b"}})
				if err != nil {
					t.Fatal(err)
				}
				e := &evaluator{options: &EvalOptions{deps: d, Expression: tt.expression, Format: format}, object: object, machine: mapping.NewMachine(d.evalEnv())}
				code := exitOK
				err = e.compare(e.evaluate(tt.expression), tt.tenant)
				if ended, ok := errors.AsType[*codeError](err); ok {
					code = ended.code
				} else if err != nil {
					t.Fatal(err)
				}
				if code != tt.code {
					t.Errorf("exit code %d, want %d\n%s", code, tt.code, out)
				}
				if format == "text" {
					continue
				}
				var got oracleJSON
				if err := json.Unmarshal(out.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				if got.Agree != tt.agree || got.Varies != tt.varies {
					t.Errorf("got %s", out)
				}
			}
		})
	}
}

// TestTestAttributes: what a tenant is given.
func TestTestAttributes(t *testing.T) {
	object, err := mapping.NewObject(mapping.User, map[string]any{
		"text": "x", "flag": true, "number": json.Number("7"), "list": []any{"one"}, "empty": []any{}, "none": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []graph.TestAttribute{
		{Name: "empty", Values: []string{}, Multi: true}, {Name: "flag", Values: []string{"True"}}, {Name: "list", Values: []string{"one"}, Multi: true},
		{Name: "number", Values: []string{"7"}}, {Name: "text", Values: []string{"x"}},
	}
	if diff := cmp.Diff(want, testAttributes(object)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestOracleFlags: lines that mean nothing are refused.
func TestOracleFlags(t *testing.T) {
	for line, want := range map[string]string{
		"[a] --oracle":                    "name it with -f",
		"[a] -f x.yaml":                   "go with --oracle",
		"[a] --sandbox":                   "go with --oracle",
		"--oracle -f x.yaml":              "give it as an argument",
		"--oracle --batch -f x.yaml":      "give it as an argument",
		"[a] --oracle --now x -f x.yaml":  "a clock and objects of its own",
		"[a] --oracle --taken x -f a.yml": "a clock and objects of its own",
	} {
		wantError(t, newCmdEval, line, want)
	}
	o, err := parse(t, newCmdEval, "[a] --oracle -f idmelon --env test --sandbox --trace")
	if err != nil || !o.Oracle || !o.connect.sandbox.On || o.source.Environment != "test" {
		t.Errorf("%+v, %v", o, err)
	}
}
