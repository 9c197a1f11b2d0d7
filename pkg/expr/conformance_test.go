package expr

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// conformanceCase is a line of testdata/cases.jsonl: an expression with inputs
// and the result that Microsoft's documentation gives or implies; or one of
// testdata/dotnet.jsonl, with the result that .NET or Visual Basic gives where the
// documentation says only whose rules hold.
type conformanceCase struct {
	ID                string
	Expr              string
	Attrs             map[string]any
	Want              any // text form, list of texts, or null
	WantType          string
	WantError         bool
	WantRegex         string
	Now               string
	Taken             []string
	Dialect           string // empty for application provisioning
	Suspect           bool   // the page contradicts itself: semanticWant holds
	SemanticWant      any
	SemanticWantType  string
	SemanticWantError bool
	RequiresSchema    bool
}

func readCases(t *testing.T, path string) []conformanceCase {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var cases []conformanceCase
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		cases = append(cases, c)
	}
	if len(cases) < 200 {
		t.Fatalf("only %d cases: %v", len(cases), lines.Err())
	}
	return cases
}

func TestConformance(t *testing.T) {
	for _, path := range []string{"testdata/cases.jsonl", "testdata/dotnet.jsonl"} {
		for _, c := range readCases(t, path) {
			t.Run(c.ID, func(t *testing.T) {
				c.run(t)
			})
		}
	}
}

func (c conformanceCase) run(t *testing.T) {
	if c.Suspect {
		c.Want, c.WantError = c.SemanticWant, c.SemanticWantError
		if c.SemanticWantType != "" {
			c.WantType = c.SemanticWantType
		} else if c.SemanticWant != nil && c.WantType == "ignore" {
			c.WantType = "string"
		}
	}
	program, problems := Compile(c.Expr)
	if c.RequiresSchema {
		e, _ := Parse(c.Expr)
		names := []string{}
		for name := range c.Attrs {
			names = append(names, name)
		}
		slices.Sort(names)
		problems = append(problems, e.Check(CheckOptions{Attributes: names})...)
	}
	if problems.HasErrors() {
		foreign := c.Dialect != "" && (problems[0].Code == codeForeignFunction.code() || problems[0].Code == codeCharacter.code())
		if !c.WantError && !foreign {
			t.Fatalf("%s\n%v", c.Expr, problems)
		}
		return
	}
	got, err := NewMachine(c.env(t)).Eval(program, source(t, c.Attrs))
	if err != nil {
		if !c.WantError {
			t.Fatalf("%s\n%v", c.Expr, err)
		}
		return
	}
	if c.WantError {
		t.Fatalf("%s\ngot %q, want an error", c.Expr, got)
	}
	c.compare(t, got)
}

func (c conformanceCase) env(t *testing.T) Env {
	env := Env{
		Random:        zeros{},
		DefaultDomain: "contoso.com",
		Taken:         func(value string) bool { return slices.Contains(c.Taken, value) },
	}
	if c.Now != "" {
		now, err := time.Parse(time.RFC3339, c.Now)
		if err != nil {
			t.Fatal(err)
		}
		env.Now = func() time.Time { return now }
	}
	return env
}

func (c conformanceCase) compare(t *testing.T, got Value) {
	var want any
	switch c.WantType {
	case "ignore":
		if got.Kind() != Ignore {
			t.Fatalf("%s\ngot %v %q, want the flow ignored", c.Expr, got.Kind(), got)
		}
		return
	case "pattern":
		if !regexp.MustCompile(c.WantRegex).MatchString(got.String()) {
			t.Fatalf("%s\ngot %q, want a match of %s", c.Expr, got, c.WantRegex)
		}
		return
	case "null":
		if !got.IsNull() {
			t.Fatalf("%s\ngot %q, want null", c.Expr, got)
		}
		return
	case "mv":
		if got.Kind() != Multi {
			t.Fatalf("%s\ngot kind %v, want a multi-value", c.Expr, got.Kind())
		}
		var values []any
		for _, s := range got.Strings() {
			values = append(values, s)
		}
		want = values
	case "number":
		if got.Kind() != Number && got.Kind() != String {
			t.Fatalf("%s\ngot kind %v, want a number", c.Expr, got.Kind())
		}
		want = got.String()
	default:
		if got.IsNull() || got.Kind() >= Ignore {
			t.Fatalf("%s\ngot kind %v, want %q", c.Expr, got.Kind(), c.Want)
		}
		want = got.String()
	}
	if diff := cmp.Diff(c.Want, want); diff != "" {
		t.Fatalf("%s (-want +got)\n%s", c.Expr, diff)
	}
}

// source makes attributes of JSON values.
func source(t *testing.T, attrs map[string]any) Attrs {
	t.Helper()
	a := Attrs{}
	for name, value := range attrs {
		switch v := value.(type) {
		case nil:
		case string:
			a[name] = Text(v)
		case bool:
			a[name] = Boolean(v)
		case []any:
			var values []string
			for _, s := range v {
				values = append(values, s.(string))
			}
			a[name] = List(values)
		default:
			t.Fatalf("attribute %s: %T", name, v)
		}
	}
	return a
}

// zeros is randomness that has none.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
