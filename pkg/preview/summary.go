package preview

import (
	"cmp"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
)

// Summary counts what became of users or groups.
type Summary struct {
	Type     string // User or Group
	Users    int    // records, invalid ones too
	InScope  int
	Requests int // of all users
	Actions  map[Action]int
	Flawed   int // users who are provisioned without an attribute that cannot be computed
	Reasons  []Reason
}

// Reason is a kind of problem with how many users have it and the first of them.
type Reason struct {
	Problem
	Action Action
	Count  int
	First  string // who: a name, an id, or a place in the input
}

// maxReasons bounds the reasons that are told apart; the others only count in Actions.
const maxReasons = 100

// reasonKey tells reasons apart. Messages of skips are few; those of other
// problems may hold values of the user.
type reasonKey struct {
	action                Action
	code, target, message string
}

// counter makes a Summary.
type counter struct {
	summary Summary
	reasons map[reasonKey]*Reason
}

func newCounter(typ string) *counter {
	return &counter{summary: Summary{Type: typ, Actions: map[Action]int{}}, reasons: map[reasonKey]*Reason{}}
}

// add counts one user. The noted problems are the user's.
func (c *counter) add(e *entry, problems []noted) {
	c.summary.Users++
	c.summary.Requests += e.requests
	c.summary.Actions[e.action]++
	if e.inScope {
		c.summary.InScope++
	}
	flawed := false
	for _, n := range problems {
		flawed = flawed || n.Severity == diag.Warning && n.Code == CodeLeftOut
		key := reasonKey{action: n.action, code: n.Code, target: n.Target}
		if n.Code == engine.SkipNotEntitled || n.Code == engine.SkipSynchronization {
			key.message = n.Message
		}
		r, known := c.reasons[key]
		if !known {
			if len(c.reasons) == maxReasons {
				continue
			}
			r = &Reason{Problem: n.Problem, Action: n.action, First: n.who}
			c.reasons[key] = r
		}
		r.Count++
	}
	if flawed {
		c.summary.Flawed++
	}
}

// order ranks the reasons of graver actions first.
func order(a Action) int {
	return slices.Index([]Action{Invalid, Fail, Skip, Create, Update, Disable, Delete, None}, a)
}

// result is the summary with the reasons by gravity and number.
func (c *counter) result() Summary {
	s := c.summary
	for _, r := range c.reasons {
		s.Reasons = append(s.Reasons, *r)
	}
	slices.SortFunc(s.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(order(a.Action), order(b.Action)), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Message, b.Message))
	})
	return s
}
