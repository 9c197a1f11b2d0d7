package census

import (
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// filtered counts the people who are in scope before the plan and not after it by
// evaluating both scoping filters for each user. It is known only where the tenant
// has few enough users and the filters can be evaluated.
func (c *counter) filtered() (n int, known bool, err error) {
	all, err := c.allUsers()
	if err != nil || all > maxUsers {
		return 0, false, err
	}
	before, err := newTest(c.r.Users.Before)
	if err != nil {
		return 0, false, nil // Lint has told what is wrong with a filter
	}
	after, err := newTest(c.r.Users.After)
	if err != nil {
		return 0, false, nil
	}
	var in, out ids // nil: everybody
	if !c.r.AllBefore {
		if in, err = c.peopleAssigned(true); err != nil {
			return 0, false, err
		}
	}
	if !c.r.AllAfter {
		if out, err = c.peopleAssigned(false); err != nil {
			return 0, false, err
		}
	}
	reads := slices.Compact(slices.Sorted(slices.Values(slices.Concat(before.reads, after.reads))))
	seen := 0
	for user, err := range c.d.Users(c.ctx, properties(reads)) {
		if err != nil {
			return 0, false, err
		}
		if seen++; seen > maxUsers {
			return 0, false, nil // more have come since they were counted
		}
		id, _ := user["id"].(string)
		was, err := before.passes(user)
		if err != nil {
			return 0, false, err
		}
		is, err := after.passes(user)
		if err != nil {
			return 0, false, err
		}
		if was && (in == nil || in[id]) && !(is && (out == nil || out[id])) {
			n++
		}
	}
	return n, true, nil
}

// test is a scoping filter that can be evaluated.
type test struct {
	program *mapping.Program
	reads   []string // source attributes
}

func newTest(f *entra.Filter) (*test, error) {
	program, problems := mapping.Compile(mapping.ObjectMapping{Source: mapping.User, Scope: f})
	if err := problems.Err(); err != nil {
		return nil, err
	}
	t := &test{program: program}
	if f == nil {
		return t, nil
	}
	for _, g := range slices.Concat(f.Groups, f.InputFilterGroups, f.CategoryFilterGroups) {
		for _, clause := range g.Clauses {
			t.reads = append(t.reads, clause.SourceOperandName)
		}
	}
	return t, nil
}

// passes evaluates the filter for a user as Graph answers one.
func (t *test) passes(user map[string]any) (bool, error) {
	attributes := map[string]any{}
	for _, name := range t.reads {
		if v := entra.SourceValue(user, name); v != nil {
			attributes[name] = v
		}
	}
	o, err := mapping.NewObject(mapping.User, attributes)
	if err != nil {
		return false, fmt.Errorf("read a user: %w", err)
	}
	in, _ := t.program.InScope(o)
	return in, nil
}

// properties are those of Graph that the attributes stand for.
func properties(attributes []string) []string {
	out := make([]string, len(attributes))
	for i, name := range attributes {
		out[i] = entra.GraphProperty(name)
	}
	return out
}

func isEmpty(f *entra.Filter) bool {
	return f == nil || len(f.Groups)+len(f.InputFilterGroups)+len(f.CategoryFilterGroups) == 0
}
