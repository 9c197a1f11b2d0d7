package cmd

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/profile"
)

// varPrefix begins the environment variables that set profile variables.
const varPrefix = "SCIMCTL_VAR_"

// values collects the values of variables: environment first, then files, then
// flags, later ones winning. Environment variables that the profile does not
// declare are somebody else's and left out; unknown names elsewhere are not.
func (d *Deps) values(p *profile.Profile, f sourceFlags) (map[string]string, error) {
	values := map[string]string{}
	for _, v := range p.Variables {
		if text, ok := d.Getenv(varPrefix + v.Name); ok {
			values[v.Name] = text
		}
	}
	for _, name := range f.VarFiles {
		data, err := d.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read variables: %w", err)
		}
		if err := readValues(name, data, values); err != nil {
			return nil, err
		}
	}
	for _, text := range f.Vars {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %q: write it as name=value", text)
		}
		values[name] = value
	}
	// Among many, a variable may be meant for another profile.
	maps.DeleteFunc(values, func(name, _ string) bool {
		return slices.Contains(f.Known, name) && !slices.ContainsFunc(p.Variables, func(v profile.Variable) bool { return v.Name == name })
	})
	return values, nil
}

// readValues reads name=value lines; empty lines and lines that begin with # are
// left out, and quotes round a value are taken off.
func readValues(file string, data []byte, values map[string]string) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" {
			return fmt.Errorf("%s:%d: write variables as name=value", file, n)
		}
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		values[name] = value
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read variables of %s: %w", file, err)
	}
	return nil
}

// environments returns the environments to work on when none was chosen: all of
// them for offline checks, or the nameless one of a profile without environments.
func environments(p *profile.Profile, chosen string) []string {
	if chosen != "" || len(p.Environments) == 0 {
		return []string{chosen}
	}
	return p.Environments
}
