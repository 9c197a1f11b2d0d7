package emulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Listen serves the tenant over TLS on a loopback address ("127.0.0.1:0" picks a
// port) with a certificate of the emulator's own CA, until Close.
func (e *Emulator) Listen(address string) (Info, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return Info{}, fmt.Errorf("emulator: listen address %q: %w", address, err)
	}
	if !isLoopback(name) {
		return Info{}, fmt.Errorf("emulator: %q is no loopback address: the emulator knows no real users and must not be reached from elsewhere; use 127.0.0.1:PORT", address)
	}
	certificate, err := e.ca.issue()
	if err != nil {
		return Info{}, fmt.Errorf("emulator: certificate: %w", err)
	}
	path, err := e.ca.file()
	if err != nil {
		return Info{}, fmt.Errorf("emulator: %w", err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return Info{}, fmt.Errorf("emulator: %w", err)
	}
	if at, ok := l.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return Info{}, errors.Join(fmt.Errorf("emulator: %q is no loopback address", address), l.Close())
	}
	t := &traffic{}
	s := &http.Server{
		Handler:           e,
		ConnState:         t.note,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // handshakes of clients that lack the CA are theirs to report
	}
	e.listeners.Lock()
	e.servers = append(e.servers, listening{s, t})
	e.listeners.Unlock()
	e.serving.Go(func() { _ = s.ServeTLS(l, "", "") }) // ends with ErrServerClosed
	return e.info("https://"+l.Addr().String(), path), nil
}

func (e *Emulator) info(base, ca string) Info {
	e.mu.RLock()
	defer e.mu.RUnlock()
	s := e.state
	return Info{
		URL: base, Authority: base, CA: ca, TenantID: s.TenantID, ClientID: s.ClientID, ClientSecret: s.ClientSecret,
		SCIMURL: base + "/scim/v2", SCIMToken: s.SCIMToken,
	}
}

// isLoopback reports whether a host name is this machine's own: localhost or a
// loopback address. Other names are not looked up.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
