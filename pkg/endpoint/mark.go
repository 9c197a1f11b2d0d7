package endpoint

import (
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Mark begins the userName or displayName, and the externalId, of every object that
// a run makes. The id of the run and a number follow.
const Mark = "scimctl-test-"

// marked finds what differs from run to run in texts: marked names with what is
// behind them, and GUIDs.
var marked = regexp.MustCompile(`(?i)` + Mark + `[0-9a-f]{8}-[^"]*|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// runID returns the id of a run: eight hexadecimal digits.
func runID(random io.Reader) (string, error) {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make the id of the run: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// isMarked reports whether an object was made by a run: of the one with the id, or of
// any where the id is empty.
func isMarked(o *scim.Object, run string) bool {
	for _, name := range []string{"userName", "displayName", "externalId"} {
		if hasMark(o.Text(name), run) {
			return true
		}
	}
	return false
}

func hasMark(text, run string) bool {
	prefix := Mark + run
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// newName returns a new marked name, unique to this run: scimctl-test-1f2e3d4c-17. It is
// for attributes that have to be unique.
func (p *Probe) newName() string {
	return fmt.Sprintf("%s%s-%d", Mark, p.runner.run, p.runner.serial.Add(1))
}

// newUserName returns a new marked user name in the form of an e-mail address, which is
// what some servers insist on.
func (p *Probe) newUserName() string { return p.newName() + "@" + p.runner.options.Domain }
