package cmd

import (
	"net/url"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// portals are the admin centres of the clouds. Neither they nor the shape of the
// link are part of any contract [?]: they are for people to click.
var portals = map[graph.Cloud]string{
	graph.Public:   "https://entra.microsoft.com",
	graph.USGov:    "https://entra.microsoft.us",
	graph.USGovDoD: "https://entra.microsoft.us",
	graph.China:    "https://entra.microsoftonline.cn",
}

// portal links to the provisioning page of an application. A tenant at another
// address than Microsoft's has none.
func (f *connectFlags) portal(d *Deps, sp entra.ServicePrincipal) string {
	host := portals[graph.Cloud(f.Cloud)]
	if f.sandbox.On || f.GraphURL != "" || d.env("SCIMCTL_GRAPH_URL") != "" || host == "" || sp.ID == "" {
		return ""
	}
	return host + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Provisioning/objectId/" + url.PathEscape(sp.ID) + "/appId/" + url.PathEscape(sp.AppID)
}
