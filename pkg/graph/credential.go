package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/scimctl/scimctl/pkg/secret"
)

// credential is a way to get tokens, with what an error must know of it.
type credential struct {
	azcore.TokenCredential
	auth   Auth
	secret secret.Secret // that it signs in with, if any
	tried  string        // kinds of sign-in that were not set up, and why
}

// credentials builds the credential that Options ask for.
type credentials struct {
	o      Options
	at     endpoints
	client azcore.ClientOptions
}

func newCredentials(o Options, at endpoints, rt http.RoundTripper) credentials {
	return credentials{o, at, azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: at.authority.String()},
		Transport: &http.Client{Transport: rt},
		Retry:     policy.RetryOptions{MaxRetries: -1}, // the client repeats, by one policy
		Telemetry: policy.TelemetryOptions{ApplicationID: "scimctl"},
	}}
}

// build makes the credential of o.Auth, or picks the first that is set up.
func (b credentials) build() (credential, error) {
	switch b.o.Auth {
	case "":
		return b.pick()
	case AuthEnvironment:
		return b.environment()
	case AuthWorkload:
		return b.workload()
	case AuthCLI:
		return b.cli()
	case AuthAzd:
		cred, err := azidentity.NewAzureDeveloperCLICredential(&azidentity.AzureDeveloperCLICredentialOptions{TenantID: b.o.TenantID})
		return credential{TokenCredential: cred, auth: AuthAzd}, err
	case AuthDeviceCode:
		return b.deviceCode()
	case AuthClientSecret:
		s := b.o.Secret
		if s.Reveal() == "" {
			s = secret.New(os.Getenv("AZURE_CLIENT_SECRET"))
		}
		return b.clientSecret(s)
	case AuthClientCertificate:
		return b.certificate(first(b.o.CertFile, "AZURE_CLIENT_CERTIFICATE_PATH"))
	}
	return credential{}, fmt.Errorf("unknown kind of sign-in %q", b.o.Auth)
}

// errNotSetUp is the error of a kind of sign-in that nobody meant to use.
var errNotSetUp = errors.New("is not set")

// pick takes the first of environment, workload and Azure CLI that is set up. What
// is set up by half, or fails, is an error: falling through to another identity
// would do work in a name that nobody meant.
func (b credentials) pick() (credential, error) {
	env, envErr := b.environment()
	if !errors.Is(envErr, errNotSetUp) {
		return env, envErr
	}
	workload, workloadErr := b.workload()
	if !errors.Is(workloadErr, errNotSetUp) {
		return workload, workloadErr
	}
	cli, err := b.cli()
	cli.tried = fmt.Sprintf("environment: %v; workload identity: %v", envErr, workloadErr)
	return cli, err
}

func (b credentials) environment() (credential, error) {
	s, file := os.Getenv("AZURE_CLIENT_SECRET"), os.Getenv("AZURE_CLIENT_CERTIFICATE_PATH")
	switch {
	case s != "":
		return b.clientSecret(secret.New(s))
	case file != "":
		return b.certificate(file)
	}
	return credential{}, fmt.Errorf("AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH %w", errNotSetUp)
}

func (b credentials) clientSecret(s secret.Secret) (credential, error) {
	tenant, client, err := b.identity()
	if err != nil {
		return credential{}, err
	}
	if s.Reveal() == "" {
		return credential{}, errors.New("the client secret is missing: set AZURE_CLIENT_SECRET")
	}
	cred, err := azidentity.NewClientSecretCredential(tenant, client, s.Reveal(), &azidentity.ClientSecretCredentialOptions{
		ClientOptions: b.client, DisableInstanceDiscovery: !b.at.known,
	})
	return credential{TokenCredential: cred, auth: AuthClientSecret, secret: s}, err
}

func (b credentials) certificate(file string) (credential, error) {
	tenant, client, err := b.identity()
	if err != nil {
		return credential{}, err
	}
	if file == "" {
		return credential{}, errors.New("the certificate is missing: set AZURE_CLIENT_CERTIFICATE_PATH or --certificate to a PEM or PKCS#12 file with certificate and key")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return credential{}, fmt.Errorf("read the certificate: %w", err)
	}
	password := secret.New(os.Getenv("AZURE_CLIENT_CERTIFICATE_PASSWORD"))
	certs, key, err := azidentity.ParseCertificates(data, []byte(password.Reveal()))
	if err != nil {
		return credential{}, fmt.Errorf("the certificate file %s cannot be used: %s: it must hold certificate and private key, as PEM or PKCS#12; AZURE_CLIENT_CERTIFICATE_PASSWORD is its password", file, line(err.Error(), 200))
	}
	cred, err := azidentity.NewClientCertificateCredential(tenant, client, certs, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: b.client, DisableInstanceDiscovery: !b.at.known,
	})
	return credential{TokenCredential: cred, auth: AuthClientCertificate, secret: password}, err
}

func (b credentials) workload() (credential, error) {
	if os.Getenv("AZURE_FEDERATED_TOKEN_FILE") == "" {
		return credential{}, fmt.Errorf("AZURE_FEDERATED_TOKEN_FILE %w", errNotSetUp)
	}
	tenant, client, err := b.identity()
	if err != nil {
		return credential{}, err
	}
	cred, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: b.client, DisableInstanceDiscovery: !b.at.known, TenantID: tenant, ClientID: client,
	})
	return credential{TokenCredential: cred, auth: AuthWorkload}, err
}

func (b credentials) cli() (credential, error) {
	cred, err := azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: b.o.TenantID})
	return credential{TokenCredential: cred, auth: AuthCLI}, err
}

func (b credentials) deviceCode() (credential, error) {
	client := first(b.o.ClientID, "AZURE_CLIENT_ID")
	switch {
	case b.o.Prompt == nil:
		return credential{}, errors.New("signing in with a device code needs a person: use another kind of sign-in")
	case client == "":
		return credential{}, errors.New("signing in with a device code needs an application that allows public client flows: name it with --client-id or AZURE_CLIENT_ID")
	}
	cred, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: b.client, DisableInstanceDiscovery: !b.at.known,
		TenantID: first(b.o.TenantID, "AZURE_TENANT_ID"), ClientID: client,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			b.o.Prompt(line(m.Message, maxMessage))
			return nil
		},
	})
	return credential{TokenCredential: cred, auth: AuthDeviceCode}, err
}

// identity returns tenant and client id of an application's own sign-in.
func (b credentials) identity() (tenant, client string, err error) {
	tenant, client = first(b.o.TenantID, "AZURE_TENANT_ID"), first(b.o.ClientID, "AZURE_CLIENT_ID")
	var missing []string
	if tenant == "" {
		missing = append(missing, "AZURE_TENANT_ID (or --tenant)")
	}
	if client == "" {
		missing = append(missing, "AZURE_CLIENT_ID (or --client-id)")
	}
	if len(missing) > 0 {
		return "", "", fmt.Errorf("%s is not set", strings.Join(missing, " and "))
	}
	return tenant, client, nil
}

// first returns an option, or the environment variable that stands in for it.
func first(option, variable string) string {
	if option != "" {
		return option
	}
	return os.Getenv(variable)
}
