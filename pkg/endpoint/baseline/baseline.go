// Package baseline keeps the deviations of a SCIM endpoint that are known and
// accepted for a time, so that continuous integration fails on new ones only.
//
// A baseline is a file of YAML or JSON beside the sources of the server:
//
//	version: 1
//	deviations:
//	  - check: C-07
//	    reason: user names are compared by letter until release 7
//	    expires: 2026-12-31
//	    severity: degrades
//
// An entry accepts the failure of one check up to its severity, through the whole day
// of its expiry in UTC. Without a severity it accepts any.
package baseline

import (
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
)

// File is a baseline.
type File struct {
	Deviations []Deviation // sorted by check
}

// Deviation accepts that a check fails.
type Deviation struct {
	Check    string
	Reason   string
	Expires  time.Time         // midnight UTC at the start of the last day that it holds
	Severity endpoint.Severity // the gravest that is accepted; endpoint.Breaks for any
	Where    diag.Range
}

// Standing is what a baseline makes of the result of a check.
type Standing string

// Standings.
const (
	Fine     Standing = "fine"     // the check has not failed
	New      Standing = "new"      // it failed, and no entry accepts that
	Accepted Standing = "accepted" // an entry accepts it
	Expired  Standing = "expired"  // an entry accepted it until a day that is past
	Worse    Standing = "worse"    // an entry accepts less than what was found
)

// Fails reports whether the standing is one to fail for.
func (s Standing) Fails() bool { return s == New || s == Expired || s == Worse }

// Judge says what the baseline makes of a result whose failure weighs as severity; a
// severity below endpoint.Degrades is no failure. The entry is nil where there is
// none. A nil File accepts nothing.
func (f *File) Judge(check string, severity endpoint.Severity, now time.Time) (Standing, *Deviation) {
	if severity < endpoint.Degrades {
		return Fine, nil
	}
	d := f.entry(check)
	switch {
	case d == nil:
		return New, nil
	case !now.Before(d.Expires.AddDate(0, 0, 1)):
		return Expired, d
	case severity > d.Severity:
		return Worse, d
	}
	return Accepted, d
}

// Mended returns the entries whose checks ran in the report and did not fail: they
// can be taken out.
func (f *File) Mended(r *endpoint.Report) []Deviation {
	if f == nil {
		return nil
	}
	var mended []Deviation
	for _, d := range f.Deviations {
		if slices.ContainsFunc(r.Results, func(x endpoint.Result) bool { return x.Check.ID == d.Check && x.Status == endpoint.Pass }) {
			mended = append(mended, d)
		}
	}
	return mended
}

func (f *File) entry(check string) *Deviation {
	if f == nil {
		return nil
	}
	for i := range f.Deviations {
		if f.Deviations[i].Check == check {
			return &f.Deviations[i]
		}
	}
	return nil
}
