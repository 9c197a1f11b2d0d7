package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// benchUsers is how many users the initial cycle of the benchmark creates, benchWorkers
// how many at the same time, and benchSlice after how many the bare client has its turn.
const (
	benchUsers   = 20_000
	benchWorkers = 2
	benchSlice   = 1_000
)

// recorded is a request of a cycle.
type recorded struct{ method, path, body string }

// BenchmarkInitialCycle compares an initial cycle of 20,000 users with a bare client
// that sends the same requests, in the same order at the same concurrency, and reads
// the answers. The two take turns every thousand users, each with a server of its own,
// so that what else the machine does meets both alike; of-bare-client is the median of
// all turns.
func BenchmarkInitialCycle(b *testing.B) {
	dir := engine.NewMemoryDirectory()
	for i := range benchUsers {
		id := fmt.Sprintf("user%05d", i)
		err := dir.Put(mapping.User, map[string]any{"objectId": id, "userPrincipalName": id + "@contoso.com", "displayName": id, "givenName": id, "jobTitle": "Clerk", "accountEnabled": true})
		if err != nil {
			b.Fatal(err)
		}
	}
	requests := record(b, dir)
	var ratios []float64
	var cycle, bare, cycleUsed, bareUsed time.Duration
	for b.Loop() {
		c := newBareClient(b, requests)
		used := processorTime()
		took := initialCycle(b, dir, nil, func(slice time.Duration) {
			cycleUsed += processorTime() - used
			used = processorTime()
			replayed := c.turn(b, len(requests)*benchSlice/benchUsers)
			ratios = append(ratios, replayed.Seconds()/slice.Seconds())
			bare += replayed
			bareUsed += processorTime() - used
			used = processorTime()
		})
		cycle += took
		c.close()
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-bare-client")
	if cycleUsed > 0 {
		b.ReportMetric(bareUsed.Seconds()/cycleUsed.Seconds(), "of-its-processor-time")
	}
	b.ReportMetric(float64(benchUsers*b.N)/cycle.Seconds(), "users/s")
	b.ReportMetric(float64(benchUsers*b.N)/bare.Seconds(), "bare-users/s")
}

// record returns the requests of an initial cycle.
func record(b *testing.B, dir engine.Directory) []recorded {
	var (
		mu       sync.Mutex
		requests []recorded
	)
	initialCycle(b, dir, func(x client.Exchange) {
		u, err := url.Parse(x.URL)
		if err != nil {
			b.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, recorded{x.Method, u.RequestURI(), string(x.RequestBody)})
	}, func(time.Duration) {})
	return requests
}

// newTarget starts a server, on loopback as everybody's, and returns it with the
// transport to reach it.
func newTarget() (*httptest.Server, *http.Transport) {
	return httptest.NewServer(server.New(server.Options{})), &http.Transport{MaxIdleConnsPerHost: benchWorkers}
}

// initialCycle runs a cycle whose log somebody reads. It stands still after each slice
// of users, of which turn is told how long it took, and returns how long it took
// without that.
func initialCycle(b *testing.B, dir engine.Directory, observe func(client.Exchange), turn func(slice time.Duration)) time.Duration {
	at, transport := newTarget()
	defer at.Close()
	defer transport.CloseIdleConnections()
	c, err := client.New(client.Options{BaseURL: at.URL, Transport: transport, Observe: observe})
	if err != nil {
		b.Fatal(err)
	}
	var (
		took    time.Duration
		began   time.Time
		records int
		steps   int
	)
	j, err := engine.NewJob(engine.JobConfig{
		Config:    engine.Config{Users: compile(b, users(nil)), SyncAll: true, Client: c, Env: mapping.Env{Now: time.Now}},
		Directory: dir, Workers: benchWorkers,
		Done: func(r engine.Record) {
			steps += len(r.Steps)
			if records++; records%benchSlice == 0 {
				slice := time.Since(began)
				took += slice
				turn(slice)
				began = time.Now()
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	began = time.Now()
	done, err := j.Cycle(b.Context())
	if err != nil || done.Counts.Created != benchUsers || steps < benchUsers {
		b.Fatalf("%+v, %d steps, %v", done, steps, err)
	}
	return took
}

// bareClient sends requests with nothing but net/http.
type bareClient struct {
	at        *httptest.Server
	transport *http.Transport
	left      []recorded
}

func newBareClient(b *testing.B, requests []recorded) *bareClient {
	at, transport := newTarget()
	b.Cleanup(at.Close)
	return &bareClient{at, transport, requests}
}

func (c *bareClient) close() {
	c.transport.CloseIdleConnections()
	c.at.Close()
}

// turn sends the next requests and returns how long they took.
func (c *bareClient) turn(b *testing.B, count int) time.Duration {
	next := make(chan recorded, benchWorkers)
	var all sync.WaitGroup
	began := time.Now()
	for range benchWorkers {
		all.Go(func() {
			for r := range next {
				if err := send(c.transport, c.at.URL, r); err != nil {
					b.Error(err)
				}
			}
		})
	}
	count = min(count, len(c.left))
	for _, r := range c.left[:count] {
		next <- r
	}
	c.left = c.left[count:]
	close(next)
	all.Wait()
	return time.Since(began)
}

// send sends one request and reads the answer whole.
func send(transport http.RoundTripper, base string, r recorded) error {
	req, err := http.NewRequest(r.method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/scim+json")
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
