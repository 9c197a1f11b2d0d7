package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Standing is how an attribute at the server compares with what is expected.
type Standing string

// Standings.
const (
	Same       Standing = "same"
	Differs    Standing = "differs"
	Lacking    Standing = "missing"      // a value is expected, and the server has none
	Failing    Standing = "failed"       // the mapping makes no value but an error
	Uncompared Standing = "not compared" // nothing certain is expected
)

// Comparison is one mapped attribute, expected and found. Redacted values are covered.
type Comparison struct {
	Target   string   `json:"target"`
	Standing Standing `json:"standing"`
	Expected *string  `json:"expected"` // as the log writes values; nil for none
	Found    *string  `json:"found"`    // likewise
	Why      string   `json:"why,omitempty"`
}

// Expectation is what the mappings make of one object: how it is found at the server,
// and what it should be there.
type Expectation struct {
	preview *Preview
	run     *run
	later   mapping.Result // the same mappings a moment later, with other random values
}

// laterBy is how much later an expression is evaluated again to see whether its value
// is another one each time. What changes by the day stays the same.
const laterBy = time.Minute + time.Second

// Expect maps an object. The error is that of an object which cannot be mapped at all;
// an attribute that fails is in the comparison.
func (p *Preview) Expect(s Subject) (*Expectation, error) {
	r := p.run(s, p.Judge(s), mapping.Result{})
	if err := r.prepare(); err != nil {
		return nil, err
	}
	env := p.e.config.Env
	now := env.Now
	env.Now = func() time.Time { return now().Add(laterBy) }
	return &Expectation{preview: p, run: r, later: p.k.Map(mapping.NewMachine(env), r.object)}, nil
}

// Match is a way to find an object at the server.
type Match struct {
	Target string
	Value  string // covered when it is redacted
	Filter scim.Filter
}

// Matches returns the ways to find the object, in order of precedence; none when there
// is no value to match by. Source: entra_wire W-02, W-03.
func (x *Expectation) Matches() []Match {
	var out []Match
	for _, v := range x.run.matching() {
		m := Match{Target: v.Target, Value: v.Values[0], Filter: scim.Equal(v.Path, v.Values[0])}
		if v.Redacted {
			m.Value = redactedText
		}
		out = append(out, m)
	}
	return out
}

// Covered returns a text with every redacted value of the object covered.
func (x *Expectation) Covered(text string) string { return x.run.veil.over(text) }

// References returns the source ids of the objects that the object refers to, without
// members.
func (x *Expectation) References() []string {
	var ids []string
	for _, v := range x.run.result.Values {
		if v.Reference && v.Path.Attribute != attrMembers {
			ids = append(ids, v.Values...)
		}
	}
	return ids
}

// Compare compares the target object with what is expected, attribute by attribute in
// the order of the mappings, by the rules by which Entra sees a difference. Created
// says that the object was made just now, and links knows the target ids of References.
// Members are not compared, since Entra never reads them back (entra_wire W-05).
func (x *Expectation) Compare(have *scim.Object, created bool, links map[string]string) []Comparison {
	var out []Comparison
	for _, a := range x.preview.k.Mapping.Attributes {
		if a.Kind == mapping.Direct && a.Source.Value == attrMembers {
			continue
		}
		i := slices.IndexFunc(x.run.result.Values, func(v mapping.Value) bool { return v.Target == a.Target.Value })
		if i < 0 {
			out = append(out, x.valueless(a, have))
			continue
		}
		out = append(out, x.compare(a, x.run.result.Values[i], have, created, links))
	}
	return out
}

// valueless is an attribute for which the mapping makes no value.
func (x *Expectation) valueless(a mapping.Attribute, have *scim.Object) Comparison {
	c := Comparison{Target: a.Target.Value, Standing: Uncompared, Why: "the mapping has no value for it, so nothing is written"}
	if path, err := scim.ParsePath(a.Target.Value); err == nil {
		c.Found = found(have, path)
	}
	for _, err := range x.run.result.Errors {
		if text, ok := strings.CutPrefix(err.Error(), a.Target.Value+": "); ok {
			c.Standing, c.Why = Failing, x.run.veil.over(text)
		}
	}
	return c
}

func (x *Expectation) compare(a mapping.Attribute, v mapping.Value, have *scim.Object, created bool, links map[string]string) Comparison {
	c := Comparison{Target: v.Target, Standing: Uncompared, Found: found(have, v.Path)}
	if v.Redacted && c.Found != nil {
		c.Found = new(redactedText)
	}
	v, c.Why = x.resolved(a, v, created, c.Found != nil, links)
	if c.Why != "" {
		return c
	}
	c.Expected = new(strings.Join(v.Values, ", "))
	if v.Redacted {
		c.Expected = new(redactedText)
	}
	current := elements(have.Lookup(v.Path))
	switch {
	case same(v, current, x.preview.k.caseExact(v.Target)), len(current) == 0 && emptyText(v):
		c.Standing = Same
	case len(current) == 0:
		c.Standing = Lacking
	default:
		c.Standing = Differs
	}
	return c
}

// resolved returns the value with target ids in place of references, or says why
// nothing certain is expected.
func (x *Expectation) resolved(a mapping.Attribute, v mapping.Value, created, there bool, links map[string]string) (mapping.Value, string) {
	definition, known := scim.LookupAttribute(v.Path)
	reads, _ := sourcesOf(a)
	switch {
	case known && definition.Returned == scim.ReturnedNever:
		return v, "a server never returns it"
	case v.OnCreateOnly && !created:
		return v, "it is written on creation only"
	case created && !there && x.preview.e.config.Dialect.SkipsOnCreate(v.Path):
		return v, "Entra writes it in the cycle after the creation"
	case slices.Contains(reads, attrRoles):
		return v, "it depends on the user's app roles, which are not read"
	case a.Kind == mapping.Expression && strings.Contains(strings.ToLower(a.Source.Value), "selectuniquevalue"):
		return v, "it depends on which values were taken"
	case !slices.ContainsFunc(x.later.Values, func(w mapping.Value) bool { return w.Target == v.Target && slices.Equal(w.Values, v.Values) }):
		return v, "the expression makes another value each time"
	case !v.Reference:
		return v, ""
	}
	ids := make([]string, len(v.Values))
	for i, source := range v.Values {
		id, ok := links[source]
		if !ok {
			return v, fmt.Sprintf("it refers to %s, which is not at the endpoint", source)
		}
		ids[i] = id
	}
	v.Values = ids
	return v, ""
}

// found is what the target object has, as the log writes it; nil for nothing.
func found(have *scim.Object, path scim.Path) *string {
	current := elements(have.Lookup(path))
	if len(current) == 0 {
		return nil
	}
	return new(textOf(any(current)))
}
