package endpoint

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

func loadChecks() []Check {
	return []Check{
		{
			ID: "T-16", Title: "answers are fast", Group: Transport, Suites: OktaSuite | Core, Needs: Alone, Impact: Impact{Entra: Note, Okta: Degrades},
			Why:    "A cycle is one request after the other. Okta's older acceptance test wants a list within 600 ms and a single user within 400 ms.",
			Fix:    "Index the attributes that are searched for, and keep the service warm.",
			Source: "endpoint_checks T-16; entra_wire W-63", Run: latency,
		},
		{
			ID: "T-17", Title: "25 requests a second are taken", Group: Transport, Suites: EntraSuite, Needs: Load | Alone, Impact: Impact{Entra: Degrades},
			Why:    "Applications of Entra's gallery must take that much from one tenant.",
			Fix:    "Raise the rate limit, or add capacity.",
			Source: "endpoint_checks T-17; entra_wire W-84", Run: sustained,
		},
		{
			ID: "T-18", Title: "429 says when to come back", Group: Transport, Suites: Core | EntraSuite | OktaSuite, Needs: Alone, Impact: degradesAll,
			Why:    "Without a Retry-After a client guesses, and comes back too early or much too late.",
			Fix:    "Send Retry-After with 429, in seconds.",
			Source: "endpoint_checks T-18; entra_wire W-85 [?]; RFC 6585 §4", Run: retryAfter,
		},
	}
}

// Limits of T-16.
const (
	listLimit   = 600 * time.Millisecond
	singleLimit = 400 * time.Millisecond
	samples     = 12
)

func latency(ctx context.Context, p *Probe) {
	measure := func(r request) time.Duration {
		var took []time.Duration
		for range samples {
			a := p.do(ctx, r)
			if a.Err != nil || a.Status >= 500 {
				p.block("a request that it measures fails: %s", a.Says())
			}
			took = append(took, a.Exchange.Took)
		}
		slices.Sort(took)
		return took[len(took)*19/20-1]
	}
	list := measure(get("Users", scim.Param{Name: "startIndex", Value: "1"}, scim.Param{Name: "count", Value: "10"}))
	p.expect(list <= listLimit, "95 % of lists are answered within 600 ms", "they take up to %s", list.Round(time.Millisecond))
	if p.runner.options.ReadOnly {
		return
	}
	u := p.newUser(ctx)
	single := measure(one(http.MethodGet, "Users", u.ID))
	p.expect(single <= singleLimit, "95 % of reads of one user are answered within 400 ms", "they take up to %s", single.Round(time.Millisecond))
}

func sustained(ctx context.Context, p *Probe) {
	const seconds, each = 4, DefaultRate
	refused, failed, lost := 0, 0, 0
	for range seconds {
		started := p.runner.options.Now()
		requests := make([]request, each)
		for i := range requests {
			requests[i] = p.nobodyQuery()
			requests[i].NoRetry = true
		}
		for _, a := range p.together(ctx, requests...) {
			switch {
			case a.Err != nil:
				lost++
			case a.Status == http.StatusTooManyRequests:
				refused++
			case a.Status >= 500:
				failed++
			}
		}
		if rest := time.Second - p.runner.options.Now().Sub(started); rest > 0 && p.runner.options.Sleep(ctx, rest) != nil {
			p.end(Interrupted, "the run was interrupted")
		}
	}
	p.expect(refused == 0, "none of 100 requests in 4 seconds is refused with 429", "%d are", refused)
	p.expect(failed+lost == 0, "none of 100 requests in 4 seconds fails", "%d fail and %d have no answer", failed, lost)
}

func retryAfter(_ context.Context, p *Probe) {
	seen, silent := p.runner.wire.throttled.Load(), p.runner.wire.silent.Load()
	if seen == 0 {
		p.notOffered("no request of this run was answered 429")
	}
	p.expect(silent == 0, "429 comes with a Retry-After header", "%d of %d came without", silent, seen)
}
