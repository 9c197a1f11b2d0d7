package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// target is an embedded SCIM server whose changes are noted in the journal of all
// targets: a write is answered when it would outlive the process.
type target struct {
	all    *targets
	name   string
	server *server.Server
}

// moment is the time and the id of a new resource that a write uses, so that it comes
// out the same when it is played again.
type moment struct {
	at time.Time
	id string
}

func (t *targets) make(name string, state *server.State) *target {
	return &target{t, name, server.New(server.Options{Now: t.time, NewID: t.id, State: state})}
}

func (t *targets) time() time.Time {
	if m := t.moment.Load(); m != nil {
		return m.at
	}
	return t.now()
}

func (t *targets) id() string {
	if m := t.moment.Swap(nil); m != nil {
		t.moment.Store(&moment{at: m.at})
		if m.id != "" {
			return m.id
		}
	}
	return uuid.NewString()
}

// targetNote is a line of the journal: a request that changed something.
type targetNote struct {
	Target string          `json:"target"`
	Method string          `json:"method"`
	Path   string          `json:"path"` // escaped
	At     time.Time       `json:"at"`
	ID     string          `json:"id,omitempty"` // of the resource that was made
	Body   json.RawMessage `json:"body,omitempty"`
}

// ServeHTTP answers a SCIM request.
func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		t.server.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, targetBody+1))
	if err != nil {
		refuseSCIM(w, http.StatusBadRequest, "The request body could not be read.")
		return
	}
	made := t.write(r, body)
	for name, values := range made.header {
		w.Header()[name] = values
	}
	w.WriteHeader(made.status)
	_, _ = w.Write(made.body.Bytes()) // a client that went away is its own trouble
}

// targetBody is how much of a body is read here; the server refuses what is longer than
// its own limit, which is less.
const targetBody = 4 << 20

// write plays a write and notes it when it changed something.
func (t *target) write(r *http.Request, body []byte) *recorder {
	n := targetNote{Target: t.name, Method: r.Method, Path: r.URL.EscapedPath(), At: t.all.now(), ID: uuid.NewString()}
	inner := r.Clone(r.Context())
	inner.Body = io.NopCloser(bytes.NewReader(body))
	made := &recorder{header: http.Header{}, status: http.StatusOK}
	t.all.writes.Lock()
	defer t.all.writes.Unlock()
	t.all.moment.Store(&moment{n.At, n.ID})
	defer t.all.moment.Store(nil)
	t.server.ServeHTTP(made, inner)
	if made.status >= 300 {
		return made
	}
	if r.Method != http.MethodPost {
		n.ID = ""
	}
	if json.Valid(body) {
		n.Body = body
	}
	_ = t.all.journal.note(n) // the whole is written in its place: see journal.long
	return made
}

// replay plays a write of the journal again.
func (t *targets) replay(line []byte) error {
	var n targetNote
	if err := json.Unmarshal(line, &n); err != nil {
		return err
	}
	u, err := url.Parse(n.Path)
	if err != nil {
		return err
	}
	t.moment.Store(&moment{n.At, n.ID})
	defer t.moment.Store(nil)
	t.get(n.Target).server.ServeHTTP(&recorder{header: http.Header{}, status: http.StatusOK}, &http.Request{
		Method: n.Method, URL: u, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {scim.ContentType}}, Body: io.NopCloser(bytes.NewReader(n.Body)), ContentLength: int64(len(n.Body)),
	})
	return nil
}
