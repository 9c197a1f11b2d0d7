package cmd

import (
	"github.com/spf13/cobra"
)

const rootLong = `scimctl sets up and checks Microsoft Entra ID provisioning (SCIM) from YAML profiles.

One profile says everything: the enterprise application, where its SCIM server is,
which attributes are mapped how, who is assigned. The same profile is checked and
tested offline, planned against a tenant, applied, and tried for a single user.

Try it on this machine, without a tenant:

  scimctl apply -f idmelon --sandbox --yes
  scimctl provision -f idmelon --sandbox --user alice@contoso.com`

// NewRoot returns the root command with every verb below it.
func NewRoot(d *Deps) *cobra.Command {
	root := &cobra.Command{
		Use:           "scimctl",
		Short:         "Microsoft Entra ID provisioning (SCIM) from YAML profiles",
		Long:          rootLong,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError(c, err)
	})
	root.AddGroup(
		&cobra.Group{ID: "profile", Title: "Work on a profile, offline"},
		&cobra.Group{ID: "tenant", Title: "Work on a tenant, or on the sandbox"},
		&cobra.Group{ID: "other", Title: "Others"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("profile", newCmdProfiles(d, nil), newCmdValidate(d, nil), newCmdTest(d, nil),
		newCmdEval(d, nil), newCmdFmt(d, nil), newCmdFunctions(d, nil), newCmdSchema(d, nil))
	add("tenant", newCmdPlan(d, nil), newCmdApply(d, nil), newCmdProvision(d, nil))
	add("other", newCmdEmulator(d, nil), newCmdVersion(d, nil))
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.AddCommand(helpExitCodes(), helpEnvironment())
	return root
}
