package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/entra"
)

// synchronizationRoutes are the same below service principals and applications.
// Source: graph_contract §1.
func synchronizationRoutes(set string) []route {
	at := "/" + set + "/{" + strings.TrimSuffix(set, "s") + "}/synchronization"
	job := at + "/jobs/{job}"
	table := []route{
		{method: "GET", pattern: at, handle: getSynchronization},
		{method: "GET", pattern: at + "/secrets", handle: getSecrets},
		{method: "PUT", pattern: at + "/secrets", access: writing, handle: putSecrets},
		{method: "GET", pattern: at + "/templates", handle: listSyncTemplates},
		{method: "GET", pattern: at + "/templates/{template}", handle: getSyncTemplate},
		{method: "GET", pattern: at + "/templates/{template}/schema", handle: getTemplateSchema},
		{method: "GET", pattern: at + "/jobs", handle: listJobs},
		{method: "POST", pattern: at + "/jobs", access: writing, handle: createJob},
		{method: "POST", pattern: at + "/jobs/validateCredentials", access: calling, handle: validateCredentials},
		{method: "GET", pattern: job, handle: getJob},
		{method: "DELETE", pattern: job, access: calling, handle: deleteJob},
		{method: "POST", pattern: job + "/start", access: calling, handle: startJob},
		{method: "POST", pattern: job + "/pause", access: calling, handle: pauseJob},
		{method: "POST", pattern: job + "/restart", access: calling, handle: restartJob},
		{method: "POST", pattern: job + "/validateCredentials", access: calling, handle: validateCredentials},
		{method: "POST", pattern: job + "/provisionOnDemand", access: calling, handle: provisionOnDemand},
		{method: "GET", pattern: job + "/schema", handle: getSchema},
		{method: "PUT", pattern: job + "/schema", access: writing, handle: putSchema},
		{method: "DELETE", pattern: job + "/schema", access: writing, handle: resetSchema},
		{method: "GET", pattern: job + "/schema/functions", handle: listFunctions},
		{method: "GET", pattern: job + "/schema/filterOperators", handle: listFilterOperators},
		{method: "POST", pattern: job + "/schema/parseExpression", handle: parseExpression},
		{method: "GET", pattern: job + "/schema/directories", handle: listDirectories},
		{method: "GET", pattern: job + "/schema/directories/{directory}", handle: getDirectory},
		{method: "DELETE", pattern: job + "/schema/directories/{directory}", access: writing, handle: deleteDirectory},
		{method: "POST", pattern: job + "/schema/directories/{directory}/discover", handle: discover},
	}
	if set == "applications" { // templates are written by the owner of the application only
		table = append(table, route{method: "PUT", pattern: at + "/templates/{template}/schema", access: writing, handle: putTemplateSchema})
	}
	for i := range table {
		table[i].area = provisioning
	}
	return table
}

// host is the object below which /synchronization is asked for, with the
// application that both forms share.
type host struct {
	set   string
	id    string // from the path
	appID string
	sp    *entity // nil for a registration without service principal
	app   *entity
}

func (h host) context(rest string) string { return h.set + "('" + h.id + "')/synchronization" + rest }

// host finds the application of a synchronization path. The provisioning service
// learns of a new service principal later than the directory: until then it
// answers 401, then 403. Source: graph_contract §1.
func (c *call) host() (host, error) {
	h := host{set: "servicePrincipals"}
	in, name := c.ServicePrincipals, "servicePrincipal"
	if c.param(name) == "" {
		h.set, in, name = "applications", c.Applications, "application"
	}
	e, err := c.made(in, name)
	if err != nil {
		return h, err
	}
	h.id, h.appID = e.id(), e.text("appId")
	if found := c.ServicePrincipals.find("appId", h.appID); len(found) == 1 {
		h.sp = found[0]
	}
	if found := c.Applications.find("appId", h.appID); len(found) == 1 {
		h.app = found[0]
	}
	delay := c.e.behaviour().SyncfabricDelay
	switch age := c.e.now().Sub(e.Made); {
	case e.Made.IsZero() || age >= delay:
		return h, nil
	case age < delay/2:
		return h, notAllowed()
	default:
		return h, fail(http.StatusForbidden, "UnknownError", "")
	}
}

