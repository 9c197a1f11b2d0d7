package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// person and team are what the test knows of the directory; account and crew what it
// says the server must have.
type person struct {
	id       string
	attrs    map[string]any
	assigned bool // directly
	deleted  engine.Deleted
	entitled bool // when it was purged
}

type team struct {
	id       string
	assigned bool
	deleted  bool
	members  map[string]bool
}

type account map[string]string // target attribute -> value; manager as source id

// life is a random company with the prediction of its accounts.
type life struct {
	*company
	r        *rand.Rand
	people   []*person
	teams    []*team
	accounts map[string]account
	steps    []string
}

func (l *life) note(format string, args ...any) {
	l.steps = append(l.steps, fmt.Sprintf(format, args...))
}

// entitled says whether somebody is assigned, directly or by a team.
func (l *life) entitled(p *person) bool {
	if p.deleted == engine.HardDeleted {
		return p.entitled
	}
	return p.assigned || slices.ContainsFunc(l.teams, func(g *team) bool { return g.assigned && !g.deleted && g.members[p.id] })
}

func (l *life) active(p *person) bool {
	return p.deleted == engine.NotDeleted && p.attrs["accountEnabled"] == true && l.entitled(p)
}

// step lets something happen.
func (l *life) step(clearing bool) {
	pick := func() *person { return l.people[l.r.IntN(len(l.people))] }
	p := pick()
	g := l.teams[l.r.IntN(len(l.teams))]
	there := p.deleted == engine.NotDeleted
	set := func(name string, value any) {
		if !there {
			return
		}
		if value == nil {
			delete(p.attrs, name)
		} else {
			p.attrs[name] = value
		}
		l.note("%s.%s = %v", p.id, name, value)
		l.user(p.id, map[string]any{name: value})
	}
	switch l.r.IntN(12) {
	case 0:
		q := &person{id: fmt.Sprintf("u%02d", len(l.people))}
		q.attrs = map[string]any{"userPrincipalName": q.id + "@contoso.com", "displayName": q.id, "accountEnabled": true}
		l.people = append(l.people, q)
		l.note("join %s", q.id)
		l.user(q.id, q.attrs)
	case 1:
		set("displayName", fmt.Sprintf("name %d", l.r.IntN(1000)))
	case 2:
		if clearing && l.r.IntN(3) == 0 {
			set("jobTitle", nil)
		} else {
			set("jobTitle", fmt.Sprintf("job %d", l.r.IntN(1000)))
		}
	case 3:
		set("userPrincipalName", fmt.Sprintf("%s.%d@contoso.com", p.id, l.r.IntN(1000)))
	case 4:
		set("accountEnabled", l.r.IntN(3) > 0)
	case 5:
		if m := pick(); m != p && m.deleted != engine.HardDeleted {
			set("manager", m.id)
		}
	case 6, 7:
		if p.deleted != engine.HardDeleted {
			if p.assigned = l.r.IntN(3) > 0; p.assigned {
				l.do(l.dir.Assign(p.id, "User"))
			} else {
				l.do(l.dir.Unassign(p.id))
			}
			l.note("assign %s %t", p.id, p.assigned)
		}
	case 8, 9:
		if p.deleted != engine.HardDeleted {
			has := l.r.IntN(3) > 0
			if g.members[p.id] = has; !has {
				delete(g.members, p.id)
			}
			l.do(l.dir.SetMember(g.id, engine.Member{Type: mapping.User, ID: p.id}, has))
			l.note("member %s of %s %t", p.id, g.id, has)
		}
	case 10:
		l.delete(p)
	case 11:
		if l.r.IntN(2) == 0 {
			if g.assigned = !g.assigned; g.assigned {
				l.do(l.dir.Assign(g.id, "User"))
			} else {
				l.do(l.dir.Unassign(g.id))
			}
			l.note("assign %s %t", g.id, g.assigned)
		} else if g.deleted = !g.deleted; g.deleted {
			l.do(l.dir.Delete(g.id))
			l.note("delete %s", g.id)
		} else {
			l.do(l.dir.Restore(g.id))
			l.note("restore %s", g.id)
		}
	}
}

