package render

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
)

// Watch shows how a job goes on: on a terminal a few lines that are drawn in place,
// off it a line whenever something has changed that is worth one.
type Watch struct {
	p    *Printer
	live bool
	now  func() time.Time

	mu      sync.Mutex
	name    string
	job     *JobStatus
	last    string // what the last line said, off a terminal
	frame   int
	drawn   int // lines on the screen
	stop    chan struct{}
	stopped sync.WaitGroup
}

// NewWatch returns a Watch on the stream for eyes. Stop must be called.
func NewWatch(s *iostreams.IOStreams, now func() time.Time) *Watch {
	w := &Watch{p: Err(s), live: s.ErrTerminal, now: now, stop: make(chan struct{})}
	if w.live {
		w.stopped.Go(w.animate)
	}
	return w
}

// Show takes the job as it is now.
func (w *Watch) Show(name string, j JobStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.name, w.job = name, &j
	if w.live {
		w.draw()
		return
	}
	if key := w.key(); key != w.last {
		w.last = key
		w.p.Linef("%s  %s", w.now().UTC().Format("15:04:05"), clean(w.line()))
	}
}

// key changes when a line is worth writing: with the condition, a new cycle, and
// each tenth of a running one.
func (w *Watch) key() string {
	key := string(w.job.Condition)
	if r := w.job.Running; r != nil && r.Total > 0 {
		key += fmt.Sprint(" ", r.Completed*10/r.Total)
	}
	if c := w.job.LastCycle; c != nil && c.Ended != nil {
		key += " " + c.Ended.String()
	}
	return key
}

// line is the job in one line.
func (w *Watch) line() string {
	text := w.name + ": " + conditionWords[w.job.Condition]
	switch {
	case w.job.Running != nil:
		text += ", " + w.job.Running.text()
	case w.job.LastCycle != nil:
		text += ", last cycle " + w.job.LastCycle.text(w.now())
	}
	return text
}

// Note writes a remark above what is drawn.
func (w *Watch) Note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.erase()
	w.p.Paragraph(0, w.p.style.warn.Render("…")+" ", clean(text))
	if w.live {
		w.draw()
	}
}

// Stop takes the lines off the screen.
func (w *Watch) Stop() {
	close(w.stop)
	w.stopped.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.erase()
}

func (w *Watch) animate() {
	tick := time.NewTicker(frameTime)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			w.mu.Lock()
			w.frame++
			w.draw()
			w.mu.Unlock()
		}
	}
}

// draw writes the lines in place of the last ones, in one piece so that nothing
// flickers; the lock is held.
func (w *Watch) draw() {
	if w.job == nil {
		return
	}
	lines := w.lines()
	var b strings.Builder
	if w.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", w.drawn)
	}
	for _, line := range lines {
		b.WriteString(line + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	fmt.Fprint(w.p.w, b.String())
	w.drawn = len(lines)
}

// lines are what a terminal shows of the job; none is wider than the terminal.
func (w *Watch) lines() []string {
	j, now := w.job, w.now()
	mark := "●"
	if j.Running != nil || j.Condition == "waiting" {
		spinner := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
		mark = string(spinner[w.frame%len(spinner)])
	}
	lines := []string{w.p.conditionStyle(j.Condition).Render(mark) + " " + w.p.style.strong.Render(cut(clean(w.name), w.p.width-24)) + "  " + w.p.condition(*j)}
	if r := j.Running; r != nil && r.Total > 0 {
		lines = append(lines, "  "+w.p.style.do.Render(bar(r.Completed, r.Total, w.p.width*3/10))+" "+cut(r.text(), w.p.width*7/10-4))
	}
	var facts []fact
	if c := j.LastCycle; c != nil {
		facts = append(facts, fact{"last cycle", c.text(now)}, fact{"", c.counts()})
	}
	if j.NextCycle != nil {
		facts = append(facts, fact{"next cycle", due(*j.NextCycle, now)})
	}
	if len(j.Provisioned) > 0 {
		facts = append(facts, fact{"provisioned", provisionedText(j.Provisioned)})
	}
	if j.Escrows > 0 {
		facts = append(facts, fact{"in escrow", many(j.Escrows, "object")})
	}
	for _, line := range w.p.block(facts, w.p.width-3) {
		lines = append(lines, "  "+line)
	}
	return lines
}

// bar draws how much of a whole is done.
func bar(done, total int64, width int) string {
	full := int(min(max(done, 0), total) * int64(width) / total)
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// erase takes the lines off the screen; the lock is held.
func (w *Watch) erase() {
	if w.drawn > 0 {
		fmt.Fprintf(w.p.w, "\x1b[%dA\r\x1b[J", w.drawn)
		w.drawn = 0
	}
}
