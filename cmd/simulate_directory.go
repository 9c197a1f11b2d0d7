package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// maxDirectory is the size above which a directory file is refused.
const maxDirectory = 256 << 20

// maxSimulated bounds the cycles that changes may ask for.
const maxSimulated = 100_000

// directoryFile is the file of `scimctl simulate --directory`.
type directoryFile struct {
	Users       []map[string]any `json:"users"`
	Groups      []map[string]any `json:"groups"`
	Assignments []assignmentFile `json:"assignments"`
	Changes     []changeFile     `json:"changes"`
}

type assignmentFile struct {
	Principal string `json:"principal"`
	Role      string `json:"role"`
}

type changeFile struct {
	Before        int              `json:"before"`
	Note          string           `json:"note"`
	AddUsers      []map[string]any `json:"addUsers"`
	AddGroups     []map[string]any `json:"addGroups"`
	Set           []setFile        `json:"set"`
	AddMembers    []membersFile    `json:"addMembers"`
	RemoveMembers []membersFile    `json:"removeMembers"`
	Assign        []assignmentFile `json:"assign"`
	Unassign      []string         `json:"unassign"`
	Delete        []string         `json:"delete"`
	Restore       []string         `json:"restore"`
	Purge         []string         `json:"purge"`
	Restart       *string          `json:"restart"`
}

type setFile struct {
	Object     string         `json:"object"`
	Attributes map[string]any `json:"attributes"`
}

type membersFile struct {
	Group   string   `json:"group"`
	Members []string `json:"members"`
}

// parseDirectory reads the file and plays all its changes once on the side, so that
// a mistake in any of them is said before anything is sent.
func parseDirectory(name string, data []byte) (*directoryFile, error) {
	if len(data) > maxDirectory {
		return nil, fmt.Errorf("%s has more than %d MiB", name, maxDirectory>>20)
	}
	f := &directoryFile{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(f); err != nil {
		return nil, placed(name, data, decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, placed(name, data, decoder.InputOffset(), errors.New("there is more after the object"))
	}
	for i, change := range f.Changes {
		if change.Before < 1 || change.Before > maxSimulated {
			return nil, fmt.Errorf("%s: changes[%d].before is %d; it is the number of the cycle before which the change happens, from 1 on", name, i, change.Before)
		}
	}
	slices.SortStableFunc(f.Changes, func(a, b changeFile) int { return a.Before - b.Before })
	trial, err := f.open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range f.Changes {
		if err := trial.play(&f.Changes[i]); err != nil {
			return nil, fmt.Errorf("%s: the change before cycle %d%s: %w", name, f.Changes[i].Before, noted(f.Changes[i].Note), err)
		}
	}
	return f, nil
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", note)
}

// placed gives an error of the decoder its line and column.
func placed(name string, data []byte, offset int64, err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset - 1
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset - 1
		err = fmt.Errorf("%s is a %s where a %s is wanted", e.Field, e.Value, jsonKind(e.Type.Kind().String()))
	}
	if text := err.Error(); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends too early: it is one object of JSON")
		offset = int64(len(data))
	} else if field, ok := strings.CutPrefix(text, "json: unknown field "); ok {
		key := strings.Trim(field, `"`)
		err = fmt.Errorf("unknown key %q%s", key, diag.DidYouMean(key, directoryKeys))
		// The decoder does not say where it is, and source attributes may have any name.
		if bytes.Count(data, []byte(field)) != 1 {
			return fmt.Errorf("%s: %w", name, err)
		}
		offset = int64(bytes.Index(data, []byte(field)))
	}
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := max(len(before)-bytes.LastIndexByte(before, '\n'), 1)
	return fmt.Errorf("%s:%d:%d: %w", name, line, column, err)
}

// directoryKeys are the keys of the file's own objects.
var directoryKeys = []string{
	"users", "groups", "assignments", "changes", "principal", "role", "before", "note", "addUsers", "addGroups", "set", "addMembers",
	"removeMembers", "assign", "unassign", "delete", "restore", "purge", "restart", "object", "attributes", "group", "members",
}

func jsonKind(kind string) string {
	switch kind {
	case "slice":
		return "list"
	case "map", "struct":
		return "object"
	case "int":
		return "whole number"
	}
	return kind
}

// cycles is how many cycles the changes need.
func (f *directoryFile) cycles() int {
	n := 1
	for _, c := range f.Changes {
		n = max(n, c.Before)
	}
	return n
}

