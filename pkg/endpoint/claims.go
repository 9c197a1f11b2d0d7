package endpoint

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// keeps claims that a resource has the values, each as grave as its loss is.
func (p *Probe) keeps(o *scim.Object, where string, values []filled) {
	for _, f := range values {
		ok, has := f.holds(o)
		p.as(p.loss(f.target)).expect(ok, where+" has "+f.Name+" as it was sent", "%q was sent, it has %s", f.Want, has)
	}
}

// loss is what it costs that a server does not keep an attribute. It breaks a side
// where somebody counts on the attribute: the profile, nearly every application, or
// the server's own schema. An attribute that the schemas do not have was never
// promised; without schemas nothing can be said.
func (p *Probe) loss(t target) Impact {
	switch {
	case p.runner.options.Users != nil, slices.ContainsFunc(basicTargets(), func(b target) bool { return b.Path.Equal(t.Path) }):
		return breaksAll
	case len(p.runner.facts.schemas) == 0:
		return degradesAll
	case p.runner.facts.defines(t):
		return breaksAll
	}
	return noteAll
}

// defines reports whether the schemas of the server have a user attribute.
func (f facts) defines(t target) bool {
	urn := or(t.Path.URN, scim.UserSchema)
	for _, s := range f.schemas {
		if !strings.EqualFold(s.ID(), urn) {
			continue
		}
		found := false
		eachAttribute(s, func(path string, _ int, a *scim.Object) {
			name := t.Path.Attribute
			if t.Path.Sub != "" {
				name += "." + t.Path.Sub
			}
			found = found || strings.EqualFold(path, name) && a.Text("mutability") != "readOnly"
		})
		return found
	}
	return false
}

// accepts claims that a body which a provider sends is taken, and returns the answer
// with an id, or ends the check.
func (p *Probe) accepts(a *answer, what string) {
	p.must(a.OK(), what+" is taken", "%s", a.Says())
	if a.ID() == "" {
		p.block("the answer has no id: %s", a.Says())
	}
}

// refuses claims that a request is refused as a fault of the client with 400: how
// grave a success is says done, and how grave another status says other.
func (p *Probe) refuses(a *answer, what string, done, other Impact) bool {
	if !p.as(done).expect(!a.OK(), what+" is not taken", "%s", a.Says()) {
		return false
	}
	return p.as(other).expect(a.Is(400), what+" is refused with 400", "%s", a.Says())
}
