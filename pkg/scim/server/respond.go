package server

import (
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// writeObject answers with a body.
func writeObject(w http.ResponseWriter, status int, o *scim.Object) {
	body, err := o.AppendJSON(nil)
	if err != nil {
		// Only parsed and checked values are stored, so this is a bug here.
		status, body = http.StatusInternalServerError, []byte(`{"schemas":["`+scim.ErrorSchema+`"],"detail":"the resource cannot be printed","status":"500"}`)
	}
	w.Header().Set("Content-Type", scim.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// A client that is gone needs no answer.
	_, _ = w.Write(body)
}

// writeError answers with a SCIM error.
func writeError(w http.ResponseWriter, e *scim.Error) { writeObject(w, e.Status, e.Object()) }

// fail answers with err, which is a *scim.Error or a bug.
func fail(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*scim.Error](err)
	if !ok {
		e = scim.Errorf(http.StatusInternalServerError, "", "internal error")
	}
	writeError(w, e)
}

// otherMethods answers OPTIONS, and refuses what the path has no method for.
func otherMethods(methods map[string]http.HandlerFunc) http.HandlerFunc {
	names := slices.Collect(maps.Keys(methods))
	if methods[http.MethodGet] != nil {
		names = append(names, http.MethodHead)
	}
	names = append(names, http.MethodOptions)
	slices.Sort(names)
	allow := strings.Join(names, ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		writeError(w, scim.Errorf(http.StatusMethodNotAllowed, "", "the method is not allowed here; use one of %s", allow))
	}
}

// readObject reads a body that must be one JSON object.
func (s *Server) readObject(w http.ResponseWriter, r *http.Request) (*scim.Object, error) {
	if err := checkContentType(r.Header); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.options.MaxBody))
	if err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, scim.Errorf(http.StatusRequestEntityTooLarge, "", "the body is longer than %d bytes", tooLarge.Limit)
		}
		return nil, badRequest(scim.InvalidSyntax, "the body cannot be read")
	}
	if len(data) == 0 {
		return nil, badRequest(scim.InvalidSyntax, "the body is empty")
	}
	o, err := scim.ParseObject(data)
	if err != nil {
		return nil, badRequest(scim.InvalidSyntax, "%v", err)
	}
	return o, nil
}

func checkContentType(h http.Header) error {
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return scim.Errorf(http.StatusUnsupportedMediaType, "", "content encodings are not supported")
	}
	given := h.Get("Content-Type")
	if given == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	if err != nil || media != scim.ContentType && media != "application/json" ||
		charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return scim.Errorf(http.StatusUnsupportedMediaType, "", "the content type must be %s or application/json, in UTF-8", scim.ContentType)
	}
	return nil
}

// baseURL returns the address of the SCIM root as the client sees it, without a
// slash at its end. A prefix that was stripped from the path is put back.
func baseURL(r *http.Request) string {
	scheme, host := "http", r.Host
	if r.TLS != nil || r.URL.Scheme == "https" {
		scheme = "https"
	}
	if host == "" {
		host = r.URL.Host
	}
	prefix := ""
	if asked, err := url.ParseRequestURI(r.RequestURI); err == nil {
		path := strings.TrimRight(asked.EscapedPath(), "/")
		prefix, _ = strings.CutSuffix(path, strings.TrimRight(r.URL.EscapedPath(), "/"))
		if prefix == path {
			prefix = ""
		}
	}
	return scheme + "://" + host + strings.TrimRight(prefix, "/")
}

func badRequest(scimType, format string, args ...any) *scim.Error {
	return scim.Errorf(http.StatusBadRequest, scimType, format, args...)
}

func notFound(k *kind, id string) *scim.Error {
	return scim.Errorf(http.StatusNotFound, "", "%s %q does not exist", k.name, id)
}
