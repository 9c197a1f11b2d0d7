package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// lineLength is where an item of a list goes over to one key a line.
const lineLength = 120

// flow is a mapping in braces, with its keys in order.
type flow struct{ keys, values []string }

// raw adds a value that is YAML already.
func (f *flow) raw(key, value string) {
	f.keys, f.values = append(f.keys, key), append(f.values, value)
}

// always adds a text, also an empty one.
func (f *flow) always(key, value string) { f.raw(key, scalar(value)) }

// text adds a text unless it is empty.
func (f *flow) text(key, value string) {
	if value != "" {
		f.always(key, value)
	}
}

// optional adds a text that is there.
func (f *flow) optional(key string, value *string) {
	if value != nil {
		f.always(key, *value)
	}
}

// choice adds true or false where one of them is stated.
func (f *flow) choice(key string, on *bool) {
	if on != nil {
		f.raw(key, fmt.Sprintf("%t", *on))
	}
}

// flag adds true, and leaves false out.
func (f *flow) flag(key string, on bool) {
	if on {
		f.raw(key, "true")
	}
}

// list adds texts, unless there are none.
func (f *flow) list(key string, values []string) {
	if len(values) > 0 {
		f.raw(key, flowList(values))
	}
}

func (f *flow) String() string {
	pairs := make([]string, len(f.keys))
	for i, k := range f.keys {
		pairs[i] = k + ": " + f.values[i]
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// item writes a mapping as an item of a list: on one line where it fits, else one
// key a line.
func (p *printer) item(indent string, f flow) {
	line := indent + "- " + f.String()
	if utf8.RuneCountInString(line) <= lineLength {
		p.line(line)
		return
	}
	for i, k := range f.keys {
		lead := indent + "  "
		if i == 0 {
			lead = indent + "- "
		}
		p.line(lead + k + ": " + f.values[i])
	}
}

// texts writes a list of texts: on one line where it fits, else one a line.
func (p *printer) texts(indent, key string, values []string) {
	line := indent + key + ": " + flowList(values)
	if utf8.RuneCountInString(line) <= lineLength {
		p.line(line)
		return
	}
	p.line(indent + key + ":")
	for _, v := range values {
		p.line(indent + "  - " + scalar(v))
	}
}

func flowList(values []string) string {
	items := make([]string, len(values))
	for i, v := range values {
		items[i] = scalar(v)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func valuesOf(texts []diag.Text) []string {
	values := make([]string, len(texts))
	for i, t := range texts {
		values[i] = t.Value
	}
	return values
}

// bare fits texts that need no quotes wherever they stand, braces included.
var bare = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.@-]*( [A-Za-z0-9_.@()-]+)*$|^https://[A-Za-z0-9_./-]+$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
})

// yamlWords are texts that some YAML readers take for something else, in small
// letters, and off, which some keys of a profile do.
var yamlWords = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "none"}

// scalar writes a text as a YAML scalar that is read as this very text. Every ${ is
// escaped: what is printed has no variables.
func scalar(s string) string {
	s = strings.ReplaceAll(s, "${", "$${")
	if code, _ := misread(s); bare().MatchString(s) && code == "" && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return quoted(s)
}

// quoted writes a text in quotes: double ones, unless they would need escapes that
// single ones do not.
func quoted(s string) string {
	escapes := strings.ContainsFunc(s, mustEscape)
	if !escapes && strings.ContainsAny(s, `"\\`) {
		return quote(s)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case mustEscape(r) && r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case mustEscape(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// mustEscape reports whether a character cannot stand in YAML as it is, breaks a
// line, or is not to be seen.
func mustEscape(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\uFEFF' || r == '\uFFFE' || r == '\uFFFF'
}

// escapeOurs escapes the ${ of an expression that would be taken for a variable.
// Others are replacement syntax of .NET and stay as the portal shows them.
func escapeOurs(expression string) string {
	var b strings.Builder
	done := 0
	for _, r := range findReferences(expression) {
		if r.foreign {
			continue
		}
		b.WriteString(expression[done:r.start])
		done = r.start
		if r.escaped { // a dollar sign before a brace: both are meant
			b.WriteString("$")
			continue
		}
		b.WriteString("$")
	}
	b.WriteString(expression[done:])
	return b.String()
}
