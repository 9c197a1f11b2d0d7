package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dlclark/regexp2/v2"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
)

// Facts about filters that no page states. Source: scoping_filters, marked [?].
const (
	// regexMatchesWhole says whether a pattern must match the whole value. .NET's
	// Regex.IsMatch, which the service is written with, looks anywhere.
	regexMatchesWhole = false
	// ampersandTestsBits reads & as "has one of the bits" of two whole numbers.
	ampersandTestsBits = true
)

// operator is a filter operator by its folded name.
type operator struct {
	name  string // as the portal spells it
	unary bool
	test  func(c *clause, v expr.Value) bool // v is never empty
}

// operators by their folded names. Source: scoping_filters, table of operators.
var operators = map[string]operator{
	"equals":              {name: "EQUALS", test: (*clause).equals},
	"notequals":           {name: "NOT EQUALS", test: func(c *clause, v expr.Value) bool { return !c.equals(v) }},
	"istrue":              {name: "IS TRUE", unary: true, test: isText("true")},
	"isfalse":             {name: "IS FALSE", unary: true, test: isText("false")},
	"isnull":              {name: "IS NULL", unary: true, test: func(*clause, expr.Value) bool { return false }},
	"isnotnull":           {name: "IS NOT NULL", unary: true, test: func(*clause, expr.Value) bool { return true }},
	"regexmatch":          {name: "REGEX MATCH", test: (*clause).matches},
	"notregexmatch":       {name: "NOT REGEX MATCH", test: func(c *clause, v expr.Value) bool { return !c.matches(v) }},
	"greaterthan":         {name: "Greater_Than", test: ofNumbers(func(a, b int64) bool { return a > b })},
	"greaterthanorequals": {name: "Greater_Than_OR_EQUALS", test: ofNumbers(func(a, b int64) bool { return a >= b })},
	"includes":            {name: "Includes", test: anyValue(strings.Contains)},
	"endswith":            {name: "ENDS_WITH", test: anyValue(strings.HasSuffix)},
	"&":                   {name: "&", test: ofNumbers(func(a, b int64) bool { return ampersandTestsBits && a&b != 0 })},
	"!&":                  {name: "!&", test: ofNumbers(func(a, b int64) bool { return ampersandTestsBits && a&b == 0 })},
}

// FoldOperator returns the form in which spellings of a filter operator are
// compared, without letter case, blanks, underscores and hyphens: the key of
// Converge's operators. Source: scoping_filters.
func FoldOperator(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(s))
}

// filter is one of the three lists of groups of an entra.Filter: one group must
// hold.
type filter []filterGroup

type filterGroup []clause

type clause struct {
	title     string
	attribute string
	operator  string // folded
	test      func(c *clause, v expr.Value) bool
	values    []string
	numbers   []int64
	regexes   []*regexp2.Regexp
}

// compileScope prepares the filter of m. A pattern that cannot be compiled is an
// error; an unknown operator is for Lint to report and never holds.
func compileScope(m ObjectMapping) ([]filter, diag.List) {
	if m.Scope == nil {
		return nil, nil
	}
	var out []filter
	var problems diag.List
	for n, groups := range [][]entra.FilterGroup{m.Scope.Groups, m.Scope.InputFilterGroups, m.Scope.CategoryFilterGroups} {
		if len(groups) == 0 {
			continue
		}
		f := make(filter, len(groups))
		for i, g := range groups {
			f[i] = make(filterGroup, len(g.Clauses))
			for j := range g.Clauses {
				c, err := compileClause(g.Name, &g.Clauses[j])
				if err != nil {
					at := m.Where
					if n == 0 {
						at = m.clausePlace(i, j).value
					}
					problems = append(problems, diag.Errorf(codeFilterRegex, at, "%v", err).
						WithDetail("Scoping filters take .NET regular expressions."))
				}
				f[i][j] = c
			}
		}
		out = append(out, f)
	}
	return out, problems
}

