package render

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// endpointJSON is the JSON of `scimctl endpoint test`. Members are only ever added.
type endpointJSON struct {
	URL         string         `json:"url"`
	Run         string         `json:"run"`
	Profile     string         `json:"profile,omitempty"`
	Version     string         `json:"version"`
	Started     time.Time      `json:"started"`
	Seconds     float64        `json:"seconds"`
	Requests    int            `json:"requests"`
	Dialects    []string       `json:"dialects"`
	Failed      bool           `json:"failed"` // a deviation for a side that decides, which the baseline does not accept
	Interrupted string         `json:"interrupted,omitempty"`
	Fingerprint string         `json:"schemaFingerprint,omitempty"`
	Verdicts    []verdictJSON  `json:"verdicts"`
	Checks      []checkJSON    `json:"checks"`
	Left        []leftoverJSON `json:"left"`
	Mended      []string       `json:"mended"` // checks that the baseline need no longer name
}

type verdictJSON struct {
	Side     endpoint.Side    `json:"side"`
	Outcome  endpoint.Outcome `json:"outcome"`
	Breaks   int              `json:"breaks"`
	Degrades int              `json:"degrades"`
	Notes    int              `json:"notes"`
	Passed   int              `json:"passed"`
	NotRun   int              `json:"notRun"`
}

