package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// call checks a function call and all that is in it. outer is the function whose
// argument it is, or nil.
func (c *checker) call(n *Call, outer *Function) {
	f, ok := Lookup(n.Name)
	if !ok {
		c.unknown(n)
	}
	if !ok || n.broken {
		c.inside(n)
		return
	}
	c.count(n, f)
	for i, arg := range n.Args {
		p := f.Param(i)
		if p == nil {
			c.node(arg, nil, nil)
			continue
		}
		c.argument(n, f, p, i, arg)
		c.node(arg, f, p)
	}
	c.rules(n, f, outer)
}

// inside checks the arguments of a call whose parameters are not known: what
// stands in them, not whether it may stand there.
func (c *checker) inside(n *Call) {
	for _, arg := range n.Args {
		switch arg := arg.(type) {
		case *Keyword:
		case *Comparison:
			c.sides(arg)
		default:
			c.node(arg, nil, nil)
		}
	}
}

// name reports a problem with a call, at the function's name.
func (c *checker) name(n *Call, severity diag.Severity, code codeNumber, format string, args ...any) *diag.Diagnostic {
	return c.report(severity, code, n.start, n.start+len(n.Name), format, args...)
}

// unknown reports a function that application provisioning does not have.
func (c *checker) unknown(n *Call) {
	if dialect, advice := foreign(n.Name); dialect != "" {
		d := c.name(n, diag.Error, codeForeignFunction, "%s is a function of %s, not of application provisioning", n.Name, dialect)
		d.Detail = strings.ToUpper(advice[:1]) + advice[1:] + "."
		if f, ok := Lookup(strings.TrimPrefix(advice, "use ")); ok { // the same function by another name
			fix(d, f.Name)
		}
		return
	}
	d := c.name(n, diag.Error, codeUnknownFunction, "there is no function %s", n.Name)
	for i := range functionTable {
		if name := functionTable[i].Name; strings.EqualFold(name, n.Name) {
			d.Summary = fmt.Sprintf("the function is spelled %s, not %s", name, n.Name)
			d.Detail = "Letter case counts in function names."
			fix(d, name)
			return
		}
	}
	if advice := familiar(n.Name); advice != "" {
		d.Detail = advice
		return
	}
	if r := strings.IndexFunc(n.Name, func(r rune) bool { return r > unicode.MaxASCII }); r >= 0 {
		letter, _ := utf8.DecodeRuneInString(n.Name[r:])
		d.Detail = fmt.Sprintf("The name has the letter %q, %U, of another alphabet.", letter, letter)
		if near := diag.Suggest(n.Name, functionNames()); near != "" {
			fix(d, near)
		}
		return
	}
	if near := diag.Suggest(n.Name, functionNames()); near != "" {
		d.Summary += fmt.Sprintf("; did you mean %s?", near)
		d.Detail = "It is " + signature(near) + "."
		fix(d, near)
	}
}

func signature(name string) string {
	f, _ := Lookup(name)
	return f.Signature()
}

