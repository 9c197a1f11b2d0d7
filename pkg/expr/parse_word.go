package expr

import (
	"fmt"
	"strings"
)

// name reads what begins with a word: a call, a keyword, or a mistake.
func (p *parser) name(t token, depth int) Node {
	at := span{t.start, t.end}
	if strings.HasPrefix(p.src[t.end:], "]") {
		p.scan.pos = t.end + 1
		p.report(codeUnterminated, t.start, t.end+1, "the attribute that ends here has no opening bracket", "Begin it with [.", "["+t.text+"]")
		p.advance()
		return &Attribute{at, t.text}
	}
	p.advance()
	switch {
	case p.tok.kind == tokOpen && isKeyword(t.text):
		p.report(codeKeywordPlace, t.start, t.end, fmt.Sprintf("%s is no function", t.text), "Write it without parentheses.", "")
		p.call(t, depth)
		return &Omitted{at}
	case p.tok.kind == tokOpen:
		return p.call(t, depth)
	case isKeyword(t.text):
		return &Keyword{at, t.text}
	case isFold(t.text, "not") && p.startsOperand():
		p.report(codeSyntax, t.start, t.end, fmt.Sprintf("there is no operator %s", t.text), "Turn the comparison round, as with <>, or write Not(…) around a function.", "")
		return p.operand(depth)
	}
	if f, known := Lookup(t.text); known {
		p.report(codeSyntax, t.start, t.end, fmt.Sprintf("the function %s needs parentheses", t.text), fmt.Sprintf("Write %s.", f.Signature()), "")
		if p.startsOperand() {
			p.operand(depth)
		}
		return &Omitted{at}
	}
	if p.tok.kind == tokAttribute && p.tok.start == t.end {
		p.targetPath(t)
		return &Omitted{at}
	}
	p.bareword(t)
	return &Omitted{at}
}

// targetPath reports emails[type eq "work"].value in the place of a source
// attribute, and passes over it.
func (p *parser) targetPath(t token) {
	p.report(codeBareword, t.start, p.tok.end, fmt.Sprintf("%s is part of a target attribute", p.src[t.start:p.tok.end]),
		"Expressions read attributes of the source, such as [mail].", "")
	p.mute = true
	p.advance()
	for before := p.tok.start - 1; p.tok.start == before+1 && (p.tok.kind == tokBad || p.tok.kind == tokName); p.advance() {
		before = p.tok.end - 1
	}
	p.mute = false
}

// startsOperand reports whether the current token can begin an operand.
func (p *parser) startsOperand() bool {
	switch p.tok.kind {
	case tokAttribute, tokString, tokNumber:
		return true
	}
	return p.tok.kind == tokName && !isOperatorWord(p.tok)
}

// bareword reports a name that is neither a call nor a keyword.
func (p *parser) bareword(t token) {
	for _, word := range keywords {
		if isFold(t.text, word) {
			p.report(codeBareword, t.start, t.end, fmt.Sprintf("the word is spelled %s, not %s", word, t.text), "Letter case counts.", word)
			return
		}
	}
	attribute := strings.TrimPrefix(t.text, "user.") // as claims mappings write it
	switch {
	case isFold(t.text, "true") || isFold(t.text, "false"):
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("%s must be a text", t.text), "Truth values are the texts \"True\" and \"False\".",
			quote(strings.ToUpper(t.text[:1])+strings.ToLower(t.text[1:])))
	case isFold(t.text, "null") || isFold(t.text, "nothing"):
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("there is no constant %s", t.text),
			"To give no value leave the argument empty, as in Switch([a], , \"x\", \"y\"), or use IgnoreFlowIfNullOrEmpty.", "")
	default:
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("%q is neither an attribute nor a text", t.text),
			fmt.Sprintf("Attributes stand in brackets, [%s]; texts stand in double quotes, %s.", attribute, quote(t.text)), "")
	}
}

// wordForOperator turns the current token into an operator if it is a word that
// other languages use for one, such as eq.
func (p *parser) wordForOperator() bool {
	meant := ""
	if p.tok.kind == tokName {
		meant = comparisonWord(p.tok.text)
	}
	if meant == "" {
		return false
	}
	p.report(codeSyntax, p.tok.start, p.tok.end, fmt.Sprintf("there is no operator %s", p.tok.text), "Write "+meant+".", meant)
	p.tok.text = meant
	return true
}

func comparisonWord(word string) string {
	switch strings.ToLower(word) {
	case "eq", "is", "equals":
		return "="
	case "ne":
		return "<>"
	case "gt":
		return ">"
	case "ge":
		return ">="
	case "lt":
		return "<"
	case "le":
		return "<="
	}
	return ""
}

// isOperatorWord reports whether a token is an operator that the language lacks
// and has no sign for.
func isOperatorWord(t token) bool {
	if t.kind != tokName {
		return false
	}
	switch strings.ToLower(t.text) {
	case "and", "or", "in", "like", "contains", "startswith", "endswith", "co", "sw", "ew":
		return true
	}
	return false
}

func (p *parser) operatorWord(t token) {
	advice := logicalAdvice
	switch strings.ToLower(t.text) {
	case "and", "or":
	case "in":
		advice = `Switch compares with several texts: Switch([a], "no", "x", "yes", "y", "yes").`
	default:
		advice = `InStr finds a text in another: IIF(InStr([mail], "@contoso.com") > 0, "yes", "no").`
	}
	p.report(codeSyntax, t.start, t.end, fmt.Sprintf("there is no operator %s", t.text), advice, "")
}

// logicalAdvice says how conditions are combined. Source: expressions §2.
const logicalAdvice = `Nest IIF instead. For "and": IIF([a] = "x", IIF([b] = "y", "yes", "no"), "no"). For "or": IIF([a] = "x", "yes", IIF([b] = "y", "yes", "no")).`

// isKeyword reports whether a bareword has a meaning. Source: expressions §2.
func isKeyword(name string) bool {
	for _, word := range keywords {
		if name == word {
			return true
		}
	}
	return false
}

var keywords = [...]string{keywordIgnoreAttribute, keywordIgnoreObject, keywordBinaryCompare, keywordTextCompare}

const (
	keywordIgnoreAttribute = "IgnoreAttributeFlow"
	keywordIgnoreObject    = "IgnoreObjectFlow"
	keywordBinaryCompare   = "vbBinaryCompare"
	keywordTextCompare     = "vbTextCompare"
)
