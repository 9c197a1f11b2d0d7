package profile

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Compliance flags of a tenant URL. Source: graph_contract §6, entra_wire W-42.
const (
	complianceOptimized = "aadOptscim062020"
	complianceLegacy    = "AzureAdScimPatch2017"
)

var complianceFlags = []string{complianceOptimized, complianceLegacy}

// tenantURL checks the URL of the endpoint, and appends the compliance flag unless
// it has one. It returns the flag that is in force.
func (r *resolver) tenantURL(n, flagNode *node, compliance string) (diag.Text, string) {
	text := n.text
	u := r.checkURL(text)
	if u == nil {
		return text, compliance
	}
	var there []string
	for _, flag := range queryKeys(u.RawQuery) {
		known := slices.Contains(complianceFlags, flag)
		switch lower := strings.ToLower(flag); {
		case known:
			there = append(there, flag)
		case strings.HasPrefix(lower, "aadoptscim"), strings.HasPrefix(lower, "azureadscim"):
			d := diag.Errorf(codeCompliance, part(text, flag), "there is no compliance flag %q%s", flag, diag.DidYouMean(flag, complianceFlags)).
				WithDetail("Flags are %s.", orList(complianceFlags))
			if near := diag.Suggest(flag, complianceFlags); near != "" {
				d = d.WithFix(near)
			}
			r.report(d)
		}
	}
	for _, flag := range there {
		if flag != there[0] || compliance != "" && flag != compliance {
			r.report(diag.Errorf(codeCompliance, part(text, flag), "the compliance flags contradict each other").
				WithDetail("Take the flag out of the URL; the key compliance appends it."))
			return text, compliance
		}
	}
	if len(there) > 0 {
		return text, there[0]
	}
	if compliance == "" {
		return text, ""
	}
	separator := "?"
	if u.RawQuery != "" {
		separator = "&"
	} else if u.ForceQuery {
		separator = ""
	}
	return appended(text, separator+compliance, flagNode.where), compliance
}

// queryKeys returns the names in a query, in order.
func queryKeys(query string) []string {
	var keys []string
	for p := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(p, "=")
		keys = append(keys, key)
	}
	return keys
}

// part returns where a part of a text stands.
func part(t diag.Text, s string) diag.Range {
	i := strings.Index(t.Value, s)
	if i < 0 {
		return t.Where
	}
	return t.At(i, i+len(s))
}

// appended returns t with more text that stands at another place.
func appended(t diag.Text, more string, where diag.Range) diag.Text {
	out := diag.Text{Value: t.Value + more, Where: t.Where}
	if len(t.Marks) > 0 {
		out.Marks = slices.Concat(t.Marks[:len(t.Marks)-1], []diag.Mark{{Offset: len(t.Value), Pos: where.Start}, {Offset: len(out.Value), Pos: where.End}})
	}
	return out
}

// checkURL reports what is wrong with a URL and returns it parsed, or nil.
func (r *resolver) checkURL(t diag.Text) *url.URL {
	s := t.Value
	refuse := func(code diag.Code, start, end int, summary, detail string) *url.URL {
		r.report(diag.Errorf(code, t.At(start, end), "%s", summary).WithDetail("%s", detail))
		return nil
	}
	for i, c := range s {
		end := i + utf8.RuneLen(c)
		switch {
		case unicode.IsSpace(c) || invisible(c) || c < 0x20:
			return refuse(codeURL, i, end, "the URL has a blank in it", "Delete it, or write %20 if it belongs to the path.")
		case strings.ContainsRune(curly, c) || c == '"' || c == '\'' || c == '`':
			return refuse(codeURL, i, end, "the URL has a quote in it, probably pasted with it", "Delete it.")
		case c == '<' || c == '>' || c == '{' || c == '}':
			return refuse(codeURL, i, end, "the URL has a placeholder in it", "Put the customer's value in its place, or make it a variable.")
		}
	}
	if hasUserInfo(s) {
		return refuse(codeURLCredentials, 0, len(s), "the URL has a user name or password in it",
			"Take it out, and give the secret as token or oauth2. Change the password if this file was shared.")
	}
	u, err := url.Parse(s)
	if err != nil {
		return refuse(codeURL, 0, len(s), "this is not a URL", "Write it like https://scim.example/v2.")
	}
	switch {
	case u.Scheme == "":
		return refuse(codeURL, 0, len(s), "the URL has no scheme", "Write https:// before it.")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse(codeURL, 0, len(u.Scheme), "the URL is not one of https", "Write https://.")
	case u.Host == "" || u.Hostname() == "":
		return refuse(codeURL, 0, len(s), "the URL has no host", "Write it like https://scim.example/v2.")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		r.report(diag.Errorf(codeURL, t.At(0, len("http")), "the URL is not one of https, and the token would travel in clear").
			WithDetail("Write https. Only addresses of this machine may use http.").WithFix("https"))
		return nil
	case u.Fragment != "" || strings.Contains(s, "#"):
		at := strings.IndexByte(s, '#')
		return refuse(codeURL, at, len(s), "the URL has a fragment, which is never sent", "Delete what begins with #.")
	case strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/Users"), strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/Groups"):
		at := strings.LastIndex(s, u.Path[strings.LastIndex(strings.TrimRight(u.Path, "/"), "/"):])
		return refuse(codeURL, max(at, 0), len(s), "the URL is one of a resource type", "The tenant URL ends before /Users and /Groups: delete them.")
	}
	return u
}

// hasUserInfo reports whether a URL has a user name before its host.
func hasUserInfo(s string) bool {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return strings.Contains(rest, "@")
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
