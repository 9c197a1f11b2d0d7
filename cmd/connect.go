package cmd

import (
	"crypto/x509"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/secret"
)

// connectFlags say which tenant a command works on and how to sign in to it.
type connectFlags struct {
	Cloud       string
	GraphURL    string
	Authority   string
	CAFile      string
	Auth        string
	Tenant      string
	ClientID    string
	Certificate string
	sandbox     sandboxFlags
	asItIs      bool // no flag: a refusal is the finding, not something to wait out
}

func (f *connectFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.Tenant, "tenant", "", "tenant to sign in to: id or domain; AZURE_TENANT_ID")
	addChoice(c, &f.Auth, "auth", "", "kind of sign-in; by default the first of environment, workload and cli that is set up", "",
		string(graph.AuthEnvironment), string(graph.AuthWorkload), string(graph.AuthCLI), string(graph.AuthAzd),
		string(graph.AuthDeviceCode), string(graph.AuthClientSecret), string(graph.AuthClientCertificate))
	flags.StringVar(&f.ClientID, "client-id", "", "application to sign in as; AZURE_CLIENT_ID")
	flags.StringVar(&f.Certificate, "certificate", "", "file of a certificate with its key, PEM or PKCS#12; AZURE_CLIENT_CERTIFICATE_PATH")
	addChoice(c, &f.Cloud, "cloud", "", "national cloud", string(graph.Public),
		string(graph.Public), string(graph.USGov), string(graph.USGovDoD), string(graph.China))
	flags.StringVar(&f.GraphURL, "graph-url", "", "Microsoft Graph at another address; SCIMCTL_GRAPH_URL")
	flags.StringVar(&f.Authority, "authority", "", "sign-in at another address; SCIMCTL_AUTHORITY")
	flags.StringVar(&f.CAFile, "ca-file", "", "PEM file of certificate authorities to trust besides the system's; SCIMCTL_CA_FILE")
	f.sandbox.add(c)
}

// options turns flags and environment into what the Graph client needs.
func (f *connectFlags) options(d *Deps) (graph.Options, error) {
	first := func(flag, variable string) string {
		if flag != "" {
			return flag
		}
		return d.env(variable)
	}
	o := graph.Options{
		Cloud:     graph.Cloud(f.Cloud),
		URL:       first(f.GraphURL, "SCIMCTL_GRAPH_URL"),
		Authority: first(f.Authority, "SCIMCTL_AUTHORITY"),
		Auth:      graph.Auth(f.Auth),
		TenantID:  first(f.Tenant, "AZURE_TENANT_ID"),
		ClientID:  first(f.ClientID, "AZURE_CLIENT_ID"),
		CertFile:  first(f.Certificate, "AZURE_CLIENT_CERTIFICATE_PATH"),
		Now:       d.Now,
	}
	if o.Auth == graph.AuthClientSecret {
		o.Secret = secret.New(d.env("AZURE_CLIENT_SECRET"))
	}
	if file := first(f.CAFile, "SCIMCTL_CA_FILE"); file != "" {
		pool, err := d.trust(file)
		if err != nil {
			return graph.Options{}, err
		}
		o.CAs = pool
	}
	return o, nil
}

// trust returns the system's certificate authorities with those of a file.
func (d *Deps) trust(file string) (*x509.CertPool, error) {
	pem, err := d.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form: give the file that the certificate authority hands out, which begins with -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}
