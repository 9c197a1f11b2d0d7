package census

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// counter counts for one plan. What it has read it keeps.
type counter struct {
	ctx context.Context
	d   Directory
	r   *plan.Reach

	assigned []plan.Member
	known    bool
	members  map[string][]string // group id -> users
	users    int
	counted  bool
}

// ids is a set of object ids.
type ids map[string]bool

// leavers counts who is in scope before the plan and not after it.
func (c *counter) leavers() (tally, error) {
	var t tally
	if c.r.Users.On {
		n, atMost, err := c.leavingUsers()
		if err != nil {
			return t, err
		}
		t.people, t.atMost = bound(n, c.r.Users.Linked), atMost && n > 0
	}
	if c.r.Groups.On {
		n, atMost, err := c.leavingGroups()
		if err != nil {
			return t, err
		}
		t.groups, t.atMost = bound(n, c.r.Groups.Linked), t.atMost || atMost && n > 0
	}
	return t, nil
}

// narrower reports whether the scope shrinks, filters aside.
func (c *counter) narrower() bool {
	return !c.r.AllAfter && (c.r.AllBefore || len(c.r.Removed) > 0)
}

func (c *counter) leavingUsers() (n int, atMost bool, err error) {
	filters := c.r.Users
	switch {
	case !c.narrower() && !filters.Refilter:
		return 0, false, nil
	case filters.Refilter:
		n, known, err := c.filtered()
		if err != nil || known {
			return n, false, err
		}
		n, err = c.everybodyIn()
		return n, true, err
	}
	// The filter stays, so whoever it leaves out was out before.
	atMost = !isEmpty(filters.Before)
	after, err := c.peopleAssigned(false)
	if err != nil {
		return 0, false, err
	}
	if c.r.AllBefore {
		n, err := c.allUsers()
		return max(0, n-len(after)), atMost, err
	}
	before, err := c.peopleAssigned(true)
	if err != nil {
		return 0, false, err
	}
	for id := range before {
		if !after[id] {
			n++
		}
	}
	return n, atMost, nil
}

func (c *counter) leavingGroups() (n int, atMost bool, err error) {
	if !c.narrower() && !c.r.Groups.Refilter {
		return 0, false, nil
	}
	before, after, err := c.seats()
	if err != nil {
		return 0, false, err
	}
	groupsAfter := of(after, entra.GroupPrincipal)
	if c.r.Groups.Refilter {
		groupsAfter = nil // none of them is known to pass the new filter
	}
	atMost = !isEmpty(c.r.Groups.Before) || c.r.Groups.Refilter
	if c.r.AllBefore {
		n, err := c.d.CountGroups(c.ctx)
		return max(0, n-len(groupsAfter)), atMost, err
	}
	for id := range of(before, entra.GroupPrincipal) {
		if !groupsAfter[id] {
			n++
		}
	}
	return n, atMost, nil
}

// everybodyIn is how many people are in scope before the plan, without regard to
// filters.
func (c *counter) everybodyIn() (int, error) {
	if c.r.AllBefore {
		return c.allUsers()
	}
	before, err := c.peopleAssigned(true)
	return len(before), err
}

func (c *counter) allUsers() (int, error) {
	if c.counted {
		return c.users, nil
	}
	n, err := c.d.CountUsers(c.ctx)
	if err != nil {
		return 0, err
	}
	c.users, c.counted = n, true
	return n, nil
}

// seats returns who is assigned before and after the plan.
func (c *counter) seats() (before, after []plan.Member, err error) {
	if !c.known {
		if c.assigned, err = c.readSeats(); err != nil {
			return nil, nil, err
		}
		c.known = true
	}
	for _, m := range c.assigned {
		if !slices.Contains(c.r.Removed, m) {
			after = append(after, m)
		}
	}
	return c.assigned, append(after, c.r.Added...), nil
}

func (c *counter) readSeats() ([]plan.Member, error) {
	if c.r.Known {
		return c.r.Assigned, nil
	}
	list, err := c.d.Assignments(c.ctx, c.r.ServicePrincipalID)
	if err != nil {
		return nil, err
	}
	var out []plan.Member
	for _, a := range list {
		if a.PrincipalType != entra.ServicePrincipalPrincipal {
			out = append(out, plan.Member{Type: a.PrincipalType, ID: a.PrincipalID})
		}
	}
	return out, nil
}

// peopleAssigned are the users who are assigned before or after the plan, directly or
// as direct members of a group. Source: graph_contract §3.
func (c *counter) peopleAssigned(beforePlan bool) (ids, error) {
	before, after, err := c.seats()
	if err != nil {
		return nil, err
	}
	members := after
	if beforePlan {
		members = before
	}
	people := of(members, entra.UserPrincipal)
	groups := of(members, entra.GroupPrincipal)
	if err := c.readMembers(groups); err != nil {
		return nil, err
	}
	for g := range groups {
		for _, id := range c.members[g] {
			people[id] = true
		}
	}
	return people, nil
}

// readMembers reads the members of groups that were not read before.
func (c *counter) readMembers(groups ids) error {
	var missing []string
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if _, read := c.members[g]; !read {
			missing = append(missing, g)
		}
	}
	if len(c.members)+len(missing) > maxGroups {
		return fmt.Errorf("more than %d groups are assigned", maxGroups)
	}
	if c.members == nil {
		c.members = map[string][]string{}
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(c.ctx)
	g.SetLimit(parallel)
	for _, id := range missing {
		g.Go(func() error {
			list, err := c.d.GroupMembers(ctx, id)
			if err != nil {
				return err
			}
			users := []string{}
			for _, m := range list {
				if m.Type == entra.UserPrincipal {
					users = append(users, m.ID)
				}
			}
			mu.Lock()
			c.members[id] = users
			mu.Unlock()
			return nil
		})
	}
	return g.Wait()
}

// of returns the ids of the members of one type.
func of(members []plan.Member, typ entra.PrincipalType) ids {
	set := ids{}
	for _, m := range members {
		if m.Type == typ {
			set[m.ID] = true
		}
	}
	return set
}
