package plan

import (
	"slices"
	"strings"
)

// tagPrefix begins every tag that scimctl puts on a service principal.
const tagPrefix = "scimctl:"

// AdoptedTag marks a service principal that scimctl took over and did not make,
// so that it never deletes it.
const AdoptedTag = tagPrefix + "adopted"

// Tag returns the mark of a profile in one environment, "" without environments.
func Tag(profile, environment string) string {
	return tagPrefix + profile + "/" + environment
}

// Owner returns the "profile/environment" whose mark is among the tags.
func Owner(tags []string) (string, bool) {
	for _, t := range tags {
		if name, ok := strings.CutPrefix(t, tagPrefix); ok && t != AdoptedTag {
			return strings.TrimSuffix(name, "/"), true
		}
	}
	return "", false
}

// Retag returns the tags with mark in place of the mark of any other profile. An
// application without a mark was made by somebody else and becomes an adopted one.
func Retag(tags []string, mark string) []string {
	_, owned := Owner(tags)
	out := slices.DeleteFunc(slices.Clone(tags), func(t string) bool {
		return strings.HasPrefix(t, tagPrefix) && t != AdoptedTag
	})
	if !owned && !slices.Contains(out, AdoptedTag) {
		out = append(out, AdoptedTag)
	}
	return append(out, mark)
}
