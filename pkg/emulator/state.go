package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
)

// state is the whole tenant. The Emulator's lock guards it.
type state struct {
	tenant
	Seed    []byte `json:"seed"`    // of ids, keys and secrets
	Counter uint64 `json:"counter"` // of ids drawn after the tenant was made

	Serial uint64        `json:"serial,omitempty"` // counts the changes of users, groups and assignments
	Gone   []tombstone   `json:"gone,omitempty"`   // users and groups that were deleted for good
	Moved  []reassigned  `json:"moved,omitempty"`  // users and groups whose assignments changed
	Ahead  time.Duration `json:"ahead,omitempty"`  // of the tenant's clock, which the control API moves

	Users             *collection `json:"-"`
	Groups            *collection `json:"-"`
	Applications      *collection `json:"-"`
	ServicePrincipals *collection `json:"-"`
	Deleted           *collection `json:"-"`
	Assignments       []*assignment
	Sync              map[string]*synchronization // by appId

	undo *undo // of the batch of changes that is running
}

// tenant is what identifies the tenant and its one client.
type tenant struct {
	TenantID     string
	TenantName   string
	Domains      []string // the default one first
	Created      time.Time
	ClientID     string
	ClientSecret string
	SCIMToken    string
}

// InitialDomain is the domain that a tenant cannot lose.
func (t tenant) initialDomain() string {
	i := slices.IndexFunc(t.Domains, func(d string) bool { return strings.HasSuffix(d, ".onmicrosoft.com") })
	return t.Domains[max(i, 0)]
}

// entity is a directory object: its properties as Graph names them, and
// references to others by object id ("members", "manager", "owners").
type entity struct {
	Kind    string              `json:"kind"` // user, group, application, servicePrincipal
	Props   map[string]any      `json:"props"`
	Refs    map[string][]string `json:"refs,omitempty"`
	Made    time.Time           `json:"made,omitzero"`    // of an application or service principal that a request made
	Visible time.Time           `json:"visible,omitzero"` // before this reads do not know it

	Born    uint64            `json:"born,omitempty"`    // serial of the creation or restoration by a request
	Serial  uint64            `json:"serial,omitempty"`  // of the last change by a request
	Changes map[string]uint64 `json:"changes,omitempty"` // serials of the last changes, by source attribute
}

func (e *entity) id() string { return e.text("id") }

func (e *entity) text(name string) string {
	s, _ := e.Props[name].(string)
	return s
}

// Property makes an entity an odata.Object.
func (e *entity) Property(name string) any { return e.Props[name] }

// refs returns the references under a name.
func (e *entity) refs(name string) []string { return e.Refs[name] }

func (e *entity) setRefs(name string, ids []string) {
	if e.Refs == nil {
		e.Refs = map[string][]string{}
	}
	e.Refs[name] = ids
}

// collection is entities in order of creation, found by id.
type collection struct {
	list []*entity
	byID map[string]*entity
}

func newCollection() *collection { return &collection{byID: map[string]*entity{}} }

func (c *collection) add(e *entity) {
	c.list = append(c.list, e)
	c.byID[strings.ToLower(e.id())] = e
}

func (c *collection) get(id string) *entity { return c.byID[strings.ToLower(id)] }

func (c *collection) remove(id string) *entity {
	e := c.get(id)
	if e != nil {
		delete(c.byID, strings.ToLower(id))
		c.list = slices.DeleteFunc(c.list, func(other *entity) bool { return other == e })
	}
	return e
}

// find returns the entities whose text property equals value without regard to
// letter case.
func (c *collection) find(property, value string) []*entity {
	var out []*entity
	for _, e := range c.list {
		if s, ok := e.Props[property].(string); ok && strings.EqualFold(s, value) {
			out = append(out, e)
		}
	}
	return out
}

// MarshalJSON prints the entities.
func (c *collection) MarshalJSON() ([]byte, error) { return json.Marshal(c.list) }

// UnmarshalJSON reads what MarshalJSON prints.
func (c *collection) UnmarshalJSON(data []byte) error {
	var list []*entity
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*c = *newCollection()
	for i, e := range list {
		if e == nil || e.id() == "" {
			return fmt.Errorf("object %d of a collection has no id", i)
		}
		c.add(e)
	}
	return nil
}

// object returns a user, group, application or service principal that is not
// deleted.
func (s *state) object(id string) *entity {
	for _, c := range []*collection{s.Users, s.Groups, s.ServicePrincipals, s.Applications} {
		if e := c.get(id); e != nil {
			return e
		}
	}
	return nil
}

// mac derives bytes from the seed for a purpose.
func (s *state) mac(purpose string) []byte {
	h := hmac.New(sha256.New, s.Seed)
	h.Write([]byte(purpose))
	return h.Sum(nil)
}

// idFor returns the same GUID for the same purpose in every tenant of this seed.
func (s *state) idFor(purpose string) string {
	id, _ := uuid.FromBytes(s.mac("id/" + purpose)[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}

// newID returns a GUID that was not given out before.
func (s *state) newID() string {
	s.Counter++
	return s.idFor("number/" + string(binary.BigEndian.AppendUint64(nil, s.Counter)))
}

// newKey returns 43 characters of base64url, as assignments have for an id.
func (s *state) newKey() string {
	s.Counter++
	return base64.RawURLEncoding.EncodeToString(s.mac("key/" + string(binary.BigEndian.AppendUint64(nil, s.Counter))))
}

// keys are the parameter keys of this tenant.
func (s *state) keys() syncschema.Keys { return syncschema.NewKeys(s.mac("parameter keys")) }

// check reports what a state that was read must have and does not.
func (s *state) check() error {
	for _, c := range []*collection{s.Users, s.Groups} {
		if c == nil {
			return corrupt(directoryFile, errors.New("users or groups are null"))
		}
	}
	for _, c := range []*collection{s.Applications, s.ServicePrincipals, s.Deleted} {
		if c == nil {
			return corrupt(tenantFile, errors.New("applications, service principals or deleted items are null"))
		}
	}
	if slices.Contains(s.Assignments, nil) {
		return corrupt(tenantFile, errors.New("an assignment is null"))
	}
	for appID, sync := range s.Sync {
		if sync == nil || slices.ContainsFunc(sync.Jobs, func(j *job) bool { return j == nil || j.Schema == nil }) {
			return corrupt(tenantFile, fmt.Errorf("a synchronization job of application %s has no schema", appID))
		}
		for id, schema := range sync.Templates {
			if schema == nil {
				return corrupt(tenantFile, fmt.Errorf("the synchronization template %s of application %s has no schema", id, appID))
			}
		}
	}
	return nil
}
