package scim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

func TestUnsupportedTargets(t *testing.T) {
	tests := []struct {
		name, paths string
		want        []string
	}{
		{"default mappings", "userName,name.givenName,name.familyName,name.formatted,addresses.country,addresses.region,addresses.locality," + enterprise + "manager", nil},
		{"two of a custom one", idmelon + "badge.a," + idmelon + "badge.b," + idmelon + "BADGE.A", nil},
		{"three of a custom one", idmelon + "badge.a," + idmelon + "Badge.b," + idmelon + "badge.c," + idmelon + "badge.d", []string{"badge.c: "}},
		{"two each", "x.a,x.b,y.c,y.d", nil},
		{"entitlements", "userName," + `entitlements[type eq "a"].value`, []string{"entitlements is not supported"}},
	}
	for _, tt := range tests {
		var paths []scim.Path
		for text := range strings.SplitSeq(tt.paths, ",") {
			paths = append(paths, mustPath(t, text))
		}
		got := scim.UnsupportedTargets(paths)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, errors.Join(got...), tt.want)
			continue
		}
		for i, want := range tt.want {
			if !strings.Contains(got[i].Error(), want) {
				t.Errorf("%s: %v, want %q", tt.name, got[i], want)
			}
		}
	}
}
