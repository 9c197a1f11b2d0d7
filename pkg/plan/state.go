package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// State is what a plan rests on: the observed state of the tenant as far as it
// matters to the plan, as facts in words, sorted by what they are about. It does not
// change with what changes by itself (counts of cycles, versions, the order of lists,
// the spelling of expressions), so a saved plan stays good until somebody touches the
// application. No secret is in it.
type State []Fact

// Fact is one thing and how it is, such as "user mapping title" and "source jobTitle".
// What occurs once in a State.
type Fact struct {
	What  string `json:"what"`
	Value string `json:"value"`
}

// Move is a difference between two States. An empty Was or Is was or is not there.
type Move struct{ What, Was, Is string }

// String says what moved, in one line.
func (m Move) String() string {
	switch {
	case m.Was == "":
		return fmt.Sprintf("%s is new: %s", m.What, m.Is)
	case m.Is == "":
		return fmt.Sprintf("%s is gone; it was: %s", m.What, m.Was)
	default:
		return fmt.Sprintf("%s: was %s, is %s", m.What, m.Was, m.Is)
	}
}

// Moved returns how two States differ, in their order.
func Moved(before, after State) []Move {
	var moves []Move
	for len(before) > 0 || len(after) > 0 {
		switch order := compareFacts(before, after); {
		case order < 0:
			moves = append(moves, Move{What: before[0].What, Was: before[0].Value})
			before = before[1:]
		case order > 0:
			moves = append(moves, Move{What: after[0].What, Is: after[0].Value})
			after = after[1:]
		default:
			if before[0].Value != after[0].Value {
				moves = append(moves, Move{before[0].What, before[0].Value, after[0].Value})
			}
			before, after = before[1:], after[1:]
		}
	}
	return moves
}

// compareFacts orders the heads of two lists; the end of a list comes last.
func compareFacts(a, b State) int {
	switch {
	case len(b) == 0:
		return -1
	case len(a) == 0:
		return 1
	}
	return cmp.Compare(a[0].What, b[0].What)
}

// StateOf returns the facts of what was observed for a query.
func StateOf(q Query, o *Observed) State {
	f := facts{}
	f.add("tenant", o.Tenant.ID)
	f.directory(q, o)
	if o.App == nil {
		f.add("enterprise application", none)
		return f.sorted()
	}
	f.add("enterprise application", o.App.ServicePrincipal.ID)
	f.application(o.App)
	f.job(q, o.App)
	return f.sorted()
}

// facts collects the facts of a State.
type facts map[string]string

// add states a fact. Of things that have no name of their own all values count.
func (f facts) add(what, value string) {
	if had, ok := f[what]; ok && had != value {
		values := append(strings.Split(had, " | "), value)
		slices.Sort(values)
		value = strings.Join(slices.Compact(values), " | ")
	}
	f[what] = value
}

func (f facts) sorted() State {
	s := make(State, 0, len(f))
	for what, value := range f {
		s = append(s, Fact{what, value})
	}
	slices.SortFunc(s, func(a, b Fact) int { return cmp.Compare(a.What, b.What) })
	return s
}

// directory states what was found by name.
func (f facts) directory(q Query, o *Observed) {
	if q.Template != "" {
		f.add("gallery application "+q.Template, cmp.Or(q.TemplateID(o), none))
	}
	for _, c := range o.Candidates {
		f.add("enterprise application "+c.ServicePrincipal.ID, fmt.Sprintf("%q", c.ServicePrincipal.DisplayName))
	}
	for ref, found := range o.Principals {
		ids := make([]string, len(found))
		for i, p := range found {
			ids[i] = p.ID
		}
		slices.Sort(ids)
		f.add(fmt.Sprintf("%s %q", strings.ToLower(string(ref.Type)), ref.Name), cmp.Or(strings.Join(ids, ", "), none))
	}
}

// application states what hangs on the application.
func (f facts) application(a *ObservedApp) {
	for _, tag := range a.ServicePrincipal.Tags {
		f.add("tag "+tag, "set")
	}
	for _, r := range a.ServicePrincipal.AppRoles {
		f.add("app role "+r.ID, fmt.Sprintf("%q", r.DisplayName))
	}
	for _, c := range a.Secrets {
		if c.Value != "" {
			f.add("synchronization secret "+c.Key, shownSecret(c))
		}
	}
	for _, s := range a.Assignments {
		f.add(fmt.Sprintf("assignment of %s %q (%s)", strings.ToLower(string(s.PrincipalType)), s.PrincipalDisplayName, s.PrincipalID), "role "+s.AppRoleID)
	}
}

// readable are the synchronization secrets that are no secrets.
// Source: graph_contract §6.
var readable = []string{
	entra.KeyBaseAddress, entra.KeySyncAll, entra.KeySyncNotificationSettings, entra.KeySkipOutOfScopeDeletions,
	entra.KeyAuthenticationType, entra.KeyOAuth2TokenExchangeURI, entra.KeyOAuth2ClientID,
}

// shownSecret is what may be said of a stored synchronization secret: its value
// where that is known to be none, else that there is one.
func shownSecret(c entra.Credential) string {
	switch {
	case !slices.Contains(readable, c.Key):
		return "stored"
	case c.Key == entra.KeySyncAll || c.Key == entra.KeySkipOutOfScopeDeletions:
		return strings.ToLower(c.Value) // the portal writes True and False
	default:
		return shownURL(c.Value)
	}
}

// job states the synchronization job and its schema.
func (f facts) job(q Query, a *ObservedApp) {
	for _, j := range q.FittingJobs(a.Jobs) {
		state := "not started"
		if j.Active() {
			state = "started"
		}
		f.add("synchronization job "+j.ID, cmp.Or(j.TemplateID, "no template")+", "+state)
	}
	if a.TemplateSchema != nil {
		text, _ := json.Marshal(mappedObjects(a.TemplateSchema)) // text and numbers only
		sum := sha256.Sum256(text)
		f.add("mappings of the synchronization template", "sha256 "+hex.EncodeToString(sum[:8]))
	}
	if a.Schema != nil {
		f.schema(a.Schema)
	}
}

func (f facts) schema(s *entra.Schema) {
	for _, o := range mappedObjects(s) {
		who := o.who()
		f.add("provisioning of "+who+"s", map[bool]string{true: "on", false: "off"}[o.Enabled])
		f.add(who+" actions", cmp.Or(o.FlowTypes, none))
		f.add(who+" scoping filter", cmp.Or(strings.Join(o.Scope, " or "), none))
		for _, a := range o.Attributes {
			f.add(who+" mapping "+a.Target, a.String())
		}
	}
	for _, object := range []string{mapping.User, mapping.Group} {
		ref, err := s.Resolve(entra.MappingRef{Source: object})
		if err != nil {
			continue // the application does not provision such objects
		}
		source, target := s.Definitions(ref)
		for _, list := range []struct {
			side entra.Side
			of   entra.ObjectDefinition
		}{{entra.SourceSide, source}, {entra.TargetSide, target}} {
			for _, a := range list.of.Attributes {
				f.add(fmt.Sprintf("%s attribute %s", sideText(strings.ToLower(object), list.side), a.Name), attributeText(&a))
			}
		}
	}
}
