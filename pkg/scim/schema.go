package scim

// Type is a data type of an attribute. Source: RFC 7643 §2.3.
type Type string

// Types.
const (
	TypeString    Type = "string"
	TypeBoolean   Type = "boolean"
	TypeInteger   Type = "integer"
	TypeDecimal   Type = "decimal"
	TypeDateTime  Type = "dateTime"
	TypeBinary    Type = "binary"
	TypeReference Type = "reference"
	TypeComplex   Type = "complex"
)

// Values of Attribute.Mutability, Returned and Uniqueness. Source: RFC 7643 §2.2, §7.
const (
	ReadWrite = "readWrite"
	ReadOnly  = "readOnly"
	Immutable = "immutable"
	WriteOnly = "writeOnly"

	ReturnedAlways  = "always"
	ReturnedNever   = "never"
	ReturnedDefault = "default"

	UniqueNone   = "none"
	UniqueServer = "server"
)

// Schema is a schema definition (RFC 7643 §7).
type Schema struct {
	ID          string
	Name        string
	Description string
	Attributes  []Attribute
}

// Attribute defines an attribute or sub-attribute (RFC 7643 §7).
type Attribute struct {
	Name            string
	Type            Type
	MultiValued     bool
	Description     string
	Required        bool
	CaseExact       bool
	Mutability      string // "" means ReadWrite
	Returned        string // "" means ReturnedDefault
	Uniqueness      string // "" means UniqueNone
	CanonicalValues []string
	ReferenceTypes  []string
	Sub             []Attribute // of a complex attribute
}

// Attribute returns the schema's attribute of that name, in any letter case.
func (s Schema) Attribute(name string) (Attribute, bool) { return find(s.Attributes, name) }

// SubAttribute returns the sub-attribute of that name, in any letter case.
func (a Attribute) SubAttribute(name string) (Attribute, bool) { return find(a.Sub, name) }

func find(list []Attribute, name string) (Attribute, bool) {
	for i := range list {
		if sameName(list[i].Name, name) {
			return list[i], true
		}
	}
	return Attribute{}, false
}

// LookupAttribute returns the definition of the attribute that a path names in
// the schemas of RFC 7643: user, group and enterprise user. With a Sub it is the
// sub-attribute's. It reports false for anything else, such as the attributes of
// other extensions.
func LookupAttribute(p Path) (Attribute, bool) {
	a, ok := lookupAttribute(p)
	if !ok || p.Sub == "" {
		return a, ok
	}
	return a.SubAttribute(p.Sub)
}

func lookupAttribute(p Path) (Attribute, bool) {
	switch {
	case sameName(p.URN, EnterpriseUserSchema):
		return enterpriseSchema.Attribute(p.Attribute)
	case sameName(p.URN, GroupSchema), sameName(p.URN, ADSCIMGroupSchema):
		return inSchemas(p.Attribute, groupSchema)
	case sameName(p.URN, UserSchema):
		return inSchemas(p.Attribute, userSchema)
	case p.URN == "":
		return inSchemas(p.Attribute, userSchema, groupSchema)
	}
	return Attribute{}, false
}

// inSchemas looks an attribute up among the common ones and those of the schemas.
func inSchemas(name string, schemas ...Schema) (Attribute, bool) {
	if a, ok := find(commonAttributes, name); ok {
		return a, true
	}
	for _, s := range schemas {
		if a, ok := s.Attribute(name); ok {
			return a, true
		}
	}
	return Attribute{}, false
}

func isEnterpriseAttribute(name string) bool {
	_, ok := enterpriseSchema.Attribute(name)
	return ok
}

// Object returns the schema as the endpoint /Schemas shows it, without meta.
// Source: RFC 7643 §7, §8.7.1.
func (s Schema) Object() *Object {
	return NewObject(
		Member{"schemas", []any{SchemaSchema}},
		Member{"id", s.ID},
		Member{"name", s.Name},
		Member{"description", s.Description},
		Member{"attributes", attributeObjects(s.Attributes)},
	)
}

func attributeObjects(list []Attribute) []any {
	objects := make([]any, len(list))
	for i, a := range list {
		objects[i] = a.object()
	}
	return objects
}

func (a Attribute) object() *Object {
	o := NewObject(
		Member{"name", a.Name},
		Member{"type", string(a.Type)},
		Member{"multiValued", a.MultiValued},
		Member{"description", a.Description},
		Member{"required", a.Required},
		Member{"mutability", or(a.Mutability, ReadWrite)},
		Member{"returned", or(a.Returned, ReturnedDefault)},
	)
	if a.Type == TypeComplex {
		o.Set("subAttributes", attributeObjects(a.Sub))
		return o
	}
	o.Set("caseExact", a.CaseExact)
	o.Set("uniqueness", or(a.Uniqueness, UniqueNone))
	if len(a.CanonicalValues) > 0 {
		o.Set("canonicalValues", texts(a.CanonicalValues))
	}
	if len(a.ReferenceTypes) > 0 {
		o.Set("referenceTypes", texts(a.ReferenceTypes))
	}
	return o
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func texts(list []string) []any {
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = s
	}
	return values
}
