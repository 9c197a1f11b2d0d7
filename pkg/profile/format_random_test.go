package profile

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/expr"
)

// TestFormatRandom formats random expressions, carelessly written, in every kind of
// scalar.
func TestFormatRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	formatted := 0
	for range 100 {
		source := someExpression(r, 3)
		if _, problems := expr.Parse(source); problems.HasErrors() {
			t.Fatalf("%v\n%s", problems, source)
		}
		const indent = "\n        "
		lines := strings.ReplaceAll(source, "\n", indent)
		escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(source)
		for _, written := range []string{
			"'" + strings.ReplaceAll(strings.ReplaceAll(lines, "'", "''"), indent, "  \n"+indent) + "'",
			`"` + escaped + `"`,
			`"` + strings.ReplaceAll(escaped, ", ", ",\\"+indent+`\ `) + `"`,
			"|" + indent + lines, ">2-" + indent + lines, "|+" + indent + lines + "  \n\n  ",
		} {
			text := withExpression(written)
			if _, problems := Load("p.yaml", []byte(text)); problems.HasErrors() {
				continue // such as a line break in front of the first token
			}
			format(t, text)
			formatted++
		}
	}
	if formatted < 400 {
		t.Errorf("only %d files were formatted", formatted)
	}
}

// someExpression writes an expression with blanks wherever there may be some.
func someExpression(r *rand.Rand, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	blank := func() string { return pick("", "", "", " ", "  ", "\t", "\n", " \n  ") }
	if depth == 0 || r.IntN(4) == 0 {
		return pick("[a]", "[ mail ]", `[emails[type eq "x"].value]`, `"x"`, `" # : "`, `"it's"`, `"\d\\"`, `"\"ü\""`, `"${var.v}"`, `"$${x}"`, "7", "-1", "&HF7", "Now( )", `""`)
	}
	var b strings.Builder
	b.WriteString(pick("Join", "Foo", "IIF") + pick("", " ") + "(")
	for i := range 1 + r.IntN(4) {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(blank())
		if r.IntN(6) > 0 {
			b.WriteString(someExpression(r, depth-1))
			if r.IntN(5) == 0 {
				b.WriteString(blank() + pick("=", "<>", ">=", "<") + blank() + someExpression(r, 0))
			}
		}
		b.WriteString(blank())
	}
	b.WriteString(")")
	return b.String()
}
