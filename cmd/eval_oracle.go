package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// oracle is a tenant that evaluates expressions itself.
type oracle interface {
	EvaluateExpression(ctx context.Context, servicePrincipalID, jobID, expression string, attributes []graph.TestAttribute) (graph.Evaluation, error)
}

// oracleJSON is the JSON of `scimctl eval --oracle`.
type oracleJSON struct {
	Here   batchOut   `json:"here"`
	Tenant tenantJSON `json:"tenant"`
	Agree  bool       `json:"agree"`
	// Varies names a function whose result differs from one evaluation to the next,
	// so that two that do not agree say nothing.
	Varies string `json:"varies,omitempty"`
}

type tenantJSON struct {
	Values []string    `json:"values"`
	Error  *oracleFail `json:"error"`
}

type oracleFail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// runEvalOracle evaluates an expression here and in the tenant, by the job of an
// applied profile, and compares.
func runEvalOracle(ctx context.Context, o *EvalOptions, object mapping.Object) (err error) {
	d := o.deps
	all, err := d.loadToApply(o.source)
	if err != nil {
		return err
	}
	chosen, err := onePlanned(all)
	if err != nil {
		return err
	}
	s, err := d.open(ctx, o.connect, all)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	_, observed, err := s.observe(ctx, chosen, o.source)
	if err != nil {
		return err
	}
	app, err := applied(chosen.Profile, observed, s.selection(o.source))
	if err != nil {
		return err
	}
	asked, ok := s.target.(oracle)
	if !ok {
		return errors.New("this tenant does not evaluate expressions")
	}
	env := d.evalEnv()
	if len(observed.Tenant.Domains) > 0 {
		env.DefaultDomain = observed.Tenant.Domains[0]
	}
	e := &evaluator{options: o, object: object, machine: mapping.NewMachine(env)}
	here := e.evaluate(o.Expression)
	there, err := asked.EvaluateExpression(ctx, app.ServicePrincipal.ID, app.Job.ID, o.Expression, testAttributes(object))
	if err != nil {
		return err
	}
	return e.compare(here, there)
}

// testAttributes are an object's attributes as a tenant takes them. Truth values go
// as True and False: a comparison of texts, as Switch makes it, and .NET's own
// reading of booleans both take that form. Source: expressions §3, graph_contract §8.
func testAttributes(object mapping.Object) []graph.TestAttribute {
	var out []graph.TestAttribute
	for _, name := range object.Names() {
		v := object.Attribute(name)
		out = append(out, graph.TestAttribute{Name: name, Values: v.Strings(), Multi: v.Kind() == expr.Multi})
	}
	return out
}

// compare writes both results and whether they agree.
func (e *evaluator) compare(here evaluation, there graph.Evaluation) error {
	d := e.options.deps
	source := e.options.Expression
	failed := here.problems.HasErrors()
	out := oracleJSON{Here: here.record(nil), Tenant: tenantJSON{Values: there.Values}}
	switch {
	case failed || !there.Evaluated:
		out.Agree = failed && !there.Evaluated
	default:
		out.Agree = slices.Equal(here.value.Strings(), there.Values)
	}
	if !there.Evaluated {
		out.Tenant.Error = &oracleFail{there.Code, said(there)}
	}
	if !out.Agree && !failed && there.Evaluated {
		out.Varies = varies(source)
	}
	if e.options.Format == "json" {
		if err := render.JSON(d.IO.Out, out); err != nil {
			return err
		}
	} else {
		p := render.Out(d.IO)
		render.Err(d.IO).Diagnostics(here.problems, render.Sources{expressionName: source})
		e.trace(p, here)
		c := render.Comparison{Here: here.value, Tenant: there.Values, Agree: out.Agree, Varies: out.Varies}
		if failed {
			c.HereFailed = fmt.Sprintf("refused, %s", errorsOf(here.problems)[0].Code)
		}
		if out.Tenant.Error != nil {
			c.TenantFailed = "refused: " + out.Tenant.Error.Message
		}
		p.Comparison(c)
		if err := p.Failed(); err != nil {
			return err
		}
	}
	switch {
	case !out.Agree && out.Varies == "":
		return exit(exitPending)
	case failed:
		return exit(exitError)
	}
	return nil
}

// said is why a tenant gave no value.
func said(e graph.Evaluation) string {
	switch {
	case e.Message != "":
		return e.Message
	case e.Code != "":
		return e.Code
	case !e.Parsed:
		return "it does not understand the expression, and does not say why"
	}
	return "it could not evaluate the expression, and does not say why"
}

// varies names a function in an expression whose result is another every time, or
// is "".
func varies(source string) string {
	e, _ := expr.Parse(source)
	var find func(expr.Node) string
	find = func(n expr.Node) string {
		switch n := n.(type) {
		case *expr.Call:
			if n.Name == "Guid" || n.Name == "RandomString" || n.Name == "Now" {
				return n.Name
			}
			for _, arg := range n.Args {
				if name := find(arg); name != "" {
					return name
				}
			}
		case *expr.Comparison:
			return find(n.Left) + find(n.Right)
		}
		return ""
	}
	return find(e.Root)
}

// checkOracle refuses flags that contradict --oracle, or need it.
func (o *EvalOptions) checkOracle(given bool) error {
	named := len(o.source.Files) > 0
	switch {
	case !o.Oracle && (named || o.connect.sandbox.On):
		return errors.New("-f and --sandbox go with --oracle: without it nothing but the expression and the user is needed")
	case !o.Oracle:
		return nil
	case o.Batch || !given:
		return errors.New("--oracle compares one expression: give it as an argument")
	case o.Now != "" || len(o.Taken) > 0:
		return errors.New("--now and --taken do not go with --oracle: the tenant has a clock and objects of its own")
	case !named:
		return errors.New("--oracle needs the profile of an application that has been applied: name it with -f")
	}
	return nil
}
