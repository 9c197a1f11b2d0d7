package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// maxHARBody is how much of a body the log keeps, in bytes; longer ones are left out.
const maxHARBody = 1 << 20

// harLog writes requests and their answers to a file in the form of HTTP Archive 1.2,
// as browsers export it. Secrets are masked before anything is written. The file is
// a whole document after every entry: the next one takes the place of its end.
type harLog struct {
	e    *Emulator
	name string

	mu      sync.Mutex
	file    *os.File
	end     int64 // offset of harTail
	entries int
	err     error // the first that writing met
}

const harTail = "\n]}}\n"

// openHAR begins a log, for its owner's eyes only. A file that is there is replaced.
func openHAR(e *Emulator, name string) (*harLog, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the request log: %w", err)
	}
	h := &harLog{e: e, name: name, file: f}
	head := `{"log":{"version":"1.2","creator":{"name":"scimctl emulator","version":"1"},"entries":[`
	if _, err := f.WriteAt([]byte(head+harTail), 0); err != nil {
		_ = f.Close() // the first error is the one to tell
		return nil, fmt.Errorf("begin the request log: %w", err)
	}
	h.end = int64(len(head))
	return h, nil
}

// close ends the log and reports what went wrong while it was written.
func (h *harLog) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.file.Close(); h.err == nil {
		h.err = err
	}
	if h.err != nil {
		return fmt.Errorf("write the request log %s: %w", h.name, h.err)
	}
	return nil
}

// add writes an entry.
func (h *harLog) add(entry harEntry) {
	data, err := encode(entry)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err != nil {
		return
	}
	if err == nil {
		text := "\n" + string(data)
		if h.entries > 0 {
			text = "," + text
		}
		if _, err = h.file.WriteAt([]byte(text+harTail), h.end); err == nil {
			h.end, h.entries = h.end+int64(len(text)), h.entries+1
		}
	}
	h.err = err
}

// document returns the log as it is now.
func (h *harLog) document() ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return io.ReadAll(io.NewSectionReader(h.file, 0, h.end+int64(len(harTail))))
}

// serve lets the handler answer, and logs both sides. A connection that the handler
// breaks off is logged with status 0, as browsers do.
func (h *harLog) serve(w http.ResponseWriter, r *http.Request, handler http.HandlerFunc) {
	began := h.e.now()
	sent := &limitedBuffer{}
	if r.Body != nil {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, sent), r.Body}
	}
	answered := &harWriter{ResponseWriter: w}
	from := time.Now()
	defer func() {
		if broken := recover(); broken != nil {
			answered.status = 0
			defer panic(broken) // net/http's way of breaking a connection off
		}
		h.add(h.entry(r, sent, answered, began, time.Since(from)))
	}()
	handler(answered, r)
}

// limitedBuffer keeps the beginning of what is written to it.
type limitedBuffer struct {
	data bytes.Buffer
	size int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	b.size += len(p)
	b.data.Write(p[:min(len(p), max(0, maxHARBody-b.data.Len()))])
	return len(p), nil
}

// harWriter keeps a copy of an answer.
type harWriter struct {
	http.ResponseWriter
	status int
	body   limitedBuffer
}

// Unwrap lets http.ResponseController reach what is below.
func (w *harWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *harWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *harWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_, _ = w.body.Write(p) // a buffer takes everything
	return w.ResponseWriter.Write(p)
}

// getHAR answers with the log so far.
func getHAR(c *call) (*reply, error) {
	if c.e.har == nil {
		return nil, fail(http.StatusNotFound, "NoRequestLog", "This tenant keeps no request log: start it with --har FILE.")
	}
	doc, err := c.e.har.document()
	if err != nil {
		return nil, fmt.Errorf("read the request log: %w", err)
	}
	return ok(json.RawMessage(doc))
}

// isTraffic reports whether a request belongs into the log: those of the control API are
// not the tenant's traffic.
func isTraffic(r *http.Request) bool { return !strings.HasPrefix(r.URL.Path, "/"+controlPrefix+"/") }
