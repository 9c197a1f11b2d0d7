package graph

import (
	"context"
	"net/http"
)

// RestartJob makes a job forget what the reset scope says, and run again. The scope
// is Graph's spelling, flags separated by commas; "" is the portal's "Restart
// provisioning". Source: graph_contract §5.
func (c *Client) RestartJob(ctx context.Context, servicePrincipalID, jobID, scope string) error {
	r := &request{
		op: "restart the synchronization job", method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, "restart"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, repeat: true,
	}
	criteria := map[string]string{}
	if scope != "" {
		criteria["resetScope"] = scope
	}
	r.body = jsonBody(map[string]any{"criteria": criteria})
	_, err := c.do(ctx, r)
	return err
}
