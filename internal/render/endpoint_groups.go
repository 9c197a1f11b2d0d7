package render

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// endpointGroup is checks that share something: their group, or why they did not run.
type endpointGroup struct {
	Name    string
	Results []*endpoint.Result
}

// section is the results for which keep holds, by their groups.
func (r EndpointReport) section(keep func(*endpoint.Result) bool) []endpointGroup {
	return r.grouped(keep, func(x *endpoint.Result) string { return string(x.Check.Group) })
}

// grouped is the results for which keep holds, by name, in the order of the first of
// each name.
func (r EndpointReport) grouped(keep func(*endpoint.Result) bool, name func(*endpoint.Result) string) []endpointGroup {
	var groups []endpointGroup
	for i := range r.Results {
		x := &r.Results[i]
		if !keep(x) {
			continue
		}
		at := slices.IndexFunc(groups, func(g endpointGroup) bool { return g.Name == name(x) })
		if at < 0 {
			at = len(groups)
			groups = append(groups, endpointGroup{Name: name(x)})
		}
		groups[at].Results = append(groups[at].Results, x)
	}
	return groups
}

// failing are the results that fail the test.
func (r EndpointReport) failing() []endpointGroup {
	return r.section(func(x *endpoint.Result) bool { s, _ := r.Standing(x); return s.Fails() })
}

// accepted are the failures that the baseline takes.
func (r EndpointReport) accepted() []endpointGroup {
	return r.section(func(x *endpoint.Result) bool { s, _ := r.Standing(x); return s == baseline.Accepted })
}

// passed are all others that ran. A check that failed only for a side that does not
// decide is among them, with what it found.
func (r EndpointReport) passed() []endpointGroup {
	return r.section(func(x *endpoint.Result) bool {
		s, _ := r.Standing(x)
		return s == baseline.Fine && x.Status != endpoint.NotRun
	})
}

// notRun are the checks that did not run, by their reasons.
func (r EndpointReport) notRun() []endpointGroup {
	return r.grouped(func(x *endpoint.Result) bool { return x.Status == endpoint.NotRun },
		func(x *endpoint.Result) string { return x.Reason })
}

// ids are the ids of the checks, with commas.
func (g endpointGroup) ids() string {
	ids := make([]string, len(g.Results))
	for i, r := range g.Results {
		ids[i] = r.Check.ID
	}
	return strings.Join(ids, ", ")
}

// size counts the checks of all groups.
func size(groups []endpointGroup) int {
	n := 0
	for _, g := range groups {
		n += len(g.Results)
	}
	return n
}
