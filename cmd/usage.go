package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usage writes how a command is called: like cobra's own text, with the flags
// wrapped to the width of the terminal.
func (d *Deps) usage(c *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s [command]\n", c.CommandPath())
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	for _, g := range c.Groups() {
		listCommands(&b, c, g.Title, func(sub *cobra.Command) bool { return sub.GroupID == g.ID && sub.IsAvailableCommand() })
	}
	listCommands(&b, c, "Commands", func(sub *cobra.Command) bool { return sub.GroupID == "" && sub.IsAvailableCommand() })
	listCommands(&b, c, "Further help", func(sub *cobra.Command) bool { return sub.IsAdditionalHelpTopicCommand() })
	if flags := c.LocalFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", flags.FlagUsagesWrapped(d.IO.Width()))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s [command] --help tells more about a command.\n", c.CommandPath())
	}
	_, err := fmt.Fprint(c.OutOrStdout(), b.String())
	return err
}

// listCommands writes the subcommands that belong under a title, if there are any.
func listCommands(b *strings.Builder, c *cobra.Command, title string, belongs func(*cobra.Command) bool) {
	first := true
	for _, sub := range c.Commands() {
		if !belongs(sub) {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n%s:\n", title)
			first = false
		}
		fmt.Fprintf(b, "  %-*s  %s\n", c.NamePadding(), sub.Name(), sub.Short)
	}
}
