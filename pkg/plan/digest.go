package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// digest returns a fingerprint of the observed state, as far as it matters to the
// plan, and of the steps. It does not change with what changes by itself (counts
// of cycles, versions, the order of lists), so a saved plan stays good until
// somebody touches the application.
func (b *builder) digest() string {
	state := struct {
		Profile, Environment string
		Tenant               string
		App                  AppRef
		Endpoint             *EndpointRef
		Observed             *fingerprint
		Steps                []Step
		Refused, Failed      bool
	}{b.r.Profile, b.r.Environment, b.o.Tenant.ID, b.p.App, b.p.Endpoint, b.fingerprint(), b.p.Steps, len(b.p.Refusals) > 0, b.p.Diagnostics.HasErrors()}
	// The types above have no members that JSON cannot express.
	text, _ := json.Marshal(state)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// fingerprint is the state of an application in a fixed order.
type fingerprint struct {
	Tags        []string
	Roles       []string
	Active      bool
	JobTemplate string
	Secrets     []entra.Credential
	Assignments []string
	Mappings    []mappedObject
}

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

func (b *builder) fingerprint() *fingerprint {
	if b.app == nil {
		return nil
	}
	f := &fingerprint{
		Tags:    slices.Sorted(slices.Values(b.app.ServicePrincipal.Tags)),
		Active:  b.app.active(),
		Secrets: slices.SortedFunc(slices.Values(b.app.Secrets), func(a, c entra.Credential) int { return cmp.Compare(a.Key, c.Key) }),
	}
	for _, r := range b.app.ServicePrincipal.AppRoles {
		f.Roles = append(f.Roles, r.ID+" "+r.DisplayName)
	}
	for _, a := range b.app.Assignments {
		f.Assignments = append(f.Assignments, a.PrincipalID+" "+a.AppRoleID)
	}
	slices.Sort(f.Roles)
	slices.Sort(f.Assignments)
	if b.app.Job != nil {
		f.JobTemplate = b.app.Job.TemplateID
	}
	if b.app.Schema != nil {
		f.Mappings = mappedObjects(b.app.Schema)
	}
	return f
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
