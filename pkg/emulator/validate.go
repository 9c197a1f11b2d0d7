package emulator

import (
	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// validateCredentials tests the connection to the SCIM endpoint, below a job or
// for the whole application. Nothing is stored. Source: graph_contract §7.
func validateCredentials(c *call) (*reply, error) {
	var body struct {
		Saved       bool         `json:"useSavedCredentials"`
		TemplateID  string       `json:"templateId"`
		Credentials []credential `json:"credentials"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	given, err := readCredentials(body.Credentials)
	if err != nil {
		return nil, err
	}
	test, err := c.connectionTest(body.Saved, body.TemplateID, given)
	if err != nil {
		return nil, err
	}
	made, err := test.engine(c.r.Context())
	if err != nil {
		return nil, credentialFailure(err)
	}
	if err := made.TestConnection(c.r.Context()); err != nil {
		return nil, credentialFailure(err)
	}
	return noContent()
}

// connectionTest gathers under the lock what the test needs.
func (c *call) connectionTest(saved bool, templateID string, given []entra.Credential) (*connector, error) {
	c.e.mu.RLock()
	defer c.e.mu.RUnlock()
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	var schema *syncschema.Object
	if c.param("job") != "" {
		_, j, err := c.theJob()
		if err != nil {
			return nil, err
		}
		schema = j.Schema
	} else if schema, err = c.testSchema(h, templateID); err != nil {
		return nil, err
	}
	if saved {
		given = nil
		if s := c.Sync[h.appID]; s != nil {
			given = s.Secrets
		}
	}
	if valueOf(given, entra.KeyBaseAddress) == "" {
		return nil, fail(400, invalidCredentials, "Please provide a valid tenant URL for your application.")
	}
	doc, err := document(schema)
	if err != nil {
		return nil, err
	}
	return &connector{
		e: c.e, document: doc, credentials: given, template: templateOf(h), links: engine.NewMemory(), domain: c.Domains[0],
	}, nil
}

// testSchema is the schema by which an application without a job is tested: the
// template's, or that of a job that it has.
func (c *call) testSchema(h host, templateID string) (*syncschema.Object, error) {
	if s := c.Sync[h.appID]; s != nil && templateID == "" && len(s.Jobs) > 0 {
		return s.Jobs[0].Schema, nil
	}
	t, found := c.syncTemplate(h, templateID)
	if !found {
		return nil, fail(400, "InvalidTemplate", "The synchronization template '%s' does not exist for this application.", templateID)
	}
	return c.freshSchema(h, t, t.id+"."+noTenant)
}

func templateOf(h host) string {
	if g, ok := h.gallery(); ok {
		return g.entity.id()
	}
	return entra.NonGalleryTemplateID
}
