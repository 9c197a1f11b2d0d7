package endpoint

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/scimctl/scimctl/pkg/scim"
)

// CleanOptions say what Clean removes.
type CleanOptions struct {
	Run    string // id of the run whose objects are meant; "" means all runs, also one that is under way
	DryRun bool   // finds and removes nothing
}

// Cleaned is what Clean did.
type Cleaned struct {
	Found []Leftover // all of them, in the order in which they are removed
	Left  []Leftover // those that could not be removed, with the reason
	// Unsure names the resources that could not be searched completely, and why.
	Unsure []string
}

const (
	// maxWalk is how many objects of a store are looked at one by one, where a search
	// by the beginning of a name finds nothing or is not there.
	maxWalk = 5000

	walkPage = 100
)

// Clean finds the objects that earlier runs left, by their mark, and removes them:
// groups first. Only objects whose userName, displayName or externalId begins with
// the mark are touched. The error says why the server could not be asked at all; what
// was done until then is returned with it.
func (r *Runner) Clean(ctx context.Context, o CleanOptions) (*Cleaned, error) {
	done := &Cleaned{}
	for _, resource := range []string{"Groups", "Users"} {
		found, unsure, err := r.leftovers(ctx, resource, o.Run)
		if err != nil {
			return done, fmt.Errorf("look for objects of earlier runs: %w", err)
		}
		if unsure != "" {
			done.Unsure = append(done.Unsure, resource+": "+unsure)
		}
		done.Found = append(done.Found, found...)
	}
	if o.DryRun {
		return done, nil
	}
	for _, l := range done.Found {
		done.Left = append(done.Left, r.remove(ctx, object{resource: l.Resource, id: l.ID, name: l.Name})...)
		if ctx.Err() != nil {
			return done, fmt.Errorf("remove objects of earlier runs: %w", ctx.Err())
		}
	}
	return done, nil
}

// leftovers finds the marked objects of one resource: by a search, and in a store that
// is small enough by looking at each, since some servers answer a search that they
// cannot do with an empty list.
func (r *Runner) leftovers(ctx context.Context, resource, run string) (found []Leftover, unsure string, err error) {
	seen := map[string]bool{}
	take := func(o *scim.Object) {
		if id := o.ID(); id != "" && !seen[id] && isMarked(o, run) {
			seen[id] = true
			found = append(found, Leftover{Resource: resource, ID: id, Name: or(o.Text(naming(resource)), o.Text("externalId")), Reason: "left by an earlier run"})
		}
	}
	searched := false
	for _, attribute := range []string{naming(resource), "externalId"} {
		if problem, _ := r.walk(ctx, resource, fmt.Sprintf("%s sw %q", attribute, Mark+run), take); problem == "" {
			searched = true
		}
	}
	problem, whole := r.walk(ctx, resource, "", take)
	switch {
	case ctx.Err() != nil:
		return found, "", ctx.Err()
	case problem != "" && !searched && resource == "Users":
		return found, "", errors.New(problem)
	case problem != "" && !searched:
		return found, problem, nil
	case !whole && !searched:
		return found, fmt.Sprintf("the store has more than %d objects, and cannot be searched by the beginning of a name", maxWalk), nil
	}
	return found, "", nil
}

// walk calls take for each object that a filter finds, page by page. It reports what
// kept it from reading on, and whether it saw all.
func (r *Runner) walk(ctx context.Context, resource, filter string, take func(*scim.Object)) (problem string, whole bool) {
	seen := 0
	for {
		query := []scim.Param{{Name: "startIndex", Value: strconv.Itoa(seen + 1)}, {Name: "count", Value: strconv.Itoa(walkPage)}}
		if filter != "" {
			query = append([]scim.Param{{Name: "filter", Value: filter}}, query...)
		}
		list, problem := r.wire.send(ctx, get(resource, query...)).List()
		if problem != "" {
			return problem, false
		}
		for _, o := range list.Resources {
			take(o)
		}
		seen += len(list.Resources)
		switch {
		case len(list.Resources) == 0 || seen >= list.Total:
			return "", true
		case seen >= maxWalk:
			return "", false
		}
	}
}
