package engine_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// TestLargeCompany: 5,000 people in one group, three of whom fail, and a day on which
// half of them move.
func TestLargeCompany(t *testing.T) {
	const size = 5000
	c := newCompany(t, setup{}, nil)
	var names, bad []string
	for i := range size {
		name := fmt.Sprintf("user%04d", i)
		names = append(names, name)
		c.user(name, nil)
		if i%1700 == 5 {
			bad = append(bad, name+"@contoso.com")
		}
	}
	c.group("all", names...)
	c.do(c.dir.Assign("all", "User"))
	c.refuseCreation(refusal(400, "invalidValue", "no"), bad...)
	done := c.counts(engine.Counts{Created: size + 1 - 3, Updated: 1, Failed: 3})
	if done.Execution.CountEscrowed != 3 || done.Execution.CountEscrowedRaw != 4 || c.state.Quarantined() {
		t.Errorf("%+v", done.Execution)
	}
	c.refuse = nil
	for i := range size / 2 {
		c.user(names[i*2], map[string]any{"jobTitle": "Mover"})
	}
	c.wait(6 * time.Hour)
	done, _ = c.cycle()
	if done.Counts.Created != 3 || done.Counts.Failed != 0 || len(c.state.Escrows()) != 0 {
		t.Errorf("%+v", done.Counts)
	}
	users, members := c.stored(mapping.User), c.stored(mapping.Group)["all"]["members"].([]any)
	if len(users) != size || len(members) != size {
		t.Errorf("%d users, %d members", len(users), len(members))
	}
	for i, name := range names {
		u := users[name+"@contoso.com"]
		if moved := u["title"] == "Mover"; u["externalId"] != name || u["active"] != true || moved != (i%2 == 0) {
			t.Fatalf("%s is %v", name, u)
		}
	}
}

// recorded is a request of a cycle.
type recorded struct{ method, path, body string }

// BenchmarkInitialCycle compares an initial cycle with a bare client that sends the
// same requests at the same concurrency: it prints the rate of the cycle as a part of
// the client's.
func BenchmarkInitialCycle(b *testing.B) {
	const size, workers = 2_000, 2
	dir := engine.NewMemoryDirectory()
	for i := range size {
		id := fmt.Sprintf("user%05d", i)
		err := dir.Put(mapping.User, map[string]any{"objectId": id, "userPrincipalName": id + "@contoso.com", "displayName": id, "givenName": id, "jobTitle": "Clerk", "accountEnabled": true})
		if err != nil {
			b.Fatal(err)
		}
	}
	var ratio, rate float64
	for b.Loop() {
		var (
			mu       sync.Mutex
			requests []recorded
		)
		run := func(observe func(client.Exchange)) time.Duration {
			target := httptest.NewServer(server.New(server.Options{}))
			defer target.Close()
			transport := &http.Transport{MaxIdleConnsPerHost: workers}
			defer transport.CloseIdleConnections()
			c, err := client.New(client.Options{BaseURL: target.URL, Transport: transport, Observe: observe})
			if err != nil {
				b.Fatal(err)
			}
			j, err := engine.NewJob(engine.JobConfig{
				Config:    engine.Config{Users: compile(b, users(nil)), SyncAll: true, Client: c, Env: mapping.Env{Now: time.Now}},
				Directory: dir, Workers: workers,
			})
			if err != nil {
				b.Fatal(err)
			}
			began := time.Now()
			done, err := j.Cycle(context.Background())
			took := time.Since(began)
			if err != nil || done.Counts.Created != size {
				b.Fatalf("%+v, %v", done, err)
			}
			return took
		}
		run(func(x client.Exchange) {
			u, _ := url.Parse(x.URL)
			mu.Lock()
			requests = append(requests, recorded{x.Method, u.RequestURI(), string(x.RequestBody)})
			mu.Unlock()
		})
		bare := replay(b, requests, workers)
		cycle := run(nil)
		ratio, rate = bare.Seconds()/cycle.Seconds(), size/cycle.Seconds()
	}
	b.ReportMetric(ratio, "of-bare-client")
	b.ReportMetric(rate, "users/s")
}

// replay sends requests with nothing but net/http.
func replay(b *testing.B, requests []recorded, workers int) time.Duration {
	target := httptest.NewServer(server.New(server.Options{}))
	defer target.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: workers}
	defer transport.CloseIdleConnections()
	next := make(chan recorded, workers)
	var all sync.WaitGroup
	began := time.Now()
	for range workers {
		all.Go(func() {
			for r := range next {
				req, err := http.NewRequest(r.method, target.URL+r.path, strings.NewReader(r.body))
				if err != nil {
					b.Error(err)
					return
				}
				req.Header.Set("Content-Type", "application/scim+json")
				answer, err := transport.RoundTrip(req)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		})
	}
	for _, r := range requests {
		next <- r
	}
	close(next)
	all.Wait()
	return time.Since(began)
}
