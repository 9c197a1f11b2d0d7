package emulator

import "time"

// FaultPlan is what goes wrong in a tenant, and how the service behaves that day. Its
// JSON form is read by ParseFaults:
//
//	{
//	  "seed": 7,
//	  "behaviour": {"replaceSecrets": true, "replicationDelay": "60s"},
//	  "rules": [
//	    {"method": "POST", "path": "/applicationTemplates/*/instantiate", "nth": 1, "reset": "after"},
//	    {"path": "/servicePrincipals/**", "probability": 0.1, "status": 503, "retryAfter": "5s"}
//	  ]
//	}
type FaultPlan struct {
	Seed      uint64     // of probabilities; 0 is as good as any other
	Behaviour *Behaviour // nil leaves that of Options
	Rules     []Fault    // the first one that fits a request and is due does its worst
}

// Fault is one rule: which requests of Graph it is about, when it is due, and what it
// does then. Requests inside a $batch are looked at too, but only by rules that have a
// Status: a part of an answer cannot be cut off.
type Fault struct {
	Method string // "" is any
	Path   string // below the version; * is one segment, ** at the end any number; "" is any

	// At most one of these says when the rule is due, counted over the requests that
	// fit it; none means always. Times bounds how often it strikes; 0 is no bound.
	Nth, Every, First int
	Probability       float64
	Times             int

	// Delay comes before anything else, and Drip is between pieces of the answer. At
	// most one of the others says what is done.
	Delay, Drip   time.Duration
	Status        int           // the request is refused with it and has no effect
	Code, Message string        // of the refusal; "" are the usual ones of the status
	RetryAfter    time.Duration // of the refusal; 0 sends no header
	Reset         FaultReset
	Truncate      bool    // the change happens, and the answer breaks off in the middle
	Garbage       Garbage // the change happens, and the answer is not Graph's
}

// FaultReset is when a connection is broken off without an answer.
type FaultReset string

// Kinds of FaultReset.
const (
	ResetBefore FaultReset = "before" // the change does not happen
	ResetAfter  FaultReset = "after"  // the change happens
)

// Garbage is what stands in the place of an answer, with status 200.
type Garbage string

// Kinds of Garbage.
const (
	GarbageHTML  Garbage = "html"  // a page, as proxies and hotels send them
	GarbageJSON  Garbage = "json"  // JSON that does not end
	GarbageEmpty Garbage = "empty" // nothing
)
