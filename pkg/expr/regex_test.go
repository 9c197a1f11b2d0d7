package expr

import (
	"errors"
	"strings"
	"testing"

	"github.com/dlclark/regexp2/v2"
)

// TestTranslatePattern lists what .NET and the engine read differently.
func TestTranslatePattern(t *testing.T) {
	same := []string{
		``, `abc`, `(?<Suffix>@(.)*)`, `(?'q'x)\k<q>`, `[a-z-[aeiou]]+`, `[]+]`, `[^]++]+`, `[a\]++]`, `\++`, `a*?b+?c??d{2,3}?`, `a{,3}+`,
		`(?:a+)+`, `(?>a+)`, `(?i)x(?-i)y`, `(?im-s:x)`, `(?x) a + # a ++ comment`, "(?x)a # ++\n+", `(?#a++)b`, `(?<=a)(?<!b)(?=c)(?!d)`, `\p{Lu}\W\S[\p{L}\d]`, `[a-\W]`, `[\W-a]`,
		`\Gx`, `\d{10}`, `(?(x)y|z)`, `a{x}+`, `a{1,2,3}+`, `\`, `[`, `(?`, `(?<`, `\p`, `\p{`,
	}
	for _, pattern := range same {
		if got, err := translatePattern(pattern); err != nil || got != pattern {
			t.Errorf("%s becomes %s, %v", pattern, got, err)
		}
	}
	written := map[string]string{
		`\p{IsGreek}`:       `[\u0370-\u03FF]`,
		`\P{IsCyrillic}x`:   `[\u0000-\u03FF\u0500-\uFFFF]x`,
		`[a\p{IsHebrew}]`:   `[a\u0590-\u05FF]`,
		`[\P{IsArabic}]`:    `[\u0000-\u05FF\u0700-\uFFFF]`,
		`\P{IsBasicLatin}+`: `[\u0080-\uFFFF]+`,
		`\D\P{Nd}`:          `[^\d][^\p{Nd}]`,
		`[\W]`:              `(?:(?:\W))`,
		`[\W\d]x`:           `(?:(?:[\d]|\W))x`,
		`[^\W_]`:            `(?:(?!\W)[^_])`,
		`[^\W\D]`:           `(?:(?!\W|[^\d])(?s:.))`,
		`[\s\S]*`:           `(?:(?s:.))*`,
		`[a\-\W-[bc]]`:      `(?:(?![bc])(?:[a\-]|\W))`,
		`[\d-[^\W3]]`:       `[\d-[^\W3]]`,
	}
	for pattern, want := range written {
		if got, err := translatePattern(pattern); err != nil || got != want {
			t.Errorf("%s becomes %s, %v; want %s", pattern, got, err, want)
		}
	}
	refused := []string{`a++`, `a*+`, `a?+`, `a{2}+`, `a{2,}+`, `(a)++`, `[a]++`, `\Qa\E`, `\R`, `\X`, `\p{Greek}`, `\p{Latin}`, `(?e)a`, `(?u:a)`, `(?r)a`}
	for _, pattern := range refused {
		if _, err := compilePattern(pattern); err == nil || errors.Is(err, errUnsupported) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	unsupported := []string{`\p{IsTibetan}`, `[\P{IsTibetan}]`}
	for _, pattern := range unsupported {
		if _, err := compilePattern(pattern); !errors.Is(err, errUnsupported) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

// TestEngineDiffers fails when the engine learns what is written out or refused
// for it, so that the code for it can go.
func TestEngineDiffers(t *testing.T) {
	if _, err := regexp2.Compile(`\p{IsGreek}`); err == nil {
		t.Error("the engine knows Unicode blocks now")
	}
	for _, pattern := range []string{`a++`, `\Qa\E`, `\p{Greek}`} {
		if _, err := regexp2.Compile(pattern); err != nil {
			t.Errorf("the engine refuses %s now: %v", pattern, err)
		}
	}
}

func TestPatternErrors(t *testing.T) {
	tests := map[string]string{
		`(a`:        "missing closing )",
		`a)`:        "unexpected )",
		`[a`:        "unterminated [] set",
		`*a`:        "missing argument to repetition operator",
		`[z-a]`:     "[z-a] range in reverse order",
		`(?<a-b>x)`: "reference to undefined group name b",
		`\k<n>`:     "reference to undefined group name n",
		`a\`:        `illegal \ at end of pattern`,
	}
	for pattern, want := range tests {
		if _, err := compilePattern(pattern); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
}

// FuzzPattern holds that any pattern is taken or refused in peace, that one
// without blocks and negative escapes stays as it is, and that what the engine
// takes it still takes when it is rewritten.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{`[a-z-[aeiou]]+`, `\p{IsGreek}`, `(?<x>a)\k<x>{2,}`, `(?x)#`, `(?i-m:[^]])`, `a{1,2}+`, `(?(1)a|b)`, `[^\W\d_-[\D]]`, `\P{L}\D`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if len(pattern) > 200 {
			return
		}
		translated, err := translatePattern(pattern)
		if err == nil && translated != pattern {
			if !strings.Contains(pattern, "{Is") && !strings.ContainsAny(pattern, "WDSP") {
				t.Fatalf("%q becomes %q", pattern, translated)
			}
			_, before := regexp2.Compile(pattern)
			if _, after := regexp2.Compile(translated); before == nil && after != nil {
				t.Fatalf("%q becomes %q: %v", pattern, translated, after)
			}
		}
		re, err := compilePattern(pattern)
		if err != nil {
			return
		}
		parseReplacement(`$1${x}$$`+pattern, re)
	})
}
