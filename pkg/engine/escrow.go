package engine

import (
	"cmp"
	"slices"
	"time"
)

// Escrow is an object whose provisioning failed and is tried again in later cycles.
type Escrow struct {
	Type string `json:"type"`
	ID   string `json:"id"` // of the source object
	// Reference is true when the object is there and a reference of it is not: the
	// request for it failed, or what it refers to is in escrow itself.
	Reference bool      `json:"reference,omitempty"`
	Since     time.Time `json:"since"` // of the first failure
	Attempts  int       `json:"attempts"`
	Next      time.Time `json:"next"` // not tried again before, unless the object changes
	Code      string    `json:"code"`
	Message   string    `json:"message"`
}

// EscrowLife is how long an object is tried again: then it is pruned, and only a
// change of the object or a restart brings it back. Source: entra_wire W-80.
const EscrowLife = 28 * 24 * time.Hour

// escrowWaits are the times between attempts; the last one repeats. The documents
// give the times without saying what they count from [?]. Source: entra_wire W-80.
var escrowWaits = [...]time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// fail counts another failed attempt. It reports false when the object has been
// tried long enough.
func (e *Escrow) fail(now time.Time, code, message string) bool {
	if e.Attempts == 0 {
		e.Since = now
	}
	e.Next = now.Add(escrowWaits[min(e.Attempts, len(escrowWaits)-1)])
	e.Attempts++
	e.Code, e.Message = code, message
	return !e.Next.After(e.Since.Add(EscrowLife))
}

// escrows are the escrowed objects of a job.
type escrows map[Member]*Escrow

// due returns the objects that are to be tried again now, by type and id.
func (e escrows) due(now time.Time) []Member {
	var out []Member
	for m, escrow := range e {
		if !now.Before(escrow.Next) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, compareMembers)
	return out
}

// count returns how many objects are held, and how many of these are there with a
// reference missing.
func (e escrows) count() (total, references int) {
	for _, escrow := range e {
		if escrow.Reference {
			references++
		}
	}
	return len(e), references
}

// list returns copies in the order of type and id.
func (e escrows) list() []Escrow {
	out := make([]Escrow, 0, len(e))
	for _, escrow := range e {
		out = append(out, *escrow)
	}
	slices.SortFunc(out, func(a, b Escrow) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID)) })
	return out
}
