package scim

// Dialect is a way in which an identity provider phrases its requests.
type Dialect string

// Dialects of Microsoft Entra. Source: entra_wire §5.3.
const (
	Entra          Dialect = "entra"                      // default of a non-gallery job
	EntraCompliant Dialect = "entra+aadOptscim062020"     // flag in the tenant URL
	EntraPatch2017 Dialect = "entra+AzureAdScimPatch2017" // announced roll-back flag; same as Entra today
)

// ValueType is the JSON type that a target attribute has by the attribute list.
type ValueType int

// Types of value.
const (
	StringValue ValueType = iota
	BooleanValue
	IntegerValue
	ReferenceValue
	DateTimeValue
)

// AttributeValue is what a mapping wants one target attribute to be. Values has
// one element unless Multi. Reference values are target ids, "" for an unknown.
type AttributeValue struct {
	Path   Path
	Type   ValueType
	Multi  bool
	Values []string
}

// CreateUser returns the body of POST /Users for the values, in Entra's shape:
// both core and enterprise schemas whatever the values, booleans as booleans, meta.resourceType.
// Source: entra_wire W-21, W-23.
func CreateUser(d Dialect, values []AttributeValue) (*Object, error) { panic("scim: CreateUser") }

// CreateGroup returns the body of POST /Groups, without members.
// Source: entra_wire W-22.
func CreateGroup(d Dialect, values []AttributeValue) (*Object, error) { panic("scim: CreateGroup") }

// Change is one difference between what the target has and what the mappings
// want. Had is whether the target had a value before: it decides between add
// and replace. An AttributeValue without Values asks for removal.
type Change struct {
	AttributeValue
	Had bool
}

// UpdateUser returns the PATCH body that makes the changes. Source: entra_wire W-30, W-31, W-34, W-36.
func UpdateUser(d Dialect, changes []Change) (*Object, error) { panic("scim: UpdateUser") }

// UpdateGroup returns the PATCH body for changes of a group's own attributes.
func UpdateGroup(d Dialect, changes []Change) (*Object, error) { panic("scim: UpdateGroup") }

// AddMembers and RemoveMembers return the PATCH body for membership changes by
// target id. Source: entra_wire W-32, W-33.
func AddMembers(d Dialect, ids []string) *Object { panic("scim: AddMembers") }

// RemoveMembers: see AddMembers. The compliant dialect has one operation an id.
func RemoveMembers(d Dialect, ids []string) *Object { panic("scim: RemoveMembers") }

// DialectOf returns the dialect that the flags in a tenant URL's query ask for.
func DialectOf(tenantURL string) Dialect { panic("scim: DialectOf") }
