package permission

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Condition says when a permission is needed at all.
type Condition string

// Conditions. The zero Condition holds always.
const (
	Always  Condition = ""
	Users   Condition = "users"   // a profile or a command line names users
	Groups  Condition = "groups"  // a profile or a command line names groups
	Assigns Condition = "assigns" // the profile says who is assigned
)

// String words a condition, "" for Always.
func (c Condition) String() string {
	switch c {
	case Users:
		return "where users are named"
	case Groups:
		return "where groups are named"
	case Assigns:
		return "where the profile assigns users or groups"
	}
	return ""
}

// use is one row of the table: a verb's use of a permission.
type use struct {
	permission Permission
	why        string
	when       Condition
	without    string // what is lost without it; "": the verb fails
}

// Reasons that many verbs share.
const (
	findsApp     = "find the application"
	findsUsers   = "look users up"
	findsGroups  = "look groups up"
	readsJob     = "read job, schema, settings and templates"
	testsStored  = "test the stored credentials"
	untested     = "the plan cannot tell whether the stored token still works"
	tenantByName = "tell the tenant by its domains"
	tenantByID   = "the tenant is known by its id only, so a profile must name it so"
)

// table is what each verb needs at least. Permissions that another one of the same
// verb covers are left out.
//
// Source: graph_contract §2 (applications), §3 (assignments), §5 (everything below
// synchronization; test connection counts as writing), §10 (logs), §11 (organization).
// Looking groups up takes GroupMember.Read.All, the least that the reference names.
func table() map[string][]use {
	reading := []use{
		{permission: applicationRead, why: findsApp},
		{permission: syncRead, why: readsJob},
	}
	naming := []use{
		{permission: userRead, why: findsUsers, when: Users},
		{permission: memberRead, why: findsGroups, when: Groups},
		{permission: organizationRead, why: tenantByName, without: tenantByID},
	}
	running := []use{
		{permission: applicationRead, why: findsApp},
		{permission: syncWrite, why: "start, pause and restart the job"},
	}
	join := func(lists ...[]use) []use { return slices.Concat(lists...) }
	return map[string][]use{
		"plan": join(reading, naming, []use{
			{permission: syncWrite, why: testsStored, without: untested},
		}),
		"apply": join([]use{
			{permission: applicationWrite, why: "make the application, mark it, add app roles"},
			{permission: syncWrite, why: "make the job, write settings, token and schema, test the connection, start"},
			{permission: assignmentWrite, why: "assign users and groups", when: Assigns},
		}, naming),
		"destroy": join([]use{
			{permission: applicationWrite, why: "delete the application"},
			{permission: syncRead, why: "say which jobs end"},
			{permission: memberRead, why: "count who loses access through a group", without: "members of groups are not counted"},
			{permission: organizationRead, why: tenantByName, without: tenantByID},
		}),
		"import": join(reading, []use{
			{permission: userRead, why: "write assigned users by name", without: "assigned users are written as object ids"},
			{permission: memberRead, why: "write assigned groups by name", without: "assigned groups are written as object ids"},
			{permission: organizationRead, why: "name the tenant", without: "the profile names no tenant"},
		}),
		"rotate-token": {
			{permission: applicationRead, why: findsApp},
			{permission: syncWrite, why: "test the connection and write the token"},
			{permission: applicationWrite, why: "note when the token was set", without: "when the token was set is not noted"},
		},
		"provision": join([]use{
			{permission: applicationRead, why: findsApp},
			{permission: syncWrite, why: "provision on demand"},
		}, naming),
		"verify": {
			{permission: applicationRead, why: findsApp},
			{permission: syncWrite, why: "test the connection and provision on demand"},
			{permission: userRead, why: "look the user up and read what is mapped"},
			{permission: memberRead, why: findsGroups, when: Groups},
			{permission: organizationRead, why: tenantByName, without: tenantByID},
		},
		"preview": join(reading, []use{
			{permission: userRead, why: "read the users of the preview"},
			{permission: memberRead, why: findsGroups, when: Groups},
		}),
		"eval": {
			{permission: applicationRead, why: findsApp},
			{permission: syncWrite, why: "have an expression evaluated"},
			{permission: memberRead, why: findsGroups, when: Groups},
		},
		"start":   running,
		"stop":    running,
		"restart": running,
		"status":  reading,
		"watch":   reading,
		"logs": join(reading, []use{
			{permission: logRead, why: "read the provisioning log"},
		}),
		"doctor": join(reading, []use{
			{permission: syncWrite, why: testsStored, without: "the connection is not tested"},
			{permission: logRead, why: "read why objects failed", without: "failures are not explained"},
			{permission: organizationRead, why: "look at licences", without: "licences are not looked at"},
		}),
	}
}

