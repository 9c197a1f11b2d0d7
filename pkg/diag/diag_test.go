package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func at(file string, line, column, start, end int) Range {
	return Range{Filename: file, Start: Pos{line, column, start}, End: Pos{line, column + end - start, end}}
}

func TestRangeString(t *testing.T) {
	for _, c := range []struct {
		r    Range
		want string
	}{
		{Range{}, ""},
		{Range{Filename: "a.yaml"}, "a.yaml"},
		{at("", 2, 3, 5, 6), "2:3"},
		{at("a.yaml", 2, 3, 5, 6), "a.yaml:2:3"},
	} {
		if got := c.r.String(); got != c.want {
			t.Errorf("%+v prints as %q, want %q", c.r, got, c.want)
		}
	}
}

// TestListErr: only errors make a List an error, and never a typed nil.
func TestListErr(t *testing.T) {
	if err := (List)(nil).Err(); err != nil {
		t.Errorf("an empty list is %v", err)
	}
	warnings := List{Warningf("SC1001", Range{}, "careful"), Notef("SC1002", Range{}, "by the way")}
	if err := warnings.Err(); err != nil {
		t.Errorf("warnings alone are %v", err)
	}
	err := append(warnings, Errorf("SC1003", at("a.yaml", 4, 2, 30, 33), "no %s", "way")).Err()
	var list List
	if !errors.As(err, &list) || len(list) != 3 {
		t.Fatalf("got %v", err)
	}
	want := "warning: careful [SC1001]\nnote: by the way [SC1002]\na.yaml:4:2: error: no way [SC1003]"
	if err.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", err, want)
	}
}

