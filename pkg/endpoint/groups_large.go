package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

func largeGroupChecks() []Check {
	return []Check{{
		ID: "G-12", Title: "a large group is changed and read in time", Group: Groups, Suites: EntraSuite | Core, Needs: Writes | GroupObjects | Large | Alone | EntraRequests, Impact: Impact{Entra: Degrades, Okta: Degrades},
		Why:    "Groups of thousands are common. A server that reads and writes all members for each change becomes slower with each batch, and then times out.",
		Fix:    "Store memberships in rows of their own, answer PATCH with 204, and leave members out where excludedAttributes asks for it.",
		Source: "endpoint_checks G-12, G-20; entra_wire W-04", Run: largeGroup,
	}}
}

const (
	// memberBatch is how many members one PATCH adds.
	memberBatch = 1000

	// slowChange is how long a change or a read of a large group may take.
	slowChange = 5 * time.Second

	// atOnce is how many of the users of a large group are made at a time.
	atOnce = 8
)

func largeGroup(ctx context.Context, p *Probe) {
	d := p.entraDialects()[0]
	size := p.runner.options.LargeGroups
	ids := p.manyUsers(ctx, size)
	g := p.newGroup(ctx)
	in := func(what string, a *answer) {
		p.expect(a.Exchange.Took <= slowChange, what+" ends within 5 seconds", "it took %s", a.Exchange.Took.Round(time.Millisecond))
	}
	for batch := range slices.Chunk(ids, memberBatch) {
		a := p.patchGroup(ctx, d, g.ID, scim.AddMembers(d, batch))
		if !p.took(a, fmt.Sprintf("Add of up to %d members", memberBatch)) {
			return
		}
		in("Add of members to a large group", a)
	}
	read := p.do(ctx, one(http.MethodGet, "Groups", g.ID, d.ReadGroup()...))
	p.answers(read, http.StatusOK)
	in("a read of a large group without members", read)
	one := p.patchGroup(ctx, d, g.ID, scim.RemoveMembers(d, ids[:1]))
	p.took(one, "Remove of one member of a large group")
	in("Remove of one member of a large group", one)
	lost := 0
	if m := p.members(ctx, g.ID); m.shown {
		there := make(map[string]bool, len(m.ids))
		for _, id := range m.ids {
			there[id] = true
		}
		for _, id := range ids[1:] {
			if !there[id] {
				lost++
			}
		}
		p.expect(!there[ids[0]], "a removed member of a large group is gone", "it is still there")
	}
	p.as(Impact{Entra: Breaks, Okta: Breaks}).expect(lost == 0, "a large group keeps all its members", "%d of %d are missing", lost, size-1)
}

// manyUsers makes users, some at a time.
func (p *Probe) manyUsers(ctx context.Context, n int) []string {
	ids := make([]string, 0, n)
	for len(ids) < n {
		requests := make([]request, min(atOnce, n-len(ids)))
		for i := range requests {
			requests[i] = post("Users", p.userBody())
		}
		for _, a := range p.together(ctx, requests...) {
			if !a.OK() || a.ID() == "" {
				p.block("the users that it needs could not be made: %s", a.Says())
			}
			ids = append(ids, a.ID())
		}
	}
	return ids
}
