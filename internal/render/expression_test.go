package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/expr"
)

// expressionViews are what is written about expressions.
var expressionViews = map[string]func(p *Printer){
	"values": func(p *Printer) {
		for _, v := range []expr.Value{{}, expr.Text(""), expr.Text("日本 \"x\"\x1b"), expr.Integer(-7), expr.Boolean(true), expr.List([]string{"a", " "}), expr.List(nil)} {
			p.Value(v)
		}
	},
	"function": func(p *Printer) {
		for _, name := range []string{"Switch", "Replace", "Now"} {
			f, _ := expr.Lookup(name)
			f = &expr.Function{Name: f.Name, Params: f.Params, Repeats: f.Repeats, Result: f.Result, Doc: f.Doc, Examples: f.Examples[:1]}
			p.Function(*f)
		}
	},
	"functions": func(p *Printer) {
		p.Functions([]string{"Append", "AssertiveAppRoleAssignmentsComplex", "Left"}, []string{strings.Repeat("a doc ", 20), strings.Repeat("more ", 20), "short"})
	},
	"trace": func(p *Printer) {
		p.Trace(&expr.Trace{Text: "IIF([a] = \"x\",\n  Join(\"\", [b]), CDate([c]))", Reached: true, Value: expr.Text("y"), Children: []*expr.Trace{
			{Text: `[a] = "x"`, Reached: true, Value: expr.Boolean(true)},
			{Text: `Join("", [b])`, Reached: true, Err: errors.New("it is too long")},
			{Text: "CDate([c])", Children: []*expr.Trace{{Text: "[c]"}}},
			{Text: `"a constant"`, Reached: true, Value: expr.Text("a constant")},
		}})
	},
	"comparison": func(p *Printer) {
		for _, c := range []Comparison{
			{Here: expr.Text("Ann"), Tenant: []string{"Ann"}, Agree: true},
			{Here: expr.Text("Ann"), Tenant: []string{"ann"}},
			{Here: expr.Boolean(true), Tenant: []string{"True"}, Agree: true},
			{Here: expr.List([]string{"a"}), Tenant: []string{"a"}, Agree: true},
			{Here: expr.List([]string{"a", "b"}), Tenant: []string{"b", "a"}},
			{Tenant: nil, Agree: true},
			{Here: expr.Text("1"), Tenant: []string{"2"}, Varies: "Guid"},
			{HereFailed: "refused, SC2101", TenantFailed: "refused: " + strings.Repeat("words \x1b[31m of it ", 9), Agree: true},
		} {
			p.Comparison(c)
		}
	},
	"columns": func(p *Printer) {
		p.Columns([]string{"IsNull", "IsNullOrEmpty", "IsPresent", "IsString", "Item", "Join", strings.Repeat("w", 20)})
		p.Columns(nil)
	},
}

// TestExpressionViews compares every view with its golden file.
func TestExpressionViews(t *testing.T) {
	for name, view := range expressionViews {
		for _, color := range []bool{false, true} {
			kind := "pipe"
			if color {
				kind = "terminal"
			}
			t.Run(fmt.Sprintf("%s-%s", name, kind), func(t *testing.T) {
				var b bytes.Buffer
				view(New(&b, 80, color))
				golden(t, fmt.Sprintf("expression-%s-80-%s.golden", name, kind), b.String())
				checkLines(t, b.String(), 80)
			})
		}
	}
}
