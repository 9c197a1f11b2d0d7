package cmd

import (
	"math"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// testReportJSON is the JSON of `scimctl test`.
type testReportJSON struct {
	Passed   int           `json:"passed"`
	Failed   int           `json:"failed"`
	Profiles []testedJSON  `json:"profiles"`
	Coverage *coverageJSON `json:"coverage,omitempty"` // with --coverage
	Problems diag.List     `json:"problems,omitempty"` // errors in the profiles
}

// testedJSON is one profile in one environment.
type testedJSON struct {
	Profile     string     `json:"profile"`
	Environment string     `json:"environment,omitempty"`
	Tests       []testJSON `json:"tests"`
}

type testJSON struct {
	Name     string        `json:"name"`
	Passed   bool          `json:"passed"`
	Where    string        `json:"where,omitempty"`
	Failures []failureJSON `json:"failures,omitempty"`
}

type failureJSON struct {
	What  string `json:"what"`
	Want  string `json:"want"`
	Got   string `json:"got"`
	Where string `json:"where,omitempty"`
}

// coverageJSON is how many values of Switch and IIF tests reach.
type coverageJSON struct {
	Values    int       `json:"values"`
	Reached   int       `json:"reached"`
	Percent   float64   `json:"percent"` // in hundredths, rounded down so that only all is 100
	Unreached []armJSON `json:"unreached"`
}

type armJSON struct {
	Profile  string `json:"profile"`
	Target   string `json:"target"`
	Function string `json:"function"`
	When     string `json:"when"`
	Value    string `json:"value"`
	Where    string `json:"where,omitempty"`
}

func newTestedJSON(name, env string, tests []profiletest.Result) testedJSON {
	out := testedJSON{Profile: name, Environment: env, Tests: []testJSON{}}
	for _, t := range tests {
		j := testJSON{Name: t.Name, Passed: t.Passed, Where: t.Where.String()}
		for _, f := range t.Failures {
			j.Failures = append(j.Failures, failureJSON{What: f.What, Want: f.Want, Got: f.Got, Where: f.Where.String()})
		}
		out.Tests = append(out.Tests, j)
	}
	return out
}

func newTestReportJSON(r render.TestReport, profiles []testedJSON) testReportJSON {
	passed, total := r.Counts()
	out := testReportJSON{Passed: passed, Failed: total - passed, Profiles: profiles, Problems: r.Problems}
	if r.Coverage == nil {
		return out
	}
	unreached := r.Coverage.Unreached()
	all := len(r.Coverage.Arms())
	out.Coverage = &coverageJSON{
		Values: all, Reached: all - len(unreached),
		Percent: math.Floor(r.Coverage.Percent()*100) / 100, Unreached: []armJSON{},
	}
	for _, a := range unreached {
		out.Coverage.Unreached = append(out.Coverage.Unreached, armJSON{
			Profile: a.Profile, Target: a.Target, Function: a.Function, When: a.When, Value: a.Text, Where: a.Where.String(),
		})
	}
	return out
}
