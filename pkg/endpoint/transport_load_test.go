package endpoint_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// clock is a time that moves when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

func loadFaults() []fault {
	slow := func(millis int) (*clock, func(*call) *reply) {
		c := newClock()
		return c, func(*call) *reply {
			_ = c.Sleep(context.Background(), time.Duration(millis)*time.Millisecond)
			return nil
		}
	}
	lists, slowLists := slow(700)
	singles, slowSingles := slow(500)
	load := newClock()
	requests := 0
	var mu sync.Mutex
	use := func(c *clock) func(*endpoint.Options) {
		return func(o *endpoint.Options) { o.Now, o.Sleep, o.Load = c.Now, c.Sleep, true }
	}
	every := func(n, status int) func(*call) *reply {
		return func(c *call) *reply {
			mu.Lock()
			defer mu.Unlock()
			if requests++; c.Method == http.MethodGet && requests > 10 && requests%n == 0 {
				return failure(status, "", "busy")
			}
			return nil
		}
	}
	silent := 0
	return []fault{
		{check: "T-16", name: "slow lists", options: use(lists), handler: slowLists},
		{check: "T-16", name: "slow users", options: use(singles), handler: slowSingles},
		{check: "T-17", name: "refuses", options: use(load), handler: every(10, 429)},
		{check: "T-17", name: "fails", options: use(load), handler: every(7, 503)},
		{check: "T-18", name: "no Retry-After", options: use(load), handler: func(c *call) *reply {
			if silent++; silent == 1 {
				return failure(429, "", "slow down")
			}
			return nil
		}},
	}
}

// TestSustained sends 25 requests a second to a good server.
func TestSustained(t *testing.T) {
	url, _ := target(t, nil)
	c := newClock()
	report := test(t, endpoint.Options{URL: url, Load: true, Only: []string{"T-17"}, Now: c.Now, Sleep: c.Sleep})
	if report.Failed() || report.Requests < 100 || report.Took < 4*time.Second {
		t.Errorf("%d requests in %s: %v", report.Requests, report.Took, outline(report))
	}
}

// certificate makes one for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T, key any, public any, host string, from, to time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "DigiCert of a test"}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// TestTLS has servers whose TLS is good or wrong in one way.
func TestTLS(t *testing.T) {
	now := time.Now()
	day := 24 * time.Hour
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		key, pub any
		host     string
		to       time.Time
		config   *tls.Config
		trusted  bool
		entra    endpoint.Severity
	}{
		{"good", ec, &ec.PublicKey, "127.0.0.1", now.Add(90 * day), &tls.Config{}, true, endpoint.None},
		{"TLS 1.3 alone", ec, &ec.PublicKey, "127.0.0.1", now.Add(90 * day), &tls.Config{MinVersion: tls.VersionTLS13}, true, endpoint.Breaks},
		{"another suite", ec, &ec.PublicKey, "127.0.0.1", now.Add(90 * day), &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}}, true, endpoint.Breaks},
		{"short key", short, &short.PublicKey, "127.0.0.1", now.Add(90 * day), &tls.Config{}, true, endpoint.Breaks},
		{"another host", ec, &ec.PublicKey, "scim.example", now.Add(90 * day), &tls.Config{}, true, endpoint.Breaks},
		{"expired", ec, &ec.PublicKey, "127.0.0.1", now.Add(-day), &tls.Config{}, true, endpoint.Breaks},
		{"soon expired", ec, &ec.PublicKey, "127.0.0.1", now.Add(2 * day), &tls.Config{}, true, endpoint.Note},
		{"not trusted", ec, &ec.PublicKey, "127.0.0.1", now.Add(90 * day), &tls.Config{}, false, endpoint.Breaks},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pair, pool := certificate(t, tt.key, tt.pub, tt.host, now.Add(-60*day), tt.to)
			s := server.New(server.Options{Token: canary})
			ts := httptest.NewUnstartedServer(s)
			ts.Config.ErrorLog = log.New(io.Discard, "", 0)
			ts.TLS = tt.config.Clone()
			ts.TLS.Certificates = []tls.Certificate{pair}
			ts.StartTLS()
			defer ts.Close()
			if !tt.trusted {
				pool = x509.NewCertPool()
			}
			report := test(t, endpoint.Options{URL: ts.URL, Only: []string{"T-14"}, TLS: &tls.Config{RootCAs: pool}})
			if r := report.Results[0]; r.Impact.Entra != tt.entra || r.Status == endpoint.NotRun {
				t.Errorf("%s %s, entra %s: %+v", r.Status, r.Reason, r.Impact.Entra, r.Failed())
			}
		})
	}
}