// notAllowed is the provisioning service's answer to a caller without permission:
// 401, not 403, with an empty message. Source: graph_contract §1.
func notAllowed() *failure { return fail(http.StatusUnauthorized, "UnknownError", "") }

// gallery returns the application template behind a host.
func (h host) gallery() (galleryEntry, bool) {
	for _, e := range []*entity{h.sp, h.app} {
		if e != nil && e.text("applicationTemplateId") != "" {
			return findTemplate(e.text("applicationTemplateId"))
		}
	}
	return galleryEntry{}, false
}

// getSynchronization answers the container; its parts are navigations.
func getSynchronization(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	body := map[string]any{"@odata.context": c.context(h.context("/$entity")), "id": h.id}
	if slices.Contains(c.query.Select, "secrets") {
		body["secrets"] = c.maskedSecrets(h)
	}
	return ok(body)
}

func (c *call) maskedSecrets(h host) []any {
	out := []any{}
	if s := c.Sync[h.appID]; s != nil {
		for _, secret := range s.seen(c.e.now(), c.e.behaviour().SecretsDelay) {
			value := secret.Value
			if secretKeys[secret.Key] {
				value = entra.MaskedSecret
			}
			out = append(out, map[string]any{"key": secret.Key, "value": value})
		}
	}
	return out
}

func getSecrets(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/secrets")), "value": c.maskedSecrets(h)})
}

