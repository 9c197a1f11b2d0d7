package odata

import (
	"encoding/json"
	"strings"
	"time"
)

// Object gives the properties of what is filtered: nil for none, string, bool,
// numbers, []any, map[string]any.
type Object interface {
	Property(name string) any
}

// Map is an Object held in a map.
type Map map[string]any

// Property returns a member.
func (m Map) Property(name string) any { return m[name] }

// Match reports whether the object satisfies the filter. Texts compare without
// letter case, as the directory compares them, unless exact is set, as the
// provisioning log does. Source: graph_contract §10.
func (f *Filter) Match(o Object, exact bool) bool {
	return f.root.match(&scope{object: o, exact: exact})
}

// scope is what names mean during an evaluation.
type scope struct {
	object    Object
	exact     bool
	variables []bound
}

type bound struct {
	name  string
	value any
}

func (n logic) match(s *scope) bool {
	if n.or {
		return n.left.match(s) || n.right.match(s)
	}
	return n.left.match(s) && n.right.match(s)
}

func (n not) match(s *scope) bool { return !n.inner.match(s) }

func (n truth) match(s *scope) bool { return n.path.value(s) == true }

func (n compare) match(s *scope) bool {
	left, right := n.left.value(s), n.right.value(s)
	order, comparable := order(left, right, s.exact)
	switch n.op {
	case "eq":
		return comparable && order == 0
	case "ne":
		return !comparable || order != 0
	case "gt":
		return comparable && left != nil && order > 0
	case "ge":
		return comparable && left != nil && order >= 0
	case "lt":
		return comparable && left != nil && order < 0
	default:
		return comparable && left != nil && order <= 0
	}
}

func (n in) match(s *scope) bool {
	left := n.left.value(s)
	for _, v := range n.values {
		if order, ok := order(left, v.held, s.exact); ok && order == 0 {
			return true
		}
	}
	return false
}

func (n call) match(s *scope) bool {
	left, ok := n.left.value(s).(string)
	right, also := n.right.value(s).(string)
	if !ok || !also {
		return false
	}
	if !s.exact {
		left, right = strings.ToLower(left), strings.ToLower(right)
	}
	switch n.name {
	case "startswith":
		return strings.HasPrefix(left, right)
	case "endswith":
		return strings.HasSuffix(left, right)
	default:
		return strings.Contains(left, right)
	}
}

func (n lambda) match(s *scope) bool {
	elements := list(n.path.value(s))
	if n.body == nil {
		return len(elements) > 0
	}
	for _, e := range elements {
		s.variables = append(s.variables, bound{n.variable, e})
		holds := n.body.match(s)
		s.variables = s.variables[:len(s.variables)-1]
		if holds {
			return true
		}
	}
	return false
}

// list returns the elements of a collection; texts may come as []string.
func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	}
	return nil
}

func (p path) value(s *scope) any {
	var at any
	rest := p
	for i := len(s.variables) - 1; i >= 0 && at == nil; i-- {
		if s.variables[i].name == p[0] {
			at, rest = s.variables[i].value, p[1:]
			if len(rest) == 0 {
				return at
			}
		}
	}
	if len(rest) == len(p) {
		at, rest = s.object.Property(p[0]), p[1:]
	}
	for _, name := range rest {
		switch holder := at.(type) {
		case map[string]any:
			at = holder[name]
		case Object:
			at = holder.Property(name)
		default:
			return nil
		}
	}
	return at
}

func (l literal) value(*scope) any { return l.held }

func (f fold) value(s *scope) any {
	text, ok := f.inner.value(s).(string)
	switch {
	case !ok:
		return nil
	case f.upper:
		return strings.ToUpper(text)
	default:
		return strings.ToLower(text)
	}
}

// Order compares two property values as $orderby does: null first, texts without
// letter case.
func Order(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	o, _ := order(a, b, false)
	return o
}

// order compares two values; comparable is false when their types differ. Null
// is equal to null only.
func order(a, b any, exact bool) (result int, comparable bool) {
	if a == nil || b == nil {
		return 0, a == nil && b == nil
	}
	if x, ok := moment(a); ok {
		if y, ok := moment(b); ok {
			return x.Compare(y), true
		}
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		if !exact {
			a, b = strings.ToLower(a), strings.ToLower(b)
		}
		return strings.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		return boolean(a) - boolean(b), ok
	}
	x, ok := float(a)
	y, also := float(b)
	switch {
	case !ok || !also:
		return 0, false
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}

// moment reads a time, which objects hold as text. Two texts are compared as
// texts, so one side must be a literal.
func moment(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v, true
	case string:
		if len(v) < len(time.DateOnly) || !isDigit(v[0]) {
			return time.Time{}, false
		}
		return Moment(v)
	}
	return time.Time{}, false
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}
