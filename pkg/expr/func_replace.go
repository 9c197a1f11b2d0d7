package expr

import (
	"strings"

	"github.com/dlclark/regexp2/v2"
)

// Positions of Replace's arguments.
const (
	replaceSource = iota
	replaceOld
	replacePattern
	replaceGroup
	replaceValue
	replaceAttribute
	replaceTemplate
)

// replaceMode is what Replace does.
type replaceMode uint8

const (
	replacesNothing replaceMode = iota
	replacesText                // oldValue in source by replacementValue
	fillsTemplate               // oldValue in template by source
	replacesGroup               // the span of a group in each match
	replacesPattern             // matches in source by replacementValue
	takesFromOther              // an empty source by a group of the other attribute
)

// replaceModes are the forms of Replace by the arguments that each needs, as a
// set of bits; the first that has all of them holds. Source: expressions §5.
var replaceModes = [...]struct {
	mode  replaceMode
	needs uint8
}{
	{replacesText, 1<<replaceOld | 1<<replaceValue},
	{fillsTemplate, 1<<replaceOld | 1<<replaceTemplate},
	{replacesGroup, 1<<replacePattern | 1<<replaceGroup | 1<<replaceValue},
	{replacesPattern, 1<<replacePattern | 1<<replaceValue},
	{takesFromOther, 1<<replacePattern | 1<<replaceGroup | 1<<replaceAttribute},
}

// replaceModeOf tells what a call of Replace does, given which arguments are
// present, and which of them it leaves unused. An empty text is present.
func replaceModeOf(present func(i int) bool) (mode replaceMode, unused uint8) {
	for i := replaceOld; i <= replaceTemplate; i++ {
		if present(i) {
			unused |= 1 << i
		}
	}
	for _, m := range replaceModes {
		if unused&m.needs == m.needs {
			return m.mode, unused &^ m.needs
		}
	}
	return replacesNothing, unused
}

// replaceSetup is what of a call of Replace is settled at compile time: its mode,
// and the pattern and replacement where they are constants.
type replaceSetup struct {
	mode        replaceMode
	pattern     *regexp2.Regexp
	replacement *replacement
}

func newReplaceSetup(c *code) *replaceSetup {
	s := &replaceSetup{}
	s.mode, _ = replaceModeOf(func(i int) bool { return !c.omitted(i) })
	pattern, ok := c.constant(replacePattern)
	if !ok {
		return s
	}
	re, err := compilePattern(pattern)
	if err != nil {
		return s // only a pattern that cannot be run here comes so far; evaluation says so
	}
	s.pattern = re
	if text, ok := c.constant(replaceValue); ok {
		s.replacement = parseReplacement(text, re)
	}
	return s
}

func evalReplace(m *Machine, c *code, args []Value) (Value, error) {
	source := args[replaceSource]
	if c.replace.mode == takesFromOther {
		if !source.isEmpty() {
			return source, nil
		}
		return groupOf(m, c, args)
	}
	if source.kind == Null {
		return Value{}, nil
	}
	s := source.String()
	switch c.replace.mode {
	case replacesText:
		return m.replaceText(c, s, args[replaceOld].String(), args[replaceValue].String())
	case fillsTemplate:
		return m.replaceText(c, args[replaceTemplate].String(), args[replaceOld].String(), s)
	case replacesPattern:
		return replaceMatches(m, c, s, args)
	case replacesGroup:
		return replaceSpans(m, c, s, args)
	default:
		return source, nil
	}
}

// replaceText replaces every old in s, letter case included.
func (m *Machine) replaceText(c *code, s, old, replacement string) (Value, error) {
	if old == "" {
		return Value{}, fail(&c.args[replaceOld], codeEvalArgument, "oldValue of Replace is empty")
	}
	i := strings.Index(s, old)
	if i < 0 {
		return Text(s), nil
	}
	buf := m.buf[:0]
	for ; i >= 0; i = strings.Index(s, old) {
		buf = append(buf, s[:i]...)
		buf = append(buf, replacement...)
		if s = s[i+len(old):]; len(buf) > maxResult {
			return Value{}, tooLong(c)
		}
	}
	m.buf = append(buf, s...)
	return Text(string(m.buf)), nil
}

// replaceMatches replaces every match of the pattern.
func replaceMatches(m *Machine, c *code, s string, args []Value) (Value, error) {
	re, err := m.pattern(c, args[replacePattern].String())
	if err != nil {
		return Value{}, err
	}
	with := c.replace.replacement
	if with == nil {
		with = parseReplacement(args[replaceValue].String(), re)
	}
	return m.rewrite(c, re, s, func(buf []byte, input []rune, v regexp2.MatchView) []byte {
		return with.appendTo(buf, input, v)
	})
}

// replaceSpans replaces only the span of a group in each match.
func replaceSpans(m *Machine, c *code, s string, args []Value) (Value, error) {
	re, err := m.pattern(c, args[replacePattern].String())
	if err != nil {
		return Value{}, err
	}
	group, ok := groupNumber(args[replaceGroup].String(), re)
	if !ok {
		return Text(s), nil
	}
	text := args[replaceValue].String()
	with := &replacement{}
	if groupReplacementIsLiteral {
		with.add(text)
	} else {
		with = parseReplacement(text, re)
	}
	return m.rewrite(c, re, s, func(buf []byte, input []rune, v regexp2.MatchView) []byte {
		start, length, _ := v.GroupRange(0)
		from, size, ok := v.GroupRange(group)
		if !ok || from < start || from+size > start+length { // also a group in a look-around
			return appendRunes(buf, input[start:start+length])
		}
		buf = appendRunes(buf, input[start:from])
		buf = with.appendTo(buf, input, v)
		return appendRunes(buf, input[from+size:start+length])
	})
}

// rewrite copies s with every match replaced by what appendMatch appends.
func (m *Machine) rewrite(c *code, re *regexp2.Regexp, s string, appendMatch func([]byte, []rune, regexp2.MatchView) []byte) (Value, error) {
	input := []rune(s)
	buf := m.buf[:0]
	last, matches := 0, 0
	err := eachMatch(c, re, input, func(v regexp2.MatchView) bool {
		start, length, _ := v.GroupRange(0)
		buf = appendRunes(buf, input[last:start])
		buf = appendMatch(buf, input, v)
		last = start + length
		matches++
		return len(buf) <= maxResult
	})
	m.buf = buf
	switch {
	case err != nil:
		return Value{}, err
	case len(buf) > maxResult:
		return Value{}, tooLong(c)
	case matches == 0:
		return Text(s), nil
	}
	m.buf = appendRunes(buf, input[last:])
	return Text(string(m.buf)), nil
}

// groupOf takes the value of an empty source from a group of the other
// attribute; null when the pattern does not match there.
func groupOf(m *Machine, c *code, args []Value) (Value, error) {
	other := args[replaceAttribute]
	if other.isEmpty() {
		return args[replaceSource], nil
	}
	re, err := m.pattern(c, args[replacePattern].String())
	if err != nil {
		return Value{}, err
	}
	group, ok := groupNumber(args[replaceGroup].String(), re)
	if !ok {
		return args[replaceSource], nil
	}
	input := []rune(other.String())
	found := args[replaceSource]
	err = eachMatch(c, re, input, func(v regexp2.MatchView) bool {
		if start, length, ok := v.GroupRange(group); ok {
			found = Text(string(input[start : start+length]))
		}
		return false
	})
	return found, err
}
