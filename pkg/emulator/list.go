package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

// Page sizes of the directory. Source: graph_contract §2.
const (
	defaultPage = 100
	maxPage     = 999
)

// listing answers a collection of one kind.
type listing struct {
	kind    *kind
	items   []*entity
	context string // after $metadata#
	typed   bool   // items carry @odata.type, as in mixed collections
	count   bool   // the path asked for the bare number
}

// list applies the query options and answers one page.
func (c *call) list(l listing) (*reply, error) {
	if err := c.checkQuery(l); err != nil {
		return nil, err
	}
	items := l.items
	if f := c.query.Filter; f != nil {
		items = keep(items, func(e *entity) bool { return f.Match(e, false) })
	}
	if len(c.query.Search) > 0 {
		items = keep(items, func(e *entity) bool {
			return slices.ContainsFunc(c.query.Search, func(t odata.Term) bool { return t.Found(e.Props[t.Property]) })
		})
	}
	if l.count {
		return &reply{status: 200, body: plain(strconv.Itoa(len(items)))}, nil
	}
	items = sorted(items, c.query.OrderBy)
	page, next, err := c.page(items)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(page))
	for _, e := range page {
		rendered, err := c.render(l.kind, e)
		if err != nil {
			return nil, err
		}
		if l.typed {
			rendered["@odata.type"] = "#" + kindOf(e).name
		}
		out = append(out, rendered)
	}
	body := map[string]any{"@odata.context": c.context(c.selection(l.context)), "value": out}
	if c.query.Count {
		body["@odata.count"] = len(items)
	}
	if next != "" {
		body["@odata.nextLink"] = next
	}
	return ok(body)
}

// plain is an answer that is text and no JSON, such as $count's.
type plain string

func keep(items []*entity, want func(*entity) bool) []*entity {
	out := make([]*entity, 0, len(items))
	for _, e := range items {
		if want(e) {
			out = append(out, e)
		}
	}
	return out
}

