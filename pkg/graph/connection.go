package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// ValidateCredentials tests the connection to the endpoint; nil credentials mean
// the stored ones, an empty jobID the test before there is a job. Nothing is
// stored. The error is a *entra.ConnectionError when the endpoint failed the
// test, and a *Error when the test could not be made. Source: graph_contract §7.
func (c *Client) ValidateCredentials(ctx context.Context, servicePrincipalID, jobID string, credentials []secret.Named) error {
	r := &request{
		op: "test the connection", method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, "validateCredentials"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, repeat: true, hide: confidential(credentials), limit: onDemandTimeout,
	}
	template := ""
	if jobID == "" {
		offered, err := c.SyncTemplates(ctx, servicePrincipalID)
		if err != nil {
			return err
		}
		template = usual(offered)
		r.path = syncPath(servicePrincipalID, "jobs", "validateCredentials")
	}
	r.body = func() ([]byte, error) {
		body := map[string]any{"useSavedCredentials": credentials == nil}
		if credentials != nil {
			body["credentials"] = revealed(credentials)
		}
		if template != "" {
			body["templateId"] = template
		}
		return jsonBody(body)()
	}
	_, err := c.do(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusBadRequest && strings.Contains(e.Code, "Credential") {
		return &entra.ConnectionError{Code: e.Code, Message: e.Message, RequestID: e.RequestID}
	}
	return err
}

// usual is the template that a job is made of when nobody chose: "scim" where it
// is offered, else the default. Source: graph_contract §4.
func usual(offered []entra.SyncTemplate) string {
	if slices.ContainsFunc(offered, func(t entra.SyncTemplate) bool { return t.ID == entra.TemplateSCIM }) || len(offered) == 0 {
		return entra.TemplateSCIM
	}
	if i := slices.IndexFunc(offered, func(t entra.SyncTemplate) bool { return t.Default }); i >= 0 {
		return offered[i].ID
	}
	return offered[0].ID
}
