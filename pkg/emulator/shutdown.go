package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// listening is a server with the traffic on its connections.
type listening struct {
	server  *http.Server
	traffic *traffic
}

// Close looks for running requests so often, and takes it for quiet when it found
// none twice in a row: between the looks the last bytes of an answer go out. Then it
// waits so long for clients to hang up.
const (
	lookEvery  = 10 * time.Millisecond
	quietLooks = 2
	hangUp     = 500 * time.Millisecond
)

// stop accepts no more connections, waits until the running requests have been
// answered or the context ends, and hangs up. http.Server.Shutdown alone would wait
// another second for each HTTP/2 connection whose client holds it open; closing at
// once would lose the end of an answer that the client is still reading.
func (l listening) stop(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	shut := make(chan error, 1)
	go func() { shut <- l.server.Shutdown(ctx) }()
	err := wait(ctx, shut, quietLooks, func() bool { return !l.traffic.running() })
	if err == nil {
		l.traffic.hangUp()
		patient, done := context.WithTimeout(ctx, hangUp)
		_ = wait(patient, shut, 1, l.traffic.none) // who does not hang up is cut off
		done()
	}
	cancel()
	return errors.Join(err, l.server.Close())
}

// wait looks until something was found true several times in a row, or the server
// has shut down.
func wait(ctx context.Context, shut <-chan error, times int, found func() bool) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for n := 0; n < times; {
		select {
		case err := <-shut:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if n++; !found() {
				n = 0
			}
		}
	}
	return nil
}

// traffic is the connections of a server and whether a request runs on each. The
// zero traffic is ready to use.
type traffic struct {
	mu    sync.Mutex
	conns map[net.Conn]http.ConnState
}

// note is the server's ConnState hook.
func (t *traffic) note(c net.Conn, s http.ConnState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s == http.StateClosed || s == http.StateHijacked {
		delete(t.conns, c)
		return
	}
	if t.conns == nil {
		t.conns = map[net.Conn]http.ConnState{}
	}
	t.conns[c] = s
}

func (t *traffic) running() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.conns {
		if s == http.StateActive {
			return true
		}
	}
	return false
}

func (t *traffic) none() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.conns) == 0
}

// hangUp ends what the server says on each connection. The client reads what is
// under way and closes.
func (t *traffic) hangUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c, s := range t.conns {
		secure, ok := c.(*tls.Conn)
		if !ok || s == http.StateNew {
			continue
		}
		_ = secure.CloseWrite()
		if tcp, ok := secure.NetConn().(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}
}