// sorted orders by $orderby, keeping equal ones in order.
func sorted(items []*entity, keys []odata.Sort) []*entity {
	if len(keys) == 0 {
		return items
	}
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b *entity) int {
		for _, key := range keys {
			order := odata.Order(a.Props[key.Property], b.Props[key.Property])
			if key.Descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return items
}

// checkQuery refuses what the directory does not support. Advanced queries need
// their header and $count=true. Source: graph_contract §2.
func (c *call) checkQuery(l listing) error {
	q, eventual := c.query, c.eventual()
	if q.Top > maxPage || q.Top == 0 {
		return unsupportedQuery("Invalid page size specified: '%d'. Must be between 1 and 999 inclusive.", q.Top)
	}
	if q.Skip > 0 && !l.kind.simple {
		return unsupportedQuery("'$skip' is not supported by the service.")
	}
	if l.kind.simple {
		eventual = true
	}
	if (q.Count || l.count) && !eventual {
		return unsupportedQuery("$count is not currently supported.")
	}
	if len(q.Search) > 0 && !eventual {
		return unsupportedQuery("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	for _, t := range q.Search {
		if !slices.Contains(l.kind.search, t.Property) {
			return unsupportedQuery("Property '%s' is not supported by $search.", t.Property)
		}
	}
	for _, s := range q.OrderBy {
		p, known := l.kind.property(s.Property)
		if !known {
			return fail(400, "BadRequest", "Could not find a property named '%s' on type '%s'.", s.Property, l.kind.name)
		}
		if p.typ == objectValue || p.typ == objectList || p.typ == textList {
			return unsupportedQuery("Sorting by property '%s' is not supported.", s.Property)
		}
	}
	if q.Filter == nil {
		return nil
	}
	needs, reason, err := l.kind.checkFilter(q.Filter)
	if err != nil {
		return err
	}
	if len(q.OrderBy) > 0 && !l.kind.simple && (!eventual || !q.Count) {
		return unsupportedQuery("Sorting not supported for current query.")
	}
	if needs && (!eventual || !q.Count && !l.count) {
		return unsupportedQuery("%s. Refer to https://aka.ms/graph-docs/advanced-queries for more information", reason)
	}
	return nil
}

func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// mark says where a page ended: after so many items, of which Last was the last.
type mark struct {
	After int    `json:"after"`
	Last  string `json:"last"`
}

// page cuts the page out that $top and $skiptoken ask for. The next link keeps
// the query; headers are the client's to repeat.
func (c *call) page(items []*entity) (page []*entity, next string, err error) {
	start, size := c.query.Skip, defaultPage
	if c.query.Top > 0 {
		size = c.query.Top
	}
	if c.query.SkipToken != "" {
		var m mark
		data, err := base64.RawURLEncoding.DecodeString(c.query.SkipToken)
		if err != nil || json.Unmarshal(data, &m) != nil || m.After < 0 {
			return nil, "", fail(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
		}
		start = m.After
		if i := slices.IndexFunc(items, func(e *entity) bool { return e.id() == m.Last }); i >= 0 {
			start = i + 1
		}
	}
	start = min(start, len(items))
	page = items[start:min(start+size, len(items))]
	if start+size >= len(items) {
		return page, "", nil
	}
	return page, c.nextLink(mark{start + size, page[len(page)-1].id()}), nil
}

func (c *call) nextLink(m mark) string {
	token, _ := json.Marshal(m)
	q, _ := url.ParseQuery(c.r.URL.RawQuery)
	q.Del("$skip")
	q.Del("skiptoken")
	q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString(token))
	return c.base + c.r.URL.EscapedPath() + "?" + strings.ReplaceAll(q.Encode(), "%24", "$")
}

// selection puts the selected names into a context, as in users(id,displayName).
func (c *call) selection(context string) string {
	if len(c.query.Select) == 0 {
		return context
	}
	return context + "(" + strings.Join(c.query.Select, ",") + ")"
}

// render prints the selected properties of an entity, and what $expand asks for.
func (c *call) render(k *kind, e *entity) (map[string]any, error) {
	actual := k
	if k == objectKind {
		actual = kindOf(e)
	}
	names, err := actual.selected(c.version, c.query.Select)
	if err != nil && k == objectKind {
		names, err = c.query.Select, nil // a mixed collection leaves out what a kind does not have
	}
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(names)+1)
	for _, name := range names {
		p, ok := actual.property(name)
		if !ok {
			continue
		}
		if v := e.Props[name]; v != nil {
			out[name] = v
		} else if !strings.HasPrefix(name, "extension_") {
			out[name] = p.empty()
		}
	}
	return out, c.expand(actual, e, out)
}

// entityReply answers one entity with its context.
func (c *call) entityReply(k *kind, e *entity) (*reply, error) {
	body, err := c.render(k, e)
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context(c.selection(k.set) + "/$entity")
	return ok(body)
}

// maxExpand is how many references one $expand brings.
const maxExpand = 20

func (c *call) expand(k *kind, e *entity, out map[string]any) error {
	for _, x := range c.query.Expand {
		name := x.Property
		if !slices.Contains(k.expands, name) {
			return fail(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type '%s'.", name, k.name)
		}
		if name == "appRoleAssignedTo" {
			out[name] = c.assignmentsOf(func(a *assignment) bool { return a.ResourceID == e.id() })
			continue
		}
		var found []any
		for _, other := range c.related(e, name) {
			nested := &call{state: c.state, version: c.version, query: odata.Query{Top: -1, Select: x.Select}}
			rendered, err := nested.render(kindOf(other), other)
			if err != nil {
				return err
			}
			rendered["@odata.type"] = "#" + kindOf(other).name
			if found = append(found, rendered); len(found) == maxExpand {
				break
			}
		}
		switch {
		case name != "manager":
			out[name] = append([]any{}, found...)
		case len(found) > 0:
			out[name] = found[0]
		}
	}
	return nil
}

// related returns the entities behind a reference name.
func (c *call) related(e *entity, name string) []*entity {
	if name == "memberOf" {
		return c.memberOf(e.id())
	}
	var out []*entity
	for _, id := range e.refs(name) {
		if other := c.object(id); other != nil {
			out = append(out, other)
		}
	}
	return out
}

// kindOf returns the kind of an entity.
func kindOf(e *entity) *kind {
	switch e.Kind {
	case "user":
		return userKind
	case "group":
		return groupKind
	case "application":
		return applicationKind
	default:
		return servicePrincipalKind
	}
}

// objectKind stands for collections of mixed kinds, such as members.
var objectKind = &kind{
	name: "microsoft.graph.directoryObject", set: "directoryObjects", title: "DirectoryObject",
	search: []string{"displayName"},
	properties: map[string]property{
		"id":              {text, filtered, false},
		"deletedDateTime": {date, unfiltered, false},
		"displayName":     {text, advanced, false},
	},
}
