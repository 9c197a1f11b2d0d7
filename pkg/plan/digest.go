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

// digest returns a fingerprint of the state that the plan rests on and of the
// steps. Two plans of the same digest do the same to the same tenant.
func (b *builder) digest() string {
	state := struct {
		Profile, Environment string
		App                  AppRef
		Endpoint             *EndpointRef
		State                State
		Steps                []Step
		Refused, Failed      bool
	}{b.r.Profile, b.r.Environment, b.p.App, b.p.Endpoint, b.p.State, b.p.Steps, len(b.p.Refusals) > 0, b.p.Diagnostics.HasErrors()}
	// The types above have no members that JSON cannot express.
	text, _ := json.Marshal(state)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// mappedObject is an object mapping in a form that does not depend on who wrote it.
type mappedObject struct {
	Object, FlowTypes string
	Enabled           bool
	Scope             []string // groups in a fixed order
	Attributes        []mappedAttribute
}

type mappedAttribute struct {
	Target, Source, Default, Flow string
	Match                         int
}

// who names the source object; mappings of rules besides the usual one keep the
// rule's id.
func (o mappedObject) who() string {
	rule, object, _ := strings.Cut(o.Object, " ")
	if object != mapping.User && object != mapping.Group {
		return strings.TrimSpace(rule + " " + object)
	}
	return strings.ToLower(object)
}

// String describes the mapping in one line.
func (a mappedAttribute) String() string {
	text := "source " + cmp.Or(a.Source, none)
	if a.Default != "" {
		text += fmt.Sprintf("; default %q", a.Default)
	}
	if a.Flow != entra.FlowAlways {
		text += "; " + flowText(a.Flow)
	}
	if a.Match > 0 {
		text += fmt.Sprintf("; matching precedence %d", a.Match)
	}
	return text
}

func mappedObjects(s *entra.Schema) []mappedObject {
	var out []mappedObject
	for _, rule := range s.Rules() {
		for _, m := range rule.ObjectMappings {
			o := mappedObject{Object: rule.ID + " " + m.SourceObjectName, FlowTypes: strings.ReplaceAll(m.FlowTypes, " ", ""), Enabled: m.Enabled, Scope: scopeGroups(m.Scope)}
			for _, a := range m.AttributeMappings {
				o.Attributes = append(o.Attributes, mappedAttributeOf(a))
			}
			slices.SortFunc(o.Attributes, func(a, c mappedAttribute) int { return cmp.Compare(a.Target, c.Target) })
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, c mappedObject) int { return cmp.Compare(a.Object, c.Object) })
	return out
}

// scopeGroups returns the groups of a scoping filter as texts, in an order and a
// spelling that do not depend on who wrote it.
func scopeGroups(f *entra.Filter) []string {
	if f == nil {
		return nil
	}
	var groups []string
	for _, g := range f.Groups {
		var clauses []string
		for _, c := range g.Clauses {
			c.OperatorName = mapping.FoldOperator(c.OperatorName)
			clauses = append(clauses, clauseText(c))
		}
		slices.Sort(clauses)
		groups = append(groups, strings.Join(clauses, " and "))
	}
	slices.Sort(groups)
	return groups
}

func mappedAttributeOf(a entra.AttributeMapping) mappedAttribute {
	m := mappedAttribute{Target: a.TargetAttributeName, Match: a.MatchingPriority, Flow: cmp.Or(a.FlowType, entra.FlowAlways)}
	if a.Source != nil {
		m.Source = mapping.Canonical(a.Source.Expression)
	}
	if a.DefaultValue != nil {
		m.Default = *a.DefaultValue
	}
	return m
}
