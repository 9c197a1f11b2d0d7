package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
)

// helpExitCodes is `scimctl help exit-codes`.
func helpExitCodes() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes of scimctl:

  0    done, or nothing to do
  1    an error, bad input, or provisioning that failed
  2    changes are pending (--exit-code), a check or test failed, or an object
       was skipped because it is out of scope or disabled
  3    refused until a person acts: the message says what to decide
  130  interrupted`,
	}
}

// helpEnvironment is `scimctl help environment`.
func helpEnvironment() *cobra.Command {
	return &cobra.Command{
		Use:   "environment",
		Short: "Environment variables that scimctl reads",
		Long: `Environment variables of scimctl:

  SCIMCTL_GRAPH_URL   Microsoft Graph, in place of https://graph.microsoft.com
  SCIMCTL_AUTHORITY   sign-in, in place of https://login.microsoftonline.com
  SCIMCTL_CA_FILE     PEM file of certificate authorities to trust besides the system's
  SCIMCTL_VAR_name    value of the profile's variable "name"
  NO_COLOR            no colours

Sign-in also reads the variables of Azure's own tools, such as AZURE_TENANT_ID,
AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_FEDERATED_TOKEN_FILE. The token of
an endpoint is read from where its profile says.`,
	}
}

// usageError adds how to get help to a mistake on the command line.
func usageError(c *cobra.Command, err error) error {
	return fmt.Errorf("%w\nSee: %s --help", err, c.CommandPath())
}
