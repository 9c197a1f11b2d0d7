package scim

import (
	"fmt"
	"slices"
)

// maxSubAttributes is how many sub-attributes of one complex attribute Entra can
// provision; "three or more" are documented as not supported. The attributes of
// RFC 7643 are exempt, as the default mappings have six of addresses.
// Source: entra_wire W-40.
const maxSubAttributes = 2

// UnsupportedTargets reports which target attributes of one object mapping Entra
// cannot provision, in the order of paths: entitlements, and complex attributes
// beyond RFC 7643 with three or more sub-attributes. It says nothing about
// attributes that merely arrive late: see SkippedOnCreate.
// Source: entra_wire W-40, W-41.
func UnsupportedTargets(paths []Path) []error {
	var problems []error
	subs := map[string][]string{} // sub-attributes seen, by attribute
	for _, p := range paths {
		definition, known := lookupAttribute(p)
		switch {
		case known && definition.Name == "entitlements":
			problems = append(problems, fmt.Errorf("target attribute %s: entitlements is not supported by Entra; use an extension attribute", p))
			continue
		case known || p.Sub == "":
			continue
		}
		attribute := Path{URN: lowerName(p.URN), Attribute: lowerName(p.Attribute)}.String()
		sub := lowerName(p.Sub)
		if slices.Contains(subs[attribute], sub) {
			continue
		}
		subs[attribute] = append(subs[attribute], sub)
		if len(subs[attribute]) == maxSubAttributes+1 {
			problems = append(problems, fmt.Errorf("target attribute %s: %s has more than %d sub-attributes, which Entra does not support; use attributes of their own",
				p, Path{URN: p.URN, Attribute: p.Attribute}, maxSubAttributes))
		}
	}
	return problems
}
