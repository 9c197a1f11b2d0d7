package engine

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Source attributes that the service computes or judges by.
// Source: expressions §7, graph_contract §8.
const (
	attrObjectID       = "objectId"
	attrIsSoftDeleted  = "IsSoftDeleted"
	attrRoles          = "appRoleAssignments"
	attrAccountEnabled = "accountEnabled"
	attrMembers        = "members"
)

// activePath is the target attribute that switches an account on and off.
const activePath = "active"

// kind is a type of source object with its compiled mapping and what can be said
// about it before any object comes.
type kind struct {
	*mapping.Program
	resource string          // at the SCIM server: Users, Groups
	reads    []string        // source attributes that mappings read, sorted
	redacted map[string]bool // source attributes that some mapping redacts
	switches map[string]bool // targets whose value follows IsSoftDeleted or accountEnabled
	exact    map[string]bool // targets that compare with letter case
	paths    []target        // all targets, for showing what the server has
	members  bool            // membership is mapped

	switchCalls []switchCall // calls of Switch, which are null when their source did not change
	mu          sync.Mutex
	programs    map[string]*mapping.Program // variants of the mapping without some of them
}

// target is a target attribute with its path.
type target struct {
	name string
	path scim.Path
}

// newKind prepares p; a nil or disabled mapping gives nil.
func newKind(p *mapping.Program, resource string) (*kind, error) {
	if p == nil || !p.Mapping.Enabled {
		return nil, nil
	}
	m := p.Mapping
	if len(p.Matching()) == 0 {
		return nil, fmt.Errorf("engine: no mapping of %s matches objects: give one a matching precedence", resource)
	}
	k := &kind{Program: p, resource: resource, redacted: map[string]bool{}, switches: map[string]bool{}, exact: map[string]bool{}}
	for _, a := range m.TargetObject.Attributes {
		k.exact[a.Name] = a.CaseExact
	}
	var problems []error
	for _, a := range m.Attributes {
		if a.Kind == mapping.Direct && a.Source.Value == attrMembers {
			k.members = true
			continue
		}
		path, err := scim.ParsePath(a.Target.Value)
		if err != nil {
			problems = append(problems, fmt.Errorf("engine: target %s: %w", a.Target.Value, err))
			continue
		}
		k.paths = append(k.paths, target{a.Target.Value, path})
		reads, redacted := sourcesOf(a)
		for _, attr := range redacted {
			k.redacted[attr] = true
		}
		if slices.Contains(reads, attrIsSoftDeleted) || slices.Contains(reads, attrAccountEnabled) {
			k.switches[a.Target.Value] = true
		}
		k.reads = append(k.reads, reads...)
	}
	slices.Sort(k.reads)
	k.reads = slices.Compact(k.reads)
	k.programs = map[string]*mapping.Program{}
	k.prepareSwitches()
	return k, errors.Join(problems...)
}

// caseExact reports whether values of a target differ by letter case alone. An
// attribute that the attribute list does not have does.
func (k *kind) caseExact(name string) bool {
	exact, known := k.exact[name]
	return exact || !known
}
