package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// secretsLimit is how long PutSecrets waits to see what it wrote. Reads lag
// behind writes at times. Source: graph_contract §6.
const secretsLimit = 30 * time.Second

// Secrets reads the synchronization secrets of a service principal. Graph masks
// secret values as "*". Source: graph_contract §6.
func (c *Client) Secrets(ctx context.Context, servicePrincipalID string) ([]entra.Credential, error) {
	return list[entra.Credential](ctx, c, &request{
		op: "read the synchronization secrets", method: http.MethodGet, path: syncPath(servicePrincipalID, "secrets"),
		object: servicePrincipalID, needs: needsSyncRead,
	})
}

// PutSecrets writes synchronization secrets, and waits until they can be read.
// Whether the service merges or replaces is not known, so the caller gives the
// complete set it manages; "" removes a key. A masked value is refused, since it
// would overwrite the secret with an asterisk.
// Source: graph_contract §6, graph_gotchas 19, 20.
func (c *Client) PutSecrets(ctx context.Context, servicePrincipalID string, credentials []secret.Named) error {
	r := &request{
		op: "write the synchronization secrets", method: http.MethodPut, path: syncPath(servicePrincipalID, "secrets"),
		object: servicePrincipalID, needs: needsSyncWrite, hide: confidential(credentials),
		body: func() ([]byte, error) { return jsonBody(map[string]any{"value": revealed(credentials)})() },
	}
	seen := map[string]bool{}
	for _, n := range credentials {
		switch {
		case n.Value.Reveal() == entra.MaskedSecret:
			return &Error{Op: r.op, Kind: Invalid, Message: fmt.Sprintf("the value of %s is the mask that Graph shows in place of a secret, not a value", n.Key), unsent: true}
		case n.Key == "" || seen[n.Key]:
			return &Error{Op: r.op, Kind: Invalid, Message: fmt.Sprintf("the key %q is empty or given twice", n.Key), unsent: true}
		}
		seen[n.Key] = true
	}
	if _, err := c.do(ctx, r); err != nil {
		return err
	}
	return c.awaitSecrets(ctx, servicePrincipalID, credentials)
}

// revealed is the body of the request, made when it is sent.
func revealed(credentials []secret.Named) []entra.Credential {
	plain := make([]entra.Credential, len(credentials))
	for i, n := range credentials {
		plain[i] = entra.Credential{Key: n.Key, Value: n.Value.Reveal()}
	}
	return plain
}

// awaitSecrets waits until a read shows what was written. It gives up in silence:
// the write itself succeeded.
func (c *Client) awaitSecrets(ctx context.Context, servicePrincipalID string, written []secret.Named) error {
	steps := delays(settlingDelay)
	for waited := time.Duration(0); ; {
		stored, err := c.Secrets(ctx, servicePrincipalID)
		if ctx.Err() != nil {
			return canceled(&Error{Op: "wait for the synchronization secrets"}, context.Cause(ctx))
		}
		if err != nil || visible(stored, written) || waited >= secretsLimit {
			return nil
		}
		d := min(steps.NextBackOff(), secretsLimit-waited)
		waited += d
		c.tell(d, fmt.Sprintf("waiting for the written secrets to be readable; looking again in %s", d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			return canceled(&Error{Op: "wait for the synchronization secrets"}, err)
		}
	}
}

// visible reports whether a read agrees with a write as far as it can tell: keys
// that were removed are gone, others are there, and plain texts are equal.
func visible(stored []entra.Credential, written []secret.Named) bool {
	values := make(map[string]string, len(stored))
	for _, s := range stored {
		values[s.Key] = s.Value
	}
	for _, n := range written {
		value, there := values[n.Key]
		want := n.Value.Reveal()
		if there != (want != "") {
			return false
		}
		if compare := n.Key == entra.KeyBaseAddress || n.Key == entra.KeySyncAll; compare && !strings.EqualFold(value, want) {
			return false
		}
	}
	return true
}
