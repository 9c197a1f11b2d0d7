// Package server is a SCIM 2.0 server good enough to be provisioned into: users,
// groups, filters, PATCH in all of Entra's shapes, extensions, discovery.
package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Options configure a Server.
type Options struct {
	Token string // bearer token that requests must carry; "" accepts all
	// Extensions lists schema URNs beside enterprise that users may carry; nil
	// accepts every URN. A URN that ends in ":Group" is for groups instead, and
	// one that ends in neither ":User" nor ":Group" for both.
	Extensions []string
	Now        func() time.Time // nil means time.Now
	NewID      func() string    // nil means random GUIDs
	State      *State           // initial content; nil is empty. See State.Check
	MaxBody    int64            // bytes; 0 means 1 MiB
}

// MaxResults is how many resources one page holds, asked for or not.
const MaxResults = 1000

const defaultMaxBody = 1 << 20

// Server is an http.Handler whose root is the SCIM base: /Users, /Groups,
// /ServiceProviderConfig, /ResourceTypes, /Schemas. Safe for concurrent use.
//
// It is strict where a mistake of a client should show, and lenient where Entra
// and Okta need it: attributes that no schema has are ignored, texts "True" and
// "False" are booleans, value paths create their element, and a schema that the
// body names without data is no error. Members must exist, userName and a
// group's displayName are unique without regard to letter case, and a password
// is accepted and forgotten.
type Server struct {
	options Options
	mux     *http.ServeMux
	token   [sha256.Size]byte

	mu    sync.RWMutex
	store *store
}

// New returns a Server. What of o.State cannot be used is left out: see State.Check.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = uuid.NewString
	}
	if o.MaxBody <= 0 {
		o.MaxBody = defaultMaxBody
	}
	s := &Server{options: o, token: sha256.Sum256([]byte(o.Token))}
	s.store, _ = load(o.State, s.rules(), o.NewID, o.Now())
	s.options.State = nil
	s.mux = s.routes()
	return s
}

func (s *Server) rules() rules { return rules{extensions: s.options.Extensions} }

// ServeHTTP answers a SCIM request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.authorized(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="SCIM"`)
		writeError(w, scim.Errorf(http.StatusUnauthorized, "", "a valid bearer token is needed"))
		return
	}
	s.mux.ServeHTTP(w, withoutSlash(r))
}

// authorized compares the token in constant time.
func (s *Server) authorized(r *http.Request) bool {
	if s.options.Token == "" {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// withoutSlash makes /Users/ mean /Users, and keeps the mux from redirecting
// paths such as //Users: a redirect would cost the client its token.
func withoutSlash(r *http.Request) *http.Request {
	path := r.URL.EscapedPath()
	clean := "/" + strings.Trim(path, "/")
	if strings.Contains(clean, "//") || strings.Contains(clean+"/", "/./") || strings.Contains(clean+"/", "/../") {
		clean = "/" // no such resource
	}
	if clean == path {
		return r
	}
	plain, err := url.PathUnescape(clean)
	if err != nil {
		return r
	}
	next, u := *r, *r.URL
	u.Path, u.RawPath = plain, clean
	next.URL = &u
	return &next
}

// routes is the table of everything that is there.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	route := func(pattern string, methods map[string]http.HandlerFunc) {
		for method, handler := range methods {
			mux.HandleFunc(method+" "+pattern, handler)
		}
		mux.HandleFunc(pattern, otherMethods(methods))
	}
	for _, k := range []*kind{userKind, groupKind} {
		route("/"+k.endpoint, map[string]http.HandlerFunc{
			http.MethodGet:  func(w http.ResponseWriter, r *http.Request) { s.list(w, r, k) },
			http.MethodPost: func(w http.ResponseWriter, r *http.Request) { s.create(w, r, k) },
		})
		route("/"+k.endpoint+"/{id}", map[string]http.HandlerFunc{
			http.MethodGet:    func(w http.ResponseWriter, r *http.Request) { s.get(w, r, k) },
			http.MethodPut:    func(w http.ResponseWriter, r *http.Request) { s.replace(w, r, k) },
			http.MethodPatch:  func(w http.ResponseWriter, r *http.Request) { s.patch(w, r, k) },
			http.MethodDelete: func(w http.ResponseWriter, r *http.Request) { s.delete(w, r, k) },
		})
		mux.HandleFunc("POST /"+k.endpoint+"/.search", unsupported)
	}
	for pattern, handler := range map[string]http.HandlerFunc{
		"/ServiceProviderConfig": s.serviceProviderConfig,
		"/ResourceTypes":         s.resourceTypes,
		"/ResourceTypes/{id}":    s.resourceType,
		"/Schemas":               s.schemas,
		"/Schemas/{id}":          s.schema,
	} {
		route(pattern, map[string]http.HandlerFunc{http.MethodGet: withoutFilter(handler)})
	}
	for _, pattern := range []string{"/Bulk", "/Me", "/.search"} {
		mux.HandleFunc(pattern, unsupported)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, scim.Errorf(http.StatusNotFound, "", "there is nothing at this address; the endpoints are /Users, /Groups, /ServiceProviderConfig, /ResourceTypes and /Schemas"))
	})
	return mux
}

// unsupported answers for the optional parts of SCIM that are not here.
func unsupported(w http.ResponseWriter, r *http.Request) {
	writeError(w, scim.Errorf(http.StatusNotImplemented, "", "bulk requests, /Me and .search are not supported"))
}
