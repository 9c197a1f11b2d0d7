package odata

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Query is the query options of a request. Zero members were not given.
type Query struct {
	Filter    *Filter
	Select    []string
	Expand    []Expansion
	OrderBy   []Sort
	Search    []Term
	Top       int // -1 when not given
	Skip      int
	SkipToken string
	Count     bool
}

// Expansion is a navigation property of $expand with the properties that its own
// $select names; its other options are passed over.
type Expansion struct {
	Property string
	Select   []string
}

// Expands reports whether $expand names a navigation property.
func (q Query) Expands(property string) bool {
	return slices.ContainsFunc(q.Expand, func(e Expansion) bool { return e.Property == property })
}

// Sort is one key of $orderby.
type Sort struct {
	Property   string
	Descending bool
}

// Term is one alternative of $search: Property contains a word that begins with
// Text.
type Term struct{ Property, Text string }

// Error is a query option that the service does not take.
type Error struct {
	Option  string // such as $filter
	Message string
}

func (e *Error) Error() string { return e.Message }

// ParseQuery reads the system query options; they may be written without their
// dollar sign. Custom options, which have none, are passed over. The error is an
// *Error.
func ParseQuery(values url.Values) (Query, error) {
	q := Query{Top: -1}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := strings.ToLower(strings.TrimPrefix(key, "$"))
		if !slices.Contains(options, name) {
			if strings.HasPrefix(key, "$") {
				return q, &Error{key, fmt.Sprintf("The query option '%s' is not allowed.", key)}
			}
			continue
		}
		if len(values[key]) > 1 || name != strings.ToLower(key) && values.Has(name) {
			return q, &Error{key, fmt.Sprintf("Query option '%s' was specified more than once, but it must be specified at most once.", key)}
		}
		if err := q.set(name, values.Get(key)); err != nil {
			return q, err
		}
	}
	return q, nil
}

var options = []string{"filter", "select", "expand", "orderby", "search", "top", "skip", "skiptoken", "count", "format"}

func (q *Query) set(name, text string) (err error) {
	fail := func(format string, args ...any) error { return &Error{"$" + name, fmt.Sprintf(format, args...)} }
	switch name {
	case "filter":
		if q.Filter, err = ParseFilter(text); err != nil {
			return fail("Invalid filter clause: %v", err)
		}
	case "select":
		q.Select = names(text)
	case "expand":
		q.Expand, err = expansions(text)
	case "orderby":
		q.OrderBy, err = sorts(text)
	case "search":
		q.Search, err = terms(text)
	case "top":
		q.Top, err = whole(text)
	case "skip":
		q.Skip, err = whole(text)
	case "skiptoken":
		q.SkipToken = text
	case "count":
		if q.Count, err = strconv.ParseBool(text); err != nil {
			return fail("Invalid value '%s' for $count query option found. Valid values are 'true' and 'false'.", text)
		}
	}
	if err != nil {
		return fail("%v", err)
	}
	return nil
}

func whole(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, &SyntaxError{text, 0, "Invalid value: a non-negative integer is required"}
	}
	return n, nil
}

// names splits a list of property names.
func names(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// expansions splits $expand at commas outside parentheses.
func expansions(text string) ([]Expansion, error) {
	var out []Expansion
	depth, start := 0, 0
	add := func(end int) {
		name, options, _ := strings.Cut(text[start:end], "(")
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, Expansion{name, nestedSelect(options)})
		}
		start = end + 1
	}
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return nil, &SyntaxError{text, i, "Syntax error: unexpected ')'"}
			}
		case ',':
			if depth == 0 {
				add(i)
			}
		}
	}
	if depth != 0 {
		return nil, &SyntaxError{text, len(text), "Syntax error: ')' expected"}
	}
	add(len(text))
	return out, nil
}

// nestedSelect reads the $select among the options of an expansion.
func nestedSelect(options string) []string {
	for option := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(options), ")"), ";") {
		if list, ok := strings.CutPrefix(strings.TrimSpace(option), "$select="); ok {
			return names(list)
		}
	}
	return nil
}

func sorts(text string) ([]Sort, error) {
	var out []Sort
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 {
			return nil, &SyntaxError{text, 0, "Syntax error in $orderby"}
		}
		s := Sort{Property: words[0]}
		if len(words) == 2 {
			switch strings.ToLower(words[1]) {
			case "asc":
			case "desc":
				s.Descending = true
			default:
				return nil, &SyntaxError{text, strings.Index(text, words[1]), "Syntax error: 'asc' or 'desc' expected"}
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// terms reads $search: "property:text" in double quotes, joined by OR.
func terms(text string) ([]Term, error) {
	var out []Term
	rest := strings.TrimSpace(text)
	for {
		if !strings.HasPrefix(rest, `"`) {
			return nil, &SyntaxError{text, len(text) - len(rest), `Syntax error: a clause such as "displayName:text" in double quotes is expected`}
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 {
			return nil, &SyntaxError{text, len(text), "There is an unterminated search clause"}
		}
		property, value, ok := strings.Cut(rest[1:1+end], ":")
		if !ok {
			return nil, &SyntaxError{text, len(text) - len(rest), `Syntax error: a clause has the form "property:text"`}
		}
		out = append(out, Term{property, value})
		if rest = strings.TrimSpace(rest[end+2:]); rest == "" {
			return out, nil
		}
		after, ok := strings.CutPrefix(rest, "OR ")
		if !ok {
			return nil, &SyntaxError{text, len(text) - len(rest), "Syntax error: OR expected"}
		}
		rest = strings.TrimSpace(after)
	}
}

// Found reports whether the term matches a property's value: one of its words
// begins with the text, whatever the letter case.
func (t Term) Found(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	needle := strings.ToLower(t.Text)
	text = strings.ToLower(text)
	if strings.HasPrefix(text, needle) {
		return true
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' || r == '.' || r == '_' || r == '@' }) {
		if strings.HasPrefix(word, needle) {
			return true
		}
	}
	return false
}
