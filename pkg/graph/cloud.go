package graph

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// Cloud is a national cloud.
type Cloud string

// National clouds. The zero Cloud is Public.
const (
	Public   Cloud = "public"
	USGov    Cloud = "usgov"
	USGovDoD Cloud = "usgovdod"
	China    Cloud = "china"
)

// hosts are the two addresses of a cloud.
type hosts struct{ graph, authority string }

var clouds = map[Cloud]hosts{
	Public:   {"https://graph.microsoft.com", "https://login.microsoftonline.com"},
	USGov:    {"https://graph.microsoft.us", "https://login.microsoftonline.us"},
	USGovDoD: {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us"},
	China:    {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"},
}

// endpoints are where the client sends requests, checked and without a slash at
// the end.
type endpoints struct {
	graph     *url.URL
	authority *url.URL
	known     bool // the authority is one of Microsoft's, which can vouch for itself
}

// locate resolves cloud, Graph address and authority. AZURE_AUTHORITY_HOST holds
// where neither a cloud nor an authority was asked for, as in every Azure tool.
func locate(o Options) (endpoints, error) {
	cloud := o.Cloud
	if cloud == "" {
		cloud = Public
	}
	h, ok := clouds[cloud]
	if !ok {
		return endpoints{}, fmt.Errorf("unknown cloud %q: use %s, %s, %s or %s", o.Cloud, Public, USGov, USGovDoD, China)
	}
	if host := os.Getenv("AZURE_AUTHORITY_HOST"); host != "" && cloud == Public {
		h.authority = host
	}
	if o.URL != "" {
		h.graph = o.URL
	}
	if o.Authority != "" {
		h.authority = o.Authority
	}
	graph, err := address("address of Microsoft Graph", h.graph)
	if err != nil {
		return endpoints{}, err
	}
	if last := graph.Path[strings.LastIndex(graph.Path, "/")+1:]; last == "v1.0" || last == "beta" {
		return endpoints{}, fmt.Errorf("address of Microsoft Graph %q: leave the version off, since it is added", h.graph)
	}
	authority, err := address("address of the sign-in", h.authority)
	if err != nil {
		return endpoints{}, err
	}
	if authority.Scheme != "https" {
		return endpoints{}, fmt.Errorf("address of the sign-in %q: it must begin with https://, since a secret is sent there", h.authority)
	}
	e := endpoints{graph: graph, authority: authority}
	for _, c := range clouds {
		e.known = e.known || c.authority == authority.String()
	}
	return e, nil
}

// address reads an absolute URL. Plain http is only allowed on this machine: a
// token must not cross a network in the clear.
func address(what, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %q is not a URL: write it like https://graph.microsoft.com", what, text)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("%s %q is not a URL with a host: write it like https://graph.microsoft.com", what, text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%s %s://%s: leave out user, query and fragment", what, u.Scheme, u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s %q: it must begin with https://, since a token is sent there", what, text)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
