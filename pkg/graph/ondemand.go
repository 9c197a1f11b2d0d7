package graph

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scimctl/scimctl/pkg/entra"
)

// maxMembers is how many members one call provisions. Source: graph_contract §9.
const maxMembers = 5

type subject struct {
	ObjectID       string               `json:"objectId"`
	ObjectTypeName string               `json:"objectTypeName"`
	Links          map[string][]subject `json:"links,omitempty"`
}

// ProvisionOnDemand provisions one user, or one group with up to five members.
// The call is repeated only where Graph refused it before doing anything. That it
// succeeds says nothing about the object: see the result.
// Source: graph_contract §9.
func (c *Client) ProvisionOnDemand(ctx context.Context, servicePrincipalID, jobID string, od entra.OnDemandRequest) (entra.OnDemandResult, error) {
	op := fmt.Sprintf("provision %s on demand", od.ID)
	if len(od.Members) > maxMembers {
		return entra.OnDemandResult{}, &Error{Op: op, Kind: Invalid, Message: fmt.Sprintf("%d members are too many: one call takes %d", len(od.Members), maxMembers), unsent: true}
	}
	s := subject{ObjectID: od.ID, ObjectTypeName: od.Type}
	for _, id := range od.Members {
		if s.Links == nil {
			s.Links = map[string][]subject{}
		}
		s.Links["members"] = append(s.Links["members"], subject{ObjectID: id, ObjectTypeName: "User"})
	}
	r := &request{
		op: op, method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, "provisionOnDemand"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, limit: onDemandTimeout, wants: true,
		body: jsonBody(map[string]any{"parameters": []any{map[string]any{"ruleId": od.RuleID, "subjects": []subject{s}}}}),
	}
	res, err := c.do(ctx, r)
	if err != nil {
		return entra.OnDemandResult{}, err
	}
	var pair struct{ Key, Value string }
	if err := c.decode(r, res, &pair); err != nil {
		return entra.OnDemandResult{}, err
	}
	return parseOnDemand(pair.Key, pair.Value), nil
}
