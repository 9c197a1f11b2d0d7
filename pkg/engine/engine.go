package engine

import (
	"crypto/rand"
	"errors"
	"io"
	"sync"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// Config is one provisioning job.
type Config struct {
	Users, Groups           *mapping.Program // nil: not provisioned
	SyncAll                 bool             // scope: all users and groups, else assigned ones only
	SkipOutOfScopeDeletions bool
	Dialect                 scim.Dialect
	Client                  *client.Client
	Links                   Links
	Env                     mapping.Env // Now must be set; Random nil means crypto/rand
	SourceSystem            string      // for step texts; "" means "Microsoft Entra ID"
	TargetSystem            string      // "" means "customappsso", as every SCIM job calls it (graph_contract §8)

	// Observe is told of each object as expressions see it, with the attributes that
	// the service adds, right before they are evaluated; nil tells nobody.
	Observe func(*mapping.Program, mapping.Object)
}

// Engine provisions single objects. It is safe for concurrent use for different
// objects, as far as the Links are.
type Engine struct {
	config        Config
	users, groups *kind
	machines      sync.Pool // of *mapping.Machine
}

// New checks the configuration.
func New(c Config) (*Engine, error) {
	switch {
	case c.Client == nil:
		return nil, errors.New("engine: no client for the SCIM server")
	case c.Links == nil:
		return nil, errors.New("engine: no links: NewMemory returns some that live as long as the process")
	case c.Env.Now == nil:
		return nil, errors.New("engine: no clock in Env.Now")
	case c.Users == nil && c.Groups == nil:
		return nil, errors.New("engine: neither users nor groups are mapped")
	}
	if c.Env.Random == nil {
		c.Env.Random = rand.Reader
	}
	c.Env.Random = &sharedReader{r: c.Env.Random}
	if c.Dialect == "" {
		c.Dialect = scim.Entra
	}
	if c.SourceSystem == "" {
		c.SourceSystem = "Microsoft Entra ID"
	}
	if c.TargetSystem == "" {
		c.TargetSystem = "customappsso"
	}
	e := &Engine{config: c}
	e.machines.New = func() any { return mapping.NewMachine(c.Env) }
	var err error
	if e.users, err = newKind(c.Users, "Users"); err != nil {
		return nil, err
	}
	if e.groups, err = newKind(c.Groups, "Groups"); err != nil {
		return nil, err
	}
	return e, nil
}

// kind returns what is known of a type of object, nil when it is not provisioned.
func (e *Engine) kind(typ string) *kind {
	switch typ {
	case mapping.User:
		return e.users
	case mapping.Group:
		return e.groups
	}
	return nil
}

// sharedReader lets goroutines share a source of randomness.
type sharedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *sharedReader) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}
