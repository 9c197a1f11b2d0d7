package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Suite is a group of checks in a report for continuous integration.
type Suite struct {
	Name  string
	Cases []Case
	Notes string // what else is to be said of the suite
}

// Case is one check.
type Case struct {
	Name    string
	Class   string     // groups cases of a suite; "" means the suite's name
	Where   diag.Range // what the check is written in; may have no place
	Took    time.Duration
	End     End
	Kind    string // kind of failure, such as a diagnostic code
	Message string // why it did not pass, on one line
	Detail  string // the whole story, over several lines
}

// End is how a check ended.
type End int

// Ends. Failed is what was checked not being so; Broken is a check that could not do
// its work, NotRun one that was not tried.
const (
	Passed End = iota
	Failed
	Broken
	NotRun
)

type junitReport struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Cases []junitCase `xml:"testcase"`
	Out   *junitText  `xml:"system-out"`
}

// junitCounts are attributes that the whole and each suite have.
type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`

	took time.Duration
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    string        `xml:"line,attr,omitempty"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Error   *junitFailure `xml:"error"`
	Skipped *junitFailure `xml:"skipped"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type junitText struct {
	Text string `xml:",cdata"`
}

// JUnit writes suites as the XML that continuous integration reads: testsuites with
// testsuite and testcase elements, the file and line of a case where it has them.
// Characters that XML cannot hold become the replacement character.
func JUnit(w io.Writer, name string, suites []Suite) error {
	report := junitReport{Name: name, Suites: make([]junitSuite, len(suites))}
	for i, s := range suites {
		out := &report.Suites[i]
		out.Name, out.Cases = s.Name, make([]junitCase, len(s.Cases))
		for j, c := range s.Cases {
			out.Cases[j] = newJUnitCase(s, c)
			out.count(c)
		}
		if s.Notes != "" {
			out.Out = &junitText{xmlText(s.Notes)}
		}
		report.join(out.junitCounts)
		out.Time = seconds(out.took)
	}
	report.Time = seconds(report.took)
	data, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", xml.Header, data); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

func newJUnitCase(s Suite, c Case) junitCase {
	out := junitCase{Name: c.Name, Class: c.Class, File: c.Where.Filename, Time: seconds(c.Took)}
	if out.Class == "" {
		out.Class = s.Name
	}
	if !c.Where.IsZero() {
		out.Line = strconv.Itoa(c.Where.Start.Line)
	}
	why := &junitFailure{Message: c.Message, Type: c.Kind, Text: xmlText(c.Detail)}
	switch c.End {
	case Failed:
		out.Failure = why
	case Broken:
		out.Error = why
	case NotRun:
		out.Skipped = why
	}
	return out
}

func (n *junitCounts) count(c Case) {
	n.Tests++
	n.took += c.Took
	switch c.End {
	case Failed:
		n.Failures++
	case Broken:
		n.Errors++
	case NotRun:
		n.Skipped++
	}
}

func (n *junitCounts) join(other junitCounts) {
	n.Tests += other.Tests
	n.Failures += other.Failures
	n.Errors += other.Errors
	n.Skipped += other.Skipped
	n.took += other.took
}

// xmlText replaces what XML 1.0 cannot hold (§2.2). Attributes are escaped as they are
// written, sections of character data are not.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, s)
}

// seconds prints a duration as JUnit does.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
