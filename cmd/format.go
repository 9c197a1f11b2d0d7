package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// addFormat adds -o with the formats that the command has; the first is the default.
func addFormat(c *cobra.Command, format *string, formats ...string) {
	addChoice(c, format, "output", "o", "format of the result", formats[0], formats...)
}

// addChoice adds a flag that takes one of some words, with their completion.
func addChoice(c *cobra.Command, value *string, name, shorthand, usage, start string, choices ...string) {
	*value = start
	c.Flags().VarP(&choice{value, choices}, name, shorthand, usage+": "+strings.Join(choices, ", "))
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp))
}

// choice is the value of a flag with a fixed set of words.
type choice struct {
	value *string
	words []string
}

// String returns the word that is chosen.
func (c *choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

// Type is what help calls the value.
func (c *choice) Type() string { return "word" }

// Set chooses a word.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(c.words, ", "))
	}
	*c.value = s
	return nil
}
