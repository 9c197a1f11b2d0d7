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
func NewRoot(d *Deps) *cobra.Command { return newRoot(d, verbs) }

// rootFor returns the root command for a command line. Verbs are many and their
// flags more, so where the first argument names one, only that is made.
func rootFor(d *Deps, args []string) *cobra.Command {
	for i, v := range verbs {
		if len(args) > 0 && args[0] == v.name {
			return newRoot(d, verbs[i:i+1])
		}
	}
	return NewRoot(d)
}

// Groups of verbs in the help of the program.
const (
	onProfiles = "profile"
	onTenants  = "tenant"
	onOthers   = "other"
)

// verb is a command below the root, made when it is needed.
type verb struct {
	group, name string
	build       func(*Deps) *cobra.Command
}

// verbs are the commands of the program in the order of its help.
var verbs = []verb{
	{onProfiles, "profiles", func(d *Deps) *cobra.Command { return newCmdProfiles(d, nil) }},
	{onProfiles, "validate", func(d *Deps) *cobra.Command { return newCmdValidate(d, nil) }},
	{onProfiles, "test", func(d *Deps) *cobra.Command { return newCmdTest(d, nil) }},
	{onProfiles, "preview", func(d *Deps) *cobra.Command { return newCmdPreview(d, nil) }},
	{onProfiles, "simulate", func(d *Deps) *cobra.Command { return newCmdSimulate(d, nil) }},
	{onProfiles, "eval", func(d *Deps) *cobra.Command { return newCmdEval(d, nil) }},
	{onProfiles, "fmt", func(d *Deps) *cobra.Command { return newCmdFmt(d, nil) }},
	{onProfiles, "functions", func(d *Deps) *cobra.Command { return newCmdFunctions(d, nil) }},
	{onProfiles, "schema", func(d *Deps) *cobra.Command { return newCmdSchema(d, nil) }},
	{onTenants, "plan", func(d *Deps) *cobra.Command { return newCmdPlan(d, nil) }},
	{onTenants, "apply", func(d *Deps) *cobra.Command { return newCmdApply(d, nil) }},
	{onTenants, "destroy", func(d *Deps) *cobra.Command { return newCmdDestroy(d, nil) }},
	{onTenants, "import", func(d *Deps) *cobra.Command { return newCmdImport(d, nil) }},
	{onTenants, "provision", func(d *Deps) *cobra.Command { return newCmdProvision(d, nil) }},
	{onTenants, "verify", func(d *Deps) *cobra.Command { return newCmdVerify(d, nil) }},
	{onTenants, "start", func(d *Deps) *cobra.Command { return newCmdStart(d, nil) }},
	{onTenants, "stop", func(d *Deps) *cobra.Command { return newCmdStop(d, nil) }},
	{onTenants, "restart", func(d *Deps) *cobra.Command { return newCmdRestart(d, nil) }},
	{onTenants, "status", func(d *Deps) *cobra.Command { return newCmdStatus(d, nil) }},
	{onTenants, "watch", func(d *Deps) *cobra.Command { return newCmdWatch(d, nil) }},
	{onTenants, "logs", func(d *Deps) *cobra.Command { return newCmdLogs(d, nil) }},
	{onTenants, "doctor", func(d *Deps) *cobra.Command { return newCmdDoctor(d, nil) }},
	{onTenants, "rotate-token", func(d *Deps) *cobra.Command { return newCmdRotateToken(d, nil) }},
	{onOthers, "permissions", func(d *Deps) *cobra.Command { return newCmdPermissions(d, nil) }},
	{onOthers, "endpoint", func(d *Deps) *cobra.Command { return newCmdEndpoint(d) }},
	{onOthers, "emulator", func(d *Deps) *cobra.Command { return newCmdEmulator(d, nil) }},
	{onOthers, "version", func(d *Deps) *cobra.Command { return newCmdVersion(d, nil) }},
}

func newRoot(d *Deps, verbs []verb) *cobra.Command {
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
	root.SetUsageFunc(d.usage)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError(c, err)
	})
	root.AddGroup(
		&cobra.Group{ID: onProfiles, Title: "Work on a profile, offline"},
		&cobra.Group{ID: onTenants, Title: "Work on a tenant, or on the sandbox"},
		&cobra.Group{ID: onOthers, Title: "Others"},
	)
	for _, v := range verbs {
		c := v.build(d)
		c.GroupID = v.group
		root.AddCommand(c)
	}
	root.SetHelpCommandGroupID(onOthers)
	root.SetCompletionCommandGroupID(onOthers)
	root.AddCommand(helpExitCodes(), helpEnvironment())
	return root
}
