package cmd

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/secret"
)

// sandboxFlags choose the emulated tenant in place of a real one.
type sandboxFlags struct {
	On          bool
	Dir         string
	Reset       bool
	AllowEgress bool
	Routes      map[string]string

	cycles bool // the command waits for cycles, so that started jobs run them meanwhile
}

// sandboxInterval is the time between cycles while a command waits for one: nobody
// wants to wait 40 minutes on a machine of his own.
const sandboxInterval = time.Minute

func (f *sandboxFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.On, "sandbox", false, "work on an emulated tenant on this machine, which keeps its state between commands")
	flags.StringVar(&f.Dir, "sandbox-dir", "", "folder of the sandbox's state; by default below the user's cache folder")
	flags.BoolVar(&f.Reset, "sandbox-reset", false, "begin with a fresh sandbox")
	addRoutes(c, &f.AllowEgress, &f.Routes)
}

// check refuses flags that only mean something with --sandbox.
func (f *sandboxFlags) check() error {
	switch {
	case f.On:
		return nil
	case f.Dir != "":
		return errors.New("--sandbox-dir goes with --sandbox")
	case f.Reset:
		return errors.New("--sandbox-reset goes with --sandbox")
	case f.AllowEgress:
		return errors.New("--allow-egress goes with --sandbox")
	case len(f.Routes) > 0:
		return errors.New("--route goes with --sandbox")
	}
	return nil
}

// sandbox is a running emulator of this process.
type sandbox struct {
	emulator *emulator.Emulator
	info     emulator.Info
	trusted  *x509.CertPool // authorities that its certificates are from
}

// openSandbox starts the emulated tenant and returns how to sign in to it.
func (d *Deps) openSandbox(f sandboxFlags) (*sandbox, graph.Options, error) {
	dir := f.Dir
	if dir == "" {
		cache, err := d.CacheDir()
		if err != nil {
			return nil, graph.Options{}, fmt.Errorf("find a folder for the sandbox: %w; name one with --sandbox-dir", err)
		}
		dir = filepath.Join(cache, "scimctl", "sandbox")
	}
	if f.Reset {
		if err := emulator.Reset(dir); err != nil {
			return nil, graph.Options{}, fmt.Errorf("reset the sandbox: %w", err)
		}
	}
	o := emulator.Options{StateDir: dir, AllowEgress: f.AllowEgress, Routes: f.Routes, Now: d.Now}
	if f.cycles {
		o.CycleInterval = sandboxInterval
	}
	e, err := emulator.New(o)
	if err != nil {
		return nil, graph.Options{}, fmt.Errorf("open the sandbox: %w", err)
	}
	s := &sandbox{emulator: e}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		return nil, graph.Options{}, errors.Join(fmt.Errorf("start the sandbox: %w", err), e.Close())
	}
	pool, err := d.trust(info.CA)
	if err != nil {
		return nil, graph.Options{}, errors.Join(err, e.Close())
	}
	s.info, s.trusted = info, pool
	return s, graph.Options{
		URL: info.URL, Authority: info.Authority, CAs: pool,
		Auth: graph.AuthClientSecret, TenantID: info.TenantID, ClientID: info.ClientID, Secret: secret.New(info.ClientSecret),
		Now: d.Now,
	}, nil
}

// sandboxSecrets reads secrets like secrets, and makes one up where the sandbox has
// none to read: nothing outside this machine ever sees it.
func (d *Deps) sandboxSecrets() *secret.Resolver {
	var mu sync.Mutex // applies of several profiles read at the same time
	made := map[string]string{}
	invent := func(name string) string {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := made[name]; !ok {
			made[name] = rand.Text()
			render.Err(d.IO).Note("%s is not set; the sandbox uses a token that it made up", name)
		}
		return made[name]
	}
	return &secret.Resolver{
		Getenv: func(name string) (string, bool) {
			if v, ok := d.Getenv(name); ok {
				return v, true
			}
			return invent(name), true
		},
		ReadFile: func(name string) ([]byte, error) {
			data, err := d.ReadFile(name)
			if missing(err) {
				return []byte(invent(name)), nil
			}
			return data, err
		},
		Stdin: d.readLine,
	}
}
