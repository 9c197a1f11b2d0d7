package graph

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// One policy for every call. Waits for a busy service are counted, waits for
// replication are bounded by time.
const (
	maxTries      = 6                // of a request that Graph throttles or cannot answer
	maxGarbled    = 1                // more tries after answers that are not Graph's
	firstDelay    = time.Second      // before the second try; doubled each time
	maxDelay      = 30 * time.Second // between tries when Graph does not say
	jitter        = 0.2              // part of a delay that is random
	maxRetryAfter = 3 * time.Minute  // longest single wait that Graph may ask for
	settlingDelay = 10 * time.Second // longest between tries while something replicates
	toldFrom      = time.Second      // waits longer than this are told
)

// do sends a request until it succeeds, fails for good, or time is up. Limits
// are compared with the sum of the waits, so that slow answers cost no patience.
func (c *Client) do(ctx context.Context, r *request) (*response, error) {
	if ctx.Err() != nil {
		return nil, canceled(&Error{Op: r.op, unsent: true}, context.Cause(ctx))
	}
	busy, settling := delays(maxDelay), delays(settlingDelay)
	var waited, settled time.Duration
	for tries, garbled := 1, 0; ; {
		res, e := c.send(ctx, r)
		if e == nil {
			c.young.heard(r)
			return res, nil
		}
		e.Waited = waited
		c.acquaint(ctx, r, e)
		var d time.Duration
		limit, why := c.settling(r, e)
		switch {
		case limit > 0 && settled >= limit:
			c.young.gaveUp(r)
			return nil, e
		case limit > 0:
			d = min(max(settling.NextBackOff(), min(e.RetryAfter, maxRetryAfter)), limit-settled)
			settled += d
		case r.once || !repeatable(r, e) || tries == maxTries || garbled == maxGarbled:
			return nil, e
		default:
			if e.Kind == Malformed {
				garbled++
			}
			tries++
			why = reason(e)
			d = busy.NextBackOff()
			if e.RetryAfter > 0 {
				d = min(e.RetryAfter, maxRetryAfter)
			}
		}
		c.tell(d, fmt.Sprintf("%s: %s; trying again in %s", r.op, why, d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			return nil, giveUp(e, err)
		}
		waited += d
		if r.took != nil && e.unclear() {
			if done, err := r.took(ctx); err != nil {
				return nil, fmt.Errorf("%w; looking whether it took effect failed too: %w", e, err)
			} else if done {
				return &response{}, nil
			}
		}
	}
}

// repeatable reports whether a failure may be different next time and repeating
// does no harm. A throttled request had no effect, whatever its method. An answer
// that is not Graph's may come from a proxy that was about to go: it is tried again,
// but not for long.
func repeatable(r *request, e *Error) bool {
	switch e.Kind {
	case Throttled:
		return true
	case Unavailable:
		return e.unsent || r.again()
	case Unreachable:
		return passing(e.Err) && (e.unsent || r.again())
	case Malformed:
		return e.Status != 0 && r.again()
	}
	return false
}

func reason(e *Error) string {
	switch {
	case e.Kind == Throttled:
		return "too many requests"
	case e.Kind == Malformed:
		return "the answer was not that of Microsoft Graph"
	case e.Status != 0:
		return fmt.Sprintf("the service answered %d", e.Status)
	}
	return "the connection failed"
}

func delays(longest time.Duration) *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: firstDelay, Multiplier: 2, RandomizationFactor: jitter, MaxInterval: longest,
	}
}

// wait sleeps, unless the context would end first.
func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	return c.sleep(ctx, d)
}

// tell shows a wait that a person would wonder about.
func (c *Client) tell(d time.Duration, message string) {
	if c.notice != nil && d > toldFrom {
		c.notice(message)
	}
}

// sleep is the sleep of a client without an injected one.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// giveUp is the error of a call whose context ended while it waited to try again.
func giveUp(last *Error, cause error) *Error {
	e := canceled(&Error{Op: last.Op, Method: last.Method, Path: last.Path, Waited: last.Waited}, cause)
	e.RequestID, e.ClientRequestID, e.RetryAfter = last.RequestID, last.ClientRequestID, last.RetryAfter
	e.unsent = !last.unclear()
	e.Message += "; the last answer was: " + last.said()
	return e
}

func canceled(e *Error, cause error) *Error {
	e.Kind, e.Err = Canceled, cause
	e.Message = "stopped: " + cause.Error()
	return e
}

// clock knows how far the service's clock is from ours.
type clock struct {
	mu   sync.Mutex
	now  func() time.Time
	skew time.Duration
}

// observe takes the Date header of an answer.
func (c *clock) observe(date string) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = at.Sub(c.now())
}

// service returns the time as the service sees it, to the second.
func (c *clock) service() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.skew)
}
