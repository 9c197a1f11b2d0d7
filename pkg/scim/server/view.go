package server

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// view is a resource as a client sees it, with the version of that very content.
type view struct {
	object   *scim.Object
	location string
	version  string
}

// view adds what depends on the request or on other resources: addresses, the
// groups of a user, the type of members. The caller holds the lock for reading.
func (s *Server) view(rec *record, base string, p projection) view {
	v := view{location: base + "/" + rec.kind.endpoint + "/" + url.PathEscape(rec.id)}
	groups := s.store.groupsOf(rec)
	v.version = versionOf(rec, groups)
	o := &scim.Object{}
	for _, m := range rec.object.Members() {
		switch m.Name {
		case "meta":
			if len(groups) > 0 && p.wants("groups") {
				o.Set("groups", groupValues(groups, base))
			}
			meta := m.Value.(*scim.Object).Clone()
			meta.Set("location", v.location)
			meta.Set("version", v.version)
			o.Set("meta", meta)
		case "members":
			if rec.kind == groupKind && p.wants("members") {
				o.Set("members", s.store.memberValues(m.Value.([]any), base))
			}
		default:
			o.Set(m.Name, m.Value)
		}
	}
	v.object = p.apply(o)
	return v
}

// groupsOf returns the groups that a user is a direct member of, oldest first.
func (s *store) groupsOf(rec *record) []*record {
	if rec.kind != userKind {
		return nil
	}
	list := s.groups.index.groupsWith(rec.id)
	if len(list) > 1 {
		list = slices.SortedFunc(slices.Values(list), byPlace)
	}
	return list
}

// versionOf is the entity tag of a resource. A user's groups are part of it.
func versionOf(rec *record, groups []*record) string {
	return fmt.Sprintf(`W/"%d%s"`, rec.version, membership(groups))
}

// version is the entity tag of the resource as it is now.
func (s *store) version(rec *record) string { return versionOf(rec, s.groupsOf(rec)) }

// membership is the part of a user's version that changes with its groups.
func membership(groups []*record) string {
	if len(groups) == 0 {
		return ""
	}
	h := fnv.New32a()
	for _, g := range groups {
		fmt.Fprintf(h, "%s\x00%s\x00", g.id, g.object.Text("displayName"))
	}
	return fmt.Sprintf("-%08x", h.Sum32())
}

func groupValues(groups []*record, base string) []any {
	values := make([]any, len(groups))
	for i, g := range groups {
		values[i] = scim.NewObject(
			scim.Member{Name: "value", Value: g.id},
			scim.Member{Name: "$ref", Value: base + "/Groups/" + url.PathEscape(g.id)},
			scim.Member{Name: "display", Value: g.object.Text("displayName")},
			scim.Member{Name: "type", Value: "direct"},
		)
	}
	return values
}

func (s *store) memberValues(members []any, base string) []any {
	values := make([]any, len(members))
	for i, m := range members {
		member := m.(*scim.Object)
		id := member.Text("value")
		out := scim.NewObject(scim.Member{Name: "value", Value: id})
		if rec := s.byID[id]; rec != nil {
			out.Set("$ref", base+"/"+rec.kind.endpoint+"/"+url.PathEscape(id))
			out.Set("type", rec.kind.name)
		}
		if display := member.Text("display"); display != "" {
			out.Set("display", display)
		}
		values[i] = out
	}
	return values
}

// matches reports whether one of the entity tags in a header is the version.
// Weak and strong tags compare alike. Source: RFC 7644 §3.14, RFC 9110 §13.1.
func matches(tags []string, version string) bool {
	for _, list := range tags {
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(version, "W/") {
				return true
			}
		}
	}
	return false
}

// precondition checks If-Match against what the client last saw.
func precondition(r *http.Request, version string) *scim.Error {
	if tags := r.Header.Values("If-Match"); len(tags) > 0 && !matches(tags, version) {
		return scim.Errorf(http.StatusPreconditionFailed, "", "the resource has changed; its version is %s", version)
	}
	return nil
}
