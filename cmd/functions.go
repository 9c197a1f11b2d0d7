package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// FunctionsOptions are the dependencies and flags of `scimctl functions`.
type FunctionsOptions struct {
	deps   *Deps
	Name   string
	Format string
}

func newCmdFunctions(d *Deps, run func(context.Context, *FunctionsOptions) error) *cobra.Command {
	o := &FunctionsOptions{deps: d}
	c := &cobra.Command{
		Use:               "functions [NAME]",
		Short:             "List the functions of the expression language, or explain one",
		Example:           "  scimctl functions\n  scimctl functions Switch",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(functionNames(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Name = args[0]
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runFunctions(o)
		},
	}
	addFormat(c, &o.Format, "text", "json")
	return c
}

func functionNames() []string {
	functions := expr.Functions()
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = f.Name
	}
	return names
}

// noFunction says that there is no function of a name, and which may be meant.
func noFunction(name string) error {
	return fmt.Errorf("there is no function %s%s", name, diag.DidYouMean(name, functionNames()))
}

// functionJSON is one function in the JSON of `scimctl functions`.
type functionJSON struct {
	Name       string          `json:"name"`
	Signature  string          `json:"signature"`
	Doc        string          `json:"doc"`
	Result     string          `json:"result"`
	Parameters []parameterJSON `json:"parameters"`
	Examples   []exampleJSON   `json:"examples"`
}

type parameterJSON struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Optional bool     `json:"optional"`
	Repeats  bool     `json:"repeats"`
	Choices  []string `json:"choices,omitempty"`
}

type exampleJSON struct {
	Expression string              `json:"expression"`
	Attributes map[string][]string `json:"attributes"`
	Result     string              `json:"result"`
}

func newFunctionJSON(f expr.Function) functionJSON {
	out := functionJSON{Name: f.Name, Signature: f.Signature(), Doc: f.Doc, Result: f.Result.String(), Parameters: []parameterJSON{}, Examples: []exampleJSON{}}
	for i, p := range f.Params {
		out.Parameters = append(out.Parameters, parameterJSON{p.Name, p.Type.String(), p.Optional, i >= len(f.Params)-f.Repeats, p.Choices})
	}
	for _, e := range f.Examples {
		j := exampleJSON{Expression: e.Expression, Attributes: map[string][]string{}, Result: e.Want}
		for _, a := range e.Attributes {
			j.Attributes[a.Name] = a.Values
		}
		out.Examples = append(out.Examples, j)
	}
	return out
}

func runFunctions(o *FunctionsOptions) error {
	functions := expr.Functions()
	if o.Name != "" {
		f, ok := expr.Lookup(o.Name)
		if !ok {
			return fmt.Errorf("%w; scimctl functions lists them", noFunction(o.Name))
		}
		functions = []expr.Function{*f}
	}
	if o.Format == "json" {
		out := make([]functionJSON, len(functions))
		for i, f := range functions {
			out[i] = newFunctionJSON(f)
		}
		return render.JSON(o.deps.IO.Out, out)
	}
	p := render.Out(o.deps.IO)
	if o.Name != "" {
		p.Function(functions[0])
		return p.Failed()
	}
	docs := make([]string, len(functions))
	for i, f := range functions {
		docs[i] = firstSentence(f.Doc)
	}
	p.Functions(functionNames(), docs)
	return p.Failed()
}

// firstSentence is a text up to its first full stop.
func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}
