package emulator

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// dripSize is the size in bytes of the pieces in which a slow answer comes.
const dripSize = 1024

// answer is the refusal that a fault has in place of an answer, nil for none.
func (f Fault) answer() *answer {
	if f.Status == 0 {
		return nil
	}
	text := cmp.Or(http.StatusText(f.Status), "Status "+strconv.Itoa(f.Status))
	code, message := cmp.Or(f.Code, strings.ReplaceAll(text, " ", "")), cmp.Or(f.Message, text)
	refusal := fail(f.Status, code, "%s", message)
	if f.RetryAfter > 0 {
		refusal.header = retryAfter(f.RetryAfter)
	}
	return &answer{status: f.Status, header: refusal.header, failure: refusal}
}

// retryAfter is the header that asks for a wait, in whole seconds.
func retryAfter(wait time.Duration) http.Header {
	return http.Header{"Retry-After": {strconv.Itoa(int((wait + time.Second - 1) / time.Second))}}
}

// spoil puts garbage in the place of an answer.
func (f Fault) spoil(h http.Header, a *answer) {
	switch f.Garbage {
	case GarbageHTML:
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Del("request-id")
		a.body = []byte("<!doctype html><html><head><title>Please wait</title></head><body>Your request is being checked.</body></html>")
	case GarbageJSON:
		a.body = []byte(`{"value":[{"id":`)
	case GarbageEmpty:
		a.body = nil
	default:
		return
	}
	a.status = http.StatusOK
}

// write sends an answer, slowly or in part where the fault says so. A client that
// went away is its own trouble.
func (f Fault) write(ctx context.Context, w http.ResponseWriter, a *answer) {
	body := a.body
	if f.Truncate {
		w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 1)))
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.status)
	for f.Drip > 0 && len(body) > dripSize {
		_, _ = w.Write(body[:dripSize])
		body = body[dripSize:]
		flush(w)
		if !pause(ctx, f.Drip) {
			return
		}
	}
	_, _ = w.Write(body)
	if f.Truncate {
		flush(w)
		panic(http.ErrAbortHandler)
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() } // what cannot be flushed comes at once

// pause waits, and reports false when the client is gone before.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
