package engine

import (
	"context"
	"iter"
)

// Directory is where a job reads its source objects: Entra's directory, the
// emulator's, one in memory. It is read by one goroutine at a time.
type Directory interface {
	// Watermark marks the present. It is opaque to the job, which asks for the
	// changes since it in the next cycle.
	Watermark(ctx context.Context) (string, error)
	// Changes returns the objects of a type that have changed since a watermark, each
	// once and as it is now; for "" all there are, soft-deleted ones included. An
	// object has changed when an attribute, its deletion, its assignment, direct or
	// through a group, or the members of a group did. A Subject has all direct
	// members in Members and nothing in Removed, which the job finds out. One that is
	// gone for good has Deleted HardDeleted and whether it was assigned at the time.
	Changes(ctx context.Context, typ, since string) iter.Seq2[Change, error]
	// Find returns an object as it is now; known is false when the directory has
	// forgotten it.
	Find(ctx context.Context, typ, id string) (s Subject, known bool, err error)
}

// Change is a source object that has changed.
type Change struct {
	Subject
	// Attributes are the source attributes that changed; appRoleAssignments stands for
	// the assignment. Nil means that it is not known, or that the object is new.
	Attributes []string
}
