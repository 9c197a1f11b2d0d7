package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// lookups is a tenant that remembers what it was asked.
type lookups struct {
	apply.Target
	mu    sync.Mutex
	asked []string
	fail  atomic.Bool
}

func (l *lookups) ask(what string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, what)
	if l.fail.Load() {
		return errors.New("503")
	}
	return nil
}

func (l *lookups) Tenant(context.Context) (entra.Tenant, error) {
	return entra.Tenant{ID: "t"}, l.ask("tenant")
}

func (l *lookups) ApplicationTemplates(_ context.Context, name string) ([]entra.ApplicationTemplate, error) {
	return []entra.ApplicationTemplate{{DisplayName: name}}, l.ask("template " + name)
}

func (l *lookups) ServicePrincipals(_ context.Context, q entra.ServicePrincipalQuery) ([]entra.ServicePrincipal, error) {
	return []entra.ServicePrincipal{{DisplayName: q.Name}}, l.ask("service principal " + q.Name)
}

func (l *lookups) GroupMembers(_ context.Context, id string) ([]entra.Principal, error) {
	return []entra.Principal{{ID: "u"}}, l.ask("members " + id)
}

func (l *lookups) Principals(_ context.Context, refs []entra.PrincipalRef) (map[entra.PrincipalRef][]entra.Principal, error) {
	out := map[entra.PrincipalRef][]entra.Principal{}
	for _, r := range refs {
		out[r] = []entra.Principal{{ID: "id of " + r.Name}}
		if err := l.ask("principal " + r.Name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// TestSharedAsksOnce: however many ask at the same time, the tenant is asked once.
func TestSharedAsksOnce(t *testing.T) {
	l := &lookups{}
	s := share(l)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			refs := []entra.PrincipalRef{{Type: entra.GroupPrincipal, Name: "a"}, {Type: entra.GroupPrincipal, Name: fmt.Sprint(i % 3)}, {Type: entra.GroupPrincipal, Name: "a"}}
			found, err := s.Principals(t.Context(), refs)
			if err != nil || len(found) != 2 || found[refs[1]][0].ID != fmt.Sprintf("id of %d", i%3) {
				t.Errorf("found %v, %v", found, err)
			}
			_, err1 := s.Tenant(t.Context())
			_, err2 := s.ApplicationTemplates(t.Context(), "Klaxoon SAML")
			_, err3 := s.ServicePrincipals(t.Context(), entra.ServicePrincipalQuery{Name: "x"})
			members, err4 := s.GroupMembers(t.Context(), "g")
			if err := errors.Join(err1, err2, err3, err4); err != nil || len(members) != 1 {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(l.asked)
	want := []string{"members g", "principal 0", "principal 1", "principal 2", "principal a", "service principal x", "template Klaxoon SAML", "tenant"}
	if !slices.Equal(l.asked, want) {
		t.Errorf("asked %q", l.asked)
	}
}

// TestSharedForgetsErrors: who asks after a failure asks again, and who waits for an
// answer does not wait longer than the command goes on.
func TestSharedForgetsErrors(t *testing.T) {
	l := &lookups{}
	s := share(l)
	l.fail.Store(true)
	refs := []entra.PrincipalRef{{Name: "a"}}
	if _, err := s.Principals(t.Context(), refs); err == nil {
		t.Error("the failure was lost")
	}
	l.fail.Store(false)
	if found, err := s.Principals(t.Context(), refs); err != nil || len(found) != 1 {
		t.Errorf("after a failure: %v %v", found, err)
	}
	if _, err := s.CountUsers(t.Context()); err == nil {
		t.Error("a tenant that tells no numbers was counted")
	}
	var m memo[int, int]
	if _, mine := m.claim(1); !mine {
		t.Fatal("somebody else claimed it")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.get(ctx, 1, func() (int, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for an answer that does not come: %v", err)
	}
}

// testFleet is a fleet over buffers, with a tenant that nobody asks.
func testFleet(parallel int) (*fleet, func() (string, string)) {
	streams, _, out, errOut := iostreams.Test()
	d := &Deps{IO: streams}
	s := &session{deps: d, target: &lookups{}, told: &told{}}
	fl := &fleet{deps: d, parallel: parallel, buffered: true, sessions: []*session{s}, byTenant: map[string]*session{"": s}, views: map[string]*shared{"": share(s.target)}}
	return fl, func() (string, string) { return out.String(), errOut.String() }
}

func testOutcomes(n int) []*outcome {
	out := make([]*outcome, n)
	for i := range out {
		out[i] = &outcome{unit: unit{name: fmt.Sprintf("p%d", i)}}
	}
	return out
}

// TestFleetSpeaksInOrder: no more than so many at once, each speaks when it is its
// turn, and one that fails does not stop the others.
func TestFleetSpeaksInOrder(t *testing.T) {
	fl, said := testFleet(3)
	outcomes := testOutcomes(12)
	var now, most atomic.Int32
	done := make([]chan struct{}, 13)
	for i := range done {
		done[i] = make(chan struct{})
	}
	close(done[12])
	err := fl.each(t.Context(), outcomes, func(_ context.Context, s *session, o *outcome) error {
		n := now.Add(1)
		defer now.Add(-1)
		for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
		}
		i := slices.Index(outcomes, o)
		if i%3 != 2 { // the later one of three ends before
			<-done[i+1]
		}
		defer close(done[i])
		fmt.Fprintf(s.deps.IO.Out, "%s\n", o.name)
		if i == 4 {
			return errors.New("no")
		}
		return nil
	})
	out, errOut := said()
	if err != nil || strings.Join(strings.Fields(out), " ") != "p0 p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 p11" {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(errOut, "p4: no") || outcomes[4].err == nil || outcomes[5].err != nil {
		t.Errorf("errors: %s", errOut)
	}
	if n := most.Load(); n < 2 || n > 3 { // a slow start may keep the third from the others
		t.Errorf("%d at once", n)
	}
}

// TestFleetInterrupted: after Ctrl-C nothing more begins, and the report says what
// was done, what was broken off, and what was not begun.
func TestFleetInterrupted(t *testing.T) {
	fl, said := testFleet(1)
	outcomes := testOutcomes(3)
	ctx, cancel := context.WithCancel(t.Context())
	steps := []plan.Step{{Kind: plan.StartJob}}
	err := fl.each(ctx, outcomes, func(ctx context.Context, _ *session, o *outcome) error {
		o.plan = &plan.Plan{Steps: steps}
		if o == outcomes[1] {
			cancel()
			return fmt.Errorf("start the job: %w", context.Cause(ctx))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	results := resultsOf(outcomes, false)
	var verdicts []string
	for _, r := range results.List {
		verdicts = append(verdicts, r.Verdict)
	}
	if got := strings.Join(verdicts, ", "); got != "pending, interrupted, not begun" || results.ExitCode != exitError {
		t.Errorf("verdicts %s, exit code %d", got, results.ExitCode)
	}
	if err := results.end(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the end is %v", err)
	}
	if _, errOut := said(); errOut != "" {
		t.Errorf("Ctrl-C is said once, by the program: %s", errOut)
	}
}

// TestFleetReportsWriteErrors: what units say and cannot be written is an error.
func TestFleetReportsWriteErrors(t *testing.T) {
	fl, _ := testFleet(2)
	fl.deps.IO.Out = full{}
	err := fl.each(t.Context(), testOutcomes(2), func(_ context.Context, s *session, _ *outcome) error {
		fmt.Fprintln(s.deps.IO.Out, "x")
		return nil
	})
	if err == nil {
		t.Error("a full disk was swallowed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestJudge: verdicts and exit codes of plans.
func TestJudge(t *testing.T) {
	step := []plan.Step{{}}
	for _, c := range []struct {
		o       outcome
		verdict string
		code    int
	}{
		{outcome{begun: true, plan: &plan.Plan{}}, verdictNothing, exitOK},
		{outcome{begun: true, plan: &plan.Plan{Steps: step}}, verdictChanges, exitPending},
		{outcome{begun: true, plan: &plan.Plan{Steps: step, Refusals: []plan.Refusal{{}}}}, verdictRefused, exitRefused},
		{outcome{begun: true, plan: &plan.Plan{Steps: step}, err: refuse("no")}, verdictRefused, exitRefused},
		{outcome{begun: true, err: errors.New("no")}, verdictFailed, exitError},
		{outcome{begun: true}, verdictFailed, exitError},
		{outcome{}, verdictNotBegun, exitError},
	} {
		r := resultsOf([]*outcome{&c.o}, true)
		if r.List[0].Verdict != c.verdict || r.ExitCode != c.code {
			t.Errorf("%+v is %s, %d", c.o, r.List[0].Verdict, r.ExitCode)
		}
	}
	mixed := resultsOf([]*outcome{{begun: true, plan: &plan.Plan{Steps: step}}, {begun: true, plan: &plan.Plan{Refusals: []plan.Refusal{{}}}}, {begun: true, err: errors.New("no")}}, true)
	if mixed.ExitCode != exitError {
		t.Errorf("the worst of all is %d", mixed.ExitCode)
	}
}

// TestTenants: profiles of several tenants are signed in to each, once; those of one
// are left to flags and environment, which a profile may contradict.
func TestTenants(t *testing.T) {
	d := &Deps{Getenv: func(string) (string, bool) { return "", false }}
	units := func(tenants ...string) []unit {
		var out []unit
		for i, tenant := range tenants {
			text := fmt.Sprintf("version: 1\nprofile: p%d\napp: {name: A}\n", i)
			if tenant != "" {
				text += "tenant: " + tenant + "\n"
			}
			out = append(out, unit{planned: loadOne(t, text), name: fmt.Sprintf("p%d", i)})
		}
		return out
	}
	for _, c := range []struct {
		tenants []string
		flags   connectFlags
		want    string
	}{
		{[]string{"", ""}, connectFlags{}, `[""]`},
		{[]string{"a.com", "a.com"}, connectFlags{}, `[""]`},
		{[]string{"a.com", ""}, connectFlags{}, `[""]`},
		{[]string{"b.com", "a.com", "B.com"}, connectFlags{}, `["a.com" "b.com"]`},
		{[]string{"b.com", "a.com", ""}, connectFlags{}, `["" "a.com" "b.com"]`},
		{[]string{"b.com", "a.com"}, connectFlags{Tenant: "c.com"}, `[""]`},
		{[]string{"b.com", "a.com"}, connectFlags{sandbox: sandboxFlags{On: true}}, `[""]`},
	} {
		us := units(c.tenants...)
		if got := fmt.Sprintf("%q", d.tenants(c.flags, us, sourceFlags{})); got != c.want {
			t.Errorf("%q: signs in to %s, want %s", c.tenants, got, c.want)
		}
		for _, u := range us {
			if !strings.Contains(c.want, fmt.Sprintf("%q", u.tenant)) {
				t.Errorf("%q: %s has no sign-in to %q", c.tenants, u.name, u.tenant)
			}
		}
	}
}

// loadOne reads a profile that has no errors.
func loadOne(t *testing.T, text string) planned {
	t.Helper()
	streams, in, _, _ := iostreams.Test()
	in.WriteString(text)
	all, err := (&Deps{IO: streams}).loadToApply(sourceFlags{Files: []string{"-"}})
	if err != nil || len(all) != 1 {
		t.Fatalf("%v", err)
	}
	return all[0]
}

// TestReadingStdin: only one token can come from standard input.
func TestReadingStdin(t *testing.T) {
	from := func(stdin bool) *outcome {
		w := plan.SecretWrite{Key: "SecretToken", Secret: true}
		w.From.Stdin = stdin
		return &outcome{unit: unit{name: "p"}, plan: &plan.Plan{Steps: []plan.Step{{Secrets: []plan.SecretWrite{w}}}}}
	}
	if got := readingStdin([]*outcome{from(true), from(false), from(true)}); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}
