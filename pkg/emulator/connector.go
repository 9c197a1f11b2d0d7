package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// errSchema marks a stored schema that the engine cannot run.
var errSchema = errors.New("the schema cannot be run")

// connector is an engine for one job with its stored schema and credentials.
type connector struct {
	e           *Emulator
	document    []byte
	credentials []entra.Credential
	template    string // application template, audience of tokens that Entra issues
	links       engine.Links
	domain      string
}

// engine compiles the schema and connects. Provision on demand ignores the
// dialect flags of the tenant URL. Source: graph_contract §9, entra_wire W-43.
func (c connector) engine(ctx context.Context) (*engine.Engine, error) {
	config, err := c.config(ctx)
	if err != nil {
		return nil, err
	}
	made, err := engine.New(config)
	if err != nil {
		return nil, errors.Join(errSchema, err)
	}
	return made, nil
}

func (c connector) config(ctx context.Context) (engine.Config, error) {
	programs, target, err := c.programs()
	if err != nil {
		return engine.Config{}, err
	}
	token, err := c.e.scimCredential(ctx, c.credentials, c.template)
	if err != nil {
		return engine.Config{}, err
	}
	endpoint, err := c.e.egress.client(valueOf(c.credentials, entra.KeyBaseAddress), token)
	if err != nil {
		return engine.Config{}, errors.Join(errCredentials, err)
	}
	return engine.Config{
		Users: programs[mapping.User], Groups: programs[mapping.Group],
		SyncAll:                 isTrue(valueOf(c.credentials, entra.KeySyncAll)),
		SkipOutOfScopeDeletions: isTrue(valueOf(c.credentials, entra.KeySkipOutOfScopeDeletions)),
		Dialect:                 scim.Entra, Client: endpoint, Links: c.links, Env: c.e.environment(c.domain),
		SourceSystem: c.e.sourceSystem(), TargetSystem: target,
	}, nil
}

func (e *Emulator) sourceSystem() string {
	if e.behaviour().OldDirectoryNames {
		return "Azure Active Directory"
	}
	return "Microsoft Entra ID"
}

func isTrue(text string) bool { return strings.EqualFold(text, "true") }

// programs compiles the object mappings of the stored document, and names the
// target directory.
func (c connector) programs() (programs map[string]*mapping.Program, target string, err error) {
	schema, err := entra.ParseSchema(c.document)
	if err != nil {
		return nil, "", errors.Join(errSchema, err)
	}
	mappings, err := mapping.FromSchema(schema)
	if err != nil {
		return nil, "", errors.Join(errSchema, err)
	}
	programs = map[string]*mapping.Program{}
	for _, m := range mappings {
		p, problems := mapping.Compile(m)
		if err := problems.Err(); err != nil {
			return nil, "", errors.Join(errSchema, err)
		}
		programs[m.Source] = p
	}
	for _, r := range schema.Rules() {
		target = cmp.Or(target, r.TargetDirectoryName)
	}
	return programs, target, nil
}

// document prints a schema for the engine.
func document(doc *syncschema.Object) ([]byte, error) { return json.Marshal(doc) }

// credentialFailure words a test connection that failed. An endpoint that cannot
// be reached is known from live answers; of the rest the code's ending and that
// the endpoint's answer is told are. Source: graph_contract §1, §7.
func credentialFailure(err error) error {
	const connector = "SystemForCrossDomainIdentityManagement"
	if errors.Is(err, errSchema) {
		return schemaInvalid("%v", err)
	}
	if errors.Is(err, errCredentials) {
		return fail(400, invalidCredentials, noTenantURL)
	}
	refused, ok := errors.AsType[*client.Error](err)
	if !ok {
		return fail(400, "CredentialValidationUnavailable", "An error occurred while sending the request.")
	}
	switch refused.Kind {
	case client.KindUnreachable, client.KindTLS, client.KindTimeout:
		return fail(400, "CredentialValidationUnavailable", "An error occurred while sending the request.")
	case client.KindUnauthorized:
		return fail(400, connector+"InvalidCredentials", "%s", unexpected(refused))
	}
	return fail(400, connector+"CredentialValidationUnavailable", "%s", unexpected(refused))
}

func unexpected(err *client.Error) string {
	return "We received this unexpected response from your application: " + err.Error()
}

// credentialsMissing is the answer to on-demand without secrets.
// Source: graph_contract §1.
func credentialsMissing() *failure {
	return fail(http.StatusBadRequest, "CredentialsMissing",
		"Please configure provisioning by providing your admin credentials then retry the provision on-demand.")
}
