package mapping_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// wishes makes random wishes; the same seed makes the same ones.
type wishes struct{ *rand.Rand }

func newWishes(seed uint64) wishes { return wishes{rand.New(rand.NewPCG(seed, 17))} }

func pick[T any](w wishes, list ...T) T { return list[w.IntN(len(list))] }

func (w wishes) maybe() bool { return w.IntN(2) == 0 }

var (
	someTargets = []string{"userName", "active", "displayName", "title", `emails[type eq "work"].value`, "externalId", "nickName", "name.formatted", "brand new",
		"urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge"}
	someSources = []string{"objectId", "mail", "userPrincipalName", "employeeId", "immutableId"}
	someCalls   = []string{`Join(" ",[givenName],[surname])`, "Not([IsSoftDeleted])", `Switch([IsSoftDeleted],,"False","True","True","False")`,
		`ToLower([mail])`, `[mail]`, `"constant"`, `IIF([city]="x",[state],IgnoreAttributeFlow)`, `Replace([mail], "@", , , "#", , )`}
)

func (w wishes) mapping(target string) mapping.Attribute {
	a := mapping.Attribute{Target: text(target), Match: mapping.Unstated, OnCreateOnly: w.IntN(5) == 0}
	a.Kind = mapping.Kind(w.IntN(4))
	switch a.Kind {
	case mapping.Direct:
		a.Source = text(pick(w, someSources...))
	case mapping.Constant:
		a.Source = text(pick(w, "", "Member", `a "quoted" \ text`, "007"))
	case mapping.Expression:
		a.Source = text(pick(w, someCalls...))
	case mapping.DefaultOnly:
		a.Default = new("only")
	}
	if w.IntN(3) == 0 {
		a.Default = new(pick(w, "", "x", "Größe"))
	}
	return a
}

func (w wishes) desired(source string) mapping.Desired {
	d := mapping.Desired{Source: source, Base: pick(w, mapping.BaseNone, mapping.BaseTemplate, mapping.BaseKeep)}
	targets := slices.Clone(someTargets)
	w.Shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
	n := 1 + w.IntN(len(targets)-1)
	for i, target := range targets {
		switch {
		case i < n:
			d.Mappings = append(d.Mappings, w.mapping(target))
		case w.IntN(3) == 0:
			d.Remove = append(d.Remove, text(target))
		}
	}
	d.Mappings[0].Match = 1
	for i := 1; i < len(d.Mappings); i++ {
		if w.IntN(4) == 0 {
			d.Mappings[i].Match = pick(w, 0, i+1)
		}
	}
	w.lists(&d)
	if w.maybe() {
		d.Actions = new(mapping.Actions(w.IntN(8)))
	}
	if w.maybe() {
		d.Enabled = new(w.maybe())
	}
	if w.maybe() {
		groups := make([]mapping.FilterGroup, w.IntN(3))
		for i := range groups {
			groups[i].Name = fmt.Sprintf("group %d", i)
			for range w.IntN(3) {
				groups[i].Clauses = append(groups[i].Clauses, mapping.FilterClause{
					Attribute: text(pick(w, someSources...)), Operator: text(pick(w, "EQUALS", "is not null", "Includes")), Values: []string{pick(w, "a", "b")}})
			}
		}
		d.Filters = &groups
	}
	return d
}

func (w wishes) lists(d *mapping.Desired) {
	for _, name := range []string{"badge", "nickName", "brand new"} {
		if w.maybe() {
			s := mapping.AttributeSpec{Name: text(name)}
			if w.maybe() {
				s.Type = new(pick(w, "String", "Boolean", "Reference"))
			}
			if w.maybe() {
				s.Required, s.MultiValued = new(w.maybe()), new(w.maybe())
			}
			if w.maybe() {
				s.References = []string{pick(w, "User", "Group")}
			}
			d.TargetAttributes = append(d.TargetAttributes, s)
			d.SourceAttributes = append(d.SourceAttributes, mapping.AttributeSpec{Name: text(name), CaseExact: new(w.maybe())})
		}
	}
	if w.maybe() {
		d.RemoveAttributes = []diag.Text{text("timezone")}
	}
}

// checkWishes makes one document agree with several wishes, one after the other.
// After each a second comparison must find nothing, and what belongs to the other
// object mapping must not have changed.
func checkWishes(t *testing.T, seed uint64) {
	t.Helper()
	w := newWishes(seed)
	live := schema(t)
	for range 4 {
		d := w.desired("User")
		_, groups, _ := live.ObjectMapping(groupRef)
		_, groupList := live.Definitions(groupRef)
		edits, problems := mapping.Converge(live, schema(t), d, nil)
		if problems.HasErrors() {
			continue
		}
		if err := mapping.Apply(live, edits, nil, false); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again, _ := mapping.Converge(live, schema(t), d, nil); len(again) > 0 {
			t.Fatalf("seed %d: a second run finds %q\nafter %q", seed, printEdits(again), printEdits(edits))
		}
		if !json.Valid(live.Bytes()) {
			t.Fatalf("seed %d: no JSON", seed)
		}
		_, groupsNow, _ := live.ObjectMapping(groupRef)
		_, groupListNow := live.Definitions(groupRef)
		if diff := cmp.Diff(groups, groupsNow) + cmp.Diff(groupList, groupListNow); diff != "" {
			t.Fatalf("seed %d: the groups changed: %s", seed, diff)
		}
		checkMappings(t, live, d)
	}
	// The way back to the template ends in the template's bytes where only values
	// were changed, and in its meaning always.
	if edits, problems := mapping.Converge(live, schema(t), mapping.Desired{Source: "User", Base: mapping.BaseTemplate}, nil); !problems.HasErrors() {
		if err := mapping.Apply(live, edits, nil, false); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		_, now, _ := live.ObjectMapping(userRef)
		if len(now.AttributeMappings) != 22 {
			t.Fatalf("seed %d: back at the template with %d mappings", seed, len(now.AttributeMappings))
		}
	}
}

// checkMappings reads the document back and compares what the profile stated.
func checkMappings(t *testing.T, live interface{ Bytes() []byte }, d mapping.Desired) {
	t.Helper()
	all, err := mapping.FromSchema(mustParse(t, string(live.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	user := all[0]
	if d.Base == mapping.BaseNone && len(user.Attributes) != len(d.Mappings) {
		t.Fatalf("%d mappings, not %d", len(user.Attributes), len(d.Mappings))
	}
	for _, want := range d.Mappings {
		i := slices.IndexFunc(user.Attributes, func(a mapping.Attribute) bool { return a.Target.Value == want.Target.Value })
		if i < 0 {
			t.Fatalf("%s is not mapped", want.Target.Value)
		}
		got := user.Attributes[i]
		if want.Match != mapping.Unstated && got.Match != want.Match || got.OnCreateOnly != want.OnCreateOnly {
			t.Fatalf("%s: got %+v, want %+v", want.Target.Value, got, want)
		}
		if (want.Default != nil && *want.Default != "") != (got.Default != nil) {
			t.Fatalf("%s: default %v, want %v", want.Target.Value, got.Default, want.Default)
		}
	}
}

func TestConvergeRandomWishes(t *testing.T) {
	for seed := range uint64(12) {
		checkWishes(t, seed)
	}
}

func FuzzConverge(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkWishes(t, seed) })
}
