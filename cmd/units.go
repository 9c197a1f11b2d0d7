package cmd

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profile"
)

// allEnvironments is the word with which --env takes every environment.
const allEnvironments = "all"

// unit is one profile in one environment: what a plan is made of.
type unit struct {
	planned
	name        string // of the profile; "" where the file could not be read
	environment string
	file        string
	broken      bool   // the file has errors, which were said
	tenant      string // to sign in to, lower case; "" as flags and environment say
}

// label names the unit for people.
func (u unit) label() string {
	if u.name == "" {
		return u.file
	}
	return label(u.name, u.environment)
}

// many reports whether the command line asks for more than one profile in one
// environment, whatever it finds.
func (f *sourceFlags) many() bool {
	return f.All || len(f.Files) > 1 || len(f.Environments) > 1 || slices.Contains(f.Environments, allEnvironments) ||
		slices.ContainsFunc(f.Files, isGlob)
}

// isGlob reports whether a -f is a pattern of file names.
func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

// environmentsOf are the environments of a profile to work on: those that were
// chosen, or the nameless one.
func (f *sourceFlags) environmentsOf(p *profile.Profile) []string {
	switch {
	case slices.Contains(f.Environments, allEnvironments):
		return environments(p, "")
	case len(f.Environments) > 0:
		return slices.Compact(slices.Sorted(slices.Values(f.Environments)))
	default:
		return []string{f.Environment}
	}
}

// offlineEnvironmentsOf are the same for checks without a tenant, which take all
// environments unless some are chosen.
func (f *sourceFlags) offlineEnvironmentsOf(p *profile.Profile) []string {
	if len(f.Environments) == 0 {
		return environments(p, f.Environment)
	}
	return f.environmentsOf(p)
}

// in returns the flags for one environment.
func (f sourceFlags) in(environment string) sourceFlags {
	f.Environment, f.Environments = environment, nil
	return f
}

// units loads what the flags choose. Where one profile is asked for, an error in it
// ends the command; among many, its file is broken and the others go on.
func (d *Deps) units(f *sourceFlags) ([]unit, bool, error) {
	chosen, sources, problems, err := d.load(*f)
	if err != nil {
		return nil, false, err
	}
	many := f.many() || len(chosen) > 1
	if many {
		for _, c := range chosen {
			for _, v := range c.Variables {
				f.Known = append(f.Known, v.Name)
			}
		}
	}
	broken := filesOf(errorsOf(problems))
	if len(broken) > 0 {
		render.Err(d.IO).Diagnostics(problems, sources)
		if !many {
			return nil, false, exit(exitError)
		}
	}
	var out []unit
	for _, c := range chosen {
		file := c.Where.Filename
		for _, env := range f.environmentsOf(c.Profile) {
			out = append(out, unit{planned: planned{c, sources}, name: c.Name, environment: env, file: file, broken: slices.Contains(broken, file)})
		}
	}
	for _, file := range broken {
		if !slices.ContainsFunc(out, func(u unit) bool { return u.file == file }) {
			out = append(out, unit{file: file, broken: true})
		}
	}
	if len(out) == 0 {
		return nil, false, fmt.Errorf("the file holds no profile")
	}
	return out, many, twice(out)
}

// filesOf returns the files that problems are in, sorted.
func filesOf(list diag.List) []string {
	var files []string
	for _, p := range list {
		files = append(files, p.Subject.Filename)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// twice refuses two profiles of one name in one environment: they would take the
// application from each other.
func twice(units []unit) error {
	first := map[string]unit{}
	for _, u := range units {
		if u.name == "" {
			continue
		}
		if other, ok := first[u.label()]; ok {
			if other.Where == u.Where {
				return fmt.Errorf("%s was given twice: name each file once with -f", filepath.ToSlash(u.file))
			}
			return fmt.Errorf("two profiles are called %s (%s and %s), and one would undo what the other does: give one of them another name", u.label(), other.Where, u.Where)
		}
		first[u.label()] = u
	}
	return nil
}
