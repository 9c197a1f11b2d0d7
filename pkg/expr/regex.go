package expr

import (
	"errors"
	"fmt"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dlclark/regexp2/v2/syntax"
)

// regexTime bounds one Replace: patterns come from people, and .NET's engine,
// which this one follows, backtracks.
const regexTime = 250 * time.Millisecond

// errUnsupported marks a pattern that .NET takes and this program cannot run.
var errUnsupported = errors.New("cannot be evaluated here")

// compilePattern prepares a .NET regular expression. What the engine takes and
// .NET does not is an error, too; what only .NET takes wraps errUnsupported.
func compilePattern(pattern string) (*regexp2.Regexp, error) {
	translated, err := translatePattern(pattern)
	if err != nil {
		return nil, err
	}
	re, err := regexp2.Compile(translated)
	if err != nil {
		if e, ok := errors.AsType[*syntax.Error](err); ok {
			if len(e.Args) == 0 {
				return nil, errors.New(e.Code.String())
			}
			return nil, fmt.Errorf(e.Code.String(), e.Args...)
		}
		return nil, err
	}
	re.MatchTimeout = regexTime
	return re, nil
}

// CompileRegexp prepares a .NET regular expression as Replace does, with the same
// bound on the time of one match. Scoping filters take their patterns through it.
// Source: scoping_filters, rules.
func CompileRegexp(pattern string) (*regexp2.Regexp, error) { return compilePattern(pattern) }

// maxPatterns bounds the patterns that a Machine keeps compiled.
const maxPatterns = 64

// pattern returns the compiled regular expression of a call of Replace: the one
// that Compile prepared, or that of a computed text.
func (m *Machine) pattern(c *code, text string) (*regexp2.Regexp, error) {
	if c.replace.pattern != nil {
		return c.replace.pattern, nil
	}
	if re, ok := m.patterns[text]; ok {
		return re, nil
	}
	re, err := compilePattern(text)
	if err != nil {
		return nil, fail(&c.args[replacePattern], codeEvalRegex, "the pattern of Replace: %v", err)
	}
	if m.patterns == nil || len(m.patterns) >= maxPatterns {
		m.patterns = map[string]*regexp2.Regexp{}
	}
	m.patterns[text] = re
	return re, nil
}

// eachMatch calls yield for the successive matches of a pattern, within the time
// that one Replace may take.
func eachMatch(c *code, re *regexp2.Regexp, input []rune, yield func(regexp2.MatchView) bool) error {
	deadline := time.Now().Add(regexTime)
	late := false
	n := 0
	err := re.FindRunesMatches(input, -1, func(v regexp2.MatchView) bool {
		if n++; n%1024 == 0 && time.Now().After(deadline) {
			late = true
			return false
		}
		return yield(v)
	})
	if err != nil || late {
		return fail(&c.args[replacePattern], codeEvalRegex, "the pattern of Replace takes too long on a text of %d characters", len(input))
	}
	return nil
}
