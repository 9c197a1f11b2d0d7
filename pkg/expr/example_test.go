package expr_test

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/expr"
)

func Example() {
	program, problems := expr.Compile(`Switch([IsSoftDeleted], , "False", "True", "True", "False")`)
	if err := problems.Err(); err != nil {
		fmt.Println(err)
		return
	}
	machine := expr.NewMachine(expr.Env{})
	value, err := machine.Eval(program, expr.Attrs{"IsSoftDeleted": expr.Boolean(false)})
	fmt.Println(value, err)
	// Output: True <nil>
}

func ExampleExpr_Check() {
	e, problems := expr.Parse(`Append(tolower([Mail]), "x",)`)
	problems = append(problems, e.Check(expr.CheckOptions{Attributes: []string{"mail"}})...)
	for _, d := range problems.Sort() {
		fmt.Println(d.Error())
	}
	// Output:
	// 1:8: error: the function is spelled ToLower, not tolower [SC2101]
	// 1:16: error: the source attribute is spelled "mail", not "Mail" [SC2106]
	// 1:29: error: Append takes 2 arguments, not 3 [SC2103]
}

func ExampleMachine_Trace() {
	program, _ := expr.Compile(`IIF([country] = "DE", ToUpper([city]), "-")`)
	trace, _, _ := expr.NewMachine(expr.Env{}).Trace(program, expr.Attrs{"country": expr.Text("DE"), "city": expr.Text("Ulm")})
	for _, part := range trace.Children {
		fmt.Println(part.Text, part.Reached, part.Value)
	}
	// Output:
	// [country] = "DE" true True
	// ToUpper([city]) true ULM
	// "-" false
}
