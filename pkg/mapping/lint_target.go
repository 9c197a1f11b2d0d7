package mapping

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/scim"
)

// target checks what one mapping writes to.
func (l *linter) target(a *Attribute) {
	name := a.Target.Value
	at := a.place()
	list := l.m.TargetObject.Attributes
	i := indexOfDefinition(list, name)
	if l.isSCIM() || i < 0 { // the names of another connector's list are its own affair
		path, err := scim.ParsePath(name)
		if err != nil {
			l.report(targetError(a, err))
			return
		}
		l.customName(a, path)
	}
	switch {
	case len(list) == 0 || i < 0 && isAnchorName(name):
		if isAnchorName(name) {
			l.report(anchorMapped(at, name))
		}
	case i < 0:
		d := diag.Diagnostic{Severity: l.unknown(), Code: codeUnknownTarget, Subject: at,
			Summary: fmt.Sprintf("the target has no attribute %q", name)}
		l.report(suggest(d, a.Target, name, definitionNames(list)).
			WithDetail("Add it under attributes.target of the profile, or mend its spelling: names are case-sensitive."))
	case list[i].Anchor:
		l.report(anchorMapped(at, name))
	case list[i].Mutability == "ReadOnly":
		l.report(diag.Errorf(codeReadOnly, at, "%s is read-only at the target", name).
			WithDetail("Remove the mapping, or change the attribute's mutability under attributes.target if the list is wrong."))
	default:
		l.targetValue(a, &list[i])
	}
}

// isSCIM reports whether the target object is one of SCIM, or not known.
func (l *linter) isSCIM() bool {
	return l.m.Target == "" || strings.HasPrefix(l.m.Target, "urn:ietf:params:scim:")
}

// isAnchorName reports whether a target is the id that the server makes.
// Source: graph_contract §8; RFC 7643 §3.1.
func isAnchorName(name string) bool { return strings.EqualFold(name, "id") }

func anchorMapped(at diag.Range, name string) diag.Diagnostic {
	return diag.Errorf(codeAnchorMapped, at, "%s is the anchor, which the target makes itself", name).
		WithDetail("Remove the mapping. To keep an id of yours at the target, map externalId.")
}

// customAttribute is the only form of custom attribute names that is sent when
// an object is created. Source: entra_wire W-23, graph_contract §8.
var customAttribute = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^urn:ietf:params:scim:schemas:extension:[^:]+:2\.0:(User|Group):[^:]+$`)
})

func (l *linter) customName(a *Attribute, path scim.Path) {
	if path.URN == "" || strings.HasPrefix(path.URN, "urn:ietf:params:scim:schemas:core:2.0:") {
		return
	}
	m := customAttribute().FindStringSubmatch(a.Target.Value)
	if m != nil && (m[1] == l.m.Source || l.m.Source != User && l.m.Source != Group) {
		return
	}
	l.report(diag.Warningf(codeCustomName, a.place(), "the name of the custom attribute %s may keep it from being sent", a.Target.Value).
		WithDetail("Entra sends custom attributes on create only when they are named urn:ietf:params:scim:schemas:extension:{Name}:2.0:%s:{attribute}; others arrive a cycle later.", cmp.Or(l.m.Source, User)))
}

// targetValue checks constants and defaults against the target's type.
func (l *linter) targetValue(a *Attribute, def *entra.AttributeDefinition) {
	check := func(what, text string, at diag.Range) {
		if def.Type == entra.TypeReference {
			l.report(diag.Errorf(codeReference, at, "%s is a reference and cannot take the %s %q", def.Name, what, text).
				WithDetail("Map a reference attribute, such as manager or members."))
			return
		}
		if err := checkValue(valueTypes[def.Type], text); err != nil {
			l.report(diag.Errorf(codeValueType, at, "%s %q of %s: %v", what, text, def.Name, err))
		}
	}
	if a.Kind == Constant {
		check("constant", a.Source.Value, a.sourcePlace())
	}
	if a.Default != nil {
		check("default value", *a.Default, a.place())
	}
}

// once reports targets that are mapped more than once; SCIM names differ by more
// than letter case.
func (l *linter) once() {
	first := map[string]*Attribute{}
	for i := range l.m.Attributes {
		a := &l.m.Attributes[i]
		key := strings.ToLower(a.Target.Value)
		if f := first[key]; f != nil {
			l.report(mappedTwice(a, f))
			continue
		}
		first[key] = a
	}
}

// matching checks how accounts are tied to objects.
func (l *linter) matching() {
	holders := map[int]*Attribute{}
	for i := range l.m.Attributes {
		a := &l.m.Attributes[i]
		if a.Match <= 0 {
			continue
		}
		if first := holders[a.Match]; first != nil {
			d := diag.Errorf(codePrecedenceTwice, a.place(), "%s and %s both have matching precedence %d", first.Target.Value, a.Target.Value, a.Match).
				WithDetail("Matching attributes are tried one after the other: give each its own number.")
			if at := first.place(); !at.IsZero() {
				d = d.WithRelated(at, fmt.Sprintf("%s has precedence %d here", first.Target.Value, a.Match))
			}
			l.report(d)
			continue
		}
		holders[a.Match] = a
		if a.OnCreateOnly {
			l.report(diag.Warningf(codeMatchingOnCreate, a.place(), "%s matches objects and is written on create only", a.Target.Value).
				WithDetail("When the source value changes, the target keeps the old one and a restart finds no match. Leave apply out."))
		}
	}
	if len(holders) == 0 && l.m.Enabled {
		l.report(noMatching(l.m.Source, l.m.Where))
	}
}

// object checks what belongs to the object mapping as a whole.
func (l *linter) object() {
	if l.m.Source == User && !l.m.Enabled {
		l.report(diag.Errorf(codeUsersOff, l.m.Where, "the object mapping of users is switched off").
			WithDetail("The portal does not allow that. Stop the job (settings.state: stopped), or assign nobody."))
	}
	if !l.m.Enabled {
		return
	}
	if l.m.Actions == 0 {
		l.report(diag.Warningf(codeNoActions, l.m.Where, "the object mapping of %s allows neither create nor update nor delete", l.m.Source))
	}
	if l.m.Actions&Create == 0 {
		return
	}
	for i := range l.m.TargetObject.Attributes {
		def := &l.m.TargetObject.Attributes[i]
		if def.Required && !def.Anchor && def.Mutability != "ReadOnly" && !l.maps(def.Name) && def.Name != userName {
			l.report(diag.Warningf(codeRequiredUnmapped, l.m.Where, "the target requires %s, which no mapping sets", def.Name).
				WithDetail("Creating an object would probably be refused. Map it, or clear required under attributes.target."))
		}
	}
	if l.m.Source == User && !l.maps(userName) && isSCIMUser(l.m.Target) {
		l.report(diag.Errorf(codeRequiredUnmapped, l.m.Where, "no mapping sets userName, which every SCIM user needs").
			WithDetail("Map it, usually from userPrincipalName."))
	}
}

// userName is the one attribute that every SCIM user has. Source: RFC 7643 §4.1.1.
const userName = "userName"

func isSCIMUser(object string) bool {
	return object == scim.EnterpriseUserSchema || object == scim.UserSchema
}

func (l *linter) maps(target string) bool {
	return slices.ContainsFunc(l.m.Attributes, func(a Attribute) bool { return strings.EqualFold(a.Target.Value, target) })
}
