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

// addChoices adds a flag that takes several of some words, with their completion.
func addChoices(c *cobra.Command, values *[]string, name, usage string, choices ...string) {
	c.Flags().Var(&choiceList{values, choices}, name, usage+": "+strings.Join(choices, ", "))
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp))
}

// choiceList is the value of a flag that collects words of a fixed set.
type choiceList struct {
	values *[]string
	words  []string
}

// String returns the words that are chosen.
func (c *choiceList) String() string {
	if c.values == nil {
		return ""
	}
	return strings.Join(*c.values, ",")
}

// Type is what help calls the value.
func (c *choiceList) Type() string { return "words" }

// Set adds words that are separated by commas, in any letter case.
func (c *choiceList) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		i := slices.IndexFunc(c.words, func(w string) bool { return strings.EqualFold(w, strings.TrimSpace(word)) })
		if i < 0 {
			return fmt.Errorf("%q is none of %s", word, strings.Join(c.words, ", "))
		}
		*c.values = append(*c.values, c.words[i])
	}
	return nil
}
