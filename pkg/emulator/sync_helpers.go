package emulator

import (
	"crypto/rand"
	"encoding/json"
	"errors"

	"github.com/scimctl/scimctl/pkg/expr"
)

// listFunctions answers the functions of the expression language with the
// parameter keys of this tenant, under id and name. Source: graph_contract §8.
func listFunctions(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, f := range expr.Functions() {
		parameters := []any{}
		for i, p := range f.Params {
			parameters = append(parameters, map[string]any{
				"name": c.keys().Of(&f, i, len(f.Params)), "required": !p.Optional, "type": parameterType(p.Type),
				"allowMultipleOccurrences": i >= len(f.Params)-f.Repeats,
			})
		}
		out = append(out, map[string]any{"id": f.Name, "name": f.Name, "parameters": parameters})
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/jobs('" + j.ID + "')/schema/functions")), "value": out})
}

func parameterType(t expr.Type) string {
	switch t {
	case expr.NumberType:
		return "Integer"
	case expr.BoolType:
		return "Boolean"
	case expr.DateType:
		return "DateTime"
	}
	return "String"
}

func listFilterOperators(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, o := range c.keys().Operators() {
		arity := "Binary"
		if o.Unary {
			arity = "Unary"
		}
		out = append(out, map[string]any{
			"id": o.Name, "name": o.Name, "arity": arity, "multivaluedComparisonType": "All", "supportedAttributeTypes": o.Types,
		})
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/jobs('" + j.ID + "')/schema/filterOperators")), "value": out})
}

// parseExpression answers 200 also for an expression that does not parse.
// Source: graph_contract §8.
func parseExpression(c *call) (*reply, error) {
	if _, _, err := c.theJob(); err != nil {
		return nil, err
	}
	var body struct {
		Expression string `json:"expression"`
		Test       *struct {
			Properties []struct {
				Key   string          `json:"key"`
				Value json.RawMessage `json:"value"`
			} `json:"properties"`
		} `json:"testInputObject"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	answer := map[string]any{
		"@odata.context":      c.context("microsoft.graph.parseExpressionResponse"),
		"error":               nil,
		"evaluationResult":    []any{},
		"parsedExpression":    nil,
		"parsingSucceeded":    false,
		"evaluationSucceeded": false,
	}
	tree, err := c.keys().Tree(body.Expression)
	if err != nil {
		answer["error"] = publicError("InvalidExpression", err.Error())
		return ok(answer)
	}
	answer["parsedExpression"], answer["parsingSucceeded"] = tree, true
	attributes := expr.Attrs{}
	if body.Test != nil {
		for _, p := range body.Test.Properties {
			v, err := attributeValue(p.Value)
			if err != nil {
				return nil, badRequest("The value of property '%s' is neither a text nor a list of texts.", p.Key)
			}
			attributes[p.Key] = v
		}
	}
	result, err := c.evaluate(body.Expression, attributes)
	if err != nil {
		answer["error"] = publicError("EvaluationFailed", err.Error())
		return ok(answer)
	}
	values := []any{}
	for _, s := range result.Strings() {
		values = append(values, s)
	}
	answer["evaluationResult"], answer["evaluationSucceeded"] = values, true
	return ok(answer)
}

// publicError is the error inside a parseExpression answer.
func publicError(code, message string) map[string]any {
	return map[string]any{"code": code, "message": message, "target": nil, "details": []any{}, "innerError": nil}
}

func (c *call) evaluate(expression string, attributes expr.Attrs) (expr.Value, error) {
	program, problems := expr.Compile(expression)
	if err := problems.Err(); err != nil {
		return expr.Value{}, err
	}
	machine := expr.NewMachine(c.e.environment(c.Domains[0]))
	return machine.Eval(program, attributes)
}

// environment is the world that expressions may ask.
func (e *Emulator) environment(domain string) expr.Env {
	return expr.Env{Now: e.now, Random: rand.Reader, DefaultDomain: domain}
}

// attributeValue reads a test input: texts, lists of texts, also booleans and
// numbers, which become texts.
func attributeValue(raw json.RawMessage) (expr.Value, error) {
	var v any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &v); err != nil {
			return expr.Value{}, err
		}
	}
	switch v := v.(type) {
	case nil:
		return expr.Value{}, nil
	case string:
		return expr.Text(v), nil
	case []any:
		var list []string
		if err := json.Unmarshal(raw, &list); err != nil {
			return expr.Value{}, err
		}
		return expr.List(list), nil
	case bool:
		return expr.Boolean(v), nil
	case float64:
		return expr.Text(string(raw)), nil
	}
	return expr.Value{}, errors.New("neither a text nor a list of texts")
}
