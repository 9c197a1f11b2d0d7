package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Schema reads the synchronization schema of a job, byte for byte.
// Source: graph_contract §8.
func (c *Client) Schema(ctx context.Context, servicePrincipalID, jobID string) (*entra.Schema, error) {
	return c.schema(ctx, &request{
		op: "read the schema", method: http.MethodGet, path: syncPath(servicePrincipalID, "jobs", jobID, "schema"),
		object: servicePrincipalID, job: jobID, needs: needsSyncRead, limit: schemaTimeout,
	})
}

// TemplateSchema reads the schema that jobs of a template begin with.
// Source: graph_contract §8.
func (c *Client) TemplateSchema(ctx context.Context, servicePrincipalID, templateID string) (*entra.Schema, error) {
	return c.schema(ctx, &request{
		op: "read the template's schema", method: http.MethodGet, path: syncPath(servicePrincipalID, "templates", templateID, "schema"),
		object: servicePrincipalID, needs: needsSyncRead, limit: schemaTimeout,
	})
}

func (c *Client) schema(ctx context.Context, r *request) (*entra.Schema, error) {
	r.wants = true
	res, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := c.decode(r, res, &object); err != nil {
		return nil, err
	}
	s, err := entra.ParseSchema(res.body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op, err)
	}
	return s, nil
}

// PutSchema replaces the schema of a job as a whole. PATCH does not exist.
// Source: graph_contract §8, graph_gotchas 5, 25.
func (c *Client) PutSchema(ctx context.Context, servicePrincipalID, jobID string, s *entra.Schema) error {
	_, err := c.do(ctx, &request{
		op: "write the schema", method: http.MethodPut, path: syncPath(servicePrincipalID, "jobs", jobID, "schema"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, limit: schemaTimeout,
		body: func() ([]byte, error) { return s.Bytes(), nil },
	})
	return err
}

// ParseExpression has the tenant parse an expression, and returns its source tree
// as it came. The error is of Kind Invalid when the tenant cannot parse it.
// Source: graph_contract §8.
func (c *Client) ParseExpression(ctx context.Context, servicePrincipalID, jobID, expression string) ([]byte, error) {
	type fault struct{ Code, Message string }
	type answer struct {
		Error            *fault
		ParsingSucceeded bool
		ParsedExpression json.RawMessage
	}
	r := &request{
		op: fmt.Sprintf("parse the expression %q", line(expression, 80)), method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", jobID, "schema", "parseExpression"),
		object: servicePrincipalID, job: jobID, needs: needsSyncWrite, repeat: true, body: jsonBody(map[string]string{"expression": expression}),
	}
	a, err := read[answer](ctx, c, r)
	if err != nil {
		return nil, err
	}
	e := &Error{Op: r.op, Kind: Invalid}
	switch {
	case a.ParsingSucceeded && len(a.ParsedExpression) > 0 && a.ParsedExpression[0] == '{':
		return a.ParsedExpression, nil
	case a.ParsingSucceeded:
		e.Kind, e.Message = Malformed, "the tenant parsed it and gave no source tree"
	case a.Error != nil:
		e.Code, e.Message = line(a.Error.Code, 100), line(a.Error.Message, maxMessage)
		e.Message = fmt.Sprintf("the tenant does not understand it%s", prefixed(": ", e.Message))
	default:
		e.Message = "the tenant does not understand it, and does not say why"
	}
	return nil, e
}

// FilterOperators returns the operator names of the tenant, sorted. Metadata and
// documentation disagree on whether a name is `id` or `name`; both are read.
// Source: graph_contract §8.
func (c *Client) FilterOperators(ctx context.Context, servicePrincipalID, jobID string) ([]string, error) {
	type operator struct{ ID, Name string }
	found, err := list[operator](ctx, c, &request{
		op: "read the filter operators", method: http.MethodGet, path: syncPath(servicePrincipalID, "jobs", jobID, "schema", "filterOperators"),
		object: servicePrincipalID, job: jobID, needs: needsSyncRead,
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range found {
		if o.Name == "" {
			o.Name = o.ID
		}
		if o.Name != "" {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
