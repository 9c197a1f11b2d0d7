package graph

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

const (
	selectUser   = "id,displayName,userPrincipalName,mail"
	selectGroup  = "id,displayName,mail"
	selectMember = "id,displayName,userPrincipalName,mail"
)

// fewLookUps are sent one by one; more go into $batch.
const fewLookUps = 3

// lookUp is one question about one reference.
type lookUp struct {
	ref entra.PrincipalRef
	r   *request
}

// Principals looks users and groups up. Every reference is in the answer; its
// list is empty when the name fits none, and has several when it fits several.
// A user principal name and a mail address are both looked for, since they may
// belong to two users. Principals are sorted by display name and id.
// Source: graph_contract §3.
func (c *Client) Principals(ctx context.Context, refs []entra.PrincipalRef) (map[entra.PrincipalRef][]entra.Principal, error) {
	found := make(map[entra.PrincipalRef][]entra.Principal, len(refs))
	var all []lookUp
	for _, ref := range refs {
		if _, ok := found[ref]; ok {
			continue
		}
		found[ref] = nil
		questions, err := lookUps(ref)
		if err != nil {
			return nil, err
		}
		all = append(all, questions...)
	}
	if len(all) <= fewLookUps {
		for _, q := range all {
			if err := c.ask(ctx, q, found); err != nil {
				return nil, err
			}
		}
	} else if err := c.askAll(ctx, all, found); err != nil {
		return nil, err
	}
	for ref, list := range found {
		slices.SortFunc(list, func(a, b entra.Principal) int {
			return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ID, b.ID))
		})
		found[ref] = slices.CompactFunc(list, func(a, b entra.Principal) bool { return a.ID == b.ID })
	}
	return found, nil
}

// lookUps are the questions that a reference needs.
func lookUps(ref entra.PrincipalRef) ([]lookUp, error) {
	op := fmt.Sprintf("find the %s %q", strings.ToLower(string(ref.Type)), ref.Name)
	var paths [][]string
	var filters []string
	var properties string
	collection, needs := "users", needsUsers
	switch {
	case strings.TrimSpace(ref.Name) == "":
		return nil, &Error{Op: op, Kind: Invalid, Message: "the name is empty", unsent: true}
	case ref.Type == entra.UserPrincipal:
		properties = selectUser
		switch {
		case isID(ref.Name):
			paths = [][]string{{"users", ref.Name}}
		case strings.Contains(ref.Name, "@"):
			paths = [][]string{userPath(ref.Name)}
			filters = []string{"mail eq " + quote(ref.Name)}
		}
	case ref.Type == entra.GroupPrincipal:
		collection, needs, properties = "groups", needsGroups, selectGroup
		switch {
		case isID(ref.Name):
			paths = [][]string{{"groups", ref.Name}}
		case strings.Contains(ref.Name, "@"):
			filters = []string{"displayName eq " + quote(ref.Name), "mail eq " + quote(ref.Name)}
		default:
			filters = []string{"displayName eq " + quote(ref.Name), "mailNickname eq " + quote(ref.Name)}
		}
	default:
		return nil, &Error{Op: op, Kind: Invalid, Message: fmt.Sprintf("a principal of type %q cannot be looked up", ref.Type), unsent: true}
	}
	var all []lookUp
	for _, p := range paths {
		all = append(all, lookUp{ref, &request{op: op, method: http.MethodGet, path: p, query: odata("$select", properties), needs: needs}})
	}
	for _, f := range filters {
		all = append(all, lookUp{ref, &request{op: op, method: http.MethodGet, path: []string{collection}, query: odata("$filter", f, "$select", properties), needs: needs}})
	}
	return all, nil
}

// userPath addresses a user by name. A name that begins with "$" would be taken
// for a command of OData without the parentheses. Source: graph_contract §3.
func userPath(name string) []string {
	if strings.HasPrefix(name, "$") {
		return []string{"users(" + quote(name) + ")"}
	}
	return []string{"users", name}
}

// single reports whether the answer of a question is one object, not a list.
func (q lookUp) single() bool { return len(q.r.path) == 2 || strings.HasPrefix(q.r.path[0], "users(") }

// ask sends one question.
func (c *Client) ask(ctx context.Context, q lookUp, found map[entra.PrincipalRef][]entra.Principal) error {
	get := list[entra.Principal]
	if q.single() {
		get = one[entra.Principal]
	}
	answer, err := get(ctx, c, q.r)
	add(found, q.ref, answer)
	return err
}

// askAll sends many questions together.
func (c *Client) askAll(ctx context.Context, all []lookUp, found map[entra.PrincipalRef][]entra.Principal) error {
	requests := make([]*request, len(all))
	for i, q := range all {
		requests[i] = q.r
	}
	responses, faults, err := c.batched(ctx, fmt.Sprintf("find %d users and groups", len(found)), requests)
	if err != nil {
		return err
	}
	for i, q := range all {
		switch e := faults[i]; {
		case e != nil && e.Kind == NotFound && !e.foreign && q.single():
		case e != nil:
			return e
		case q.single():
			var p entra.Principal
			if err := c.decode(q.r, responses[i], &p); err != nil {
				return err
			}
			add(found, q.ref, []entra.Principal{p})
		default:
			var p page[entra.Principal]
			if err := c.decode(q.r, responses[i], &p); err != nil {
				return err
			}
			if p.Next != "" { // more than a page of one name: read them in order
				if err := c.ask(ctx, q, found); err != nil {
					return err
				}
				continue
			}
			add(found, q.ref, p.Value)
		}
	}
	return nil
}

func add(found map[entra.PrincipalRef][]entra.Principal, ref entra.PrincipalRef, answer []entra.Principal) {
	for _, p := range answer {
		if p.ID != "" {
			p.Type = ref.Type
			found[ref] = append(found[ref], p)
		}
	}
}

// GroupMembers returns the direct members of a group, users and groups alike, in
// the order of Graph. Devices and other members are left out.
// Source: graph_contract §11.
func (c *Client) GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error) {
	type member struct {
		entra.Principal
		ODataType string `json:"@odata.type"`
	}
	found, err := list[member](ctx, c, &request{
		op: "read the members of the group " + groupID, method: http.MethodGet, path: []string{"groups", groupID, "members"},
		query: odata("$select", selectMember, "$top", "999"), needs: needsMembers,
	})
	if err != nil {
		return nil, err
	}
	var members []entra.Principal
	for _, m := range found {
		switch m.ODataType {
		case "#microsoft.graph.user":
			m.Type = entra.UserPrincipal
		case "#microsoft.graph.group":
			m.Type = entra.GroupPrincipal
		default:
			continue
		}
		members = append(members, m.Principal)
	}
	return members, nil
}
