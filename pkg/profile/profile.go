package profile

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// File is a profile file: one or more YAML documents.
type File struct {
	Name     string
	Source   []byte // as read, for diagnostics
	Profiles []*Profile
}

// Find returns the profile of that name, or the only one when name is "".
func (f *File) Find(name string) (*Profile, diag.List) {
	here := diag.Range{Filename: f.Name}
	names := make([]string, len(f.Profiles))
	for i, p := range f.Profiles {
		if p.Name == name && name != "" {
			return p, nil
		}
		names[i] = p.Name
	}
	switch {
	case len(f.Profiles) == 0:
		return nil, diag.List{diag.Errorf(codeNoProfile, here, "the file has no profile")}
	case name == "" && len(f.Profiles) == 1:
		return f.Profiles[0], nil
	case name == "":
		return nil, diag.List{diag.Errorf(codeNoProfile, here, "the file has several profiles").
			WithDetail("Choose one of %s.", strings.Join(names, ", "))}
	}
	return nil, diag.List{diag.Errorf(codeNoProfile, here, "there is no profile %q%s", name, diag.DidYouMean(name, names)).
		WithDetail("The file has %s.", strings.Join(names, ", "))}
}

// Profile is one document, before environments and variables are applied. It is
// safe for concurrent use.
type Profile struct {
	Name         string
	Description  string
	Environments []string   // names, sorted; empty when there are none
	Variables    []Variable // in the order of the file; those that only an environment declares come last
	Where        diag.Range // the document

	doc *document
}

// document is what a Profile keeps of the file.
type document struct {
	src   *source
	root  *node
	shape *shape
	mask  mask
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
	Environment string // required when the profile has environments
	// Values are variables by name. The value of a group or user variable is the
	// name or object id to look up in place of the one in the profile. An empty value
	// leaves an optional variable unset, without its default.
	Values  map[string]string
	Sandbox bool // unset variables take their sandbox value, required ones a stand-in
	// IDs are object ids found for Lookups, by variable name. A lookup without one
	// gets a stand-in id derived from its name, so that everything offline works.
	IDs map[string]string
}

// variable returns the declaration of a name.
func (p *Profile) variable(name string) (Variable, bool) {
	for _, v := range p.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}
