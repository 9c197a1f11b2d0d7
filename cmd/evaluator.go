package cmd

import (
	"crypto/rand"
	"errors"
	"slices"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// expressionName is how diagnostics call a text that is in no file.
const expressionName = "<expression>"

// sandboxDomain is the default domain of expressions that are evaluated offline.
const sandboxDomain = "contoso.com"

// evalEnv is the world of expressions that are evaluated offline.
func (d *Deps) evalEnv() mapping.Env {
	return mapping.Env{Now: d.Now, Random: rand.Reader, DefaultDomain: sandboxDomain}
}

// taken is SelectUniqueValue's question over a fixed list.
func taken(values []string) func(string) bool {
	if len(values) == 0 {
		return nil
	}
	return func(v string) bool { return slices.Contains(values, v) }
}

// evaluator evaluates expressions for one user.
type evaluator struct {
	options *EvalOptions
	object  mapping.Object
	machine *mapping.Machine
}

// evaluation is what became of one expression.
type evaluation struct {
	program  *expr.Program // nil when the text is wrong
	value    expr.Value
	problems diag.List // of the text; one more for a failure at run time
	err      *expr.EvalError
}

func (e *evaluator) evaluate(source string) evaluation {
	program, problems := expr.Compile(source)
	r := evaluation{program: program, problems: inText(source, problems)}
	if program == nil {
		return r
	}
	value, err := e.machine.Eval(program, e.object)
	r.value = value
	if failure := (*expr.EvalError)(nil); errors.As(err, &failure) {
		r.err = failure
		r.problems = append(r.problems, inText(source, diag.List{diag.Errorf(failure.Code, diag.Range{
			Start: diag.Pos{Line: 1, Byte: failure.Start}, End: diag.Pos{Line: 1, Byte: failure.End}}, "%s", failure.Message)})...)
	}
	return r
}

// inText gives diagnostics whose offsets count within a text its name and lines.
func inText(source string, problems diag.List) diag.List {
	lines := []diag.Mark{{Offset: 0, Pos: diag.Pos{Line: 1, Column: 1}}}
	for i := range len(source) {
		if source[i] == '\n' {
			lines = append(lines, diag.Mark{Offset: i + 1, Pos: diag.Pos{Line: len(lines) + 1, Column: 1, Byte: i + 1}})
		}
	}
	whole := diag.Range{Filename: expressionName, Start: lines[0].Pos, End: diag.Pos{Line: len(lines), Column: 1, Byte: len(source)}}
	return diag.Text{Value: source, Where: whole, Marks: lines}.Locate(problems)
}

// trace writes every part of an expression with its value, when asked to.
func (e *evaluator) trace(p *render.Printer, r evaluation) {
	if r.program == nil || !e.options.Trace {
		return
	}
	if tree, _, _ := e.machine.Trace(r.program, e.object); tree != nil {
		p.Trace(tree)
	}
}

// exit is the command's end: bad input and a failure at run time are errors that
// have been said.
func (r evaluation) exit() error {
	if r.problems.HasErrors() {
		return exit(exitError)
	}
	return nil
}
