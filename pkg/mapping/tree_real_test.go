package mapping_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestRealExpressionsThroughTree: expressions from the field survive Graph's form of
// them: tree, JSON, expression, and the same tree again.
func TestRealExpressionsThroughTree(t *testing.T) {
	data, err := os.ReadFile("../expr/testdata/real.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		seen++
		tree, _, err := mapping.Tree(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		body, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		var read entra.Source
		if err := json.Unmarshal(body, &read); err != nil {
			t.Fatal(err)
		}
		if got, want := mapping.Canonical(read.Expression), mapping.Canonical(text); got != want {
			t.Errorf("%s\ncomes back as\n%s", want, got)
		}
		again, _, err := mapping.Tree(read.Expression)
		if diff := cmp.Diff(tree, again); err != nil || diff != "" {
			t.Errorf("%s: %v\n-first +again\n%s", text, err, diff)
		}
	}
	if seen < 100 {
		t.Errorf("only %d expressions", seen)
	}
}
