package engine_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestOwnSwitch: an attribute other than active that follows IsSoftDeleted switches
// off as well, and a job without any says what is missing.
func TestOwnSwitch(t *testing.T) {
	const state = "urn:ietf:params:scim:schemas:extension:Example:2.0:User:state"
	w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes[2] = mapping.Attribute{Target: text(state), Kind: mapping.Expression, Source: text(`Switch([IsSoftDeleted], , "False", "on", "True", "off")`)}
	}})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	_, sent := w.must(t, ann(t, map[string]any{"accountEnabled": false}), engine.ActionDisable, engine.Success)
	if last := sent[len(sent)-1]; !strings.Contains(last, state) || !strings.Contains(last, `"off"`) {
		t.Errorf("sent %s", last)
	}

	w = newWorld(t, setup{users: func(m *mapping.ObjectMapping) { m.Attributes = append(m.Attributes[:2], m.Attributes[3:]...) }})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	out, _ := w.must(t, ann(t, map[string]any{"accountEnabled": false}), engine.ActionOther, engine.Skipped)
	if !strings.Contains(out.Advice, "IsSoftDeleted") {
		t.Errorf("advice %q does not say that nothing switches the account off", out.Advice)
	}
	out, _ = w.must(t, ann(t, map[string]any{"accountEnabled": false, "displayName": "Ann Other"}), engine.ActionUpdate, engine.Success)
	if out.Code != "" {
		t.Errorf("code %s", out.Code)
	}
}

// TestRoles: the roles that the object holds are the attribute appRoleAssignments.
func TestRoles(t *testing.T) {
	w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes = append(m.Attributes, mapping.Attribute{Target: text(`roles[primary eq "True"].value`), Kind: mapping.Expression, Source: text("SingleAppRoleAssignment([appRoleAssignments])")})
	}})
	s := ann(t, nil)
	s.Roles = []string{"Editor"}
	_, sent := w.must(t, s, engine.ActionCreate, engine.Success)
	if last := sent[len(sent)-1]; !strings.Contains(last, `"value":"Editor"`) {
		t.Errorf("sent %s", last)
	}
	w.must(t, s, engine.ActionOther, engine.Skipped)
}

// TestExportedLater: what cannot be exported in a creation follows in the next run.
func TestExportedLater(t *testing.T) {
	w := newWorld(t, setup{groups: func(m *mapping.ObjectMapping) {
		m.Attributes = append(m.Attributes, mapping.Attribute{Target: text("description"), Kind: mapping.Constant, Source: text("A group")})
	}})
	out, sent := w.must(t, sales(t), engine.ActionCreate, engine.Success)
	if strings.Contains(strings.Join(sent, ""), "description") {
		t.Errorf("sent %q, want no description yet", sent)
	}
	if d := stepOf(t, out, engine.StepProcessing).Details; len(d) != 1 || d[0].Name != "description" || !strings.Contains(d[0].Value, "not supported for this operation: Add") {
		t.Errorf("details %+v", d)
	}
	_, sent = w.must(t, sales(t), engine.ActionUpdate, engine.Success)
	if last := sent[len(sent)-1]; !strings.Contains(last, `{"op":"Add","path":"description","value":"A group"}`) {
		t.Errorf("sent %s", last)
	}
}

func BenchmarkProvisionUnchanged(b *testing.B) {
	w := newWorld(b, setup{})
	o, err := mapping.NewObject(mapping.User, map[string]any{"objectId": annID, "userPrincipalName": "ann@contoso.com", "displayName": "Ann", "accountEnabled": true})
	if err != nil {
		b.Fatal(err)
	}
	s := engine.Subject{Object: o, Assigned: true}
	w.Provision(b.Context(), s)
	for b.Loop() {
		w.sent = w.sent[:0]
		if out := w.Provision(b.Context(), s); out.Code != engine.SkipRedundantExport {
			b.Fatal(out.Message)
		}
	}
}
