package engine

import (
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Reasons of a quarantine; several are separated by commas.
// Source: entra_wire W-83, graph_contract §5.
const (
	ReasonBaseEscrows  = "EncounteredBaseEscrowThreshold"
	ReasonTotalEscrows = "EncounteredTotalEscrowThreshold"
	ReasonProportion   = "EncounteredEscrowProportionThreshold"
	ReasonException    = "EncounteredQuarantineException"
	ReasonDeletes      = "TooManyDeletes"
)

// Thresholds say when failures put a job into quarantine.
type Thresholds struct {
	Examined   int     // escrows below this number are not looked at
	Proportion float64 // of the objects that are linked or in escrow
	Base       int     // escrows without those of references
	Total      int     // all escrows
}

// DefaultThresholds are those of the service. What the proportion is taken of is
// not documented [?]. Source: entra_wire W-81, graph_contract §5.
func DefaultThresholds() Thresholds {
	return Thresholds{Examined: 5000, Proportion: 0.4, Base: 40_000, Total: 60_000}
}

// reasons returns the thresholds that are passed.
func (t Thresholds) reasons(total, references, linked int) []string {
	var out []string
	base := total - references
	if base >= t.Examined && float64(base) > t.Proportion*float64(base+linked) {
		out = append(out, ReasonProportion)
	}
	if base > t.Base {
		out = append(out, ReasonBaseEscrows)
	}
	if total > t.Total {
		out = append(out, ReasonTotalEscrows)
	}
	return out
}

// QuarantineLife is how long a job is tried in quarantine before it is disabled.
// Source: entra_wire W-82.
const QuarantineLife = 28 * 24 * time.Hour

// quarantineWaits are the times to the next attempt; the last one repeats. A fresh
// quarantine was seen to be tried again after five minutes. Source: graph_contract §5.
var quarantineWaits = [...]time.Duration{5 * time.Minute, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// quarantined returns the quarantine of a job after a cycle that ended with reasons
// at the given time; before is the one it was in, nil for none.
func quarantined(before *entra.Quarantine, reasons []string, cause *entra.ExecutionError, now time.Time) *entra.Quarantine {
	if len(reasons) == 0 {
		return nil
	}
	q := entra.Quarantine{CurrentBegan: now, SeriesBegan: now}
	if before != nil {
		q = *before
	}
	reason := strings.Join(reasons, ",")
	if q.Reason != reason {
		q.CurrentBegan = now
	}
	q.Reason, q.Error = reason, cause
	q.NextAttempt = now.Add(quarantineWaits[min(int(q.SeriesCount), len(quarantineWaits)-1)])
	q.SeriesCount++
	return &q
}

// has reports whether a quarantine has a reason.
func has(q *entra.Quarantine, reason string) bool {
	if q == nil {
		return false
	}
	for r := range strings.SplitSeq(q.Reason, ",") {
		if strings.TrimSpace(r) == reason {
			return true
		}
	}
	return false
}
