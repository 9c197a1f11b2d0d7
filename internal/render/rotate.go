package render

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// States of a TokenState.
const (
	TokenRotated   = "rotated"
	TokenUnchanged = "unchanged" // the new token is the stored one
	TokenChecked   = "checked"
)

// TokenState is how the token of an application stands. Its JSON is documented by
// the tags and stable; the token is never part of it.
type TokenState struct {
	Profile            string    `json:"profile,omitempty"`
	Environment        string    `json:"environment,omitempty"`
	App                string    `json:"app"`
	ServicePrincipalID string    `json:"servicePrincipalId"`
	JobID              string    `json:"jobId"`
	State              string    `json:"state"`             // rotated, unchanged, checked
	Host               string    `json:"host"`              // that the token goes to
	From               string    `json:"from,omitempty"`    // where the new token is
	Set                time.Time `json:"set,omitzero"`      // of the stored token, where that was noted
	Expires            time.Time `json:"expires,omitzero"`  // where that is known
	Before             time.Time `json:"before,omitzero"`   // when the token before it was set
	Accepted           *bool     `json:"accepted"`          // by the endpoint; null: not tested
	Why                string    `json:"why,omitempty"`     // it is not accepted, or was not tested
	Same               *bool     `json:"same,omitempty"`    // the source holds the stored token
	Recorded           bool      `json:"recorded"`          // set, end and fingerprint were noted
	Restarted          bool      `json:"restarted"`         // a quarantine was ended
	Masked             []string  `json:"masked,omitempty"`  // other secrets, which could not be written again
	Reasons            []string  `json:"reasons,omitempty"` // why it should be rotated

	Now          time.Time `json:"-"`
	Warn, MaxAge int       `json:"-"` // days
}

// Done reports whether something came of it.
func (t TokenState) Done() bool { return t.State != "" }

// Judge fills in the reasons why the token should be rotated.
func (t *TokenState) Judge() {
	t.Reasons = nil
	if t.Accepted != nil && !*t.Accepted {
		t.because("the endpoint does not accept it: %s", t.Why)
	}
	t.ending()
	switch {
	case t.MaxAge == 0 || t.State == TokenRotated:
	case t.Set.IsZero():
		t.because("when it was set is not known")
	case t.age() > t.MaxAge:
		t.because("it is %s old, and %s are allowed", days(t.age()), days(t.MaxAge))
	}
	if t.Same != nil && !*t.Same {
		t.because("the %s holds another token", t.From)
	}
}

func (t *TokenState) because(format string, args ...any) {
	t.Reasons = append(t.Reasons, fmt.Sprintf(format, args...))
}

// ending adds the reason that the token has ended, or ends soon.
func (t *TokenState) ending() {
	left := int(math.Floor(t.Expires.Sub(t.Now).Hours() / 24))
	switch {
	case t.Expires.IsZero() || left >= t.Warn:
	case t.Expires.Before(t.Now):
		t.because("it ended on %s", day(t.Expires))
	default:
		t.because("it ends on %s, in %s", day(t.Expires), days(left))
	}
}

func (t TokenState) age() int { return int(t.Now.Sub(t.Set).Hours() / 24) }

func daysAgo(n int) string {
	if n == 0 {
		return "today"
	}
	return days(n) + " ago"
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// Token says how the token of an application stands.
func (p *Printer) Token(t TokenState) {
	switch t.State {
	case TokenRotated:
		p.Paragraph(0, p.style.good.Render("Rotated.")+" ", clean(fmt.Sprintf("%q has a new token, from the %s. %s accepted it before it was written, and accepts it now.", t.App, t.From, t.Host)))
	case TokenUnchanged:
		p.Paragraph(0, "", clean(fmt.Sprintf("Nothing to do: the %s holds the token that is stored for %q already.", t.From, t.App)))
	default:
		p.Paragraph(0, "", clean(fmt.Sprintf("The token of %q goes to %s.", t.App, t.Host)))
	}
	p.Linef("")
	for _, f := range t.facts() {
		p.Linef("  %s %s", p.style.faint.Render(fmt.Sprintf("%-9s", f[0])), clean(f[1]))
	}
	if len(t.Masked)+len(t.Reasons) > 0 || t.Restarted {
		p.Linef("")
	}
	if len(t.Masked) > 0 {
		p.Note("%s cannot be read and was not written again: if the service replaces secrets as a whole, it has to be entered again", strings.Join(t.Masked, ", "))
	}
	if t.Restarted {
		p.Note("the job was in quarantine; it was started again, which ends it")
	}
	for _, r := range t.Reasons {
		p.Paragraph(0, p.style.warn.Render("warning")+" ", clean("the token should be rotated: "+r))
	}
}

// facts are the lines of a TokenState.
func (t TokenState) facts() [][2]string {
	var out [][2]string
	add := func(name, text string) { out = append(out, [2]string{name, text}) }
	switch {
	case t.State == TokenRotated && !t.Before.IsZero():
		add("set", fmt.Sprintf("%s; the one before it on %s", day(t.Set), day(t.Before)))
	case t.Set.IsZero():
		add("set", "not noted: rotate-token notes it when it writes one")
	default:
		add("set", fmt.Sprintf("%s, %s", day(t.Set), daysAgo(t.age())))
	}
	if t.Expires.IsZero() {
		add("ends", "not known; say it with --expires when the token is rotated")
	} else {
		add("ends", day(t.Expires))
	}
	switch {
	case t.Accepted == nil:
		add("works", "not tested: "+t.Why)
	case *t.Accepted:
		add("works", "yes, the endpoint accepts it")
	default:
		add("works", "no")
	}
	if t.Same != nil && t.State == TokenChecked {
		text := "the same token"
		if !*t.Same {
			text = "another token"
		}
		add("source", fmt.Sprintf("the %s holds %s", t.From, text))
	}
	return out
}
