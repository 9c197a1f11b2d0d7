package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/pkg/scim"
)

// readBack finds the user at the endpoint, by the matching attributes as Entra does.
func (v *verification) readBack(ctx context.Context) (render.VerifyStep, error) {
	if reason, err := v.reach(ctx); reason != "" || err != nil {
		return notRun("%s", reason), err
	}
	ask := targetFlags{}
	if err := ask.allow(v.deps, v.target, ""); err != nil {
		return render.VerifyStep{}, err
	}
	foresee, err := v.foresee()
	if err != nil {
		return failed("%v", err), nil
	}
	if v.expected, err = v.expect(ctx, foresee, v.user.ID); err != nil {
		return failed("%v", err), nil
	}
	id, by, err := v.find(ctx, v.expected)
	switch {
	case err != nil:
		return failed("%s", v.expected.Covered(err.Error())), nil
	case id == "":
		return failed("the endpoint has no user %s", by), nil
	case v.written != "" && v.written != id:
		return failed("the endpoint finds %s %s, but Entra wrote to %s", id, by, v.written), nil
	}
	if v.found, err = v.client.Get(ctx, "Users", id, nil); err != nil {
		return failed("%v", err), nil
	}
	if err := v.refer(ctx, foresee); err != nil {
		return failed("%v", err), nil
	}
	return passed("user %s %s", id, by), nil
}

// foresee compiles the mapping of users as the profile has it.
func (v *verification) foresee() (*engine.Preview, error) {
	mappings, problems := profiletest.ObjectMappings(v.resolved)
	var users *mapping.Program
	for _, m := range mappings {
		if m.Source == mapping.User {
			p, found := mapping.Compile(m)
			users, problems = p, append(problems, found...)
		}
	}
	if err := errorsOf(problems).Err(); err != nil {
		return nil, err
	}
	return engine.NewPreview(engine.Config{
		Users: users, SyncAll: v.everybody(), Dialect: scim.DialectOf(v.resolved.Endpoint.URL.Value), Env: v.deps.evalEnv(),
	})
}

func (v *verification) everybody() bool {
	all := v.resolved.Settings.SyncAll
	return all != nil && *all
}

// expect reads a user of the tenant, who counts as assigned since Entra has provisioned
// him or her, and maps it.
func (v *verification) expect(ctx context.Context, p *engine.Preview, id string) (*engine.Expectation, error) {
	reader, ok := v.session.target.(directoryReader)
	if !ok {
		return nil, errors.New("the tenant's users cannot be read")
	}
	d := directory{reader: reader, reads: p.Reads(), everybody: true}
	for user, err := range d.named(ctx, []string{id}) {
		if err != nil {
			return nil, err
		}
		o, err := mapping.NewObject(mapping.User, user.Attributes)
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", id, err)
		}
		return p.Expect(engine.Subject{Object: o, Assigned: true})
	}
	return nil, fmt.Errorf("the tenant has no user %s", id)
}

// find looks for a user, one matching attribute after the other; the id is empty when
// there is none. By says how it was looked for.
func (v *verification) find(ctx context.Context, x *engine.Expectation) (id, by string, err error) {
	matches := x.Matches()
	if len(matches) == 0 {
		return "", "", errors.New("the mappings make no value to match by")
	}
	dialect := scim.DialectOf(v.resolved.Endpoint.URL.Value)
	for _, m := range matches {
		by = fmt.Sprintf("by %s %q", m.Target, m.Value)
		list, err := v.client.Search(ctx, "Users", dialect.SearchUsers(m.Filter.String())...)
		if err != nil {
			return "", by, err
		}
		switch n := len(list.Resources); {
		case n > 1:
			return "", by, fmt.Errorf("the endpoint has %d users %s", n, by)
		case n == 1 && list.Resources[0].ID() == "":
			return "", by, fmt.Errorf("the endpoint answers without the id of the user %s", by)
		case n == 1:
			return list.Resources[0].ID(), by, nil
		}
	}
	return "", by, nil
}

// refer finds the target ids of those whom the user refers to, such as the manager.
func (v *verification) refer(ctx context.Context, p *engine.Preview) error {
	v.links = map[string]string{}
	for _, source := range v.expected.References() {
		other, err := v.expect(ctx, p, source)
		if err != nil {
			return fmt.Errorf("look up the reference to %s: %w", source, err)
		}
		id, _, err := v.find(ctx, other)
		if err != nil {
			return fmt.Errorf("look up the reference to %s: %s", source, other.Covered(err.Error()))
		}
		if id != "" {
			v.links[source] = id
		}
	}
	return nil
}

// compare compares the endpoint's user with what the mappings make of the tenant's.
func (v *verification) compare(context.Context) (render.VerifyStep, error) {
	all := v.expected.Compare(v.found, v.created, v.links)
	var bad []engine.Comparison
	same := 0
	for _, c := range all {
		switch c.Standing {
		case engine.Same:
			same++
		case engine.Uncompared:
		default:
			bad = append(bad, c)
		}
	}
	var s render.VerifyStep
	switch len(bad) {
	case 0:
		s = passed("%s as expected", count(same, "attribute"))
		if same == 0 {
			s = notRun("no attribute could be compared")
		}
	case 1:
		s = failed("%s: %s", bad[0].Target, render.Compared(bad[0]))
	default:
		var names []string
		for _, c := range bad {
			names = append(names, c.Target)
		}
		s = failed("%s are not as expected", listed(names))
	}
	if rest := len(all) - same - len(bad); rest > 0 {
		s.Found += fmt.Sprintf("; %d not compared", rest)
	}
	if len(bad) > 0 {
		s.Next = "Ask the vendor why another value is stored, or mend the mapping; a plan tells whether the job has the profile's mappings."
	}
	s.Attributes = all
	return s, nil
}
