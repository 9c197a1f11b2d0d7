package server

import (
	"net/http"
	"net/url"

	"github.com/scimctl/scimctl/pkg/scim"
)

// create answers POST /Users and /Groups.
func (s *Server) create(w http.ResponseWriter, r *http.Request, k *kind) {
	p, body, err := s.readResource(w, r, k)
	if err != nil {
		fail(w, err)
		return
	}
	attributes, failure := s.rules().attributes(k, body)
	if failure != nil {
		writeError(w, failure)
		return
	}
	s.mu.Lock()
	rec, failure := s.store.create(k, attributes, s.options.Now())
	var v view
	if failure == nil {
		v = s.view(rec, baseURL(r), p)
	}
	s.mu.Unlock()
	if failure != nil {
		writeError(w, failure)
		return
	}
	w.Header().Set("Location", v.location)
	w.Header().Set("ETag", v.version)
	writeObject(w, http.StatusCreated, v.object)
}

// replace answers PUT, which unassigns what the body does not have.
func (s *Server) replace(w http.ResponseWriter, r *http.Request, k *kind) {
	p, body, err := s.readResource(w, r, k)
	if err != nil {
		fail(w, err)
		return
	}
	attributes, failure := s.rules().attributes(k, body)
	if failure != nil {
		writeError(w, failure)
		return
	}
	v, failure := s.change(r, k, p, func(rec *record) *scim.Error {
		return s.store.update(rec, attributes, s.options.Now())
	})
	if failure != nil {
		writeError(w, failure)
		return
	}
	w.Header().Set("ETag", v.version)
	writeObject(w, http.StatusOK, v.object)
}

// patch answers PATCH: 200 with the user, and 204 for a group, whose members make
// it long, unless attributes are asked for. Source: entra_wire W-50; RFC 7644 §3.5.2.
func (s *Server) patch(w http.ResponseWriter, r *http.Request, k *kind) {
	p, query, failure := parseQuery(r)
	if failure != nil {
		writeError(w, failure)
		return
	}
	body, err := s.readObject(w, r)
	if err != nil {
		fail(w, err)
		return
	}
	request, err := scim.ParsePatch(body)
	if err != nil {
		fail(w, err)
		return
	}
	v, failure := s.change(r, k, p, func(rec *record) *scim.Error { return s.applyPatch(rec, request) })
	if failure != nil {
		writeError(w, failure)
		return
	}
	w.Header().Set("ETag", v.version)
	if k == groupKind && !query.Has("attributes") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeObject(w, http.StatusOK, v.object)
}

// applyPatch changes a record by a PATCH. The caller holds the lock.
func (s *Server) applyPatch(rec *record, request scim.PatchRequest) *scim.Error {
	changed := rec.attributes()
	changed.Set("id", rec.id) // so that a PATCH may repeat it
	if _, err := request.Apply(changed); err != nil {
		return asError(err)
	}
	if _, has := changed.Get(rec.kind.unique); !has {
		return badRequest(scim.Mutability, "%s is required and cannot be removed", rec.kind.unique)
	}
	attributes, failure := s.rules().attributes(rec.kind, changed)
	if failure != nil {
		return failure
	}
	return s.store.update(rec, attributes, s.options.Now())
}

// change runs f on a record under the lock and returns what the client then sees.
func (s *Server) change(r *http.Request, k *kind, p projection, f func(*record) *scim.Error) (view, *scim.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, failure := s.store.get(k, r.PathValue("id"))
	if failure != nil {
		return view{}, failure
	}
	if failure := precondition(r, s.store.version(rec)); failure != nil {
		return view{}, failure
	}
	if failure := f(rec); failure != nil {
		return view{}, failure
	}
	return s.view(rec, baseURL(r), p), nil
}

// delete answers DELETE.
func (s *Server) delete(w http.ResponseWriter, r *http.Request, k *kind) {
	s.mu.Lock()
	rec, failure := s.store.get(k, r.PathValue("id"))
	if failure == nil {
		failure = precondition(r, s.store.version(rec))
	}
	if failure == nil {
		s.store.delete(rec, s.options.Now())
	}
	s.mu.Unlock()
	if failure != nil {
		writeError(w, failure)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// readResource reads the parameters and the body of POST and PUT. The body must
// name the schema of the kind; it may name others.
func (s *Server) readResource(w http.ResponseWriter, r *http.Request, k *kind) (projection, *scim.Object, error) {
	p, _, failure := parseQuery(r)
	if failure != nil {
		return p, nil, failure
	}
	body, err := s.readObject(w, r)
	if err != nil {
		return p, nil, err
	}
	if !listsSchema(body, k.schema.ID) {
		return p, nil, badRequest(scim.InvalidSyntax, "schemas must list %s", k.schema.ID)
	}
	return p, body, nil
}

func parseQuery(r *http.Request) (projection, url.Values, *scim.Error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return projection{}, nil, badRequest(scim.InvalidValue, "the query of the address cannot be read; encode it")
	}
	p, failure := parseProjection(query)
	return p, query, failure
}
