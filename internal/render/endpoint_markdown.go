package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// EndpointMarkdown writes the test of an endpoint for a page or a comment of a forge.
func EndpointMarkdown(w io.Writer, r EndpointReport) error {
	m := &endpointPage{}
	m.linef("# SCIM endpoint %s", prose(r.URL))
	m.linef("\n%s\n", prose(r.summary()))
	m.linef("| for | verdict | breaks | degrades | notes | passed | not run |")
	m.linef("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
	for _, v := range r.Verdicts() {
		m.linef("| %s | **%s** | %d | %d | %d | %d | %d |", v.Side, v.Outcome, v.Breaks, v.Degrades, v.Notes, v.Passed, v.NotRun)
	}
	if r.Interrupted != "" {
		m.linef("\nThe run ended early: %s", prose(r.Interrupted))
	}
	m.section("Failed", r.failing(), func(x *endpoint.Result) { m.failure(r, x) })
	m.section("Accepted by the baseline", r.accepted(), func(x *endpoint.Result) { m.failure(r, x) })
	m.folded("Passed", r.passed(), func(g endpointGroup) {
		m.linef("\n%s\n", prose(g.Name))
		for _, x := range g.Results {
			m.linef("- **%s** %s", x.Check.ID, prose(x.Check.Title))
			for _, c := range x.Failed() {
				m.linef("  - %s: %s", impactText(c.Impact), prose(claimText(c)))
			}
		}
	})
	m.folded("Not run", r.notRun(), func(g endpointGroup) { m.linef("\n- %s: %s", g.ids(), prose(g.Name)) })
	m.left(r.Left)
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

// endpointPage is Markdown in the making.
type endpointPage struct{ strings.Builder }

func (m *endpointPage) linef(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// section writes groups below a heading.
func (m *endpointPage) section(title string, groups []endpointGroup, write func(*endpoint.Result)) {
	if len(groups) == 0 {
		return
	}
	m.linef("\n## %s (%d)", title, size(groups))
	for _, g := range groups {
		m.linef("\n### %s", prose(g.Name))
		for _, x := range g.Results {
			write(x)
		}
	}
}

// folded writes groups so that they open on a click.
func (m *endpointPage) folded(title string, groups []endpointGroup, write func(endpointGroup)) {
	if len(groups) == 0 {
		return
	}
	m.linef("\n<details><summary>%s (%d)</summary>", title, size(groups))
	for _, g := range groups {
		write(g)
	}
	m.linef("\n</details>")
}

// failure writes a check that failed.
func (m *endpointPage) failure(r EndpointReport, x *endpoint.Result) {
	m.linef("\n**%s** %s\n", x.Check.ID, prose(x.Check.Title))
	if s, d := r.Standing(x); s != baseline.New {
		m.linef("- %s", prose(standingText(s, d)))
	}
	for _, c := range x.Failed() {
		m.linef("- %s: %s", impactText(c.Impact), prose(c.Text))
		if c.Saw != "" {
			m.linef("  - saw: %s", prose(c.Saw))
		}
		if e := evidence(x, c); e != nil {
			m.linef("  - in: %s", prose(exchangeText(e)))
		}
	}
	if x.Check.Why != "" {
		m.linef("- why: %s", prose(x.Check.Why))
	}
	for _, fix := range fixesOf(x) {
		m.linef("- fix: %s", prose(fix))
	}
}

func (m *endpointPage) left(left []endpoint.Leftover) {
	if len(left) == 0 {
		return
	}
	m.linef("\n## Left at the server\n\n| resource | id | name | reason |\n| --- | --- | --- | --- |")
	for _, l := range left {
		m.linef("| %s | %s | %s | %s |", prose(l.Resource), prose(l.ID), prose(l.Name), prose(l.Reason))
	}
}
