package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/secret"
)

// resolveSecrets reads all secrets that the steps write, each once. On failure it
// returns the index of the step that wanted the secret.
func resolveSecrets(ctx context.Context, resolver *secret.Resolver, steps []plan.Step) (map[secret.Ref]secret.Secret, int, error) {
	found := map[secret.Ref]secret.Secret{}
	for i, s := range steps {
		for _, w := range s.Secrets {
			if _, known := found[w.From]; known || w.From.IsZero() {
				continue
			}
			if resolver == nil {
				return nil, i, errors.New("no source of secrets was given")
			}
			value, err := resolver.Resolve(ctx, w.From)
			if err != nil {
				return nil, i, fmt.Errorf("read the %s: %w", w.Key, err)
			}
			found[w.From] = value
		}
	}
	return found, 0, nil
}

// writeSecrets writes the managed secrets, and with them what else is stored and
// can be read: whether the service merges or replaces is not documented, and
// nothing is lost either way. Masked values are never written back.
// Source: graph_contract §6, graph_gotchas 19, 20.
func (r *runner) writeSecrets(ctx context.Context, writes []plan.SecretWrite) error {
	sp := r.ref().ServicePrincipalID
	var stored []entra.Credential
	if !r.isNew() {
		var err error
		if stored, err = r.t.Secrets(ctx, sp); err != nil {
			return err
		}
	}
	var out []secret.Named
	for _, w := range writes {
		value, err := r.valueOf(w, stored)
		if err != nil {
			return err
		}
		out = append(out, secret.Named{Key: w.Key, Value: value})
	}
	for _, c := range stored {
		managed := slices.ContainsFunc(writes, func(w plan.SecretWrite) bool { return w.Key == c.Key })
		if !managed && c.Value != "" && c.Value != entra.MaskedSecret {
			out = append(out, secret.Named{Key: c.Key, Value: secret.New(c.Value)})
		}
	}
	if err := r.t.PutSecrets(ctx, sp, out); err != nil {
		return err
	}
	r.mu.Lock()
	clear(r.secrets)
	r.mu.Unlock()
	return nil
}

func (r *runner) isNew() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made != nil
}

// valueOf returns what to write: the secret that was read, or the plain value,
// merged into what is stored where the plan says so.
func (r *runner) valueOf(w plan.SecretWrite, stored []entra.Credential) (secret.Secret, error) {
	if !w.From.IsZero() {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.secrets[w.From], nil
	}
	if !w.Merge {
		return secret.New(w.Value), nil
	}
	var before entra.NotificationSettings
	if i := slices.IndexFunc(stored, func(c entra.Credential) bool { return c.Key == w.Key }); i >= 0 && stored[i].Value != entra.MaskedSecret {
		var err error
		if before, err = entra.ParseNotificationSettings(stored[i].Value); err != nil {
			return secret.Secret{}, fmt.Errorf("read what is stored: %w", err)
		}
	}
	after, err := before.Merge(w.Value)
	if err != nil {
		return secret.Secret{}, err
	}
	return secret.New(after.Text()), nil
}
