package emulator

import "strings"

// access says how a handler treats the state.
type access int

const (
	reading access = iota // under the read lock
	writing               // under the write lock, saved afterwards
	calling               // locks for itself, since it talks to a SCIM server
)

// area is the backend that answers, which decides about errors and permissions.
type area int

const (
	directory area = iota
	provisioning
	logs
	gateway
)

// route is one method on one path pattern; names in braces are keys.
type route struct {
	method  string
	pattern string
	area    area
	access  access
	handle  func(*call) (*reply, error)

	steps []string
}

// routes is the whole of Graph that the tenant has, without version.
func routes() []*route {
	var table []*route
	for _, part := range [][]route{
		organizationRoutes(), userRoutes(), groupRoutes(), idRoutes(), galleryRoutes(), applicationRoutes(),
		servicePrincipalRoutes(), assignmentRoutes(), deletedRoutes(),
		synchronizationRoutes("servicePrincipals"), synchronizationRoutes("applications"),
		logRoutes(), batchRoutes(),
	} {
		for _, r := range part {
			r.steps = strings.Split(strings.Trim(r.pattern, "/"), "/")
			table = append(table, &r)
		}
	}
	return table
}

// match finds the route of a path. When no route fits, allowed says whether the
// path exists with another method, and known how many of its segments any route
// begins with.
func match(table []*route, method string, path []segment) (found *route, params map[string]segment, allowed bool, known int) {
	for _, r := range table {
		n := r.fits(path)
		known = max(known, n)
		if n < len(path) || len(r.steps) != len(path) {
			continue
		}
		allowed = true
		if r.method != method {
			continue
		}
		if found == nil || r.literals() > found.literals() {
			found = r
		}
	}
	if found == nil {
		return nil, nil, allowed, known
	}
	params = map[string]segment{}
	for i, step := range found.steps {
		if name, ok := parameter(step); ok {
			params[name] = path[i]
		}
	}
	return found, params, true, known
}

// fits returns how many leading segments of path agree with the pattern. Text that
// begins with a dollar sign is a key in parentheses only. Source: graph_contract §3.
func (r *route) fits(path []segment) int {
	for i, s := range path {
		if i == len(r.steps) {
			return i
		}
		if _, isKey := parameter(r.steps[i]); isKey {
			if !s.key && strings.HasPrefix(s.text, "$") {
				return i // such a key must stand in parentheses
			}
			continue
		}
		if s.key || !strings.EqualFold(s.text, r.steps[i]) {
			return i
		}
	}
	return len(path)
}

func (r *route) literals() (n int) {
	for _, step := range r.steps {
		if _, isKey := parameter(step); !isKey {
			n++
		}
	}
	return n
}

func parameter(step string) (name string, ok bool) {
	if strings.HasPrefix(step, "{") {
		return strings.Trim(step, "{}"), true
	}
	return "", false
}

// touchesPeople reports whether the handler may change users or groups.
func (r *route) touchesPeople() bool {
	return strings.HasPrefix(r.pattern, "/users") || strings.HasPrefix(r.pattern, "/groups") || strings.HasPrefix(r.pattern, "/directory")
}
