package expr

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// rules checks what only one function asks for.
func (c *checker) rules(n *Call, f *Function, outer *Function) {
	switch f.Name {
	case "Switch":
		c.switchRules(n)
	case "IIF":
		c.iifRules(n)
	case "Replace":
		c.replaceRules(n)
	case "FormatDateTime":
		c.formatRules(n)
	case "SelectUniqueValue":
		c.uniqueRules(n)
	case "Join":
		c.joinRules(n)
	case "CDate":
		if d := constantArg(n, 0); d != nil {
			if _, ok := parseDate(d.Value); !ok {
				c.at(d, diag.Error, codeArgumentType, "%q is no date", d.Value).
					Detail = "Write it like 2021-06-30, 2021-06-30T13:45:00Z or 6/30/2021 1:45:00 PM."
			}
		}
	case "CBool":
		if d := constantArg(n, 0); d != nil {
			if _, ok := truthOf(d.Value); !ok {
				c.at(d, diag.Error, codeArgumentType, "%q is neither a number nor True or False", d.Value)
			}
		}
	case "NumFromDate":
		if d := constantArg(n, 0); d != nil {
			if _, ok := parseISODate(d.Value); !ok {
				c.at(d, diag.Error, codeArgumentType, "%q is no date in ISO 8601", d.Value).
					Detail = "Write it like 2020-12-31T23:59:59-08:00."
			}
		}
	case "ToLower", "ToUpper":
		if culture := constantArg(n, 1); culture != nil && culture.Value != "" {
			if _, ok := languageOf(culture.Value); !ok {
				c.at(culture, diag.Error, codeArgumentType, "%q is no culture", culture.Value).Detail = "Write it like ja-JP, or leave it out for invariant rules."
			}
		}
	case "InStr", "Item", "Word", "Mid", "RandomString":
		c.rangeRules(n)
	case "AppRoleAssignments":
		c.name(n, diag.Note, codeUndocumented, "AppRoleAssignments is not documented").
			Detail = "Prefer SingleAppRoleAssignment, AppRoleAssignmentsComplex or AssertiveAppRoleAssignmentsComplex."
		c.roleRules(n)
	case "SingleAppRoleAssignment", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex":
		c.roleRules(n)
	}
}

// constantArg returns the argument at i if it is a literal.
func constantArg(n *Call, i int) *Constant {
	if i >= len(n.Args) {
		return nil
	}
	constant, _ := n.Args[i].(*Constant)
	return constant
}

// present reports whether the argument at i is written.
func (n *Call) present(i int) bool {
	if i >= len(n.Args) {
		return false
	}
	_, omitted := n.Args[i].(*Omitted)
	return !omitted || unreadable(n.Args[i])
}

// switchRules checks that keys have values, stand once, and can match.
func (c *checker) switchRules(n *Call) {
	if c.connectSwitch(n) {
		return
	}
	switch given := len(n.Args); {
	case given == 2:
		c.name(n, diag.Error, codeSwitchPairs, "Switch has no key and value").Detail = "It is " + signature("Switch") + "."
	case given > 2 && given%2 == 1:
		d := c.name(n, diag.Error, codeSwitchPairs, "Switch has %d arguments; it takes an even number", given)
		d.Detail = "After source and default value, keys and values come in pairs. Without a default value keep its empty place: Switch([source], , \"key\", \"value\")."
	}
	for i := 2; i < len(n.Args); i += 2 {
		key := constantArg(n, i)
		if key == nil {
			continue
		}
		for j := 2; j < i; j += 2 {
			if earlier := constantArg(n, j); earlier != nil && earlier.Value == key.Value {
				start, end := earlier.Span()
				d := c.at(key, diag.Warning, codeRepeatedKey, "the key %s stands here a second time and never matches", quote(key.Value))
				d.Related = []diag.Related{{Range: rangeIn(c.src, start, end), Message: "the first one is taken"}}
				break
			}
		}
	}
	if a, ok := attributeArg(n, 0); ok && c.isReference(a.Name) {
		c.at(a, diag.Warning, codeReference, "Switch does not work on the reference attribute %s", a.Name)
	}
}

// connectSwitch reports pairs of condition and value, which Connect's Switch takes.
func (c *checker) connectSwitch(n *Call) bool {
	if len(n.Args) < 4 {
		return false
	}
	for i := 0; i < len(n.Args); i += 2 {
		if !isCondition(n.Args[i]) {
			return false
		}
	}
	c.name(n, diag.Warning, codeConnectForm, "pairs of condition and value are how Microsoft Entra Connect writes Switch").
		Detail = "Here the first argument is compared with the keys, so this gives the second value when all conditions hold. Use Coalesce(…) for the first of several attributes, or nest IIF."
	return true
}

func isCondition(n Node) bool {
	call, ok := n.(*Call)
	if !ok {
		return false
	}
	f, ok := Lookup(call.Name)
	return ok && f.Result == BoolType
}

func attributeArg(n *Call, i int) (*Attribute, bool) {
	if i >= len(n.Args) {
		return nil, false
	}
	a, ok := n.Args[i].(*Attribute)
	return a, ok
}