func compileClause(group string, has *entra.FilterClause) (clause, error) {
	folded := FoldOperator(has.OperatorName)
	op := operators[folded]
	c := clause{attribute: has.SourceOperandName, operator: folded, test: op.test, values: has.TargetOperand.Values}
	c.title = has.SourceOperandName + " " + has.OperatorName
	if group != "" {
		c.title = group + "." + c.title
	}
	if !op.unary {
		c.title += " '" + strings.Join(c.values, "', '") + "'"
	}
	for _, v := range c.values {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			c.numbers = append(c.numbers, n)
		}
		if folded != "regexmatch" && folded != "notregexmatch" {
			continue
		}
		pattern := v
		if regexMatchesWhole {
			pattern = `^(?:` + v + `)$`
		}
		re, err := expr.CompileRegexp(pattern)
		if err != nil {
			return c, fmt.Errorf("the pattern %s: %w", v, err)
		}
		c.regexes = append(c.regexes, re)
	}
	return c, nil
}

// holds evaluates a clause. An empty attribute makes every clause but IS NULL
// false. Source: scoping_filters, rules.
func (c *clause) holds(v expr.Value) bool {
	if v.String() == "" {
		return c.operator == "isnull"
	}
	return c.test != nil && c.test(c, v)
}

func (c *clause) equals(v expr.Value) bool {
	text := v.String()
	for _, want := range c.values {
		if text == want {
			return true
		}
	}
	return false
}

// matches reports whether a pattern fits; one that takes too long does not.
func (c *clause) matches(v expr.Value) bool {
	text := v.String()
	for _, re := range c.regexes {
		if ok, err := re.MatchString(text); ok && err == nil {
			return true
		}
	}
	return false
}

func isText(want string) func(*clause, expr.Value) bool {
	return func(_ *clause, v expr.Value) bool { return strings.EqualFold(v.String(), want) }
}

func anyValue(test func(s, part string) bool) func(*clause, expr.Value) bool {
	return func(c *clause, v expr.Value) bool {
		for _, want := range c.values {
			if test(v.String(), want) {
				return true
			}
		}
		return false
	}
}

// ofNumbers compares whole numbers; anything else is false.
func ofNumbers(test func(a, b int64) bool) func(*clause, expr.Value) bool {
	return func(c *clause, v expr.Value) bool {
		n, err := strconv.ParseInt(v.String(), 10, 64)
		return err == nil && len(c.numbers) == 1 && len(c.values) == 1 && test(n, c.numbers[0])
	}
}

// ClauseResult is how one clause of a scoping filter turned out.
type ClauseResult struct {
	Title string // "<filter name>.<attribute> EQUALS 'x'"
	Holds bool
}

// InScope evaluates the scoping filter for o: true without a filter. The clause
// results are in document order. A group without clauses holds, and a list
// without groups does not filter: what the service does then is unknown
// (scoping_filters, marked [?]), so Lint warns. The experimental input and
// category groups must hold as well.
func (p *Program) InScope(o Object) (bool, []ClauseResult) {
	var results []ClauseResult
	in := true
	for _, groups := range p.scope {
		one := false
		for _, g := range groups {
			all := true
			for i := range g {
				holds := g[i].holds(o.attrs[g[i].attribute])
				all = all && holds
				results = append(results, ClauseResult{Title: g[i].title, Holds: holds})
			}
			one = one || all
		}
		in = in && one
	}
	return in, results
}

// clausePlace is where the profile says a clause of the filter.
type clausePlace struct{ attribute, operator, value diag.Range }

// clausePlace returns the places of a clause, as near as they are known.
func (m ObjectMapping) clausePlace(group, clause int) clausePlace {
	if group >= len(m.Filters) || clause >= len(m.Filters[group].Clauses) {
		return clausePlace{m.Where, m.Where, m.Where}
	}
	c := m.Filters[group].Clauses[clause]
	at := func(t diag.Text) diag.Range {
		if t.Where.IsZero() {
			return c.Where
		}
		return t.Where
	}
	return clausePlace{at(c.Attribute), at(c.Operator), c.Where}
}
