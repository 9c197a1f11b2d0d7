package profiletest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// skip is the action of an object that is left alone.
const skip = "skip"

// actions that a test can expect.
var actions = []string{"create", "update", "disable", "delete", skip}

// runTest runs one test and returns what did not hold. Arms may be nil.
func runTest(ctx context.Context, r *profile.Resolved, t profile.Test, programs []*mapping.Program, arms *tracer, o Options) []Failure {
	stop := func(what, want string, err error) []Failure {
		return []Failure{{What: what, Want: want, Got: err.Error(), Where: t.Where}}
	}
	if (t.User == nil) == (t.Group == nil) {
		return stop("test", "exactly one of user and group", fmt.Errorf("user: %t, group: %t", t.User != nil, t.Group != nil))
	}
	s, err := subject(t)
	if err != nil {
		return stop("object", "an object with readable attributes", err)
	}
	w, err := newWorld(r, t, s, programs, o.Now)
	if err != nil {
		return stop("set-up", "a server and a job", err)
	}
	if t.When.Linked {
		if err := w.link(ctx, s); err != nil {
			return stop("linked: true", "the object can be created while it is active and in scope", err)
		}
	}
	if arms != nil {
		w.config.Observe = arms.observe
	}
	out, err := w.provision(ctx, s)
	if err != nil {
		return stop("set-up", "a job that can run", err)
	}
	if arms != nil {
		arms.ended(out)
	}
	return slices.Concat(checkOutcome(t, out), checkAttributes(t, w.writes()), checkRequest(t, w.writes(), o))
}

// checkOutcome compares the action and the reason of a skip. A failed or flawed
// provisioning is never what a test expects.
func checkOutcome(t profile.Test, out engine.Outcome) []Failure {
	e := t.Expect
	where := e.Where
	if where.IsZero() {
		where = t.Where
	}
	if out.Status == engine.Failure || out.Status == engine.Warning {
		return []Failure{{What: "provisioning", Want: orAny(e.Action), Got: strings.TrimSpace(fmt.Sprintf("%s: %s %s", out.Status, out.Code, out.Message)), Where: where}}
	}
	if e.Action == "" && e.Skip == "" && len(e.Attributes) == 0 && e.Request == "" {
		return []Failure{{What: "expect", Want: "at least one of action, skip, attributes and request", Got: "nothing to check", Where: where}}
	}
	var failures []Failure
	if e.Action != "" && !slices.Contains(actions, e.Action) {
		failures = append(failures, Failure{What: "action", Want: "one of " + strings.Join(actions, ", "), Got: e.Action + diag.DidYouMean(e.Action, actions), Where: where})
	} else if got := actionOf(out); e.Action != "" && got != e.Action {
		failures = append(failures, Failure{What: "action", Want: e.Action, Got: got + reason(out), Where: where})
	}
	if e.Skip != "" && (out.Status != engine.Skipped || out.Code != e.Skip) {
		failures = append(failures, Failure{What: "skip", Want: e.Skip, Got: actionOf(out) + reason(out), Where: where})
	}
	return failures
}

func orAny(action string) string {
	if action == "" {
		return "no failure"
	}
	return action
}

// actionOf is what a test calls the outcome.
func actionOf(out engine.Outcome) string {
	if out.Status == engine.Skipped {
		return skip
	}
	return string(out.Action)
}

// reason says why an object was skipped.
func reason(out engine.Outcome) string {
	if out.Code == "" {
		return ""
	}
	return fmt.Sprintf(" (%s: %s)", out.Code, out.Message)
}

// checkAttributes compares what was sent for each expected target attribute.
func checkAttributes(t profile.Test, writes []client.Exchange) []Failure {
	if len(t.Expect.Attributes) == 0 {
		return nil
	}
	sent, err := sentObject(writes)
	if err != nil {
		return []Failure{{What: "request", Want: "a SCIM body", Got: err.Error(), Where: t.Where}}
	}
	var failures []Failure
	for _, e := range t.Expect.Attributes {
		path, err := scim.ParsePath(e.Target)
		if err != nil {
			failures = append(failures, Failure{What: e.Target, Want: "a SCIM attribute path", Got: err.Error(), Where: e.Where})
			continue
		}
		values := texts(sent.Lookup(path))
		if !holds(e.Value, values) {
			failures = append(failures, Failure{What: e.Target, Want: wanted(e.Value), Got: gotten(values), Where: e.Where})
		}
	}
	return failures
}

// sentObject puts everything that was written into one object: a created one, or
// the operations of PATCH requests on top of each other.
func sentObject(writes []client.Exchange) (*scim.Object, error) {
	sent := &scim.Object{}
	for _, x := range writes {
		if x.Method == http.MethodDelete {
			continue
		}
		body, err := scim.ParseObject(x.RequestBody)
		if err != nil {
			return nil, err
		}
		if x.Method == http.MethodPost {
			sent = body
			continue
		}
		patch, err := scim.ParsePatch(body)
		if err != nil {
			return nil, err
		}
		if _, err := patch.Apply(sent); err != nil {
			return nil, err
		}
	}
	return sent, nil
}

// texts are values in their text forms; a complex value is its member value.
func texts(values []any) []string {
	var out []string
	for _, v := range values {
		switch v := v.(type) {
		case nil:
		case string:
			out = append(out, v)
		case bool:
			out = append(out, truth(v))
		case json.Number:
			out = append(out, v.String())
		case []any:
			out = append(out, texts(v)...)
		case *scim.Object:
			if value, ok := v.Get("value"); ok {
				out = append(out, texts([]any{value})...)
				continue
			}
			data, err := v.MarshalJSON()
			if err != nil {
				data = []byte(err.Error())
			}
			out = append(out, string(data))
		}
	}
	return out
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// holds compares an expected value with the texts that were sent: a text by
// letter, a boolean whether it was sent as JSON or as text, a list in its order.
func holds(want any, sent []string) bool {
	switch want := want.(type) {
	case nil:
		return len(sent) == 0
	case bool:
		return len(sent) == 1 && strings.EqualFold(sent[0], truth(want))
	case []string:
		return slices.Equal(want, sent)
	}
	return len(sent) == 1 && sent[0] == fmt.Sprint(want)
}

func wanted(want any) string {
	switch want := want.(type) {
	case nil:
		return "not sent"
	case bool:
		return truth(want)
	case []string:
		return gotten(want)
	}
	return fmt.Sprintf("%q", fmt.Sprint(want))
}

func gotten(sent []string) string {
	if len(sent) == 0 {
		return "not sent"
	}
	quoted := make([]string, len(sent))
	for i, s := range sent {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(quoted, ", ")
}
