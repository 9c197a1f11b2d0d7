// Command scimctl configures and validates Microsoft Entra ID SCIM provisioning.
package main

import (
	"os"

	"github.com/scimctl/scimctl/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:])) }
