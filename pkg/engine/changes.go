package engine

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// change is one target attribute that differs.
type change struct {
	scim.Change
	target   string
	old      *string
	redacted bool
}

// changes returns what must be written to make have what the values say. Null
// values are not there and clear nothing; values for creation only stay away. An
// attribute that the target lacks is added, another one replaced.
// Source: entra_wire W-25, W-30, graph_gotchas 30.
func (k *kind) changes(have *scim.Object, values []mapping.Value) []change {
	return k.differences(func(v mapping.Value) []any { return have.Lookup(v.Path) }, values)
}

// differences is changes for a target of which have returns what is there.
func (k *kind) differences(have func(mapping.Value) []any, values []mapping.Value) []change {
	var out []change
	for _, v := range values {
		if v.OnCreateOnly || len(v.Values) == 0 {
			continue
		}
		current := elements(have(v))
		if same(v, current, k.caseExact(v.Target)) || len(current) == 0 && emptyText(v) {
			continue
		}
		c := change{Change: scim.Change{AttributeValue: v.AttributeValue, Had: len(current) > 0}, target: v.Target, redacted: v.Redacted}
		if c.Had {
			c.old = new(textOf(any(current)))
		}
		out = append(out, c)
	}
	return out
}

// emptyText reports whether v is an empty text, which nothing needs to be
// written for where there is nothing.
func emptyText(v mapping.Value) bool { return len(v.Values) == 1 && v.Values[0] == "" }

// created returns the values as changes of an object that was not there.
func created(values []mapping.Value) []change {
	out := make([]change, len(values))
	for i, v := range values {
		out[i] = change{Change: scim.Change{AttributeValue: v.AttributeValue}, target: v.Target, redacted: v.Redacted}
	}
	return out
}

// wire returns the changes as the dialects take them.
func wire(changes []change) []scim.Change {
	out := make([]scim.Change, len(changes))
	for i, c := range changes {
		out[i] = c.Change
	}
	return out
}

// property is the change as the log shows it.
func (c change) property() Property {
	return property(&mapping.Value{AttributeValue: c.AttributeValue, Target: c.target, Redacted: c.redacted}, c.old)
}

// property is a value that is written in place of an old one, nil for none, as the log
// shows it.
func property(v *mapping.Value, old *string) Property {
	p := Property{Name: v.Target, Old: old, New: new(strings.Join(v.Values, ", "))}
	if v.Redacted {
		p.New = new(redactedText)
		if p.Old != nil {
			p.Old = new(redactedText)
		}
	}
	return p
}

// disables reports whether the changes switch an object off that is to be off:
// one of them follows IsSoftDeleted, or sets active to false.
// Source: entra_wire W-65, W-66.
func (k *kind) disables(changes []change) bool {
	for _, c := range changes {
		if k.switches[c.target] || strings.EqualFold(c.target, activePath) && strings.EqualFold(strings.Join(c.Values, ""), "false") {
			return true
		}
	}
	return false
}
