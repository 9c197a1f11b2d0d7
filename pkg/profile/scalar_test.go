package profile

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/diag"
)

// scalarsOf returns the texts of all scalars of a document.
func scalarsOf(t *testing.T, src string) []*node {
	t.Helper()
	docs, err := documents(src)
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	var out []*node
	s := newSource("f", src)
	for _, y := range docs {
		c := converter{src: s, seen: map[*yaml.Node]*node{}}
		var walk func(n *node)
		walk = func(n *node) {
			switch n.kind {
			case scalarNode:
				out = append(out, n)
			case listNode:
				for _, item := range n.items {
					walk(item)
				}
			case mapNode:
				for _, p := range n.pairs {
					walk(p.key)
					walk(p.value)
				}
			}
		}
		walk(c.convert(y.Content[0], -1, 1))
	}
	return out
}

// TestPlaces checks, for each style, where a word of the decoded text stands.
func TestPlaces(t *testing.T) {
	tests := []struct {
		name, src string
		word      string // of the value of the last scalar
		at        string // line:column, and what the file has there
	}{
		{"plain", "k: one two\n", "two", "1:8 two"},
		{"plain, several lines", "k: one\n  two\n\n   three four\n", "four", "4:10 four"},
		{"plain, line break that folds", "k: one\n  two\n", " ", "1:7 \n"},
		{"plain, multi-byte", "ké: ö☃x y\n", "y", "1:9 y"},
		{"plain in brackets", "[a, {b: c d}]\n", "d", "1:11 d"},
		{"plain, anchor and tag", "k: &a !!str xy\n", "y", "1:14 y"},
		{"plain, dots and colons", "k: urn:a:b.c\n", "b.c", "1:10 b.c"},
		{"single", "k: 'one two'\n", "two", "1:9 two"},
		{"single, quotes", "k: 'it''s o''k x'\n", "x", "1:16 x"},
		{"single, the quote itself", "k: 'it''s'\n", "'", "1:7 ''"},
		{"single, several lines", "k: 'one  \n   two\n\n   three'\n", "three", "4:4 three"},
		{"single, empty lines", "k: 'a\n\n\n b'\n", "\n", "2:1 \n"},
		{"double", "k: \"one two\"\n", "two", "1:9 two"},
		{"double, quotes", `k: "Join(\" \", [a], b)"` + "\n", "b", "1:22 b"},
		{"double, escapes", `k: "\t\x41\u00e9\U0001F600\\z"` + "\n", "z", "1:29 z"},
		{"double, an escape itself", `k: "a\u00e9b"` + "\n", "é", `1:6 \u00e9`},
		{"double, continued line", "k: \"one\\\n   two\"\n", "two", "2:4 two"},
		{"double, continued with blank", "k: \"one\\\n   \\ two\"\n", "two", "2:6 two"},
		{"double, several lines", "k: \"one\n  two\"\n", "two", "2:3 two"},
		{"literal", "k: |\n  one\n  two three\n", "three", "3:7 three"},
		{"literal, deeper", "k: |\n  one\n    two\n", "two", "3:5 two"},
		{"literal, empty lines", "k: |\n  one\n\n\n  two\n", "two", "5:3 two"},
		{"literal, strip and comment", "k: |- # note\n  one\n  two\n", "two", "3:3 two"},
		{"literal, keep", "k: |+\n  one\n  two\n\n", "two", "3:3 two"},
		{"literal, indentation indicator", "k: |2\n    one\n  two\n", "two", "3:3 two"},
		{"literal, indicator keeps blanks", "k: |2\n    one\n", "  one", "2:3   one"},
		{"literal in a list", "- - |1\n    one\n   two\n", "two", "3:4 two"},
		{"literal in a list, found", "k:\n- |\n   one\n   two\n", "two", "4:4 two"},
		{"folded", "k: >\n  one\n  two three\n", "three", "3:7 three"},
		{"folded, the blank", "k: >\n  one\n  two\n", " ", "2:6 \n"},
		{"folded, empty line", "k: >-\n  one\n\n  two\n", "two", "4:3 two"},
		{"folded, deeper lines", "k: >-\n  one\n    two\n  three\n", "three", "4:3 three"},
		{"folded, first line empty", "k: >-\n\n  one\n  two\n", "two", "4:3 two"},
		{"carriage returns", "k: 1\r\nv: >-\r\n  one\r\n  two\r\n", "two", "4:3 two"},
		{"byte order mark", "\ufeffk: one two\n", "two", "1:8 two"},
		{"next line character", "k: one\n  two\u0085  three\n", "three", "2:9 three"},
		{"key in quotes", "'it''s x': v\n", "v", "1:12 v"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := scalarsOf(t, tt.src)
			text := all[len(all)-1].text
			i := strings.Index(text.Value, tt.word)
			if i < 0 {
				t.Fatalf("%q is not in %q", tt.word, text.Value)
			}
			if len(text.Marks) == 0 {
				t.Fatalf("no marks for %q", text.Value)
			}
			r := text.At(i, i+len(tt.word))
			got := fmt.Sprintf("%d:%d %s", r.Start.Line, r.Start.Column, tt.src[r.Start.Byte:r.End.Byte])
			if !strings.HasPrefix(got, tt.at) {
				t.Errorf("got %q, want %q", got, tt.at)
			}
			if first, last := text.Marks[0], text.Marks[len(text.Marks)-1]; first.Offset != 0 || last.Offset != len(text.Value) {
				t.Errorf("marks reach from %d to %d of %d", first.Offset, last.Offset, len(text.Value))
			}
		})
	}
}

