package endpoint

import "time"

// Status is how a check ended.
type Status string

// Statuses.
const (
	Pass   Status = "pass"    // it ran, and no claim of weight failed
	Fail   Status = "fail"    // it ran, and a claim that degrades or breaks a side failed
	NotRun Status = "not run" // it could not run; never counts as passed
)

// Cause is why a check did not run.
type Cause string

// Causes.
const (
	Excluded    Cause = "excluded"    // the options leave it out: no load, no large groups, another dialect
	ReadOnly    Cause = "read-only"   // it writes, and the run is read-only
	NotOffered  Cause = "not offered" // the server does not offer the feature, and need not
	Blocked     Cause = "blocked"     // something that it needs failed, so the behaviour is unknown
	Interrupted Cause = "interrupted" // the run was cancelled or out of time
)

// Result is the outcome of one check.
type Result struct {
	Check  Check
	Status Status
	Cause  Cause  // of NotRun
	Reason string // of NotRun: a sentence without a full stop

	// Claims is what was asserted, in order; a failed one says what was seen.
	Claims []Claim
	// Impact is the worst of the failed claims on each side.
	Impact Impact
	// Traffic is what was sent and what came back, without the token. Omitted is how
	// many more exchanges there were.
	Traffic []Exchange
	Omitted int
	Took    time.Duration
}

// Claim is one statement about the server.
type Claim struct {
	Text     string // "POST /Users answers 201"
	OK       bool
	Saw      string // what was seen instead; empty when OK
	Fix      string // how to mend it, where that differs from the check's; else empty
	Impact   Impact // what a failure costs
	Exchange int    // index in Traffic of what shows it, or -1
}

// Failed returns the claims that do not hold, the gravest first, else in order.
func (r *Result) Failed() []Claim {
	var failed []Claim
	for severity := Breaks; severity >= None; severity-- {
		for _, c := range r.Claims {
			if !c.OK && c.Impact.Worst() == severity {
				failed = append(failed, c)
			}
		}
	}
	return failed
}

// settle draws the status from the claims.
func (r *Result) settle() {
	for _, c := range r.Claims {
		if !c.OK {
			r.Impact = r.Impact.and(c.Impact)
		}
	}
	switch {
	case r.Impact.Worst() >= Degrades:
		// A check that found something and then could not go on has failed.
		r.Status, r.Cause, r.Reason = Fail, "", ""
	case r.Status != NotRun:
		r.Status = Pass
	}
}
