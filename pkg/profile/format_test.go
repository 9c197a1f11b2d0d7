package profile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// withExpression is a profile in which an expression is written as given.
func withExpression(written string) string {
	return prologue + "variables:\n  v: {default: w}\n  w: {default: w}\ndescription: ${var.v} ${var.w}\nusers:\n  base: keep\n  mappings:\n    - target: title\n      expression: " + written + "\n"
}

// TestFormatExpressions formats one expression in every kind of scalar.
func TestFormatExpressions(t *testing.T) {
	for _, tt := range []struct{ name, written, want string }{
		{"plain", `Join("-",[a],[b])`, `Join("-", [a], [b])`},
		{"plain, canonical", `ToLower([mail], )`, `ToLower([mail], )`},
		{"plain over lines", "Join(\"-\",\n        [a] ,[b])", "Join(\"-\",\n        [a], [b])"},
		{"plain with a comment", `Now( )   # a comment,  [a],[b]`, `Now()   # a comment,  [a],[b]`},
		{"single quotes", `'Join( " ",[a] , [b] )'`, `'Join(" ", [a], [b])'`},
		{"apostrophe", `'Replace([a],"''",,,"",,)'`, `'Replace([a], "''", , , "", , )'`},
		{"single quotes over lines", "'Join(\" \",[a],  \n        [b] ,[c])'", "'Join(\" \", [a],  \n        [b], [c])'"},
		{"double quotes", `"Join(\" \",[a],[b])"`, `"Join(\" \", [a], [b])"`},
		{"double quotes, escaped blank", `"Append([a],\x20\t \"\u00e9\")"`, `"Append([a], \"\u00e9\")"`},
		{"double quotes, escaped line break", "\"Append([a],\\\n        \\\"x\\\")\"", "\"Append([a],\\\n        \\\"x\\\")\""},
		{"literal", "|\n        Switch([a],,\n          \"x\",\"y\")", "|\n        Switch([a], ,\n          \"x\", \"y\")"},
		{"literal, blank ends of lines", "|-  \n        Join(\" \", \t\n        [a],  \n   \n        [b])  ", "|-\n        Join(\" \",\n        [a],\n\n        [b])"},
		{"folded", ">-\n        Join( \" \",\n          [a],\n        [b])", ">-\n        Join(\" \",\n          [a],\n        [b])"},
		{"folded, explicit indentation", ">2-\n           Join(\" \",\n        [a])", ">2-\n        Join(\" \",\n        [a])"},
		{"comparison", `'IIF([a]="x",[b],  [c]<>[d])'`, `'IIF([a] = "x", [b], [c] <> [d])'`},
		{"operators of two characters", `'IIF([a]>="1",IIF([a]<=-1,"",""),"")'`, `'IIF([a] >= "1", IIF([a] <= -1, "", ""), "")'`},
		{"hexadecimal", `'BitAnd( &HF,&hF7 )'`, `'BitAnd(&HF, &hF7)'`},
		{"blank before the parenthesis", "'Append  ([a], \"b\")'", `'Append([a], "b")'`},
		{"blanks round the whole", `'  [a]  '`, `'[a]'`},
		{"blanks in brackets", `'[ a ]'`, `'[a]'`},
		{"brackets in brackets", `'ToLower( [emails[type eq "work"].value])'`, `'ToLower([emails[type eq "work"].value])'`},
		{"backslashes are doubled", `'Replace([a],,"\d+(\w)\\",,"\"",,)'`, `'Replace([a], , "\\d+(\\w)\\", , "\"", , )'`},
		{"backslashes in double quotes", `"Replace([a],,\"\\d\",,\"\",,)"`, `"Replace([a], , \"\\\\d\", , \"\", , )"`},
		{"variable", `'Append([a],"${var.v}  ${var.w}")'`, `'Append([a], "${var.v}  ${var.w}")'`},
		{"escaped reference", `'Replace([a],,"(?<x>.)",,"$${x}",,)'`, `'Replace([a], , "(?<x>.)", , "$${x}", , )'`},
		{"backslash in front of a variable", `'Append([a],"\${var.v}")'`, `'Append([a],"\${var.v}")'`},
		{"text over lines", "'Append([a],\"x\n\n        y\"  )'", "'Append([a], \"x\n\n        y\")'"},
		{"no break space", "'Append([a],\u00a0\"\u00a0\")'", "'Append([a], \"\u00a0\")'"},
		{"wide characters", `'Append("日本",[a])'`, `'Append("日本", [a])'`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := format(t, withExpression(tt.written))
			if diff := cmp.Diff(withExpression(tt.want), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestFormatAll formats an expression by tokens to what expr prints, where it is on
// one line.
func TestFormatAll(t *testing.T) {
	for _, written := range []string{
		`Switch( [a],,"1" ,"2","3",)`, `IIF( IsPresent([a]),"x\"y" , Mid([b],1 ,2) )`, `[a]`, `"a\b\\c"`, `Now()`,
		`Replace([a],,"(?<Suffix>@(.)*)","Suffix","@x.com", ,)`, `IIF([a]<>"" , "b","c")`, `Join("",[a],1,"-1",&HF)`,
	} {
		e, problems := expr.Parse(written)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		single := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
		if got, want := format(t, withExpression(single(written))), withExpression(single(e.String())); got != want {
			t.Errorf("%s\n%s", written, cmp.Diff(want, got))
		}
		double := func(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }
		if got, want := format(t, withExpression(double(written))), withExpression(double(e.String())); got != want {
			t.Errorf("%s\n%s", written, cmp.Diff(want, got))
		}
		block := "|-\n        "
		if got, want := format(t, withExpression(block+written)), withExpression(block+e.String()); got != want {
			t.Errorf("%s\n%s", written, cmp.Diff(want, got))
		}
	}
}

// TestFormatLines formats line ends, blanks and the end of the file.
func TestFormatLines(t *testing.T) {
	const head = "version: 1\nprofile: p\napp: {name: x}\n"
	for _, tt := range []struct{ name, source, want string }{
		{"canonical", head, head},
		{"no last line feed", strings.TrimSuffix(head, "\n"), head},
		{"empty lines at the end", head + "\n \n\t\n\n", head},
		{"trailing blanks", "version: 1  \nprofile: p\t\n\n  \n# comment \t\napp: {name: x} # c  \n", "version: 1\nprofile: p\n\n\n# comment\napp: {name: x} # c\n"},
		{"line ends", strings.ReplaceAll(head, "\n", "\r\n"), head},
		{"old line ends", strings.ReplaceAll(head, "\n", "\r"), head},
		{"byte order mark", "\uFEFF" + head + "  ", "\uFEFF" + head},
		{"two documents", "---\n" + head + "---  \nversion: 1\nprofile: q\napp: {name: y}\n...  \n\n", "---\n" + head + "---\nversion: 1\nprofile: q\napp: {name: y}\n...\n"},
		{"blanks in a literal", head + "description: |\n  a  \n   \n  b\t\n", head + "description: |\n  a  \n   \n  b\t\n"},
		{"blanks in quotes", head + "description: 'a  \n  b\t\n\n  c'  \n", head + "description: 'a  \n  b\t\n\n  c'\n"},
		{"blanks in plain lines", head + "description: a  \n  b  \n", head + "description: a  \n  b\n"},
		{"blanks behind a literal", head + "description: |\n  a\n\n \n# end \n", head + "description: |\n  a\n\n\n# end\n"},
		{"literal at the end", head + "description: |\n  a\n\n \n\n", head + "description: |\n  a\n"},
		{"literal that is not ended", head + "description: |\n  a", head + "description: |\n  a"},
		{"stripped literal that is not ended", head + "description: |-\n  a", head + "description: |-\n  a\n"},
		{"literal that keeps its line breaks", head + "description: |+\n  a\n\n\n", head + "description: |+\n  a\n\n\n"},
		{"literal of blanks", head + "description: |-\n  a\n     \n\n", head + "description: |-\n  a\n     \n"},
		{"expression at the end", withExpression("|+\n        Now( )\n           \n\n"), withExpression("|+\n        Now()")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, format(t, tt.source)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestFormatOneValueTwoUses: an expression that is another value too is left alone.
func TestFormatOneValueTwoUses(t *testing.T) {
	shared := prologue + "users:\n  base: keep\n  mappings:\n    - {target: title, constant: &e 'ToLower( [a])'}\n    - {target: nickName, expression: *e}\n    - {target: displayName, expression: &f 'ToUpper( [a])'}\n    - {target: locale, expression: *f}\n"
	want := strings.Replace(shared, "ToUpper( ", "ToUpper(", 1)
	if got := format(t, shared); got != want {
		t.Error(cmp.Diff(want, got))
	}
}

// TestFormatErrors: a file with errors is left alone, and they are reported in place.
func TestFormatErrors(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		code         diag.Code
		at           string
	}{
		{"no YAML", prologue + "users: {base: none\n", codeSyntax, ""},
		{"unknown key", prologue + "nam: x   \n", codeUnknownKey, "nam"},
		{"expression", withExpression("'Join( \" \",[a]'  "), "SC2003", "("},
		{"variable outside of a text", withExpression("'Append( [a],${var.v})'"), codeVariablePlace, "${var.v}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, list := Format("p.yaml", []byte(tt.source))
			if string(got) != tt.source {
				t.Errorf("changed to\n%s", got)
			}
			for _, d := range list {
				if d.Code == tt.code && (tt.at == "" || tt.source[d.Subject.Start.Byte:d.Subject.End.Byte] == tt.at) {
					return
				}
			}
			t.Errorf("no %s at %q in %v", tt.code, tt.at, list)
		})
	}
}

// format formats a source without errors, twice, and checks that it says the same.
func format(t *testing.T, source string) string {
	t.Helper()
	got, list := Format("p.yaml", []byte(source))
	if list.HasErrors() {
		t.Fatalf("%v\n%s", list, source)
	}
	checkFormat(t, source, got)
	return string(got)
}

// checkFormat checks what holds of every formatted file.
func checkFormat(t *testing.T, source string, got []byte) {
	t.Helper()
	before, _ := Load("p.yaml", []byte(source))
	l, _ := layoutOf(before)
	if plain := l.format(); plain != string(got) {
		t.Fatalf("a change of meaning was only found in the end\n%q\n%q", source, plain)
	}
	again, list := Format("p.yaml", got)
	if list.HasErrors() || !bytes.Equal(again, got) {
		t.Fatalf("formatted twice it is not the same: %v\n%q\n%q\n%q", list, source, got, again)
	}
	after, _ := Load("p.yaml", got)
	if len(after.Profiles) != len(before.Profiles) {
		t.Fatalf("%d profiles, then %d", len(before.Profiles), len(after.Profiles))
	}
	for i, p := range before.Profiles {
		for _, env := range append([]string{""}, p.Environments...) {
			o := Options{Environment: env, Sandbox: true}
			x, problems := p.Resolve(o)
			y, more := after.Profiles[i].Resolve(o)
			if diff := cmp.Diff(x, y, values, canonicalTexts); diff != "" {
				t.Fatalf("%q\nmeans something else in %q\n%s", source, env, diff)
			}
			if len(problems) != len(more) {
				t.Fatalf("%q\nproblems\n%v\nthen\n%v", source, problems, more)
			}
		}
	}
}

// canonicalTexts compares expressions by their meaning.
var canonicalTexts = cmp.FilterValues(sameExpression, cmp.Ignore())

// FuzzFormat formats any file.
func FuzzFormat(f *testing.F) {
	f.Add([]byte(everyField))
	f.Add([]byte(layered))
	for _, s := range []string{
		"'Join( \" \",[a])'", "|2+\n         Append([a],  \n       \"\\d\")\n\n", "\"Append([a],\\\n   \\\"$${x}\\\" )\"", "&x Now( )\r\n      default: *x", ">\n        IIF([a]=\"1\"  ,\n\n         [b],\u2028 [c])",
	} {
		f.Add([]byte(withExpression(s)))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if len(source) > 20_000 {
			return
		}
		got, list := Format("p.yaml", source)
		if list.HasErrors() {
			if !bytes.Equal(got, source) {
				t.Fatal("a file with errors was changed")
			}
			return
		}
		checkFormat(t, string(source), got)
	})
}

// FuzzFormatExpression formats an expression in each kind of scalar.
func FuzzFormatExpression(f *testing.F) {
	for _, s := range []string{`Join( " ",[a] )`, `Replace([a],,"\d'$",,"$${x}\"",,)`, "IIF([a]=\"1\"\n,[ b],\t&HF)", `Append([a],"${var.v}\\${var.w}")`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if _, problems := expr.Parse(expression); problems.HasErrors() || len(expression) > 2000 {
			return
		}
		indented := strings.ReplaceAll(expression, "\n", "\n        ")
		for _, written := range []string{
			quote(expression), "'" + strings.ReplaceAll(expression, "'", "''") + "'",
			`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(expression) + `"`,
			"|\n        " + indented, ">+\n        " + indented, expression,
		} {
			source := withExpression(written)
			got, list := Format("p.yaml", []byte(source))
			if !list.HasErrors() {
				checkFormat(t, source, got)
			}
		}
	})
}

// BenchmarkFormat formats a profile of 60 mappings.
func BenchmarkFormat(b *testing.B) {
	source := large(60)
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, list := Format("p.yaml", source); list.HasErrors() {
			b.Fatal(list)
		}
	}
}
