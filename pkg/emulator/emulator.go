package emulator

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
)

// Options configure an Emulator. The zero Options make an empty-handed tenant in
// memory with the default directory.
type Options struct {
	StateDir    string            // folder for the state, created 0700 and locked; "" keeps it in memory
	Users       int               // generated users beside the default ones
	Groups      int               // generated groups beside the default ones
	Latency     time.Duration     // added to every Graph answer
	AllowEgress bool              // let SCIM traffic leave loopback
	Routes      map[string]string // tenant URL prefix -> where its SCIM traffic goes instead
	Now         func() time.Time  // nil means time.Now
	// CycleInterval is how often started jobs run a provisioning cycle, by Now and in
	// the background; 40 minutes is the service's. 0 means that cycles run only when the
	// control API calls them: a process that ends at once must not begin any.
	CycleInterval time.Duration
	Seed          uint64   // of generated ids and keys; 0 means random
	Roles         []string // application permissions of the client, such as User.Read.All; nil allows everything
	Behaviour     Behaviour
	Faults        *FaultPlan    // nil for none; see ParseFaults
	HAR           string        // file for the log of requests, replaced when it is there; \"\" for none
	Log           func(Request) // called for each Graph request; nil for none
}

// Behaviour switches the habits of the real service that are undocumented,
// changing, or bad. The zero Behaviour is today's service on a good day.
// Source: graph_contract §12.
type Behaviour struct {
	ReplaceSecrets         bool          // PUT of secrets replaces instead of merging
	OldDirectoryNames      bool          // "Azure Active Directory" in place of "Microsoft Entra ID"
	SpacedFlags            bool          // "Add, Update, Delete"
	EmptyDefaults          bool          // "" in place of null for defaultValue
	ShuffleSchema          bool          // another order of mappings and members on every read
	NormaliseExpressions   bool          // the service's own spacing of expressions
	ExtraMapping           bool          // a mapping that nobody asked for is in the schema of a new job
	ReplicationDelay       time.Duration // before a new app is visible to reads
	PrincipalDelay         time.Duration // so much later its service principal is visible
	SyncfabricDelay        time.Duration // before synchronization accepts a new service principal: 401, then 403
	SpuriousInstantiate404 int           // so many instantiate calls answer 404 although the app was made
	JobConflict            time.Duration // start, pause and delete answer 409 for so long after creation
	JobDelay               time.Duration // reads of a new job answer 404 for so long
	SecretsDelay           time.Duration // reads of secrets lag behind writes for so long
	NonJSONOnDemandKey     bool          // key of provisionOnDemand is a .NET type name
	UnownedPrincipal       bool          // who makes an app owns its application, but not its service principal
	DenySynchronization    bool          // 401 with an empty message
	DenyDirectory          bool          // 403 Authorization_RequestDenied
	Throttle               int           // the first so many Graph requests, and one in ten later, answer 429
	ThrottleBare           bool          // 429 comes without Retry-After
	Budgets                bool          // throttling by the budgets that are documented
	QuarantineCredentials  bool          // a started job goes into quarantine for its credentials
	QuarantineDeletes      bool          // a started job goes into quarantine for its deletions
	PausedSchedule         bool          // the schedule of a paused job reads Paused instead of Disabled
	BothTemplates          bool          // non-gallery apps list customappsso beside scim
	RuleSuffix             bool          // rule ids end in #V2
}

// Request is one Graph request that was answered.
type Request struct {
	Method, Path string
	Status       int // 0: the connection was broken off instead
	Took         time.Duration
}

// Emulator is an http.Handler for the whole tenant: token endpoint, Graph under
// /v1.0 and /beta, embedded SCIM target under /scim/v2. It is safe for concurrent
// use.
type Emulator struct {
	o        Options
	routes   []*route // of Graph
	controls []*route // of the control API
	store    store
	ca       *authority
	signer   *ecdsa.PrivateKey // of tokens

	mu      sync.RWMutex // guards state
	state   *state
	targets *targets
	egress  *egress
	log     *provisioningLog
	cycles  *cycles
	ahead   atomic.Int64 // of the clock, as in the state

	fresh     freshSchemas
	lastToken atomic.Pointer[verified]
	faults    atomic.Pointer[faults]
	budgets   budgets
	har       *harLog // nil for none
	habits    atomic.Pointer[Behaviour]
	requests  atomic.Int64 // that were not throttled
	throttles atomic.Int64 // left of the first ones
	spurious  atomic.Int64 // instantiate calls left to answer 404

	shuffleMu sync.Mutex
	shuffle   *rand.Rand

	listeners sync.Mutex
	servers   []listening
	serving   sync.WaitGroup

	closing sync.Once
	closed  error // of Close
}

// New makes a tenant, or opens the one in StateDir. The Seed and the numbers of
// users and groups matter only when the tenant is made. A StateDir that is in use,
// holds something else or cannot be read is an error (ErrInUse, ErrForeign,
// ErrCorrupt), and is left as it is.
func New(o Options) (*Emulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Users < 0 || o.Groups < 0 || o.Latency < 0 || o.CycleInterval < 0 {
		return nil, errors.New("emulator: numbers of users and groups, the latency and the interval of cycles cannot be negative")
	}
	e := &Emulator{o: o, routes: routes(), controls: controlRoutes()}
	e.fail(o.Faults)
	var err error
	if e.store, err = openStore(o.StateDir); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if o.HAR != "" {
		if e.har, err = openHAR(e, o.HAR); err != nil {
			return nil, errors.Join(fmt.Errorf("emulator: %w", err), e.store.close())
		}
	}
	if err := e.open(); err != nil {
		if errors.Is(err, ErrCorrupt) {
			err = fmt.Errorf("%s: %w; nothing was changed: mend the file, use another folder, or remove this one to begin with a fresh tenant", o.StateDir, err)
		}
		return nil, errors.Join(fmt.Errorf("emulator: %w", err), e.store.close())
	}
	return e, nil
}

