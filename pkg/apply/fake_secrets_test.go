package apply_test

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// confidential keys are masked when they are read.
var confidential = []string{entra.KeySecretToken, entra.KeyOAuth2ClientSecret}

func (f *fake) Secrets(ctx context.Context, servicePrincipalID string) (found []entra.Credential, err error) {
	defer f.call(ctx, "Secrets", &err)()
	if err != nil {
		return nil, err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(a.secrets)) {
		value := a.secrets[key]
		if slices.Contains(confidential, key) {
			value = entra.MaskedSecret
		}
		found = append(found, entra.Credential{Key: key, Value: value})
	}
	return found, nil
}

// PutSecrets replaces all secrets, the harder of the two readings of the
// documentation for a client.
func (f *fake) PutSecrets(ctx context.Context, servicePrincipalID string, c []secret.Named) (err error) {
	defer f.call(ctx, "PutSecrets", &err)()
	if err != nil {
		return err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return err
	}
	clear(a.secrets)
	for _, n := range c {
		value := n.Value.Reveal()
		if value == entra.MaskedSecret {
			return errors.New("the mask was written back")
		}
		if value != "" {
			a.secrets[n.Key] = value
		}
	}
	return nil
}

func (f *fake) ValidateCredentials(ctx context.Context, servicePrincipalID, jobID string, _ []secret.Named) (err error) {
	defer f.call(ctx, "ValidateCredentials", &err)()
	if err != nil {
		return err
	}
	_, a, err := f.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	if f.reject != nil {
		return f.reject(a.secrets)
	}
	return nil
}
