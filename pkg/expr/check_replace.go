package expr

import (
	"errors"
	"strings"

	"github.com/dlclark/regexp2/v2"

	"github.com/scimctl/scimctl/pkg/diag"
)

// replaceRules checks which arguments of Replace are present, and its pattern.
// Source: expressions §5.
func (c *checker) replaceRules(n *Call) {
	mode, unused := replaceModeOf(n.present)
	if mode == replacesNothing && len(n.Args) > 0 {
		c.replacesNothing(n)
	} else {
		c.unusedArguments(n, unused)
	}
	if old := constantArg(n, replaceOld); old != nil && old.Value == "" {
		c.at(old, diag.Error, codeArgumentType, "oldValue of Replace is empty").
			Detail = "Leave the place empty to use a regular expression."
	}
	pattern := constantArg(n, replacePattern)
	if pattern == nil {
		return
	}
	re, err := compilePattern(pattern.Value)
	switch {
	case errors.Is(err, errUnsupported):
		c.at(pattern, diag.Warning, codeRegex, "%v", err).
			Detail = "Entra takes this pattern, but it cannot be tried out or previewed here."
	case err != nil:
		c.at(pattern, diag.Error, codeRegex, "the pattern is no .NET regular expression: %v", err)
	default:
		c.groupRules(n, re)
	}
}

const replaceForms = "Give oldValue and replacementValue; oldValue and template; regexPattern and replacementValue, perhaps with regexGroupName; or regexPattern, regexGroupName and replacementAttributeName."

func (c *checker) replacesNothing(n *Call) {
	d := c.name(n, diag.Warning, codeReplaceNothing, "Replace with these arguments changes nothing")
	d.Detail = replaceForms
	if n.present(replaceOld) && n.present(replacePattern) && len(n.Args) == 3 {
		d.Detail = "Three arguments are how Microsoft Entra Connect writes it. Here it is Replace(source, oldValue, , , replacementValue, , )."
	}
}

// unusedArguments reports what the form of Replace does not look at.
func (c *checker) unusedArguments(n *Call, unused uint8) {
	f, _ := Lookup("Replace")
	for i, p := range f.Params {
		if unused&(1<<i) != 0 {
			c.at(n.Args[i], diag.Warning, codeReplaceNothing, "Replace takes no heed of %s beside the other arguments", p.Name).
				Detail = replaceForms
		}
	}
}

// groupRules checks the groups that the other arguments name.
func (c *checker) groupRules(n *Call, re *regexp2.Regexp) {
	group := constantArg(n, replaceGroup)
	if group != nil {
		if _, ok := groupNumber(group.Value, re); !ok {
			c.at(group, diag.Error, codeRegex, "the pattern has no group named %s%s", quote(group.Value), groupHint(re))
		}
	}
	value := constantArg(n, replaceValue)
	if value == nil || group != nil {
		return
	}
	for i := 0; i < len(value.Value); i++ {
		rest := value.Value[i:]
		if !strings.HasPrefix(rest, "${") {
			continue
		}
		end := strings.IndexByte(rest, '}')
		if _, _, ok := parseReference(rest, re); !ok && end > 0 {
			c.at(value, diag.Warning, codeReplacement, "%s names no group of the pattern and stays as it stands%s", rest[:end+1], groupHint(re))
		}
	}
}

// groupHint lists the named groups of a pattern.
func groupHint(re *regexp2.Regexp) string {
	var names []string
	for _, name := range re.GetGroupNames() {
		if !isDigit(name[0]) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "; it has no named groups, which are written (?<name>…)"
	}
	return "; it has " + strings.Join(names, ", ")
}