// open loads the tenant from the store, or makes one.
func (e *Emulator) open() (err error) {
	saved, err := e.store.load()
	if err != nil {
		return err
	}
	if saved == nil {
		if saved, err = newTenant(e.o); err != nil {
			return err
		}
	}
	e.state = saved.state
	e.ahead.Store(int64(e.state.Ahead))
	if err := e.remember(saved.before); err != nil {
		return err
	}
	if e.ca, err = openAuthority(e.store); err != nil {
		return err
	}
	if e.signer, err = openKey(e.store, tokenKeyFile); err != nil {
		return err
	}
	e.shuffle = rand.New(rand.NewChaCha8([32]byte(e.state.mac("shuffle"))))
	if e.targets, err = newTargets(e.now, e.store); err != nil {
		return err
	}
	if e.egress, err = newEgress(e); err != nil {
		return err
	}
	e.cycles = newCycles(e)
	if err := e.saveAll(); err != nil {
		return err
	}
	e.cycles.begin()
	return nil
}

// remember loads what jobs know and what they did.
func (e *Emulator) remember(before *beforeV2) (err error) {
	if before == nil {
		before = &beforeV2{}
	}
	for _, s := range e.state.Sync {
		for _, j := range s.Jobs {
			if err := e.attach(j, before.jobs[j.ID]); err != nil {
				return err
			}
		}
	}
	e.state.recount()
	e.log, err = openLog(e.store, before.log)
	return err
}

// now is the tenant's time: that of Options.Now, and ahead of it when the control API
// has moved it.
func (e *Emulator) now() time.Time { return e.o.Now().Add(time.Duration(e.ahead.Load())) }

// looks is how schemas are shown.
func (e *Emulator) looks() syncschema.Looks {
	b := e.behaviour()
	l := syncschema.Looks{OldNames: b.OldDirectoryNames, SpacedFlags: b.SpacedFlags, EmptyDefaults: b.EmptyDefaults, Normalise: b.NormaliseExpressions}
	if b.ShuffleSchema {
		e.shuffleMu.Lock()
		defer e.shuffleMu.Unlock()
		l.Shuffle = rand.New(rand.NewPCG(e.shuffle.Uint64(), e.shuffle.Uint64()))
	}
	return l
}

// ServeHTTP answers token, Graph and SCIM requests.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.har != nil && isTraffic(r) {
		e.har.serve(w, r, e.serve)
		return
	}
	e.serve(w, r)
}

func (e *Emulator) serve(w http.ResponseWriter, r *http.Request) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case first == "v1.0" || first == "beta":
		e.serveGraph(w, r, first, rest)
	case first == controlPrefix:
		e.serveControl(w, r, rest)
	case first == "scim":
		e.targets.serve(w, r, e.scimToken())
	default:
		e.serveSignIn(w, r)
	}
}

func (e *Emulator) scimToken() string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.state.SCIMToken
}

// parts are what a request may have changed beside applications and jobs.
type parts struct{ people bool }

// saveAll writes everything, when the tenant is made and closed.
func (e *Emulator) saveAll() error {
	e.mu.RLock()
	var jobs []*job
	for _, s := range e.state.Sync {
		jobs = append(jobs, s.Jobs...)
	}
	e.mu.RUnlock()
	problems := []error{e.save(parts{people: true}), e.targets.save()}
	for _, j := range jobs {
		problems = append(problems, j.saveMemory())
	}
	return errors.Join(problems...)
}

// save writes what may have changed; the caller does not hold the lock.
func (e *Emulator) save(p parts) error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if err := e.store.save(&snapshot{state: e.state, people: p.people}); err != nil {
		return fmt.Errorf("the tenant's state could not be saved: %w", err)
	}
	return nil
}

// closeTimeout is how long Close waits for running requests.
const closeTimeout = 10 * time.Second

// Close stops listening, waits for running requests, saves and unlocks the state.
// Connections on which nothing runs are cut. Closing again returns what the first
// call did.
func (e *Emulator) Close() error {
	e.closing.Do(func() { e.closed = e.close() })
	return e.closed
}

func (e *Emulator) close() error {
	e.listeners.Lock()
	servers := e.servers
	e.servers = nil
	e.listeners.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	var problems []error
	for _, s := range servers {
		if err := s.stop(ctx); err != nil {
			problems = append(problems, fmt.Errorf("emulator: stop listening: %w", err))
		}
	}
	e.cycles.close()
	e.serving.Wait()
	if err := errors.Join(e.saveAll(), e.log.close()); err != nil {
		problems = append(problems, fmt.Errorf("emulator: %w", err))
	}
	if e.har != nil {
		problems = append(problems, e.har.close())
	}
	return errors.Join(append(problems, e.store.close())...)
}

// Info is what a client needs to use the tenant. The JSON names are stable.
type Info struct {
	URL          string `json:"url"`       // of Graph, without version: https://127.0.0.1:PORT
	Authority    string `json:"authority"` // of the token endpoint
	CA           string `json:"ca"`        // path of the CA certificate, PEM
	TenantID     string `json:"tenantId"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	SCIMURL      string `json:"scimUrl"` // embedded SCIM target
	SCIMToken    string `json:"scimToken"`
}
