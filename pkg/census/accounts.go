package census

import (
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// rematched counts the accounts of the objects whose matching attribute changes.
func (c *counter) rematched() (tally, error) {
	var t tally
	if c.r.Users.Rematched {
		people, err := c.accounts()
		if err != nil {
			return t, err
		}
		t = people
	}
	if !c.r.Groups.Rematched {
		return t, nil
	}
	n, atMost, err := c.groupAccounts()
	t.groups, t.atMost = n, t.atMost || atMost
	return t, err
}

// accounts counts the people who have an account in the application: those whom the
// job says it has linked, else at most those in scope.
func (c *counter) accounts() (tally, error) {
	if n := c.r.Users.Linked; n > 0 {
		return tally{people: n}, nil
	}
	n, err := c.everybodyIn()
	return tally{people: n, atMost: n > 0}, err
}

func (c *counter) groupAccounts() (n int, atMost bool, err error) {
	switch {
	case c.r.Groups.Linked > 0:
		return c.r.Groups.Linked, false, nil
	case c.r.AllBefore:
		n, err = c.d.CountGroups(c.ctx)
		return n, n > 0, err
	}
	var before []plan.Member
	before, _, err = c.seats()
	groups := of(before, entra.GroupPrincipal)
	return len(groups), len(groups) > 0, err
}

// leftBehind counts, as an upper bound, the people who have an account and are out of
// scope: all who are linked beside those in scope, or everybody who is not in scope
// where the job does not say whom it has linked.
func (c *counter) leftBehind() (tally, error) {
	in, err := c.everybodyIn()
	if err != nil {
		return tally{}, err
	}
	if !isEmpty(c.r.Users.Before) {
		in = 0 // whom the filter leaves out is not known
	}
	all := c.r.Users.Linked
	if all == 0 {
		if all, err = c.allUsers(); err != nil {
			return tally{}, err
		}
	}
	n := max(0, all-in)
	return tally{people: n, atMost: n > 0}, nil
}
