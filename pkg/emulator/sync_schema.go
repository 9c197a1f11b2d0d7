package emulator

import (
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
)

// shown is a schema as a read shows it, with the looks that are switched on.
func (c *call) shown(doc *syncschema.Object) *syncschema.Object {
	doc = doc.Clone()
	c.e.looks().Apply(doc)
	return doc
}

// withContext puts the annotations of an answer in front.
func (c *call) withContext(doc *syncschema.Object, context string) *syncschema.Object {
	doc.Members = append([]syncschema.Member{{Name: "@odata.context", Value: c.context(context)}}, doc.Members...)
	return doc
}

func getSchema(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	return ok(c.withContext(c.shown(j.Schema), h.context("/jobs('"+j.ID+"')/schema/$entity")))
}

// putSchema replaces the whole document. Its version is the service's and new
// with every write. Source: graph_contract §8.
func putSchema(c *call) (*reply, error) {
	_, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	doc, err := c.checkedSchema(j.Schema)
	if err != nil {
		return nil, err
	}
	j.Schema = doc
	return noContent()
}

// checkedSchema reads the body as the successor of a document.
func (c *call) checkedSchema(old *syncschema.Object) (*syncschema.Object, error) {
	if len(c.body) == 0 {
		return nil, badJSON()
	}
	doc, err := syncschema.Parse(c.body)
	if err != nil {
		return nil, badJSON()
	}
	if id := doc.Text("id"); id != "" && id != old.Text("id") {
		return nil, schemaInvalid("id: '%s' is not the id of this schema, '%s'", id, old.Text("id"))
	}
	var rules []string
	for _, r := range old.List("synchronizationRules") {
		rules = append(rules, r.Text("id"))
	}
	if problems := c.keys().Check(doc, rules); len(problems) > 0 {
		return nil, schemaInvalid("%s", strings.Join(problems, "; "))
	}
	syncschema.Strip(doc)
	doc.Set("id", old.Text("id"))
	doc.Set("version", c.newVersion())
	return doc, nil
}

// newVersion is opaque. Source: graph_contract §8.
func (s *state) newVersion() string { return "Date:" + s.newKey()[:16] }

// schemaInvalid: the code is known from the portal, the status is inferred.
// Source: graph_contract §1, expressions §2.
func schemaInvalid(format string, args ...any) *failure {
	return fail(http.StatusBadRequest, "SchemaInvalid", format, args...)
}

// resetSchema goes back to the template's document. Source: graph_contract §8.
func resetSchema(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	t, found := c.syncTemplate(h, j.Template)
	if !found {
		return nil, fail(404, "TemplateNotFound", "The synchronization template '%s' does not exist for this application.", j.Template)
	}
	doc, err := c.freshSchema(h, t, j.ID)
	if err != nil {
		return nil, err
	}
	doc.Set("version", c.newVersion())
	j.Schema = doc
	return noContent()
}

func listDirectories(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, d := range c.shown(j.Schema).List("directories") {
		out = append(out, d)
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/jobs('" + j.ID + "')/schema/directories")), "value": out})
}

// theDirectory finds a directory of the job's schema by its id.
func (c *call) theDirectory() (host, *job, *syncschema.Object, error) {
	h, j, err := c.theJob()
	if err != nil {
		return h, nil, nil, err
	}
	for _, d := range j.Schema.List("directories") {
		if d.Text("id") == c.param("directory") {
			return h, j, d, nil
		}
	}
	return h, j, nil, fail(404, "DirectoryNotFound", "The directory '%s' does not exist in the schema of job '%s'.", c.param("directory"), j.ID)
}

func getDirectory(c *call) (*reply, error) {
	h, j, d, err := c.theDirectory()
	if err != nil {
		return nil, err
	}
	return ok(c.withContext(c.shown(d), h.context("/jobs('"+j.ID+"')/schema/directories/$entity")))
}

// deleteDirectory refuses a directory that a rule names, since the schema would
// not hold together without it.
func deleteDirectory(c *call) (*reply, error) {
	_, j, d, err := c.theDirectory()
	if err != nil {
		return nil, err
	}
	for _, r := range j.Schema.List("synchronizationRules") {
		if name := d.Text("name"); name == r.Text("sourceDirectoryName") || name == r.Text("targetDirectoryName") {
			return nil, schemaInvalid("directory '%s' is used by rule '%s'", name, r.Text("id"))
		}
	}
	doc := j.Schema.Clone()
	doc.Remove("directories", func(o *syncschema.Object) bool { return o.Text("id") == d.Text("id") })
	doc.Set("version", c.newVersion())
	j.Schema = doc
	return noContent()
}

// discover asks a connector for its schema; a plain SCIM connector cannot tell.
// Source: graph_contract §8.
func discover(c *call) (*reply, error) {
	h, j, d, err := c.theDirectory()
	if err != nil {
		return nil, err
	}
	if flags := d.Text("discoverabilities"); flags == "" || flags == "None" {
		return nil, fail(400, "DiscoveryNotSupported", "The directory '%s' does not support schema discovery.", d.Text("name"))
	}
	return ok(c.withContext(c.shown(d), h.context("/jobs('"+j.ID+"')/schema/directories/$entity")))
}
