// Package cmd is the command line of scimctl: one verb a file, each an options
// struct, a constructor that binds flags to it, and a function that does the work
// and knows nothing of flags.
package cmd
