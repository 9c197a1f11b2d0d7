package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrForeign is returned for a folder that holds files but no state: it is left as
// it is, whatever it is.
var ErrForeign = errors.New("the folder is not the state of an emulator")

// Reset removes the state in a StateDir, so that the next New makes a fresh tenant
// there. It refuses a folder that another emulator has open or that holds something
// else, and removes nothing but its own files.
func Reset(dir string) error {
	if err := checkFolder(dir); err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := openStore(dir)
	if err != nil {
		return err
	}
	for _, name := range stateFiles {
		if removeErr := os.Remove(filepath.Join(dir, name)); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}
	return errors.Join(err, s.close())
}

// stateFiles are all files of a state folder but the lock.
var stateFiles = []string{tenantFile, directoryFile, targetsFile, caFile, caKeyFile}

// checkFolder refuses a folder in which somebody keeps something else.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() == lockFile || e.Name() == tenantFile {
			return nil
		}
	}
	if len(entries) > 0 {
		return fmt.Errorf("%w: %s; it was left as it is", ErrForeign, dir)
	}
	return nil
}
