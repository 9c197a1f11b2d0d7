package render

import (
	"bytes"
	_ "embed" // for the template
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

//go:embed endpoint.html.tmpl
var endpointTemplate string

// maxShown is how many bytes of a body the HTML report shows; the archive of --har has
// them all.
const maxShown = 8 << 10

// endpointPageHTML is what the template shows.
type endpointPageHTML struct {
	EndpointReport
	Summary  string
	Sections []endpointSectionHTML
	NotRun   []endpointGroup
	Mended   []baseline.Deviation
}

// endpointSectionHTML is checks of one end: failed, accepted, passed.
type endpointSectionHTML struct {
	Title, Mark, Class string
	Groups             []endpointGroup
}

// EndpointHTML writes the test of an endpoint as one page of HTML that needs nothing
// else, with the traffic of each check.
func EndpointHTML(w io.Writer, r EndpointReport) error {
	t, err := template.New("endpoint").Funcs(template.FuncMap{
		"impact": impactText, "claim": claimText, "fixes": fixesOf, "answer": answerText, "took": roundTime, "size": size, "body": shownBody,
		"headers": headerPairs, "number": func(i int) int { return i + 1 },
		"day":      func(t time.Time) string { return t.Format(time.DateOnly) },
		"instant":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"standing": func(x *endpoint.Result) string { return standingText(r.Standing(x)) },
	}).Parse(endpointTemplate)
	if err != nil {
		return fmt.Errorf("read the template of the HTML report: %w", err)
	}
	page := endpointPageHTML{EndpointReport: r, Summary: r.summary(), NotRun: r.notRun(), Mended: r.Baseline.Mended(r.Report)}
	for _, s := range []endpointSectionHTML{
		{"Failed", "✗", "bad", r.failing()},
		{"Accepted by the baseline", "○", "warn", r.accepted()},
		{"Passed", "✓", "good", r.passed()},
	} {
		if len(s.Groups) > 0 {
			page.Sections = append(page.Sections, s)
		}
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	// No character reference of HTML stands for a control character either.
	if _, err := io.WriteString(w, printable(b.String())); err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	return nil
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
