package mapping

import (
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
)

// Source attributes that rules are about. Source: expressions §7.
const (
	attrIsSoftDeleted  = "IsSoftDeleted"
	attrAccountEnabled = "accountEnabled"
	activeExpression   = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`
)

// source checks where the value of one mapping comes from.
func (l *linter) source(a *Attribute) {
	switch a.Kind {
	case Direct:
		l.direct(a)
	case Expression:
		l.expression(a)
	case Constant:
		if a.Match > 0 {
			l.report(diag.Errorf(codeMatchingSource, a.sourcePlace(), "%s matches objects by a constant, which is the same for all", a.Target.Value).
				WithDetail("Match by an attribute that differs from object to object, such as userPrincipalName or objectId."))
		}
	case DefaultOnly:
		if a.Match > 0 {
			l.report(diag.Errorf(codeMatchingSource, a.place(), "%s matches objects and has no source", a.Target.Value).
				WithDetail("Match by an attribute that differs from object to object, such as userPrincipalName or objectId."))
		}
		if a.Default == nil {
			l.report(diag.Warningf(codeNothingFlows, a.place(), "the mapping of %s has neither a source nor a default value", a.Target.Value).
				WithDetail("Nothing would ever be sent. Remove the mapping, or give it a source."))
		}
	}
}

func (l *linter) direct(a *Attribute) {
	name, at := a.Source.Value, a.sourcePlace()
	if name == "" {
		l.report(diag.Errorf(codeUnknownSource, at, "the mapping of %s names no source attribute", a.Target.Value))
		return
	}
	source := l.sourceDefinition(name)
	if source == nil {
		l.unknownSource(codeUnknownSource, a.Source, at, name, a.Target.Value+": ")
	}
	i := indexOfDefinition(l.m.TargetObject.Attributes, a.Target.Value)
	if i < 0 {
		return
	}
	target := &l.m.TargetObject.Attributes[i]
	switch {
	case isReference(name, source) && target.Type != entra.TypeReference:
		l.report(diag.Errorf(codeReference, at, "%s is a reference to other objects, and the target attribute %s is of type %s", name, target.Name, target.Type).
			WithDetail("Give the target attribute the type Reference under attributes.target, or map another attribute."))
	case source != nil && !isReference(name, source) && target.Type == entra.TypeReference:
		l.report(diag.Errorf(codeReference, at, "%s takes references to other objects, and %s is of type %s", target.Name, name, source.Type).
			WithDetail("Map a reference attribute, such as manager or members."))
	case source != nil && source.Multivalued && !target.Multivalued:
		l.report(diag.Warningf(codeMultiToSingle, at, "%s has several values and %s takes one", name, target.Name).
			WithDetail(`Choose one with Item([%s], 1) or join them with Join(";", [%s]).`, name, name))
	}
}

// sourceDefinition returns the definition of a source attribute, or nil.
func (l *linter) sourceDefinition(name string) *entra.AttributeDefinition {
	if i := indexOfDefinition(l.m.SourceObject.Attributes, name); i >= 0 {
		return &l.m.SourceObject.Attributes[i]
	}
	return nil
}

// isReference reports whether a source attribute refers to other objects.
// appRoleAssignments has the same type but refers to nothing in the directory.
// Source: graph_contract §8.
func isReference(name string, def *entra.AttributeDefinition) bool {
	if name == "manager" || name == "members" {
		return true
	}
	return def != nil && def.Type == entra.TypeReference && len(def.ReferencedObjects) > 0
}

// unknownSource reports a source attribute that is not in the list, unless there
// is no list.
func (l *linter) unknownSource(code diag.Code, text diag.Text, at diag.Range, name, prefix string) {
	known := definitionNames(l.m.SourceObject.Attributes)
	if len(known) == 0 {
		return
	}
	d := diag.Diagnostic{Severity: l.unknown(), Code: code, Subject: at,
		Summary: fmt.Sprintf("%sthe source has no attribute %q", prefix, name)}
	if old := entra.SourceAttributeOf(name); old != name && slices.Contains(known, old) {
		d.Summary += fmt.Sprintf("; it is called %q here", old)
		if len(text.Marks) > 0 && text.Value == name {
			d.Fix = &diag.Fix{Range: text.At(0, len(text.Value)), NewText: old}
		}
		l.report(d.WithDetail("Mappings use the names of the old Azure AD Graph, not those of Microsoft Graph."))
		return
	}
	l.report(suggest(d, text, name, known).
		WithDetail("Add it under attributes.source of the profile if the directory has it, or mend its spelling: names are case-sensitive."))
}

// expression runs the checks of the expression language.
func (l *linter) expression(a *Attribute) {
	if a.Source.Value == "" && a.Source.Where.IsZero() && !a.Where.IsZero() {
		return // the profile could not read the expression and has said so
	}
	e, problems := expr.Parse(a.Source.Value)
	if problems.HasErrors() {
		l.problems = append(l.problems, locate(a, problems)...)
		return
	}
	o := expr.CheckOptions{AttributeSeverity: l.unknown(), Matching: a.Match > 0, SyncAll: l.o.SyncAll}
	if len(l.m.SourceObject.Attributes) > 0 {
		o.Attributes = definitionNames(l.m.SourceObject.Attributes)
	}
	problems = append(problems, e.Check(o)...)
	l.problems = append(l.problems, locate(a, problems)...)
	if a.Match > 0 && len(e.Attributes()) == 0 {
		l.report(diag.Errorf(codeMatchingSource, a.sourcePlace(), "%s matches objects by an expression that reads no attribute", a.Target.Value).
			WithDetail("Match by an attribute that differs from object to object, such as userPrincipalName or objectId."))
	}
}

// active checks that leavers are switched off. Source: entra_wire W-65, W-66;
// graph_gotchas 31.
func (l *linter) active() {
	if l.m.Source != User || !l.m.Enabled || !isSCIMUser(l.m.Target) {
		return
	}
	i := slices.IndexFunc(l.m.Attributes, func(a Attribute) bool { return a.Target.Value == "active" })
	if i < 0 {
		l.report(diag.Warningf(codeActiveMissing, l.m.Where, "active has no mapping: nobody will be switched off at the target").
			WithDetail("Map it by %s.", activeExpression))
		return
	}
	a := &l.m.Attributes[i]
	reads := a.reads()
	switch {
	case a.Kind == Direct && a.Source.Value == attrIsSoftDeleted:
		l.report(diag.Errorf(codeActiveSource, a.sourcePlace(), "active gets IsSoftDeleted as it is: leavers are switched on and everybody else off").
			WithDetail("Use %s.", activeExpression))
	case slices.Contains(reads, attrIsSoftDeleted):
	case slices.Contains(reads, attrAccountEnabled):
		l.report(diag.Warningf(codeActiveSource, a.sourcePlace(), "active follows accountEnabled only: people who lose their assignment or are deleted stay active").
			WithDetail("Use %s, which covers blocked sign-in as well.", activeExpression))
	default:
		l.report(diag.Warningf(codeActiveSource, a.sourcePlace(), "active does not follow IsSoftDeleted: nobody will be switched off at the target").
			WithDetail("Use %s.", activeExpression))
	}
}

// reads returns the source attributes that a mapping reads.
func (a *Attribute) reads() []string {
	switch a.Kind {
	case Direct:
		return []string{a.Source.Value}
	case Expression:
		e, _ := expr.Parse(a.Source.Value)
		return e.Attributes()
	default:
		return nil
	}
}
