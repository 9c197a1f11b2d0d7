package scim

// The schemas of RFC 7643 §3.1, §4.1, §4.2 and §4.3. The tables are read only.

// UserSchemaDefinition, GroupSchemaDefinition and EnterpriseSchemaDefinition
// return the schemas of RFC 7643 §8.7.1. Beyond its text, a group's displayName
// is required and unique here, as §4.2 and Entra want it. The result must not be
// changed.
func UserSchemaDefinition() Schema { return userSchema }

// GroupSchemaDefinition: see UserSchemaDefinition.
func GroupSchemaDefinition() Schema { return groupSchema }

// EnterpriseSchemaDefinition: see UserSchemaDefinition.
func EnterpriseSchemaDefinition() Schema { return enterpriseSchema }

// CommonAttributes returns the attributes that every resource has and no schema
// lists: schemas, id, externalId, meta. Source: RFC 7643 §3.1.
func CommonAttributes() []Attribute { return commonAttributes }

var commonAttributes = []Attribute{
	{Name: "schemas", Type: TypeReference, MultiValued: true, CaseExact: true, Required: true, Returned: ReturnedAlways},
	{Name: "id", Type: TypeString, CaseExact: true, Mutability: ReadOnly, Returned: ReturnedAlways, Uniqueness: UniqueServer},
	{Name: "externalId", Type: TypeString, CaseExact: true},
	{Name: "meta", Type: TypeComplex, Mutability: ReadOnly, Sub: []Attribute{
		{Name: "resourceType", Type: TypeString, CaseExact: true, Mutability: ReadOnly},
		{Name: "created", Type: TypeDateTime, Mutability: ReadOnly},
		{Name: "lastModified", Type: TypeDateTime, Mutability: ReadOnly},
		{Name: "location", Type: TypeReference, CaseExact: true, Mutability: ReadOnly, ReferenceTypes: []string{"uri"}},
		{Name: "version", Type: TypeString, CaseExact: true, Mutability: ReadOnly},
	}},
}

var userSchema = Schema{
	ID: UserSchema, Name: "User", Description: "User account",
	Attributes: []Attribute{
		{Name: "userName", Type: TypeString, Required: true, Uniqueness: UniqueServer, Description: "Name the user signs in with; unique without regard to letter case"},
		{Name: "name", Type: TypeComplex, Description: "Parts of the user's real name", Sub: []Attribute{
			text("formatted", "Full name, ready to be shown"),
			text("familyName", "Last name"),
			text("givenName", "First name"),
			text("middleName", "Middle names"),
			text("honorificPrefix", "Title in front of the name"),
			text("honorificSuffix", "Suffix of the name"),
		}},
		text("displayName", "Name to show to others"),
		text("nickName", "Casual name"),
		{Name: "profileUrl", Type: TypeReference, CaseExact: true, ReferenceTypes: []string{"external"}, Description: "Address of the user's profile"},
		text("title", "Job title"),
		text("userType", "Relation to the organisation"),
		text("preferredLanguage", "Preferred languages, as in Accept-Language"),
		text("locale", "Locale for numbers, dates and currency"),
		text("timezone", "Time zone, such as Europe/Paris"),
		{Name: "active", Type: TypeBoolean, Description: "Whether the user may sign in"},
		{Name: "password", Type: TypeString, CaseExact: true, Mutability: WriteOnly, Returned: ReturnedNever, Description: "Accepted and not kept"},
		plural("emails", "E-mail addresses", text("value", "E-mail address"), "work", "home", "other"),
		plural("phoneNumbers", "Telephone numbers", text("value", "Telephone number"), "work", "home", "mobile", "fax", "pager", "other"),
		plural("ims", "Instant-messaging addresses", text("value", "Instant-messaging address")),
		plural("photos", "Photos", Attribute{Name: "value", Type: TypeReference, CaseExact: true, ReferenceTypes: []string{"external"}, Description: "Address of a photo"}, "photo", "thumbnail"),
		{Name: "addresses", Type: TypeComplex, MultiValued: true, Description: "Postal addresses", Sub: []Attribute{
			text("formatted", "Whole address, ready to be shown"),
			text("streetAddress", "Street and number"),
			text("locality", "City"),
			text("region", "State or region"),
			text("postalCode", "Postal code"),
			text("country", "Country, two letters"),
			{Name: "type", Type: TypeString, Description: "What the address is for", CanonicalValues: []string{"work", "home", "other"}},
			{Name: "primary", Type: TypeBoolean, Description: "Whether this is the preferred address"},
		}},
		{Name: "groups", Type: TypeComplex, MultiValued: true, Mutability: ReadOnly, Description: "Groups that the user is a direct member of", Sub: []Attribute{
			{Name: "value", Type: TypeString, Mutability: ReadOnly, Description: "Id of the group"},
			{Name: "$ref", Type: TypeReference, CaseExact: true, Mutability: ReadOnly, ReferenceTypes: []string{"User", "Group"}, Description: "Address of the group"},
			{Name: "display", Type: TypeString, Mutability: ReadOnly, Description: "Name of the group"},
			{Name: "type", Type: TypeString, Mutability: ReadOnly, CanonicalValues: []string{"direct", "indirect"}, Description: "Kind of membership"},
		}},
		plural("entitlements", "Entitlements", text("value", "Entitlement")),
		plural("roles", "Roles", text("value", "Role")),
		plural("x509Certificates", "Certificates", Attribute{Name: "value", Type: TypeBinary, CaseExact: true, Description: "Certificate, DER in base64"}),
	},
}

