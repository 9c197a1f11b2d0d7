package render

import (
	"fmt"
	"sync"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/engine"
)

// SimulationProgress shows on a terminal how far a simulation has come: the cycle, the
// objects in it, how fast they go and how long it will take. A run shorter than a
// second shows nothing, and neither does one without a terminal.
type SimulationProgress struct {
	p      *Printer
	live   bool
	cycles int
	now    func() time.Time
	began  time.Time

	mu      sync.Mutex
	number  int       // of the running cycle, from 1
	started time.Time // of it
	at      engine.Progress
	drawn   time.Time
	shown   bool
}

// NewSimulationProgress returns the progress of a number of cycles. Stop must be
// called.
func NewSimulationProgress(s *iostreams.IOStreams, cycles int, now func() time.Time) *SimulationProgress {
	return &SimulationProgress{p: Err(s), live: s.ErrTerminal, cycles: cycles, now: now, began: now()}
}

// Begin says that a cycle begins.
func (p *SimulationProgress) Begin(number int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number, p.started, p.at = number, p.now(), engine.Progress{}
	p.draw()
}

// Step says how far the cycle is.
func (p *SimulationProgress) Step(at engine.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
	p.draw()
}

// At is how far the last cycle came.
func (p *SimulationProgress) At() engine.Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// draw writes the line, when it is time; the lock is held.
func (p *SimulationProgress) draw() {
	now := p.now()
	if !p.live || now.Sub(p.began) < quiet || now.Sub(p.drawn) < frameTime {
		return
	}
	p.drawn, p.shown = now, true
	fmt.Fprintf(p.p.w, "\r\x1b[K%s", cut(p.text(now), p.p.width-1))
}

// text is the cycle, and of a cycle that takes its time the phase, the count, the rate
// and the time left in it; of many short ones the time left for all.
func (p *SimulationProgress) text(now time.Time) string {
	text := fmt.Sprintf("cycle %d of %d", p.number, p.cycles)
	took := now.Sub(p.started)
	if took < quiet {
		if done := p.number - 1; done > 0 {
			text += left(now.Sub(p.began), done, p.cycles)
		}
		return text
	}
	if p.at.Total == 0 {
		return text + "  testing the connection"
	}
	text += fmt.Sprintf("  %s %s of %s, %s a second", p.at.Phase, grouped(p.at.Completed), grouped(p.at.Total), grouped(int(float64(p.at.Completed)/took.Seconds())))
	text += left(took, p.at.Completed, p.at.Total)
	if p.at.Failed > 0 {
		text += fmt.Sprintf(", %s failed", grouped(p.at.Failed))
	}
	return text
}

// left estimates the time that the rest takes, "" when there is none.
func left(took time.Duration, done, total int) string {
	if done <= 0 || done >= total {
		return ""
	}
	rest := time.Duration(float64(took) / float64(done) * float64(total-done))
	return fmt.Sprintf(", about %s left", rest.Round(time.Second))
}

// Stop takes the line off the screen.
func (p *SimulationProgress) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.p.w, "\r\x1b[K")
		p.shown = false
	}
}
