package census

import (
	"context"
	"iter"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// Directory is what is read of a tenant.
type Directory interface {
	Assignments(ctx context.Context, servicePrincipalID string) ([]entra.AppRoleAssignment, error)
	GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error)
	CountUsers(ctx context.Context) (int, error)
	CountGroups(ctx context.Context) (int, error)
	// Users lists the users with no more than the properties named, and their ids.
	Users(ctx context.Context, properties []string) iter.Seq2[map[string]any, error]
}

// Bounds of what is read for one plan.
const (
	maxGroups = 50   // whose members are read, a request or more each
	maxUsers  = 5000 // whose attributes are read to evaluate a scoping filter: six requests
	parallel  = 4    // groups at once
)

// Texts of what would happen to those who are counted.
const (
	leaveText   = "leave scope and be disabled or deleted in the application"
	stayText    = "leave scope and stay in the application as they are"
	rematchText = "be matched again, and be created anew where no counterpart is found"
	activeText  = "no longer be switched off in the application when they leave"
	undoneText  = "be disabled or deleted in the application, being out of scope already"
)

// Count counts whom the plan would touch, one Impact for each way; a way that
// touches nobody is left out. Where the tenant refuses to tell, all accounts that the
// job has linked count, and where those are not known the number is unknown. The error is that of the context.
func Count(ctx context.Context, d Directory, r *plan.Reach) ([]plan.Impact, error) {
	if r == nil {
		return nil, nil
	}
	c := &counter{ctx: ctx, d: d, r: r}
	var out []plan.Impact
	add := func(risk, effect string, count func() (tally, error)) {
		t, err := count()
		switch {
		case err != nil && r.Users.Linked > 0:
			// Nobody beside those who are linked has anything to lose.
			out = append(out, plan.Impact{Risk: risk, Effect: effect, People: r.Users.Linked, Groups: r.Groups.Linked, AtMost: true})
		case err != nil:
			out = append(out, plan.Impact{Risk: risk, Effect: effect, Unknown: err.Error()})
		case t.people+t.groups > 0:
			out = append(out, plan.Impact{Risk: risk, Effect: effect, People: t.people, Groups: t.groups, AtMost: t.atMost})
		}
	}
	if r.Stay {
		add("", stayText, c.leavers)
	} else {
		add(plan.RiskLeaveScope, leaveText, c.leavers)
	}
	add(plan.RiskRematch, rematchText, c.rematched)
	if r.StayActive {
		add(plan.RiskStayActive, activeText, c.accounts)
	}
	if r.Undone {
		add(plan.RiskSkippedDeletions, undoneText, c.leftBehind)
	}
	return out, ctx.Err()
}

// tally is a number of people and groups.
type tally struct {
	people, groups int
	atMost         bool
}

// bound lowers a number that counts objects in the directory to the accounts that
// the job has linked: whoever has none has nothing to lose.
func bound(n, linked int) int {
	if linked > 0 {
		return min(n, linked)
	}
	return n
}
