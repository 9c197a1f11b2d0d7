package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/endpoint"
)

// EndpointProgress shows on a terminal how far the test of an endpoint is: the count
// of checks that have ended, what failed so far, which check began last, and once that
// can be told, the time left. Without a terminal it shows nothing.
type EndpointProgress struct {
	p      *Printer
	live   bool
	now    func() time.Time
	start  time.Time
	last   time.Time
	failed int
	shown  bool
}

// NewEndpointProgress returns an EndpointProgress on the stream for eyes. Stop must be
// called when the test is over.
func NewEndpointProgress(s *iostreams.IOStreams, now func() time.Time) *EndpointProgress {
	t := now()
	return &EndpointProgress{p: Err(s), live: s.ErrTerminal, now: now, start: t, last: t}
}

// Event takes a step of the test.
func (e *EndpointProgress) Event(event endpoint.Event) {
	if event.Result != nil && event.Result.Status == endpoint.Fail {
		e.failed++
	}
	t := e.now()
	if !e.live || event.Check == nil || t.Sub(e.start) < quiet || t.Sub(e.last) < frameTime {
		return
	}
	e.last = t
	text := fmt.Sprintf("[%d/%d] ", event.Done, event.Total)
	if event.Done > 0 {
		left := time.Duration(float64(t.Sub(e.start)) * float64(event.Total-event.Done) / float64(event.Done))
		text += fmt.Sprintf("about %s left, ", left.Round(time.Second))
	}
	if e.failed > 0 {
		text += fmt.Sprintf("%d failed, ", e.failed)
	}
	text += event.Check.ID + " " + event.Check.Title
	fmt.Fprintf(e.p.w, "\r\x1b[K%s", strings.TrimRight(cut(clean(text), e.p.width-1), " "))
	e.shown = true
}

// Stop takes the line off the screen.
func (e *EndpointProgress) Stop() {
	if e.shown {
		fmt.Fprint(e.p.w, "\r\x1b[K")
		e.shown = false
	}
}
