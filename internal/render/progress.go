package render

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/apply"
)

// frameTime is how often a running step moves on a terminal.
const frameTime = 120 * time.Millisecond

// Progress shows the steps of a run as they begin and end: a line for each
// finished step with the count of all, and on a terminal a last line that moves
// with what is running and for how long.
type Progress struct {
	p       *Printer
	live    bool
	mu      sync.Mutex
	running []running
	total   int
	done    int
	frame   int
	shown   bool // a moving line is on the screen
	stop    chan struct{}
	stopped sync.WaitGroup
	now     func() time.Time
}

type running struct {
	id, text string
	since    time.Time
}

// NewProgress returns a Progress on the stream for eyes. Stop must be called.
func NewProgress(s *iostreams.IOStreams, now func() time.Time) *Progress {
	pr := &Progress{p: Err(s), live: s.ErrTerminal, now: now, stop: make(chan struct{})}
	if pr.live {
		pr.stopped.Go(pr.animate)
	}
	return pr
}

// Event takes a begin or an end of a step.
func (pr *Progress) Event(e apply.Event) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.total = e.Total
	if !e.Done {
		pr.running = append(pr.running, running{e.Step.ID, e.Step.Summary, pr.now()})
		pr.draw()
		return
	}
	for i, r := range pr.running {
		if r.id == e.Step.ID {
			pr.running = append(pr.running[:i:i], pr.running[i+1:]...)
			break
		}
	}
	pr.done++
	pr.erase()
	mark := pr.p.style.good.Render("✓")
	if e.Err != nil {
		mark = pr.p.style.bad.Render("✗")
	}
	lead := fmt.Sprintf("%s %s ", pr.p.style.faint.Render(fmt.Sprintf("[%*d/%d]", len(fmt.Sprint(e.Total)), pr.done, e.Total)), mark)
	pr.p.Paragraph(0, lead, clean(e.Step.Summary)+pr.p.style.faint.Render(took(e.Took)))
	pr.draw()
}

// Notice writes a line between the steps, such as a wait that a server asked for.
func (pr *Progress) Notice(text string) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.erase()
	pr.p.Paragraph(2, pr.p.style.warn.Render("…")+" ", clean(text))
	pr.draw()
}

// Stop ends the moving line.
func (pr *Progress) Stop() {
	close(pr.stop)
	pr.stopped.Wait()
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.erase()
}

func (pr *Progress) animate() {
	tick := time.NewTicker(frameTime)
	defer tick.Stop()
	for {
		select {
		case <-pr.stop:
			return
		case <-tick.C:
			pr.mu.Lock()
			pr.frame++
			pr.draw()
			pr.mu.Unlock()
		}
	}
}

// draw writes the moving line in place of the last one; the lock is held.
func (pr *Progress) draw() {
	pr.erase()
	if !pr.live || len(pr.running) == 0 {
		return
	}
	const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	spinner := []rune(frames)
	first := pr.running[0]
	text := fmt.Sprintf("[%d/%d] %s", pr.done, pr.total, first.text)
	if more := len(pr.running) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	if since := pr.now().Sub(first.since); since >= time.Second {
		text += fmt.Sprintf(" %ds", int(since.Seconds()))
	}
	text = strings.TrimRight(cut(clean(text), pr.p.width-3), " ")
	fmt.Fprintf(pr.p.w, "%s %s", pr.p.style.do.Render(string(spinner[pr.frame%len(spinner)])), text)
	pr.shown = true
}

// erase takes the moving line off the screen; the lock is held.
func (pr *Progress) erase() {
	if pr.shown {
		fmt.Fprint(pr.p.w, "\r\x1b[K")
		pr.shown = false
	}
}

// took prints a duration worth mentioning.
func took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return ""
	}
	return fmt.Sprintf("  %.1fs", d.Seconds())
}

// cut shortens text to a width with an ellipsis.
func cut(text string, width int) string {
	if lipgloss.Width(text) <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 0 && lipgloss.Width(string(r)) > width-1 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}
