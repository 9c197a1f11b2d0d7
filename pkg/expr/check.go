package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// CheckOptions says what Check may rely on. The zero value is an outbound
// mapping of an unknown source that matches nothing, with scope assigned.
type CheckOptions struct {
	Attributes        []string      // the known source attributes; nil when unknown
	AttributeSeverity diag.Severity // of a name that is not among Attributes
	References        []string      // source attributes that hold references; nil for manager and members
	Matching          bool          // the mapping matches objects: one source attribute only
	SyncAll           bool          // the job's scope is all users and groups: role functions do not work
	Inbound           bool          // the job reads an HR system or the API and writes Active Directory
}

// Check finds what would fail or surprise in e: unknown functions and
// attributes, wrong argument counts, odd arguments. Errors are what Entra
// refuses or what fails for every object, warnings what fails for some or does
// nothing, notes what is not documented. Offsets as for Parse.
func (e *Expr) Check(o CheckOptions) diag.List {
	c := checker{src: e.Source, root: e.Root, options: o}
	c.node(e.Root, nil, nil)
	if o.Matching {
		c.matching(e)
	}
	return c.problems
}

type checker struct {
	src      string
	root     Node
	options  CheckOptions
	problems diag.List
}

// report adds a problem with a part of the source; it returns the problem for
// more to be said about it.
func (c *checker) report(severity diag.Severity, code codeNumber, start, end int, format string, args ...any) *diag.Diagnostic {
	c.problems = append(c.problems, diag.Diagnostic{
		Severity: severity,
		Code:     code.code(),
		Summary:  fmt.Sprintf(format, args...),
		Subject:  rangeIn(c.src, start, end),
	})
	return &c.problems[len(c.problems)-1]
}

// at reports a problem with a whole node.
func (c *checker) at(n Node, severity diag.Severity, code codeNumber, format string, args ...any) *diag.Diagnostic {
	start, end := n.Span()
	return c.report(severity, code, start, end, format, args...)
}

// fix offers to replace what the problem is about.
func fix(d *diag.Diagnostic, text string) { d.Fix = &diag.Fix{Range: d.Subject, NewText: text} }

// node checks a node that is the argument of a function's parameter; both are
// nil for the outermost one.
func (c *checker) node(n Node, f *Function, p *Param) {
	switch n := n.(type) {
	case *Attribute:
		c.attribute(n)
	case *Keyword:
		c.keyword(n, f, p)
	case *Comparison:
		c.comparison(n, f, p)
	case *Call:
		c.call(n, f)
	}
}

// attribute reports a name that the source object does not have.
func (c *checker) attribute(n *Attribute) {
	known := c.options.Attributes
	if known == nil || n.Name == "" || slices.Contains(known, n.Name) {
		return
	}
	d := c.at(n, c.options.AttributeSeverity, codeUnknownAttr, "there is no source attribute %q", n.Name)
	for _, name := range known {
		if strings.EqualFold(name, n.Name) {
			d.Summary = fmt.Sprintf("the source attribute is spelled %q, not %q", name, n.Name)
			d.Detail = "Letter case counts in attribute names: Entra refuses the schema with SchemaInvalid."
			fix(d, "["+name+"]")
			return
		}
	}
	d.Detail = "Use an attribute of the source object, or add it to the list of source attributes first."
	if near := diag.Suggest(n.Name, known); near != "" {
		d.Summary += fmt.Sprintf("; did you mean %q?", near)
		fix(d, "["+near+"]")
	}
}

// keyword checks that a bareword stands where it means something.
func (c *checker) keyword(n *Keyword, f *Function, p *Param) {
	switch n.Name {
	case keywordBinaryCompare, keywordTextCompare:
		if p == nil || p.Type != KeywordType {
			c.at(n, diag.Error, codeKeywordPlace, "%s belongs to the fourth argument of InStr", n.Name)
		}
	default:
		if f != nil && !(p.Type == AnyType && (f.Name == "IIF" || f.Name == "Switch" || f.Name == "Coalesce")) {
			c.at(n, diag.Error, codeKeywordPlace, "%s must be a value of IIF or Switch, or the whole expression", n.Name).
				Detail = "It stands for leaving out the attribute or the object, so no function can work on it."
		}
	}
}

// comparison checks that a comparison is a condition, and one only.
func (c *checker) comparison(n *Comparison, f *Function, p *Param) {
	if (f == nil || p.Type != BoolType) && !unreadable(n.Left) && !unreadable(n.Right) {
		c.at(n, diag.Error, codeComparison, "a comparison cannot stand here").
			Detail = `Comparisons are the condition of IIF or the argument of CBool: IIF([country] = "DE", "yes", "no").`
	}
	c.sides(n)
}

// sides checks what is compared.
func (c *checker) sides(n *Comparison) {
	for _, side := range []Node{n.Left, n.Right} {
		switch side := side.(type) {
		case *Omitted:
			if !unreadable(side) {
				c.at(n, diag.Error, codeComparison, "the comparison has only one side").
					Detail = `Write "" to compare with an empty text.`
			}
		case *Comparison:
			c.at(side, diag.Error, codeComparison, "only one comparison can be made at a time").
				Detail = `Nest IIF: IIF([a] = "x", IIF([b] = "y", …, …), …).`
			c.node(side.Left, nil, nil)
			c.node(side.Right, nil, nil)
		case *Keyword:
			c.at(side, diag.Error, codeKeywordPlace, "%s cannot be compared", side.Name)
		default:
			c.node(side, nil, nil)
		}
	}
}

// matching checks the rules for a mapping that matches objects.
// Source: expressions §2.
func (c *checker) matching(e *Expr) {
	names := e.Attributes()
	if len(names) < 2 {
		return
	}
	start, end := e.Root.Span()
	c.report(diag.Error, codeMatching, start, end, "a matching attribute takes one source attribute; this expression has %d: %s",
		len(names), strings.Join(names, ", ")).
		Detail = `Entra refuses the schema: "Joining property has more than one SourceName". Match by one attribute, and let the others flow in a mapping of their own.`
}
