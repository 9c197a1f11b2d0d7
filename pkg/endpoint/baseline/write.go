package baseline

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

// Unexplained is the reason of an entry that nobody has given one yet.
const Unexplained = "not explained yet"

// Grace is how long a new entry holds.
const Grace = 90 * 24 * time.Hour

// Finding is a check that failed, and how gravely.
type Finding struct {
	Check    string
	Severity endpoint.Severity
}

// Renew returns the baseline that accepts just the findings of a run. Entries of f
// that are still needed keep their reasons and, unless they are past, their days;
// those whose check did not run stay as they are.
func (f *File) Renew(r *endpoint.Report, findings []Finding, now time.Time) *File {
	renewed := &File{}
	today := now.UTC().Truncate(24 * time.Hour)
	for _, finding := range findings {
		d := Deviation{Check: finding.Check, Reason: Unexplained, Expires: today.Add(Grace), Severity: finding.Severity}
		if old := f.entry(finding.Check); old != nil {
			d.Reason = old.Reason
			d.Severity = max(d.Severity, old.Severity)
			if !old.Expires.Before(today) {
				d.Expires = old.Expires
			}
		}
		renewed.Deviations = append(renewed.Deviations, d)
	}
	if f != nil {
		for _, d := range f.Deviations {
			if renewed.entry(d.Check) == nil && !ran(r, d.Check) {
				renewed.Deviations = append(renewed.Deviations, d)
			}
		}
	}
	slices.SortFunc(renewed.Deviations, func(a, b Deviation) int { return cmp.Compare(a.Check, b.Check) })
	return renewed
}

// ran reports whether the check is one of those that ran.
func ran(r *endpoint.Report, check string) bool {
	return slices.ContainsFunc(r.Results, func(x endpoint.Result) bool { return x.Check.ID == check && x.Status != endpoint.NotRun })
}

const head = `# Deviations of the SCIM endpoint that are known: scimctl endpoint test --baseline
# fails on others, and on these after their day. Say in each reason what is planned.
`

// Bytes returns the file as YAML.
func (f *File) Bytes() ([]byte, error) {
	type entry struct {
		Check    string `yaml:"check"`
		Reason   string `yaml:"reason"`
		Expires  string `yaml:"expires"`
		Severity string `yaml:"severity"`
	}
	out := struct {
		Version    int     `yaml:"version"`
		Deviations []entry `yaml:"deviations"`
	}{Version: 1, Deviations: []entry{}}
	for _, d := range f.Deviations {
		out.Deviations = append(out.Deviations, entry{d.Check, d.Reason, d.Expires.Format(dateForm), d.Severity.String()})
	}
	var b bytes.Buffer
	b.WriteString(head)
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("write the baseline: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("write the baseline: %w", err)
	}
	return b.Bytes(), nil
}
