package expr

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/diag"
)

// codeNumber is the last three digits of an expression's diagnostic code.
type codeNumber int

// Codes of what can be wrong with the text, with the meaning, and at run time.
const (
	codeCharacter    codeNumber = 1
	codeUnterminated codeNumber = 2
	codeSyntax       codeNumber = 3
	codeEmpty        codeNumber = 4
	codeTooLong      codeNumber = 5
	codeTooDeep      codeNumber = 6
	codeCurlyQuote   codeNumber = 7
	codeBareword     codeNumber = 8

	codeUnknownFunction codeNumber = 101
	codeForeignFunction codeNumber = 102
	codeArguments       codeNumber = 103
	codeOmitted         codeNumber = 104
	codeArgumentType    codeNumber = 105
	codeUnknownAttr     codeNumber = 106
	codeSwitchPairs     codeNumber = 107
	codeReplaceNothing  codeNumber = 108
	codeIIFOnNull       codeNumber = 109
	codeFormatDateTime  codeNumber = 110
	codeRegex           codeNumber = 111
	codeMatching        codeNumber = 112
	codeUniqueValue     codeNumber = 113
	codeRoleSyncAll     codeNumber = 114
	codeComparison      codeNumber = 115
	codeKeywordPlace    codeNumber = 116
	codeReference       codeNumber = 117
	codeRepeatedKey     codeNumber = 118
	codeConnectForm     codeNumber = 119
	codeDateFormat      codeNumber = 120
	codeReplacement     codeNumber = 121
	codeRange           codeNumber = 122
	codeCondition       codeNumber = 123
	codeUndocumented    codeNumber = 124

	codeEvalArgument codeNumber = 201
	codeEvalDate     codeNumber = 202
	codeEvalNumber   codeNumber = 203
	codeEvalRegex    codeNumber = 204
	codeEvalBounds   codeNumber = 205
	codeEvalRoles    codeNumber = 206
	codeEvalTaken    codeNumber = 207
	codeEvalWorld    codeNumber = 208
	codeEvalLimit    codeNumber = 209
)

func (c codeNumber) code() diag.Code { return diag.Code(fmt.Sprintf("SC2%03d", int(c))) }

// Codes documents the diagnostics and run-time errors of this package.
func Codes() []diag.CodeInfo {
	table := []struct {
		number      codeNumber
		title, help string
	}{
		{codeCharacter, "unexpected character", "A character that no expression has in this place."},
		{codeUnterminated, "text or attribute without an end", "A double quote or a bracket is missing."},
		{codeSyntax, "syntax", "The expression does not follow the grammar."},
		{codeEmpty, "empty expression", "There is nothing to evaluate."},
		{codeTooLong, "expression too long", "Entra takes 10,000 characters."},
		{codeTooDeep, "expression nested too deeply", "Functions are nested further than any service would take."},
		{codeCurlyQuote, "curly quotes", "Texts take straight double quotes; web pages and word processors bend them."},
		{codeBareword, "bareword", "A word without brackets, quotes or parentheses has no meaning."},
		{codeUnknownFunction, "unknown function", "Function names are case-sensitive."},
		{codeForeignFunction, "function of another dialect", "Cloud sync and Connect have functions that application provisioning lacks."},
		{codeArguments, "wrong number of arguments", "The function takes more or fewer arguments."},
		{codeOmitted, "required argument omitted", "An argument that the function needs has an empty place."},
		{codeArgumentType, "argument of a wrong type", "A constant cannot be read as what the argument needs."},
		{codeUnknownAttr, "unknown attribute", "The source object has no attribute of this name; names are case-sensitive."},
		{codeSwitchPairs, "Switch with a key that has no value", "After source and default value, keys and values come in pairs."},
		{codeReplaceNothing, "Replace that does nothing", "Which arguments are present decides what Replace does; these do nothing."},
		{codeIIFOnNull, "IIF on an empty attribute", "The reference calls a condition on empty attributes unsupported; Switch with an empty key is certain."},
		{codeFormatDateTime, "FormatDateTime with three arguments", "Since 2021 the second of four places is dateTimeStyles, usually left empty."},
		{codeRegex, "regular expression", "The pattern is not a .NET regular expression."},
		{codeMatching, "matching attribute with several sources", "A mapping used for matching may refer to one source attribute."},
		{codeUniqueValue, "SelectUniqueValue in a wrong place", "It takes at least two rules, stands outermost, and never on a matching attribute."},
		{codeRoleSyncAll, "role function with scope all", "Functions over app role assignments do not work when all users are in scope."},
		{codeComparison, "comparison in a wrong place", "Comparisons are conditions of IIF and CBool only."},
		{codeKeywordPlace, "keyword in a wrong place", "The keyword belongs to an argument of certain functions."},
		{codeReference, "reference attribute in Switch", "Switch does not work for reference attributes."},
		{codeRepeatedKey, "key that stands twice", "Switch takes the first key that equals the source; a second one is never reached."},
		{codeConnectForm, "form of Microsoft Entra Connect", "Functions of the same name take their arguments in another order there."},
		{codeDateFormat, "date format", "Date formats are those of .NET: MM is the month, mm the minute, dd the day, yyyy the year."},
		{codeReplacement, "replacement that stays as it stands", "A replacement refers to groups of the pattern as ${name} or $1; anything else is plain text."},
		{codeRange, "number out of range", "The function gives an error or an empty text for this number."},
		{codeCondition, "condition that is no comparison", "IIF takes one comparison, or a function that gives True or False."},
		{codeUndocumented, "undocumented function", "The service lists the function, and Microsoft does not document it."},
		{codeEvalArgument, "argument", "An argument's value cannot be used."},
		{codeEvalDate, "date", "A text is no date in the expected format."},
		{codeEvalNumber, "number", "A text is no whole number."},
		{codeEvalRegex, "regular expression", "The pattern cannot be used or takes too long."},
		{codeEvalBounds, "out of bounds", "The multi-value has no such element."},
		{codeEvalRoles, "several app roles", "SingleAppRoleAssignment was given more than one role."},
		{codeEvalTaken, "no unique value", "Every value that SelectUniqueValue made is taken."},
		{codeEvalWorld, "missing environment", "The evaluation has no clock, randomness or default domain."},
		{codeEvalLimit, "limit", "The result is larger than any attribute may be."},
	}
	infos := make([]diag.CodeInfo, len(table))
	for i, row := range table {
		infos[i] = diag.CodeInfo{Code: row.number.code(), Title: row.title, Help: row.help}
	}
	return infos
}
