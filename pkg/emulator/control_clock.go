package emulator

import (
	"context"
	"net/http"
	"time"
)

func clockControls() []route {
	return []route{
		{method: "GET", pattern: "/clock", handle: getClock},
		{method: "POST", pattern: "/clock", access: calling, handle: moveClock},
	}
}

// maxAdvance is how far one request moves the clock: a year is 13,000 cycles of each
// started job.
const maxAdvance = 366 * 24 * time.Hour

// clockControl is the tenant's clock. The JSON names are stable.
type clockControl struct {
	Now    string         `json:"now"`
	Ahead  string         `json:"ahead"`  // of the machine's clock, as in 24h0m0s
	Cycles []cycleSummary `json:"cycles"` // that fell due on the way and ran
}

func (e *Emulator) clock(ran []cycleSummary) clockControl {
	if ran == nil {
		ran = []cycleSummary{}
	}
	return clockControl{Now: precise(e.now()), Ahead: time.Duration(e.ahead.Load()).String(), Cycles: ran}
}

func getClock(c *call) (*reply, error) { return ok(c.e.clock(nil)) }

// moveClock puts the tenant's clock forward. Cycles that fall due on the way run, each
// at its time: four weeks of quarantine pass in a request. Tokens keep the machine's
// time, so that a client stays signed in.
func moveClock(c *call) (*reply, error) {
	var body struct {
		Advance string `json:"advance"`
	}
	if err := c.decode(&body); err != nil {
		return nil, fail(http.StatusBadRequest, "BadRequest", `The body must be JSON such as {"advance": "24h"}.`)
	}
	by, err := time.ParseDuration(body.Advance)
	switch {
	case err != nil:
		return nil, fail(http.StatusBadRequest, "BadRequest", `"advance" is %q, which is no duration: write hours, minutes and seconds, such as "24h" or "1h30m".`, body.Advance)
	case by < 0 || by > maxAdvance:
		return nil, fail(http.StatusBadRequest, "BadRequest", `"advance" is %q: the clock moves forward, by at most %s in one request.`, body.Advance, maxAdvance)
	}
	ran, err := c.e.cycles.advance(c.r.Context(), by)
	if err != nil {
		return nil, fail(http.StatusInternalServerError, "ClockStopped", "The clock stopped at %s after %d cycles: %v", precise(c.e.now()), len(ran), err)
	}
	return ok(c.e.clock(ran))
}

// advance moves the clock, from one due cycle to the next.
func (c *cycles) advance(ctx context.Context, by time.Duration) (ran []cycleSummary, err error) {
	c.jump.Lock()
	defer c.jump.Unlock()
	target := c.e.now().Add(by)
	for c.e.o.CycleInterval > 0 && ctx.Err() == nil {
		next := c.schedule()
		if len(next) == 0 || next[0].at.After(target) {
			break
		}
		if err := c.e.moveTo(next[0].at); err != nil {
			return ran, err
		}
		summary, err := c.call(ctx, next[0].job)
		if err != nil && ctx.Err() != nil {
			break
		}
		if err != nil {
			summary.Job, summary.Error = next[0].job, map[string]any{"code": "CycleFailed", "message": err.Error(), "tenantActionable": false}
		}
		ran = append(ran, summary)
	}
	if ctx.Err() != nil {
		return ran, context.Cause(ctx)
	}
	return ran, c.e.moveTo(target)
}

// moveTo puts the clock forward to a time; one that has passed is no change. What was
// deleted too long ago by then is deleted for good.
func (e *Emulator) moveTo(at time.Time) error {
	by := at.Sub(e.now())
	if by <= 0 {
		return nil
	}
	e.mu.Lock()
	e.state.Ahead = time.Duration(e.ahead.Add(int64(by)))
	expired := e.state.expire(e.now())
	e.mu.Unlock()
	return e.save(parts{people: expired})
}
