package profiletest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/profiletest"
)

const offices = `version: 1
profile: offices
variables:
  other: {description: Office of everybody else, default: Elsewhere}
app: {name: Offices, template: non-gallery}
endpoint: {url: https://scim.example/v2, token: {env: EXAMPLE_TOKEN}}
users:
  base: none
  mappings:
    - {target: userName, source: userPrincipalName, match: 1}
    - {target: active, expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'}
    - target: title
      expression: |-
        Switch([country], "${var.other}",
          "DE", IIF([city]="Kassel", "Kassel é", "Berlin"),
          "DK", "Aarhus")
environments:
  test: {}
  production: {app: {name: Offices for all}}
tests:
`

// covered runs the tests in both environments and prints the arms.
func covered(t *testing.T, tests string) (lines []string, c *profiletest.Coverage) {
	t.Helper()
	c = &profiletest.Coverage{}
	o := profiletest.Options{Coverage: c, Now: func() time.Time { return time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC) }}
	for _, env := range []string{"test", "production"} {
		results, problems := profiletest.Run(t.Context(), resolveIn(t, offices+tests, env), o)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if !r.Passed || r.Where.IsZero() {
				t.Fatalf("%+v", r)
			}
		}
	}
	for _, a := range c.Arms() {
		mark := " "
		if a.Reached {
			mark = "+"
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s -> %s", mark, a.Where, a.Target, a.Function, a.When, a.Text))
	}
	return lines, c
}

func officeTest(attributes, when, expect string) string {
	return fmt.Sprintf("  - {name: %q, user: {objectId: %s, userPrincipalName: ann@contoso.com, accountEnabled: true%s}, when: {%s}, expect: {%s}}\n",
		"test"+attributes+when, annID, attributes, when, expect)
}

// TestCoverage: arms with their places, once for both environments, and which of them
// tests take.
func TestCoverage(t *testing.T) {
	line := map[string]string{
		"true":    ` example.yaml:11:88 active Switch "True" -> "False"`,
		"false":   ` example.yaml:11:72 active Switch "False" -> "True"`,
		"default": ` example.yaml:14:27 title Switch default -> "Elsewhere"`,
		"DE":      ` example.yaml:15:17 title Switch "DE" -> IIF([city]="Kassel", "Kassel é", "Berlin")`,
		"Kassel":  ` example.yaml:15:38 title IIF true -> "Kassel é"`,
		"Berlin":  ` example.yaml:15:50 title IIF false -> "Berlin"`,
		"DK":      ` example.yaml:16:17 title Switch "DK" -> "Aarhus"`,
	}
	order := []string{"false", "true", "default", "DE", "Kassel", "Berlin", "DK"}
	for _, tt := range []struct{ name, tests, reached string }{
		{"a joiner", officeTest(", country: DE, city: Kassel", "", `attributes: {title: "Kassel é"}`), "false DE Kassel"},
		{"two joiners", officeTest(", country: DE", "", "action: create") + officeTest("", "", "action: create"), "false DE Berlin default"},
		{"a leaver: set-up takes none", officeTest(", country: DK", "linked: true, assigned: false", "action: disable"), "true DK"},
		{"nothing to do", officeTest(", country: DK", "linked: true", "skip: RedundantExport"), "false DK"},
		{"out of scope", officeTest(", country: DK", "assigned: false", "action: skip"), ""},
		{"deleted for good", officeTest(", country: DK", "linked: true, deleted: hard", "action: delete"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, c := covered(t, tt.tests)
			var want []string
			reached := strings.Fields(tt.reached)
			for _, name := range order {
				mark := " "
				for _, r := range reached {
					if r == name {
						mark = "+"
					}
				}
				want = append(want, mark+line[name])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if percent := 100 * float64(len(reached)) / float64(len(order)); c.Percent() != percent || len(c.Unreached()) != len(order)-len(reached) {
				t.Errorf("%.1f %%, %d unreached; want %.1f %%", c.Percent(), len(c.Unreached()), percent)
			}
		})
	}
	if none := (&profiletest.Coverage{}); none.Percent() != 100 || len(none.Unreached()) != 0 {
		t.Errorf("without expressions everything is covered, not %.1f %%", none.Percent())
	}
}

// TestCoverageChangesNothing: what is sent is the same with coverage and without,
// random values included.
func TestCoverageChangesNothing(t *testing.T) {
	source := strings.Replace(offices, "environments:", "    - {target: nickName, expression: 'IIF([city]=\"\", \"\", RandomString(4, 1, 1, 1, 0, \"\"))'}\nenvironments:", 1) +
		officeTest(", country: DE", "", "request: create.http")
	var sent [2]string
	for i, c := range []*profiletest.Coverage{nil, {}} {
		o := profiletest.Options{Coverage: c, UpdateGoldens: func(_ string, data []byte) error { sent[i] = string(data); return nil }}
		if results, problems := profiletest.Run(t.Context(), resolveIn(t, source, "test"), o); problems.HasErrors() || !results[0].Passed {
			t.Fatalf("%+v %v", results, problems)
		}
	}
	if !strings.Contains(sent[0], "nickName") || sent[0] != sent[1] {
		t.Errorf("without coverage\n%s\nwith coverage\n%s", sent[0], sent[1])
	}
}

// TestSelect: only tests that are chosen by name are run.
func TestSelect(t *testing.T) {
	r := resolveIn(t, offices+officeTest("", "", "action: create")+officeTest(", city: Kassel", "", "action: create"), "test")
	results, problems := profiletest.Run(t.Context(), r, profiletest.Options{Select: func(name string) bool { return strings.Contains(name, "Kassel") }})
	if problems.HasErrors() || len(results) != 1 || results[0].Name != "test, city: Kassel" {
		t.Errorf("%+v %v", results, problems)
	}
}
