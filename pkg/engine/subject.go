package engine

import "github.com/scimctl/scimctl/pkg/mapping"

// Deleted is how far a source object is gone.
type Deleted int

// States of deletion.
const (
	NotDeleted Deleted = iota
	SoftDeleted
	HardDeleted
)

// Subject is a source object and what decides about its scope.
type Subject struct {
	Object mapping.Object
	// Assigned says whether the object is assigned to the application, directly or
	// as a direct member of an assigned group; of a deleted object, whether it was
	// when it was deleted. Source: entra_wire W-69.
	Assigned bool
	Roles    []string // names of the app roles it holds there
	Deleted  Deleted
	// Members are the direct members of a group, by source id and type; for an
	// on-demand run the ones asked for.
	Members []Member
	// Removed are members that left since the last run. On demand there are none.
	Removed []Member
}

// Member is a member of a group.
type Member struct{ Type, ID string }
