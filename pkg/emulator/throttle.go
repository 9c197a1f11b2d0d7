package emulator

import (
	"math"
	"strings"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

// Budgets that Microsoft documents, per application and tenant. Those of the directory
// are from 2021 and may have moved [?]; that of the logs is a guess on the careful
// side [?]; other calls of synchronization have none that is published.
// Source: graph_contract §1, throttling.
const (
	smallTenant, largeTenant = 50, 500 // users from which a tenant is medium, and large
	smallBudget              = 3500    // resource units in unitWindow
	mediumBudget             = 5000
	largeBudget              = 8000
	unitWindow               = 10 * time.Second
	writeBudget              = 3000
	writeWindow              = 150 * time.Second
	onDemandBudget           = 5
	logBudget                = 5
)

// bucket holds tokens that come back evenly over a window.
type bucket struct {
	size   float64
	window time.Duration
	left   float64
	at     time.Time
}

// take takes n tokens, or says how long it is until there are so many.
func (b *bucket) take(now time.Time, n float64) time.Duration {
	if b.at.IsZero() {
		b.left, b.at = b.size, now
	}
	rate := b.size / b.window.Seconds()
	b.left = min(b.size, b.left+max(0, now.Sub(b.at).Seconds())*rate)
	b.at = now
	if b.left < n {
		return time.Duration(math.Ceil((n-b.left)/rate)) * time.Second
	}
	b.left -= n
	return 0
}

// budgets are the buckets of a tenant, made as they are first needed.
type budgets struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

func (t *budgets) take(now time.Time, name string, size float64, window time.Duration, n float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buckets == nil {
		t.buckets = map[string]*bucket{}
	}
	if t.buckets[name] == nil {
		t.buckets[name] = &bucket{size: size, window: window}
	}
	return t.buckets[name].take(now, n)
}

// overspent charges a request to the budgets, and returns how long to wait when
// there is not enough left. Each request of a batch is charged on its own.
func (e *Emulator) overspent(r *route, q odata.Query) time.Duration {
	if !e.behaviour().Budgets {
		return 0
	}
	now := e.now()
	switch {
	case r.area == logs:
		return e.budgets.take(now, "logs", logBudget, unitWindow, 1)
	case strings.HasSuffix(r.pattern, "/provisionOnDemand"):
		return e.budgets.take(now, "on demand", onDemandBudget, unitWindow, 1)
	case r.area != directory:
		return 0
	}
	if r.method != "GET" {
		if wait := e.budgets.take(now, "writes", writeBudget, writeWindow, 1); wait > 0 {
			return wait
		}
	}
	return e.budgets.take(now, "units", e.unitBudget(), unitWindow, unitCost(r, q))
}

func (e *Emulator) unitBudget() float64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	switch n := len(e.state.Users.list); {
	case n < smallTenant:
		return smallBudget
	case n <= largeTenant:
		return mediumBudget
	}
	return largeBudget
}

// unitCost is what a request of the directory costs.
func unitCost(r *route, q odata.Query) float64 {
	cost := 1
	if r.method == "GET" && (r.pattern == "/users" || r.pattern == "/applications") {
		cost = 2
	}
	if len(q.Select) > 0 {
		cost--
	}
	if len(q.Expand) > 0 {
		cost++
	}
	if q.Top >= 0 && q.Top < 20 {
		cost--
	}
	return float64(max(cost, 1))
}
