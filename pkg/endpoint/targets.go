package endpoint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// target is one target attribute of an object mapping.
type target struct {
	scim.AttributeValue // without values
	Name                string
	Constant            string // of a mapping that always sends this; else ""
	CreateOnly          bool
	Match               int // matching precedence, 0 for none
}

// targets are the target attributes of one object type, in mapping order.
type targets []target

// Target attributes of Entra's template for a non-gallery application, with their
// matching attribute first. Source: graph_contract §8.
var (
	templateUser = []string{
		"userName", "active", "displayName", "title", `emails[type eq "work"].value`, "preferredLanguage",
		"name.givenName", "name.familyName", "name.formatted",
		`addresses[type eq "work"].formatted`, `addresses[type eq "work"].streetAddress`, `addresses[type eq "work"].locality`,
		`addresses[type eq "work"].region`, `addresses[type eq "work"].postalCode`, `addresses[type eq "work"].country`,
		`phoneNumbers[type eq "work"].value`, `phoneNumbers[type eq "mobile"].value`, `phoneNumbers[type eq "fax"].value`,
		"externalId", scim.EnterpriseUserSchema + ":employeeNumber", scim.EnterpriseUserSchema + ":department", scim.EnterpriseUserSchema + ":manager",
	}
	templateGroup = []string{"displayName", "externalId", "members"}
)

func userTargets(m *mapping.ObjectMapping) (targets, error) { return targetsOf(m, templateUser) }

func groupTargets(m *mapping.ObjectMapping) (targets, error) { return targetsOf(m, templateGroup) }

// targetsOf returns the target attributes of a mapping, or of the template.
func targetsOf(m *mapping.ObjectMapping, template []string) (targets, error) {
	if m == nil {
		m = &mapping.ObjectMapping{}
		for i, name := range template {
			a := mapping.Attribute{}
			a.Target.Value = name
			if i == 0 {
				a.Match = 1
			}
			m.Attributes = append(m.Attributes, a)
		}
	}
	program, problems := mapping.Compile(*m)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("object mapping %s: %w", m.Name, err)
	}
	var list targets
	for i, c := range program.Columns() {
		t := target{AttributeValue: c.AttributeValue, Name: c.Target, CreateOnly: c.OnCreateOnly, Match: c.Match}
		if a := m.Attributes[i]; a.Kind == mapping.Constant {
			t.Constant = a.Source.Value
		}
		list = append(list, t)
	}
	return list, nil
}

// matching returns the attribute that objects are matched by first.
func (l targets) matching() (target, bool) {
	best := -1
	for i, t := range l {
		if t.Match > 0 && (best < 0 || t.Match < l[best].Match) {
			best = i
		}
	}
	if best < 0 {
		return target{}, false
	}
	return l[best], true
}

// has reports whether an attribute is a target.
func (l targets) has(path string) bool {
	p, err := scim.ParsePath(path)
	return err == nil && slices.ContainsFunc(l, func(t target) bool { return t.Path.Equal(p) })
}

// is reports whether the target is the core attribute of that name, whole.
func (t target) is(attribute string) bool {
	return t.Path.IsCore() && t.Path.Sub == "" && t.Path.Filter == nil && strings.EqualFold(t.Path.Attribute, attribute)
}

// plain reports whether values can be made up for the target: references are ids of
// objects, which checks make themselves.
func (t target) plain() bool { return t.Type != scim.ReferenceValue && !t.is("members") && !t.is("id") }

// value makes a value up: one that a careful server takes for the attribute, unique
// where that is usual. Each variant from 0 to 2 is another value. name is a marked
// name.
func (t target) value(name, domain string, variant int) string {
	if t.Constant != "" {
		return t.Constant
	}
	switch t.Type {
	case scim.BooleanValue:
		return [...]string{"True", "False", "True"}[variant]
	case scim.IntegerValue:
		return fmt.Sprint(41 + variant)
	case scim.DateTimeValue:
		return fmt.Sprintf("2024-05-0%dT07:08:09Z", 1+variant)
	}
	attribute, sub := strings.ToLower(t.Path.Attribute), strings.ToLower(t.Path.Sub)
	switch {
	case attribute == "username":
		return name + "@" + domain
	case attribute == "externalid", t.Match > 0 && sub == "":
		return name
	case attribute == "emails":
		return fmt.Sprintf("%s.%s@%s", name, or(elementType(t.Path), "mail"), domain)
	case attribute == "phonenumbers" && sub != "type" && sub != "display":
		return fmt.Sprintf("+1 425 555 01%d%d", variant, len(elementType(t.Path)))
	case attribute == "displayname" && t.Path.IsCore():
		return fmt.Sprintf("%s %s", displayPrefix, name)
	case attribute == "profileurl", attribute == "photos":
		return fmt.Sprintf("https://%s/%s/%d", domain, name, variant)
	case attribute == "x509certificates":
		return [...]string{"AAEC", "AwQF", "BgcI"}[variant]
	case sub == "country":
		return [...]string{"US", "FR", "DE"}[variant]
	case attribute == "locale", attribute == "preferredlanguage":
		return [...]string{"en-US", "fr-FR", "de-DE"}[variant]
	case attribute == "timezone":
		return [...]string{"America/Los_Angeles", "Europe/Paris", "Europe/Berlin"}[variant]
	case sub == "postalcode":
		return fmt.Sprintf("9805%d", variant)
	}
	return fmt.Sprintf("%s %d", or(t.Path.Sub, t.Path.Attribute), 1+variant)
}

// displayPrefix begins the display names of made users, which people may see.
const displayPrefix = "Provisioning Test"

// elementType returns the type that a value path asks for: work of emails[type eq "work"].
func elementType(p scim.Path) string {
	c, ok := p.Filter.(*scim.Comparison)
	if !ok || !strings.EqualFold(c.Path.Attribute, "type") {
		return ""
	}
	s, _ := c.Value.(string)
	return s
}

// filled is a target with the value that was made up for it.
type filled struct {
	target
	Want string
}

// values makes values up for the targets that keep holds for; nil keeps all.
func (p *Probe) values(list targets, variant int, keep func(target) bool) []filled {
	name := p.newName()
	var out []filled
	for _, t := range list {
		if !t.plain() || keep != nil && !keep(t) {
			continue
		}
		f := filled{target: t, Want: t.value(name, p.runner.options.Domain, variant)}
		f.Values = []string{f.Want}
		out = append(out, f)
	}
	return out
}

// attributeValues returns what the dialects need.
func attributeValues(list []filled) []scim.AttributeValue {
	values := make([]scim.AttributeValue, len(list))
	for i, f := range list {
		values[i] = f.AttributeValue
	}
	return values
}

// holds reports whether a resource has the value, and what it has instead. Booleans
// and numbers must have their own JSON type.
func (f filled) holds(o *scim.Object) (ok bool, has string) {
	got := o.Lookup(f.Path)
	if len(got) == 0 {
		return false, "nothing"
	}
	for _, v := range got {
		if sameValue(f.Type, v, f.Want) {
			return true, ""
		}
	}
	return false, show(got[0])
}

// sameValue compares a JSON value with the text form of a wanted one.
func sameValue(t scim.ValueType, v any, want string) bool {
	switch t {
	case scim.BooleanValue:
		b, ok := v.(bool)
		return ok && b == strings.EqualFold(want, "true")
	case scim.IntegerValue:
		return show(v) == want
	case scim.DateTimeValue:
		s, _ := v.(string)
		return sameTime(s, want)
	}
	if o, ok := v.(*scim.Object); ok {
		v, _ = o.Get("value")
	}
	s, ok := v.(string)
	return ok && s == want
}
