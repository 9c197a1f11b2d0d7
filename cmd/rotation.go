package cmd

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/secret"
)

// rotation is the work on the token of one application.
type rotation struct {
	o *RotateTokenOptions
	s *session
	t rotatingTenant
	m *managed

	job    entra.Job
	key    string     // of the synchronization secret
	ref    secret.Ref // where the new token is; zero when nothing says so
	stored []entra.Credential
	notes  string
	state  render.TokenState
}

func (r *rotation) run(ctx context.Context) error {
	if err := r.look(ctx); err != nil {
		return err
	}
	work := r.rotate
	if r.o.Check {
		work = r.inspect
	}
	err := work(ctx)
	r.state.Judge()
	return err
}

// look finds out what is stored, and where the token belongs.
func (r *rotation) look(ctx context.Context) (err error) {
	m := r.m
	if r.job, err = m.job(); err != nil {
		return err
	}
	if !r.o.Check {
		if err := m.mine(); err != nil {
			return err
		}
	}
	sp := m.principal.ID
	r.state = render.TokenState{Profile: m.profile, Environment: m.environment, App: m.name, ServicePrincipalID: sp, JobID: r.job.ID, Now: r.o.deps.Now().UTC(), Warn: r.o.Warn, MaxAge: r.o.MaxAge}
	if r.stored, err = r.t.Secrets(ctx, sp); err != nil {
		return fmt.Errorf("application %q: %w", m.name, err)
	}
	if r.notes, err = r.t.Notes(ctx, sp); err != nil {
		return fmt.Errorf("application %q: %w", m.name, err)
	}
	if record, ok := secret.FindRecord(r.notes); ok {
		r.state.Set, r.state.Expires = record.Set, record.Expires
	}
	return r.place()
}

// place settles which secret is rotated and where it goes. The token goes to the
// stored tenant URL: where the profile has another host, that has to be settled first.
func (r *rotation) place() error {
	address := r.value(entra.KeyBaseAddress)
	if address == "" {
		return fmt.Errorf("application %q has no tenant URL yet: run scimctl apply %s first", r.m.name, r.m.selection)
	}
	r.state.Host = hostIn(address)
	r.key = entra.KeySecretToken
	if r.value(entra.KeyAuthenticationType) == entra.AuthOAuth2ClientCredentials {
		r.key = entra.KeyOAuth2ClientSecret
		r.state.Host = hostIn(cmp.Or(r.value(entra.KeyOAuth2TokenExchangeURI), address))
	}
	r.ref, _ = r.o.from() // checked with the flags
	if p := r.m.resolved; p != nil && p.Endpoint != nil {
		e := p.Endpoint
		wanted, host := e.Token, hostIn(e.URL.Value)
		if e.OAuth2 != nil {
			wanted, host = e.OAuth2.ClientSecret, hostIn(e.OAuth2.TokenURL)
		}
		if r.ref.IsZero() {
			r.ref = wanted
		}
		if (e.OAuth2 != nil) != (r.key == entra.KeyOAuth2ClientSecret) {
			return refuse("the profile %s signs in to the endpoint in another way than the application %q: run scimctl plan %s", r.m.label(), r.m.name, r.m.selection)
		}
		if !strings.EqualFold(host, r.state.Host) {
			return refuse("the token would go to %s, which is stored, and the profile says %s: settle that first with scimctl plan %s and the profile's variables", r.state.Host, host, r.m.selection)
		}
	}
	if !r.ref.IsZero() {
		r.state.From = r.ref.String()
	}
	return nil
}

func (r *rotation) value(key string) string {
	i := slices.IndexFunc(r.stored, func(c entra.Credential) bool { return c.Key == key })
	if i < 0 {
		return ""
	}
	return r.stored[i].Value
}

// hostIn is the host of a URL, "" when it has none.
func hostIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// inspect says how the stored token fares, and compares it with the source.
func (r *rotation) inspect(ctx context.Context) error {
	accepted, why, err := r.proof(ctx, nil)
	if err != nil {
		return err
	}
	r.state.Accepted, r.state.Why, r.state.State = accepted, why, render.TokenChecked
	record, known := secret.FindRecord(r.notes)
	if !known || r.ref.IsZero() || r.ref.Stdin && r.o.From == "" {
		return nil
	}
	token, err := r.o.deps.secrets().Resolve(ctx, r.ref)
	if err != nil {
		return nil //nolint:nilerr // a source that is not set here is nothing to compare with
	}
	r.state.Same = new(record.Print.Fits(token))
	return nil
}

// proof tests the connection; nil credentials are the stored ones. A test that could
// not be made for want of a permission leaves accepted nil.
func (r *rotation) proof(ctx context.Context, credentials []secret.Named) (accepted *bool, why string, err error) {
	err = r.t.ValidateCredentials(ctx, r.m.principal.ID, r.job.ID, credentials)
	if err == nil {
		return new(true), "", nil
	}
	if refused, ok := errors.AsType[*entra.ConnectionError](err); ok {
		return new(false), refused.Error(), nil
	}
	if refused, ok := errors.AsType[*graph.Error](err); ok && refused.Denied() && credentials == nil && r.o.Check {
		return nil, refused.Advice, nil
	}
	return nil, "", fmt.Errorf("application %q: %w", r.m.name, err)
}

