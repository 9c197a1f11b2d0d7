package endpoint_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// json answers with a body of SCIM's type.
func jsonBody(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.ContentType)
		_, _ = w.Write(body)
	}
}

// TestHostileServers runs the whole suite against servers that answer everything with
// the worst: each ends in bounded time and memory, with no side said to work.
func TestHostileServers(t *testing.T) {
	var followed atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()
	large := []byte(`{"schemas":["` + scim.ListResponseSchema + `"],"totalResults":1,"Resources":[{"id":"` + strings.Repeat("x", 100<<20) + `"}]}`)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(large)
	_ = z.Close()
	servers := []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			block := bytes.Repeat([]byte(`{"a":[`), 10_000)
			for {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}},
		{"slow drip", func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := w.Write([]byte("{")); err != nil || r.Context().Err() != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		}},
		{"silent", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"100 MB", jsonBody(large)},
		{"gzip bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			jsonBody(bomb.Bytes())(w, r)
		}},
		{"deep", jsonBody(bytes.Repeat([]byte(`{"a":`), 1<<17))},
		{"deep arrays", jsonBody([]byte(`{"Resources":` + strings.Repeat("[", 1<<18)))},
		{"many members", jsonBody([]byte(`{` + strings.Repeat(`"a":1,`, 1<<16) + `"b":1}`))},
		{"a page", func(w http.ResponseWriter, r *http.Request) { page(200).write(w) }},
		{"binary", jsonBody([]byte("\x00\x01\xff\xfe\x89PNG"))},
		{"invalid UTF-8", jsonBody([]byte(`{"id":"` + "\xc3\x28" + `"}`))},
		{"null", jsonBody([]byte("null"))},
		{"list of nulls", jsonBody([]byte(`{"schemas":["` + scim.ListResponseSchema + `"],"totalResults":3,"Resources":[null,7,{}]}`))},
		{"list of strange users", jsonBody([]byte(`{"schemas":["` + scim.ListResponseSchema + `"],"id":"x","totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[{"id":7,"userName":{},"emails":"x","members":[[[]]],"meta":[]}]}`))},
		{"huge total", jsonBody([]byte(`{"schemas":["` + scim.ListResponseSchema + `"],"totalResults":99999999999999999999999,"Resources":[]}`))},
		{"empty", func(w http.ResponseWriter, r *http.Request) {}},
		{"drops", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }},
		{"drops in the middle", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"schemas":[`))
			panic(http.ErrAbortHandler)
		}},
		{"redirects", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path+"?t="+canary, http.StatusTemporaryRedirect)
		}},
		{"redirects writes only", func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				jsonBody([]byte(`{"schemas":["`+scim.ListResponseSchema+`"],"totalResults":0,"Resources":[]}`))(w, r)
				return
			}
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}},
		{"huge headers", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-A", strings.Repeat("a", 1<<20)) }},
		{"a status of its own", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(999) }},
		{"teapot for ever", func(w http.ResponseWriter, r *http.Request) {
			failure(418, "", strings.Repeat("short and stout ", 20_000)).write(w)
		}},
		{"slow down for ever", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}},
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	reports := make([]*endpoint.Report, len(servers))
	t.Run("servers", func(t *testing.T) {
		for i, s := range servers {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				ts := httptest.NewServer(s.answer)
				defer ts.Close()
				started := time.Now()
				reports[i] = test(t, endpoint.Options{URL: ts.URL, Timeout: 250 * time.Millisecond, Parallel: 8})
				if took := time.Since(started); took > 20*time.Second {
					t.Errorf("it took %s", took)
				}
				survives(t, reports[i])
			})
		}
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 256<<20 {
		t.Errorf("the reports keep %d MiB", kept>>20)
	}
	runtime.KeepAlive(reports)
	runtime.KeepAlive(large)
	if n := followed.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// survives wants a report that says that the server is bad, without the token.
func survives(t *testing.T, report *endpoint.Report) {
	t.Helper()
	for _, side := range endpoint.Sides() {
		if v := report.Verdict(side); v.Outcome == endpoint.Works || v.Outcome == endpoint.Degraded {
			t.Errorf("%s: %+v", side, v)
		}
	}
	for _, r := range report.Results {
		if strings.Contains(spill(r), canary) {
			t.Errorf("%s has the token", r.Check.ID)
		}
		if strings.Contains(r.Reason, "the check itself failed") {
			t.Errorf("%s: %s", r.Check.ID, r.Reason)
		}
	}
	if !report.Failed() {
		t.Error("no check failed")
	}
}
