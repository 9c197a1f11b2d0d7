package engine

import (
	"slices"
	"testing"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// previewed compiles a mapping of users for previews.
func previewed(t *testing.T, m mapping.ObjectMapping) (*Preview, error) {
	t.Helper()
	m.Source = mapping.User
	p, problems := mapping.Compile(m)
	if p == nil {
		t.Fatal(problems)
	}
	return NewPreview(Config{Users: p})
}

func direct(target, source string, match int) mapping.Attribute {
	return mapping.Attribute{Target: diag.Text{Value: target}, Source: diag.Text{Value: source}, Match: match}
}

// TestPreviewReads: what a preview reads is what mappings, filter and service look at.
func TestPreviewReads(t *testing.T) {
	p, err := previewed(t, mapping.ObjectMapping{
		Enabled: true, Actions: mapping.AllActions,
		Attributes: []mapping.Attribute{
			direct("userName", "mail", 1),
			{Target: diag.Text{Value: "title"}, Kind: mapping.Expression, Source: diag.Text{Value: `Join(" ", [city], [SingleAppRoleAssignment])`}},
		},
		Scope: &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{{SourceOperandName: "department", OperatorName: "EQUALS"}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"IsSoftDeleted", "SingleAppRoleAssignment", "accountEnabled", "appRoleAssignments", "city", "department", "displayName", "mail", "objectId", "userPrincipalName"}
	if got := p.Reads(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if p.ReadsRoles() {
		t.Error("no mapping reads the app roles")
	}
}

// TestPreviewNeedsUsers: a job that provisions no users, or matches none, has no preview.
func TestPreviewNeedsUsers(t *testing.T) {
	if _, err := NewPreview(Config{}); err == nil {
		t.Error("no mapping of users")
	}
	if _, err := previewed(t, mapping.ObjectMapping{Attributes: []mapping.Attribute{direct("userName", "mail", 1)}}); err == nil {
		t.Error("a mapping that is switched off")
	}
	if _, err := previewed(t, mapping.ObjectMapping{Enabled: true, Attributes: []mapping.Attribute{direct("userName", "mail", 0)}}); err == nil {
		t.Error("nothing matches")
	}
}

// TestPreviewActions: an action that the mapping does not allow is a skip.
func TestPreviewActions(t *testing.T) {
	p, err := previewed(t, mapping.ObjectMapping{Enabled: true, Actions: mapping.Update, Attributes: []mapping.Attribute{direct("userName", "mail", 1)}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := mapping.NewObject(mapping.User, map[string]any{"objectId": "1", "mail": "a"})
	if err != nil {
		t.Fatal(err)
	}
	s := Subject{Object: o, Assigned: true}
	scope := p.Judge(s)
	result := p.k.Map(mapping.NewMachine(mapping.Env{}), o)
	if p.Creates(o, scope, &result) {
		t.Error("creates")
	}
	if out := p.Refusal(s, scope, result); out.Status != Skipped || out.Code != SkipSynchronization {
		t.Errorf("%+v", out)
	}
	if out := p.Delete(s); out.Status != Skipped {
		t.Errorf("%+v", out)
	}
}
