package render

import (
	"fmt"
	"html"
	"strings"
)

// markup is text that is HTML already.
type markup string

// htmlPage writes HTML. It is a page of its own and not html/template: a template calls
// methods by name, so the linker has to keep every method of the program, which costs
// megabytes.
type htmlPage struct{ strings.Builder }

// addf writes a line of HTML. Each argument takes a %s and is escaped, for the text of
// an element and for an attribute in double quotes, unless it is markup.
func (p *htmlPage) addf(format string, args ...any) {
	safe := make([]any, len(args))
	for i, a := range args {
		if m, ok := a.(markup); ok {
			safe[i] = string(m)
			continue
		}
		safe[i] = html.EscapeString(fmt.Sprint(a))
	}
	fmt.Fprintf(p, format+"\n", safe...)
}

// around returns text in an element, escaped; nothing where the text is empty.
func around(before markup, text any, after markup) markup {
	s := fmt.Sprint(text)
	if s == "" {
		return ""
	}
	return before + markup(html.EscapeString(s)) + after
}
