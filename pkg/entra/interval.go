package entra

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// durations reads ISO 8601 durations in weeks, days, hours, minutes and seconds.
// Months and years have no fixed length, and schedules do not use them.
var durations = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$`)
})

// Every returns the time between the cycles of a schedule. It is 0 where the
// service says with the longest interval that it has, PT0S or nothing at all that
// the job does not run by itself. Source: graph_contract §5.
func (s Schedule) Every() (time.Duration, error) {
	if s.Interval == "" {
		return 0, nil
	}
	parts := durations().FindStringSubmatch(s.Interval)
	if parts == nil || s.Interval == "P" || s.Interval[len(s.Interval)-1] == 'T' {
		return 0, fmt.Errorf("interval %q of the schedule is no duration like PT40M", s.Interval)
	}
	units := [...]time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}
	var seconds float64
	for i, unit := range units {
		if parts[i+1] == "" {
			continue
		}
		n, err := strconv.ParseFloat(parts[i+1], 64)
		if err != nil {
			return 0, fmt.Errorf("interval %q of the schedule: %w", s.Interval, err)
		}
		seconds += n * unit.Seconds()
	}
	if seconds > float64(math.MaxInt64)/float64(time.Second) {
		return 0, nil // longer than 292 years
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
