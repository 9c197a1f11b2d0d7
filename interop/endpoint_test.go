package interop

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// scimmyVerdict is the worst that each check finds in SCIMMY on any side. Each was
// looked at and is true of the server, with its cause.
var scimmyVerdict = map[string]string{
	// Texts for booleans are refused: "expected value type 'boolean' but found type 'string'".
	"C-13": "degrades", "C-15": "degrades", "U-01": "breaks", "U-10": "breaks",
	// A value path without a match is refused with noTarget, where Entra wants the element made.
	"U-03": "breaks", "U-04": "breaks", "U-05": "breaks", "U-06": "degrades",
	// The manager by $ref and value in Entra's array, or as a bare text, is refused.
	"U-12": "breaks", "U-13": "breaks",
	// Filters: compared to the letter, escapes are not read, URN-prefixed names find
	// nothing, the manager cannot be searched, half a filter is taken as no hit.
	"Q-07": "breaks", "Q-15": "degrades", "Q-12": "degrades", "Q-10": "degrades", "Q-13": "degrades", "Q-23": "degrades",
	// Pages: count is not applied, nor count=0.
	"Q-19": "breaks", "Q-20": "degrades", "O-01": "degrades",
	// The RFC: no WWW-Authenticate, no Location, the same e-mail twice, two primaries, null for a list.
	"T-05": "degrades", "C-02": "degrades", "U-21": "degrades", "U-22": "degrades", "R-05": "degrades",
}

// TestEndpointOfSCIMMY pins the verdict on a server that the project did not write,
// twice, since no run may depend on what the one before left.
func TestEndpointOfSCIMMY(t *testing.T) {
	base, path := scimmy(t), build(t)
	for range 2 {
		report := filepath.Join(t.TempDir(), "report.json")
		c := exec.Command(path, "endpoint", "test", "--url", base, "--token-env", "ENDPOINT_TOKEN", "--out", report)
		c.Env = append(os.Environ(), "ENDPOINT_TOKEN="+token, "NO_COLOR=1")
		out, err := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 2 {
			t.Fatalf("exit code %d (%v), want 2\n%s", code, err, out)
		}
		data, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out, []byte(token)) || bytes.Contains(data, []byte(token)) {
			t.Fatal("the token is in a report")
		}
		var got struct {
			Verdicts []struct{ Side, Outcome string }
			Checks   []struct {
				ID, Status string
				Impact     map[string]string
			}
			Left []any
		}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		found, passed := map[string]string{}, 0
		for _, check := range got.Checks {
			switch check.Status {
			case "fail":
				found[check.ID] = worst(check.Impact)
			case "pass":
				passed++
			}
		}
		if !maps.Equal(found, scimmyVerdict) {
			t.Errorf("found %v\nwant  %v", found, scimmyVerdict)
		}
		if passed < 150 {
			t.Errorf("%d checks passed", passed)
		}
		if len(got.Left) > 0 {
			t.Errorf("left at the server: %v", got.Left)
		}
		for _, v := range got.Verdicts {
			if v.Outcome != "broken" {
				t.Errorf("%s is %s", v.Side, v.Outcome)
			}
		}
		if n := count(t, base, "/Users") + count(t, base, "/Groups"); n != 0 {
			t.Errorf("%d objects are left", n)
		}
	}
}

// worst is the gravest impact of any side.
func worst(impact map[string]string) string {
	for _, severity := range []string{"breaks", "degrades", "note"} {
		for _, of := range impact {
			if of == severity {
				return severity
			}
		}
	}
	return "none"
}
