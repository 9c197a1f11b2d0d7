package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/secret"
)

// RotateTokenOptions are the dependencies and flags of `scimctl rotate-token`.
type RotateTokenOptions struct {
	deps     *Deps
	managed  managedFlags
	From     string
	Expires  string
	Check    bool
	Warn     int
	MaxAge   int
	Force    bool
	NoRecord bool
	Yes      bool
	Format   string
}

func newCmdRotateToken(d *Deps, run func(context.Context, *RotateTokenOptions) error) *cobra.Command {
	o := &RotateTokenOptions{deps: d}
	c := &cobra.Command{
		Use:   "rotate-token",
		Short: "Prove a new token, write it, and prove it again",
		Long: `Put a new token in the place of the stored one: test the connection with the new
token, write it only when the endpoint accepts it, and test the connection again as
Entra will use it. The job goes on running; one that is in quarantine is started,
which ends it. The token is read from where the profile says, or from --from.

When the token was set, when it ends, and a salted fingerprint are noted on the
service principal. With --check nothing is written: how old the stored token is,
whether the endpoint still takes it, and whether it is the one that the profile's
source holds now. Exit code 2 says that it should be rotated.`,
		Example: `  scimctl rotate-token -f idmelon.yaml --expires 2027-05-31
  scimctl rotate-token -f idmelon.yaml --from file:/run/secrets/new-token --yes
  scimctl rotate-token -f idmelon.yaml --check --max-age 180   # every night`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runRotateToken(c.Context(), o)
		},
	}
	o.managed.add(c)
	flags := c.Flags()
	flags.StringVar(&o.From, "from", "", "where the new token is: env:NAME, file:PATH or - for standard input")
	flags.StringVar(&o.Expires, "expires", "", "day on which the vendor ends the token, such as 2027-05-31")
	flags.BoolVar(&o.Check, "check", false, "write nothing: say how old the stored token is and whether it works")
	flags.IntVar(&o.Warn, "warn", 30, "days before its end from which on a token should be rotated")
	flags.IntVar(&o.MaxAge, "max-age", 0, "days after which a token should be rotated; 0 for no limit")
	flags.BoolVar(&o.Force, "force", false, "write the token although it is the stored one")
	flags.BoolVar(&o.NoRecord, "no-record", false, "note nothing on the service principal")
	flags.BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	addFormat(c, &o.Format, "text", "json")
	return c
}

func (o *RotateTokenOptions) check() error {
	if _, err := o.expires(); err != nil {
		return err
	}
	if _, err := o.from(); err != nil {
		return err
	}
	switch {
	case o.managed.App != "" && o.From == "" && !o.Check:
		return errors.New("without a profile, say with --from where the new token is")
	case o.Warn < 0 || o.MaxAge < 0:
		return errors.New("--warn and --max-age are numbers of days")
	case o.Check && (o.Force || o.Expires != ""):
		return errors.New("--check writes nothing: leave --force and --expires out")
	}
	return o.managed.check()
}

// expires reads the day on which the token ends: its last moment in UTC.
func (o *RotateTokenOptions) expires() (time.Time, error) {
	if o.Expires == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, o.Expires)
	if err != nil {
		return time.Time{}, fmt.Errorf("--expires %q is no day: write it like 2027-05-31", o.Expires)
	}
	return day.AddDate(0, 0, 1).Add(-time.Second), nil
}

// from reads --from, zero where it is not given. A text without a prefix may be the
// token itself, so it is not repeated.
func (o *RotateTokenOptions) from() (secret.Ref, error) {
	kind, rest, _ := strings.Cut(o.From, ":")
	switch {
	case o.From == "":
		return secret.Ref{}, nil
	case o.From == "-":
		return secret.Ref{Stdin: true}, nil
	case kind == "env" && rest != "":
		return secret.Ref{Env: rest}, nil
	case kind == "file" && rest != "":
		return secret.Ref{File: rest}, nil
	}
	return secret.Ref{}, errors.New("--from takes env:NAME, file:PATH or -, and never the token itself")
}

// rotatingTenant is what rotate-token asks of a tenant beside apply.Target.
type rotatingTenant interface {
	apply.Target
	Notes(ctx context.Context, servicePrincipalID string) (string, error)
	SetNotes(ctx context.Context, servicePrincipalID, notes string) error
}

func runRotateToken(ctx context.Context, o *RotateTokenOptions) (err error) {
	d := o.deps
	s, found, err := d.managedSession(ctx, &o.managed)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	t, ok := s.target.(rotatingTenant)
	if !ok {
		return errors.New("this tenant keeps no tokens")
	}
	if len(found) > 1 && o.From != "" {
		return errors.New("--from is one token, and several profiles were given: choose one with --profile")
	}
	results, code := []render.TokenState{}, exitOK
	for _, m := range found {
		r := &rotation{o: o, s: s, t: t, m: m}
		one := r.run(ctx)
		if r.state.Done() {
			results = append(results, r.state)
		}
		if one != nil {
			err = one
			break
		}
		if o.Format == "text" {
			p := render.Out(d.IO)
			p.Token(r.state)
			err = p.Failed()
		}
		if o.Check && len(r.state.Reasons) > 0 || r.state.State == render.TokenUnchanged && !*r.state.Accepted {
			code = exitPending
		}
	}
	if o.Format == "json" {
		err = errors.Join(err, render.JSON(d.IO.Out, results))
	}
	if err == nil && code != exitOK {
		return exit(code)
	}
	return err
}
