package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2/maybe"
)

// snapshot is everything that outlives a process.
type snapshot struct {
	state  *state
	people bool      // users and groups may have changed
	before *beforeV2 // what a file of version 1 had in other places; nil for none
}

// store keeps the tenant: in a folder, or in memory with a private folder for
// the files that clients must read.
type store interface {
	load() (*snapshot, error) // nil for a new tenant
	save(*snapshot) error
	readFile(name string) ([]byte, error)       // nil for a file that is not there
	writeFile(name string, data []byte) error   // nothing when it is as it was
	replaceFile(name string, data []byte) error // whatever it was
	appendTo(name string) (io.WriteCloser, error)
	remove(name string) error // no error for a file that is not there
	names() ([]string, error)
	path(name string) (string, error)
	close() error
}

// version is that of the files' format. Files of version 1, in which the jobs' links
// and the provisioning log were part of the tenant's file, are read and written anew.
const version = 2

// Files of the state. Users and groups have their own, since they are many and
// seldom change. Jobs and targets change with every object of a cycle and have
// journals; the provisioning log grows by lines.
const (
	tenantFile     = "tenant.json"
	directoryFile  = "directory.json"
	tokenKeyFile   = "token-key.pem"
	logFile        = "provisioning.log"
	targetsJournal = "targets"
	jobJournal     = "job-" // with the job's own part of its id
	targetsFile    = targetsJournal + ".json"
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

func (f *folder) replaceFile(name string, data []byte) error {
	f.mu.Lock()
	closed := f.closed
	f.mu.Unlock()
	if closed {
		return errClosed
	}
	if err := maybe.WriteFile(filepath.Join(f.dir, name), data, 0o600); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}

func (f *folder) appendTo(name string) (io.WriteCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errClosed
	}
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	return file, nil
}

func (f *folder) remove(name string) error {
	if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}

func (f *folder) names() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
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

// readEnvelope unpacks a file; found is false for a file that is not there.
func readEnvelope(s store, name string) (content json.RawMessage, fileVersion int, found bool, err error) {
	data, err := s.readFile(name)
	if data == nil || err != nil {
		return nil, 0, false, err
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, 0, false, corrupt(name, err)
	}
	if e.Version < 1 || e.Version > version {
		return nil, 0, false, corrupt(name, fmt.Errorf("it has version %d, this program knows versions 1 to %d", e.Version, version))
	}
	return e.Content, e.Version, true, nil
}

func (f *folder) load() (*snapshot, error) {
	s := &state{}
	apps := applicationPart{state: s, Applications: newCollection(), ServicePrincipals: newCollection(), Deleted: newCollection()}
	people := directoryPart{Users: newCollection(), Groups: newCollection()}
	content, fileVersion, found, err := readEnvelope(f, tenantFile)
	if err != nil {
		return nil, err
	}
	peopleContent, _, also, err := readEnvelope(f, directoryFile)
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
	if err := json.Unmarshal(content, &apps); err != nil {
		return nil, corrupt(tenantFile, err)
	}
	if err := json.Unmarshal(peopleContent, &people); err != nil {
		return nil, corrupt(directoryFile, err)
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
	out := &snapshot{state: s}
	if fileVersion == 1 {
		if out.before, err = readV1(content); err != nil {
			return nil, corrupt(tenantFile, err)
		}
	}
	return out, f.private()
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

func (m *memory) load() (*snapshot, error)         { return nil, nil }
func (m *memory) save(*snapshot) error             { return nil }
func (m *memory) readFile(string) ([]byte, error)  { return nil, nil }
func (m *memory) replaceFile(string, []byte) error { return nil }
func (m *memory) remove(string) error              { return nil }
func (m *memory) names() ([]string, error)         { return nil, nil }

func (m *memory) appendTo(string) (io.WriteCloser, error) { return nowhere{io.Discard}, nil }

// nowhere is a file that keeps nothing.
type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

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