type checkJSON struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Group    endpoint.Group    `json:"group"`
	Suites   []string          `json:"suites"`
	Status   endpoint.Status   `json:"status"`
	Cause    endpoint.Cause    `json:"cause,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Impact   endpoint.Impact   `json:"impact"` // of what failed
	Baseline baseline.Standing `json:"baseline"`
	Accepted string            `json:"accepted,omitempty"` // what the baseline says
	Why      string            `json:"why"`
	Fix      string            `json:"fix,omitempty"`
	Source   string            `json:"source,omitempty"`
	Seconds  float64           `json:"seconds"`
	Claims   []claimJSON       `json:"claims"`
	Traffic  []trafficJSON     `json:"traffic"`
	Omitted  int               `json:"trafficOmitted,omitempty"`
}

type claimJSON struct {
	Text     string           `json:"text"`
	OK       bool             `json:"ok"`
	Saw      string           `json:"saw,omitempty"`
	Fix      string           `json:"fix,omitempty"`
	Impact   *endpoint.Impact `json:"impact,omitempty"`   // where it failed
	Exchange *int             `json:"exchange,omitempty"` // index in traffic
}

type trafficJSON struct {
	Method   string  `json:"method"`
	URL      string  `json:"url"`
	Request  string  `json:"request,omitempty"`
	Status   int     `json:"status"` // 0: no answer
	Type     string  `json:"contentType,omitempty"`
	Response string  `json:"response,omitempty"`
	Cut      int     `json:"cut,omitempty"` // bytes of the bodies that were left out
	Error    string  `json:"error,omitempty"`
	Seconds  float64 `json:"seconds"`
}

type leftoverJSON struct {
	Resource string `json:"resource"`
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	Reason   string `json:"reason,omitempty"`
}

// EndpointJSON writes the test of an endpoint as JSON.
func EndpointJSON(w io.Writer, r EndpointReport) error {
	out := endpointJSON{
		URL: r.URL, Run: r.Run, Profile: r.Profile, Version: r.Version, Started: r.Started.UTC(), Seconds: r.Took.Seconds(),
		Requests: r.Requests, Dialects: r.Dialects, Failed: r.Failed(), Interrupted: r.Interrupted, Fingerprint: r.Fingerprint,
		Verdicts: []verdictJSON{}, Checks: []checkJSON{}, Left: leftoversJSON(r.Left), Mended: []string{},
	}
	for _, v := range r.Verdicts() {
		out.Verdicts = append(out.Verdicts, verdictJSON{
			Side: v.Side, Outcome: v.Outcome, Breaks: v.Breaks, Degrades: v.Degrades, Notes: v.Notes, Passed: v.Passed, NotRun: v.NotRun,
		})
	}
	for i := range r.Results {
		out.Checks = append(out.Checks, r.checkJSON(&r.Results[i]))
	}
	for _, d := range r.Baseline.Mended(r.Report) {
		out.Mended = append(out.Mended, d.Check)
	}
	return JSON(w, out)
}

func (r EndpointReport) checkJSON(x *endpoint.Result) checkJSON {
	standing, d := r.Standing(x)
	c := checkJSON{
		ID: x.Check.ID, Title: x.Check.Title, Group: x.Check.Group, Suites: x.Check.Suites.Names(), Status: x.Status, Cause: x.Cause, Reason: x.Reason,
		Impact: x.Impact, Baseline: standing, Accepted: standingText(standing, d), Why: x.Check.Why, Fix: x.Check.Fix, Source: x.Check.Source,
		Seconds: x.Took.Seconds(), Claims: []claimJSON{}, Traffic: []trafficJSON{}, Omitted: x.Omitted,
	}
	for i := range x.Claims {
		claim := &x.Claims[i]
		j := claimJSON{Text: claim.Text, OK: claim.OK, Saw: claim.Saw, Fix: claim.Fix}
		if !claim.OK {
			j.Impact = &claim.Impact
		}
		if evidence(x, *claim) != nil {
			j.Exchange = &claim.Exchange
		}
		c.Claims = append(c.Claims, j)
	}
	for i := range x.Traffic {
		t := &x.Traffic[i]
		c.Traffic = append(c.Traffic, trafficJSON{
			Method: t.Method, URL: t.URL, Request: bodyText(t.RequestBody), Status: t.Status, Type: t.ResponseHeader.Get("Content-Type"),
			Response: bodyText(t.ResponseBody), Cut: t.RequestCut + t.ResponseCut, Error: t.Err, Seconds: t.Took.Seconds(),
		})
	}
	return c
}

func leftoversJSON(left []endpoint.Leftover) []leftoverJSON {
	out := []leftoverJSON{}
	for _, l := range left {
		out = append(out, leftoverJSON(l))
	}
	return out
}

// bodyText is a body as text; one that is no text is described.
func bodyText(body []byte) string {
	if !utf8.Valid(body) {
		return "(" + plural(len(body), "byte") + " that are no UTF-8)"
	}
	return string(body)
}

// checkInfoJSON is one check in the JSON of `scimctl endpoint test --list`.
type checkInfoJSON struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	Group  endpoint.Group  `json:"group"`
	Suites []string        `json:"suites"`
	Impact endpoint.Impact `json:"impact"` // of a failure
	Why    string          `json:"why"`
	Fix    string          `json:"fix,omitempty"`
	Source string          `json:"source,omitempty"`
}

// EndpointChecksJSON writes the catalogue of checks as JSON.
func EndpointChecksJSON(w io.Writer, checks []endpoint.Check) error {
	list := []checkInfoJSON{}
	for _, c := range checks {
		list = append(list, checkInfoJSON{c.ID, c.Title, c.Group, c.Suites.Names(), c.Impact, c.Why, c.Fix, c.Source})
	}
	return JSON(w, list)
}

// suiteNames are the suites of a check, with commas.
func suiteNames(c endpoint.Check) string { return strings.Join(c.Suites.Names(), ",") }

// cleanedJSON is the JSON of `scimctl endpoint clean`.
type cleanedJSON struct {
	Removed []leftoverJSON `json:"removed"` // or with --dry-run what would be
	Left    []leftoverJSON `json:"left"`
	Unsure  []string       `json:"unsure"` // what could not be searched completely, and why
}

// CleanedJSON writes what became of the objects that earlier runs left.
func CleanedJSON(w io.Writer, done *endpoint.Cleaned) error {
	return JSON(w, cleanedJSON{
		Removed: leftoversJSON(removed(done)), Left: leftoversJSON(done.Left), Unsure: append([]string{}, done.Unsure...),
	})
}
