package converge

import (
	"crypto/x509"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/secret"
)

// BenchmarkApply is a first apply of idmelon over TLS to an emulator that takes 100 ms
// for every answer, after the sign-in. It reports requests, round trips, and how many
// times the latency of the round trips the whole takes, and fails above 1.3.
func BenchmarkApply(b *testing.B) {
	s := builtIn(b, "idmelon")
	overTLS(b, 0, func(*world) subject { return s })
}

// BenchmarkThousandAssignments is a first apply that assigns a thousand users by their
// object ids.
func BenchmarkThousandAssignments(b *testing.B) {
	overTLS(b, 1050, func(w *world) subject {
		ids, _ := w.people()
		return crowd(b, 1000, false, func(i int) string { return ids[i] })
	})
}

func overTLS(b *testing.B, users int, make func(*world) subject) {
	var requests, trips, ratio float64
	for b.Loop() {
		b.StopTimer()
		var mu sync.Mutex
		var log []exchange
		e, err := emulator.New(emulator.Options{Seed: 11, Users: users, Latency: latency, Log: func(r emulator.Request) {
			mu.Lock()
			defer mu.Unlock()
			now := time.Now()
			log = append(log, exchange{method: r.Method, path: r.Path, from: now.Add(-r.Took), to: now})
		}})
		if err != nil {
			b.Fatal(err)
		}
		info, err := e.Listen("127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		s := make(&world{t: b, e: e})
		pem, err := os.ReadFile(info.CA)
		if err != nil {
			b.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		c, err := graph.New(graph.Options{
			URL: info.URL, Authority: info.Authority, CAs: pool, Auth: graph.AuthClientSecret,
			TenantID: info.TenantID, ClientID: info.ClientID, Secret: secret.New(info.ClientSecret),
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Tenant(b.Context()); err != nil { // signs in
			b.Fatal(err)
		}
		mu.Lock()
		log = nil
		mu.Unlock()
		b.StartTimer()
		from := time.Now()
		if _, _, err := applyOnce(b.Context(), c, s); err != nil {
			b.Fatal(err)
		}
		took := time.Since(from)
		b.StopTimer()
		n := sequential(log)
		requests, trips = float64(len(log)), float64(n)
		if ratio = float64(took) / float64(time.Duration(n)*latency); ratio > 1.3 {
			b.Errorf("%s is %.2f times the latency of %d round trips", took, ratio, n)
		}
		c.Close()
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(requests, "requests/op")
	b.ReportMetric(trips, "roundtrips/op")
	b.ReportMetric(ratio, "latencies/roundtrip")
}
