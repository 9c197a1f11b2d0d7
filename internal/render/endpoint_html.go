package render

import (
	"bytes"
	_ "embed" // for the style sheet
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

//go:embed endpoint.css
var endpointStyle string

// maxShown is how many bytes of a body the HTML report shows; the archive of --har has
// them all.
const maxShown = 8 << 10

// EndpointHTML writes the test of an endpoint as one page of HTML that needs nothing
// else, with the traffic of each check.
func EndpointHTML(w io.Writer, r EndpointReport) error {
	p := &endpointHTML{r: r}
	p.head()
	p.verdicts()
	p.section("Failed", `<span class="bad">✗</span>`, true, r.failing())
	p.section("Accepted by the baseline", `<span class="warn">○</span>`, false, r.accepted())
	p.section("Passed", `<span class="good">✓</span>`, false, r.passed())
	p.notRun()
	p.left()
	p.mended()
	p.addf("</body>\n</html>")
	// No character reference of HTML stands for a control character either.
	if _, err := io.WriteString(w, printable(p.String())); err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	return nil
}

// endpointHTML is the page while it is written, from its head to its end.
type endpointHTML struct {
	htmlPage
	r EndpointReport
}

func (p *endpointHTML) head() {
	p.addf(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>SCIM endpoint test of %s</title>
<style>
%s</style>
</head>
<body>
<h1>SCIM endpoint <code>%s</code></h1>`, p.r.URL, markup(endpointStyle), p.r.URL)
	p.addf(`<p class="faint">%s · %s%s · scimctl %s</p>`, p.r.Started.UTC().Format("2006-01-02 15:04:05 UTC"), p.r.summary(), around(" · profile ", p.r.Profile, ""), p.r.Version)
	if p.r.Interrupted != "" {
		p.addf(`<p class="warn">The run ended early: %s</p>`, p.r.Interrupted)
	}
}

func (p *endpointHTML) verdicts() {
	p.addf(`<table class="verdicts">
<thead><tr><th>for</th><th>verdict</th><th class="n">breaks</th><th class="n">degrades</th><th class="n">notes</th><th class="n">passed</th><th class="n">not run</th></tr></thead>
<tbody>`)
	for _, v := range p.r.Verdicts() {
		p.addf(`<tr><td>%s</td><td class="%s">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>`,
			v.Side, v.Outcome, v.Outcome, v.Breaks, v.Degrades, v.Notes, v.Passed, v.NotRun)
	}
	p.addf("</tbody>\n</table>")
}

// section writes checks of one end, unfolded where open.
func (p *endpointHTML) section(title string, mark markup, open bool, groups []endpointGroup) {
	if len(groups) == 0 {
		return
	}
	p.addf("<section>\n<h2>%s (%s)</h2>", title, size(groups))
	for _, g := range groups {
		p.addf("<h3>%s</h3>", g.Name)
		for _, x := range g.Results {
			p.check(mark, open, x)
		}
	}
	p.addf("</section>")
}

func (p *endpointHTML) check(mark markup, open bool, x *endpoint.Result) {
	unfolded := markup("")
	if open {
		unfolded = " open"
	}
	p.addf(`<details id="%s"%s>
<summary>%s <code>%s</code> %s</summary>
<div class="inner">%s
<ul>`, x.Check.ID, unfolded, mark, x.Check.ID, x.Check.Title, around(`<p class="warn">`, standingText(p.r.Standing(x)), "</p>"))
	for _, c := range x.Claims {
		p.claim(c)
	}
	p.addf("</ul>\n<dl>")
	if x.Check.Why != "" {
		p.addf("<dt>why</dt><dd>%s</dd>", x.Check.Why)
	}
	for _, fix := range fixesOf(x) {
		p.addf("<dt>fix</dt><dd>%s</dd>", fix)
	}
	if x.Check.Source != "" {
		p.addf(`<dt>source</dt><dd class="faint">%s</dd>`, x.Check.Source)
	}
	p.addf("</dl>\n</div>")
	for i := range x.Traffic {
		p.exchange(i+1, &x.Traffic[i])
	}
	if x.Omitted > 0 {
		p.addf(`<p class="inner faint">and %s more exchanges</p>`, x.Omitted)
	}
	p.addf("</details>")
}

func (p *endpointHTML) claim(c endpoint.Claim) {
	shown := markup("")
	if c.Exchange >= 0 {
		shown = around(` <span class="faint">[exchange `, c.Exchange+1, "]</span>")
	}
	if c.OK {
		p.addf(`<li><span class="good">✓</span> %s%s</li>`, c.Text, shown)
		return
	}
	p.addf(`<li><span class="bad">✗</span> %s <strong class="bad">%s</strong>%s%s</li>`, c.Text, impactText(c.Impact), around("<br>saw ", c.Saw, ""), shown)
}

func (p *endpointHTML) exchange(number int, x *endpoint.Exchange) {
	answer := answerText(x)
	p.addf(`<details>
<summary>%s. <code>%s %s</code> → %s <span class="faint">%s</span></summary>`, number, x.Method, x.URL, answer, roundTime(x.Took))
	p.addf("<pre>%s</pre>", message(x.Method+" "+x.URL, headerPairs(x.RequestHeader), shownBody(x.RequestBody, x.RequestCut)))
	p.addf("<pre>%s</pre>\n</details>", message(answer, headerPairs(x.ResponseHeader), shownBody(x.ResponseBody, x.ResponseCut)))
}

// message is a request or an answer as it is read: first line, headers, body.
func message(first string, headers []harPair, body string) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, h := range headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if body != "" {
		b.WriteString("\n" + body)
	}
	return b.String()
}

func (p *endpointHTML) notRun() {
	groups := p.r.notRun()
	if len(groups) == 0 {
		return
	}
	p.addf("<section>\n<h2>Not run (%s)</h2>\n<ul>", size(groups))
	for _, g := range groups {
		ids := make([]string, len(g.Results))
		for i, x := range g.Results {
			ids[i] = x.Check.ID
		}
		p.addf(`<li>%s: <span class="faint">%s</span></li>`, g.Name, strings.Join(ids, ", "))
	}
	p.addf("</ul>\n</section>")
}

func (p *endpointHTML) left() {
	if len(p.r.Left) == 0 {
		return
	}
	p.addf(`<section>
<h2>Left at the server</h2>
<table>
<thead><tr><th>resource</th><th>id</th><th>name</th><th>reason</th></tr></thead>
<tbody>`)
	for _, l := range p.r.Left {
		p.addf("<tr><td>%s</td><td><code>%s</code></td><td>%s</td><td>%s</td></tr>", l.Resource, l.ID, l.Name, l.Reason)
	}
	p.addf("</tbody>\n</table>\n</section>")
}

func (p *endpointHTML) mended() {
	deviations := p.r.Baseline.Mended(p.r.Report)
	if len(deviations) == 0 {
		return
	}
	p.addf("<section>\n<h2>No longer needed in the baseline</h2>\n<ul>")
	for _, d := range deviations {
		p.addf(`<li><code>%s</code> %s <span class="faint">until %s</span></li>`, d.Check, d.Reason, d.Expires.Format(time.DateOnly))
	}
	p.addf("</ul>\n</section>")
}

// shownBody is a body laid out for reading, cut where it is long. Omitted is how many
// bytes had been left out before.
func shownBody(body []byte, omitted int) string {
	text := bodyText(body)
	var b bytes.Buffer
	if omitted == 0 && json.Indent(&b, body, "", "  ") == nil {
		text = b.String()
	}
	if len(text) > maxShown {
		omitted += len(text) - maxShown
		text = string(bytes.ToValidUTF8([]byte(text[:maxShown]), nil))
	}
	if omitted > 0 {
		text += fmt.Sprintf("\n… %s more", plural(omitted, "byte"))
	}
	return text
}
