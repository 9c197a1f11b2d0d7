// Command scimctl configures and validates Microsoft Entra ID SCIM provisioning.
package main

import (
	"os"

	"github.com/scimctl/scimctl/cmd"
	_ "github.com/scimctl/scimctl/internal/version/early" // answers `scimctl version`
)

func main() { os.Exit(cmd.Main(os.Args[1:])) }
