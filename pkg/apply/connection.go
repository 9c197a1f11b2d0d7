package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

// testConnection has Entra sign in to the endpoint with the stored credentials.
// A failure ends in what to do about it.
func (r *runner) testConnection(ctx context.Context) error {
	app := r.ref()
	err := r.t.ValidateCredentials(ctx, app.ServicePrincipalID, app.JobID, nil)
	refused, ok := errors.AsType[*entra.ConnectionError](err)
	if !ok {
		return err
	}
	where, token := "the endpoint", "the token"
	if e := r.p.Endpoint; e != nil {
		where = e.Host
		if e.TokenFrom != "" {
			token += " (" + e.TokenFrom + ")"
		}
	}
	return fmt.Errorf("%s failed the test: %w: %s; the job is not started", where, refused, connectionAdvice(refused.Code, token))
}

// connectionAdvice says what to look at. Source: graph_contract §7, graph_gotchas 24.
func connectionAdvice(code, token string) string {
	if strings.Contains(code, "InvalidCredentials") {
		return fmt.Sprintf("check that %s is the one that the vendor shows and has not expired, then apply again with --rewrite-token", token)
	}
	return fmt.Sprintf("check the tenant URL and %s; the endpoint must be reachable from the internet with a certificate of a public authority, and answer a search for an unknown user with 200 and an empty list", token)
}
