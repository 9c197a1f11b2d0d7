package profile

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/diag"
)

// binding finds out what each variable stands for.
type binding struct {
	profile  *Profile
	options  Options
	used     map[string]bool // names that the document uses
	problems diag.List
}

func (b *binding) report(d diag.Diagnostic) { b.problems = append(b.problems, d) }

// bind returns the values of all variables, and the lookups among them that are used.
func (b *binding) bind(vars []Variable, root *node) (map[string]value, []Lookup) {
	values := make(map[string]value, len(vars))
	var lookups []Lookup
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.Name
		if _, twice := values[v.Name]; twice {
			continue
		}
		if v.Group != "" || v.User != "" {
			l := b.lookup(v)
			values[v.Name] = value{text: l.ID}
			if b.used[v.Name] {
				lookups = append(lookups, l)
			}
			continue
		}
		values[v.Name] = b.value(v, root)
	}
	for _, name := range slices.Sorted(maps.Keys(b.options.Values)) {
		if _, ok := values[name]; !ok {
			b.report(diag.Errorf(codeUnknownValue, diag.Range{Filename: b.profile.doc.src.name}, "the profile has no variable %q%s", name, diag.DidYouMean(name, names)).
				WithDetail("%s", declares(names)))
		}
	}
	return values, lookups
}

func declares(names []string) string {
	if len(names) == 0 {
		return "It declares no variables."
	}
	return "It declares " + strings.Join(names, ", ") + "."
}

// value finds the value of a plain variable.
func (b *binding) value(v Variable, root *node) value {
	text, ok := b.options.Values[v.Name]
	explicit := ok
	switch {
	case ok:
	case b.options.Sandbox && v.Sandbox != "":
		text, ok = v.Sandbox, true
	case v.Default != nil:
		text, ok = *v.Default, true
	case b.options.Sandbox && v.Required:
		return value{text: standIn(v, root)}
	}
	switch {
	case text == "" && v.Required:
		summary := "the variable %s has no value"
		if ok {
			summary = "the value of the variable %s is empty"
		}
		b.report(diag.Errorf(codeRequired, v.Where, summary, v.Name).
			WithDetail("%sSet it with --var %s=…, or SCIMCTL_VAR_%s in the environment.", describe(v), v.Name, v.Name))
		return value{state: missing}
	case !ok, text == "" && explicit:
		return value{state: absent}
	case len(v.OneOf) > 0 && !slices.Contains(v.OneOf, text):
		if explicit {
			b.report(outsideOneOf(v.Where, text, v.OneOf))
		}
		return value{text: text, state: missing}
	}
	return value{text: text}
}

// describe returns what the profile says of a variable as a sentence with a blank
// after it, or "".
func describe(v Variable) string {
	if v.Description == "" {
		return ""
	}
	return strings.TrimRight(v.Description, ".") + ". "
}

// standIn is a value for a required variable that nobody gave one, so that the rest
// can be tried in a sandbox.
func standIn(v Variable, root *node) string {
	reference := "${var." + v.Name + "}"
	switch {
	case len(v.OneOf) > 0:
		return v.OneOf[0]
	case plainText(root.get("endpoint").get("url")) == reference:
		return "https://" + strings.ToLower(strings.ReplaceAll(v.Name, "_", "-")) + ".example/scim"
	}
	return "sandbox-" + v.Name
}

// StandIn returns the value that a required variable gets with Options.Sandbox when
// nobody gives it one, and whether it needs one.
func (p *Profile) StandIn(name string) (string, bool) {
	v, ok := p.variable(name)
	if !ok || !v.Required || v.Default != nil || v.Sandbox != "" || v.Group != "" || v.User != "" {
		return "", false
	}
	return standIn(v, p.doc.root), true
}

// lookup finds the object id that a group or user variable stands for.
func (b *binding) lookup(v Variable) Lookup {
	name := v.Group + v.User
	if b.options.Sandbox && v.Sandbox != "" {
		name = v.Sandbox
	}
	if given, ok := b.options.Values[v.Name]; ok && strings.TrimSpace(given) != "" {
		name = given
	}
	l := Lookup{Variable: v.Name, Where: v.Where}
	kind := "group"
	if v.Group != "" {
		l.Group = name
	} else {
		l.User = name
		kind = "user"
	}
	switch id := b.options.IDs[v.Name]; {
	case id != "":
		l.ID, l.Found = id, true
	case uuid.Validate(name) == nil && len(name) == 36:
		l.ID = strings.ToLower(name)
	default:
		l.ID = uuid.NewSHA1(standInSpace, []byte(kind+":"+name)).String()
	}
	return l
}

// standInSpace is the namespace of stand-in ids, which are version 5 UUIDs: no
// object of a directory has one, as those are random.
var standInSpace = uuid.UUID{0x7b, 0x1d, 0x5a, 0x0e, 0x4c, 0x36, 0x4f, 0x0b, 0x9a, 0x71, 0x52, 0xd4, 0xc8, 0x1f, 0x6e, 0x29}

// usedVariables returns the names that a document uses outside its declarations.
func usedVariables(root *node) map[string]bool {
	used := map[string]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		switch n.kind {
		case scalarNode:
			for _, r := range findReferences(n.text.Value) {
				if r.ours() {
					used[r.name] = true
				}
			}
		case listNode:
			for _, item := range n.items {
				walk(item)
			}
		case mapNode:
			for _, p := range n.pairs {
				walk(p.value)
			}
		}
	}
	for _, p := range root.pairs {
		if key := p.key.text.Value; key != "variables" && key != "environments" {
			walk(p.value)
		}
	}
	return used
}
