package profile

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/diag"
)

// explain turns the parser's error into diagnostics, and returns the fixes with
// which the rest of the file can be read: of the mistakes that are known by name,
// else of none.
func explain(src *source, err error) (diag.List, []diag.Fix) {
	m := mistakes{src: src, text: src.text}
	m.find()
	if len(m.found) > 0 {
		return m.found, m.fixes
	}
	load, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return diag.List{diag.Errorf(codeSyntax, diag.Range{Filename: src.name}, "the file is not YAML: %s", err)}, nil
	}
	d := describeError(src, load)
	if d.Fix != nil {
		return diag.List{d}, []diag.Fix{*d.Fix}
	}
	return diag.List{d}, nil
}

// describeError says in our words what the parser's error means.
func describeError(src *source, e *yaml.LoadError) diag.Diagnostic {
	at := min(src.offset(e.Mark.Line, e.Mark.Column), len(src.text))
	begin := at
	if e.ContextMark.Line > 0 {
		begin = min(src.offset(e.ContextMark.Line, e.ContextMark.Column), len(src.text))
	}
	opening := src.span(begin, min(begin+1, len(src.text)))
	rest := src.span(at, lineEnd(src.text, at))
	noticed := func(d diag.Diagnostic) diag.Diagnostic {
		if at > begin {
			d = d.WithRelated(src.span(at, at), "what is wrong shows here")
		}
		return d
	}
	switch {
	case e.ContextMsg == "while parsing a flow mapping":
		return noticed(diag.Errorf(codeSyntax, opening, "the { that begins here is not closed, or a comma or quote is missing in it").
			WithDetail("Check the quotes, commas and brackets up to its }; texts with [ ] { } or commas in them stand in single quotes."))
	case e.ContextMsg == "while parsing a flow sequence":
		return noticed(diag.Errorf(codeSyntax, opening, "the [ that begins here is not closed, or a comma or quote is missing in it").
			WithDetail("Check the quotes, commas and brackets up to its ]; texts with [ ] { } or commas in them stand in single quotes."))
	case e.ContextMsg == "while scanning a quoted scalar" && strings.Contains(e.Message, "escape"):
		return badEscape(src, begin, at)
	case e.ContextMsg == "while scanning a quoted scalar":
		return noticed(diag.Errorf(codeSyntax, opening, "the text that begins here has no closing quote").
			WithDetail("End it with the quote that begins it."))
	case e.ContextMsg == "while parsing a block mapping", strings.Contains(e.Message, "<document start>"):
		return diag.Errorf(codeSyntax, rest, "this does not fit the lines above").
			WithDetail("Keys of one mapping begin in the same column, and each is followed by a colon and a blank.")
	case e.ContextMsg == "while parsing a block collection", strings.Contains(e.Message, "block sequence entries"):
		return diag.Errorf(codeSyntax, rest, "this does not fit the list above").
			WithDetail("Items of one list begin with a dash in the same column, on lines of their own.")
	case strings.Contains(e.Message, "simple key"), strings.Contains(e.Message, "expected ':'"):
		return diag.Errorf(codeSyntax, src.span(begin, lineEnd(src.text, begin)), "a colon is missing after the key").
			WithDetail("Write \"key: value\".")
	case strings.Contains(e.Message, "unknown anchor"):
		return diag.Errorf(codeUnknownAlias, rest, "nothing has the anchor that this refers to").
			WithDetail("A text that begins with * stands in quotes.")
	}
	if strings.Contains(e.Message, "mapping values are not allowed") {
		return diag.Errorf(codeSyntax, rest, "there is no room for a value here").
			WithDetail("Either the line before lacks its colon, or this line has one too many: texts with a colon and a blank stand in single quotes.")
	}
	message := e.Message
	if e.ContextMsg != "" {
		message += " " + e.ContextMsg
	}
	return diag.Errorf(codeSyntax, rest, "YAML syntax: %s", message).
		WithDetail("Texts with special characters stand in single quotes: 'text'.")
}

// badEscape reports a backslash in double quotes that begins no escape, as regular
// expressions have it.
func badEscape(src *source, begin, at int) diag.Diagnostic {
	d := diag.Errorf(codeEscape, src.span(at, min(at+2, lineEnd(src.text, at))), "this is no escape of a text in double quotes").
		WithDetail(`Use single quotes, in which a \ is nothing special, or write \\.`)
	if end := quoteEnd(src.text, begin); end > 0 && !strings.ContainsAny(src.text[begin:end], "\r\n") {
		inner := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(src.text[begin+1 : end-1])
		d.Fix = &diag.Fix{Range: src.span(begin, end), NewText: quote(inner)}
	}
	return d
}

// lineEnd returns the end of the line of an offset, without blanks before it.
func lineEnd(text string, at int) int {
	end := at
	for end < len(text) && breakLen(text, end) == 0 {
		end++
	}
	return at + len(strings.TrimRight(text[at:end], " \t"))
}

// quoteEnd returns the offset behind the quote that closes the one at begin, or -1.
func quoteEnd(text string, begin int) int {
	if begin >= len(text) {
		return -1
	}
	q := text[begin]
	for i := begin + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && q == '"':
			i++
		case text[i] == q && q == '\'' && i+1 < len(text) && text[i+1] == q:
			i++
		case text[i] == q:
			return i + 1
		}
	}
	return -1
}
