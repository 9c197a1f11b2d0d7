package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
)

// watchPause is how often files are looked at. Asking for modification times is sure
// on every file system, those of containers and networks included.
const watchPause = 300 * time.Millisecond

// watchTests runs the tests, and again whenever a file changes that they read, until
// the context ends.
func watchTests(ctx context.Context, o *TestOptions, pause time.Duration) error {
	eyes := render.Err(o.deps.IO)
	for {
		files := newWatchedFiles(o.deps, o.source)
		once := *o
		once.deps = files.deps()
		if o.deps.IO.OutTerminal {
			render.Out(o.deps.IO).Clear()
		}
		if err := runTest(ctx, &once); ctx.Err() == nil {
			o.deps.exitCode(err) // says it; whether it is mended shows in the next run
		}
		eyes.Note("watching %s; Ctrl-C ends", count(files.present(), "file"))
		changed, err := files.wait(ctx, pause)
		if err != nil {
			return err
		}
		eyes.Note("%s changed", strings.Join(changed, ", "))
	}
}

// watchedFiles are the files that a run reads, as they were right before it did.
type watchedFiles struct {
	d        *Deps
	patterns map[string][]string // globs of profiles, with the names that they matched
	stamps   map[string]string
}

func newWatchedFiles(d *Deps, f sourceFlags) *watchedFiles {
	w := &watchedFiles{d: d, patterns: map[string][]string{}, stamps: map[string]string{}}
	for _, name := range f.Files {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			name = filepath.Join(name, profilePattern)
		}
		w.patterns[name] = matches(name)
	}
	return w
}

// deps returns the dependencies with a ReadFile that is watched.
func (w *watchedFiles) deps() *Deps {
	d := *w.d
	d.ReadFile = func(name string) ([]byte, error) {
		if _, known := w.stamps[name]; !known {
			w.stamps[name] = stamp(name)
		}
		return w.d.ReadFile(name)
	}
	return &d
}

// present counts the files that were there.
func (w *watchedFiles) present() int {
	n := 0
	for _, s := range w.stamps {
		if s != absent {
			n++
		}
	}
	return n
}

// wait returns the names of files that changed, came or went.
func (w *watchedFiles) wait(ctx context.Context, pause time.Duration) ([]string, error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if changed := w.changed(); len(changed) > 0 {
			return changed, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

func (w *watchedFiles) changed() []string {
	var names []string
	for name, old := range w.stamps {
		if stamp(name) != old {
			names = append(names, name)
		}
	}
	for pattern, old := range w.patterns {
		if now := matches(pattern); !slices.Equal(now, old) {
			names = append(names, pattern)
		}
	}
	slices.Sort(names)
	return names
}

// absent is the stamp of a file that is not there.
const absent = "missing"

// stamp is a text that changes when the file does. A file that is not there has one,
// too, for it may come.
func stamp(name string) string {
	info, err := os.Stat(name)
	switch {
	case missing(err):
		return absent
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
}

// matches returns the names that a glob stands for; a pattern that is none, for none.
func matches(pattern string) []string {
	names, err := filepath.Glob(pattern)
	if errors.Is(err, filepath.ErrBadPattern) {
		return nil
	}
	return names
}
