package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxBatch is how many requests one call of $batch may hold.
// Source: graph_contract §11.
const maxBatch = 20

// batched sends many GETs in calls of $batch and returns their answers in order.
// An answer is either a response or an *Error. Single requests that Graph
// throttles or cannot answer are sent again, by the same policy as every call.
func (c *Client) batched(ctx context.Context, op string, requests []*request) ([]*response, []*Error, error) {
	responses, faults := make([]*response, len(requests)), make([]*Error, len(requests))
	open := make([]int, len(requests))
	for i := range open {
		open[i] = i
	}
	steps := delays(maxDelay)
	for try := 1; ; try++ {
		for chunk := range slices.Chunk(open, maxBatch) {
			if err := c.batch(ctx, op, requests, chunk, responses, faults); err != nil {
				return nil, nil, err
			}
		}
		var wait time.Duration
		open = slices.DeleteFunc(open, func(i int) bool {
			if faults[i] == nil || !repeatable(requests[i], faults[i]) {
				return true
			}
			wait = max(wait, min(faults[i].RetryAfter, maxRetryAfter))
			return false
		})
		if len(open) == 0 || try >= maxTries {
			return responses, faults, nil
		}
		wait = max(wait, steps.NextBackOff())
		c.tell(wait, fmt.Sprintf("%s: %s; trying %d of %d again in %s", op, reason(faults[open[0]]), len(open), len(requests), wait.Round(time.Second)))
		if err := c.wait(ctx, wait); err != nil {
			return nil, nil, giveUp(faults[open[0]], err)
		}
	}
}

type batchItem struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// batch sends one call with the requests of the given indexes.
func (c *Client) batch(ctx context.Context, op string, requests []*request, indexes []int, responses []*response, faults []*Error) error {
	items := make([]batchItem, len(indexes))
	for n, i := range indexes {
		target, err := requests[i].target()
		if err != nil {
			return &Error{Op: op, Kind: Invalid, Message: err.Error(), Err: err, unsent: true}
		}
		items[n] = batchItem{ID: strconv.Itoa(i), Method: http.MethodGet, URL: target, Headers: map[string]string{"Accept": "application/json"}}
	}
	r := &request{op: op, method: http.MethodPost, path: []string{"$batch"}, repeat: true, body: jsonBody(map[string]any{"requests": items})}
	answer, err := read[struct{ Responses []batchAnswer }](ctx, c, r)
	if err != nil {
		return err
	}
	for _, i := range indexes {
		responses[i], faults[i] = nil, nil
	}
	for _, a := range answer.Responses {
		i, err := strconv.Atoi(a.ID)
		if err != nil || !slices.Contains(indexes, i) {
			continue
		}
		header := http.Header{}
		for k, v := range a.Headers {
			header.Set(k, v)
		}
		res := &response{status: a.Status, header: header, body: a.Body}
		if a.Status >= 200 && a.Status < 300 {
			responses[i] = res
			continue
		}
		target, _ := requests[i].target()
		faults[i] = c.refused(requests[i], &Error{Op: requests[i].op, Method: http.MethodGet, Path: target}, res)
	}
	for _, i := range indexes {
		if responses[i] == nil && faults[i] == nil {
			return &Error{Op: op, Kind: Malformed, Method: r.method, Path: "/$batch", Message: "the answer leaves a request out"}
		}
	}
	return nil
}