// Verbs returns the verbs that work on a tenant, sorted.
func Verbs() []string { return slices.Sorted(maps.Keys(table())) }

// Need is a permission that some verbs need. Its JSON is documented by the tags and
// stable.
type Need struct {
	Permission
	Uses []Use `json:"uses"`
}

// Use says which verb needs a permission and what for.
type Use struct {
	Verb    string    `json:"verb"`
	Why     string    `json:"why"`
	When    Condition `json:"when,omitempty"`
	Without string    `json:"without,omitempty"` // what is lost without it; "": the verb fails
}

// Optional reports whether every verb also works without the permission.
func (n Need) Optional() bool {
	return !slices.ContainsFunc(n.Uses, func(u Use) bool { return u.Without == "" })
}

// When returns the conditions under which the permission is needed, nil where it
// is needed always.
func (n Need) When() []Condition {
	var when []Condition
	for _, u := range n.Uses {
		if u.When == Always {
			return nil
		}
		if !slices.Contains(when, u.When) {
			when = append(when, u.When)
		}
	}
	return when
}

// For returns the least permissions for the verbs together, those that cannot be
// done without first, then by name. A use whose condition does not hold is left
// out; nil holds means that nothing is known and all conditions count. A permission
// that another one covers is not listed, its uses are. The error names an unknown verb.
func For(verbs []string, holds func(Condition) bool) ([]Need, error) {
	all := table()
	var needs []Need
	for _, verb := range verbs {
		uses, ok := all[verb]
		if !ok {
			return nil, fmt.Errorf("no verb %q works on a tenant: choose among %s", verb, strings.Join(Verbs(), ", "))
		}
		for _, u := range uses {
			if u.when == Always || holds == nil || holds(u.when) {
				needs = add(needs, u.permission, Use{verb, u.why, u.when, u.without})
			}
		}
	}
	needs = fold(needs)
	slices.SortFunc(needs, func(a, b Need) int {
		if a.Optional() != b.Optional() {
			if a.Optional() {
				return 1
			}
			return -1
		}
		return byName(a.Permission, b.Permission)
	})
	return needs, nil
}

func add(needs []Need, p Permission, u Use) []Need {
	i := slices.IndexFunc(needs, func(n Need) bool { return n.Name == p.Name })
	if i < 0 {
		return append(needs, Need{Permission: p, Uses: []Use{u}})
	}
	if !slices.Contains(needs[i].Uses, u) {
		needs[i].Uses = append(needs[i].Uses, u)
	}
	return needs
}

// fold moves the uses of a permission to the one that covers it, where that one is
// needed always and cannot be done without.
func fold(needs []Need) []Need {
	var out []Need
	for _, n := range needs {
		covered := func(o Need) bool { return o.Covers == n.Name && !o.Optional() && o.When() == nil }
		if i := slices.IndexFunc(needs, covered); i >= 0 {
			needs[i].Uses = append(needs[i].Uses, n.Uses...)
		}
	}
	for _, n := range needs {
		if !slices.ContainsFunc(needs, func(o Need) bool { return o.Covers == n.Name && !o.Optional() && o.When() == nil }) {
			out = append(out, n)
		}
	}
	return out
}
