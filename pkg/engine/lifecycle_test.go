package engine_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

const (
	findAnn   = `GET /Users?filter=userName eq "ann@contoso.com"`
	findAnnID = `GET /Users?filter=externalId eq "` + annID + `"`
	patchHead = ` {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
)

func TestCreate(t *testing.T) {
	w := newWorld(t, setup{})
	out, sent := w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	if len(sent) != 3 || sent[0] != findAnn || sent[1] != findAnnID || !strings.HasPrefix(sent[2], "POST /Users {") {
		t.Fatalf("sent %q; want the two matching attributes in order of precedence, then a POST", sent)
	}
	if id, linked := w.links.Target(mapping.User, annID); !linked || id != "id-1" || out.TargetID != "id-1" {
		t.Errorf("linked to %q (%t), outcome says %q; want id-1", id, linked, out.TargetID)
	}
	stored := w.server.State().Users[0]
	for path, want := range map[string]any{"userName": "ann@contoso.com", "active": true, "displayName": "Ann Example", "title": "Engineer"} {
		if got, _ := stored.Get(path); got != want {
			t.Errorf("%s is stored as %v, want %v", path, got, want)
		}
	}
	if _, there := stored.Get("meta"); !there {
		t.Error("the stored user has no meta")
	}
}

func TestUpdate(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, map[string]any{"jobTitle": nil}), engine.ActionCreate, engine.Success)

	t.Run("already equal", func(t *testing.T) {
		out, sent := w.must(t, ann(t, map[string]any{"jobTitle": nil}), engine.ActionOther, engine.Skipped)
		if out.Code != engine.SkipRedundantExport {
			t.Errorf("code %s, want %s", out.Code, engine.SkipRedundantExport)
		}
		wantSent(t, sent, "GET /Users/id-1")
		if len(out.Modified) != 0 {
			t.Errorf("modified %v, want nothing", out.Modified)
		}
	})
	t.Run("added and replaced", func(t *testing.T) {
		out, sent := w.must(t, ann(t, map[string]any{"displayName": "Ann Other"}), engine.ActionUpdate, engine.Success)
		wantSent(t, sent, "GET /Users/id-1",
			"PATCH /Users/id-1"+patchHead+`{"op":"Replace","path":"displayName","value":"Ann Other"},{"op":"Add","path":"title","value":"Engineer"}]}`)
		if len(out.Modified) != 2 || *out.Modified[0].Old != "Ann Example" || *out.Modified[0].New != "Ann Other" || out.Modified[1].Old != nil {
			t.Errorf("modified %s", everything(out))
		}
	})
	t.Run("letter case alone", func(t *testing.T) {
		out, _ := w.must(t, ann(t, map[string]any{"displayName": "ANN OTHER"}), engine.ActionOther, engine.Skipped)
		if out.Code != engine.SkipRedundantExport {
			t.Errorf("code %s: displayName is not caseExact, so letter case is no difference", out.Code)
		}
	})
	t.Run("a value that went away is not cleared", func(t *testing.T) {
		w.must(t, ann(t, map[string]any{"displayName": nil, "jobTitle": nil}), engine.ActionOther, engine.Skipped)
	})
}

func TestMatching(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	w.links.Unlink(mapping.User, annID)

	t.Run("by the first attribute", func(t *testing.T) {
		_, sent := w.must(t, ann(t, map[string]any{"jobTitle": "Boss"}), engine.ActionUpdate, engine.Success)
		wantSent(t, sent, findAnn, "PATCH /Users/id-1"+patchHead+`{"op":"Replace","path":"title","value":"Boss"}]}`)
		if id, _ := w.links.Target(mapping.User, annID); id != "id-1" {
			t.Errorf("linked to %q, want id-1", id)
		}
	})
	t.Run("by the second attribute", func(t *testing.T) {
		w.links.Unlink(mapping.User, annID)
		_, sent := w.must(t, ann(t, map[string]any{"jobTitle": "Boss", "userPrincipalName": "new@contoso.com"}), engine.ActionUpdate, engine.Success)
		wantSent(t, sent, `GET /Users?filter=userName eq "new@contoso.com"`, findAnnID,
			"PATCH /Users/id-1"+patchHead+`{"op":"Replace","path":"userName","value":"new@contoso.com"}]}`)
	})
	t.Run("of a target that belongs to somebody else", func(t *testing.T) {
		out, _ := w.must(t, ann(t, map[string]any{"objectId": bossID, "userPrincipalName": "new@contoso.com"}), engine.ActionOther, engine.Failure)
		if out.Code != engine.CodeDuplicateSourceEntries {
			t.Errorf("code %s, want %s", out.Code, engine.CodeDuplicateSourceEntries)
		}
	})
	t.Run("without a value", func(t *testing.T) {
		w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) { m.Attributes[1].Match = 0 }})
		out, sent := w.must(t, ann(t, map[string]any{"userPrincipalName": nil}), engine.ActionOther, engine.Skipped)
		if out.Code != engine.SkipImport || len(sent) != 0 || !strings.Contains(out.Message, "userName") {
			t.Errorf("%s %q, sent %q", out.Code, out.Message, sent)
		}
	})
}

func TestVanishedTargetIsMatchedAgain(t *testing.T) {
	w := newWorld(t, setup{})
	w.links.Link(mapping.User, annID, "gone")
	_, sent := w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	if sent[0] != "GET /Users/gone" || sent[1] != findAnn {
		t.Errorf("sent %q, want a read of the link, then matching", sent)
	}
	if id, _ := w.links.Target(mapping.User, annID); id != "id-1" {
		t.Errorf("linked to %q, want id-1", id)
	}
}

func department(value string) *entra.Filter {
	return &entra.Filter{Groups: []entra.FilterGroup{{Name: "staff", Clauses: []entra.FilterClause{{
		OperatorName: "EQUALS", SourceOperandName: "department", TargetOperand: entra.FilterOperand{Values: []string{value}},
	}}}}}
}

// TestLeaving runs through the four causes of IsSoftDeleted and what may keep them
// from having an effect.
func TestLeaving(t *testing.T) {
	disable := "PATCH /Users/id-1" + patchHead + `{"op":"Replace","path":"active","value":"False"}]}`
	tests := []struct {
		name    string
		leave   func(*engine.Subject)
		attrs   map[string]any
		setup   setup
		action  engine.Action
		status  engine.Status
		code    string
		sent    []string
		reasons string
	}{
		{name: "unassigned", leave: func(s *engine.Subject) { s.Assigned, s.Roles = false, nil },
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
		{name: "unassigned, but all are in scope", leave: func(s *engine.Subject) { s.Assigned = false },
			setup:  setup{config: func(c *engine.Config) { c.SyncAll = true }},
			action: engine.ActionOther, status: engine.Skipped, code: engine.SkipRedundantExport, sent: []string{"GET /Users/id-1"}},
		{name: "out of the scoping filter", attrs: map[string]any{"department": "Marketing"},
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
		{name: "soft-deleted", leave: func(s *engine.Subject) { s.Deleted = engine.SoftDeleted },
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
		{name: "sign-in blocked", attrs: map[string]any{"accountEnabled": false},
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
		{name: "unassigned, out of scope is skipped", leave: func(s *engine.Subject) { s.Assigned = false },
			setup:  setup{config: func(c *engine.Config) { c.SkipOutOfScopeDeletions = true }},
			action: engine.ActionOther, status: engine.Skipped, code: engine.SkipSynchronization, sent: []string{"GET /Users/id-1"}, reasons: "SkipOutOfScopeDeletions"},
		{name: "sign-in blocked, out of scope is skipped", attrs: map[string]any{"accountEnabled": false},
			setup:  setup{config: func(c *engine.Config) { c.SkipOutOfScopeDeletions = true }},
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
		{name: "unassigned, updates not allowed", leave: func(s *engine.Subject) { s.Assigned = false },
			setup:  setup{users: func(m *mapping.ObjectMapping) { m.Actions = mapping.Create | mapping.Delete }},
			action: engine.ActionOther, status: engine.Skipped, code: engine.SkipSynchronization, sent: []string{"GET /Users/id-1"}, reasons: "does not allow the action Update"},
		{name: "deleted for good", leave: func(s *engine.Subject) { s.Deleted = engine.HardDeleted },
			action: engine.ActionDelete, status: engine.Success, sent: []string{"DELETE /Users/id-1"}},
		{name: "deleted for good, deletions not allowed", leave: func(s *engine.Subject) { s.Deleted = engine.HardDeleted },
			setup:  setup{users: func(m *mapping.ObjectMapping) { m.Actions = mapping.Create | mapping.Update }},
			action: engine.ActionOther, status: engine.Skipped, code: engine.SkipSynchronization, reasons: "does not allow the action Delete"},
		{name: "deleted for good after it was unassigned", leave: func(s *engine.Subject) { s.Deleted, s.Assigned = engine.HardDeleted, false },
			action: engine.ActionOther, status: engine.Skipped, code: engine.SkipNotEntitled},
		{name: "only msiam_access", leave: func(s *engine.Subject) { s.Roles = []string{"msiam_access"} },
			action: engine.ActionDisable, status: engine.Success, sent: []string{"GET /Users/id-1", disable}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := tt.setup.users
			tt.setup.users = func(m *mapping.ObjectMapping) {
				m.Scope = department("Sales")
				if change != nil {
					change(m)
				}
			}
			w := newWorld(t, tt.setup)
			in := map[string]any{"department": "Sales"}
			w.must(t, ann(t, in), engine.ActionCreate, engine.Success)
			for name, value := range tt.attrs {
				in[name] = value
			}
			s := ann(t, in)
			if tt.leave != nil {
				tt.leave(&s)
			}
			out, sent := w.must(t, s, tt.action, tt.status)
			if out.Code != tt.code {
				t.Errorf("code %q, want %q", out.Code, tt.code)
			}
			if !strings.Contains(out.Message, tt.reasons) {
				t.Errorf("message %q does not say %q", out.Message, tt.reasons)
			}
			wantSent(t, sent, tt.sent...)
			_, linked := w.links.Target(mapping.User, annID)
			if linked == (tt.action == engine.ActionDelete) {
				t.Errorf("linked: %t after %s", linked, tt.action)
			}
		})
	}
}

func TestReturning(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	gone := ann(t, nil)
	gone.Assigned = false
	w.must(t, gone, engine.ActionDisable, engine.Success)
	if out, _ := w.must(t, gone, engine.ActionOther, engine.Skipped); out.Code != engine.SkipRedundantExport {
		t.Errorf("disabled twice: %s", out.Code)
	}
	_, sent := w.must(t, ann(t, nil), engine.ActionUpdate, engine.Success)
	wantSent(t, sent, "GET /Users/id-1", "PATCH /Users/id-1"+patchHead+`{"op":"Replace","path":"active","value":"True"}]}`)
}

// TestNeverCreated has the objects that are left alone while they are not linked.
func TestNeverCreated(t *testing.T) {
	scoped := setup{users: func(m *mapping.ObjectMapping) { m.Scope = department("Sales") }}
	tests := []struct {
		name   string
		setup  setup
		change func(*engine.Subject)
		attrs  map[string]any
		code   string
		sent   []string
		reason string
	}{
		{"unassigned", setup{}, func(s *engine.Subject) { s.Assigned = false }, nil, engine.SkipNotEntitled, nil, "not assigned"},
		{"filtered out", scoped, nil, map[string]any{"department": "Marketing"}, engine.SkipNotEntitled, nil, "staff.department EQUALS 'Sales'"},
		{"filtered out for want of a value", scoped, nil, nil, engine.SkipNotEntitled, nil, "scoping filter"},
		{"soft-deleted", setup{}, func(s *engine.Subject) { s.Deleted = engine.SoftDeleted }, nil, engine.SkipNotEntitled, nil, "deleted"},
		{"deleted for good", setup{}, func(s *engine.Subject) { s.Deleted = engine.HardDeleted }, nil, engine.SkipSynchronization, nil, "never provisioned"},
		// In scope, so it is matched; but nobody whose sign-in is blocked gets an account.
		{"sign-in blocked", setup{}, nil, map[string]any{"accountEnabled": false}, engine.SkipNotEntitled, []string{findAnn, findAnnID}, "accountEnabled"},
		{"creation not allowed", setup{users: func(m *mapping.ObjectMapping) { m.Actions = mapping.Update }}, nil, nil, engine.SkipSynchronization, []string{findAnn, findAnnID}, "Create"},
		{"mapping switched off", setup{users: func(m *mapping.ObjectMapping) { m.Enabled = false }}, nil, nil, engine.SkipSynchronization, nil, "switched off"},
		{"left out by an expression", setup{users: func(m *mapping.ObjectMapping) {
			m.Attributes = append(m.Attributes, mapping.Attribute{Target: text("nickName"), Kind: mapping.Expression, Source: text(`IIF([jobTitle] = "Engineer", IgnoreObjectFlow, "x")`)})
		}}, nil, nil, engine.SkipSynchronization, []string{findAnn, findAnnID}, "IgnoreObjectFlow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.setup)
			s := ann(t, tt.attrs)
			if tt.change != nil {
				tt.change(&s)
			}
			out, sent := w.must(t, s, engine.ActionOther, engine.Skipped)
			if out.Code != tt.code || !strings.Contains(out.Message, tt.reason) {
				t.Errorf("%s: %s; want %s and %q", out.Code, out.Message, tt.code, tt.reason)
			}
			wantSent(t, sent, tt.sent...)
			last := out.Steps[len(out.Steps)-1]
			if last.Name != engine.EntrySynchronizationSkip || last.Type != engine.StepExport || last.Status != engine.Skipped {
				t.Errorf("last step %+v, want the skip", last)
			}
		})
	}
}

// TestBlockedButThere: somebody whose sign-in is blocked and who has an account
// already is linked and switched off.
func TestBlockedButThere(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	w.links.Unlink(mapping.User, annID)
	w.must(t, ann(t, map[string]any{"accountEnabled": false}), engine.ActionDisable, engine.Success)
}

func TestOnCreationOnly(t *testing.T) {
	w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes[4].Default = new("Staff")
		m.Attributes = append(m.Attributes, mapping.Attribute{Target: text("nickName"), Source: text("givenName"), OnCreateOnly: true})
	}})
	w.must(t, ann(t, map[string]any{"jobTitle": nil}), engine.ActionCreate, engine.Success)
	stored := w.server.State().Users[0]
	if stored.Text("title") != "Staff" || stored.Text("nickName") != "Ann" {
		t.Fatalf("created with title %q and nickName %q, want the default and Ann", stored.Text("title"), stored.Text("nickName"))
	}
	_, sent := w.must(t, ann(t, map[string]any{"givenName": "Anna", "jobTitle": "Boss"}), engine.ActionUpdate, engine.Success)
	if last := sent[len(sent)-1]; strings.Contains(last, "nickName") || !strings.Contains(last, `"title","value":"Boss"`) {
		t.Errorf("sent %s; nickName is for creation only, title has a value now", last)
	}
	w.must(t, ann(t, map[string]any{"givenName": "Anna", "jobTitle": nil}), engine.ActionOther, engine.Skipped)
}

func TestManager(t *testing.T) {
	const manager = scim.EnterpriseUserSchema + ":manager"
	w := newWorld(t, setup{})
	out, _ := w.must(t, ann(t, map[string]any{"manager": bossID}), engine.ActionCreate, engine.Success)
	step := stepOf(t, out, engine.StepReference)
	if step.Status != engine.Warning || step.Details[0].Name != manager || !strings.Contains(step.Details[0].Value, "left out") {
		t.Errorf("step %+v, want a note that the manager is not provisioned", step)
	}
	w.must(t, ann(t, map[string]any{"objectId": bossID, "userPrincipalName": "boss@contoso.com"}), engine.ActionCreate, engine.Success)

	_, sent := w.must(t, ann(t, map[string]any{"manager": bossID}), engine.ActionUpdate, engine.Success)
	if last := sent[len(sent)-1]; !strings.Contains(last, manager) || !strings.Contains(last, "id-2") || strings.Contains(last, bossID) {
		t.Errorf("sent %s, want the target id of the manager on the extension's path", last)
	}
	w.must(t, ann(t, map[string]any{"manager": bossID}), engine.ActionOther, engine.Skipped)

	t.Run("of a new user", func(t *testing.T) {
		_, sent := w.must(t, ann(t, map[string]any{"objectId": salesID, "userPrincipalName": "cy@contoso.com", "manager": bossID}), engine.ActionCreate, engine.Success)
		if len(sent) != 4 || strings.Contains(sent[2], "manager") || !strings.HasPrefix(sent[3], "PATCH /Users/id-3") || !strings.Contains(sent[3], "id-2") {
			t.Errorf("sent %q, want the manager in a request after the creation", sent)
		}
	})
}

func stepOf(t *testing.T, out engine.Outcome, typ engine.StepType) engine.Step {
	t.Helper()
	for _, s := range out.Steps {
		if s.Type == typ {
			return s
		}
	}
	t.Fatalf("no step of type %s in %+v", typ, out.Steps)
	return engine.Step{}
}
