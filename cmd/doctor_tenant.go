package cmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/permission"
)

// theTenant looks at what holds for every application. It is false when nobody could
// sign in, so that nothing else can be seen.
func (x *doctor) theTenant(ctx context.Context) bool {
	caller, err := x.tenant.Caller(ctx)
	if err != nil {
		x.broken("sign-in", err.Error(), "")
		return false
	}
	x.signIn(caller)
	x.permissions(caller)
	if !x.theDirectory(ctx) {
		return false
	}
	x.clock()
	x.licences(ctx)
	return true
}

func (x *doctor) signIn(c graph.Caller) {
	if !c.Readable {
		x.good("sign-in", "a token was given, which does not tell for whom")
		return
	}
	who := c.Name
	switch {
	case c.Person && who == "":
		who = "a person"
	case who == "":
		who = "the application " + c.AppID
	case !c.Person:
		who = fmt.Sprintf("the application %q (%s)", c.Name, c.AppID)
	}
	found := fmt.Sprintf("as %s, until %s", who, c.Expires.UTC().Format("15:04 UTC"))
	if c.Borrowed {
		x.doubtful("sign-in", found+", by a tool whose own application stands in between", "Where permissions are missing, sign in as an application of your own: --auth client-secret or client-certificate.")
		return
	}
	x.good("sign-in", found)
}

// permissions compares the token with what the verbs need.
func (x *doctor) permissions(c graph.Caller) {
	holds, err := x.deps.conditions(x.managed.source)
	if err != nil {
		holds = nil // the profile's problems are said where it is used
	}
	needs, err := permission.For(x.Verbs, holds)
	if err != nil {
		x.broken("permissions", err.Error(), "")
		return
	}
	if !c.Readable {
		x.add(render.Check{Name: "permissions", Verdict: render.CheckUnseen, Found: "not looked at: the token cannot be read"})
		return
	}
	var missing, lost []string // lines
	var names []string
	for _, n := range needs {
		if n.Held(c.Granted) {
			continue
		}
		line := n.Name + ", to " + n.Allows + useOf(n)
		if n.Optional() {
			lost = append(lost, line)
			continue
		}
		names = append(names, n.Name)
		missing = append(missing, line)
	}
	verbs := listed(x.Verbs)
	next := "Grant the application that signs in, with admin consent: " + listed(names) + ". scimctl permissions prints the commands."
	switch {
	case len(missing) > 0 && slices.Contains(c.Granted, permission.OwnedBy):
		x.doubtful("permissions", fmt.Sprintf("%s instead of all that %s need: it only counts for an owner of the service principal itself, and is at times refused even then", permission.OwnedBy, verbs), next, missing...)
	case len(missing) > 0:
		x.broken("permissions", fmt.Sprintf("%s missing for %s", count(len(missing), "permission"), verbs), next, append(missing, lost...)...)
	case len(lost) > 0:
		x.doubtful("permissions", fmt.Sprintf("enough for %s, with something left out", verbs), "", lost...)
	case c.Person:
		x.good("permissions", fmt.Sprintf("the scopes suffice for %s; a person also needs the directory roles that scimctl permissions names", verbs))
	default:
		x.good("permissions", "enough for "+verbs)
	}
}

// useOf says what a permission is for, and what is lost without it.
func useOf(n permission.Need) string {
	var parts []string
	for _, u := range n.Uses {
		part := u.Verb + ": " + u.Why
		if u.Without != "" {
			part += "; without it " + u.Without
		}
		parts = append(parts, part)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// theDirectory reads the tenant: the first request that shows whether Graph takes
// the token.
func (x *doctor) theDirectory(ctx context.Context) bool {
	t, err := x.session.target.Tenant(ctx)
	if err != nil {
		x.broken("tenant", err.Error(), "")
		return false
	}
	if len(t.Domains) == 0 {
		x.good("tenant", t.ID+"; its name and domains may not be read")
		return true
	}
	x.good("tenant", fmt.Sprintf("%s, %s (%s)", t.Name, t.Domains[0], t.ID))
	return true
}

// Limits of clocks that differ. Tokens are refused that are not valid yet or not any
// more, for which services allow five minutes as a rule.
const (
	skewDoubtful = time.Minute
	skewBroken   = 5 * time.Minute
)

func (x *doctor) clock() {
	s, ok := x.tenant.(interface{ Skew() time.Duration })
	if !ok {
		return
	}
	skew := s.Skew()
	way := "behind"
	if skew < 0 {
		way = "ahead of"
	}
	found := fmt.Sprintf("this machine's clock is %s %s Microsoft's", skew.Abs(), way)
	const next = "Let this machine take its time from a time server."
	switch {
	case skew.Abs() >= skewBroken:
		x.broken("clock", found+", so that tokens are refused", next)
	case skew.Abs() >= skewDoubtful:
		x.doubtful("clock", found, next)
	default:
		x.good("clock", "right, to "+max(skew.Abs(), time.Second).String())
	}
}

// licences looks for Microsoft Entra ID P1, which assigning groups and reading the
// log take. Source: graph_contract §3, §10.
func (x *doctor) licences(ctx context.Context) {
	all, err := x.tenant.Licences(ctx)
	if err != nil {
		x.unseen("licence", err)
		return
	}
	var names []string
	for _, l := range all {
		if l.Premium() {
			names = append(names, l.Name)
		}
	}
	if len(names) == 0 {
		x.doubtful("licence", "the tenant has no Microsoft Entra ID P1 or P2", "Without P1 no groups can be assigned to applications, and the log is kept for 7 days only. Assign users one by one, or buy P1.")
		return
	}
	x.good("licence", "Microsoft Entra ID P1 or P2 by "+listed(names))
}
