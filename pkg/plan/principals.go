package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
)

// principalRefs returns the users and groups that a profile names, each once.
func principalRefs(r *profile.Resolved) []entra.PrincipalRef {
	var refs []entra.PrincipalRef
	add := func(ref entra.PrincipalRef) {
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	for _, l := range r.Lookups {
		add(ref(l.Group, l.User))
	}
	if r.Assign != nil {
		for _, a := range r.Assign.To {
			wanted, _ := assigned(r, a)
			add(wanted)
		}
	}
	return refs
}

// ref names a group or a user.
func ref(group, user string) entra.PrincipalRef {
	if user != "" {
		return entra.PrincipalRef{Type: entra.UserPrincipal, Name: user}
	}
	return entra.PrincipalRef{Type: entra.GroupPrincipal, Name: group}
}

// assigned names the principal of an assignment. Where the assignment's id came
// out of a group or user variable it is that variable's name that is looked up,
// since the id may be a stand-in; the variable is returned too.
func assigned(r *profile.Resolved, a profile.Assignment) (entra.PrincipalRef, *profile.Lookup) {
	for i, l := range r.Lookups {
		if l.ID != "" && (l.Group != "" && l.ID == a.Group || l.User != "" && l.ID == a.User) {
			return ref(l.Group, l.User), &r.Lookups[i]
		}
	}
	return ref(a.Group, a.User), nil
}

// lookups reports group and user variables that name no object, or several.
func (b *builder) lookups() {
	for _, l := range b.r.Lookups {
		detail := fmt.Sprintf("Create it, or give the variable another value: --var %s=NAME.", l.Variable)
		b.only(ref(l.Group, l.User), l.Where, detail)
	}
}

// only returns the one principal that ref names, or reports why there is none.
func (b *builder) only(wanted entra.PrincipalRef, where diag.Range, detail string) (entra.Principal, bool) {
	noun := strings.ToLower(string(wanted.Type))
	switch found := b.o.Principals[wanted]; len(found) {
	case 1:
		return found[0], true
	case 0:
		d := diag.Errorf(codeNoPrincipal, where, "the tenant has no %s %q%s", noun, wanted.Name, diag.DidYouMean(wanted.Name, b.knownNames(wanted.Type)))
		b.report(d.WithDetail("%s", detail))
	default:
		lines := make([]string, len(found))
		for i, p := range found {
			lines[i] = p.ID + " (" + describe(p) + ")"
		}
		slices.Sort(lines)
		d := diag.Errorf(codeManyPrincipals, where, "%d %ss have the name %q", len(found), noun, wanted.Name)
		b.report(d.WithDetail("Write the object id of the one that is meant: %s.", strings.Join(lines, ", ")))
	}
	return entra.Principal{}, false
}

// knownNames returns the names of users or groups that the observation has met,
// sorted, for suggestions.
func (b *builder) knownNames(t entra.PrincipalType) []string {
	var names []string
	for _, found := range b.o.Principals {
		for _, p := range found {
			if p.Type == t {
				names = append(names, cmp.Or(p.UserPrincipalName, p.DisplayName))
			}
		}
	}
	if b.app != nil {
		for _, a := range b.app.Assignments {
			if a.PrincipalType == t {
				names = append(names, a.PrincipalDisplayName)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// describe names a principal for people.
func describe(p entra.Principal) string {
	return strings.Join(slices.DeleteFunc([]string{p.DisplayName, p.UserPrincipalName, p.Mail}, func(s string) bool { return s == "" }), ", ")
}
