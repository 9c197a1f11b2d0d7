package importer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// fault is a reason why the profile as it stands does not say what the tenant has:
// an error at a place of the text, an edit of the schema, or another step.
type fault struct {
	text  string
	where diag.Range
	read  *profile.Resolved // as it was read again, for its places
	edit  *mapping.Edit
	step  *plan.Step
}

// printedName names the text in diagnostics.
const printedName = "profile"

// faults prints the profile and plans it against what it was made from.
func (d *draft) faults() []fault {
	file, problems := profile.Load(printedName, profile.Print(d.r, d.comments))
	if file == nil || len(file.Profiles) != 1 {
		return faultsOf(problems, nil)
	}
	r, more := file.Profiles[0].Resolve(profile.Options{Environment: d.r.Environment})
	problems = append(problems, more...)
	if problems.HasErrors() {
		return faultsOf(problems, r)
	}
	p := plan.Build(r, d.observed(r), plan.Options{})
	out := faultsOf(p.Diagnostics, r)
	for _, refusal := range p.Refusals {
		out = append(out, fault{text: refusal.Reason})
	}
	for i := range p.Steps {
		out = append(out, stepFaults(&p.Steps[i])...)
	}
	return out
}

func faultsOf(problems diag.List, r *profile.Resolved) []fault {
	var out []fault
	for _, p := range problems {
		if p.Severity == diag.Error {
			out = append(out, fault{text: p.Summary, where: p.Subject, read: r})
		}
	}
	return out
}

// stepFaults are the edits of a schema step one by one, and any other step whole.
func stepFaults(s *plan.Step) []fault {
	if s.Schema == nil || len(s.Schema.Edits) == 0 {
		return []fault{{text: "a plan would: " + s.Summary, step: s}}
	}
	out := make([]fault, len(s.Schema.Edits))
	for i := range s.Schema.Edits {
		e := &s.Schema.Edits[i]
		out[i] = fault{text: fmt.Sprintf("a plan would change %s", cmp.Or(e.Name, string(e.Kind))), edit: e}
	}
	return out
}

// observed is the state to plan against: the application as the only one that fits,
// and its assignees under the names that the profile has for them.
func (d *draft) observed(r *profile.Resolved) *plan.Observed {
	o := &plan.Observed{Tenant: d.in.Tenant, App: d.app, Principals: map[entra.PrincipalRef][]entra.Principal{}}
	c := plan.Candidate{ServicePrincipal: d.app.ServicePrincipal, Tagged: r.App.Existing == nil}
	o.Candidates = []plan.Candidate{c}
	if r.App.Existing == nil && r.App.Template.Value != nonGallery {
		o.Template = &entra.ApplicationTemplate{ID: d.app.ServicePrincipal.ApplicationTemplateID, DisplayName: r.App.Template.Value}
	}
	for _, a := range d.app.Assignments {
		ref := entra.PrincipalRef{Type: a.PrincipalType, Name: a.PrincipalID}
		if name, ok := d.in.From.Names[a.PrincipalID]; ok {
			ref.Name = name
		}
		o.Principals[ref] = []entra.Principal{{Type: a.PrincipalType, ID: a.PrincipalID, DisplayName: a.PrincipalDisplayName}}
	}
	return o
}

// inside reports whether a place lies in a stretch of the text.
func inside(at, where diag.Range) bool {
	return !at.IsZero() && !where.IsZero() && where.Start.Byte <= at.Start.Byte && at.Start.Byte < max(where.End.Byte, where.Start.Byte+1)
}

// giveUp takes the part that a fault is about out of the profile, and remembers
// why. False means that there is nothing left to take out.
func (d *draft) giveUp(f fault) bool {
	done := false
	switch {
	case f.edit != nil:
		done = d.giveUpEdit(f)
	case f.step != nil:
		done = d.giveUpStep(f)
	case f.read != nil:
		done = d.giveUpPlace(f)
	}
	d.build()
	return done
}

func (d *draft) giveUpEdit(f fault) bool {
	o := d.object(f.edit.Ref.Source)
	if o == nil {
		return false
	}
	switch f.edit.Kind {
	case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
		return o.withhold(aMapping, f.edit.Name, mappingReason(f.edit)) || o.withhold(theRest, "", f.text)
	case mapping.AddAttribute, mapping.ChangeAttribute:
		return o.withhold(map[entra.Side]partKind{entra.SourceSide: aSource, entra.TargetSide: aTarget}[f.edit.Side], f.edit.Name, f.text) || o.withhold(theObject, "", f.text)
	case mapping.RemoveAttribute:
		return o.withhold(aRemoval, f.edit.Name, f.text) || o.withhold(theObject, "", f.text)
	case mapping.SetScope:
		return o.withhold(theFilter, "", f.text) || o.withhold(theObject, "", f.text)
	case mapping.SetActions:
		return o.withhold(theAction, "", f.text) || o.withhold(theObject, "", f.text)
	default:
		return o.withhold(theSwitch, "", f.text) || o.withhold(theObject, "", f.text)
	}
}

