package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// get answers GET of one resource.
func (s *Server) get(w http.ResponseWriter, r *http.Request, k *kind) {
	p, _, failure := parseQuery(r)
	if failure != nil {
		writeError(w, failure)
		return
	}
	s.mu.RLock()
	rec, failure := s.store.get(k, r.PathValue("id"))
	var v view
	if failure == nil {
		v = s.view(rec, baseURL(r), p)
	}
	s.mu.RUnlock()
	if failure != nil {
		writeError(w, failure)
		return
	}
	w.Header().Set("ETag", v.version)
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 && matches(tags, v.version) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeObject(w, http.StatusOK, v.object)
}

// list answers GET of a collection. Source: RFC 7644 §3.4.2.
func (s *Server) list(w http.ResponseWriter, r *http.Request, k *kind) {
	p, query, failure := parseQuery(r)
	if failure != nil {
		writeError(w, failure)
		return
	}
	page, failure := parsePage(query)
	if failure != nil {
		writeError(w, failure)
		return
	}
	filter, failure := parseFilter(query, k)
	if failure != nil {
		writeError(w, failure)
		return
	}
	base := baseURL(r)
	s.mu.RLock()
	records, total := s.store.search(k, filter, page)
	resources := make([]any, len(records))
	for i, rec := range records {
		resources[i] = s.view(rec, base, p).object
	}
	s.mu.RUnlock()
	writeObject(w, http.StatusOK, listResponse(total, page.start, resources))
}

func listResponse(total, start int, resources []any) *scim.Object {
	number := func(n int) json.Number { return json.Number(strconv.Itoa(n)) }
	return scim.NewObject(
		scim.Member{Name: "schemas", Value: []any{scim.ListResponseSchema}},
		scim.Member{Name: "totalResults", Value: number(total)},
		scim.Member{Name: "startIndex", Value: number(start)},
		scim.Member{Name: "itemsPerPage", Value: number(len(resources))},
		scim.Member{Name: "Resources", Value: resources},
	)
}

// page is the stretch of the results to show.
type page struct {
	start int // from 1
	count int
}

// parsePage reads startIndex and count. Below their least values they mean those;
// more than MaxResults are not shown at once. Source: RFC 7644 §3.4.2.4.
func parsePage(query url.Values) (page, *scim.Error) {
	p := page{start: 1, count: MaxResults}
	for _, n := range []struct {
		name  string
		to    *int
		least int
	}{{"startIndex", &p.start, 1}, {"count", &p.count, 0}} {
		if !query.Has(n.name) {
			continue
		}
		i, err := strconv.ParseInt(query.Get(n.name), 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			i, err = max(i, 0), nil
		}
		if err != nil {
			return p, badRequest(scim.InvalidValue, "%s must be a whole number", n.name)
		}
		*n.to = int(min(max(i, int64(n.least)), 1<<31-1))
	}
	p.count = min(p.count, MaxResults)
	return p, nil
}

// parseFilter reads the filter parameter, nil when there is none.
func parseFilter(query url.Values, k *kind) (scim.Filter, *scim.Error) {
	if !query.Has("filter") {
		return nil, nil
	}
	f, err := scim.ParseFilter(query.Get("filter"))
	if err != nil {
		return nil, badRequest(scim.InvalidFilter, "filter %v", err)
	}
	if p, op, ok := ordersBoolean(f); ok {
		return nil, badRequest(scim.InvalidFilter, "%s is a boolean and has no %s", p, op)
	}
	return f, nil
}

// ordersBoolean finds a comparison that asks for the order or a part of a boolean
// (RFC 7644 §3.4.2.2).
func ordersBoolean(f scim.Filter) (scim.Path, scim.Operator, bool) {
	var terms []scim.Filter
	switch f := f.(type) {
	case *scim.And:
		terms = f.Terms
	case *scim.Or:
		terms = f.Terms
	case *scim.Not:
		terms = []scim.Filter{f.Term}
	case *scim.Comparison:
		switch f.Operator {
		case scim.OpEqual, scim.OpNotEqual, scim.OpPresent:
			return scim.Path{}, "", false
		}
		a, ok := scim.LookupAttribute(f.Path)
		return f.Path, f.Operator, ok && a.Type == scim.TypeBoolean
	}
	for _, t := range terms {
		if p, op, ok := ordersBoolean(t); ok {
			return p, op, ok
		}
	}
	return scim.Path{}, "", false
}

// search returns a page of the resources that match and how many match in all.
func (s *store) search(k *kind, f scim.Filter, p page) ([]*record, int) {
	c := s.collection(k)
	list, found := c.order, false
	if f != nil {
		if list, found = s.candidates(k, f); !found {
			list = c.order
		}
	}
	var shown []*record
	total := 0
	for _, rec := range list {
		if rec == nil || f != nil && !f.Match(s.searchable(rec)) {
			continue
		}
		total++
		if total >= p.start && len(shown) < p.count {
			shown = append(shown, rec)
		}
	}
	return shown, total
}

// searchable returns what filters look at: the stored resource, for a member of
// groups with those.
func (s *store) searchable(rec *record) *scim.Object {
	groups := s.groupsOf(rec)
	if len(groups) == 0 {
		return rec.object
	}
	o := scim.NewObject(rec.object.Members()...)
	o.Set("groups", groupValues(groups, ""))
	return o
}

// listsSchema reports whether a body names the schema.
func listsSchema(body *scim.Object, urn string) bool {
	v, _ := body.Get("schemas")
	list, _ := v.([]any)
	for _, item := range list {
		if s, ok := item.(string); ok && strings.EqualFold(s, urn) {
			return true
		}
	}
	return false
}

func asError(err error) *scim.Error {
	if e, ok := errors.AsType[*scim.Error](err); ok {
		return e
	}
	return scim.Errorf(http.StatusInternalServerError, "", "internal error")
}
