package emulator

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
)

// faults is a plan in force, with the counts of its rules.
type faults struct {
	plan *FaultPlan

	mu     sync.Mutex
	random *rand.Rand
	seen   []int // requests that fit, by rule
	struck []int
}

// fail puts a plan into force, nil for none, and begins all counts anew.
func (e *Emulator) fail(p *FaultPlan) {
	if p == nil {
		p = &FaultPlan{}
	}
	b := e.o.Behaviour
	if p.Behaviour != nil {
		b = *p.Behaviour
	}
	e.behave(b)
	e.faults.Store(&faults{plan: p, random: rand.New(rand.NewPCG(p.Seed, 1)), seen: make([]int, len(p.Rules)), struck: make([]int, len(p.Rules))})
}

// hit returns what is to happen to a request; the zero Fault is nothing. Rest is the
// escaped path below the version.
func (f *faults) hit(method, rest string) Fault {
	return f.first(method, rest, func(*Fault) bool { return true })
}

// step returns what is to happen to a request inside a batch.
func (f *faults) step(method, rest string) Fault {
	return f.first(method, rest, func(r *Fault) bool { return r.Status != 0 })
}

func (f *faults) first(method, rest string, usable func(*Fault) bool) Fault {
	if len(f.plan.Rules) == 0 {
		return Fault{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	found := -1
	for i := range f.plan.Rules {
		r := &f.plan.Rules[i]
		if usable(r) && r.about(method, rest) && f.due(i) && found < 0 {
			found = i
		}
	}
	if found < 0 {
		return Fault{}
	}
	f.struck[found]++
	return f.plan.Rules[found]
}

// due counts a request that fits a rule and says whether the rule strikes.
func (f *faults) due(i int) bool {
	r := &f.plan.Rules[i]
	f.seen[i]++
	switch n := f.seen[i]; {
	case r.Times > 0 && f.struck[i] >= r.Times:
		return false
	case r.Nth > 0:
		return n == r.Nth
	case r.Every > 0:
		return n%r.Every == 0
	case r.First > 0:
		return n <= r.First
	case r.Probability > 0:
		return f.random.Float64() < r.Probability
	}
	return true
}

// about reports whether a request is one of those that the rule is about.
func (r *Fault) about(method, rest string) bool {
	if r.Method != "" && !strings.EqualFold(r.Method, method) {
		return false
	}
	return r.Path == "" || fitsPattern(strings.Split(strings.Trim(r.Path, "/"), "/"), strings.Split(strings.Trim(rest, "/"), "/"))
}

func fitsPattern(pattern, path []string) bool {
	for i, want := range pattern {
		if want == "**" && i == len(pattern)-1 {
			return true
		}
		if i >= len(path) {
			return false
		}
		got, err := url.PathUnescape(path[i])
		if want != "*" && (err != nil || !strings.EqualFold(want, got)) {
			return false
		}
	}
	return len(pattern) == len(path)
}
