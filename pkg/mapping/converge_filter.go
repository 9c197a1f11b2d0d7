package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// filter makes the edit of the scoping filter. The experimental lists of groups
// stay as they are.
func (c *convergence) filter() {
	if c.want.Filters == nil {
		return
	}
	var after entra.Filter
	if c.has.Scope != nil {
		after = *c.has.Scope
	}
	after.Groups = make([]entra.FilterGroup, len(*c.want.Filters))
	for i, g := range *c.want.Filters {
		after.Groups[i] = entra.FilterGroup{Name: g.Name, Clauses: make([]entra.FilterClause, len(g.Clauses))}
		for j := range g.Clauses {
			clause := &g.Clauses[j]
			after.Groups[i].Clauses[j] = entra.FilterClause{
				OperatorName:      c.operator(clause.Operator),
				SourceOperandName: clause.Attribute.Value,
				TargetOperand:     entra.FilterOperand{Values: slices.Clone(clause.Values)},
			}
		}
	}
	var now []entra.FilterGroup
	if c.has.Scope != nil {
		now = c.has.Scope.Groups
	}
	keepNames(now, after.Groups)
	if sameGroups(now, after.Groups) {
		return
	}
	e := Edit{Kind: SetScope, ScopeBefore: c.has.Scope, ScopeAfter: &after}
	if len(after.Groups)+len(after.InputFilterGroups)+len(after.CategoryFilterGroups) == 0 {
		e.ScopeAfter = nil
	}
	c.edit(e)
}

// keepNames gives groups for which the profile states no name that of a group
// with the same clauses: what a profile does not say is not managed.
func keepNames(now, after []entra.FilterGroup) {
	taken := make([]bool, len(now))
	for i := range after {
		if after[i].Name != "" {
			continue
		}
		for j := range now {
			if !taken[j] && clausesKey(now[j]) == clausesKey(after[i]) {
				taken[j], after[i].Name = true, now[j].Name
				break
			}
		}
	}
}

// operator returns the tenant's spelling of an operator.
func (c *convergence) operator(name diag.Text) string {
	if c.operators == nil {
		return name.Value
	}
	if spelling, ok := c.operators[FoldOperator(name.Value)]; ok {
		return spelling
	}
	known := slices.Sorted(maps.Values(c.operators))
	c.report(diag.Errorf(codeOperator, name.Where, "the tenant knows no filter operator %q%s", name.Value, diag.DidYouMean(name.Value, known)).
		WithDetail("It knows %s.", strings.Join(known, ", ")))
	return name.Value
}

// sameGroups compares two lists of alternatives by meaning: in any order, and
// operators in any spelling.
func sameGroups(a, b []entra.FilterGroup) bool {
	return slices.Equal(groupKeys(a), groupKeys(b))
}

func groupKeys(groups []entra.FilterGroup) []string {
	keys := make([]string, len(groups))
	for i, g := range groups {
		keys[i] = fmt.Sprintf("%q %s", g.Name, clausesKey(g))
	}
	slices.Sort(keys)
	return keys
}

// clausesKey is equal for groups whose clauses mean the same.
func clausesKey(g entra.FilterGroup) string {
	clauses := make([]string, len(g.Clauses))
	for i, c := range g.Clauses {
		folded := FoldOperator(c.OperatorName)
		parts := []string{c.SourceOperandName, folded}
		if !operators[folded].unary {
			parts = append(parts, c.TargetOperand.Values...)
		}
		clauses[i] = fmt.Sprintf("%q", parts)
	}
	slices.Sort(clauses)
	return fmt.Sprintf("%q", clauses)
}