func (l *life) delete(p *person) {
	switch {
	case p.deleted == engine.HardDeleted:
	case p.deleted == engine.NotDeleted:
		p.deleted = engine.SoftDeleted
		l.do(l.dir.Delete(p.id))
		l.note("delete %s", p.id)
	case l.r.IntN(2) == 0:
		p.deleted = engine.NotDeleted
		l.do(l.dir.Restore(p.id))
		l.note("restore %s", p.id)
	default:
		p.entitled = l.entitled(p)
		p.deleted = engine.HardDeleted
		for _, g := range l.teams {
			delete(g.members, p.id)
		}
		l.do(l.dir.Purge(p.id))
		l.note("purge %s", p.id)
	}
}

// predict says what a cycle makes of the accounts.
func (l *life) predict() {
	for _, p := range l.people {
		a := l.accounts[p.id]
		switch {
		case a == nil && l.active(p):
			a = account{}
			l.accounts[p.id] = a
		case a == nil:
			continue
		case p.deleted == engine.HardDeleted:
			if p.entitled {
				delete(l.accounts, p.id)
			}
			continue
		}
		for source, target := range map[string]string{"userPrincipalName": "userName", "displayName": "displayName", "jobTitle": "title"} {
			if v, there := p.attrs[source]; there {
				a[target] = v.(string) // what is not there clears nothing
			}
		}
		a["active"] = fmt.Sprint(l.active(p))
	}
}

// predictManagers says what the references become once everybody is there.
func (l *life) predictManagers() {
	for _, p := range l.people {
		manager, _ := p.attrs["manager"].(string)
		if a := l.accounts[p.id]; a != nil && manager != "" && l.accounts[manager] != nil && p.deleted != engine.HardDeleted {
			a["manager"] = manager
		}
	}
}

// compare reads the server back. Without strict, requests have failed meanwhile, so
// that who has left may never have come.
func (l *life) compare(t *testing.T, strict bool) {
	t.Helper()
	users := map[string]*scim.Object{}
	for _, u := range l.server.State().Users {
		users[u.Text("externalId")] = u
	}
	for _, p := range l.people {
		want, u := l.accounts[p.id], users[p.id]
		delete(users, p.id)
		if (u == nil) != (want == nil) && (strict || l.active(p)) {
			t.Errorf("%s: stored %t, predicted %v", p.id, u != nil, want)
		}
		if u == nil || want == nil {
			continue
		}
		current := account{}
		for _, target := range []string{"userName", "displayName", "title"} {
			if text := u.Text(target); text != "" {
				current[target] = text
			}
		}
		active, _ := u.Get("active")
		current["active"] = fmt.Sprint(active)
		if manager := l.managerOf(u); manager != "" {
			current["manager"] = manager
		}
		// Of somebody who is gone from the directory nothing can be switched off any more,
		// if that failed while there was time.
		if !strict && p.deleted == engine.HardDeleted {
			continue
		}
		if !strict && !l.active(p) {
			want, current = account{"active": "false"}, account{"active": current["active"]}
		}
		// A manager cannot be cleared, so one who is gone or was out of scope may stay.
		if m, _ := p.attrs["manager"].(string); l.accounts[m] == nil || !strict || p.deleted == engine.HardDeleted {
			delete(want, "manager")
			delete(current, "manager")
		}
		if fmt.Sprint(want) != fmt.Sprint(current) {
			t.Errorf("%s is %v, predicted %v", p.id, current, want)
		}
	}
	for id := range users {
		t.Errorf("account of %q belongs to nobody", id)
	}
	l.compareTeams(t)
}

