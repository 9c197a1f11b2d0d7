package endpoint

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Probe is what a check works with: requests, claims and objects of its own. It
// belongs to one run of one check, and is used by one goroutine; requests that must
// be under way at the same time go through together.
//
// must, block and what needs a working server end the check at once, as FailNow
// ends a test.
type Probe struct {
	runner *Runner
	result *Result
	impact *Impact // of failed claims; nil is the check's
	fix    string
	shared *probeState
}

// probeState is what a Probe and those that as derives from it have in common.
type probeState struct {
	mu   sync.Mutex // guards made: together makes objects in parallel
	made []object
	last int // index in Traffic of the last exchange, or -1
	kept int // bytes of bodies in Traffic
}

// stop ends a check from inside. Only Runner.run recovers it.
type stop struct{}

// as returns a Probe whose failed claims have another impact than the check's.
func (p *Probe) as(i Impact) *Probe {
	q := *p
	q.impact = &i
	return &q
}

// withFix returns a Probe whose failed claims are mended in another way than the
// check says.
func (p *Probe) withFix(fix string) *Probe {
	q := *p
	q.fix = fix
	return &q
}

// entraDialects returns the dialects of Entra that the run is about. A check that
// phrases requests goes through all of them, with objects of their own.
func (p *Probe) entraDialects() []scim.Dialect {
	var list []scim.Dialect
	for _, d := range p.runner.options.Dialects {
		if !d.IsOkta() {
			list = append(list, d)
		}
	}
	return list
}

// oktaDialects is entraDialects for those of Okta.
func (p *Probe) oktaDialects() []scim.Dialect {
	var list []scim.Dialect
	for _, d := range p.runner.options.Dialects {
		if d.IsOkta() {
			list = append(list, d)
		}
	}
	return list
}

// do sends a request. The traffic is kept, and an object that it makes is removed
// when the check ends. A cancelled run ends the check.
func (p *Probe) do(ctx context.Context, r request) *answer {
	return p.together(ctx, r)[0]
}

// together sends requests at the same time and returns their answers in order.
func (p *Probe) together(ctx context.Context, requests ...request) []*answer {
	if p.runner.wire.isDeaf() {
		p.block("the endpoint has stopped answering")
	}
	answers := make([]*answer, len(requests))
	var all sync.WaitGroup
	for i, r := range requests {
		all.Go(func() {
			p.expectObject(r)
			answers[i] = p.runner.wire.send(ctx, r)
			p.noteObject(answers[i])
		})
	}
	all.Wait()
	for _, a := range answers {
		p.keep(a)
	}
	if ctx.Err() != nil {
		p.end(Interrupted, "the run was interrupted")
	}
	return answers
}

// keep puts an exchange into the result.
func (p *Probe) keep(a *answer) {
	if len(p.result.Traffic) >= MaxTraffic {
		p.result.Omitted++
		p.shared.last = -1
		return
	}
	x := a.Exchange
	if p.shared.kept > maxKept {
		x.trim()
	}
	p.shared.kept += len(x.RequestBody) + len(x.ResponseBody)
	p.result.Traffic = append(p.result.Traffic, x)
	p.shared.last = len(p.result.Traffic) - 1
}

// expect states a claim about the server: text says what a good server does, saw what
// this one did instead. It returns ok.
func (p *Probe) expect(ok bool, text, saw string, args ...any) bool {
	c := Claim{Text: text, OK: ok, Exchange: p.shared.last}
	if p.said(text, ok) {
		return ok
	}
	if !ok {
		c.Saw = shorten(p.runner.wire.mask.Text(fmt.Sprintf(saw, args...)), longSaw)
		c.Impact, c.Fix = p.result.Check.Impact, p.fix
		if p.impact != nil {
			c.Impact = *p.impact
		}
	}
	p.result.Claims = append(p.result.Claims, c)
	return ok
}

// said reports whether a claim adds nothing: one that holds was made before, or one
// that does not was already shown often enough.
func (p *Probe) said(text string, ok bool) bool {
	const enough = 5
	times := 0
	for i := range p.result.Claims {
		if c := &p.result.Claims[i]; c.OK == ok && c.Text == text {
			times++
		}
	}
	return ok && times > 0 || times >= enough
}

// must is expect, and ends the check when the claim fails.
func (p *Probe) must(ok bool, text, saw string, args ...any) {
	if !p.expect(ok, text, saw, args...) {
		panic(stop{})
	}
}

// answers claims that a request is answered with one of the statuses.
func (p *Probe) answers(a *answer, statuses ...int) bool {
	return p.expect(a.Is(statuses...), claimOf(a, statuses), "%s", a.Says())
}

// mustAnswer is answers, and ends the check when the claim fails.
func (p *Probe) mustAnswer(a *answer, statuses ...int) {
	if !p.answers(a, statuses...) {
		panic(stop{})
	}
}

func claimOf(a *answer, statuses []int) string {
	list := make([]string, len(statuses))
	for i, s := range statuses {
		list[i] = fmt.Sprint(s)
	}
	return a.request.where() + " answers " + strings.Join(list, " or ")
}

// mustList claims that the answer is a ListResponse, and returns it.
func (p *Probe) mustList(a *answer) listing {
	list, problem := a.List()
	p.must(problem == "", a.request.where()+" answers 200 with a ListResponse", "%s", problem)
	return list
}

// isError claims that the answer is an error of the status with a SCIM Error body.
// A wrong status is of the Probe's impact, a wrong body a drawback at most: the
// checks of group Errors judge bodies.
func (p *Probe) isError(a *answer, statuses ...int) bool {
	if !p.answers(a, statuses...) {
		return false
	}
	return p.as(Impact{Degrades, Degrades, Degrades}).withFix("Answer errors with a JSON body of the schema "+scim.ErrorSchema+", with status as a text and a detail (RFC 7644 §3.12).").
		expect(a.Error() != nil, a.request.where()+" answers errors with a SCIM Error body", "%s", a.Says())
}

// block ends the check as one that could not run, since something that it needs does
// not work. Claims that failed before still count.
func (p *Probe) block(reason string, args ...any) { p.end(Blocked, reason, args...) }

// notOffered ends the check as one of a feature that the server does not have and
// need not have.
func (p *Probe) notOffered(reason string, args ...any) { p.end(NotOffered, reason, args...) }

func (p *Probe) end(c Cause, reason string, args ...any) {
	p.result.Status, p.result.Cause = NotRun, c
	p.result.Reason = shorten(p.runner.wire.mask.Text(fmt.Sprintf(reason, args...)), longSaw)
	panic(stop{})
}