// checkPlaces fails unless every byte of a text stands at a place of the file that
// decodes to it.
func checkPlaces(t *testing.T, src string, text diag.Text) {
	t.Helper()
	if len(text.Marks) == 0 {
		t.Errorf("no marks for %q", text.Value)
		return
	}
	for i, r := range text.Value {
		at := text.At(i, i+utf8.RuneLen(r)).Start
		if at.Byte < text.Where.Start.Byte || at.Byte > len(src) {
			t.Fatalf("byte %d of %q stands at %d, outside the scalar", i, text.Value, at.Byte)
		}
		written := src[at.Byte:]
		got, _ := utf8.DecodeRuneInString(written)
		switch {
		case got == r:
		case got == '\\' && text.Where.Start.Byte < at.Byte:
		case (r == ' ' || r == '\n') && (breakLen(written, 0) > 0 || written == ""):
		default:
			t.Fatalf("byte %d of %q is %q, and the file has %q there", i, text.Value, r, got)
		}
		if want := newSource("f", src).pos(at.Byte); want != at {
			t.Fatalf("byte %d of %q: place %+v, byte %d is at %+v", i, text.Value, at, at.Byte, want)
		}
	}
}

// TestPlacesAll checks all bytes of the sources of TestPlaces and of a few more.
func TestPlacesAll(t *testing.T) {
	for _, src := range placeSeeds {
		for _, n := range scalarsOf(t, src) {
			if n.text.Value != "" {
				checkPlaces(t, src, n.text)
			}
		}
	}
}

var placeSeeds = []string{
	"k: one\n  two\n\n   three four\n",
	"k: 'it''s  \n\n  x ''y'''\n",
	"k: \"a\\\n   b \\\"c\\\" \\u00e9\n\n d\\te\"\n",
	"k: |+\n  one\n\n    two\n  three\n\n\nl: x\n",
	"k: >-\n  one\n  two\n\n    three\n    four\n  five\n",
	"k: >2\n    one\n   two\n  three\n",
	"é: ö # c\n☃: [ä, 'ü', \"\\xe9\"]\n",
	"\ufeffk: a\r\nl: 'b\r\n  c'\r\nm: >\r\n  d\r\n  e\r\n",
	"- {a: b, 'c': \"d\"}\n- - x\n  - |\n   y\n",
	"k: a\u2028 b\nl: 'c\u0085 d'\n",
}

// FuzzPlaces checks what parses: the places of all bytes, and that the second reading
// of a scalar agrees with the parser.
func FuzzPlaces(f *testing.F) {
	for _, s := range placeSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 2000 || strings.Contains(src, "*") || strings.Contains(src, "%") {
			return
		}
		s := newSource("f", src)
		if _, bad := badEncoding(s); bad {
			return
		}
		if docs, err := documents(src); err != nil || len(docs) == 0 {
			return
		}
		for _, n := range scalarsOf(t, src) {
			if n.text.Value != "" && n.tag == "" && n.anchor == "" {
				checkPlaces(t, src, n.text)
			}
		}
	})
}
