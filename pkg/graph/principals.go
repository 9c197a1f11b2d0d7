package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
)

const (
	selectUser  = "id,displayName,userPrincipalName,mail"
	selectGroup = "id,displayName,mail"
)

// fewLookUps are sent each for itself; more go into $batch, and ids into getByIds.
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
	var names, ids []lookUp
	for _, ref := range refs {
		if _, ok := found[ref]; ok {
			continue
		}
		found[ref] = nil
		q, err := question(ref)
		switch {
		case err != nil:
			return nil, err
		case q.r == nil: // nothing has such a name
		case isID(ref.Name):
			ids = append(ids, q)
		default:
			names = append(names, q)
		}
	}
	if len(ids) > fewLookUps {
		known, err := c.byIDs(ctx, ids, found)
		if err != nil {
			return nil, err
		}
		if known {
			ids = nil
		}
	}
	if err := c.askAll(ctx, slices.Concat(names, ids), found); err != nil {
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

// question is what has to be asked about a reference. A user without an address
// can have no name that fits, so nothing is asked.
func question(ref entra.PrincipalRef) (lookUp, error) {
	r := &request{op: fmt.Sprintf("find the %s %q", strings.ToLower(string(ref.Type)), ref.Name), method: http.MethodGet}
	var properties, either string
	switch ref.Type {
	case entra.UserPrincipal:
		r.path, r.needs, properties, either = []string{"users"}, needsUsers, selectUser, "userPrincipalName"
	case entra.GroupPrincipal:
		r.path, r.needs, properties, either = []string{"groups"}, needsGroups, selectGroup, "displayName"
	default:
		return lookUp{}, &Error{Op: r.op, Kind: Invalid, Message: fmt.Sprintf("a principal of type %q cannot be looked up", ref.Type), unsent: true}
	}
	other := "mail"
	switch {
	case strings.TrimSpace(ref.Name) == "":
		return lookUp{}, &Error{Op: r.op, Kind: Invalid, Message: "the name is empty", unsent: true}
	case isID(ref.Name):
		r.path, r.query = append(r.path, ref.Name), odata("$select", properties)
		return lookUp{ref, r}, nil
	case strings.Contains(ref.Name, "@"):
	case ref.Type == entra.UserPrincipal:
		return lookUp{ref: ref}, nil
	default:
		other = "mailNickname"
	}
	r.query = odata("$filter", either+" eq "+quote(ref.Name)+" or "+other+" eq "+quote(ref.Name), "$select", properties)
	return lookUp{ref, r}, nil
}

// single reports whether the answer of a question is one object, not a list.
func (q lookUp) single() bool { return len(q.r.path) == 2 }

// askAll asks all questions at the same time: a few each for itself, many together.
func (c *Client) askAll(ctx context.Context, all []lookUp, found map[entra.PrincipalRef][]entra.Principal) error {
	if len(all) > fewLookUps {
		return c.askTogether(ctx, all, found)
	}
	answers := make([][]entra.Principal, len(all))
	g, ctx := errgroup.WithContext(ctx)
	for i, q := range all {
		g.Go(func() (err error) {
			answers[i], err = c.ask(ctx, q)
			return err
		})
	}
	err := g.Wait()
	for i, q := range all {
		add(found, q.ref, answers[i])
	}
	return err
}

// ask sends one question.
func (c *Client) ask(ctx context.Context, q lookUp) ([]entra.Principal, error) {
	if q.single() {
		return one[entra.Principal](ctx, c, q.r)
	}
	return list[entra.Principal](ctx, c, q.r)
}

// askTogether sends many questions in batches.
func (c *Client) askTogether(ctx context.Context, all []lookUp, found map[entra.PrincipalRef][]entra.Principal) error {
	requests := make([]*request, len(all))
	for i, q := range all {
		requests[i] = q.r
	}
	responses, errs := c.batched(ctx, fmt.Sprintf("find %d users and groups", len(all)), requests, nil)
	for i, q := range all {
		if e, ok := errors.AsType[*Error](errs[i]); ok {
			if e.Kind == NotFound && !e.foreign && q.single() {
				continue
			}
			return e
		}
		answer, err := c.answerTo(ctx, q, responses[i])
		if err != nil {
			return err
		}
		add(found, q.ref, answer)
	}
	return nil
}

// answerTo reads the answer that a batch gave to a question.
func (c *Client) answerTo(ctx context.Context, q lookUp, res *response) ([]entra.Principal, error) {
	if q.single() {
		var p entra.Principal
		err := c.decode(q.r, res, &p)
		return []entra.Principal{p}, err
	}
	var p page[entra.Principal]
	if err := c.decode(q.r, res, &p); err != nil {
		return nil, err
	}
	if p.Next != "" { // more than a page of one name: read them in order
		return c.ask(ctx, q)
	}
	return p.Value, nil
}

func add(found map[entra.PrincipalRef][]entra.Principal, ref entra.PrincipalRef, answer []entra.Principal) {
	for _, p := range answer {
		if p.ID != "" {
			p.Type = ref.Type
			found[ref] = append(found[ref], p)
		}
	}
}
