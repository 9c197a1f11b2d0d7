package expr

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
)

func TestPrint(t *testing.T) {
	tests := []struct{ source, want string }{
		{`[mail]`, `[mail]`},
		{` [ mail ] `, `[mail]`},
		{`"x"`, `"x"`},
		{`-10`, `-10`},
		{`Now( )`, `Now()`},
		{"Switch\n  (\t[a], ,\"x\" ,  \"y\")", `Switch([a], , "x", "y")`},
		{`Replace([mail], "@x", , ,"", ,)`, `Replace([mail], "@x", , , "", , )`},
		{`Replace([mail], "@x", , ,"")`, `Replace([mail], "@x", , , "")`},
		{`ToLower([x], )`, `ToLower([x], )`},
		{`IIF([a]<>"b",1,&HF)`, `IIF([a] <> "b", 1, &HF)`},
		{`IIF([a]>=-14,"x",IgnoreObjectFlow)`, `IIF([a] >= -14, "x", IgnoreObjectFlow)`},
		{`InStr("a","b",1,vbTextCompare)`, `InStr("a", "b", 1, vbTextCompare)`},
		{`"\+ \d \\ \" é"`, `"\\+ \\d \\ \" é"`},
		{`[emails[type eq "work"].value]`, `[emails[type eq "work"].value]`},
		{`[urn:ietf:params:scim:schemas:core:2.0:User:name]`, `[urn:ietf:params:scim:schemas:core:2.0:User:name]`},
		{"\uFEFF[a]", `[a]`},
	}
	for _, test := range tests {
		e, problems := Parse(test.source)
		if len(problems) > 0 {
			t.Errorf("%q: %v", test.source, problems)
		}
		if got := e.String(); got != test.want {
			t.Errorf("%q is printed as %q, want %q", test.source, got, test.want)
		}
		if again, _ := Parse(test.want); !Equal(again.Root, e.Root) {
			t.Errorf("%q and %q are different trees", test.source, test.want)
		}
	}
}

func TestEqualTellsTreesApart(t *testing.T) {
	sources := []string{`[a]`, `"a"`, `1`, `"1"`, `F([a])`, `F([b])`, `F([a], )`, `G([a])`, `IgnoreAttributeFlow`, `IgnoreObjectFlow`,
		`[a] = "b"`, `[a] <> "b"`, `[a] = "c"`, `[b] = "b"`, ``}
	for i, a := range sources {
		for j, b := range sources {
			x, _ := Parse(a)
			y, _ := Parse(b)
			if Equal(x.Root, y.Root) != (i == j) {
				t.Errorf("Equal of %q and %q is %v", a, b, i != j)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	const source = `IIF([ä] = "x", Append([b], "c"), 12)`
	e, _ := Parse(source)
	var got []string
	walk(e.Root, func(n Node) {
		start, end := n.Span()
		got = append(got, source[start:end])
	})
	want := []string{source, `[ä] = "x"`, `[ä]`, `"x"`, `Append([b], "c")`, `[b]`, `"c"`, `12`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := e.Attributes(); !slices.Equal(got, []string{"ä", "b"}) {
		t.Errorf("attributes %q", got)
	}
}

// TestRecovery checks that one run finds every mistake, each in its place, and
// of parentheses without an end only the innermost.
func TestRecovery(t *testing.T) {
	const source = `Join("-", Append(mail, 'x'), Switch([a] "b", "c", ^), Mid([a], 1`
	_, problems := Parse(source)
	var got []string
	for _, d := range problems.Sort() {
		got = append(got, source[d.Subject.Start.Byte:d.Subject.End.Byte])
	}
	want := []string{"mail", "'x'", `"b"`, "^", "("}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%v", diff, problems)
	}
}

func TestParseLimits(t *testing.T) {
	if _, problems := Parse(`"` + strings.Repeat("é", maxLength-2) + `"`); len(problems) > 0 {
		t.Errorf("%d characters: %v", maxLength, problems)
	}
	tests := []struct {
		name, source string
		want         codeNumber
	}{
		{"length", `"` + strings.Repeat("é", maxLength-1) + `"`, codeTooLong},
		{"depth", strings.Repeat("ToLower(", 300) + "[a]" + strings.Repeat(")", 300), codeTooDeep},
		{"parentheses", strings.Repeat("(", 5000), codeSyntax},
		{"problems", strings.Repeat("^", 5000), codeCharacter},
		{"comparisons", strings.Repeat(`[a]=`, 2000) + `[a]`, 0},
	}
	for _, test := range tests {
		e, problems := Parse(test.source)
		if len(problems) > maxErrors {
			t.Errorf("%s: %d problems", test.name, len(problems))
		}
		found := false
		for _, d := range problems {
			found = found || d.Code == test.want.code()
		}
		if !found && test.want != 0 {
			t.Errorf("%s: no %s in %d problems", test.name, test.want.code(), len(problems))
		}
		if e.Root == nil {
			t.Errorf("%s: no tree", test.name)
		}
		e.Check(CheckOptions{})
	}
}

// TestCodes checks that each code is documented once and comes up in a test.
func TestCodes(t *testing.T) {
	tested := ""
	for _, path := range []string{"testdata/diagnostics.golden", "testdata/eval.golden"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tested += string(text)
	}
	elsewhere := []codeNumber{codeTooLong, codeTooDeep, codeEvalLimit, codeEvalWorld}
	seen := map[diag.Code]bool{}
	for _, info := range Codes() {
		if seen[info.Code] || info.Title == "" || !strings.HasSuffix(info.Help, ".") {
			t.Errorf("bad entry %+v", info)
		}
		seen[info.Code] = true
		other := slices.ContainsFunc(elsewhere, func(n codeNumber) bool { return n.code() == info.Code })
		if !other && !strings.Contains(tested, string(info.Code)) {
			t.Errorf("no golden file has %s", info.Code)
		}
	}
	for _, code := range regexp.MustCompile(`SC\d{4}`).FindAllString(tested, -1) {
		if !seen[diag.Code(code)] {
			t.Errorf("%s is not documented", code)
		}
	}
}
