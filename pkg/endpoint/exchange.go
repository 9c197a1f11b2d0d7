package endpoint

import (
	"bytes"
	"net/http"
	"time"
)

// Limits of what a Result keeps of the traffic.
const (
	// MaxTraffic is the number of exchanges that are kept of one check.
	MaxTraffic = 64

	// MaxBody is the number of bytes that are kept of a request's or answer's body.
	MaxBody = 32 << 10

	// maxKept is the number of bytes from which on a check's bodies are trimmed.
	maxKept = 512 << 10
)

// Exchange is one request and its answer, without the token.
type Exchange struct {
	Method, URL    string
	RequestHeader  http.Header
	RequestBody    []byte
	Status         int // 0 when there was no answer
	ResponseHeader http.Header
	ResponseBody   []byte
	// RequestCut and ResponseCut are how many bytes of the bodies were left out.
	RequestCut, ResponseCut int
	Started                 time.Time
	Took                    time.Duration
	Err                     string // why there was no whole answer; empty when there was
}

// cut keeps the first bytes of a body.
func cut(body []byte) (kept []byte, omitted int) {
	if len(body) <= MaxBody {
		return body, 0
	}
	// A copy, so that the rest can go.
	return bytes.Clone(body[:MaxBody]), len(body) - MaxBody
}

// trim leaves little of long bodies, for a check whose traffic has grown too large.
func (x *Exchange) trim() {
	const little = 1 << 10
	for _, b := range []struct {
		body *[]byte
		cut  *int
	}{{&x.RequestBody, &x.RequestCut}, {&x.ResponseBody, &x.ResponseCut}} {
		if n := len(*b.body); n > little {
			*b.body, *b.cut = bytes.Clone((*b.body)[:little]), *b.cut+n-little
		}
	}
}
