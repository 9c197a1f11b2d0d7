package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/profiles"
)

// sourceFlags choose profiles, environments and the values of variables.
type sourceFlags struct {
	Files       []string
	All         bool
	Profile     string
	Environment string
	Vars        []string
	VarFiles    []string

	// Of a command that works on many at once; see addMany.
	Environments []string
	Known        []string // variables that any of the chosen profiles declares
}

// add adds the flags of a command that works on one environment.
func (f *sourceFlags) add(c *cobra.Command) {
	f.addAll(c)
	c.Flags().StringVarP(&f.Environment, "env", "e", "", "environment of the profile")
}

// addMany adds the flags of a command that works on several environments at once.
func (f *sourceFlags) addMany(c *cobra.Command) {
	f.addAll(c)
	c.Flags().StringArrayVarP(&f.Environments, "env", "e", nil, "environment of the profiles, several times for several, or all")
}

// addAll adds the flags that both have.
func (f *sourceFlags) addAll(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVarP(&f.Files, "file", "f", nil, "profile: a file, a glob, - for standard input, or the name of a built-in profile")
	flags.BoolVar(&f.All, "all", false, "take every profile of a folder given by -f")
	flags.StringVar(&f.Profile, "profile", "", "which profile of a file that holds several")
	flags.StringArrayVar(&f.Vars, "var", nil, "value of a variable, as name=value")
	flags.StringArrayVar(&f.VarFiles, "var-file", nil, "file of variables, one name=value a line")
	_ = c.RegisterFlagCompletionFunc("file", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return profiles.Names(), cobra.ShellCompDirectiveDefault
	})
}

// source is one profile file that was read, with the way to read files beside it.
type source struct {
	file     *profile.File
	readFile func(name string) ([]byte, error)
	folder   string // "" for built-in profiles and standard input
}

// selected is one profile of a source.
type selected struct {
	*profile.Profile
	source *source
}

// load reads the chosen profiles. Problems are said on the stream for eyes; with
// errors among them the error is silent and the exit code is that of bad input.
func (d *Deps) load(f sourceFlags) ([]selected, render.Sources, diag.List, error) {
	if len(f.Files) == 0 {
		return nil, nil, nil, fmt.Errorf("name a profile with -f: a file, or one of the built-in profiles %s", strings.Join(profiles.Names(), ", "))
	}
	var (
		chosen   []selected
		problems diag.List
		sources  = render.Sources{}
	)
	for _, name := range f.Files {
		inputs, err := d.read(name, f.All)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, in := range inputs {
			file, list := profile.Load(in.name, in.data)
			sources[in.name] = string(in.data)
			problems = append(problems, list...)
			if file == nil {
				continue
			}
			src := &source{file: file, readFile: in.readFile, folder: in.folder}
			if f.Profile != "" {
				p, list := file.Find(f.Profile)
				if len(inputs) == 1 && len(f.Files) == 1 {
					problems = append(problems, list...)
				}
				if p != nil {
					chosen = append(chosen, selected{p, src})
				}
				continue
			}
			for _, p := range file.Profiles {
				chosen = append(chosen, selected{p, src})
			}
		}
	}
	return chosen, sources, problems.Sort(), nil
}

// input is the text of one profile file.
type input struct {
	name     string
	data     []byte
	readFile func(name string) ([]byte, error)
	folder   string
}

// read finds what a -f names: standard input, a folder, a file, a glob, or a
// built-in profile, in this order.
func (d *Deps) read(name string, all bool) ([]input, error) {
	if name == "-" {
		data, err := io.ReadAll(io.LimitReader(d.IO.In, maxProfile+1))
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return []input{{name: "<stdin>", data: data, readFile: d.ReadFile}}, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		if !all {
			return nil, fmt.Errorf("%s is a folder: add --all to take every profile in it", name)
		}
		return d.readGlob(filepath.Join(name, profilePattern), name)
	}
	data, err := d.ReadFile(name)
	switch {
	case err == nil:
		return []input{d.inputOf(name, data)}, nil
	case !missing(err):
		return nil, fmt.Errorf("read profile: %w", err)
	case strings.ContainsAny(name, "*?["):
		return d.readGlob(name, name)
	}
	if data, ok := profiles.Read(strings.TrimSuffix(name, ".yaml")); ok && !strings.ContainsAny(name, `/\`) {
		return []input{{name: strings.TrimSuffix(name, ".yaml") + ".yaml", data: data, readFile: profiles.ReadFile}}, nil
	}
	return nil, fmt.Errorf("there is no file %s, and no built-in profile of that name%s; built in are %s",
		name, diag.DidYouMean(name, profiles.Names()), strings.Join(profiles.Names(), ", "))
}

// profilePattern matches the profiles of a folder.
const profilePattern = "*.y*ml"

// maxProfile is the size above which standard input is no profile.
const maxProfile = 1 << 20

func (d *Deps) inputOf(name string, data []byte) input {
	folder := filepath.Dir(name)
	return input{name: name, data: data, folder: folder, readFile: func(beside string) ([]byte, error) {
		if filepath.IsAbs(beside) {
			return d.ReadFile(beside)
		}
		return d.ReadFile(filepath.Join(folder, beside))
	}}
}

func (d *Deps) readGlob(pattern, shown string) ([]input, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("glob %s: %w", shown, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s names no profile", shown)
	}
	slices.Sort(names)
	inputs := make([]input, len(names))
	for i, name := range names {
		data, err := d.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read profile: %w", err)
		}
		inputs[i] = d.inputOf(name, data)
	}
	return inputs, nil
}

// one returns the single chosen profile.
func one(chosen []selected) (selected, error) {
	switch len(chosen) {
	case 1:
		return chosen[0], nil
	case 0:
		return selected{}, errors.New("the file holds no profile")
	}
	names := make([]string, len(chosen))
	for i, c := range chosen {
		names[i] = c.Name
	}
	return selected{}, fmt.Errorf("several profiles were given (%s): choose one with --profile", strings.Join(names, ", "))
}
