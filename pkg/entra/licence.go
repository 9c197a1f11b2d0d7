package entra

import "slices"

// Licence is a subscription of the tenant with the service plans in it.
// Source: graph_contract §11.
type Licence struct {
	Name    string   // part number, such as AAD_PREMIUM_P2
	Enabled bool     // it is neither suspended nor deleted
	Bought  int64    // units
	Used    int64    // units
	Plans   []string // names of the service plans that are provisioned, such as AAD_PREMIUM
}

// Service plans of Microsoft Entra ID. P1 allows assigning groups to applications
// and reading the provisioning log; P2 includes P1. Source: graph_contract §3, §10, §11.
const (
	PlanP1 = "AAD_PREMIUM"
	PlanP2 = "AAD_PREMIUM_P2"
)

// Premium reports whether the licence has Microsoft Entra ID P1 or P2.
func (l Licence) Premium() bool {
	return l.Enabled && (slices.Contains(l.Plans, PlanP1) || slices.Contains(l.Plans, PlanP2))
}
