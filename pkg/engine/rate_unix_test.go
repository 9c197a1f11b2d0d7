//go:build unix

package engine_test

import (
	"syscall"
	"time"
)

// processorTime is what the process has used of the processors, which other processes
// of the machine do not change much.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
