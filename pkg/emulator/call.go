package emulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

// maxBody is Graph's limit on a request body in bytes, also after unpacking.
const maxBody = 4 << 20

// call is one Graph request on its way through a handler.
type call struct {
	*state
	e       *Emulator
	r       *http.Request
	version string // v1.0 or beta
	base    string // scheme and host, as the client knows them
	params  map[string]segment
	query   odata.Query
	body    []byte
}

// reply is what a handler answers. A nil body sends none.
type reply struct {
	status int
	body   any
	header http.Header
}

func ok(body any) (*reply, error)      { return &reply{status: http.StatusOK, body: body}, nil }
func created(body any) (*reply, error) { return &reply{status: http.StatusCreated, body: body}, nil }
func noContent() (*reply, error)       { return &reply{status: http.StatusNoContent}, nil }

// param returns a key from the path.
func (c *call) param(name string) string { return c.params[name].text }

// context returns an @odata.context for what follows $metadata#.
func (c *call) context(of string) string { return c.base + "/" + c.version + "/$metadata#" + of }

// decode reads the body into v. Annotations and unknown members are ignored, as
// typed clients send them.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return badJSON()
	}
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return badRequest("A value of a wrong type was found for property '%s'.", wrong.Field)
		}
		return badJSON()
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badJSON()
	}
	return nil
}

// readBody unpacks and bounds the body of a request.
func readBody(r *http.Request) ([]byte, error) {
	body := io.Reader(r.Body)
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(io.LimitReader(r.Body, maxBody))
		if errors.Is(err, io.EOF) {
			return nil, nil // an empty body stays one
		}
		if err != nil {
			return nil, fail(http.StatusBadRequest, "BadRequest", "The request body is not in the gzip format.")
		}
		body = z
	default:
		return nil, fail(http.StatusUnsupportedMediaType, "BadRequest", "The content encoding '%s' is not supported.", encoding)
	}
	data, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil:
		return nil, fail(http.StatusBadRequest, "BadRequest", "The request body could not be read.")
	case len(data) > maxBody:
		return nil, fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is larger than %d bytes.", maxBody)
	}
	if len(data) > 0 {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			return nil, badJSON()
		}
	}
	return data, nil
}
