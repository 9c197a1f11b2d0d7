package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// maxBatch is how many requests one call of $batch may hold.
// Source: graph_contract §11.
const maxBatch = 20

// batchesAtOnce is how many calls of $batch are under way at the same time.
const batchesAtOnce = 4

// look finds out which of the requests, by index, took effect although their end
// was unclear.
type look func(ctx context.Context, unclear []int) (effective []int, err error)

// batched sends many requests in calls of $batch and returns their answers in
// order: each is a response or an error. Single requests that Graph throttles, cannot
// answer or does not know the object of yet are sent again, by the same policy as
// every call. Requests that must not be done twice need a look, which tells after an
// unclear end which of them worked.
func (c *Client) batched(ctx context.Context, op string, requests []*request, looked look) ([]*response, []error) {
	b := &batching{c: c, op: op, requests: requests, responses: make([]*response, len(requests)), faults: make([]*Error, len(requests))}
	open := make([]int, len(requests))
	for i := range open {
		open[i] = i
	}
	busy, settling := delays(maxDelay), delays(settlingDelay)
	var settled time.Duration
	for tries := 1; ; {
		b.send(ctx, open)
		next := b.sort(open, settled, tries)
		if len(next.again) == 0 {
			break
		}
		var d time.Duration
		if next.settling {
			d = min(max(settling.NextBackOff(), next.asked), next.limit-settled)
			settled += d
		} else {
			tries++
			if d = busy.NextBackOff(); next.asked > 0 {
				d = next.asked
			}
		}
		open = next.again
		c.tell(d, fmt.Sprintf("%s: %s; trying %d of %d again in %s", op, next.why, len(open), len(requests), d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			b.stop(open, err)
			break
		}
		open = b.look(ctx, open, looked)
	}
	return b.responses, b.errors()
}

// batching is one call of batched under way.
type batching struct {
	c         *Client
	op        string
	requests  []*request
	responses []*response
	faults    []*Error
}

// round is what is to be sent again, and why.
type round struct {
	again    []int
	settling bool          // for want of replication, which has a limit of its own
	limit    time.Duration // of settling
	asked    time.Duration // longest wait that Graph asked for
	why      string
}

// sort finds the requests that are worth another try.
func (b *batching) sort(open []int, settled time.Duration, tries int) (next round) {
	for _, i := range open {
		e := b.faults[i]
		if e == nil {
			continue
		}
		limit, why := b.c.settling(b.requests[i], e)
		switch {
		case limit > settled:
			next.settling, next.limit = true, max(next.limit, limit)
		case limit > 0 || tries == maxTries || !repeatable(b.requests[i], e):
			continue
		default:
			why = reason(e)
		}
		if next.why == "" {
			next.why = why
		}
		next.asked = max(next.asked, min(e.RetryAfter, maxRetryAfter))
		next.again = append(next.again, i)
	}
	return next
}

// send sends the open requests, twenty a call.
func (b *batching) send(ctx context.Context, open []int) {
	var g errgroup.Group
	g.SetLimit(batchesAtOnce)
	for chunk := range slices.Chunk(open, maxBatch) {
		g.Go(func() error {
			b.sendChunk(ctx, chunk)
			return nil
		})
	}
	_ = g.Wait() // failures are kept with their requests
}

type batchItem struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// sendChunk makes one call of $batch. A call that fails fails all its requests.
func (b *batching) sendChunk(ctx context.Context, chunk []int) {
	r := &request{op: b.op, method: http.MethodPost, path: []string{"$batch"}, once: true, repeat: true}
	items := make([]batchItem, len(chunk))
	for n, i := range chunk {
		b.responses[i], b.faults[i] = nil, nil
		item, err := b.requests[i].item(i)
		if err != nil {
			b.fail(chunk, &Error{Op: b.op, Kind: Invalid, Message: err.Error(), Err: err, unsent: true})
			return
		}
		items[n] = item
		r.repeat = r.repeat && b.requests[i].idempotent()
		r.hide = append(r.hide, b.requests[i].hide...)
	}
	r.body = jsonBody(map[string]any{"requests": items})
	answer, err := read[struct{ Responses []batchAnswer }](ctx, b.c, r)
	if err != nil {
		b.fail(chunk, asError(b.op, err))
		return
	}
	for _, a := range answer.Responses {
		if i, err := strconv.Atoi(a.ID); err == nil && slices.Contains(chunk, i) {
			b.take(i, a)
		}
	}
	for _, i := range chunk {
		if b.responses[i] == nil && b.faults[i] == nil {
			b.faults[i] = &Error{Op: b.requests[i].op, Kind: Malformed, Method: r.method, Path: "/$batch", Message: "the answer leaves this request out"}
		}
	}
}

// item writes the request as a part of a batch.
func (r *request) item(id int) (batchItem, error) {
	target, err := r.target()
	if err != nil {
		return batchItem{}, err
	}
	item := batchItem{ID: strconv.Itoa(id), Method: r.method, URL: target, Headers: map[string]string{"Accept": "application/json"}}
	if r.body != nil {
		if item.Body, err = r.body(); err != nil {
			return batchItem{}, err
		}
		item.Headers["Content-Type"] = "application/json"
	}
	return item, nil
}

// take sorts the answer to one request.
func (b *batching) take(i int, a batchAnswer) {
	header := http.Header{}
	for k, v := range a.Headers {
		header.Set(k, v)
	}
	res := &response{status: a.Status, header: header, body: a.Body}
	if a.Status >= 200 && a.Status < 300 {
		b.responses[i] = res
		return
	}
	r := b.requests[i]
	target, _ := r.target()
	b.faults[i] = b.c.refused(r, &Error{Op: r.op, Method: r.method, Path: target}, res)
}

func (b *batching) fail(chunk []int, e *Error) {
	for _, i := range chunk {
		b.faults[i] = e
	}
}

// stop ends what is still open when the context does.
func (b *batching) stop(open []int, cause error) {
	for _, i := range open {
		b.faults[i] = giveUp(b.faults[i], cause)
	}
}

// look settles the requests that may have worked, and returns those to send.
func (b *batching) look(ctx context.Context, open []int, looked look) []int {
	var unclear []int
	for _, i := range open {
		if looked != nil && b.faults[i].unclear() {
			unclear = append(unclear, i)
		}
	}
	if len(unclear) == 0 {
		return open
	}
	effective, err := looked(ctx, unclear)
	return slices.DeleteFunc(open, func(i int) bool {
		switch {
		case !slices.Contains(unclear, i):
			return false
		case err != nil:
			e := *b.faults[i]
			e.Advice = fmt.Sprintf("looking whether it took effect failed too: %v", err)
			b.faults[i] = &e
			return true
		case slices.Contains(effective, i):
			b.responses[i], b.faults[i] = &response{}, nil
			return true
		}
		return false
	})
}

func (b *batching) errors() []error {
	out := make([]error, len(b.faults))
	for i, e := range b.faults {
		if e != nil {
			out[i] = e
		}
	}
	return out
}
