package expr

import (
	"io"
	"time"
)

// Source gives the attributes of the object that an expression is evaluated
// for. Names are case-sensitive; an absent attribute is the null Value.
type Source interface {
	Attribute(name string) Value
}

// Attrs is a Source held in a map.
type Attrs map[string]Value

// Attribute returns the named attribute, or null.
func (a Attrs) Attribute(name string) Value { return a[name] }

// Env is what an evaluation may ask of the world around it.
type Env struct {
	Now           func() time.Time        // clock of Now(); nil makes Now an error
	Random        io.Reader               // randomness of Guid and RandomString; nil makes them an error
	Taken         func(value string) bool // whether SelectUniqueValue must skip a value; nil takes none as taken
	DefaultDomain string                  // of DefaultDomain(); "" makes it an error
}
