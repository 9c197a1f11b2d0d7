package cmd

import (
	"fmt"

	"github.com/scimctl/scimctl/internal/render"
)

// Exit codes of the program.
const (
	exitOK          = 0   // done, or nothing to do
	exitError       = 1   // error, bad input, failed provisioning
	exitPending     = 2   // changes pending, a check failed, an object skipped
	exitRefused     = 3   // refused until a person acts
	exitInterrupted = 130 // Ctrl-C
)

// codeError ends the program with a code. A nil err has been said already, and so has
// one that is marked.
type codeError struct {
	code int
	err  error
	said bool
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// exit ends the program with a code after everything has been said.
func exit(code int) error { return &codeError{code: code} }

// refuse ends the program with exitRefused and a reason.
func refuse(format string, args ...any) error {
	return &codeError{code: exitRefused, err: fmt.Errorf(format, args...)}
}

// say writes an error as one paragraph for eyes.
func (d *Deps) say(err error) { render.Err(d.IO).Error(err) }
