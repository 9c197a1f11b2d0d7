package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// addFormat adds -o with the formats that the command has; the first is the default.
func addFormat(c *cobra.Command, format *string, formats ...string) {
	c.Flags().VarP(newChoice(format, formats[0], formats...), "output", "o", "format of the result")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// choice is a flag with a fixed set of values.
type choice struct {
	value   *string
	choices []string
}

// newChoice returns a flag over value, which starts as the given default.
func newChoice(value *string, start string, choices ...string) *choice {
	*value = start
	return &choice{value: value, choices: choices}
}

func (c *choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

func (c *choice) Type() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(c.choices), func(s string) bool { return s == "" }), "|")
}

func (c *choice) Set(s string) error {
	if !slices.Contains(c.choices, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(c.choices, ", "))
	}
	*c.value = s
	return nil
}
