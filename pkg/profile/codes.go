package profile

import "github.com/scimctl/scimctl/pkg/diag"

// Codes of the profile document. A number is never used again for something else.
const (
	codeSyntax   diag.Code = "SC1001"
	codeSize     diag.Code = "SC1002"
	codeEncoding diag.Code = "SC1003"
	codeTooDeep  diag.Code = "SC1004"
	codeAliases  diag.Code = "SC1005"
	codeEmpty    diag.Code = "SC1006"

	codeUnknownKey   diag.Code = "SC1010"
	codeDuplicateKey diag.Code = "SC1011"
	codeKind         diag.Code = "SC1012"
	codeMissingKey   diag.Code = "SC1013"
	codeWord         diag.Code = "SC1014"
	codeOneOf        diag.Code = "SC1015"
	codeNoValue      diag.Code = "SC1016"
	codeNumber       diag.Code = "SC1017"
	codeFlag         diag.Code = "SC1018"
	codeKeyKind      diag.Code = "SC1019"

	codeAnchor         diag.Code = "SC1020"
	codeListForText    diag.Code = "SC1021"
	codeFlowPath       diag.Code = "SC1022"
	codeFlowExpression diag.Code = "SC1023"
	codeFlowVariable   diag.Code = "SC1024"
	codeComment        diag.Code = "SC1025"
	codeColon          diag.Code = "SC1026"
	codeTag            diag.Code = "SC1027"
	codeBooleanText    diag.Code = "SC1028"
	codeNumberText     diag.Code = "SC1029"
	codeDateText       diag.Code = "SC1030"
	codeNullText       diag.Code = "SC1031"
	codeCurlyQuotes    diag.Code = "SC1032"
	codeTab            diag.Code = "SC1033"
	codeInnerQuotes    diag.Code = "SC1034"
	codeUnknownAlias   diag.Code = "SC1035"
	codeFirstCharacter diag.Code = "SC1036"
	codeInvisible      diag.Code = "SC1037"
	codeMerge          diag.Code = "SC1038"
	codeEscape         diag.Code = "SC1039"

	codeUndeclared    diag.Code = "SC1040"
	codeRequired      diag.Code = "SC1041"
	codeUnused        diag.Code = "SC1042"
	codeOutsideOneOf  diag.Code = "SC1043"
	codeUnknownValue  diag.Code = "SC1044"
	codeVariablePlace diag.Code = "SC1045"
	codeVariableName  diag.Code = "SC1046"
	codeUnsetInside   diag.Code = "SC1047"
	codeForeign       diag.Code = "SC1048"
	codeReference     diag.Code = "SC1049"
	codeDeclaration   diag.Code = "SC1050"
	codeName          diag.Code = "SC1051"

	codeEnvironment  diag.Code = "SC1052"
	codeOverlayKey   diag.Code = "SC1053"
	codeProfileTwice diag.Code = "SC1054"
	codeNoProfile    diag.Code = "SC1055"
	codeVersion      diag.Code = "SC1056"
	codeProvider     diag.Code = "SC1057"

	codeLiteralSecret  diag.Code = "SC1060"
	codeSecretSource   diag.Code = "SC1061"
	codeSecretOneOf    diag.Code = "SC1062"
	codeSecretName     diag.Code = "SC1063"
	codeURL            diag.Code = "SC1064"
	codeURLCredentials diag.Code = "SC1065"
	codeCompliance     diag.Code = "SC1066"
	codeSignIn         diag.Code = "SC1067"

	codeMappingValue diag.Code = "SC1070"
	codeSourceName   diag.Code = "SC1071"
	codeMatch        diag.Code = "SC1072"
	codeBase         diag.Code = "SC1073"
	codeMapRemove    diag.Code = "SC1074"
	codeRepeated     diag.Code = "SC1075"
	codeAppIdentity  diag.Code = "SC1076"
	codeAssignee     diag.Code = "SC1077"

	codeTestSubject diag.Code = "SC1080"
	codeExpectation diag.Code = "SC1081"
	codeRequestPath diag.Code = "SC1082"
)

