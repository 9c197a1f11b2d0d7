package profile

// form is what a value of the document may be.
type form uint8

const (
	textForm       form = iota // any text
	wordForm                   // one of words
	flagForm                   // true or false
	numberForm                 // a whole number, or one of words
	attributeForm              // a text that names a source attribute
	expressionForm             // a text that is an expression
	valueForm                  // value of an attribute in a test: text, true, false, number, null, list of texts
	listForm
	objectForm // a mapping with known keys
	namedForm  // a mapping from names that the profile chooses
	secretForm // where a secret is; a text only where words has it
)

// shape describes a value of the document: which keys it has, and how overlays
// combine it. It is the one table that loading, overlays, variables and the test
// of the JSON Schema read.
type shape struct {
	form   form
	noun   string   // with an article, for messages about keys
	words  []string // fixed words that a text, number or secret may be
	fields []field  // keys of objectForm and secretForm, in the order for suggestions
	item   *shape   // of listForm and namedForm; of further keys of objectForm
	// identity is the keys that tell items of a list apart when lists are merged;
	// "" is the text of the item itself. Without identity a list is replaced whole.
	identity []string
}

// field is a key of a mapping.
type field struct {
	name  string
	shape *shape
	// choice groups keys of which an item has one: setting one in an overlay drops
	// the others.
	choice string
	// carries marks keys without which an item of a list means nothing: when an
	// unset variable leaves one out, the item is left out.
	carries bool
	// solid marks keys that an unset variable must not leave out, since what would be
	// left means something else.
	solid bool
	// whole says that an overlay replaces the value and does not merge it.
	whole bool
}

