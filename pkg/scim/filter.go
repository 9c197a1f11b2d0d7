package scim

// Filter is a filter expression (RFC 7644 §3.4.2.2).
type Filter interface {
	// Match reports whether the resource or element satisfies the filter. Strings
	// compare without letter case except where CaseExact says so.
	Match(o *Object) bool
	// String prints the filter in canonical form.
	String() string
}

// ParseFilter reads a filter: eq ne co sw ew gt ge lt le pr, and, or, not,
// grouping and value paths. The error is a *SyntaxError.
func ParseFilter(s string) (Filter, error) { panic("scim: ParseFilter") }

// Equal returns the filter `path eq "value"`, quoted as JSON.
func Equal(p Path, value string) Filter { panic("scim: Equal") }
