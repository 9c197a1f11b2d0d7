package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ParseFaults reads the JSON of a fault plan. Members that do not exist, values of a
// wrong kind, and rules that contradict themselves are errors with their place, all of
// them at once; name is the file's.
func ParseFaults(name string, data []byte) (*FaultPlan, error) {
	r := &faultReader{name: name, data: data}
	doc, err := r.document()
	if err != nil {
		return nil, err
	}
	p := &FaultPlan{}
	r.object(doc, "a fault plan", []string{"behaviour", "rules", "seed"}, func(name string, v *faultNode) {
		switch name {
		case "seed":
			p.Seed = uint64(r.count(v, name))
		case "behaviour":
			p.Behaviour = r.behaviour(v)
		case "rules":
			if !v.list {
				r.report(v.at, "\"rules\" is a list")
			}
			for _, item := range v.items {
				p.Rules = append(p.Rules, r.rule(item))
			}
		}
	})
	if len(r.problems) > 0 {
		return nil, errors.Join(r.problems...)
	}
	return p, nil
}

var ruleNames = []string{
	"code", "delay", "drip", "every", "first", "garbage", "message", "method", "nth", "path", "probability", "reset", "retryAfter", "status", "times", "truncate",
}

func (r *faultReader) rule(n *faultNode) Fault {
	var f Fault
	r.object(n, "a rule", ruleNames, func(name string, v *faultNode) {
		switch name {
		case "method":
			if f.Method = r.text(v, name); f.Method != "" && !slices.Contains(faultMethods, f.Method) {
				r.report(v.at, "\"method\" is one of %s", strings.Join(faultMethods, ", "))
			}
		case "path":
			if f.Path = r.text(v, name); f.Path != "" && !strings.HasPrefix(f.Path, "/") {
				r.report(v.at, "\"path\" begins with a slash, such as /servicePrincipals/*/synchronization/jobs")
			}
		case "nth":
			f.Nth = r.positive(v, name)
		case "every":
			f.Every = r.positive(v, name)
		case "first":
			f.First = r.positive(v, name)
		case "times":
			f.Times = r.positive(v, name)
		case "probability":
			f.Probability = r.fraction(v, name)
		case "delay":
			f.Delay = r.duration(v, name)
		case "drip":
			f.Drip = r.duration(v, name)
		case "retryAfter":
			f.RetryAfter = r.duration(v, name)
		case "status":
			if f.Status = r.positive(v, name); f.Status < 400 || f.Status > 599 {
				r.report(v.at, "\"status\" is a refusal, from 400 to 599")
			}
		case "code":
			f.Code = r.text(v, name)
		case "message":
			f.Message = r.text(v, name)
		case "reset":
			f.Reset = FaultReset(r.choice(v, name, string(ResetBefore), string(ResetAfter)))
		case "garbage":
			f.Garbage = Garbage(r.choice(v, name, string(GarbageHTML), string(GarbageJSON), string(GarbageEmpty)))
		case "truncate":
			f.Truncate = r.flag(v, name)
		}
	})
	r.sensible(n, f)
	return f
}

var faultMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// sensible reports rules that do nothing, or two things at once.
func (r *faultReader) sensible(n *faultNode, f Fault) {
	if !n.object {
		return
	}
	count := func(all ...bool) (k int) {
		for _, yes := range all {
			if yes {
				k++
			}
		}
		return k
	}
	effects := count(f.Status != 0, f.Reset != "", f.Garbage != "", f.Truncate)
	switch {
	case count(f.Nth > 0, f.Every > 0, f.First > 0, f.Probability > 0) > 1:
		r.report(n.at, "a rule has one of nth, every, first and probability, not several")
	case effects > 1:
		r.report(n.at, "a rule does one of status, reset, garbage and truncate, not several")
	case effects == 0 && f.Delay == 0 && f.Drip == 0:
		r.report(n.at, "the rule does nothing: give it one of status, reset, garbage, truncate, delay and drip")
	case f.Status == 0 && (f.Code != "" || f.Message != "" || f.RetryAfter > 0):
		r.report(n.at, "code, message and retryAfter go with status")
	}
}

// behaviour reads switches by the names of Behaviour's fields, with a small first
// letter.
func (r *faultReader) behaviour(n *faultNode) *Behaviour {
	b := &Behaviour{}
	fields := map[string]reflect.Value{}
	var names []string
	v := reflect.ValueOf(b).Elem()
	for i := range v.NumField() {
		name := smallFirst(v.Type().Field(i).Name)
		names, fields[name] = append(names, name), v.Field(i)
	}
	slices.Sort(names)
	r.object(n, "\"behaviour\"", names, func(name string, value *faultNode) {
		switch at := fields[name]; p := at.Addr().Interface().(type) {
		case *bool:
			*p = r.flag(value, name)
		case *int:
			*p = r.count(value, name)
		case *time.Duration:
			*p = r.duration(value, name)
		}
	})
	return b
}

func smallFirst(name string) string {
	runes := []rune(name)
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }

func (r *faultReader) text(n *faultNode, name string) string {
	s, ok := n.value.(string)
	if !ok {
		r.report(n.at, "%q is a text", name)
	}
	return s
}

func (r *faultReader) flag(n *faultNode, name string) bool {
	b, ok := n.value.(bool)
	if !ok {
		r.report(n.at, "%q is true or false", name)
	}
	return b
}

func (r *faultReader) count(n *faultNode, name string) int {
	number, ok := n.value.(json.Number)
	i, err := strconv.Atoi(number.String())
	if !ok || err != nil || i < 0 {
		r.report(n.at, "%q is a whole number, not below 0", name)
		return 0
	}
	return i
}

func (r *faultReader) positive(n *faultNode, name string) int {
	number, _ := n.value.(json.Number)
	i, err := strconv.Atoi(number.String())
	if err != nil || i < 1 {
		r.report(n.at, "%q is a whole number from 1", name)
		return 0
	}
	return i
}

func (r *faultReader) fraction(n *faultNode, name string) float64 {
	number, _ := n.value.(json.Number)
	x, err := number.Float64()
	if err != nil || !(x > 0 && x <= 1) {
		r.report(n.at, "%q is a number above 0 and up to 1, such as 0.1", name)
		return 0
	}
	return x
}

func (r *faultReader) duration(n *faultNode, name string) time.Duration {
	s, _ := n.value.(string)
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		r.report(n.at, "%q is a duration in quotes, such as \"500ms\" or \"1m30s\"", name)
		return 0
	}
	return d
}

func (r *faultReader) choice(n *faultNode, name string, all ...string) string {
	s, _ := n.value.(string)
	if !slices.Contains(all, s) {
		r.report(n.at, "%q is one of %s", name, strings.Join(all, ", "))
	}
	return s
}