// people is a directory in memory with the names of its objects.
type people struct {
	*engine.MemoryDirectory
	byName map[string][]engine.Member // lower-case objectId, userPrincipalName or displayName
	names  map[engine.Member][]string
}

// open returns the directory as the file begins.
func (f *directoryFile) open() (*people, error) {
	p := &people{engine.NewMemoryDirectory(), map[string][]engine.Member{}, map[engine.Member][]string{}}
	if err := p.add(f.Users, f.Groups, "users", "groups"); err != nil {
		return nil, err
	}
	for i, a := range f.Assignments {
		if err := p.assign(a); err != nil {
			return nil, fmt.Errorf("assignments[%d]: %w", i, err)
		}
	}
	return p, nil
}

// add creates users and groups, and then what they refer to each other by.
func (p *people) add(users, groups []map[string]any, usersKey, groupsKey string) error {
	managers := map[int]string{}
	var ids []string
	for i, attrs := range users {
		attrs = maps.Clone(attrs)
		if name, ok := attrs["manager"].(string); ok {
			managers[i] = name
			delete(attrs, "manager")
		}
		m, err := p.create(mapping.User, "userPrincipalName", attrs)
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", usersKey, i, err)
		}
		ids = append(ids, m.ID)
	}
	for _, i := range slices.Sorted(maps.Keys(managers)) {
		manager, err := p.find(managers[i], mapping.User)
		if err == nil {
			err = p.Put(mapping.User, map[string]any{"objectId": ids[i], "manager": manager.ID})
		}
		if err != nil {
			return fmt.Errorf("%s[%d].manager: %w", usersKey, i, err)
		}
	}
	var members [][]string
	var made []engine.Member
	for i, attrs := range groups {
		attrs = maps.Clone(attrs)
		names, err := texts(attrs["members"])
		if err != nil {
			return fmt.Errorf("%s[%d].members: %w", groupsKey, i, err)
		}
		delete(attrs, "members")
		m, err := p.create(mapping.Group, "displayName", attrs)
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", groupsKey, i, err)
		}
		members, made = append(members, names), append(made, m)
	}
	for i, names := range members {
		if err := p.setMembers(made[i].ID, names, true); err != nil {
			return fmt.Errorf("%s[%d]: %w", groupsKey, i, err)
		}
	}
	return nil
}

func texts(value any) ([]string, error) {
	if value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, errors.New("it is no list of names")
	}
	out := make([]string, len(list))
	for i, v := range list {
		if out[i], ok = v.(string); !ok {
			return nil, fmt.Errorf("element %d is no text", i)
		}
	}
	return out, nil
}

// create creates an object. One without objectId gets an id that is made from its
// name, so that it stays the same from run to run.
func (p *people) create(typ, nameKey string, attrs map[string]any) (engine.Member, error) {
	name, _ := attrs[nameKey].(string)
	id, given := attrs["objectId"].(string)
	switch {
	case attrs["objectId"] != nil && !given:
		return engine.Member{}, errors.New("objectId is no text")
	case id == "" && name == "":
		return engine.Member{}, fmt.Errorf("the %s has neither objectId nor %s", typ, nameKey)
	case id == "":
		id = uuid.NewSHA1(uuid.NameSpaceURL, []byte("scimctl:"+typ+":"+strings.ToLower(name))).String()
		attrs["objectId"] = id
	}
	if typ == mapping.User {
		if _, said := attrs["accountEnabled"]; !said {
			attrs["accountEnabled"] = true
		}
	}
	m := engine.Member{Type: typ, ID: id}
	for _, other := range p.byName[strings.ToLower(id)] {
		if other.ID == id {
			return m, fmt.Errorf("the %s %s is there already", typ, id)
		}
	}
	if err := p.Put(typ, attrs); err != nil {
		return m, err
	}
	p.rename(m, id, name)
	return m, nil
}

// rename notes the names of an object.
func (p *people) rename(m engine.Member, names ...string) {
	for _, name := range p.names[m] {
		p.byName[name] = slices.DeleteFunc(p.byName[name], func(other engine.Member) bool { return other == m })
	}
	p.names[m] = nil
	for _, name := range names {
		if name = strings.ToLower(name); name != "" && !slices.Contains(p.names[m], name) {
			p.names[m] = append(p.names[m], name)
			p.byName[name] = append(p.byName[name], m)
		}
	}
}

