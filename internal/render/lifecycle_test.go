package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/importer"
	"github.com/scimctl/scimctl/pkg/permission"
)

// lifecycleViews are import, permissions, destroy and rotate-token over examples.
var lifecycleViews = map[string]func(p *Printer){
	"import": func(p *Printer) {
		p.Import(&importer.Result{
			Profile: "klaxoon", Environment: "production", Token: "KLAXOON_SCIM_TOKEN",
			Beyond:   []string{"users: flowBehavior FlowAlways of the mapping of externalId", "the member vendor\x1b[31mOption of synchronizationRules, 2 times"},
			Unproven: []string{"a plan would change userName"},
		}, "klaxoon.yaml")
		p.Import(&importer.Result{Profile: "idmelon"}, "")
	},
	"permissions":           func(p *Printer) { p.Permissions([]string{"plan", "apply"}, needs("plan", "apply"), false) },
	"permissions-delegated": func(p *Printer) { p.Permissions([]string{"import", "logs"}, needs("import", "logs"), true) },
	"destroy": func(p *Printer) {
		p.Doomed(doomed(), false)
		gone := doomed()
		gone.State, gone.RestorableUntil = StateDeleted, at.Add(entra.RestoreLimit)
		p.Destroyed(gone)
		gone.State = StateAbsent
		p.Destroyed(gone)
	},
	"destroy-purge": func(p *Printer) {
		few := doomed()
		few.Jobs, few.Groups, few.Assignments, few.People, few.Uncounted, few.Everybody = nil, nil, 1, 1, "Insufficient privileges to complete the operation.", true
		p.Doomed(few, true)
		p.Destroyed(Destroyed{App: "Klaxoon SCIM", State: StatePurged})
		p.Destroyed(Destroyed{Profile: "klaxoon", State: StateAbsent})
	},
	"token": func(p *Printer) {
		rotated := token(TokenRotated)
		rotated.Before, rotated.Restarted, rotated.Masked = at.AddDate(0, -6, 0), true, []string{"Oauth2ClientSecret"}
		p.Token(rotated)
		p.Token(token(TokenUnchanged))
	},
	"token-checked": func(p *Printer) {
		due := token(TokenChecked)
		due.Accepted, due.Why, due.Same = new(false), "the endpoint answered 401 Unauthorized", new(false)
		due.Set, due.Expires = at.AddDate(0, 0, -200), at.AddDate(0, 0, 12)
		due.Judge()
		p.Token(due)
		unknown := TokenState{App: "Example", Host: "scim.example", State: TokenChecked, Why: "grant the permission", Now: at}
		p.Token(unknown)
	},
}

// at is now in the examples.
var at = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

func needs(verbs ...string) []permission.Need {
	all, err := permission.For(verbs, nil)
	if err != nil {
		panic(err)
	}
	return all
}

func doomed() Destroyed {
	return Destroyed{
		Profile: "klaxoon", Environment: "production", App: "Klaxoon SCIM", Tenant: entra.Tenant{Domains: []string{"contoso.com"}}, Graph: "https://graph.microsoft.com",
		ServicePrincipalID: "6f9619ff-8b86-4011-b42d-00cf4fc964ff", ApplicationID: "0d2f3c61-55d5-4d4c-9a0e-7d3c3b3a2f10",
		Jobs:        []DoomedJob{{ID: "scim.0f1e2d3c4b5a69788796a5b4c3d2e1f0.4ba261ce-287a-459c-93eb-7047bab3cfb9", Active: true, Provisioned: 1204}},
		Assignments: 9, Groups: []string{"A", "B", "C", "D", "E", "F", "Klaxoon Pro"}, People: 1199,
	}
}

func token(state string) TokenState {
	return TokenState{
		Profile: "klaxoon", App: "Klaxoon SCIM", State: state, Host: "klaxoon.example", From: "environment variable KLAXOON_SCIM_TOKEN",
		Set: at.Add(-time.Hour), Expires: at.AddDate(0, 6, 0), Accepted: new(true), Recorded: true, Now: at, Warn: 30, MaxAge: 180,
	}
}

func TestLifecycleViews(t *testing.T) {
	for name, view := range lifecycleViews {
		for _, width := range []int{80, 200} {
			for _, color := range []bool{false, true} {
				kind := map[bool]string{false: "pipe", true: "terminal"}[color]
				t.Run(fmt.Sprintf("%s-%d-%s", name, width, kind), func(t *testing.T) {
					var b bytes.Buffer
					view(New(&b, width, color))
					golden(t, fmt.Sprintf("lifecycle-%s-%d-%s.golden", name, width, kind), b.String())
				})
			}
		}
	}
}

// TestConsents: the commands have every permission, and no comment ends them.
func TestConsents(t *testing.T) {
	var b bytes.Buffer
	p := New(&b, 80, false)
	for _, delegated := range []bool{false, true} {
		p.ConsentAz(needs("apply"), delegated)
		p.ConsentPowerShell(needs("apply"), delegated)
	}
	golden(t, "lifecycle-consents.golden", b.String())
}

// TestJudge: why a token should be rotated.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*TokenState)
		want   []string
	}{
		{"nothing is wrong", func(*TokenState) {}, nil},
		{"it ends on the last day of the warning", func(s *TokenState) { s.Expires = at.AddDate(0, 0, 30) }, nil},
		{"it ends a day before", func(s *TokenState) { s.Expires = at.AddDate(0, 0, 29) }, []string{"it ends on 24 December 2026, in 29 days"}},
		{"it ended", func(s *TokenState) { s.Expires = at.Add(-time.Second) }, []string{"it ended on 25 November 2026"}},
		{"old enough to be replaced", func(s *TokenState) { s.Set = at.AddDate(0, 0, -181) }, []string{"it is 181 days old, and 180 days are allowed"}},
		{"as old as allowed", func(s *TokenState) { s.Set = at.AddDate(0, 0, -180) }, nil},
		{"no limit", func(s *TokenState) { s.Set, s.MaxAge = at.AddDate(-9, 0, 0), 0 }, nil},
		{"nobody knows how old", func(s *TokenState) { s.Set = time.Time{} }, []string{"when it was set is not known"}},
		{"refused, and another one waits", func(s *TokenState) { s.Accepted, s.Why, s.Same = new(false), "401", new(false) },
			[]string{"the endpoint does not accept it: 401", "the environment variable KLAXOON_SCIM_TOKEN holds another token"}},
		{"not tested", func(s *TokenState) { s.Accepted = nil }, nil},
		{"rotated, and ends soon all the same", func(s *TokenState) { s.State, s.Expires = TokenRotated, at.AddDate(0, 0, 1) }, []string{"it ends on 26 November 2026, in 1 day"}},
	} {
		s := token(TokenChecked)
		tt.change(&s)
		s.Judge()
		s.Judge() // says it once
		if !slices.Equal(s.Reasons, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, s.Reasons, tt.want)
		}
	}
}

// TestTokenJSON: an unset time is left out, a test that was not made is null.
func TestTokenJSON(t *testing.T) {
	got, err := json.Marshal(TokenState{App: "a", State: TokenChecked})
	want := `{"app":"a","servicePrincipalId":"","jobId":"","state":"checked","host":"","accepted":null,"recorded":false,"restarted":false}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}
