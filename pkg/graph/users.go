package graph

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// usersPage is how many users one answer holds at most. Source: graph_contract §2.
const usersPage = "999"

// Users lists the users of the tenant page by page, in the order of Graph, with no
// more than the properties named, id among them always. A property inside another is
// written with a slash, and of manager the id is read. Values are as encoding/json
// decodes them. An error ends the sequence. Reading takes User.Read.All.
// Source: graph_contract §2, §8.
func (c *Client) Users(ctx context.Context, properties []string) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		r := &request{op: "read the users", method: http.MethodGet, path: []string{"users"}, query: userQuery(properties, "$top", usersPage), needs: needsUsers}
		seen := map[string]bool{}
		for range maxPages {
			p, err := read[page[map[string]any]](ctx, c, r)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, user := range p.Value {
				if !yield(user, nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			next, err := url.Parse(p.Next)
			if err != nil || !c.ours(next) || seen[p.Next] {
				yield(nil, c.strangePage(r, next))
				return
			}
			seen[p.Next] = true
			following := *r
			following.page = next
			r = &following
		}
		yield(nil, c.strangePage(r, nil))
	}
}

// User reads one user by object id or user principal name, as Users does. The error
// is of Kind NotFound when there is none.
func (c *Client) User(ctx context.Context, idOrName string, properties []string) (map[string]any, error) {
	return read[map[string]any](ctx, c, &request{
		op: fmt.Sprintf("read the user %q", idOrName), method: http.MethodGet, path: userPath(idOrName), query: userQuery(properties), needs: needsUsers,
	})
}

// userQuery selects properties. Parts of a property are selected with it, and a
// manager comes by expansion alone.
func userQuery(properties []string, more ...string) string {
	selected := []string{"id"}
	expand := false
	for _, name := range properties {
		name, _, _ = strings.Cut(name, "/")
		if name == "manager" {
			expand = true
		} else if !slices.Contains(selected, name) {
			selected = append(selected, name)
		}
	}
	query := append([]string{"$select", strings.Join(selected, ",")}, more...)
	if expand {
		query = append(query, "$expand", "manager($select=id)")
	}
	return odata(query...)
}

// userPath addresses a user by name. A name that begins with "$" would be taken
// for a command of OData without the parentheses. Source: graph_contract §3.
func userPath(name string) []string {
	if strings.HasPrefix(name, "$") {
		return []string{"users(" + quote(name) + ")"}
	}
	return []string{"users", name}
}