// TestSort orders by place, then gravity, and drops repetitions of one problem at
// one place but not the same problem elsewhere.
func TestSort(t *testing.T) {
	here, there := at("a.yaml", 1, 1, 0, 1), at("a.yaml", 2, 1, 10, 11)
	list := List{
		Errorf("SC1002", there, "twice"), Warningf("SC1001", here, "light"), Errorf("SC1003", here, "grave"),
		Errorf("SC1002", there, "twice"), Errorf("SC1002", here, "twice"), Errorf("SC1009", Range{Filename: "0.yaml"}, "first file"),
	}.Sort()
	var got []string
	for _, d := range list {
		got = append(got, d.Summary+"@"+d.Subject.String())
	}
	want := "first file@0.yaml twice@a.yaml:1:1 grave@a.yaml:1:1 light@a.yaml:1:1 twice@a.yaml:2:1"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// TestWithRelated: adding to a copy leaves the original alone.
func TestWithRelated(t *testing.T) {
	base := Errorf("SC1001", Range{}, "twice").WithRelated(at("a.yaml", 1, 1, 0, 1), "first")
	one, two := base.WithRelated(Range{}, "one"), base.WithRelated(Range{}, "two")
	if one.Related[1].Message != "one" || two.Related[1].Message != "two" || len(base.Related) != 1 {
		t.Errorf("shared storage: %v %v %v", base.Related, one.Related, two.Related)
	}
}

func TestSeverityText(t *testing.T) {
	data, err := json.Marshal([]Severity{Error, Warning, Note})
	if err != nil || string(data) != `["error","warning","note"]` {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestSnippet(t *testing.T) {
	const src = "one\n\ttwo “zwei” drei  \r\nthree"
	for _, c := range []struct {
		name         string
		r            Range
		text, carets string
	}{
		{"first line", at("", 1, 2, 1, 3), "one", " ^^"},
		{"a tab is four blanks", at("", 2, 2, 5, 8), "    two “zwei” drei", "    ^^^"},
		{"one caret a rune", at("", 2, 6, 9, 19), "    two “zwei” drei", "        ^^^^^^"},
		{"an empty range has one caret", at("", 1, 1, 0, 0), "one", "^"},
		{"a range over lines stays on its first", at("", 1, 3, 2, 12), "one", "  ^"},
		{"the last line has no line break", at("", 3, 1, len(src)-5, len(src)), "three", "^^^^^"},
		{"the end of the text", at("", 3, 6, len(src), len(src)+9), "three", "     ^"},
	} {
		s, ok := SnippetOf(src, c.r)
		if !ok || s.Text() != c.text || s.Carets() != c.carets {
			t.Errorf("%s: %v %q %q, want %q %q", c.name, ok, s.Text(), s.Carets(), c.text, c.carets)
		}
	}
	for _, r := range []Range{{}, at("", 9, 1, 999, 1000), at("", 1, 1, -1, 2)} {
		if _, ok := SnippetOf(src, r); ok {
			t.Errorf("%+v has a line", r)
		}
	}
}

// TestSnippetAfterByteOrderMark: the mark is not part of the line.
func TestSnippetAfterByteOrderMark(t *testing.T) {
	s, ok := SnippetOf("\uFEFFname: x", at("", 1, 7, 9, 10))
	if !ok || s.Text() != "name: x" || s.Carets() != "      ^" {
		t.Errorf("%v %q %q", ok, s.Text(), s.Carets())
	}
}

// TestSnippetIsPrintable: no source drives the terminal.
func TestSnippetIsPrintable(t *testing.T) {
	s, _ := SnippetOf("a\x1b[31mred\x00\u009b\xff", at("", 1, 1, 0, 3))
	if got := s.Text(); strings.ContainsAny(got, "\x1b\x00\u009b") {
		t.Errorf("control characters in %q", got)
	}
}

func TestSuggest(t *testing.T) {
	words := []string{"endpoint", "environments", "app", "assign", "users"}
	for word, want := range map[string]string{
		"endpont": "endpoint", "Endpoint": "endpoint", "enpdoint": "endpoint", "user": "users", "usres": "users",
		"ap": "app", "assing": "assign", "banana": "", "": "",
	} {
		if got := Suggest(word, words); got != want {
			t.Errorf("Suggest(%q) is %q, want %q", word, got, want)
		}
	}
	if got := DidYouMean("endpont", words); got != `; did you mean "endpoint"?` {
		t.Errorf("got %q", got)
	}
	if got := DidYouMean("banana", words); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestText maps offsets of a decoded string back to the file it was written in:
// here `"a\"b` + "\n" + `c"`, in which an escape and a folded line break make the two
// differ.
func TestText(t *testing.T) {
	text := Text{
		Value: `a"b c`,
		Where: at("f", 1, 1, 0, 9),
		Marks: []Mark{{0, Pos{1, 2, 1}}, {1, Pos{1, 3, 2}}, {2, Pos{1, 5, 4}}, {4, Pos{2, 1, 6}}, {5, Pos{2, 2, 7}}},
	}
	for _, c := range []struct{ start, end, line, column, first, last int }{
		{0, 1, 1, 2, 1, 2}, // a
		{1, 2, 1, 3, 2, 4}, // the escaped quote
		{2, 3, 1, 5, 4, 5}, // b
		{4, 5, 2, 1, 6, 7}, // c
	} {
		r := text.At(c.start, c.end)
		if r.Start != (Pos{c.line, c.column, c.first}) || r.End.Byte != c.last || r.Filename != "f" {
			t.Errorf("At(%d, %d) is %+v", c.start, c.end, r)
		}
	}
	if r := (Text{Value: "x", Where: text.Where}).At(0, 1); r != text.Where {
		t.Errorf("without marks the whole is meant, not %v", r)
	}
}

// TestLocate moves every range of a diagnostic, and only those that are about the string.
func TestLocate(t *testing.T) {
	text := Text{Value: "abc", Where: at("f", 3, 5, 40, 45), Marks: []Mark{{0, Pos{3, 6, 41}}, {3, Pos{3, 9, 44}}}}
	inside := at("", 1, 2, 1, 2)
	elsewhere := at("g", 9, 9, 99, 100)
	d := Errorf("SC2001", inside, "b").WithFix("x").WithRelated(inside, "here").WithRelated(elsewhere, "there")
	moved := text.Locate(List{d, Errorf("SC2002", Range{}, "all of it")})
	if got := moved[0].Subject; got != at("f", 3, 7, 42, 43) {
		t.Errorf("subject at %+v", got)
	}
	if got := moved[0].Fix.Range; got != moved[0].Subject {
		t.Errorf("fix at %+v", got)
	}
	if got := moved[0].Related; got[0].Range != moved[0].Subject || got[1].Range != elsewhere {
		t.Errorf("related at %+v", got)
	}
	if moved[1].Subject != text.Where {
		t.Errorf("a problem without a place belongs to the whole, not to %+v", moved[1].Subject)
	}
	if d.Subject != inside || d.Related[0].Range != inside {
		t.Error("the original was changed")
	}
	if got := (Text{Value: "abc"}).Locate(List{d}); got[0].Subject != inside {
		t.Errorf("a text without a place moves nothing, but got %+v", got[0].Subject)
	}
}

// FuzzSnippet: no source and no range panics, and both lines are as wide as the text.
func FuzzSnippet(f *testing.F) {
	f.Add("a\n\tb\r\n", 2, 4)
	f.Fuzz(func(t *testing.T, src string, start, end int) {
		s, ok := SnippetOf(src, Range{Start: Pos{1, 1, start}, End: Pos{1, 1, end}})
		if ok && strings.ContainsAny(s.Text(), "\n\r\x1b") {
			t.Errorf("not one printable line: %q", s.Text())
		}
	})
}
