package expr

import (
	"slices"
	"strings"
)

// valuesOf returns the values of a multi-value, one for a single value, none for
// null.
func valuesOf(v Value) []string {
	if v.kind != Multi && !singleIsList {
		return nil
	}
	return v.Strings()
}

func evalCount(_ *Machine, _ *code, args []Value) (Value, error) {
	return Integer(int64(len(valuesOf(args[0])))), nil
}

func evalItem(_ *Machine, c *code, args []Value) (Value, error) {
	n, err := numberArg(c, args, 1, 0)
	if err != nil {
		return Value{}, err
	}
	if args[0].kind == Null && !nullIsNoItem {
		return Value{}, nil
	}
	values := valuesOf(args[0])
	if n < 1 || n > int64(len(values)) {
		return Value{}, fail(c, codeEvalBounds, "Item asks for value %d of an attribute that has %d", n, len(values))
	}
	return Text(values[n-1]), nil
}

// evalRemoveDuplicates keeps the first of equal values; letter case counts.
func evalRemoveDuplicates(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind != Multi {
		return args[0], nil
	}
	values := *args[0].multi
	kept := make([]string, 0, len(values))
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return List(kept), nil
}

func evalSplit(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	delimiter := args[1].String()
	if delimiter == "" {
		return List([]string{args[0].String()}), nil
	}
	var parts []string
	for _, s := range args[0].Strings() {
		parts = append(parts, strings.Split(s, delimiter)...)
	}
	if splitTrims {
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
	}
	return List(parts), nil
}

// evalSingleAppRoleAssignment fails for two roles and more, with the service's
// words. Source: expressions §4.
func evalSingleAppRoleAssignment(_ *Machine, c *code, args []Value) (Value, error) {
	roles := args[0].Strings()
	switch len(roles) {
	case 0:
		return Value{}, nil
	case 1:
		return Text(roles[0]), nil
	default:
		return Value{}, fail(c, codeEvalRoles, "No more than one app role assignment was expected, but this many where found: %d", len(roles))
	}
}

// evalRoles hands on all roles; the target attribute decides their shape on the
// wire. Source: entra_wire W-38.
func evalRoles(_ *Machine, _ *code, args []Value) (Value, error) {
	roles := args[0].Strings()
	if len(roles) == 0 {
		return Value{}, nil
	}
	return List(slices.Clone(roles)), nil
}
