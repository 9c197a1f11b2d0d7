// Package server is a SCIM 2.0 server good enough to be provisioned into: users,
// groups, filters, PATCH in all of Entra's shapes, extensions, discovery.
package server

import (
	"net/http"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Options configure a Server.
type Options struct {
	Token string // bearer token that requests must carry; "" accepts all
	// Extensions lists schema URNs beside enterprise that users may carry; nil
	// accepts every URN.
	Extensions []string
	Now        func() time.Time // nil means time.Now
	NewID      func() string    // nil means random GUIDs
	State      *State           // initial content; nil is empty
	MaxBody    int64            // bytes; 0 means 1 MiB
}

// Server is an http.Handler whose root is the SCIM base: /Users, /Groups,
// /ServiceProviderConfig, /ResourceTypes, /Schemas. Safe for concurrent use.
type Server struct{}

// New returns a Server.
func New(o Options) *Server { panic("server: New") }

// ServeHTTP answers a SCIM request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { panic("server: ServeHTTP") }

// State is everything a Server holds, in JSON-friendly form and stable order.
type State struct {
	Users  []*scim.Object `json:"users"`
	Groups []*scim.Object `json:"groups"`
}

// State returns a copy of the content.
func (s *Server) State() *State { panic("server: State") }
