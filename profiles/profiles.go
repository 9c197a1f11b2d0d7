// Package profiles holds the built-in profiles.
package profiles

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed *.yaml testdata
var files embed.FS

// Names returns the names of the built-in profiles, sorted.
func Names() []string {
	matches, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	names := make([]string, len(matches))
	for i, m := range matches {
		names[i] = strings.TrimSuffix(m, ".yaml")
	}
	slices.Sort(names) // "idmelon.yaml" comes after "idmelon-extended.yaml", "idmelon" before
	return names
}

// Read returns the YAML of a built-in profile, or false.
func Read(name string) ([]byte, bool) {
	if strings.ContainsAny(name, "/\\") {
		return nil, false
	}
	data, err := files.ReadFile(name + ".yaml")
	return data, err == nil
}

// ReadFile reads a file that a built-in profile names, such as the expected
// request of a test, by its path relative to the profile.
func ReadFile(name string) ([]byte, error) { return files.ReadFile(path.Clean(name)) }
