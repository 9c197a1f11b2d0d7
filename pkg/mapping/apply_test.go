package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

func TestTree(t *testing.T) {
	tests := []struct {
		expression string
		want       string // JSON; "" where a key is undocumented
	}{
		{"[mail]", `{"type":"Attribute","name":"mail","expression":"[mail]","parameters":null}`},
		{`"a\"b"`, `{"type":"Constant","name":"a\"b","expression":"\"a\\\"b\"","parameters":null}`},
		{"Mid([userPrincipalName],1,8)", `{"type":"Function","name":"Mid","expression":"Mid([userPrincipalName], 1, 8)","parameters":[
			{"key":"source","value":{"type":"Attribute","name":"userPrincipalName","expression":"[userPrincipalName]","parameters":null}},
			{"key":"start","value":{"type":"Constant","name":"1","expression":"\"1\"","parameters":null}},
			{"key":"length","value":{"type":"Constant","name":"8","expression":"\"8\"","parameters":null}}]}`},
		{`Replace([preferredLanguage], "-", , , "_", , )`, `{"type":"Function","name":"Replace","expression":"Replace([preferredLanguage], \"-\", , , \"_\", , )","parameters":[
			{"key":"source","value":{"type":"Attribute","name":"preferredLanguage","expression":"[preferredLanguage]","parameters":null}},
			{"key":"Find","value":{"type":"Constant","name":"-","expression":"\"-\"","parameters":null}},
			{"key":"Replacement","value":{"type":"Constant","name":"_","expression":"\"_\"","parameters":null}}]}`},
		{"Not(Not([a]))", `{"type":"Function","name":"Not","expression":"Not(Not([a]))","parameters":[{"key":"source","value":
			{"type":"Function","name":"Not","expression":"Not([a])","parameters":[{"key":"source","value":{"type":"Attribute","name":"a","expression":"[a]","parameters":null}}]}}]}`},
		{"DefaultDomain()", `{"type":"Function","name":"DefaultDomain","expression":"DefaultDomain()","parameters":null}`},
		{`Replace([a], , "x+", , "y", , )`, ""},
		{`Not(Switch([a], , "b", "c"))`, ""},
		{`IIF([a] = "b", "c", "d")`, ""},
		{`FormatDateTime([a], , "yyyy", "yy")`, `{"type":"Function","name":"FormatDateTime","expression":"FormatDateTime([a], , \"yyyy\", \"yy\")","parameters":[
			{"key":"source","value":{"type":"Attribute","name":"a","expression":"[a]","parameters":null}},
			{"key":"inputFormat","value":{"type":"Constant","name":"yyyy","expression":"\"yyyy\"","parameters":null}},
			{"key":"outputFormat","value":{"type":"Constant","name":"yy","expression":"\"yy\"","parameters":null}}]}`},
	}
	for _, tt := range tests {
		got, documented, err := mapping.Tree(tt.expression)
		if err != nil || documented != (tt.want != "") {
			t.Errorf("%s: documented %v, %v", tt.expression, documented, err)
			continue
		}
		if !documented {
			if len(got.Parameters) != 0 || got.Expression != mapping.Canonical(tt.expression) {
				t.Errorf("%s: guessed %+v", tt.expression, got)
			}
			continue
		}
		var want entra.Source
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", tt.expression, diff)
		}
	}
	if _, _, err := mapping.Tree("Join("); err == nil {
		t.Error("no error for an expression that does not parse")
	}
	if got := mapping.Canonical("Join("); got != "Join(" {
		t.Errorf("canonical of what does not parse: %q", got)
	}
}

const (
	switchExpression = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`
	switchTree       = `{"expression":"Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")","name":"Switch","type":"Function","parameters":[{"key":"k17","value":{"expression":"[IsSoftDeleted]","name":"IsSoftDeleted","type":"Attribute","parameters":[]}}]}`
)

// want maps displayName by the default expression of active.
func wantSwitch() mapping.Desired {
	return mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{
		{Target: diag.Text{Value: "displayName"}, Kind: mapping.Expression, Source: diag.Text{Value: switchExpression}, Match: mapping.Unstated}}}
}

