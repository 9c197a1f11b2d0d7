package entra

import (
	"slices"
	"strings"
	"time"
)

// QuarantineReason is one reason of a quarantine, in words.
type QuarantineReason struct {
	Name  string // as Graph spells it
	Means string // one sentence
	Next  string // what to do
}

// ReasonTooManyDeletes is the reason of a quarantine by the guard against
// accidental deletions. Source: graph_contract §5, graph_gotchas 48.
const ReasonTooManyDeletes = "TooManyDeletes"

const mendAndRestart = "Look at the log for what fails most, mend it, then restart the job."

// quarantineReasons in the order of their flags. Sources: graph_contract §5 (flags,
// thresholds, allow and reject), entra_wire W-81, graph_gotchas 47, 48.
var quarantineReasons = []QuarantineReason{
	{"EncounteredBaseEscrowThreshold", "More than 40,000 objects failed, not counting missing references.", mendAndRestart},
	{"EncounteredTotalEscrowThreshold", "More than 60,000 objects failed, with missing references counted.", mendAndRestart},
	{"EncounteredEscrowProportionThreshold", "More than 40 % of the objects failed, and at least 5,000.", mendAndRestart},
	{"EncounteredQuarantineException", "The endpoint refused the credentials, or did not answer as a SCIM server does.", "Test the connection, mend the tenant URL or the token, then start the job again."},
	{"Unknown", "The service does not say why.", "Test the connection and look at the log."},
	{"QuarantinedOnDemand", "The service or Microsoft's support put the job into quarantine.", "Ask Microsoft's support, or start the job again and watch it."},
	{ReasonTooManyDeletes, "More accounts would have been disabled or deleted in one cycle than the threshold allows; they are held back.", "If that is meant, restart with ForceDeletes. If not, put the users back into scope first, and only then restart the job."},
	{"IngestionInterrupted", "Reading the source directory was interrupted.", "Restart the job; if that does not help, ask Microsoft's support."},
}

// quarantineSpellings are other spellings of reasons. Source: graph_contract §5.
var quarantineSpellings = map[string]string{"QuarantineOnDemand": "QuarantinedOnDemand"}

// Reasons explains the flags of the quarantine, in their order. An unknown flag is
// kept by its name; no flag at all is Unknown.
func (q *Quarantine) Reasons() []QuarantineReason {
	var out []QuarantineReason
	for name := range strings.SplitSeq(q.Reason, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if spelt, ok := quarantineSpellings[name]; ok {
			name = spelt
		}
		if slices.ContainsFunc(out, func(r QuarantineReason) bool { return strings.EqualFold(r.Name, name) }) {
			continue
		}
		out = append(out, explainReason(name))
	}
	if len(out) == 0 {
		return []QuarantineReason{explainReason("Unknown")}
	}
	return out
}

func explainReason(name string) QuarantineReason {
	for _, r := range quarantineReasons {
		if strings.EqualFold(r.Name, name) {
			return r
		}
	}
	unknown := explainReason("Unknown")
	return QuarantineReason{name, "A reason that scimctl does not know.", unknown.Next}
}

// Has reports whether the quarantine has a reason.
func (q *Quarantine) Has(reason string) bool {
	return q != nil && slices.ContainsFunc(q.Reasons(), func(r QuarantineReason) bool { return r.Name == reason })
}

// Ends returns when the service disables the job unless it recovers, false when the
// service does not say since when it is in quarantine.
func (q *Quarantine) Ends() (time.Time, bool) {
	if q == nil || q.SeriesBegan.Year() <= 1 {
		return time.Time{}, false
	}
	return q.SeriesBegan.Add(QuarantineLife), true
}

// ends is Ends, far away when it is not known.
func (q *Quarantine) ends() time.Time {
	if at, ok := q.Ends(); ok {
		return at
	}
	return time.Unix(1<<40, 0)
}