// Codes documents the diagnostics of this package, in order.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: codeSyntax, Title: "YAML syntax", Help: "The file is not YAML. The place is where the parser noticed, which may be after the mistake."},
		{Code: codeSize, Title: "file too large", Help: "A profile file has at most 1 MiB."},
		{Code: codeEncoding, Title: "character encoding", Help: "Profiles are UTF-8 without control characters."},
		{Code: codeTooDeep, Title: "nested too deeply", Help: "No profile needs more than a few levels; the limit keeps hostile files harmless."},
		{Code: codeAliases, Title: "alias expansion", Help: "Aliases that contain aliases multiply; a document may stand for 200,000 values at most, and no alias may contain itself."},
		{Code: codeEmpty, Title: "no profile in the file", Help: "The file is empty or has only comments."},

		{Code: codeUnknownKey, Title: "unknown key", Help: "Keys are spelt exactly; nothing that is not understood is ignored."},
		{Code: codeDuplicateKey, Title: "duplicate key", Help: "A mapping has each key once. Other readers would silently take the last."},
		{Code: codeKind, Title: "wrong kind of value", Help: "A text, a list or a mapping stands where another of them is meant."},
		{Code: codeMissingKey, Title: "missing key", Help: "The key has no default and must be written."},
		{Code: codeWord, Title: "value not allowed", Help: "The key takes a few fixed words, or a text of a certain form."},
		{Code: codeOneOf, Title: "keys that exclude each other", Help: "Only one of the keys may be there."},
		{Code: codeNoValue, Title: "no value", Help: "A key stands without a value. What is not managed is left out of the profile."},
		{Code: codeNumber, Title: "whole number expected", Help: "The key takes a whole number, without quotes."},
		{Code: codeFlag, Title: "true or false expected", Help: "The key takes true or false, without quotes."},
		{Code: codeKeyKind, Title: "key that is no text", Help: "Keys are texts; { } and [ ] in one are read as YAML."},

		{Code: codeAnchor, Title: "text that begins with &", Help: "In YAML a word that begins with & names the value after it (an anchor) and is no text: name: &Money has no value. Write '&Money'."},
		{Code: codeListForText, Title: "text in brackets", Help: "In YAML [mail] is a list with one text. A source attribute is written without brackets; an expression stands in quotes."},
		{Code: codeFlowPath, Title: "path with brackets inside { }", Help: `Inside { } brackets are YAML: write 'emails[type eq "work"].value' in single quotes.`},
		{Code: codeFlowExpression, Title: "expression inside { }", Help: "Inside { } commas and brackets are YAML: put the expression in single quotes."},
		{Code: codeFlowVariable, Title: "variable inside { }", Help: `Inside { } the braces of ${var.name} are YAML: write "${var.name}".`},
		{Code: codeComment, Title: "text cut by a comment", Help: `A blank followed by # begins a comment: write 'Join(" #", [a], [b])' in single quotes.`},
		{Code: codeColon, Title: "colon and blank in a text", Help: `A colon followed by a blank separates a key from its value: write 'Join(": ", [a], [b])' in single quotes.`},
		{Code: codeTag, Title: "text that begins with !", Help: "In YAML a word that begins with ! is a tag: write the filter operator '!&' in quotes."},
		{Code: codeBooleanText, Title: "text that reads as true or false", Help: "Other YAML readers take False without quotes for a boolean. Here it is the text; quotes make it certain."},
		{Code: codeNumberText, Title: "text that reads as a number", Help: "Other YAML readers take 007 without quotes for the number 7. Here it is the text; quotes make it certain."},
		{Code: codeDateText, Title: "text that reads as a date", Help: "Other YAML readers take 2024-01-31 without quotes for a date. Here it is the text; quotes make it certain."},
		{Code: codeNullText, Title: "text that reads as nothing", Help: "In YAML ~ and null are no texts. Write them in quotes, or leave the key out."},
		{Code: codeCurlyQuotes, Title: "curly quotes", Help: "Web pages and word processors bend quotes; YAML and expressions know straight ones only."},
		{Code: codeTab, Title: "tab in the indentation", Help: "YAML is indented with blanks."},
		{Code: codeInnerQuotes, Title: "quote inside quotes", Help: "A text in double quotes ends at the next double quote: put an expression in single quotes."},
		{Code: codeUnknownAlias, Title: "text that begins with *", Help: "In YAML a word that begins with * stands for the value with that anchor."},
		{Code: codeFirstCharacter, Title: "character that cannot begin a text", Help: "% @ ` , [ ] { } begin no text without quotes."},
		{Code: codeInvisible, Title: "invisible character", Help: "Web pages have blanks of no width and blanks that do not break; pasted into a key they make another key of it."},
		{Code: codeMerge, Title: "merge key", Help: "The key << is not part of the profile format."},
		{Code: codeEscape, Title: "backslash in double quotes", Help: `In double quotes \ begins an escape; regular expressions stand in single quotes.`},

		{Code: codeUndeclared, Title: "undeclared variable", Help: "Every variable that is used is declared under variables."},
		{Code: codeRequired, Title: "required variable without a value", Help: "Values come from --var, --var-file and SCIMCTL_VAR_ environment variables."},
		{Code: codeUnused, Title: "unused variable", Help: "The variable is declared, and nothing uses it."},
		{Code: codeOutsideOneOf, Title: "value outside oneOf", Help: "The variable may have only the values that its declaration lists."},
		{Code: codeUnknownValue, Title: "value for an unknown variable", Help: "A value was given for a name that the profile does not declare."},
		{Code: codeVariablePlace, Title: "variable in a wrong place", Help: "Variables stand in values, and in expressions only inside string constants, where their value is escaped."},
		{Code: codeVariableName, Title: "variable that is no attribute name", Help: "A variable used as source must be a plain attribute name, so that no value can become an expression."},
		{Code: codeUnsetInside, Title: "unset variable that is needed", Help: "An unset variable leaves out the field that it fills; inside a longer text, or as the value of a filter, it cannot."},
		{Code: codeForeign, Title: "${…} that is not filled in", Help: "Only ${var.NAME} is filled in. Replacement templates of Replace have groups of this form; elsewhere it is probably a mistake. $${ is the text ${."},
		{Code: codeReference, Title: "misspelt reference", Help: "References to variables are written ${var.NAME}."},
		{Code: codeDeclaration, Title: "declaration that contradicts itself", Help: "The keys of the variable do not go together."},
		{Code: codeName, Title: "name not allowed", Help: "Names of profiles, environments and variables are used in tags, on command lines and in environment variables."},

		{Code: codeEnvironment, Title: "environment", Help: "A profile with environments needs one of them chosen, and there is no other."},
		{Code: codeOverlayKey, Title: "key that an environment cannot change", Help: "Version, name and provider are the same in all environments."},
		{Code: codeProfileTwice, Title: "profile name used twice", Help: "The names of the profiles in a file are unique."},
		{Code: codeNoProfile, Title: "no such profile", Help: "The file has no profile of that name, or several and none was chosen."},
		{Code: codeVersion, Title: "version of the format", Help: "Every profile says version: 1."},
		{Code: codeProvider, Title: "provider", Help: "Profiles describe provisioning by Microsoft Entra ID only."},

		{Code: codeLiteralSecret, Title: "secret in the profile", Help: "A profile says where a secret is kept, never the secret. The value is not repeated in any message; treat it as disclosed if the file was shared."},
		{Code: codeSecretSource, Title: "source of secrets", Help: "Secrets come from an environment variable, a file or standard input."},
		{Code: codeSecretOneOf, Title: "one source of a secret", Help: "Exactly one of env, file and stdin says where a secret is kept."},
		{Code: codeSecretName, Title: "name of an environment variable", Help: "The text cannot be the name of an environment variable; it may be the secret itself, so it is not repeated."},
		{Code: codeURL, Title: "tenant URL", Help: "The URL cannot be the address of a SCIM server: it must be https except on this machine, without fragment, blanks, quotes and placeholders."},
		{Code: codeURLCredentials, Title: "credentials in a URL", Help: "A URL is no place for a user name or password; it is shown in plans and logs."},
		{Code: codeCompliance, Title: "compliance flag", Help: "Entra knows the flags aadOptscim062020 and AzureAdScimPatch2017; only one can be in force."},
		{Code: codeSignIn, Title: "two ways to sign in", Help: "An endpoint has a token or OAuth 2 client credentials."},

		{Code: codeMappingValue, Title: "value of a mapping", Help: "A mapping has one of source, expression and constant, or only a default."},
		{Code: codeSourceName, Title: "name of a source attribute", Help: "A source is the plain name of an attribute."},
		{Code: codeMatch, Title: "matching mapping without a source", Help: "Objects are matched by what the source says of them; a constant says the same of all."},
		{Code: codeBase, Title: "base missing", Help: "base has no default: it decides what becomes of the mappings that the profile does not name."},
		{Code: codeMapRemove, Title: "target mapped and removed", Help: "A target attribute is in mappings and in remove."},
		{Code: codeRepeated, Title: "repeated item", Help: "Something that is unique in its list is there twice."},
		{Code: codeAppIdentity, Title: "identity of the application", Help: "An application is made from a template or is an existing one, which has one of three names."},
		{Code: codeAssignee, Title: "assignee", Help: "An assignment names a group or a user."},

		{Code: codeTestSubject, Title: "subject of a test", Help: "A test has a user or a group with an objectId."},
		{Code: codeExpectation, Title: "expectation that contradicts itself", Help: "The keys under expect do not go together."},
		{Code: codeRequestPath, Title: "file of an expected request", Help: "Expected requests are files beside the profile."},
	}
}
