package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// failure is an answer in Graph's error envelope. Its header goes on the wire
// too. Source: graph_contract §1.
type failure struct {
	status  int
	code    string
	message string
	header  http.Header
}

func (f *failure) Error() string { return fmt.Sprintf("%d %s: %s", f.status, f.code, f.message) }

func fail(status int, code, format string, args ...any) *failure {
	return &failure{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// notFound is the directory's answer to an object that is unknown or not
// replicated yet.
func notFound(id string) *failure {
	return fail(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

func badRequest(format string, args ...any) *failure {
	return fail(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func unsupportedQuery(format string, args ...any) *failure {
	return fail(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

// unknownSegment is the gateway's answer to a path that leads nowhere.
func unknownSegment(segment string) *failure {
	return fail(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", segment)
}

func wrongMethod() *failure {
	return fail(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
}

func badJSON() *failure {
	return fail(http.StatusBadRequest, "BadRequest",
		"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

// tooMany is a throttled request; Retry-After counts whole seconds, and a wait
// of 0 leaves the header out.
func tooMany(wait time.Duration) *failure {
	f := fail(http.StatusTooManyRequests, "TooManyRequests", "Too Many Requests")
	if wait > 0 {
		f.header = http.Header{"Retry-After": {strconv.Itoa(int((wait + time.Second - 1) / time.Second))}}
	}
	return f
}

// noResource is the answer of the provisioning backend to a request that it has
// no resource for, PATCH on a schema above all. Source: graph_contract §1.
func noResource(path string) *failure {
	return fail(http.StatusNotFound, "UnknownError",
		`{"Message":"No HTTP resource was found that matches the request URI 'https://syncfabric.windowsazure.com/api/%s?api-version=2.0'."}`, path)
}
