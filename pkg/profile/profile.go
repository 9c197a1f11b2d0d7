package profile

import (
	"github.com/scimctl/scimctl/pkg/diag"
)

// File is a profile file: one or more YAML documents.
type File struct {
	Name     string
	Source   []byte // as read, for diagnostics
	Profiles []*Profile
}

// Load reads the documents of a file. The File is usable as far as it could be
// understood; with errors in the diagnostics it must not be applied.
func Load(name string, source []byte) (*File, diag.List) { panic("profile: Load") }

// Find returns the profile of that name, or the only one when name is "".
func (f *File) Find(name string) (*Profile, diag.List) { panic("profile: Find") }

// Profile is one document, before environments and variables are applied.
type Profile struct {
	Name         string
	Description  string
	Environments []string   // names, sorted; empty when there are none
	Variables    []Variable // in the order of the file
}

// Variable is a customer's value that a profile declares.
type Variable struct {
	Name        string
	Description string
	Required    bool
	Default     *string
	OneOf       []string
	Sandbox     string // value used by --sandbox when none is given
	Group, User string // name to look up: the variable is then the object's id
	Where       diag.Range
}

// Options say which of the possible documents Resolve yields.
type Options struct {
	Environment string            // required when the profile has environments
	Values      map[string]string // variables by name
	Sandbox     bool              // unset variables take their sandbox value
	// IDs are object ids found for Lookups, by variable name. A lookup without one
	// gets a stand-in id derived from its name, so that everything offline works.
	IDs map[string]string
}

// Resolve applies the environment's overlay and the variables. The diagnostics
// have every unset required variable, unknown variable and wrong value. All
// values in Resolved are final; expressions are parsed and checked on the way.
func (p *Profile) Resolve(o Options) (*Resolved, diag.List) { panic("profile: Resolve") }
