package preview

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Config is the job whose requests are foreseen: either for users or for groups.
type Config struct {
	Users, Groups           *mapping.Program // one of them
	SyncAll                 bool             // scope: all users, else assigned ones only
	SkipOutOfScopeDeletions bool
	Dialect                 scim.Dialect
	Env                     mapping.Env
	// Limits are the longest values that the server takes, in characters, by target
	// attribute. No document of SCIM knows them; the vendor does.
	Limits map[string]int
	// Linked takes it that a user of whom there are two versions has an account
	// already, even where Entra would not have created one for the version before.
	Linked bool
}

// Preview foresees requests. It is safe for concurrent use.
type Preview struct {
	config     Config
	program    *mapping.Program
	typ        string // of the objects: User or Group
	rules      *engine.Preview
	reads      []string
	wanted     names
	roles      bool // a mapping or filter reads the app roles
	required   []string
	limits     []limit
	later      []string // targets that a creation leaves out
	matching   []match
	collection string // where the objects are
	object     string // the one in question
	read       []byte // of it, with what its dialect asks for
	posted     []byte // collection, as the path of a creation
}

type limit struct {
	target string
	most   int
}

// match is an attribute that objects are matched by.
type match struct {
	query
	exact bool // values that differ by letter case alone differ at the server
}

// New checks the configuration. A limit of an attribute that is not mapped is an
// error.
func New(c Config) (*Preview, error) {
	p := &Preview{config: c, wanted: names{}}
	switch {
	case c.Users != nil && c.Groups != nil:
		return nil, errors.New("preview: either users or groups are foreseen at a time")
	case c.Users != nil:
		p.program, p.typ, p.collection = c.Users, mapping.User, "/Users"
	case c.Groups != nil:
		p.program, p.typ, p.collection = c.Groups, mapping.Group, "/Groups"
	default:
		return nil, errors.New("preview: the profile does not map such objects")
	}
	rules, err := engine.NewPreview(engine.Config{
		Users: c.Users, Groups: c.Groups, SyncAll: c.SyncAll, SkipOutOfScopeDeletions: c.SkipOutOfScopeDeletions, Dialect: c.Dialect, Env: c.Env,
	})
	if err != nil {
		return nil, err
	}
	p.rules, p.reads, p.roles = rules, rules.Reads(), rules.ReadsRoles()
	p.posted, p.object = []byte(p.collection), p.collection+"/"+ID
	p.read = []byte(p.object)
	if p.typ == mapping.Group {
		p.read = []byte(withQuery(p.object, c.Dialect.ReadGroup()))
	}
	for _, name := range p.reads {
		p.wanted[name] = true
	}
	if err := p.targets(p.program.Mapping); err != nil {
		return nil, err
	}
	search := c.Dialect.SearchUsers
	if p.typ == mapping.Group {
		search = c.Dialect.SearchGroups
	}
	for _, target := range rules.Matching() {
		path, err := scim.ParsePath(target)
		if err != nil {
			return nil, fmt.Errorf("preview: target %s: %w", target, err)
		}
		definition, known := scim.LookupAttribute(path)
		p.matching = append(p.matching, match{newQuery(p.collection, target, path, search), known && definition.CaseExact})
	}
	return p, nil
}

// noun is what an object is called.
func (p *Preview) noun() string { return strings.ToLower(p.typ) }

// targets prepares what is checked of the target attributes.
func (p *Preview) targets(m mapping.ObjectMapping) error {
	// The one attribute that every server needs (RFC 7643 §4.1.1, §4.2).
	needed := map[string]string{mapping.User: "userName", mapping.Group: "displayName"}[p.typ]
	p.required = []string{needed}
	for _, a := range m.TargetObject.Attributes {
		if a.Required && !a.Anchor && a.Mutability != "ReadOnly" && !strings.EqualFold(a.Name, needed) {
			p.required = append(p.required, a.Name)
		}
	}
	left := maps.Clone(p.config.Limits)
	for _, a := range m.Attributes {
		path, err := scim.ParsePath(a.Target.Value)
		if err != nil {
			return fmt.Errorf("preview: target %s: %w", a.Target.Value, err)
		}
		if p.config.Dialect.SkipsOnCreate(path) {
			p.later = append(p.later, a.Target.Value)
		}
		if most, ok := left[a.Target.Value]; ok {
			p.limits = append(p.limits, limit{a.Target.Value, most})
			delete(left, a.Target.Value)
		}
	}
	if unknown := slices.Sorted(maps.Keys(left)); len(unknown) > 0 {
		targets := make([]string, len(m.Attributes))
		for i, a := range m.Attributes {
			targets[i] = a.Target.Value
		}
		return fmt.Errorf("no mapping writes the target attribute %q that a limit was given for%s", unknown[0], diag.DidYouMean(unknown[0], targets))
	}
	return nil
}

// Reads returns the source attributes that are looked at, sorted; all others may be
// left out of records.
func (p *Preview) Reads() []string { return slices.Clone(p.reads) }

// problems checks the values of a creation.
func (p *Preview) problems(values []mapping.Value, creating bool) []Problem {
	var out []Problem
	if creating {
		for _, target := range p.required {
			if !has(values, target) {
				out = append(out, Problem{
					Severity: diag.Error, Code: CodeRequired, Target: target,
					Message: "the server needs a value of " + target + ", and there is none",
					Advice:  "Give the source object a value, or the mapping a default value.",
				})
			}
		}
	}
	for _, l := range p.limits {
		for i := range values {
			if values[i].Target == l.target {
				out = append(out, l.check(&values[i])...)
			}
		}
	}
	if creating {
		for _, target := range p.later {
			if has(values, target) {
				out = append(out, Problem{
					Severity: diag.Note, Code: CodeLater, Target: target,
					Message: target + " is not exported when a " + p.noun() + " is created; the next cycle sends it",
				})
			}
		}
	}
	return out
}

// check compares the texts of a value with the limit.
func (l limit) check(v *mapping.Value) []Problem {
	for _, text := range v.Values {
		if len(text) > l.most && utf8.RuneCountInString(text) > l.most {
			return []Problem{{
				Severity: diag.Error, Code: CodeTooLong, Target: l.target,
				Message: fmt.Sprintf("%s has %d characters, and the server takes %d", l.target, utf8.RuneCountInString(text), l.most),
				Advice:  "Shorten it with Left or Mid, or map another attribute.",
			}}
		}
	}
	return nil
}

func has(values []mapping.Value, target string) bool {
	for i := range values {
		if v := &values[i]; v.Target == target && len(v.Values) > 0 && v.Values[0] != "" {
			return true
		}
	}
	return false
}