func (l *life) managerOf(u *scim.Object) string {
	extension, _ := u.Get(scim.EnterpriseUserSchema)
	o, ok := extension.(*scim.Object)
	if !ok {
		return ""
	}
	value, _ := o.Get("manager")
	m, ok := value.(*scim.Object)
	if !ok {
		return ""
	}
	id, _ := l.state.Source(mapping.User, m.Text("value"))
	return id
}

func (l *life) compareTeams(t *testing.T) {
	t.Helper()
	stored := map[string]*scim.Object{}
	for _, g := range l.server.State().Groups {
		stored[g.Text("externalId")] = g
	}
	for _, g := range l.teams {
		there := g.assigned && !g.deleted
		if (stored[g.id] != nil) != there {
			t.Errorf("team %s stored %t, want %t", g.id, stored[g.id] != nil, there)
			continue
		}
		if !there {
			continue
		}
		var want, current []string
		for _, p := range l.people {
			if _, linked := l.state.Target(mapping.User, p.id); g.members[p.id] && p.deleted == engine.NotDeleted && linked {
				want = append(want, p.id)
			}
		}
		members, _ := stored[g.id].Get("members")
		list, _ := members.([]any)
		for _, m := range list {
			id, _ := l.state.Source(mapping.User, m.(*scim.Object).Text("value"))
			current = append(current, id)
		}
		slices.Sort(want)
		slices.Sort(current)
		if !slices.Equal(want, current) {
			t.Errorf("members of %s are %v, want %v", g.id, current, want)
		}
	}
}

// TestRandomLives: whatever people do, and whatever fails on the way, the server ends
// as the mapping says.
func TestRandomLives(t *testing.T) {
	for _, failing := range []bool{false, true} {
		for seed := range uint64(40) {
			t.Run(fmt.Sprintf("failing %t, seed %d", failing, seed), func(t *testing.T) {
				l := &life{r: rand.New(rand.NewPCG(seed, 7)), accounts: map[string]account{}}
				// Okta's dialects delete nobody, so their lives end otherwise.
				dialect := []scim.Dialect{scim.Entra, scim.EntraCompliant}[seed/2%2]
				l.company = newCompany(t, setup{config: func(c *engine.Config) { c.Dialect = dialect }}, func(j *engine.JobConfig) {
					j.DeletionThreshold = 0
					j.Workers = 1 + int(seed%2)*3
				})
				for i := range 3 {
					id := fmt.Sprintf("t%d", i)
					l.teams = append(l.teams, &team{id: id, members: map[string]bool{}})
					l.group(id)
				}
				l.people = []*person{{id: "boss", attrs: map[string]any{"userPrincipalName": "boss@contoso.com", "displayName": "Boss", "accountEnabled": true}}}
				l.user("boss", l.people[0].attrs)
				if failing {
					l.refuse = failAtRandom(seed)
				}
				for range 80 {
					l.step(!failing)
					if l.r.IntN(6) == 0 {
						l.wait(40 * time.Minute)
						l.predict()
						l.cycle()
						l.note("cycle")
					}
				}
				l.refuse = nil
				l.predict()
				l.predictManagers()
				l.state.Restart(engine.ResetDefault)
				if done, _ := l.cycle(); done.Counts.Failed > 0 {
					t.Errorf("%+v\n%s", done.Counts, l.told())
				}
				l.compare(t, !failing)
				if done, _ := l.cycle(); done.Counts != (engine.Counts{}) {
					t.Errorf("another cycle has something to do: %+v", done.Counts)
				}
				if t.Failed() {
					t.Logf("%v", l.steps)
				}
			})
		}
	}
}

// failAtRandom refuses one request in eight.
func failAtRandom(seed uint64) func(string, string) *answer {
	var mu sync.Mutex
	count := seed
	return func(string, string) *answer {
		mu.Lock()
		defer mu.Unlock()
		if count = count*6364136223846793005 + 1442695040888963407; count>>61 == 0 {
			return new(refusal(500, "", "no"))
		}
		return nil
	}
}