// find returns the one object of a name; typ "" takes users and groups.
func (p *people) find(name, typ string) (engine.Member, error) {
	var found []engine.Member
	for _, m := range p.byName[strings.ToLower(name)] {
		if typ == "" || m.Type == typ {
			found = append(found, m)
		}
	}
	what := "user or group"
	if typ != "" {
		what = strings.ToLower(typ)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		// Near names are looked for in directories of a size that people write.
		var near []string
		if len(p.byName) <= 2000 {
			near = slices.Sorted(maps.Keys(p.byName))
		}
		return engine.Member{}, fmt.Errorf("there is no %s %q%s", what, name, diag.DidYouMean(name, near))
	}
	return engine.Member{}, fmt.Errorf("%d objects are called %q: name one by its objectId", len(found), name)
}

func (p *people) setMembers(group string, names []string, has bool) error {
	for i, name := range names {
		m, err := p.find(name, "")
		if err == nil {
			err = p.SetMember(group, m, has)
		}
		if err != nil {
			return fmt.Errorf("members[%d]: %w", i, err)
		}
	}
	return nil
}

func (p *people) assign(a assignmentFile) error {
	m, err := p.find(a.Principal, "")
	if err != nil {
		return err
	}
	if a.Role == "" {
		a.Role = "User"
	}
	return p.Assign(m.ID, a.Role)
}

// play makes one change.
func (p *people) play(c *changeFile) error {
	if err := p.add(c.AddUsers, c.AddGroups, "addUsers", "addGroups"); err != nil {
		return err
	}
	for i, s := range c.Set {
		if err := p.set(s); err != nil {
			return fmt.Errorf("set[%d]: %w", i, err)
		}
	}
	for _, list := range []struct {
		key  string
		has  bool
		list []membersFile
	}{{"addMembers", true, c.AddMembers}, {"removeMembers", false, c.RemoveMembers}} {
		for i, members := range list.list {
			group, err := p.find(members.Group, mapping.Group)
			if err == nil {
				err = p.setMembers(group.ID, members.Members, list.has)
			}
			if err != nil {
				return fmt.Errorf("%s[%d]: %w", list.key, i, err)
			}
		}
	}
	for i, a := range c.Assign {
		if err := p.assign(a); err != nil {
			return fmt.Errorf("assign[%d]: %w", i, err)
		}
	}
	for _, list := range []struct {
		key   string
		do    func(id string) error
		names []string
	}{{"unassign", p.Unassign, c.Unassign}, {"delete", p.Delete, c.Delete}, {"restore", p.Restore, c.Restore}, {"purge", p.purge, c.Purge}} {
		for i, name := range list.names {
			m, err := p.find(name, "")
			if err == nil {
				err = list.do(m.ID)
			}
			if err != nil {
				return fmt.Errorf("%s[%d]: %w", list.key, i, err)
			}
		}
	}
	if c.Restart != nil {
		if _, err := engine.ParseResetScope(*c.Restart); err != nil {
			return fmt.Errorf("restart: %w", err)
		}
	}
	return nil
}

// purge deletes an object for good; its userPrincipalName or displayName is free again.
func (p *people) purge(id string) error {
	if err := p.Purge(id); err != nil {
		return err
	}
	for _, typ := range []string{mapping.User, mapping.Group} {
		m := engine.Member{Type: typ, ID: id}
		if _, there := p.names[m]; there {
			p.rename(m, id)
		}
	}
	return nil
}

// set changes attributes of an object.
func (p *people) set(s setFile) error {
	m, err := p.find(s.Object, "")
	if err != nil {
		return err
	}
	attrs := maps.Clone(s.Attributes)
	if attrs == nil {
		return errors.New("there are no attributes")
	}
	for _, fixed := range []string{"objectId", "members"} {
		if _, there := attrs[fixed]; there {
			return fmt.Errorf("%s is not set as an attribute", fixed)
		}
	}
	if name, ok := attrs["manager"].(string); ok {
		manager, err := p.find(name, mapping.User)
		if err != nil {
			return fmt.Errorf("manager: %w", err)
		}
		attrs["manager"] = manager.ID
	}
	attrs["objectId"] = m.ID
	if err := p.Put(m.Type, attrs); err != nil {
		return err
	}
	key := map[string]string{mapping.User: "userPrincipalName", mapping.Group: "displayName"}[m.Type]
	if name, ok := attrs[key].(string); ok {
		p.rename(m, m.ID, name)
	}
	return nil
}
