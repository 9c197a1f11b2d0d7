package secret

import (
	"strings"
	"time"
)

// Record says when a secret was written, how long it is good for where that is
// known, and which one it was.
type Record struct {
	Set     time.Time
	Expires time.Time // zero: not known
	Print   Fingerprint
}

// recordLead begins the line of a Record within a text that people write too, such
// as the notes of a service principal.
const recordLead = "scimctl token:"

// Line prints the record on one line.
func (r Record) Line() string {
	line := recordLead + " set " + r.Set.UTC().Format(time.RFC3339)
	if !r.Expires.IsZero() {
		line += ", expires " + r.Expires.UTC().Format(time.RFC3339)
	}
	return line + ", fingerprint " + r.Print.String()
}

// FindRecord reads the record in a text; false when there is none that can be read.
func FindRecord(text string) (Record, bool) {
	for line := range strings.SplitSeq(text, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), recordLead)
		if !ok {
			continue
		}
		if r, ok := parseRecord(rest); ok {
			return r, true
		}
	}
	return Record{}, false
}

func parseRecord(text string) (r Record, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		var err error
		switch name {
		case "set":
			r.Set, err = time.Parse(time.RFC3339, value)
		case "expires":
			r.Expires, err = time.Parse(time.RFC3339, value)
		case "fingerprint":
			r.Print, err = ParseFingerprint(value)
		}
		if err != nil {
			return Record{}, false
		}
	}
	return r, !r.Set.IsZero() && !r.Print.IsZero()
}

// WithRecord returns the text with the record in place of an older one, or behind
// what is there. Everything else stays.
func WithRecord(text string, r Record) string {
	var lines []string
	if text != "" {
		lines = strings.Split(text, "\n")
	}
	out := make([]string, 0, len(lines)+1)
	written := false
	for _, line := range lines {
		if !strings.HasPrefix(strings.TrimSpace(line), recordLead) {
			out = append(out, line)
			continue
		}
		if !written {
			out, written = append(out, r.Line()), true
		}
	}
	if !written {
		out = append(out, r.Line())
	}
	return strings.Join(out, "\n")
}
