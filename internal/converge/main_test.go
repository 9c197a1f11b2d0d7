package converge

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow further between collections than a program would:
// hundreds of tenants come and go, and none of them lives long.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}
