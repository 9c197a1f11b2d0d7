package endpoint

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Checks returns all checks in the order in which they are shown. The slice is the
// caller's.
func Checks() []Check {
	all := slices.Concat(
		transportChecks(), authChecks(), tlsChecks(), loadChecks(),
		discoveryChecks(), schemaChecks(),
		createChecks(), createOddChecks(), createGroupChecks(),
		queryChecks(), queryGroupChecks(), queryListChecks(), queryRFCChecks(),
		userPatchChecks(), activePatchChecks(), valuePatchChecks(), managerPatchChecks(), rfcPatchChecks(),
		putChecks(), oktaChecks(),
		lifecycleChecks(),
		groupChecks(), memberChecks(), largeGroupChecks(),
		errorChecks(),
		optionalChecks(),
		roundTripChecks(),
	)
	slices.SortStableFunc(all, func(a, b Check) int {
		return cmp.Or(cmp.Compare(place(a.Group), place(b.Group)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func place(g Group) int {
	return slices.Index([]Group{Transport, Discovery, Create, Query, PatchUser, PutUser, Lifecycle, Groups, Errors, Optional, RoundTrip}, g)
}

// selected returns the checks of the suites that only names and skip does not. A
// pattern is an id (C-01), a shell pattern over ids (U-*), or the name of a group. An
// empty only names all. A pattern that names nothing is an error.
func selected(all []Check, suites Suite, only, skip []string) ([]Check, error) {
	for _, pattern := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(all, func(c Check) bool { return names(pattern, c) }) {
			return nil, fmt.Errorf("no check is named by %q%s", pattern, diag.DidYouMean(pattern, words(all)))
		}
	}
	in := func(patterns []string, c Check) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return names(pattern, c) })
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Check) bool {
		return c.Suites&suites == 0 || len(only) > 0 && !in(only, c) || in(skip, c)
	}), nil
}

func names(pattern string, c Check) bool {
	ok, err := path.Match(strings.ToUpper(pattern), c.ID)
	return err == nil && ok || strings.EqualFold(pattern, string(c.Group))
}

// words are what a pattern may have been meant to be.
func words(all []Check) []string {
	var list []string
	for _, c := range all {
		list = append(list, c.ID)
		if !slices.Contains(list, string(c.Group)) {
			list = append(list, string(c.Group))
		}
	}
	return list
}
