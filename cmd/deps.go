package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Deps is what commands ask of the world. Tests replace the members they need.
type Deps struct {
	IO       *iostreams.IOStreams
	Getenv   func(string) (string, bool)
	Environ  func() []string
	ReadFile func(string) ([]byte, error)
	CacheDir func() (string, error) // of the user, where the sandbox keeps its state
	Now      func() time.Time

	// Sleep waits, or until the context ends, whose cause it returns.
	Sleep func(ctx context.Context, d time.Duration) error
}

// NewDeps returns the real world with the given streams.
func NewDeps(s *iostreams.IOStreams) *Deps {
	return &Deps{
		IO: s, Getenv: os.LookupEnv, Environ: os.Environ, ReadFile: os.ReadFile,
		CacheDir: os.UserCacheDir, Now: time.Now, Sleep: sleep,
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// env returns an environment variable, "" when it is not set.
func (d *Deps) env(name string) string {
	v, _ := d.Getenv(name)
	return v
}

// secrets returns a resolver of secret references.
func (d *Deps) secrets() *secret.Resolver {
	return &secret.Resolver{Getenv: d.Getenv, ReadFile: d.ReadFile, Stdin: d.readLine}
}

// readLine reads the first line of standard input.
func (d *Deps) readLine() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(d.IO.In, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// confirm asks a question on the terminal. Without a terminal it refuses and names
// the flag that answers it.
func (d *Deps) confirm(question, flag string) error {
	if !d.IO.InTerminal || !d.IO.ErrTerminal {
		return refuse("there is no terminal to ask %q: add %s to go on without asking", question, flag)
	}
	fmt.Fprintf(d.IO.Err, "%s [y/N] ", question)
	answer, err := d.readLine()
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return refuse("nothing was changed")
}

// missing reports whether an error says that a file does not exist.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
