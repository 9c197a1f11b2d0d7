// Package early answers `scimctl version`, and that alone, before the libraries of
// the other verbs are initialised.
//
// Those libraries fill tables of some hundred kilobytes before main begins, which is
// most of what a run that only prints a line would cost; scripts, editors and
// package managers ask for the version all the time. Go initialises packages in the
// order of their import paths as soon as what they import is initialised (Go
// specification, Program initialization), so a package that imports little comes
// before those that need net/http. Only the main package imports this one. Every
// other way to ask, such as `scimctl version -o json`, is the command's.
package early

import (
	"os"

	"github.com/scimctl/scimctl/internal/version"
)

func init() {
	if len(os.Args) != 2 || os.Args[1] != "version" {
		return
	}
	if _, err := os.Stdout.WriteString(version.Line()); err != nil {
		os.Stderr.WriteString("scimctl: print the version: " + err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(0)
}
