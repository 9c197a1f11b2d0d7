package mapping

import (
	"encoding/json"
	"testing"

	"github.com/scimctl/scimctl/pkg/expr"
)

// TestBuilder: a Builder makes what NewObject makes, again and again in the same
// memory, and nothing of the last object stays.
func TestBuilder(t *testing.T) {
	var b Builder
	for range 2 {
		b.Reset(User)
		b.Text("old", "x")
		b.Reset(User)
		b.Text("objectId", "gone")
		b.Delete("objectId")
		b.Text("objectId", "1")
		b.Bool("accountEnabled", false)
		b.Number("n", "-12")
		b.Number("big", "1e3")
		b.List("otherMails", []string{"a", "b"})
		b.Text("null", "x")
		b.Delete("null")
		want, err := NewObject(User, map[string]any{
			"objectId": "1", "accountEnabled": false, "n": json.Number("-12"), "big": json.Number("1e3"), "otherMails": []string{"a", "b"}, "null": nil,
		})
		if err != nil {
			t.Fatal(err)
		}
		got := b.Object()
		if got.ID != want.ID || got.Type != want.Type || len(got.Names()) != len(want.Names()) {
			t.Fatalf("%s %s %q, want %s %s %q", got.Type, got.ID, got.Names(), want.Type, want.ID, want.Names())
		}
		for _, name := range want.Names() {
			if !got.Attribute(name).Equal(want.Attribute(name)) {
				t.Errorf("%s is %q, want %q", name, got.Attribute(name), want.Attribute(name))
			}
		}
	}
	b.Text("objectId", "1")
	if b.Delete("objectId"); b.Object().ID != "" || b.Object().Attribute("objectId").Kind() != expr.Null {
		t.Error("a deleted objectId stays")
	}
}
