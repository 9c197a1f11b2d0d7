package profile

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
)

// tests reads the offline tests.
func (r *resolver) tests(n *node) []Test {
	if n == nil {
		return nil
	}
	var (
		out   []Test
		names []diag.Text
	)
	for _, item := range n.items {
		if item.kind != mapNode {
			continue
		}
		out = append(out, r.test(item))
		names = append(names, r.textOf(item.get("name")))
	}
	r.repeated("test", names)
	return out
}

func (r *resolver) test(n *node) Test {
	r.needed(n, "name", "Say in a few words what must happen.")
	r.needed(n, "expect", "Say what must happen, such as expect: {action: create}.")
	out := Test{Name: r.textOf(n.get("name")).Value, Where: n.where}
	switch r.oneOf(n, codeTestSubject, "user", "group") {
	case "user":
		out.User = r.attributes(n.get("user"))
	case "group":
		out.Group = r.attributes(n.get("group"))
	default:
		if n.unset {
			break
		}
		r.report(diag.Errorf(codeTestSubject, head(n), "the test has no user and no group").
			WithDetail("Write one of the two with its source attributes, such as user: {objectId: …}."))
	}
	out.When = r.when(n.get("when"))
	if e := n.get("expect"); e != nil && e.kind == mapNode {
		out.Expect = r.expect(e)
	}
	return out
}

func (r *resolver) when(n *node) When {
	if n == nil || n.kind != mapNode {
		return When{}
	}
	out := When{
		Assigned: r.flag(n.get("assigned")),
		Deleted:  r.word(n.get("deleted"), "soft", "hard"),
	}
	if linked := r.flag(n.get("linked")); linked != nil {
		out.Linked = *linked
	}
	if scope := r.word(n.get("scope"), "assigned", "all"); scope != "" {
		out.SyncAll = new(scope == "all")
	}
	return out
}

func (r *resolver) expect(n *node) Expect {
	out := Expect{
		Action:  r.word(n.get("action"), "create", "update", "disable", "delete", "skip"),
		Skip:    r.textOf(n.get("skip")).Value,
		Request: r.textOf(n.get("request")).Value,
		Where:   n.where,
	}
	if len(n.pairs) == 0 {
		r.report(diag.Errorf(codeExpectation, n.where, "nothing is expected").
			WithDetail("Write action, attributes or request."))
	}
	if skip := n.get("skip"); usable(skip) {
		switch out.Action {
		case "":
			out.Action = "skip"
		case "skip":
		default:
			r.report(diag.Errorf(codeExpectation, n.key("skip").where, "skip is a reason to skip, and %s is expected", out.Action).
				WithDetail("Delete skip, or write action: skip.").WithRelated(n.key("action").where, "the action is here"))
		}
	}
	if request := n.get("request"); usable(request) && !isBeside(out.Request) {
		r.report(diag.Errorf(codeRequestPath, request.where, "%q is not a file beside the profile", out.Request).
			WithDetail("Write a path relative to the profile, with / and without .., such as testdata/create-user.http."))
		out.Request = ""
	}
	out.Attributes = r.expected(n)
	if len(out.Attributes) > 0 && (out.Action == "delete" || out.Action == "skip") {
		r.report(diag.Errorf(codeExpectation, out.Attributes[0].Where, "nothing is sent with action %s, so no attribute can be expected", out.Action).
			WithDetail("Delete the attributes, or expect another action."))
	}
	return out
}

// expected reads the expected attributes: those under attributes, and those that
// stand beside action.
func (r *resolver) expected(n *node) []ExpectedAttribute {
	var (
		out   []ExpectedAttribute
		first = map[string]diag.Range{}
	)
	add := func(p pair) {
		name := p.key.text.Value
		if at, ok := first[name]; ok {
			r.report(diag.Errorf(codeRepeated, p.key.where, "%s is expected twice", name).
				WithDetail("Keep one of the two.").WithRelated(at, "the first is here"))
			return
		}
		first[name] = p.key.where
		if value, ok := r.testValue(p.value); ok {
			out = append(out, ExpectedAttribute{Target: name, Value: value, Where: p.key.where})
		}
	}
	for _, p := range n.get("attributes").children() {
		add(p)
	}
	for _, p := range n.pairs {
		switch p.key.text.Value {
		case "action", "skip", "attributes", "request":
		default:
			add(p)
		}
	}
	return out
}

// isBeside reports whether a path leads to a file in the profile's folder or below.
func isBeside(name string) bool {
	return name != "" && !path.IsAbs(name) && !strings.ContainsAny(name, `\:`) && name != "." &&
		path.Clean(name) != ".." && !strings.HasPrefix(path.Clean(name), "../")
}

// attributes reads the source attributes of a tested object.
func (r *resolver) attributes(n *node) map[string]any {
	out := map[string]any{}
	if n == nil {
		return out
	}
	for _, p := range n.pairs {
		if value, ok := r.testValue(p.value); ok {
			out[p.key.text.Value] = value
		}
	}
	if id := n.get("objectId"); n.kind == mapNode && (id == nil || id.kind == scalarNode && !id.unset && id.text.Value == "") {
		r.report(diag.Errorf(codeTestSubject, head(n), "the object has no objectId").
			WithDetail("Every object of the directory has one: add objectId with any UUID."))
	}
	return out
}

// jsonNumber fits numbers whose text form is the number itself.
var jsonNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$`) })

// testValue reads a value: without quotes true, false, null and numbers are what
// they are, everything else is text. False and 007 are text, as they are written.
func (r *resolver) testValue(n *node) (any, bool) {
	switch {
	case n.kind == listNode:
		return append([]string{}, r.texts(n)...), true
	case n.kind == mapNode || n.unset:
		return nil, false
	case n.filled || n.style != plain || n.tag == "!!str":
		return n.text.Value, true
	case n.isNull():
		return nil, true
	}
	switch s := n.text.Value; {
	case s == "true":
		return true, true
	case s == "false":
		return false, true
	case jsonNumber().MatchString(s):
		return json.Number(s), true
	default:
		return s, true
	}
}
