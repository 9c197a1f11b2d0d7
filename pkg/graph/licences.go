package graph

import (
	"context"
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Licences lists the subscriptions of the tenant. Source: graph_contract §11.
func (c *Client) Licences(ctx context.Context) ([]entra.Licence, error) {
	type sku struct {
		SKUPartNumber    string `json:"skuPartNumber"`
		CapabilityStatus string `json:"capabilityStatus"`
		ConsumedUnits    int64  `json:"consumedUnits"`
		PrepaidUnits     struct {
			Enabled, Warning int64
		} `json:"prepaidUnits"`
		ServicePlans []struct {
			Name   string `json:"servicePlanName"`
			Status string `json:"provisioningStatus"`
		} `json:"servicePlans"`
	}
	found, err := list[sku](ctx, c, &request{
		op: "read the licences", method: http.MethodGet, path: []string{"subscribedSkus"}, needs: needsOrganization,
	})
	if err != nil {
		return nil, err
	}
	out := make([]entra.Licence, 0, len(found))
	for _, s := range found {
		l := entra.Licence{
			Name: s.SKUPartNumber, Bought: s.PrepaidUnits.Enabled + s.PrepaidUnits.Warning, Used: s.ConsumedUnits,
			Enabled: s.CapabilityStatus == "Enabled" || s.CapabilityStatus == "Warning", // Warning: run out, and still good for a while
		}
		for _, p := range s.ServicePlans {
			if p.Status == "Success" && !slices.Contains(l.Plans, p.Name) {
				l.Plans = append(l.Plans, p.Name)
			}
		}
		out = append(out, l)
	}
	return out, nil
}
