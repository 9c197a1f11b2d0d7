package emulator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestForeignFolder: a folder of somebody else's is refused and stays as it was,
// its mode included.
func TestForeignFolder(t *testing.T) {
	for name, files := range map[string][]string{
		"a project":                {"main.go"},
		"a lock of another kind":   {"lock", "status"},
		"a tenant of another kind": {tenantFile},
		"half ours":                {caFile, "README"},
		"an editor's backup file":  {tenantFile + "~"},
	} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f), []byte("theirs"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		_, err := New(Options{StateDir: dir})
		for what, err := range map[string]error{"New": err, "Reset": Reset(dir)} {
			if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: the mode is now %v %v", name, info.Mode(), err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != len(files) {
			t.Errorf("%s: the folder holds %v %v", name, entries, err)
		}
		for _, f := range files {
			if read(t, filepath.Join(dir, f)) != "theirs" {
				t.Errorf("%s: %s changed", name, f)
			}
		}
	}
}

// TestEmptyFolderBecomesPrivate: one that the user made beforehand.
func TestEmptyFolderBecomesPrivate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestReset(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := Reset(dir); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
	u := open(t, dir)
	if err := Reset(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("a folder in use: %v", err)
	}
	u.newApp("x")
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"notes.txt": "mine", tenantFile: "corrupt", "." + targetsFile + "123": "of a write that was interrupted"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Reset(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[0].Name() != "notes.txt" || entries[1].Name() != lockFile {
		t.Errorf("left: %v %v", entries, err)
	}
	open(t, dir)
}

// TestOneEmulatorPerFolder: of many that start at once on a new folder, one gets it.
func TestOneEmulatorPerFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var wg sync.WaitGroup
	var won atomic.Pointer[Emulator]
	var opened atomic.Int64
	for range 8 {
		wg.Go(func() {
			e, err := New(Options{StateDir: dir})
			switch {
			case err == nil:
				opened.Add(1)
				won.Store(e)
			case !errors.Is(err, ErrInUse):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 1 {
		t.Fatalf("%d emulators have the folder open", opened.Load())
	}
	if err := won.Load().Close(); err != nil {
		t.Error(err)
	}
}

// TestClosedEmulatorWritesNothing: by then another one may have the folder.
func TestClosedEmulatorWritesNothing(t *testing.T) {
	dir := t.TempDir()
	late := open(t, dir)
	if err := late.e.Close(); err != nil {
		t.Fatal(err)
	}
	u := open(t, dir)
	u.instantiate("kept")
	before := read(t, filepath.Join(dir, tenantFile))
	late.post("/applications", map[string]any{"displayName": "late"}).wantError(500, "InternalServerError", "closed")
	if read(t, filepath.Join(dir, tenantFile)) != before {
		t.Error("a closed emulator wrote to the folder")
	}
}