func TestApplyTakesTreesFromTheTenant(t *testing.T) {
	live := schema(t)
	edits, _ := mapping.Converge(live, nil, wantSwitch(), nil)
	if diff := cmp.Diff([]string{switchExpression}, mapping.NeedTrees(live, edits)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{switchExpression}, mapping.NeedTrees(nil, edits)); diff != "" {
		t.Error(diff)
	}
	err := mapping.Apply(live.Clone(), edits, nil, true)
	if err == nil || !strings.Contains(err.Error(), "ask the tenant to parse") {
		t.Errorf("strict without a tree: %v", err)
	}
	s := live.Clone()
	if err := mapping.Apply(s, edits, mapping.Trees{switchExpression: []byte(switchTree)}, true); err != nil {
		t.Fatal(err)
	}
	if got := string(s.SourceJSON(userRef, "displayName")); got != switchTree {
		t.Errorf("got %s", got)
	}
	// Once it is in the document, the next mapping takes it from there.
	next := wantSwitch()
	next.Mappings[0].Target.Value = "title"
	edits, _ = mapping.Converge(s, nil, next, nil)
	if need := mapping.NeedTrees(s, edits); len(need) > 0 {
		t.Errorf("needs %q", need)
	}
	if err := mapping.Apply(s, edits, nil, true); err != nil {
		t.Fatal(err)
	}
	if got := string(s.SourceJSON(userRef, "title")); got != switchTree {
		t.Errorf("got %s", got)
	}
}

func TestApplyRefusesTreesOfOtherExpressions(t *testing.T) {
	live := schema(t)
	edits, _ := mapping.Converge(live, nil, wantSwitch(), nil)
	for name, raw := range map[string]string{
		"other": strings.ReplaceAll(switchTree, "IsSoftDeleted", "accountEnabled"),
		"text":  `"x"`,
		"cut":   switchTree[:40],
	} {
		if err := mapping.Apply(live.Clone(), edits, mapping.Trees{switchExpression: []byte(raw)}, true); err == nil || !strings.Contains(err.Error(), "source tree of Switch") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestApplyKeepsSources changes a precedence only: the source, whose keys nobody
// knows, must stay byte for byte.
func TestApplyKeepsSources(t *testing.T) {
	live := schema(t)
	before := string(live.Bytes())
	want := wantSwitch()
	want.Mappings[0].Target.Value = "active"
	want.Mappings[0].Source.Value = strings.ReplaceAll(switchExpression, ", ", ",")
	want.Mappings[0].Match = 2
	edits, _ := mapping.Converge(live, nil, want, nil)
	if need := mapping.NeedTrees(live, edits); len(need) > 0 {
		t.Errorf("needs %q", need)
	}
	if err := mapping.Apply(live, edits, nil, true); err != nil {
		t.Fatal(err)
	}
	i := strings.Index(before, `"targetAttributeName": "active"`)
	at := strings.LastIndex(before[:i], `"matchingPriority": 0`)
	wantDoc := before[:at] + `"matchingPriority": 2` + before[at+len(`"matchingPriority": 0`):]
	if diff := cmp.Diff(wantDoc, string(live.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestApplyOffline(t *testing.T) {
	live := schema(t)
	edits, _ := mapping.Converge(live, nil, wantSwitch(), nil)
	if err := mapping.Apply(live, edits, nil, false); err != nil {
		t.Fatal(err)
	}
	_, m, _ := live.ObjectMapping(userRef)
	for _, a := range m.AttributeMappings {
		if a.TargetAttributeName == "displayName" && (a.Source.Expression != switchExpression || len(a.Source.Parameters) != 0) {
			t.Errorf("%+v", a.Source)
		}
	}
}

func TestApplyErrors(t *testing.T) {
	for name, e := range map[string]mapping.Edit{
		"unknown object":    {Kind: mapping.RemoveMapping, Ref: entra.MappingRef{Source: "Device"}, Name: "x"},
		"unknown kind":      {Kind: "paint", Ref: userRef},
		"no mapping":        {Kind: mapping.AddMapping, Ref: userRef},
		"no definition":     {Kind: mapping.AddAttribute, Ref: userRef},
		"broken expression": {Kind: mapping.AddMapping, Ref: userRef, MappingAfter: &entra.AttributeMapping{TargetAttributeName: "a", Source: &entra.Source{Type: "Function", Expression: "Join("}}},
	} {
		if err := mapping.Apply(schema(t), []mapping.Edit{e}, nil, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
