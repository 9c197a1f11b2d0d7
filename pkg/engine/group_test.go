package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

const findSales = `GET /Groups?excludedAttributes=members&filter=displayName eq "Sales"`

// plain hides Memberships and Sources of a Memory.
type plain struct{ engine.Links }

func TestGroup(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)

	out, sent := w.must(t, sales(t, annID, bossID), engine.ActionCreate, engine.Success)
	if len(sent) != 3 || sent[0] != findSales || !strings.HasPrefix(sent[1], "POST /Groups {") || strings.Contains(sent[1], "members") {
		t.Fatalf("sent %q, want a search without members and a creation without members", sent)
	}
	if want := "PATCH /Groups/id-2" + patchHead + `{"op":"Add","path":"members","value":[{"$ref":null,"value":"id-1"}]}]}`; sent[2] != want {
		t.Errorf("sent %s\nwant %s", sent[2], want)
	}
	step := stepOf(t, out, engine.StepReference)
	if step.Status != engine.Warning || !strings.Contains(fmt.Sprint(step.Details), bossID+" is not provisioned") {
		t.Errorf("step %+v, want a note about the member that is not provisioned", step)
	}

	t.Run("members are not sent twice", func(t *testing.T) {
		_, sent := w.must(t, sales(t, annID), engine.ActionOther, engine.Skipped)
		wantSent(t, sent, "GET /Groups/id-2?excludedAttributes=members")
	})
	t.Run("a new member", func(t *testing.T) {
		w.must(t, ann(t, map[string]any{"objectId": bossID, "userPrincipalName": "boss@contoso.com"}), engine.ActionCreate, engine.Success)
		_, sent := w.must(t, sales(t, annID, bossID), engine.ActionUpdate, engine.Success)
		if last := sent[len(sent)-1]; !strings.Contains(last, `"value":"id-3"`) || strings.Contains(last, "id-1") {
			t.Errorf("sent %s, want the new member only", last)
		}
	})
	t.Run("a member that left", func(t *testing.T) {
		s := sales(t, bossID)
		s.Removed = []engine.Member{{Type: mapping.User, ID: annID}, {Type: mapping.User, ID: "nobody"}}
		out, sent := w.must(t, s, engine.ActionUpdate, engine.Success)
		wantSent(t, sent, "GET /Groups/id-2?excludedAttributes=members",
			"PATCH /Groups/id-2"+patchHead+`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"id-1"}]}]}`)
		if p := out.Modified[0]; p.Name != "members" || p.New != nil || *p.Old != "id-1" {
			t.Errorf("modified %+v", p)
		}
	})
	t.Run("unassigned", func(t *testing.T) {
		s := sales(t, bossID)
		s.Assigned = false
		_, sent := w.must(t, s, engine.ActionDelete, engine.Success)
		wantSent(t, sent, "GET /Groups/id-2?excludedAttributes=members", "DELETE /Groups/id-2")
		if _, linked := w.links.Target(mapping.Group, salesID); linked {
			t.Error("the deleted group is still linked")
		}
	})
	t.Run("and back with its members", func(t *testing.T) {
		_, sent := w.must(t, sales(t, bossID), engine.ActionCreate, engine.Success)
		if last := sent[len(sent)-1]; !strings.Contains(last, `"value":"id-3"`) {
			t.Errorf("sent %q, want the members again", sent)
		}
	})
}

func TestMembersWithoutMemory(t *testing.T) {
	w := newWorld(t, setup{config: func(c *engine.Config) { c.Links = plain{c.Links} }})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	w.must(t, sales(t, annID), engine.ActionCreate, engine.Success)
	_, sent := w.must(t, sales(t, annID), engine.ActionUpdate, engine.Success)
	if last := sent[len(sent)-1]; !strings.Contains(last, `"value":"id-1"`) {
		t.Errorf("sent %q; links that remember no memberships have them sent every time", sent)
	}
}

func TestMembersNotMapped(t *testing.T) {
	w := newWorld(t, setup{groups: func(m *mapping.ObjectMapping) { m.Attributes = m.Attributes[:2] }})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	_, sent := w.must(t, sales(t, annID), engine.ActionCreate, engine.Success)
	if len(sent) != 2 {
		t.Errorf("sent %q, want no members", sent)
	}
}

func TestManyMembers(t *testing.T) {
	w := newWorld(t, setup{handler: scripted{
		"GET /Groups": {status: 200, body: list()}, "PATCH /Groups/g1": {status: 204},
		"POST /Groups": {status: 201, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g1","displayName":"Sales"}`},
	}})
	var ids []string
	for i := range 250 {
		id := fmt.Sprintf("user-%d", i)
		ids = append(ids, id)
		w.links.Link(mapping.User, id, id)
	}
	_, sent := w.must(t, sales(t, ids...), engine.ActionCreate, engine.Success)
	if len(sent) != 5 {
		t.Fatalf("%d requests, want search, creation and three of at most 100 members", len(sent))
	}
	all := strings.Join(sent[2:], "")
	for _, id := range ids {
		if strings.Count(all, `"`+id+`"`) != 1 {
			t.Fatalf("member %s is not sent exactly once", id)
		}
	}
}

func TestMemory(t *testing.T) {
	l := engine.NewMemory()
	member := engine.Member{Type: mapping.User, ID: "u"}
	l.Link(mapping.User, "u", "t1")
	l.Link(mapping.User, "u", "t2")
	if _, linked := l.Source(mapping.User, "t1"); linked {
		t.Error("the old target is still linked after another Link")
	}
	if id, linked := l.Source(mapping.User, "t2"); !linked || id != "u" {
		t.Errorf("t2 belongs to %q (%t), want u", id, linked)
	}
	l.SetMember("g", member, true)
	l.SetMember("h", member, true)
	l.SetMember("h", member, false)
	if !l.HasMember("g", member) || l.HasMember("h", member) {
		t.Error("memberships are not as they were set")
	}
	l.Unlink(mapping.User, "u")
	if l.HasMember("g", member) {
		t.Error("an unlinked user is still a member")
	}
	l.SetMember("g", member, true)
	l.Unlink(mapping.Group, "g")
	if l.HasMember("g", member) {
		t.Error("an unlinked group still has members")
	}
	if l.HasMember("nowhere", member) {
		t.Error("an unknown group has members")
	}
}
