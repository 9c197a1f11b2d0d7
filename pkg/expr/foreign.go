package expr

import "strings"

// foreign names the dialect of a function that application provisioning does
// not have, and what to use instead. Source: expressions §4.
func foreign(name string) (dialect, advice string) {
	for _, f := range foreignTable {
		if f.name == name {
			return f.dialect, f.advice
		}
	}
	if strings.HasPrefix(name, "Cert") || name == "IsCert" {
		return connect, "certificates cannot be read by application provisioning"
	}
	return "", ""
}

const (
	cloudSync = "cloud sync"
	connect   = "Microsoft Entra Connect"
)

var foreignTable = [...]struct{ name, dialect, advice string }{
	{"ConvertFromBase64", cloudSync, "store the decoded text in an attribute of the source"},
	{"DNComponent", cloudSync, `use Replace([dn], , "^CN=(?<name>[^,]*),.*$", , "${name}", , )`},
	{"Error", cloudSync, "use IgnoreFlowIfNullOrEmpty to leave the attribute out, or a scoping filter to leave the object out"},
	{"StringFromSid", cloudSync, "use the attribute onPremisesSecurityIdentifier, which is text already"},
	{"Trim", cloudSync, `use Replace([attribute], , "^\\s+|\\s+$", , "", , )`},
	{"BitOr", connect, "use Switch over BitAnd"},
	{"CGuid", connect, "identifiers are text already"},
	{"CNum", connect, "numbers are read from text where a function needs one"},
	{"CRef", connect, "map the reference attribute directly"},
	{"Contains", connect, `use InStr, as in InStr([mail], "@contoso.com") > 0 inside IIF`},
	{"ConvertFromUTF8Hex", connect, "store the decoded text in an attribute of the source"},
	{"DNComponentRev", connect, "use Replace with a regular expression"},
	{"EscapeDNComponent", connect, `use Replace([attribute], , "(?<c>[,+\"\\\\<>;=])", , "\\${c}", , )`},
	{"InStrRev", connect, "use InStr, or Replace with a regular expression that ends in $"},
	{"IsBitSet", connect, "compare BitAnd with 0 inside IIF"},
	{"IsDate", connect, "check the date in the source, as CDate fails on other text"},
	{"IsEmpty", connect, "use IsNullOrEmpty"},
	{"IsGuid", connect, "use Replace with a regular expression inside Switch"},
	{"IsNumeric", connect, "use Replace with a regular expression inside Switch"},
	{"ItemOrNull", connect, "use Item inside IIF over Count"},
	{"LCase", connect, "use ToLower"},
	{"LTrim", connect, `use Replace([attribute], , "^\\s+", , "", , )`},
	{"Len", connect, `use Replace with a regular expression that counts, such as "^.{65,}$"`},
	{"PadLeft", connect, `use Replace(Join("", "0000", [attribute]), , "(.*?)(?<id>.{0,4})$", , "${id}", , )`},
	{"PadRight", connect, `use Left(Append([attribute], "    "), 4)`},
	{"RTrim", connect, `use Replace([attribute], , "\\s+$", , "", , )`},
	{"RandomNum", connect, "use RandomString(4, 4, 0, 0, 0)"},
	{"ReplaceChars", connect, "use NormalizeDiacritics or Replace"},
	{"Right", connect, `use Replace([attribute], , "(.*?)(?<id>.{0,4})$", , "${id}", , )`},
	{"Select", connect, "functions of one text take a multi-value value by value"},
	{"StringFromGuid", connect, "identifiers are text already"},
	{"UCase", connect, "use ToUpper"},
	{"Where", connect, "choose the values in the source"},
	{"With", connect, "repeat the expression where its value is needed"},
}

// familiar returns what to use for a function that spreadsheets and programming
// languages have, or "".
func familiar(name string) string {
	switch strings.ToLower(name) {
	case "and", "or":
		return logicalAdvice
	case "concat", "concatenate", "textjoin":
		return "Use Join or Append."
	case "upper", "uppercase", "toupperinvariant", "touppercase", "strupper":
		return "Use ToUpper."
	case "lower", "lowercase", "tolowerinvariant", "tolowercase", "strlower":
		return "Use ToLower."
	case "proper", "titlecase", "totitlecase", "capitalize":
		return "Use PCase."
	case "substring", "substr":
		return "Use Mid, whose first position is 1, or Left."
	case "substitute", "regexreplace":
		return "Use Replace."
	case "isnotnull", "isnotempty", "isnotnullorempty", "hasvalue":
		return "Use IsPresent."
	case "isblank", "isnullorwhitespace":
		return "Use IsNullOrEmpty."
	case "startswith", "endswith", "indexof", "find", "search":
		return `Use InStr, which gives a position, as in InStr([mail], "@contoso.com") > 0 inside IIF.`
	case "length", "strlen":
		return `Use Replace with a regular expression that counts, such as "^.{65,}$".`
	case "today", "utcnow":
		return "Use Now."
	case "newguid", "uuid":
		return "Use Guid."
	case "cint", "clng", "int", "tonumber", "cdbl":
		return "Numbers are read from text where a function needs one."
	case "tostring", "str", "text":
		return "Use CStr, or FormatDateTime for a date."
	case "case", "choose", "ifs":
		return "Use Switch, or nest IIF."
	}
	return ""
}