func (c *checker) isReference(name string) bool {
	if c.options.References == nil {
		return name == "manager" || name == "members"
	}
	return slices.Contains(c.options.References, name)
}

// iifRules warns of conditions on empty attributes, which the reference page
// calls unsupported although published guides use them.
func (c *checker) iifRules(n *Call) {
	if len(n.Args) == 0 {
		return
	}
	attribute := ""
	switch condition := n.Args[0].(type) {
	case *Call:
		if name := condition.Name; name == "IsNull" || name == "IsNullOrEmpty" || name == "IsPresent" {
			if a, ok := attributeArg(condition, 0); ok {
				attribute = a.Name
			}
		}
	case *Comparison:
		attribute = comparedWithEmpty(condition.Left, condition.Right)
		if attribute == "" {
			attribute = comparedWithEmpty(condition.Right, condition.Left)
		}
	}
	if attribute == "" {
		return
	}
	c.at(n.Args[0], diag.Warning, codeIIFOnNull, "the reference calls a condition of IIF on an empty attribute unsupported").
		Detail = "Switch is certain: Switch([" + attribute + "], [" + attribute + `], "", "value when empty").`
}

// comparedWithEmpty returns the name of the attribute that is compared with "".
func comparedWithEmpty(a, b Node) string {
	attribute, ok := a.(*Attribute)
	constant, isConstant := b.(*Constant)
	if ok && isConstant && constant.Value == "" {
		return attribute.Name
	}
	return ""
}

// uniqueRules checks where SelectUniqueValue stands. Source: expressions §4.
func (c *checker) uniqueRules(n *Call) {
	if Node(n) != c.root {
		c.name(n, diag.Error, codeUniqueValue, "SelectUniqueValue must be the outermost function").
			Detail = "Put the other functions inside of each of its rules."
	}
	if c.options.Matching {
		c.name(n, diag.Error, codeUniqueValue, "SelectUniqueValue cannot make the value of a matching attribute").
			Detail = "Match by an attribute that the source object has."
	}
	if !c.options.Inbound {
		c.name(n, diag.Warning, codeUniqueValue, "SelectUniqueValue works only from Workday, SuccessFactors or the API to Active Directory").
			Detail = "Other applications do not support it."
	}
}

// joinRules notices a separator that comes last, as in Connect's Join.
func (c *checker) joinRules(n *Call) {
	if len(n.Args) < 3 {
		return
	}
	if _, ok := n.Args[0].(*Attribute); !ok {
		return
	}
	last := constantArg(n, len(n.Args)-1)
	if last == nil || len(last.Value) > 2 || strings.ContainsFunc(last.Value, isNameStart) {
		return
	}
	c.at(last, diag.Warning, codeConnectForm, "the separator of Join comes first").
		Detail = "Write Join(" + quote(last.Value) + ", …); Microsoft Entra Connect has it last."
}

// roleRules checks the functions over app role assignments.
func (c *checker) roleRules(n *Call) {
	if c.options.SyncAll {
		c.name(n, diag.Error, codeRoleSyncAll, "%s does not work when the scope is all users and groups", n.Name).
			Detail = "Set the scope to assigned, or map the role from another attribute."
	}
	if a, ok := attributeArg(n, 0); ok && a.Name != "appRoleAssignments" {
		d := c.at(a, diag.Warning, codeArgumentType, "%s takes the attribute appRoleAssignments", n.Name)
		fix(d, "[appRoleAssignments]")
	}
}

// rangeRules checks literal numbers that can do no good.
func (c *checker) rangeRules(n *Call) {
	number := func(i int) (int64, bool) {
		if arg := constantArg(n, i); arg != nil {
			return parseNumber(arg.Value)
		}
		return 0, false
	}
	first, ok := number(1)
	switch n.Name {
	case "Item":
		if ok && first < 1 {
			c.at(n.Args[1], diag.Error, codeRange, "index of Item is %d; the first value has index 1", first)
		}
	case "Word":
		if ok && first < 1 {
			c.at(n.Args[1], diag.Warning, codeRange, "wordNumber of Word is %d, so the result is empty; the first word has number 1", first)
		}
	case "InStr":
		if start, ok := number(2); ok && start < 1 {
			c.at(n.Args[2], diag.Error, codeRange, "start of InStr is %d; the first character has position 1", start)
		}
	case "Mid":
		if ok && first < 1 {
			c.at(n.Args[1], diag.Warning, codeRange, "start of Mid is %d, so nothing is cut off; the first character has position 1", first)
		}
	case "RandomString":
		c.randomRules(n, number)
	}
}

func (c *checker) randomRules(n *Call, number func(int) (int64, bool)) {
	length, ok := number(0)
	if !ok {
		return
	}
	if length < 1 || length > maxRandom {
		c.at(n.Args[0], diag.Error, codeRange, "length of RandomString is %d; it is from 1 to %d", length, maxRandom)
		return
	}
	var sum int64
	for i := 1; i <= 4; i++ {
		least, _ := number(i)
		sum += min(max(least, 0), maxRandom+1)
	}
	if sum > length {
		c.at(n.Args[0], diag.Error, codeRange, "RandomString asks for %d characters of certain kinds in a length of %d", sum, length)
	}
}
