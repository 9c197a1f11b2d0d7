package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// EvalOptions are the dependencies and flags of `scimctl eval`.
type EvalOptions struct {
	deps       *Deps
	Expression string // "" asks on the terminal, or reads records with Batch
	User       string
	Attributes []string
	Now        string
	Taken      []string
	Format     string
	Trace      bool
	Batch      bool
	ParseOnly  bool
	Oracle     bool
	source     sourceFlags  // of the application that Oracle asks
	connect    connectFlags // to its tenant
}

func newCmdEval(d *Deps, run func(context.Context, *EvalOptions) error) *cobra.Command {
	o := &EvalOptions{deps: d}
	c := &cobra.Command{
		Use:   "eval [EXPRESSION]",
		Short: "Evaluate an attribute-mapping expression as Entra would, offline",
		Long: `Evaluate an expression of the attribute-mapping language for a user, without a
tenant. The user's attributes come from a file of JSON and from --attr; names are
those of the mapping, and case-sensitive. Without an expression, lines are read and
evaluated one by one; on a terminal with history, completion and :help.

Values print as they are sent: texts in quotes, truth values as True and False, dates
as M/d/yyyy h:mm:ss tt in UTC.

With --batch, lines of JSON on standard input become lines of JSON in the same
order:

  in    {"id", "expr", "attrs": {name: text|bool|number|null|[…]}, "now", "taken": […]}
  out   {"id", "value": text|[…]|null, "type", "ignored", "ignoreObject",
         "error": null|{"code", "message", "offset"}}

and with --parse-only

  out   {"id", "canonical", "source": {Graph's tree}, "error"}

With --oracle, the tenant evaluates the expression too, for the same attributes, by
the job of a profile that has been applied. Both values are shown; the exit code
is 2 where they differ.`,
		Example: `  scimctl eval 'Join(" ", [givenName], [surname])' -a givenName=Ann -a surname=Example
  scimctl eval 'Switch([country], "Other", "DE", "Germany")' -u ann.json --trace
  scimctl eval --batch < cases.jsonl > results.jsonl
  scimctl eval 'PCase([displayName])' -u ann.json --oracle -f idmelon --sandbox`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Expression = args[0]
			}
			if err := o.check(len(args) == 1); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runEval(c.Context(), o, len(args) == 1)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.User, "user", "u", "", "file of JSON with the user's attributes, or - for standard input")
	f.StringArrayVarP(&o.Attributes, "attr", "a", nil, "an attribute, as name=value; given twice it is multi-valued")
	f.StringVar(&o.Now, "now", "", "what Now() is, as RFC 3339")
	f.StringArrayVar(&o.Taken, "taken", nil, "a value that SelectUniqueValue must not give")
	f.BoolVar(&o.Trace, "trace", false, "show every part of the expression with its value")
	f.BoolVar(&o.Batch, "batch", false, "read records from standard input")
	f.BoolVar(&o.ParseOnly, "parse-only", false, "with --batch: answer the canonical form and Graph's source tree")
	f.BoolVar(&o.Oracle, "oracle", false, "evaluate in the tenant too, and compare")
	addFormat(c, &o.Format, "text", "json")
	o.source.add(c)
	o.connect.add(c)
	return c
}

// check refuses flags that contradict each other.
func (o *EvalOptions) check(given bool) error {
	switch {
	case o.Batch && (given || o.User != "" || len(o.Attributes) > 0 || o.Now != "" || len(o.Taken) > 0 || o.Trace):
		return errors.New("--batch takes everything from the records that it reads")
	case o.ParseOnly && !o.Batch:
		return errors.New("--parse-only goes with --batch")
	case !given && !o.Batch && o.User == "-":
		return errors.New("standard input cannot be both the user and the expressions: give the expression as an argument")
	}
	return o.checkOracle(given)
}

func runEval(ctx context.Context, o *EvalOptions, given bool) error {
	if o.Batch {
		return runEvalBatch(ctx, o)
	}
	attrs, err := o.attributes()
	if err != nil {
		return err
	}
	env, err := o.environment()
	if err != nil {
		return err
	}
	object, err := mapping.NewObject(mapping.User, attrs)
	if err != nil {
		return err
	}
	if o.Oracle {
		return runEvalOracle(ctx, o, object)
	}
	e := &evaluator{options: o, object: object, machine: mapping.NewMachine(env)}
	if !given {
		return e.interactive(ctx)
	}
	return e.print(o.Expression)
}

// attributes reads the user's attributes from the file, then from flags.
func (o *EvalOptions) attributes() (map[string]any, error) {
	attrs := map[string]any{}
	if o.User != "" {
		data, err := o.deps.readInput(o.User)
		if err != nil {
			return nil, err
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		err = decoder.Decode(&attrs)
		if _, more := decoder.Token(); err == nil && (attrs == nil || !errors.Is(more, io.EOF)) {
			err = errors.New("it is something else, or has something behind it")
		}
		if err != nil {
			return nil, fmt.Errorf("read the user from %s: %w; a user is one JSON object of attributes", o.User, err)
		}
	}
	flags := map[string][]string{}
	for _, text := range o.Attributes {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--attr %q: write it as name=value", text)
		}
		flags[name] = append(flags[name], value)
		if values := flags[name]; len(values) > 1 {
			attrs[name] = values
		} else {
			attrs[name] = value
		}
	}
	return attrs, nil
}

// readInput reads a file, or standard input for "-".
func (d *Deps) readInput(name string) ([]byte, error) {
	if name != "-" {
		return d.ReadFile(name)
	}
	data, err := io.ReadAll(io.LimitReader(d.IO.In, maxProfile+1))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	if len(data) > maxProfile {
		return nil, fmt.Errorf("standard input has more than %d bytes", maxProfile)
	}
	return data, nil
}

// environment is the clock and the taken values that the flags give.
func (o *EvalOptions) environment() (mapping.Env, error) {
	env := o.deps.evalEnv()
	if o.Now != "" {
		now, err := time.Parse(time.RFC3339Nano, o.Now)
		if err != nil {
			return env, fmt.Errorf("--now %q is no time in the form of RFC 3339, such as 2026-01-31T08:00:00Z", o.Now)
		}
		env.Now = func() time.Time { return now }
	}
	env.Taken = taken(o.Taken)
	return env, nil
}

// evalJSON is the JSON of `scimctl eval`.
type evalJSON struct {
	batchOut
	Trace *expr.Trace `json:"trace,omitempty"`
}

// print evaluates one expression and writes the result as the command's.
func (e *evaluator) print(source string) error {
	r := e.evaluate(source)
	if e.options.Format == "json" {
		out := evalJSON{batchOut: r.record(nil)}
		if r.program != nil && e.options.Trace {
			out.Trace, _, _ = e.machine.Trace(r.program, e.object)
		}
		if err := render.JSON(e.options.deps.IO.Out, out); err != nil {
			return err
		}
		return r.exit()
	}
	p := render.Out(e.options.deps.IO)
	render.Err(e.options.deps.IO).Diagnostics(r.problems, render.Sources{expressionName: source})
	e.trace(p, r)
	if r.err == nil && !r.problems.HasErrors() {
		p.Value(r.value)
	}
	if err := p.Failed(); err != nil {
		return err
	}
	return r.exit()
}