var groupSchema = Schema{
	ID: GroupSchema, Name: "Group", Description: "Group",
	Attributes: []Attribute{
		{Name: "displayName", Type: TypeString, Required: true, Uniqueness: UniqueServer, Description: "Name of the group; unique without regard to letter case"},
		{Name: "members", Type: TypeComplex, MultiValued: true, Description: "Members of the group", Sub: []Attribute{
			{Name: "value", Type: TypeString, Mutability: Immutable, Description: "Id of the member"},
			{Name: "$ref", Type: TypeReference, CaseExact: true, Mutability: Immutable, ReferenceTypes: []string{"User", "Group"}, Description: "Address of the member"},
			{Name: "type", Type: TypeString, Mutability: Immutable, CanonicalValues: []string{"User", "Group"}, Description: "Resource type of the member"},
			{Name: "display", Type: TypeString, Mutability: Immutable, Description: "Name of the member"},
		}},
	},
}

var enterpriseSchema = Schema{
	ID: EnterpriseUserSchema, Name: "EnterpriseUser", Description: "Enterprise user",
	Attributes: []Attribute{
		text("employeeNumber", "Number of the employee"),
		text("costCenter", "Cost centre"),
		text("organization", "Organisation"),
		text("division", "Division"),
		text("department", "Department"),
		{Name: "manager", Type: TypeComplex, Description: "Manager of the user", Sub: []Attribute{
			text("value", "Id of the manager"),
			{Name: "$ref", Type: TypeReference, CaseExact: true, ReferenceTypes: []string{"User"}, Description: "Address of the manager"},
			{Name: "displayName", Type: TypeString, Mutability: ReadOnly, Description: "Name of the manager"},
		}},
	},
}

// text defines a plain string attribute.
func text(name, description string) Attribute {
	return Attribute{Name: name, Type: TypeString, Description: description}
}

// plural defines a multi-valued attribute with the usual sub-attributes.
// Source: RFC 7643 §2.4.
func plural(name, description string, value Attribute, types ...string) Attribute {
	return Attribute{Name: name, Type: TypeComplex, MultiValued: true, Description: description, Sub: []Attribute{
		value,
		text("display", "Text to show"),
		{Name: "type", Type: TypeString, Description: "What the value is for", CanonicalValues: types},
		{Name: "primary", Type: TypeBoolean, Description: "Whether this is the preferred value"},
	}}
}
