package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/profile"
)

// FmtOptions are the dependencies and flags of `scimctl fmt`.
type FmtOptions struct {
	deps       *Deps
	Files      []string
	Expression string
	Check      bool
}

func newCmdFmt(d *Deps, run func(context.Context, *FmtOptions) error) *cobra.Command {
	o := &FmtOptions{deps: d}
	c := &cobra.Command{
		Use:   "fmt [FILE…]",
		Short: "Lay profiles and expressions out in canonical form",
		Long: `Rewrite profiles in canonical layout and print the names of those that changed.
Expressions get one blank after each comma and round each comparison and none
elsewhere, within the quotes or the block that they are written in; an expression
over several lines keeps its line breaks. Lines end in a line feed and in no blank,
files in one line feed. Comments, order, empty lines and quotes stay as they are.

A file is replaced as a whole, and only where something changes. With errors in it
it is left alone. The name - filters standard input to standard output.`,
		Example: `  scimctl fmt profiles/*.yaml
  scimctl fmt --check idmelon.yaml
  scimctl fmt --expr 'Join(" ",[givenName],[surname])'`,
		RunE: func(c *cobra.Command, args []string) error {
			o.Files = args
			given := c.Flags().Changed("expr")
			if given == (len(args) > 0) {
				return usageError(c, errors.New("name files, or give one expression with --expr"))
			}
			if run != nil {
				return run(c.Context(), o)
			}
			if given {
				return o.expression()
			}
			return o.files(c.Context())
		},
	}
	c.Flags().StringVar(&o.Expression, "expr", "", "an expression, whose canonical form is printed")
	c.Flags().BoolVar(&o.Check, "check", false, "change nothing; print what would change, and exit with 2 if anything would")
	return c
}

// expression prints the canonical form of one expression.
func (o *FmtOptions) expression() error {
	e, problems := expr.Parse(o.Expression)
	if problems.HasErrors() {
		render.Err(o.deps.IO).Diagnostics(inText(o.Expression, problems), render.Sources{expressionName: o.Expression})
		return exit(exitError)
	}
	canonical := e.String()
	if o.Check && canonical == o.Expression {
		return nil
	}
	if _, err := fmt.Fprintln(o.deps.IO.Out, canonical); err != nil {
		return err
	}
	if o.Check {
		return exit(exitPending)
	}
	return nil
}

// files lays every file out. One that cannot be does not keep the others from it.
func (o *FmtOptions) files(ctx context.Context) error {
	code := exitOK
	for _, name := range o.Files {
		changed, err := o.file(name)
		switch ended := (*codeError)(nil); {
		case errors.As(err, &ended):
			code = exitError
		case err != nil:
			o.deps.say(err)
			code = exitError
		case changed && o.Check && code == exitOK:
			code = exitPending
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if code != exitOK {
		return exit(code)
	}
	return nil
}

// file lays one file out, and reports whether that changes it.
func (o *FmtOptions) file(name string) (changed bool, err error) {
	shown := name
	if name == "-" {
		shown = "<stdin>"
	}
	source, err := o.deps.readInput(name)
	if err != nil {
		return false, fmt.Errorf("read profile: %w", err)
	}
	out, problems := profile.Format(shown, source)
	if problems.HasErrors() {
		render.Err(o.deps.IO).Diagnostics(errorsOf(problems), render.Sources{shown: string(source)})
		return false, exit(exitError)
	}
	changed = !bytes.Equal(source, out)
	switch {
	case name == "-" && !o.Check:
		_, err := o.deps.IO.Out.Write(out)
		return changed, err
	case !changed:
		return false, nil
	case !o.Check:
		if err := replaceFile(name, out); err != nil {
			return false, fmt.Errorf("write profile: %w", err)
		}
	}
	_, err = fmt.Fprintln(o.deps.IO.Out, shown)
	return true, err
}

// replaceFile writes a file that exists anew, whole or not at all. Its permissions
// stay, and a link to it stays a link.
func replaceFile(name string, data []byte) error {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, data, info.Mode().Perm(), renameio.WithExistingPermissions())
}
