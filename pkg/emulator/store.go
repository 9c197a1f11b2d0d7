package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2/maybe"

	"github.com/scimctl/scimctl/pkg/scim/server"
)

// snapshot is everything that outlives a process.
type snapshot struct {
	state   *state
	targets map[string]*server.State // by name; nil when they have not changed
	people  bool                     // users and groups may have changed
}

// store keeps the tenant: in a folder, or in memory with a private folder for
// the files that clients must read.
type store interface {
	load() (*snapshot, error) // nil for a new tenant
	save(*snapshot) error
	readFile(name string) ([]byte, error) // nil for a file that is not there
	writeFile(name string, data []byte) error
	path(name string) (string, error)
	close() error
}

// version is that of the files' format.
const version = 1

// Files of the state. Users and groups have their own, since they are many and
// seldom change.
const (
	tenantFile    = "tenant.json"
	directoryFile = "directory.json"
	targetsFile   = "targets.json"
	tokenKeyFile  = "token-key.pem"
)

// lockFile is made first and never removed: a folder is a state folder if and only
// if it is there.
const lockFile = "scimctl-emulator.lock"

// ErrInUse is returned by New when another emulator has the StateDir open.
var ErrInUse = errors.New("the state folder is in use by another emulator")

// ErrCorrupt is returned by New for a state that cannot be read. Nothing is
// overwritten then.
var ErrCorrupt = errors.New("the state folder cannot be read")

// corrupt says which file cannot be read, and where when the JSON tells.
func corrupt(name string, err error) error {
	at := ""
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = fmt.Sprintf(" at byte %d", syntax.Offset)
	}
	return fmt.Errorf("%w: %s%s: %w", ErrCorrupt, name, at, err)
}

// errClosed is for requests that outlive their emulator: another one may have the
// folder by now.
var errClosed = errors.New("the emulator is closed")

func openStore(dir string) (store, error) {
	if dir == "" {
		return &memory{}, nil
	}
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return &folder{dir: dir, lock: lock, written: map[string][]byte{}}, nil
}

// folder is a store on disk. Files are replaced atomically and only when their
// content changed.
type folder struct {
	dir  string
	lock *flock.Flock

	mu      sync.Mutex
	written map[string][]byte
	closed  bool
}

func (f *folder) path(name string) (string, error) { return filepath.Abs(filepath.Join(f.dir, name)) }

func (f *folder) readFile(name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(f.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	return data, nil
}

func (f *folder) writeFile(name string, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errClosed
	}
	if before, ok := f.written[name]; ok && bytes.Equal(before, data) {
		return nil
	}
	if err := maybe.WriteFile(filepath.Join(f.dir, name), data, 0o600); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	f.written[name] = data
	return nil
}

func (f *folder) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return f.lock.Unlock()
}

// directoryPart is the content of the directory file.
type directoryPart struct {
	Users  *collection `json:"users"`
	Groups *collection `json:"groups"`
}

// applicationPart is what the tenant file has beside the tenant itself.
type applicationPart struct {
	*state
	Applications      *collection `json:"applications"`
	ServicePrincipals *collection `json:"servicePrincipals"`
	Deleted           *collection `json:"deleted"`
}

// envelope is the form of every file.
type envelope struct {
	Version int             `json:"version"`
	Content json.RawMessage `json:"content"`
}

// read unpacks a file into v; found is false for a file that is not there.
func (f *folder) read(name string, v any) (found bool, err error) {
	data, err := f.readFile(name)
	if data == nil || err != nil {
		return false, err
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return false, corrupt(name, err)
	}
	if e.Version != version {
		return false, corrupt(name, fmt.Errorf("it has version %d, this program knows version %d", e.Version, version))
	}
	if err := json.Unmarshal(e.Content, v); err != nil {
		return false, corrupt(name, err)
	}
	f.written[name] = data
	return true, nil
}

func (f *folder) load() (*snapshot, error) {
	s := &state{}
	apps := applicationPart{state: s, Applications: newCollection(), ServicePrincipals: newCollection(), Deleted: newCollection()}
	people := directoryPart{Users: newCollection(), Groups: newCollection()}
	found, err := f.read(tenantFile, &apps)
	if err != nil {
		return nil, err
	}
	also, err := f.read(directoryFile, &people)
	if err != nil {
		return nil, err
	}
	if found != also {
		missing := map[bool]string{true: directoryFile, false: tenantFile}[found]
		return nil, corrupt(missing, errors.New("it is missing"))
	}
	if !found {
		return nil, f.private()
	}
	if len(s.Seed) == 0 || s.TenantID == "" || len(s.Domains) == 0 {
		return nil, corrupt(tenantFile, errors.New("it holds no tenant"))
	}
	s.Users, s.Groups = people.Users, people.Groups
	s.Applications, s.ServicePrincipals, s.Deleted = apps.Applications, apps.ServicePrincipals, apps.Deleted
	if s.Sync == nil {
		s.Sync = map[string]*synchronization{}
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	targets := map[string]*server.State{}
	if _, err := f.read(targetsFile, &targets); err != nil {
		return nil, err
	}
	for name, t := range targets {
		if t == nil {
			return nil, corrupt(targetsFile, fmt.Errorf("target %q is empty", name))
		}
	}
	return &snapshot{state: s, targets: targets}, f.private()
}

// private shuts the folder to others, who could read the secrets. It comes last, so
// that the mode of a folder that holds something else stays what it was.
func (f *folder) private() error {
	if err := os.Chmod(f.dir, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}

func (f *folder) save(s *snapshot) error {
	parts := map[string]any{tenantFile: applicationPart{s.state, s.state.Applications, s.state.ServicePrincipals, s.state.Deleted}}
	if s.people {
		parts[directoryFile] = directoryPart{s.state.Users, s.state.Groups}
	}
	if s.targets != nil {
		parts[targetsFile] = s.targets
	}
	for name, content := range parts {
		raw, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		data, err := json.Marshal(envelope{version, raw})
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := f.writeFile(name, data); err != nil {
			return err
		}
	}
	return nil
}

// memory is a store that forgets. Only the CA certificate is written, to a
// private folder that close removes.
type memory struct{ dir string }

func (m *memory) load() (*snapshot, error)        { return nil, nil }
func (m *memory) save(*snapshot) error            { return nil }
func (m *memory) readFile(string) ([]byte, error) { return nil, nil }

func (m *memory) writeFile(name string, data []byte) error {
	if name != caFile {
		return nil
	}
	dir, err := os.MkdirTemp("", "scimctl-emulator-")
	if err != nil {
		return err
	}
	m.dir = dir
	return os.WriteFile(filepath.Join(dir, name), data, 0o600)
}

func (m *memory) path(name string) (string, error) { return filepath.Join(m.dir, name), nil }

func (m *memory) close() error {
	if m.dir == "" {
		return nil
	}
	dir := m.dir
	m.dir = ""
	return os.RemoveAll(dir)
}
