package render

import (
	"fmt"
	"sync"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
)

// quiet is how long a run may take before its progress shows.
const quiet = time.Second

// Meter shows on a terminal how far a long run is, once it has taken a second: how
// many are done, how fast, and with a known total the share and the time left.
// Without a terminal it shows nothing.
type Meter struct {
	p     *Printer
	live  bool
	noun  string
	total int64 // of whatever Done counts in, 0 when it is not known
	now   func() time.Time
	start time.Time
	last  time.Time
	mu    sync.Mutex
	shown bool
}

// NewMeter returns a Meter on the stream for eyes. Stop must be called.
func NewMeter(s *iostreams.IOStreams, noun string, total int64, now func() time.Time) *Meter {
	t := now()
	return &Meter{p: Err(s), live: s.ErrTerminal, noun: noun, total: total, now: now, start: t, last: t}
}

// Done says how many are done, and how much of the total that is.
func (m *Meter) Done(count int, part int64) {
	if !m.live {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.now()
	took := t.Sub(m.start)
	if took < quiet || t.Sub(m.last) < frameTime {
		return
	}
	m.last = t
	text := fmt.Sprintf("%s %ss, %s a second", grouped(count), m.noun, grouped(int(float64(count)/took.Seconds())))
	if m.total > 0 && part > 0 {
		share := min(float64(part)/float64(m.total), 1)
		left := time.Duration(float64(took) * (1 - share) / share)
		text = fmt.Sprintf("%3.0f %%  %s, %s left", 100*share, text, left.Round(time.Second))
	}
	fmt.Fprintf(m.p.w, "\r\x1b[K%s", cut(text, m.p.width-1))
	m.shown = true
}

// Stop takes the line off the screen.
func (m *Meter) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		fmt.Fprint(m.p.w, "\r\x1b[K")
		m.shown = false
	}
}