// count checks the number of arguments. FormatDateTime and Switch have their own
// rules for it.
func (c *checker) count(n *Call, f *Function) {
	given := len(n.Args)
	if f.Repeats == 0 && given > len(f.Params) {
		start, _ := n.Args[len(f.Params)].Span()
		_, end := n.Args[given-1].Span()
		c.report(diag.Error, codeArguments, start, min(max(end, start+1), len(c.src)), "%s takes %s, not %d", f.Name, arguments(len(f.Params)), given).
			Detail = "It is " + f.Signature() + "."
		return
	}
	if f.Name == "FormatDateTime" && given == 3 || f.Name == "Switch" && given > 1 {
		return
	}
	if least := f.minArgs(); given < least {
		quantity := ""
		if f.Repeats > 0 || least < len(f.Params) {
			quantity = "at least "
		}
		c.name(n, diag.Error, codeArguments, "%s needs %s%s, not %d", f.Name, quantity, arguments(least), given).
			Detail = "It is " + f.Signature() + "."
	}
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// argument checks one argument against its parameter.
func (c *checker) argument(n *Call, f *Function, p *Param, i int, arg Node) {
	switch arg := arg.(type) {
	case *Omitted:
		c.omitted(n, f, p, i, arg)
	case *Constant:
		c.constant(f, p, arg)
	case *Attribute:
		switch {
		case p.Type == DateType:
			d := c.at(arg, diag.Warning, codeArgumentType, "%s of %s needs a date, and attributes are text", p.Name, f.Name)
			d.Detail = fmt.Sprintf("Write CDate([%s]).", arg.Name)
			fix(d, "CDate(["+arg.Name+"])")
		case p.Type == BoolType && f.Name == "IIF":
			d := c.at(arg, diag.Warning, codeCondition, "the condition of IIF is no comparison")
			d.Detail = fmt.Sprintf(`Write [%s] = "True".`, arg.Name)
			fix(d, "["+arg.Name+`] = "True"`)
		}
	case *Call:
		c.result(f, p, arg)
	}
}

// omitted checks an empty place. Only what repeats may be left empty at will.
func (c *checker) omitted(n *Call, f *Function, p *Param, i int, arg *Omitted) {
	if p.Optional || unreadable(arg) {
		return
	}
	if f.Name == "Switch" && len(n.Args)%2 == 1 && i == len(n.Args)-1 {
		return // counted as a key without a value
	}
	start, end := max(arg.start-1, n.start), arg.end
	if f.Repeats == 1 && i >= len(f.Params) {
		c.report(diag.Warning, codeOmitted, start, end, "%s has an empty place for an argument", f.Name).
			Detail = "Leave the comma out, or write \"\"."
		return
	}
	d := c.report(diag.Error, codeOmitted, start, end, "%s of %s cannot be left out", p.Name, f.Name)
	d.Detail = "It is " + f.Signature() + "."
	if p.Type == TextType {
		d.Detail += ` Write "" for an empty text.`
	}
}

// constant checks a literal against what the parameter takes.
func (c *checker) constant(f *Function, p *Param, arg *Constant) {
	switch {
	case p.Type == NumberType:
		if _, ok := parseNumber(arg.Value); !ok {
			c.at(arg, diag.Error, codeArgumentType, "%s of %s is %q, which is no whole number", p.Name, f.Name, arg.Value)
		}
	case p.Type == KeywordType:
		d := c.at(arg, diag.Error, codeArgumentType, "%s of %s is a word without quotes: %s", p.Name, f.Name, strings.Join(p.Choices, " or "))
		if slices.Contains(p.Choices, arg.Value) {
			fix(d, arg.Value)
		}
	case !p.takes(arg.Value):
		d := c.at(arg, diag.Error, codeArgumentType, "%s of %s is %q; it is one of %s", p.Name, f.Name, arg.Value, strings.Join(p.Choices, ", "))
		if p.Name == "interval" {
			d.Detail = "yyyy is the year, m the month, d the day, ww the week, h the hour, n the minute, s the second."
		}
	case p.Type == DateType:
		c.dateConstant(f, p, arg)
	case p.Type == MultiType:
		c.at(arg, diag.Warning, codeArgumentType, "%s of %s is one text, not a multi-valued attribute", p.Name, f.Name)
	case p.Type == BoolType && f.Name == "IIF":
		c.at(arg, diag.Warning, codeCondition, "the condition of IIF is always the same")
	}
}

func (c *checker) dateConstant(f *Function, p *Param, arg *Constant) {
	if _, ok := parseDate(arg.Value); !ok {
		c.at(arg, diag.Error, codeArgumentType, "%s of %s is %q, which is no date", p.Name, f.Name, arg.Value).
			Detail = "Write for example CDate(\"2021-06-30\") or Now()."
		return
	}
	d := c.at(arg, diag.Warning, codeArgumentType, "%s of %s needs a date, and this is text", p.Name, f.Name)
	d.Detail = "Write CDate(" + quote(arg.Value) + ")."
	fix(d, "CDate("+quote(arg.Value)+")")
}

// result checks what an inner function gives against what the parameter takes.
func (c *checker) result(f *Function, p *Param, arg *Call) {
	inner, ok := Lookup(arg.Name)
	if !ok || inner.Result == AnyType {
		return
	}
	switch {
	case p.Type == DateType && inner.Result != DateType:
		c.name(arg, diag.Warning, codeArgumentType, "%s of %s needs a date, and %s gives %s", p.Name, f.Name, inner.Name, article(inner.Result)).
			Detail = "Put CDate(…) around it."
	case p.Type == NumberType && (inner.Result == BoolType || inner.Result == DateType || inner.Result == MultiType):
		c.name(arg, diag.Warning, codeArgumentType, "%s of %s needs a number, and %s gives %s", p.Name, f.Name, inner.Name, article(inner.Result))
	case p.Type == MultiType && inner.Result != MultiType && inner.Result != TextType:
		c.name(arg, diag.Warning, codeArgumentType, "%s of %s needs a multi-valued attribute, and %s gives %s", p.Name, f.Name, inner.Name, article(inner.Result))
	case p.Type == BoolType && f.Name == "IIF" && inner.Result != BoolType:
		c.name(arg, diag.Warning, codeCondition, "the condition of IIF is no comparison, and %s gives %s", inner.Name, article(inner.Result)).
			Detail = `Compare it: IIF(` + inner.Name + `(…) = "…", …, …).`
	}
}

// article returns the word for a type, with its article where it has one.
func article(t Type) string {
	if t == TextType {
		return "text"
	}
	return "a " + t.String()
}
