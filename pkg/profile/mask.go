package profile

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// mask is the lines of a file that may hold a secret which somebody wrote into the
// profile. What is reported there keeps its line and column, but has a Byte of
// -1, so that nothing can cut the line out of the file to show it.
type mask map[int]bool

// hiddenByte is the Byte of a place whose line must not be shown; SnippetOf takes
// it for a place outside the text.
const hiddenByte = -1

// textMask finds secret lines without understanding the document, which may not be
// YAML yet.
func textMask(text string) mask {
	m := mask{}
	inside := -1 // indentation of a secret's key whose value is a block scalar
	line := 0
	for l := range strings.SplitSeq(text, "\n") {
		line++
		if inside >= 0 {
			if blank := strings.TrimSpace(l) == ""; blank || indentOf(l) > inside {
				m[line] = !blank
				continue
			}
			inside = -1
		}
		value := secretValue(l)
		switch {
		case value == "" || isReference(value):
		case value[0] == '|' || value[0] == '>':
			inside = indentOf(l)
		default:
			m[line] = true
		}
	}
	return m
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t-")) }

// secretValue returns what stands on a line after the key of a secret, or "".
func secretValue(line string) string {
	for at := 0; ; at++ {
		i := strings.IndexByte(line[at:], ':')
		if i < 0 {
			return ""
		}
		at += i
		key := strings.TrimRight(line[:at], " \t\"'")
		start := len(key)
		for start > 0 && (key[start-1] == '_' || 'a' <= key[start-1]|0x20 && key[start-1]|0x20 <= 'z') {
			start--
		}
		value := strings.TrimSpace(line[at+1:])
		if isSecretKey(key[start:]) && value != "" && value[0] != '#' {
			return value
		}
	}
}

// isSecretKey reports whether a key is one under which people write secrets.
func isSecretKey(key string) bool {
	if len(key) < 5 || len(key) > 20 {
		return false
	}
	switch strings.ToLower(strings.ReplaceAll(key, "_", "")) {
	case "token", "secret", "clientsecret", "secrettoken", "bearertoken", "accesstoken", "password", "apikey", "bearer":
		return true
	}
	return false
}

// isReference reports whether the text after a secret's key says where the secret
// is, and does not hold it.
func isReference(value string) bool {
	word, _, _ := strings.Cut(value, " ")
	word = strings.Trim(word, `"'},`)
	if word == "none" {
		return true
	}
	rest, ok := strings.CutPrefix(value, "{")
	if !ok {
		return false
	}
	key, _, _ := strings.Cut(rest, ":")
	switch strings.TrimSpace(key) {
	case "env", "file", "stdin", "hint":
		return true
	}
	return false
}

// secrets adds the lines of values that are secrets by their place in the document.
func (m mask) secrets(d *document) {
	add := func(n *node) {
		if n == nil {
			return
		}
		first, last := d.src.pos(n.start).Line, d.src.pos(n.end).Line
		for line := first; line <= last; line++ {
			m[line] = true
		}
	}
	check := func(n *node) {
		if n == nil {
			return
		}
		if n.kind != mapNode {
			if n.text.Value != "none" && !n.isNull() {
				add(n)
			}
			return
		}
		for _, p := range n.pairs {
			switch p.key.text.Value {
			case "file", "stdin", "hint":
			case "env":
				if !isEnvName(p.value.text.Value) && !strings.Contains(p.value.text.Value, "${var.") {
					add(p.value)
				}
			default:
				add(p.value)
			}
		}
	}
	endpoint := func(n *node) {
		e := n.get("endpoint")
		check(e.get("token"))
		check(e.get("oauth2").get("clientSecret"))
		for _, u := range []*node{e.get("url"), e.get("oauth2").get("tokenUrl")} {
			if u != nil && hasUserInfo(u.text.Value) {
				add(u)
			}
		}
	}
	endpoint(d.root)
	for _, e := range d.root.get("environments").children() {
		endpoint(e.value)
	}
}

// children returns the pairs of a mapping; none of anything else.
func (n *node) children() []pair {
	if n == nil {
		return nil
	}
	return n.pairs
}

// apply hides the lines of m in l.
func (m mask) apply(l diag.List) diag.List {
	if len(m) == 0 {
		return l
	}
	for i := range l {
		l[i].Subject = m.hide(l[i].Subject)
		for j := range l[i].Related {
			l[i].Related[j].Range = m.hide(l[i].Related[j].Range)
		}
		if fix := l[i].Fix; fix != nil && m.touches(fix.Range) {
			l[i].Fix = nil
		}
	}
	return l
}

// hide takes the byte offsets from a range whose first line, the one that is shown,
// may hold a secret.
func (m mask) hide(r diag.Range) diag.Range {
	if m[r.Start.Line] {
		r.Start.Byte, r.End.Byte = hiddenByte, hiddenByte
	}
	return r
}

func (m mask) touches(r diag.Range) bool {
	for line := r.Start.Line; line <= r.End.Line; line++ {
		if m[line] {
			return true
		}
	}
	return false
}
