package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// ErrForeign is returned for a folder that holds files but no state: it is left as
// it is, whatever it is.
var ErrForeign = errors.New("the folder is not the state of an emulator")

// Reset removes the state in a StateDir, so that the next New makes a fresh tenant
// there. It refuses a folder that another emulator has open or that holds something
// else, and removes nothing but its own files.
func Reset(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := openStore(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if ours(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(err, s.close())
}

// stateFiles are the files of a state folder but the lock and the journals'.
var stateFiles = []string{tenantFile, directoryFile, logFile, caFile, caKeyFile, tokenKeyFile}

// journalFile is the name of a journal's file: the whole, or the lines of a generation.
var journalFile = regexp.MustCompile(`^\.?(` + targetsJournal + `|` + jobJournal + `[0-9A-Za-z.-]+)(\.[0-9]+\.log|\.json)`)

// checkFolder refuses a folder in which somebody keeps something else.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	if len(entries) == 0 || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == lockFile }) {
		return nil
	}
	return fmt.Errorf("%w: %s holds %s and was left as it is; use an empty folder", ErrForeign, dir, entries[0].Name())
}

// ours reports whether a file is of the state: one of its files, or what an
// interrupted write left of one.
func ours(name string) bool {
	return journalFile.MatchString(name) || slices.ContainsFunc(stateFiles, func(f string) bool { return name == f || strings.HasPrefix(name, "."+f) })
}
