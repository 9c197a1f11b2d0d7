package scim

// Error is a SCIM error answer (RFC 7644 §3.12).
type Error struct {
	Status   int    // HTTP status
	ScimType string // uniqueness, invalidFilter, …; may be empty
	Detail   string
}

func (e *Error) Error() string { panic("scim: Error.Error") }
