package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/scimctl/scimctl/internal/iostreams"
)

// Main runs the command line and returns the exit code of the process.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, NewDeps(iostreams.System(os.Getenv)), args)
}

// Run runs the command line with the given dependencies.
func Run(ctx context.Context, d *Deps, args []string) int {
	root := rootFor(d, args)
	root.SetArgs(args)
	root.SetIn(d.IO.In)
	root.SetOut(d.IO.Out)
	root.SetErr(d.IO.Err)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(d.IO.Err, "interrupted")
		return exitInterrupted
	}
	return d.exitCode(err)
}

// exitCode says an error on the stream for eyes and returns its code.
func (d *Deps) exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if code := (*codeError)(nil); errors.As(err, &code) {
		if code.err != nil {
			d.say(code.err)
		}
		return code.code
	}
	d.say(err)
	return exitError
}
