package secret

// Ref says where a secret comes from. Exactly one member is set; the zero Ref is
// "none". The value itself is never part of a profile.
type Ref struct {
	Env   string // environment variable
	File  string // path; a final newline is cut
	Stdin bool   // first line of standard input
}

// String names the source: "environment variable X", "file X", "standard input",
// or "none".
func (r Ref) String() string {
	switch {
	case r.Env != "":
		return "environment variable " + r.Env
	case r.File != "":
		return "file " + r.File
	case r.Stdin:
		return "standard input"
	default:
		return "none"
	}
}

// IsZero reports whether r names no source.
func (r Ref) IsZero() bool { return r == Ref{} }

// sources counts the members that are set.
func (r Ref) sources() int {
	n := 0
	for _, set := range []bool{r.Env != "", r.File != "", r.Stdin} {
		if set {
			n++
		}
	}
	return n
}
