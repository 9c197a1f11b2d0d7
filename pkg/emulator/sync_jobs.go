package emulator

import (
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/entra"
)

// theJob finds the job of the path. Shortly after creation reads may not know it
// yet. Source: graph_contract §5.
func (c *call) theJob() (host, *job, error) {
	h, err := c.host()
	if err != nil {
		return h, nil, err
	}
	var j *job
	if s := c.Sync[h.appID]; s != nil {
		j = s.job(c.param("job"))
	}
	if j == nil || c.e.now().Before(j.Created.Add(c.e.behaviour().JobDelay)) {
		return h, nil, unknownJob(c.param("job"))
	}
	return h, j, nil
}

// unknownJob: the status is inferred, code and message are not known.
// Source: graph_contract §1 [?].
func unknownJob(id string) *failure {
	return fail(http.StatusNotFound, "JobNotFound", "The synchronization job '%s' does not exist.", id)
}

func listJobs(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	out := []any{}
	if s := c.Sync[h.appID]; s != nil {
		for _, j := range s.Jobs {
			if !c.e.now().Before(j.Created.Add(c.e.behaviour().JobDelay)) {
				out = append(out, c.selectedJob(h, j))
			}
		}
	}
	return ok(map[string]any{"@odata.context": c.context(h.context("/jobs")), "value": out})
}

// selectedJob applies $select and $expand, which the metadata names for jobs.
func (c *call) selectedJob(h host, j *job) map[string]any {
	body := c.jobJSON(j)
	if len(c.query.Select) > 0 {
		for name := range body {
			if !slices.Contains(c.query.Select, name) {
				delete(body, name)
			}
		}
	}
	if c.query.Expands("schema") {
		body["schema@odata.context"] = c.context(h.context("/jobs('" + j.ID + "')/schema/$entity"))
		body["schema"] = c.shown(j.Schema)
	}
	return body
}

func (c *call) jobReply(h host, j *job, status int) (*reply, error) {
	body := c.selectedJob(h, j)
	body["@odata.context"] = c.context(h.context("/jobs/$entity"))
	return &reply{status: status, body: body}, nil
}

// createJob makes a job from a template that the application has.
func createJob(c *call) (*reply, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	var body struct {
		TemplateID string `json:"templateId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	t, found := c.syncTemplate(h, body.TemplateID)
	if !found {
		// Status inferred, code and message not known. Source: graph_contract §1 [?].
		return nil, fail(http.StatusBadRequest, "InvalidTemplate", "The synchronization template '%s' does not exist for this application.", body.TemplateID)
	}
	j := &job{ID: c.newJobID(t.id), Template: t.id, Created: c.e.now(), State: entra.ScheduleDisabled}
	if j.Schema, err = c.freshSchema(h, t, j.ID); err != nil {
		return nil, err
	}
	if err := c.e.attach(j, nil); err != nil {
		return nil, err
	}
	if c.e.behaviour().ExtraMapping {
		syncschema.AddExtra(j.Schema)
	}
	s := c.synchronizationOf(h.appID)
	s.Jobs = append(s.Jobs, j)
	return c.jobReply(h, j, http.StatusCreated)
}

func getJob(c *call) (*reply, error) {
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	return c.jobReply(h, j, http.StatusOK)
}

// quietJob finds a job that may be started, paused or deleted: for some time
// after creation it may not. Source: graph_contract §1.
func (c *call) quietJob() (host, *job, error) {
	h, j, err := c.theJob()
	if err == nil && c.e.now().Before(j.Created.Add(c.e.behaviour().JobConflict)) {
		err = fail(http.StatusConflict, "Conflict", "The synchronization job '%s' is busy.", j.ID)
	}
	return h, j, err
}
