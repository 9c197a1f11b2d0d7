package mapping

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// unfilterable attributes and why. Source: scoping_filters, rules.
var unfilterable = map[string]string{
	"appRoleAssignments":         "assignments to roles",
	"userType":                   "the type of user",
	"manager":                    "references",
	"members":                    "members of a group",
	"StatusHireDate":             "dates",
	"StatusTerminationDate":      "dates",
	"startDate":                  "dates",
	"endDate":                    "dates",
	"accountExpires":             "dates",
	"employeeHireDate":           "dates",
	"employeeLeaveDateTime":      "dates",
	"createdDateTime":            "dates",
	"onPremisesLastSyncDateTime": "dates",
}

// scope checks the scoping filter.
func (l *linter) scope() {
	f := l.m.Scope
	if f == nil {
		return
	}
	if len(f.InputFilterGroups) > 0 || len(f.CategoryFilterGroups) > 0 {
		l.report(diag.Notef(codeFilterExperiment, l.m.Where, "the scoping filter of %s has experimental groups", l.m.Source).
			WithDetail("Input and category filters are kept as they are. Objects that leave an input filter are not deprovisioned."))
	}
	for i, g := range f.Groups {
		if len(g.Clauses) == 0 {
			at := l.m.Where
			if i < len(l.m.Filters) && !l.m.Filters[i].Where.IsZero() {
				at = l.m.Filters[i].Where
			}
			l.report(diag.Warningf(codeFilterEmpty, at, "the filter %q has no clauses", g.Name).
				WithDetail("What Entra makes of it is not documented; here it lets everybody in. Remove it, or add a clause."))
		}
		for j := range g.Clauses {
			l.clause(&g.Clauses[j], l.m.clausePlace(i, j), l.m.filterText(i, j))
		}
	}
}

// filterText returns the attribute of a clause as the profile writes it.
func (m ObjectMapping) filterText(group, clause int) diag.Text {
	if group >= len(m.Filters) || clause >= len(m.Filters[group].Clauses) {
		return diag.Text{}
	}
	return m.Filters[group].Clauses[clause].Attribute
}

func (l *linter) clause(c *entra.FilterClause, at clausePlace, text diag.Text) {
	l.filterAttribute(c.SourceOperandName, at.attribute, text)
	folded := FoldOperator(c.OperatorName)
	op, known := operators[folded]
	switch {
	case folded == "ismemberof":
		l.report(diag.Warningf(codeOperatorUnclear, at.operator, "the filter operator IsMemberOf is documented as not supported").
			WithDetail("Assign the group to the application instead, and set settings.scope to assigned."))
		return
	case !known:
		names := operatorNames()
		l.report(diag.Warningf(codeOperator, at.operator, "unknown filter operator %q%s", c.OperatorName, diag.DidYouMean(c.OperatorName, names)).
			WithDetail("Known are %s. A clause with another operator is taken as not true offline.", strings.Join(names, ", ")))
		return
	case folded == "&" || folded == "!&":
		l.report(diag.Warningf(codeOperatorUnclear, at.operator, "the documentation is unclear about the filter operator %s", op.name).
			WithDetail("Here it tests the bits of whole numbers. Try it with provision on demand, or use another operator."))
	}
	values := c.TargetOperand.Values
	switch {
	case op.unary && len(values) > 0:
		l.report(diag.Warningf(codeFilterValues, at.value, "%s takes no value", op.name).WithDetail("Leave the value out."))
	case !op.unary && len(values) == 0:
		l.report(diag.Errorf(codeFilterValues, at.value, "%s needs a value", op.name))
	case !op.unary && len(values) > 1:
		l.report(diag.Warningf(codeFilterValues, at.value, "%s has %d values, and the portal writes one", op.name, len(values)).
			WithDetail("Write one filter for each value: filters are alternatives."))
	}
	for _, v := range values {
		l.filterValue(folded, op.name, v, at.value)
	}
}

func (l *linter) filterValue(folded, name, value string, at diag.Range) {
	switch folded {
	case "greaterthan", "greaterthanorequals", "&", "!&":
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			l.report(diag.Errorf(codeFilterInteger, at, "%s compares whole numbers, and %q is none", name, value))
		}
	case "regexmatch", "notregexmatch":
		if _, err := compileClause("", &entra.FilterClause{OperatorName: name, TargetOperand: entra.FilterOperand{Values: []string{value}}}); err != nil {
			l.report(diag.Errorf(codeFilterRegex, at, "%v", err).WithDetail("Scoping filters take .NET regular expressions."))
			return
		}
		if !strings.HasPrefix(value, "^") && !strings.HasSuffix(value, "$") {
			l.report(diag.Warningf(codeFilterAnchors, at, "the pattern %s may match the whole value or a part of it", value).
				WithDetail("The documentation does not say which. Write ^%s$ for the whole value.", value))
		}
	}
}

func (l *linter) filterAttribute(name string, at diag.Range, text diag.Text) {
	def := l.sourceDefinition(name)
	why, bad := unfilterable[name]
	switch {
	case bad:
		l.report(diag.Errorf(codeFilterAttribute, at, "scoping filters do not support %s: %s", name, why).
			WithDetail("Filter by another attribute, or leave objects out with an expression and IgnoreObjectFlow."))
	case def == nil:
		l.unknownSource(codeFilterUnknown, text, at, name, "scoping filter: ")
	case def.Multivalued:
		l.report(diag.Errorf(codeFilterMulti, at, "scoping filters do not support %s, which has several values", name))
	case def.Type == entra.TypeReference || def.Type == entra.TypeDateTime:
		l.report(diag.Errorf(codeFilterAttribute, at, "scoping filters do not support %s: it is of type %s", name, def.Type).
			WithDetail("Filter by another attribute, or leave objects out with an expression and IgnoreObjectFlow."))
	}
}

// operatorNames returns the portal's spellings, sorted.
func operatorNames() []string {
	names := make([]string, 0, len(operators))
	for _, op := range operators {
		names = append(names, op.name)
	}
	slices.Sort(names)
	return names
}

// Operators returns the filter operators as the portal spells them, sorted.
// Source: scoping_filters.
func Operators() []string { return operatorNames() }
