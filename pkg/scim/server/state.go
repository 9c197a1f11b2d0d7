package server

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// State is everything a Server holds, in JSON-friendly form and stable order:
// that of creation.
type State struct {
	Users  []*scim.Object `json:"users"`
	Groups []*scim.Object `json:"groups"`
}

// State returns a copy of the content.
func (s *Server) State() *State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &State{Users: s.store.users.objects(), Groups: s.store.groups.objects()}
}

func (c *collection) objects() []*scim.Object {
	list := make([]*scim.Object, 0, c.live)
	for _, rec := range c.order {
		if rec != nil {
			list = append(list, rec.object.Clone())
		}
	}
	return list
}

// Check reports what New would leave out of the state with the same options:
// resources that do not fit the schema, whose id, userName or displayName is
// taken, and members that do not exist. Each error names the resource.
func (s *State) Check(o Options) error {
	n := 0
	_, err := load(s, rules{extensions: o.Extensions}, func() string { n++; return fmt.Sprintf("new-%d", n) }, time.Time{})
	return err
}

// load builds a store from a state and goes on after errors, which it joins.
// Missing ids are made; missing times are now.
func load(state *State, r rules, newID func() string, now time.Time) (*store, error) {
	s := newStore(r, newID)
	if state == nil {
		return s, nil
	}
	var problems []error
	groups := make([]*record, len(state.Groups))
	for i, o := range state.Users {
		if _, err := s.restore(userKind, o, now); err != nil {
			problems = append(problems, fmt.Errorf("user %d of the state: %w", i+1, err))
		}
	}
	// Groups may be members of groups that come before them.
	for i, o := range state.Groups {
		rec, err := s.restore(groupKind, o, now)
		if err != nil {
			problems = append(problems, fmt.Errorf("group %d of the state: %w", i+1, err))
			continue
		}
		groups[i] = rec
	}
	for i, rec := range groups {
		if rec == nil {
			continue
		}
		if err := s.restoreMembers(rec, state.Groups[i]); err != nil {
			problems = append(problems, fmt.Errorf("group %d of the state: %w", i+1, err))
		}
	}
	return s, errors.Join(problems...)
}

// restore stores a resource under its id, a group without its members.
func (s *store) restore(k *kind, o *scim.Object, now time.Time) (*record, error) {
	attributes, failure := s.rules.attributes(k, o)
	if failure != nil {
		return nil, failure
	}
	attributes.Delete("members")
	if failure := s.allowed(k, nil, attributes); failure != nil {
		return nil, failure
	}
	id := o.ID()
	if id == "" {
		if id, failure = s.freshID(); failure != nil {
			return nil, failure
		}
	}
	if s.byID[id] != nil {
		return nil, fmt.Errorf("the id %q is taken", id)
	}
	rec := &record{kind: k, id: id, created: now, modified: now, version: 1}
	v, _ := o.Get("meta")
	meta, _ := v.(*scim.Object)
	if t, err := time.Parse(time.RFC3339Nano, meta.Text("created")); err == nil {
		rec.created, rec.modified = t, t
	}
	if t, err := time.Parse(time.RFC3339Nano, meta.Text("lastModified")); err == nil {
		rec.modified = t
	}
	version := strings.TrimSuffix(strings.TrimPrefix(meta.Text("version"), `W/"`), `"`)
	if n, err := strconv.Atoi(version); err == nil && n > 0 {
		rec.version = n
	}
	return s.insert(rec, attributes), nil
}

func (s *store) restoreMembers(rec *record, o *scim.Object) error {
	attributes, failure := s.rules.attributes(groupKind, o)
	if failure != nil {
		return failure
	}
	var problems []error
	v, _ := attributes.Get("members")
	list, _ := v.([]any)
	known := make([]any, 0, len(list))
	for _, m := range list {
		if id := m.(*scim.Object).Text("value"); s.byID[id] == nil {
			problems = append(problems, fmt.Errorf("member %q does not exist", id))
			continue
		}
		known = append(known, m)
	}
	attributes.Delete("members")
	if len(known) > 0 {
		attributes.Set("members", known)
	}
	old := rec.object
	rec.object = rec.resource(attributes)
	s.groups.index.move(rec, old, rec.object)
	return errors.Join(problems...)
}