// mappingReason says what of a mapping has no word in a profile.
func mappingReason(e *mapping.Edit) string {
	m := e.MappingBefore
	switch {
	case m == nil:
		return "it is not mapped here"
	case m.FlowType != "" && m.FlowType != entra.FlowAlways && m.FlowType != entra.FlowObjectAddOnly:
		return "its flow type is " + m.FlowType
	case e.MappingAfter != nil && m.MatchingPriority != e.MappingAfter.MatchingPriority:
		return "its matching precedence"
	default:
		return "a part of it has no word in a profile"
	}
}

func (d *draft) giveUpStep(f fault) bool {
	s := &d.r.Settings
	switch f.step.Kind {
	case plan.WriteSecrets:
		switch {
		case s.Notify != nil || s.DeletionThreshold != nil:
			s.Notify, s.DeletionThreshold = nil, nil
			d.say("the notification settings")
		case s.SyncAll != nil || s.SkipOutOfScopeDeletions != nil:
			s.SyncAll, s.SkipOutOfScopeDeletions = nil, nil
			d.say("the scope")
		case d.r.Endpoint != nil:
			d.r.Endpoint = nil
			d.say("the endpoint")
		default:
			return false
		}
		return true
	case plan.EnsureRoles:
		return d.dropRoles(func(int) bool { return true }, "a part of them has no word in a profile")
	case plan.StartJob, plan.StopJob, plan.TestConnection:
		had := s.State != ""
		s.State = ""
		return had
	}
	return false
}

// giveUpPlace takes out what stands at the place of an error.
func (d *draft) giveUpPlace(f fault) bool {
	for _, want := range []*mapping.Desired{f.read.Users, f.read.Groups} {
		if want != nil && inside(f.where, want.Where) {
			return d.giveUpIn(d.object(want.Source), want, f)
		}
	}
	r := f.read
	switch {
	case r.Endpoint != nil && inside(f.where, r.Endpoint.Where):
		// The text may be a URL with a password in it, so it is not repeated.
		had := d.r.Endpoint != nil
		d.r.Endpoint = nil
		d.say("the endpoint (its tenant URL: %s)", f.text)
		return had
	case inside(f.where, r.Settings.Where):
		had := d.r.Settings.Notify != nil || d.r.Settings.DeletionThreshold != nil
		d.r.Settings.Notify, d.r.Settings.DeletionThreshold = nil, nil
		d.say("the notification settings (%s)", f.text)
		return had
	case r.Assign != nil && inside(f.where, r.Assign.Where):
		return d.dropAssignments(func(i int) bool { return i < len(r.Assign.To) && inside(f.where, r.Assign.To[i].Where) }, f.text)
	case inside(f.where, r.App.Where):
		return d.dropRoles(func(i int) bool { return i < len(r.App.Roles) && inside(f.where, r.App.Roles[i].Where) }, f.text)
	}
	return false
}

func (d *draft) giveUpIn(o *object, want *mapping.Desired, f fault) bool {
	if o == nil {
		return false
	}
	for _, m := range want.Mappings {
		if inside(f.where, m.Where) {
			return o.withhold(aMapping, m.Target.Value, f.text) || o.withhold(theRest, "", f.text)
		}
	}
	for kind, specs := range map[partKind][]mapping.AttributeSpec{aTarget: want.TargetAttributes, aSource: want.SourceAttributes} {
		for _, s := range specs {
			if inside(f.where, s.Where) {
				return o.withhold(kind, s.Name.Value, f.text) || o.withhold(theObject, "", f.text)
			}
		}
	}
	for _, t := range want.RemoveAttributes {
		if inside(f.where, t.Where) {
			return o.withhold(aRemoval, t.Value, f.text)
		}
	}
	if want.Filters != nil && slices.ContainsFunc(*want.Filters, func(g mapping.FilterGroup) bool { return inside(f.where, g.Where) }) {
		return o.withhold(theFilter, "", f.text)
	}
	if want.Actions != nil && *want.Actions == 0 {
		return o.withhold(theAction, "", f.text)
	}
	return o.withhold(theRest, "", f.text) || o.withhold(theFilter, "", f.text) || o.withhold(theObject, "", f.text)
}

// dropRoles takes app roles out, and with them the assignments that need them only
// by a name.
func (d *draft) dropRoles(drop func(int) bool, why string) bool {
	var kept []profile.Role
	for i, r := range d.r.App.Roles {
		if drop(i) {
			d.say("the app role %q (%s)", r.Name, why)
			continue
		}
		kept = append(kept, r)
	}
	done := len(kept) < len(d.r.App.Roles)
	d.r.App.Roles = kept
	return done
}

func (d *draft) dropAssignments(drop func(int) bool, why string) bool {
	if d.r.Assign == nil {
		return false
	}
	var kept []profile.Assignment
	var remarks []string
	for i, a := range d.r.Assign.To {
		if drop(i) {
			d.say("the assignment of %s (%s)", cmp.Or(a.Group, a.User), why)
			continue
		}
		kept, remarks = append(kept, a), append(remarks, d.comments.Assignees[i])
	}
	done := len(kept) < len(d.r.Assign.To)
	d.setAssignments(kept, remarks)
	return done
}
