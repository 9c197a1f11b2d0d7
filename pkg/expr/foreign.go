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