func putSecrets(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	var body struct {
		Value *[]credential `json:"value"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Value == nil {
		return nil, fail(400, "InvalidRequest", "The request has no value: the secrets are an array under that name.")
	}
	credentials, err := readCredentials(*body.Value)
	if err != nil {
		return nil, err
	}
	c.synchronizationOf(h.appID).write(credentials, c.e.behaviour().ReplaceSecrets, c.e.now())
	return noContent()
}

// credential is a key and a value as a request has them; null is no value.
type credential struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// readCredentials checks the keys. A key in the wrong letter case is an internal
// error. Source: graph_contract §1, gotcha 7.
func readCredentials(list []credential) ([]entra.Credential, error) {
	out := make([]entra.Credential, 0, len(list))
	for _, c := range list {
		if _, known := secretKeys[c.Key]; !known {
			return nil, fail(http.StatusInternalServerError, "InternalError", "Requested value '%s' was not found.", c.Key)
		}
		secret := entra.Credential{Key: c.Key}
		if c.Value != nil {
			secret.Value = *c.Value
		}
		out = append(out, secret)
	}
	return out, nil
}

// syncTemplate is a kind of job that an application offers.
type syncTemplate struct {
	id      string
	gallery galleryEntry
	hidden  bool // creatable, but not listed
}

// syncTemplates lists what jobs can be made from. Applications that came from no
// template have none. Source: graph_contract §4, gotcha 13.
func (c *call) syncTemplates(h host) []syncTemplate {
	g, ok := h.gallery()
	if !ok || g.sync == "" {
		return nil
	}
	out := []syncTemplate{{g.sync, g, false}}
	if g.custom() {
		out = append(out, syncTemplate{entra.TemplateCustomAppSSO, g, !c.e.behaviour().BothTemplates})
	}
	return out
}

func (c *call) syncTemplate(h host, id string) (syncTemplate, bool) {
	for _, t := range c.syncTemplates(h) {
		if t.id == id {
			return t, true
		}
	}
	return syncTemplate{}, false
}

// freshSchema is the schema of a job made from the template, or the template's own
// with the id that such have.
func (c *call) freshSchema(h host, t syncTemplate, id string) (*syncschema.Object, error) {
	if s := c.Sync[h.appID]; s != nil && s.Templates[t.id] != nil {
		doc := s.Templates[t.id].Clone()
		doc.Set("id", id)
		return doc, nil
	}
	doc, err := c.e.fresh.get(t.gallery.entity.id()+" "+t.id, id, func() (*syncschema.Object, error) {
		data, err := t.gallery.schema()
		if err != nil {
			return nil, err
		}
		return c.keys().Fresh(data, id)
	})
	if err != nil {
		return nil, err
	}
	doc.Set("version", "6.0")
	if c.e.behaviour().RuleSuffix {
		for _, rule := range doc.List("synchronizationRules") {
			rule.Set("id", rule.Text("id")+"#V2")
		}
	}
	return doc, nil
}

func listSyncTemplates(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, t := range c.syncTemplates(h) {
		if t.hidden {
			continue
		}
		item, err := c.syncTemplateJSON(h, t)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/templates")), "value": out})
}

// syncTemplateJSON prints a template with its schema, as the list does unasked.
// Metadata keys begin with a small letter, and one occurs twice. Source: graph_contract §4.
func (c *call) syncTemplateJSON(h host, t syncTemplate) (map[string]any, error) {
	doc, err := c.freshSchema(h, t, t.id+"."+noTenant)
	if err != nil {
		return nil, err
	}
	at := h.context("/templates('" + t.id + "')/schema/$entity")
	metadata := []any{}
	for _, m := range [][2]string{
		{"AzureIngestionAttributeOptimization", "False"},
		{"AzureIngestionAttributeOptimization", "False"},
		{"galleryApplicationIdentifier", t.gallery.entity.id()},
		{"galleryApplicationKey", strings.ToLower(t.id)},
		{"isSynchronizationInPreview", "false"},
		{"configurationFields", `[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]`},
	} {
		metadata = append(metadata, map[string]any{"key": m[0], "value": m[1]})
	}
	return map[string]any{
		"id": t.id, "applicationId": t.gallery.entity.id(), "default": t.id == t.gallery.sync, "description": nil,
		"discoverable": !t.hidden, "factoryTag": t.id, "metadata": metadata,
		"schema@odata.context": c.context(at), "schema": c.shown(doc),
	}, nil
}

func (c *call) pathTemplate() (host, syncTemplate, error) {
	h, err := c.host()
	if err != nil {
		return h, syncTemplate{}, err
	}
	t, ok := c.syncTemplate(h, c.param("template"))
	if !ok {
		return h, t, fail(404, "TemplateNotFound", "The synchronization template '%s' does not exist for this application.", c.param("template"))
	}
	return h, t, nil
}

func getSyncTemplate(c *call) (*reply, error) {
	h, t, err := c.pathTemplate()
	if err != nil {
		return nil, err
	}
	body, err := c.syncTemplateJSON(h, t)
	if err != nil {
		return nil, err
	}
	if !c.query.Expands("schema") {
		delete(body, "schema")
		delete(body, "schema@odata.context")
	}
	body["@odata.context"] = c.context(h.context("/templates/$entity"))
	return ok(body)
}

func getTemplateSchema(c *call) (*reply, error) {
	h, t, err := c.pathTemplate()
	if err != nil {
		return nil, err
	}
	doc, err := c.freshSchema(h, t, t.id+"."+noTenant)
	if err != nil {
		return nil, err
	}
	return ok(c.withContext(c.shown(doc), h.context("/templates('"+t.id+"')/schema/$entity")))
}

func putTemplateSchema(c *call) (*reply, error) {
	h, t, err := c.pathTemplate()
	if err != nil {
		return nil, err
	}
	old, err := c.freshSchema(h, t, t.id+"."+noTenant)
	if err != nil {
		return nil, err
	}
	doc, err := c.checkedSchema(old)
	if err != nil {
		return nil, err
	}
	s := c.synchronizationOf(h.appID)
	if s.Templates == nil {
		s.Templates = map[string]*syncschema.Object{}
	}
	s.Templates[t.id] = doc
	return noContent()
}
