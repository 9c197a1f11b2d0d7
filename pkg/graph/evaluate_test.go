package graph

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEvaluate checks the request, and every way in which a tenant answers.
func TestEvaluate(t *testing.T) {
	f := newTenant(t)
	path := "POST " + jobPath + "/schema/parseExpression"
	tests := []struct {
		name, body string
		want       Evaluation
	}{
		{"documented", sample(t, "answers/parseExpression.json"), Evaluation{Parsed: true, Evaluated: true, Values: []string{"EN_US"}}},
		{"several values", `{"parsingSucceeded":true,"evaluationSucceeded":true,"evaluationResult":["a",7,true,null,""]}`,
			Evaluation{Parsed: true, Evaluated: true, Values: []string{"a", "7", "true", ""}}},
		{"null", `{"parsingSucceeded":true,"evaluationSucceeded":true,"evaluationResult":[],"error":null}`, Evaluation{Parsed: true, Evaluated: true}},
		{"null, otherwise", `{"parsingSucceeded":true,"evaluationSucceeded":true,"evaluationResult":null}`, Evaluation{Parsed: true, Evaluated: true}},
		{"not parsed", `{"parsingSucceeded":false,"evaluationSucceeded":false,"error":{"code":"ParseError","message":"Unknown function\nFoo."}}`,
			Evaluation{Code: "ParseError", Message: "Unknown function Foo."}},
		{"not parsed but evaluated", `{"parsingSucceeded":false,"evaluationSucceeded":true,"evaluationResult":["x"]}`, Evaluation{}},
		{"not evaluated", `{"parsingSucceeded":true,"evaluationSucceeded":false,"evaluationResult":["x"],"error":{"code":null,"message":"No date."}}`,
			Evaluation{Parsed: true, Message: "No date."}},
		{"not a word why", `{"parsingSucceeded":true,"evaluationSucceeded":false}`, Evaluation{Parsed: true}},
	}
	for _, tt := range tests {
		f.on(path, answer{Body: tt.body})
		got, err := f.client().EvaluateExpression(t.Context(), spID, jobID, "[a]", nil)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, diff)
		}
	}
	f.calls = nil
	f.on(path, answer{Body: tests[0].body})
	_, err := f.client().EvaluateExpression(t.Context(), spID, jobID, `Append([a], "<&>")`, []TestAttribute{
		{Name: "a", Values: []string{"x"}}, {Name: "IsSoftDeleted", Values: []string{"False"}}, {Name: "none"},
		{Name: "appRoleAssignments", Values: []string{"Default Assignment"}, Multi: true}, {Name: "empty", Multi: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"expression":"Append([a], \"<&>\")","targetAttributeDefinition":null,"testInputObject":{"definition":null,"properties":[` +
		`{"key":"a","value":"x"},{"key":"IsSoftDeleted","value":"False"},` +
		`{"key":"appRoleAssignments","value@odata.type":"#Collection(String)","value":["Default Assignment"]},` +
		`{"key":"empty","value@odata.type":"#Collection(String)","value":[]}]}}`
	if diff := cmp.Diff(want, f.calls[0].Body); diff != "" {
		t.Errorf("body (-want +got)\n%s", diff)
	}
}

// TestEvaluateFails: an answer that is none, and a refusal, are errors. The request
// changes nothing, so it is repeated where the service is busy.
func TestEvaluateFails(t *testing.T) {
	f := newTenant(t)
	path := "POST " + jobPath + "/schema/parseExpression"
	for _, a := range []answer{fail(403, "Authorization_RequestDenied", "no"), {Body: "null"}, {Body: `{"parsingSucceeded":"yes"}`}} {
		f.on(path, a)
		_, err := f.client().EvaluateExpression(t.Context(), spID, jobID, "[a]", nil)
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%+v: error %v", a, err)
		}
	}
	f.on(path, fail(503, "ServiceUnavailable", "later"), answer{Body: `{"parsingSucceeded":true,"evaluationSucceeded":true,"evaluationResult":["x"]}`})
	if got, err := f.client().EvaluateExpression(t.Context(), spID, jobID, "[a]", nil); err != nil || len(got.Values) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
