package emulator

import (
	"net/http"
	"time"
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
	Seed        uint64            // of generated ids and keys; 0 means random
	Behaviour   Behaviour
	Log         func(Request) // called for each Graph request; nil for none
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
	ExtraMapping           bool          // a mapping that nobody asked for appears
	ReplicationDelay       time.Duration // before a new app is visible to reads
	SyncfabricDelay        time.Duration // before synchronization accepts a new service principal (401, 403)
	SpuriousInstantiate404 int           // so many instantiate calls answer 404 although the app was made
	JobConflict            time.Duration // start and pause answer 409 for so long after creation
	NonJSONOnDemandKey     bool          // key of provisionOnDemand is a .NET type name
	DenySynchronization    bool          // 401 with an empty message
	DenyDirectory          bool          // 403 Authorization_RequestDenied
}

// Request is one Graph request that was answered.
type Request struct {
	Method, Path string
	Status       int
	Took         time.Duration
}

// Emulator is an http.Handler for the whole tenant: token endpoint, Graph under
// /v1.0 and /beta, embedded SCIM target under /scim/v2.
type Emulator struct{}

// New makes a tenant, or opens the one in StateDir.
func New(o Options) (*Emulator, error) { panic("emulator: New") }

// ServeHTTP answers token, Graph and SCIM requests.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { panic("emulator: ServeHTTP") }

// Listen serves the tenant over TLS on a loopback address ("127.0.0.1:0" picks a
// port) with a certificate of the emulator's own CA, until Close.
func (e *Emulator) Listen(address string) (Info, error) { panic("emulator: Listen") }

// Close stops listening, waits for running requests, saves and unlocks the state.
func (e *Emulator) Close() error { panic("emulator: Close") }

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