// rotate proves the new token, writes it and proves it again.
func (r *rotation) rotate(ctx context.Context) error {
	if r.ref.IsZero() {
		return fmt.Errorf("nothing says where the new token of application %q is: write endpoint.token in the profile, or use --from", r.m.name)
	}
	token, err := r.s.secrets.Resolve(ctx, r.ref)
	if err != nil {
		return err
	}
	record, known := secret.FindRecord(r.notes)
	if known && record.Print.Fits(token) && !r.o.Force {
		r.state.State, r.state.Same = render.TokenUnchanged, new(true)
		r.state.Accepted, r.state.Why, err = r.proof(ctx, nil)
		return err
	}
	accepted, why, err := r.proof(ctx, r.signIn(token))
	if err != nil {
		return err
	}
	if !*accepted {
		return fmt.Errorf("%s does not accept the new token from %s, so nothing was written: %s", r.state.Host, r.ref, why)
	}
	if !r.o.Yes {
		question := fmt.Sprintf("%s accepts the new token from %s. Write it for %q?", r.state.Host, r.ref, r.m.name)
		if err := r.o.deps.confirm(question, "--yes"); err != nil {
			return err
		}
	}
	if err := r.t.PutSecrets(ctx, r.m.principal.ID, r.complete(token)); err != nil {
		return fmt.Errorf("application %q: %w", r.m.name, err)
	}
	if err := r.proveAgain(ctx); err != nil {
		return err
	}
	r.record(ctx, token)
	return r.revive(ctx)
}

// signIn is what Entra needs to sign in to the endpoint, with the new token.
func (r *rotation) signIn(token secret.Secret) []secret.Named {
	out := []secret.Named{{Key: r.key, Value: token}}
	for _, key := range []string{entra.KeyBaseAddress, entra.KeyAuthenticationType, entra.KeyOAuth2TokenExchangeURI, entra.KeyOAuth2ClientID} {
		if v := r.value(key); v != "" && v != entra.MaskedSecret {
			out = append(out, secret.Named{Key: key, Value: secret.New(v)})
		}
	}
	return out
}

// complete is everything that is stored and can be read, with the new token: whether
// the service merges or replaces is not documented. Source: graph_contract §6.
func (r *rotation) complete(token secret.Secret) []secret.Named {
	out := []secret.Named{{Key: r.key, Value: token}}
	for _, c := range r.stored {
		switch {
		case c.Key == r.key:
		case c.Value == entra.MaskedSecret:
			r.state.Masked = append(r.state.Masked, c.Key)
		case c.Value != "":
			out = append(out, secret.Named{Key: c.Key, Value: secret.New(c.Value)})
		}
	}
	return out
}

// proveTries and provePause: a test may still see the old token for a moment, since
// reads lag behind writes. Source: graph_contract §6.
const (
	proveTries = 4
	provePause = 5 * time.Second
)

// proveAgain tests the connection as Entra will use it from now on.
func (r *rotation) proveAgain(ctx context.Context) error {
	for try := 1; ; try++ {
		accepted, why, err := r.proof(ctx, nil)
		if err != nil {
			return fmt.Errorf("the new token is written, and it could not be proved again: %w", err)
		}
		if *accepted {
			r.state.State, r.state.Accepted = render.TokenRotated, accepted
			return nil
		}
		if try == proveTries {
			return fmt.Errorf("the new token was accepted and written, and now the test of the connection of application %q fails: %s; the old token cannot be read back: run it again with a token that works", r.m.name, why)
		}
		if err := r.o.deps.Sleep(ctx, provePause); err != nil {
			return err
		}
	}
}

// record notes on the service principal when the token was set and which it was. A
// caller who may not write that is told so: the token is written all the same.
func (r *rotation) record(ctx context.Context, token secret.Secret) {
	r.state.Before = r.state.Set
	r.state.Set, r.state.Expires = r.state.Now.Truncate(time.Second), secret.Expiry(token)
	if expires, _ := r.o.expires(); !expires.IsZero() {
		r.state.Expires = expires
	}
	if r.o.NoRecord {
		return
	}
	print, err := secret.FingerprintOf(token, rand.Reader)
	if err == nil {
		err = r.t.SetNotes(ctx, r.m.principal.ID, secret.WithRecord(r.notes, secret.Record{Set: r.state.Set, Expires: r.state.Expires, Print: print}))
	}
	r.state.Recorded = err == nil
	if err != nil {
		render.Err(r.o.deps.IO).Note("when the token was set is not noted on the service principal: %v", err)
	}
}

// revive starts a job that runs and is held up, which ends its quarantine. Nothing
// else needs it: a job takes the new token in its next cycle.
// Source: graph_contract §5.
func (r *rotation) revive(ctx context.Context) error {
	if !r.job.Active() || r.job.Status.Code != entra.StatusQuarantine {
		return nil
	}
	if err := r.t.StartJob(ctx, r.m.principal.ID, r.job.ID); err != nil {
		return fmt.Errorf("the new token is written and proved; ending the quarantine of application %q failed: %w", r.m.name, err)
	}
	r.state.Restarted = true
	return nil
}
