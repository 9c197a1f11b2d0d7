package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// maxBatch is the number of requests in a batch. Source: graph_contract §11.
const maxBatch = 20

func batchRoutes() []route {
	return []route{{method: "POST", pattern: "/$batch", area: gateway, access: calling, handle: batch}}
}

// batchStep is one request of a batch.
type batchStep struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch runs up to 20 requests one after another. Each has its own status; what
// depends on a failed one is not run and answers 424. Source: graph_contract §11.
func batch(c *call) (*reply, error) {
	var body struct {
		Requests []batchStep `json:"requests"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkBatch(body.Requests); err != nil {
		return nil, err
	}
	statuses := map[string]int{}
	responses := []any{}
	for _, step := range body.Requests {
		blocked := slices.ContainsFunc(step.DependsOn, func(id string) bool { return statuses[id] >= 400 })
		response := c.step(step, blocked)
		statuses[step.ID] = response["status"].(int)
		responses = append(responses, response)
	}
	return ok(map[string]any{"responses": responses})
}

func checkBatch(steps []batchStep) error {
	switch {
	case len(steps) == 0:
		return fail(400, "BadRequest", "Invalid batch payload format.")
	case len(steps) > maxBatch:
		return fail(400, "BadRequest", "Number of batch request steps exceeds the maximum value of %d.", maxBatch)
	}
	var ids []string
	for _, step := range steps {
		switch {
		case step.ID == "" || slices.Contains(ids, step.ID):
			return fail(400, "BadRequest", "The request id '%s' of a batch step is missing or not unique.", step.ID)
		case step.URL == "" || step.Method == "":
			return fail(400, "BadRequest", "Batch step '%s' has no method or no URL.", step.ID)
		}
		for _, other := range step.DependsOn {
			if !slices.Contains(ids, other) {
				return fail(400, "BadRequest", "Batch step '%s' depends on '%s', which does not come before it.", step.ID, other)
			}
		}
		ids = append(ids, step.ID)
	}
	return nil
}

// step runs one request of a batch with the caller's token.
func (c *call) step(step batchStep, blocked bool) map[string]any {
	requestID := uuid.NewString()
	respond := func(a answer) map[string]any {
		if a.failure != nil {
			a.body = envelopeOf(a.failure, requestID, requestID, c.e.now())
		}
		headers := map[string]any{"request-id": requestID}
		for name, values := range a.header {
			headers[name] = values[0]
		}
		response := map[string]any{"id": step.ID, "status": a.status, "headers": headers}
		switch {
		case len(a.body) == 0:
		case json.Valid(a.body):
			headers["Content-Type"] = "application/json"
			response["body"] = json.RawMessage(a.body)
		default:
			response["body"] = base64.StdEncoding.EncodeToString(a.body)
		}
		return response
	}
	refuse := func(f *failure) map[string]any {
		return respond(answer{status: f.status, header: f.header, failure: f})
	}
	if blocked {
		return refuse(fail(http.StatusFailedDependency, "FailedDependency", "Failed Dependency"))
	}
	u, err := url.Parse("/" + strings.TrimPrefix(step.URL, "/"))
	if err != nil || strings.Contains(step.URL, "://") {
		return refuse(fail(400, "BadRequest", "The URL '%s' of a batch step is not relative.", step.URL))
	}
	if strings.HasPrefix(u.Path, "/$batch") {
		return refuse(fail(400, "BadRequest", "Batches cannot be nested."))
	}
	r := c.r.Clone(c.r.Context())
	r.Method, r.URL, r.Header = strings.ToUpper(step.Method), u, http.Header{"Authorization": c.r.Header["Authorization"]}
	for name, value := range step.Headers {
		if !strings.EqualFold(name, "Authorization") {
			r.Header.Set(name, value)
		}
	}
	data := []byte(step.Body)
	if string(data) == "null" {
		data = nil
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	rest := strings.TrimPrefix(u.EscapedPath(), "/")
	r.URL.Path, r.URL.RawPath = "/"+c.version+u.Path, ""
	if u.RawPath != "" {
		r.URL.RawPath = "/" + c.version + u.RawPath
	}
	if a := c.e.faults.Load().step(r.Method, rest).answer(); a != nil {
		return respond(*a)
	}
	return respond(c.e.answer(r, c.version, rest))
}
