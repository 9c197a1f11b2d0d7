package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/scimctl/scimctl/pkg/secret"
)

const signInOp = "sign in"

// notSetUp is the error of a credential that cannot even be made.
func notSetUp(err error) *Error {
	return &Error{Op: signInOp, Kind: SignIn, Message: err.Error(), unsent: true}
}

// failed translates a failed sign-in. The library's own error prints whole
// answers and is dropped for that reason.
func (s *signIn) failed(ctx context.Context, err, network error, limit time.Duration) *Error {
	e := &Error{Op: signInOp, Kind: SignIn, unsent: true}
	if ctx.Err() != nil {
		return canceled(e, context.Cause(ctx))
	}
	var auth *azidentity.AuthenticationFailedError
	if errors.As(err, &auth) && auth.RawResponse != nil {
		return s.answered(e, auth.RawResponse)
	}
	if network == nil && timedOut(err) {
		network = err
	}
	if network != nil {
		e.Kind, e.Err = Unreachable, cause(network)
		e.Message, e.Advice = describe("Microsoft Entra ID", s.host, e.Err, limit)
		e.Advice = strings.ReplaceAll(e.Advice, "--graph-url", "--authority")
		return e
	}
	said := line(maskAll(err.Error(), s.known()), maxMessage)
	switch s.cred.auth {
	case AuthCLI:
		e.Message = "the Azure CLI gave no token: " + strings.TrimPrefix(said, "AzureCLICredential: ")
		e.Advice = "run `az login` for the tenant"
		if s.cred.tried != "" {
			e.Message = "nothing to sign in with was found (" + s.cred.tried + "; Azure CLI: " + strings.TrimPrefix(said, "AzureCLICredential: ") + ")"
			e.Advice = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application, or run `az login`, or choose another kind of sign-in with --auth"
		}
	case AuthAzd:
		e.Message = "the Azure Developer CLI gave no token: " + strings.TrimPrefix(said, "AzureDeveloperCLICredential: ")
		e.Advice = "run `azd auth login` for the tenant"
	default:
		e.Message = said
	}
	return e
}

// known is secrets for a caller that holds the lock.
func (s *signIn) known() []secret.Secret { return []secret.Secret{s.cred.secret} }

var (
	aadsts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`AADSTS(\d+):\s*`) })
	// trailer is what the service puts behind each message.
	trailer = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*(Trace ID|Correlation ID|Timestamp): .*`) })
)

// answered translates what the token endpoint said.
func (s *signIn) answered(e *Error, res *http.Response) *Error {
	body, _ := runtime.Payload(res)
	e.Status = res.StatusCode
	e.RetryAfter = retryAfter(res.Header, s.now())
	var said struct {
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		CorrelationID string `json:"correlation_id"`
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" {
		e.foreign = true
		e.Message = excerpt(&response{header: res.Header, body: body}, func(text string) string { return maskAll(text, s.known()) })
	}
	e.RequestID = line(said.CorrelationID, 100)
	description := line(maskAll(said.Description, s.known()), 4*maxMessage)
	e.Code = line(maskAll(said.Error, s.known()), 100)
	if m := aadsts().FindStringSubmatch(description); m != nil {
		e.Code = "AADSTS" + m[1]
	}
	e.Message = cmp.Or(e.Message, line(trailer().ReplaceAllString(aadsts().ReplaceAllString(description, ""), ""), maxMessage))
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		e.Kind = Throttled
	case res.StatusCode >= 500:
		e.Kind = Unavailable
	}
	e.Advice = s.advice(e)
	return e
}

// advice says what to do about an error code of the token endpoint.
func (s *signIn) advice(e *Error) string {
	if e.Kind != SignIn {
		return "sign-in has a problem of its own: run it again later"
	}
	if a, ok := codeAdvice[strings.TrimPrefix(e.Code, "AADSTS")]; ok {
		return a
	}
	if e.foreign || e.Status == http.StatusNotFound {
		return fmt.Sprintf("%s does not answer like Microsoft Entra ID: check --authority, --tenant and proxies", s.host)
	}
	return "look the code up at https://login.microsoftonline.com/error"
}

// codeAdvice is by number of AADSTS. Source: Microsoft Entra authentication and
// authorization error codes.
var codeAdvice = map[string]string{
	"7000215": "the client secret is wrong: use the secret's value, not its id, and check that it belongs to this application (AZURE_CLIENT_ID)",
	"7000222": "the client secret has expired: make a new one for the application and set AZURE_CLIENT_SECRET",
	"7000216": "the client secret or certificate is missing from the request: set AZURE_CLIENT_SECRET",
	"7000112": "the application is disabled in this tenant: enable its service principal",
	"7000218": "the application does not allow public client flows: switch them on, or sign in with a secret or a certificate",
	"90002":   "the tenant does not exist in this cloud: check --tenant (AZURE_TENANT_ID) and --cloud",
	"900023":  "the tenant is neither an id nor a domain: check --tenant (AZURE_TENANT_ID)",
	"50059":   "no tenant was named: set --tenant or AZURE_TENANT_ID",
	"700016":  "this tenant has no such application: check AZURE_CLIENT_ID and --tenant, or have an administrator consent to it first",
	"65001":   "nobody has consented to the application's permissions in this tenant: an administrator must grant admin consent",
	"90094":   "an administrator must grant admin consent to the application in this tenant",
	"500011":  "this tenant does not know Microsoft Graph by that address: check --cloud and --graph-url",
	"50034":   "the account does not exist in this tenant: check --tenant and who is signed in",
	"50076":   "a second factor is needed: sign in again as a person (`az login`, or --auth device-code)",
	"50079":   "a second factor must be set up: sign in once in a browser, then again here",
	"53003":   "a Conditional Access policy blocks this sign-in: ask the tenant's administrator, or sign in from a place that it allows",
	"50173":   "the sign-in has expired, for example after a change of password: sign in again",
	"700082":  "the sign-in has expired: sign in again",
	"70043":   "the sign-in has expired: sign in again",
	"70008":   "the sign-in has expired: sign in again",
	"70020":   "the code was not used in time: run it again and enter the code within 15 minutes",
	"700024":  "the signed assertion is not valid now: check this machine's clock",
	"700027":  "the certificate is not one of the application's: upload its public part to the application, or use another",
	"700211":  "the application trusts no federated credential of this issuer: add one to the application",
	"700213":  "the application trusts no federated credential with this subject: check the subject of the application's federated credential",
	"70021":   "the application trusts no federated credential like this one: check issuer, subject and audience",
}
