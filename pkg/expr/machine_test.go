package expr

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func mustCompile(t testing.TB, source string) *Program {
	t.Helper()
	program, problems := Compile(source)
	if program == nil {
		t.Fatalf("%s: %v", source, problems)
	}
	return program
}

// TestAllocations keeps the hot path free of garbage: the result, and no more.
func TestAllocations(t *testing.T) {
	want := map[string]float64{"Switch": 0, "Join": 1, "Nested": 2}
	m, attrs := NewMachine(Env{}), benchAttrs()
	for _, c := range benchCases {
		most, ok := want[c.name]
		if !ok {
			continue
		}
		program := mustCompile(t, c.expression)
		got := testing.AllocsPerRun(100, func() {
			if _, err := m.Eval(program, attrs); err != nil {
				t.Fatal(err)
			}
		})
		if got > most {
			t.Errorf("%s allocates %v times, want %v", c.name, got, most)
		}
	}
}

// TestConcurrentMachines runs one Program on many Machines.
func TestConcurrentMachines(t *testing.T) {
	program := mustCompile(t, `Append(Replace(ToUpper([a]), , "(?<x>O)", "x", "0", , ), Switch([a], "-", "foo", "+"))`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			m := NewMachine(Env{})
			for range 200 {
				if v, err := m.Eval(program, Attrs{"a": Text("foo")}); err != nil || v.String() != "F00+" {
					t.Errorf("%v, %v", v, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestMachineAfterError checks that a failure leaves nothing behind.
func TestMachineAfterError(t *testing.T) {
	m := NewMachine(Env{})
	bad, good := mustCompile(t, `Join("-", "a", Append("b", CDate([x])))`), mustCompile(t, `Join("-", "a", "b")`)
	for range 3 {
		if _, err := m.Eval(bad, Attrs{}); err == nil {
			t.Fatal("no error")
		}
		if v, err := m.Eval(good, Attrs{}); err != nil || v.String() != "a-b" {
			t.Fatalf("%v, %v", v, err)
		}
	}
}

func TestEvalLimits(t *testing.T) {
	long := Text(strings.Repeat("a", maxResult))
	attrs := Attrs{"long": long, "many": List(strings.Split(strings.Repeat("a,", 100_000)+"a", ","))}
	tests := []string{
		`Append([long], "x")`,
		`Join("", [long], [long])`,
		`Join([long], [many])`,
		`Replace([long], "a", , , "aa")`,
		`Replace([long], , "a", , "$_", , )`,
		`Replace("a", "a", , , , , Append([long], "aa"))`,
		`ConvertToUTF8Hex([long])`,
		`Append([many], "123456789012")`,
	}
	m := NewMachine(Env{})
	for _, source := range tests {
		_, err := m.Eval(mustCompile(t, source), attrs)
		if e, ok := errors.AsType[*EvalError](err); !ok || e.Code != codeEvalLimit.code() {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestRegexTime gives the engine patterns that backtrack without end.
func TestRegexTime(t *testing.T) {
	tests := []string{
		`Replace([a], , "(a+)+$", , "", , )`,
		`Replace([a], , "(a|aa)+b", , "", , )`,
		`Replace([a], , "(.*)*\\1x", "1", "", , )`,
		`Replace("", , "(a+)+$", "1", , [a], )`,
	}
	attrs := Attrs{"a": Text(strings.Repeat("a", 5000) + "!")}
	m := NewMachine(Env{})
	for _, source := range tests {
		start := time.Now()
		_, err := m.Eval(mustCompile(t, source), attrs)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", source, took)
		}
		if e, ok := errors.AsType[*EvalError](err); err != nil && (!ok || e.Code != codeEvalRegex.code()) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestMissingWorld(t *testing.T) {
	m := NewMachine(Env{})
	for _, source := range []string{`Now()`, `Guid()`, `RandomString(3, 1, 1, 1, 0)`, `DefaultDomain()`} {
		_, err := m.Eval(mustCompile(t, source), Attrs{})
		if e, ok := errors.AsType[*EvalError](err); !ok || e.Code != codeEvalWorld.code() {
			t.Errorf("%s: %v", source, err)
		}
	}
	empty := NewMachine(Env{Random: strings.NewReader("short")})
	if _, err := empty.Eval(mustCompile(t, `Guid()`), Attrs{}); err == nil {
		t.Error("Guid made of too little randomness")
	}
}

func TestTrace(t *testing.T) {
	const source = `Switch([country], Append([city], "!"), "DE", IIF([flag] = "x", Upper, "no"), "FR", "non")`
	program := mustCompile(t, strings.Replace(source, "Upper", `ToUpper("a")`, 1))
	trace, v, err := NewMachine(Env{}).Trace(program, Attrs{"country": Text("DE"), "flag": Text("x")})
	if err != nil || v.String() != "A" {
		t.Fatalf("%v, %v", v, err)
	}
	var got []string
	var list func(n *Trace, indent string)
	list = func(n *Trace, indent string) {
		line := indent + n.Text
		if n.Reached {
			line += " -> " + n.Value.String()
		}
		got = append(got, line)
		for _, child := range n.Children {
			list(child, indent+" ")
		}
	}
	for _, child := range trace.Children {
		list(child, "")
	}
	want := []string{
		`[country] -> DE`,
		`Append([city], "!")`,
		` [city]`,
		` "!"`,
		`"DE" -> DE`,
		`IIF([flag] = "x", ToUpper("a"), "no") -> A`,
		` [flag] = "x" -> True`,
		`  [flag] -> x`,
		`  "x" -> x`,
		` ToUpper("a") -> A`,
		`  "a" -> a`,
		` "no"`,
		`"FR"`,
		`"non"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	failed, _, err := NewMachine(Env{}).Trace(mustCompile(t, `Append("a", CDate([x]))`), Attrs{})
	if err == nil || failed.Err == nil || failed.Children[1].Err == nil || failed.Children[0].Err != nil {
		t.Errorf("the failure is not where it happened: %v", err)
	}
}

func TestValueJSON(t *testing.T) {
	values := []Value{{}, Text(`a"b`), Boolean(true), Integer(7), List([]string{"x", "y"}), List(nil), {kind: Ignore},
		Time(time.Date(2021, 6, 30, 13, 0, 0, 0, time.UTC))}
	got, err := json.Marshal(values)
	const want = `[null,"a\"b","True","7",["x","y"],[],null,"6/30/2021 1:00:00 PM"]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	for i, v := range values {
		for j, w := range values {
			if v.Equal(w) != (i == j) {
				t.Errorf("Equal of %v and %v is %v", v, w, i != j)
			}
		}
	}
}

// TestCutUnits compares with cutting a text that really is in UTF-16.
func TestCutUnits(t *testing.T) {
	for _, s := range []string{"", "abc", "é", "a😀b", "😀😀", "Ωmega 😀"} {
		units := utf16.Encode([]rune(s))
		if unitsIn(s) != len(units) {
			t.Errorf("%q has %d units, want %d", s, unitsIn(s), len(units))
		}
		for start := 0; start <= len(units)+1; start++ {
			for count := 0; count <= len(units)+2; count++ {
				from := min(start, len(units))
				want := string(utf16.Decode(units[from:min(from+count, len(units))]))
				if got := cutUnits(s, int64(start), int64(count)); got != want {
					t.Errorf("%d units of %q from %d are %q, want %q", count, s, start, got, want)
				}
			}
		}
	}
}
