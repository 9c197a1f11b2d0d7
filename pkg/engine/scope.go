package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// msiamRole is the role that alone does not entitle to provisioning.
// Source: graph_contract §3 (AllowDefaultEntitlement).
const msiamRole = "msiam_access"

// verdict is what is decided about an object before the target is looked at.
type verdict struct {
	assigned bool // to the application
	entitled bool // assigned with a role that counts, or everybody is in scope
	filtered bool // the scoping filter holds
	enabled  bool // accountEnabled is not false
	deleted  Deleted
	clauses  []mapping.ClauseResult
}

// judge decides the scope of s. Of an object that the directory has forgotten
// there is no attribute left to filter by.
func (e *Engine) judge(k *kind, s Subject) verdict {
	v := verdict{
		assigned: s.Assigned,
		entitled: e.config.SyncAll || s.Assigned && hasRole(s.Roles),
		filtered: true,
		enabled:  !strings.EqualFold(s.Object.Text(attrAccountEnabled), "false"),
		deleted:  s.Deleted,
	}
	if s.Deleted != HardDeleted {
		v.filtered, v.clauses = k.InScope(s.Object)
	}
	return v
}

// hasRole reports whether the roles entitle to provisioning: "default access",
// which has no role, does. Source: graph_contract §3.
func hasRole(roles []string) bool {
	for _, r := range roles {
		if r != msiamRole {
			return true
		}
	}
	return len(roles) == 0
}

// active is "Active in the source system".
func (v verdict) active() bool { return v.enabled && v.deleted == NotDeleted }

// inScope reports whether the object is one to provision, active or not.
func (v verdict) inScope() bool { return v.entitled && v.filtered && v.deleted == NotDeleted }

// softDeleted is the attribute IsSoftDeleted. Its four causes are: unassigned,
// out of the scoping filter, soft-deleted, accountEnabled false.
// Source: expressions §7.
func (v verdict) softDeleted() bool { return !v.entitled || !v.filtered || !v.active() }

// reasons says why the object is not one to create, in full sentences.
func (v verdict) reasons(typ string) string {
	var all []string
	if !v.entitled && v.assigned {
		all = append(all, fmt.Sprintf("the %s holds no app role but %s", typ, msiamRole))
	} else if !v.entitled {
		all = append(all, fmt.Sprintf("the %s is not assigned to the application, and the job's scope is assigned objects only", typ))
	}
	for _, c := range v.clauses {
		if !v.filtered && !c.Holds {
			all = append(all, "the scoping filter does not hold: "+c.Title)
		}
	}
	if !v.filtered && len(v.clauses) == 0 {
		all = append(all, "the scoping filter does not hold")
	}
	switch {
	case v.deleted == SoftDeleted:
		all = append(all, fmt.Sprintf("the %s is deleted in the directory", typ))
	case v.deleted == HardDeleted:
		all = append(all, fmt.Sprintf("the %s is deleted from the directory for good", typ))
	case !v.enabled:
		all = append(all, "accountEnabled is false")
	}
	return strings.Join(all, "; ")
}

// advice says what brings the object into scope.
func (v verdict) advice() string {
	switch {
	case v.deleted != NotDeleted:
		return ""
	case !v.entitled && v.assigned:
		return "Assign the object with the role User."
	case !v.entitled:
		return "Assign the object, or a group that it is a direct member of, to the application; or set the scope to all users and groups."
	case !v.filtered:
		return "Change the object or the scoping filter if it should be provisioned."
	case !v.enabled:
		return "Entra creates no account for somebody whose sign-in is blocked. Allow the sign-in until the account has been provisioned."
	}
	return ""
}

// details are those of the scoping step, under the names that newer jobs use.
// Source: graph_contract §9.
func (v verdict) details(typ string) []Detail {
	return []Detail{
		{"Active in the source system", truth(v.active())},
		{"Assigned to the application", truth(v.assigned)},
		{typ + " has the required role", truth(v.entitled)},
		{"Scoping filter evaluation passed", truth(v.filtered)},
		{"ScopeEvaluationResult", evaluation(v.clauses)},
	}
}

// evaluation is the JSON text of the clauses, in their order.
func evaluation(clauses []mapping.ClauseResult) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, c := range clauses {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(c.Title) + ":" + strconv.FormatBool(c.Holds))
	}
	b.WriteByte('}')
	return b.String()
}

// truth is the text form of a boolean.
func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
