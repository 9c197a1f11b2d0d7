package endpoint

import "time"

// Report is the outcome of a run.
type Report struct {
	URL      string // the tenant URL, without the token
	Run      string // id of the run, part of the mark of its objects
	Started  time.Time
	Took     time.Duration
	Requests int
	Dialects []string
	Results  []Result // in the order of Checks
	// Fingerprint is equal for servers whose schemas define the same; "" when they
	// cannot be read.
	Fingerprint string
	Left        []Leftover
	// Interrupted is why the run ended early, empty when it did not.
	Interrupted string
}

// Leftover is an object of a run that could not be removed, or may be left.
type Leftover struct {
	Resource string // Users or Groups
	ID       string // "" when it is not known
	Name     string // userName or displayName
	Reason   string
}

// Outcome is what a side makes of a server.
type Outcome string

// Outcomes.
const (
	Works     Outcome = "works"     // nothing that degrades or breaks the side
	Degraded  Outcome = "degraded"  // works, with drawbacks
	Broken    Outcome = "broken"    // provisioning fails or corrupts data; for the RFC: a MUST is violated
	Undecided Outcome = "undecided" // nothing broken was found, but checks that matter could not run
)

// Verdict is the sum for one side. Checks that do not matter to it are not counted.
type Verdict struct {
	Side     Side
	Outcome  Outcome
	Passed   int // notes included
	Notes    int // checks that passed with a note
	Degrades int
	Breaks   int
	NotRun   int
}

// Verdict judges for one side.
func (r *Report) Verdict(s Side) Verdict {
	v := Verdict{Side: s}
	open := 0
	for i := range r.Results {
		result := &r.Results[i]
		matters := max(result.Check.Impact.On(s), result.Impact.On(s))
		if matters == None {
			continue
		}
		switch {
		case result.Impact.On(s) == Breaks:
			v.Breaks++
		case result.Impact.On(s) == Degrades:
			v.Degrades++
		case result.Status == NotRun:
			v.NotRun++
			if matters == Breaks && result.Cause != Excluded && result.Cause != NotOffered {
				open++
			}
		default:
			v.Passed++
			if result.Impact.On(s) == Note {
				v.Notes++
			}
		}
	}
	switch {
	case v.Breaks > 0:
		v.Outcome = Broken
	case open > 0 || v.Passed == 0:
		v.Outcome = Undecided
	case v.Degrades > 0:
		v.Outcome = Degraded
	default:
		v.Outcome = Works
	}
	return v
}

// Verdicts judges for all sides.
func (r *Report) Verdicts() []Verdict {
	var list []Verdict
	for _, s := range Sides() {
		list = append(list, r.Verdict(s))
	}
	return list
}

// Failed reports whether a check found something that degrades or breaks a side.
func (r *Report) Failed() bool {
	for i := range r.Results {
		if r.Results[i].Status == Fail {
			return true
		}
	}
	return false
}