// field returns the field of a name.
func (s *shape) field(name string) (field, bool) {
	for _, f := range s.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// names returns the names of the fields in order.
func (s *shape) names() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

func (s *shape) isMapping() bool {
	return s.form == objectForm || s.form == namedForm || s.form == secretForm
}

func text() *shape                    { return &shape{form: textForm} }
func attribute() *shape               { return &shape{form: attributeForm} }
func flag() *shape                    { return &shape{form: flagForm} }
func word(words ...string) *shape     { return &shape{form: wordForm, words: words} }
func number(words ...string) *shape   { return &shape{form: numberForm, words: words} }
func listOf(item *shape) *shape       { return &shape{form: listForm, item: item} }
func named(n string, s *shape) *shape { return &shape{form: namedForm, noun: n, item: s} }
func object(n string, f ...field) *shape {
	return &shape{form: objectForm, noun: n, fields: f}
}

// merged returns a list whose items overlays tell apart by the keys.
func merged(item *shape, identity ...string) *shape {
	return &shape{form: listForm, item: item, identity: identity}
}

// documentShape returns the shape of a profile.
func documentShape() *shape {
	shared := []field{
		{name: "description", shape: text()},
		{name: "tenant", shape: text()},
		{name: "variables", shape: named("the variables", variableShape())},
		{name: "app", shape: appShape()},
		{name: "endpoint", shape: endpointShape()},
		{name: "settings", shape: settingsShape()},
		{name: "users", shape: objectMappingShape("users")},
		{name: "groups", shape: objectMappingShape("groups")},
		{name: "assign", shape: assignShape()},
		{name: "tests", shape: listOf(testShape()), whole: true},
	}
	overlay := object("an environment", shared...)
	own := []field{
		{name: "version", shape: number()},
		{name: "profile", shape: text()},
		{name: "provider", shape: text()},
		{name: "environments", shape: named("the environments", overlay)},
	}
	return object("a profile", append(own, shared...)...)
}

func variableShape() *shape {
	return object("a variable",
		field{name: "description", shape: text()},
		field{name: "required", shape: flag()},
		field{name: "default", shape: text()},
		field{name: "oneOf", shape: listOf(text())},
		field{name: "sandbox", shape: text()},
		field{name: "group", shape: text(), choice: "lookup"},
		field{name: "user", shape: text(), choice: "lookup"},
	)
}

func appShape() *shape {
	existing := object("existing",
		field{name: "servicePrincipal", shape: text(), choice: "identity"},
		field{name: "appId", shape: text(), choice: "identity"},
		field{name: "name", shape: text(), choice: "identity"},
	)
	role := object("an app role",
		field{name: "name", shape: text(), carries: true},
		field{name: "value", shape: text()},
		field{name: "description", shape: text()},
		field{name: "members", shape: listOf(word("User", "Application"))},
	)
	return object("the app",
		field{name: "name", shape: text()},
		field{name: "template", shape: text(), choice: "identity"},
		field{name: "existing", shape: existing, choice: "identity", whole: true},
		field{name: "job", shape: text()},
		field{name: "synchronizationTemplate", shape: text()},
		field{name: "roles", shape: merged(role, "name")},
	)
}

func endpointShape() *shape {
	token := secretShape("the token", "none")
	secret := secretShape("a client secret")
	oauth2 := object("oauth2",
		field{name: "tokenUrl", shape: text()},
		field{name: "clientId", shape: text()},
		field{name: "clientSecret", shape: secret, whole: true},
	)
	return object("the endpoint",
		field{name: "url", shape: text()},
		field{name: "token", shape: token, choice: "sign-in", whole: true},
		field{name: "oauth2", shape: oauth2, choice: "sign-in"},
		field{name: "compliance", shape: word(complianceOptimized, complianceLegacy)},
	)
}

// secretShape describes where a secret is kept.
func secretShape(noun string, words ...string) *shape {
	return &shape{form: secretForm, noun: noun, words: words, fields: []field{
		{name: "env", shape: text(), choice: "source"},
		{name: "file", shape: text(), choice: "source"},
		{name: "stdin", shape: flag(), choice: "source"},
		{name: "hint", shape: text()},
	}}
}

func settingsShape() *shape {
	return object("the settings",
		field{name: "scope", shape: word("assigned", "all")},
		field{name: "notify", shape: &shape{form: textForm, words: []string{"off"}}},
		field{name: "deletionThreshold", shape: number("off")},
		field{name: "skipOutOfScopeDeletions", shape: flag()},
		field{name: "state", shape: word("started", "stopped")},
	)
}

func objectMappingShape(noun string) *shape {
	spec := object("an attribute definition",
		field{name: "name", shape: text(), carries: true},
		field{name: "type", shape: word("String", "Integer", "Reference", "Binary", "Boolean", "DateTime")},
		field{name: "multiValued", shape: flag()},
		field{name: "caseExact", shape: flag()},
		field{name: "required", shape: flag()},
		field{name: "mutability", shape: word("ReadWrite", "ReadOnly", "Immutable", "WriteOnly")},
		field{name: "references", shape: listOf(text())},
	)
	attributes := object("the attribute lists",
		field{name: "target", shape: merged(spec, "name")},
		field{name: "source", shape: merged(spec, "name")},
		field{name: "remove", shape: merged(text(), "")},
	)
	clause := object("a filter clause",
		field{name: "attribute", shape: attribute(), carries: true},
		field{name: "operator", shape: text(), carries: true},
		field{name: "value", shape: text(), choice: "value", solid: true},
		field{name: "values", shape: listOf(text()), choice: "value"},
	)
	filter := object("a scoping filter",
		field{name: "name", shape: text()},
		field{name: "all", shape: listOf(clause)},
	)
	mapping := object("an attribute mapping",
		field{name: "target", shape: text(), carries: true},
		field{name: "source", shape: attribute(), choice: "value", carries: true},
		field{name: "expression", shape: &shape{form: expressionForm}, choice: "value", carries: true},
		field{name: "constant", shape: text(), choice: "value", carries: true},
		field{name: "default", shape: text()},
		field{name: "match", shape: number()},
		field{name: "apply", shape: word("always", "create")},
	)
	return object(noun,
		field{name: "enabled", shape: flag()},
		field{name: "base", shape: word("none", "template", "keep")},
		field{name: "actions", shape: listOf(word("create", "update", "delete"))},
		field{name: "attributes", shape: attributes},
		field{name: "filters", shape: merged(filter, "name")},
		field{name: "mappings", shape: merged(mapping, "target")},
		field{name: "remove", shape: merged(text(), "")},
	)
}

func assignShape() *shape {
	assignment := object("an assignment",
		field{name: "group", shape: text(), choice: "assignee", carries: true},
		field{name: "user", shape: text(), choice: "assignee", carries: true},
		field{name: "role", shape: text()},
	)
	return object("assign",
		field{name: "to", shape: merged(assignment, "group", "user")},
		field{name: "exclusive", shape: flag()},
	)
}

func testShape() *shape {
	value := &shape{form: valueForm}
	when := object("when",
		field{name: "assigned", shape: flag()},
		field{name: "linked", shape: flag()},
		field{name: "deleted", shape: word("soft", "hard")},
		field{name: "scope", shape: word("assigned", "all")},
	)
	expect := object("expect",
		field{name: "action", shape: word("create", "update", "disable", "delete", "skip")},
		field{name: "skip", shape: text()},
		field{name: "attributes", shape: named("the expected attributes", value)},
		field{name: "request", shape: text()},
	)
	expect.item = value
	return object("a test",
		field{name: "name", shape: text()},
		field{name: "user", shape: named("the user", value)},
		field{name: "group", shape: named("the group", value)},
		field{name: "when", shape: when},
		field{name: "expect", shape: expect},
	)
}
