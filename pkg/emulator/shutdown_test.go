package emulator

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// listeningTenant is an emulator on the network with a client that keeps its
// connections.
func listeningTenant(t *testing.T, o Options) (*Emulator, Info, *http.Client) {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return e, info, trusting(t, info.CA)
}

// closed closes the emulator and returns how long that took.
func closed(t *testing.T, e *Emulator) time.Duration {
	t.Helper()
	began := time.Now()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	return time.Since(began)
}

func TestCloseDoesNotWaitForIdleConnections(t *testing.T) {
	for version, protocols := range map[int]func(*http.Protocols){
		1: func(p *http.Protocols) { p.SetHTTP1(true) }, 2: func(p *http.Protocols) { p.SetHTTP2(true) },
	} {
		e, info, c := listeningTenant(t, Options{})
		transport := c.Transport.(*http.Transport)
		transport.ForceAttemptHTTP2, transport.Protocols = false, new(http.Protocols)
		protocols(transport.Protocols)
		r, err := c.Get(info.URL + "/metadata/endpoints")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r.Body); err != nil || r.ProtoMajor != version {
			t.Fatalf("HTTP/%d: %s %v", version, r.Proto, err)
		}
		r.Body.Close()
		if took := closed(t, e); took > 800*time.Millisecond {
			t.Errorf("HTTP/%d: Close took %s with one idle connection", version, took)
		}
	}
}

// TestCloseWaitsForRunningRequests: an answer that is on its way arrives whole,
// over either protocol.
func TestCloseWaitsForRunningRequests(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		e, info, c := listeningTenant(t, Options{Latency: 300 * time.Millisecond, Users: 900})
		c.Transport.(*http.Transport).ForceAttemptHTTP2 = http2
		token, err := e.sign(e.state, info.URL, false)
		if err != nil {
			t.Fatal(err)
		}
		q, err := http.NewRequestWithContext(t.Context(), "GET", info.URL+"/beta/users?$top=999", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		got := make(chan int)
		go func() {
			r, err := c.Do(q)
			if err != nil {
				t.Error(err)
				got <- 0
				return
			}
			defer r.Body.Close()
			body, err := io.ReadAll(r.Body)
			if err != nil || r.StatusCode != 200 {
				t.Errorf("%d %v", r.StatusCode, err)
			}
			got <- len(body)
		}()
		for !e.servers[0].traffic.running() {
			time.Sleep(time.Millisecond)
		}
		if took := closed(t, e); took < 100*time.Millisecond {
			t.Errorf("Close took %s although a request ran", took)
		}
		if n := <-got; n < 500_000 {
			t.Errorf("%d bytes of the answer arrived", n)
		}
	}
}

func TestCloseTwice(t *testing.T) {
	e, _, _ := listeningTenant(t, Options{StateDir: t.TempDir()})
	closed(t, e)
	closed(t, e)
}
