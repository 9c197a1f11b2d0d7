package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// record is a stored resource. Its object is never changed, only replaced, so
// that readers may use it after the lock is gone. It has schemas, id and meta
// without location.
type record struct {
	kind     *kind
	id       string
	object   *scim.Object
	created  time.Time
	modified time.Time
	version  int
	place    int // in collection.order; grows with age
}

// collection is the resources of one kind in the order of their creation.
type collection struct {
	order []*record // nil where one was deleted
	live  int
	index index
}

// store holds everything. The Server's lock guards it.
type store struct {
	rules  rules
	newID  func() string
	byID   map[string]*record
	users  collection
	groups collection
}

func newStore(r rules, newID func() string) *store {
	return &store{
		rules: r, newID: newID, byID: map[string]*record{},
		users: collection{index: index{}}, groups: collection{index: index{}},
	}
}

func (s *store) collection(k *kind) *collection {
	if k == groupKind {
		return &s.groups
	}
	return &s.users
}

// get returns a resource of the kind.
func (s *store) get(k *kind, id string) (*record, *scim.Error) {
	rec, ok := s.byID[id]
	if !ok || rec.kind != k {
		return nil, notFound(k, id)
	}
	return rec, nil
}

// create stores a new resource with the checked attributes.
func (s *store) create(k *kind, attributes *scim.Object, now time.Time) (*record, *scim.Error) {
	if err := s.allowed(k, nil, attributes); err != nil {
		return nil, err
	}
	id, err := s.freshID()
	if err != nil {
		return nil, err
	}
	return s.insert(&record{kind: k, id: id, created: now, modified: now, version: 1}, attributes), nil
}

// freshID asks for ids until one is new: the source is the caller's.
func (s *store) freshID() (string, *scim.Error) {
	const tries = 100
	for range tries {
		if id := s.newID(); id != "" && s.byID[id] == nil {
			return id, nil
		}
	}
	return "", scim.Errorf(http.StatusInternalServerError, "", "no unused id could be made")
}

func (s *store) insert(rec *record, attributes *scim.Object) *record {
	c := s.collection(rec.kind)
	rec.object = rec.resource(attributes)
	rec.place = len(c.order)
	c.order = append(c.order, rec)
	c.live++
	s.byID[rec.id] = rec
	c.index.move(rec, nil, rec.object)
	return rec
}

// update gives a resource other attributes. Nothing happens when they are equal.
func (s *store) update(rec *record, attributes *scim.Object, now time.Time) *scim.Error {
	if err := s.allowed(rec.kind, rec, attributes); err != nil {
		return err
	}
	if rec.resource(attributes).Equal(rec.object) {
		return nil
	}
	s.replace(rec, attributes, now)
	return nil
}

func (s *store) replace(rec *record, attributes *scim.Object, now time.Time) {
	old := rec.object
	rec.version++
	rec.modified = now
	rec.object = rec.resource(attributes)
	s.collection(rec.kind).index.move(rec, old, rec.object)
}

// delete removes a resource and takes it out of all groups.
func (s *store) delete(rec *record, now time.Time) {
	for _, group := range slices.Clone(s.groups.index.groupsWith(rec.id)) {
		if group == rec {
			continue
		}
		attributes := group.attributes()
		members, _ := attributes.Get("members")
		kept := slices.DeleteFunc(slices.Clone(members.([]any)), func(m any) bool {
			return m.(*scim.Object).Text("value") == rec.id
		})
		attributes.Delete("members")
		if len(kept) > 0 {
			attributes.Set("members", kept)
		}
		s.replace(group, attributes, now)
	}
	c := s.collection(rec.kind)
	c.index.move(rec, rec.object, nil)
	c.order[rec.place] = nil
	c.live--
	delete(s.byID, rec.id)
	c.compact()
}

// compact closes the gaps when most of the order is gaps.
func (c *collection) compact() {
	if len(c.order) < 64 || c.live > len(c.order)/2 {
		return
	}
	c.order = slices.DeleteFunc(c.order, func(r *record) bool { return r == nil })
	for i, rec := range c.order {
		rec.place = i
	}
}

// allowed checks what depends on other resources: uniqueness and membership.
func (s *store) allowed(k *kind, self *record, attributes *scim.Object) *scim.Error {
	unique := attributes.Text(k.unique)
	for _, other := range s.collection(k).index.find(strings.ToLower(k.unique), unique) {
		if other != self {
			return scim.Errorf(http.StatusConflict, scim.Uniqueness, "a %s with the %s %q exists already", k.name, k.unique, unique)
		}
	}
	if k != groupKind {
		return nil
	}
	members, _ := attributes.Get("members")
	list, _ := members.([]any)
	for _, m := range list {
		if id := m.(*scim.Object).Text("value"); s.byID[id] == nil {
			return badRequest(scim.InvalidValue, "member %q does not exist", id)
		}
	}
	return nil
}

// resource puts the server's own attributes around those of the client.
func (r *record) resource(attributes *scim.Object) *scim.Object {
	schemas := []any{r.kind.schema.ID}
	o := scim.NewObject(scim.Member{Name: "schemas"}, scim.Member{Name: "id", Value: r.id})
	for _, m := range attributes.Members() {
		if isURN(m.Name) {
			schemas = append(schemas, m.Name)
		}
		o.Set(m.Name, m.Value)
	}
	o.Set("schemas", schemas)
	o.Set("meta", scim.NewObject(
		scim.Member{Name: "resourceType", Value: r.kind.name},
		scim.Member{Name: "created", Value: timestamp(r.created)},
		scim.Member{Name: "lastModified", Value: timestamp(r.modified)},
		scim.Member{Name: "version", Value: `W/"` + strconv.Itoa(r.version) + `"`},
	))
	return o
}

// attributes returns the client's part of the resource.
func (r *record) attributes() *scim.Object {
	o := &scim.Object{}
	for _, m := range r.object.Members() {
		switch m.Name {
		case "schemas", "id", "meta":
		default:
			o.Set(m.Name, m.Value)
		}
	}
	return o
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
