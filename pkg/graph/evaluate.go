package graph

import (
	"context"
	"fmt"
	"net/http"
)

// TestAttribute is a source attribute of the object that a tenant evaluates an
// expression for. Booleans, numbers and dates are given in their text form, which
// is how Graph takes them; an attribute without a value is left out. Source:
// graph_contract §8.
type TestAttribute struct {
	Name   string
	Values []string // exactly one unless Multi
	Multi  bool     // the attribute is multi-valued, whatever the number of values
}

// Evaluation is what a tenant made of an expression. Values is only set when it was
// Evaluated: nothing for null, several for a multi-value.
type Evaluation struct {
	Parsed        bool
	Evaluated     bool
	Values        []string
	Code, Message string // why it was not parsed or evaluated, as far as the tenant says
}

// EvaluateExpression has the tenant evaluate an expression for an object with the
// given attributes. That an expression cannot be parsed or evaluated is no error but
// said in the Evaluation. Source: graph_contract §8, expressions §6.
func (c *Client) EvaluateExpression(ctx context.Context, servicePrincipalID, jobID, expression string, attributes []TestAttribute) (Evaluation, error) {
	type fault struct{ Code, Message loose }
	type answer struct {
		Error               *fault
		ParsingSucceeded    bool
		EvaluationSucceeded bool
		EvaluationResult    several[loose]
	}
	r := &request{
		op: fmt.Sprintf("evaluate the expression %q", line(expression, 80)), method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, "schema", "parseExpression"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, repeat: true, body: jsonBody(newEvaluationBody(expression, attributes)),
	}
	a, err := read[answer](ctx, c, r)
	if err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{Parsed: a.ParsingSucceeded, Evaluated: a.ParsingSucceeded && a.EvaluationSucceeded}
	if a.Error != nil {
		e.Code, e.Message = line(a.Error.Code.text, 100), line(a.Error.Message.text, maxMessage)
	}
	if e.Evaluated {
		for _, v := range a.EvaluationResult {
			if !v.null {
				e.Values = append(e.Values, v.text)
			}
		}
	}
	return e, nil
}

// evaluationBody is the request of EvaluateExpression. What the documentation's
// sample sends as null is sent as null. Source: graph_contract §8.
type evaluationBody struct {
	Expression string    `json:"expression"`
	Target     *struct{} `json:"targetAttributeDefinition"`
	Object     struct {
		Definition *struct{}      `json:"definition"`
		Properties []testProperty `json:"properties"`
	} `json:"testInputObject"`
}

type testProperty struct {
	Key   string `json:"key"`
	Type  string `json:"value@odata.type,omitempty"`
	Value any    `json:"value"`
}

// multiType tells Graph that a property holds a list. Source: graph_contract §8.
const multiType = "#Collection(String)"

func newEvaluationBody(expression string, attributes []TestAttribute) evaluationBody {
	body := evaluationBody{Expression: expression}
	body.Object.Properties = []testProperty{}
	for _, a := range attributes {
		switch {
		case a.Multi:
			body.Object.Properties = append(body.Object.Properties, testProperty{a.Name, multiType, append([]string{}, a.Values...)})
		case len(a.Values) > 0:
			body.Object.Properties = append(body.Object.Properties, testProperty{Key: a.Name, Value: a.Values[0]})
		}
	}
	return body
}
