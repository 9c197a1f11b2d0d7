package profile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
)

// TestLimits feeds files that are too large, too deep or too wide, and checks that
// each is refused soon.
func TestLimits(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	chain := "k0: &a0 [x]\n"
	for i := 1; i < 200; i++ {
		chain += fmt.Sprintf("k%d: &a%d [*a%d]\n", i, i, i-1)
	}
	for _, tt := range []struct {
		name, source string
		code         diag.Code
	}{
		{"size", strings.Repeat("#", maxSize+1), codeSize},
		{"brackets", strings.Repeat("[", 100_000), codeSyntax},
		{"braces", strings.Repeat("{a: ", 100_000), codeSyntax},
		{"dashes", strings.Repeat("- ", 100_000), codeSyntax},
		{"closed brackets", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), codeTooDeep},
		{"bomb", bomb, codeAliases},
		{"chain", chain, codeTooDeep},
		{"long line of quotes", "a: {" + strings.Repeat(`b: "`, 100_000), codeInnerQuotes},
		{"unclosed braces of one line", "a: {" + strings.Repeat("b: c, ", 50_000), codeSyntax},
		{"references", prologue + "description: " + strings.Repeat("${", 500_000) + "\n", ""},
		{"comments", "a: b: (" + strings.Repeat(" #", 200_000) + "\n", codeColon},
		{"variables", prologue + "variables: {" + strings.Repeat("a: , ", 1000) + "}\n", codeDeclaration},
		{"documents", strings.Repeat("version: 1\nprofile: p\n---\n", 1000), codeSize},
		{"unknown keys", prologue + strings.Repeat("x: 1\n", 10_000), codeDuplicateKey},
		{"traps", prologue + "users:\n  mappings:\n" + strings.Repeat("    - {target: a[b], source: c}\n", 1000), codeFlowPath},
		{"tabs", prologue + "users:\n" + strings.Repeat("\t\tbase: none\n", 5000), codeTab},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			file, list := Load("p.yaml", []byte(tt.source))
			for _, p := range file.Profiles {
				_, more := p.Resolve(Options{})
				list = append(list, more...)
			}
			found := tt.code == ""
			for _, d := range list {
				found = found || d.Code == tt.code
			}
			if !found {
				t.Errorf("no %s in %.300s", tt.code, list.Error())
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// large is a profile of so many mappings.
func large(mappings int) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nprofile: large\napp: {name: A}\nvariables: {v: {default: x}}\nusers:\n  base: none\n  mappings:\n")
	for i := range mappings {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "    - {target: a%d, source: mail}\n", i)
		case 1:
			fmt.Fprintf(&b, "    - {target: 'emails[type eq \"t%d\"].value', expression: 'Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"${var.v}\")'}\n", i)
		case 2:
			fmt.Fprintf(&b, "    - target: b%d\n      expression: >-\n        Join(\" \",\n          [givenName], [surname])\n", i)
		}
	}
	return []byte(b.String())
}

// BenchmarkProfile loads and resolves a profile of 60 mappings.
func BenchmarkProfile(b *testing.B) {
	source := large(60)
	b.ReportAllocs()
	for b.Loop() {
		file, list := Load("p.yaml", source)
		if list != nil {
			b.Fatal(list)
		}
		if _, list := file.Profiles[0].Resolve(Options{}); len(list) > 0 {
			b.Fatal(list)
		}
	}
}

// FuzzProfile loads and resolves whatever it is given, and checks what must hold of
// every diagnostic.
func FuzzProfile(f *testing.F) {
	f.Add([]byte(everyField))
	f.Add([]byte(layered))
	f.Add(large(3))
	for _, s := range placeSeeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(prologue + "users:\n\tbase: none\n  mappings: [{target: a[b], expression: Join(\" #\", [x])}, {target: &x, source: *y}]\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		file, list := Load("p.yaml", source)
		for _, p := range file.Profiles {
			for _, env := range append([]string{""}, p.Environments...) {
				r, more := p.Resolve(Options{Environment: env, Sandbox: true})
				if r == nil && !more.HasErrors() {
					t.Fatal("neither a result nor an error")
				}
				list = append(list, more...)
			}
		}
		for _, d := range list {
			if d.Code == "" || d.Summary == "" {
				t.Errorf("%+v", d)
			}
			checkRange(t, source, d.Subject)
			if d.Fix != nil {
				checkRange(t, source, d.Fix.Range)
			}
			for _, r := range d.Related {
				checkRange(t, source, r.Range)
			}
		}
	})
}

func checkRange(t *testing.T, source []byte, r diag.Range) {
	t.Helper()
	if r.IsZero() || r.Start.Byte == hiddenByte {
		return
	}
	if r.Start.Byte < 0 || r.End.Byte < r.Start.Byte || r.End.Byte > len(source) {
		t.Errorf("range %+v of %d bytes", r, len(source))
	}
}
