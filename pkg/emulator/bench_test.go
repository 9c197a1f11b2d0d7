package emulator

import (
	"testing"
	"time"
)

// BenchmarkSavedWrite is a write to one application of a tenant with many users,
// which is on disk before it is answered.
func BenchmarkSavedWrite(b *testing.B) {
	u := newTenantUnderTest(b, Options{StateDir: b.TempDir(), Users: 5000, Groups: 50})
	a := u.newApp("x")
	for b.Loop() {
		a.secrets("SyncAll", "true").want(204)
	}
}

// BenchmarkLookUp finds one of many users by a property.
func BenchmarkLookUp(b *testing.B) {
	u := newTenantUnderTest(b, Options{Users: 5000})
	for b.Loop() {
		u.get("/users?$filter=mail eq 'user04999@contoso.com'&$select=id").want(200)
	}
}

// BenchmarkCycle is an initial cycle of a large tenant into the embedded target with
// everything on disk, and what a Graph read takes meanwhile at worst.
func BenchmarkCycle(b *testing.B) {
	const users = 20_000
	for b.Loop() {
		u := newTenantUnderTest(b, Options{StateDir: b.TempDir(), Users: users, Groups: 100})
		a := u.newApp("x")
		a.secrets("SyncAll", "true").want(204)
		a.start()
		done := make(chan time.Duration)
		go func() {
			began := time.Now()
			a.tick()
			done <- time.Since(began)
		}()
		var slowest time.Duration
		reads := 0
		for running := true; running; {
			select {
			case took := <-done:
				b.ReportMetric(users/took.Seconds(), "users/s")
				running = false
			default:
				began := time.Now()
				u.get("/users?$top=1&$select=id").want(200)
				u.get(a.at).want(200)
				slowest = max(slowest, time.Since(began))
				reads++
				time.Sleep(5 * time.Millisecond)
			}
		}
		b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest-read")
		began := time.Now()
		a.tick()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-empty-cycle")
	}
}
