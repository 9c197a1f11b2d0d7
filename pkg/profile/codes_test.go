package profile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"github.com/scimctl/scimctl/pkg/diag"
)

// TestCodes checks that every code constant is documented once, in order.
func TestCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[diag.Code]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			value, _ := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			if other, twice := constants[diag.Code(value)]; twice {
				t.Errorf("%s and %s are both %s", other, name.Name, value)
			}
			constants[diag.Code(value)] = name.Name
		}
		return true
	})
	last := diag.Code("")
	for _, info := range Codes() {
		if info.Code <= last {
			t.Errorf("%s stands after %s", info.Code, last)
		}
		last = info.Code
		if !regexp.MustCompile(`^SC1[0-9]{3}$`).MatchString(string(info.Code)) || info.Title == "" || len(info.Help) < 20 {
			t.Errorf("%+v", info)
		}
		delete(constants, info.Code)
	}
	for code, name := range constants {
		t.Errorf("%s (%s) is not documented", code, name)
	}
}
