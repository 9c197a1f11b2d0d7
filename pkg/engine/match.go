package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// linked reads the target object that the source object is linked to; nil when it
// is not linked, or when the target object has vanished and is to be matched again.
func (r *run) linked(ctx context.Context) (*scim.Object, *ending) {
	id, ok := r.e.config.Links.Target(r.typ, r.id)
	if !ok {
		return nil, nil
	}
	have, err := r.get(ctx, id)
	gone, said := notFound(err)
	switch {
	case gone && (said || r.verdict.inScope()):
		// Without the server's word the link stays until a search has shown that it is
		// the server that answers: a leaver's link must not be lost to a gateway's page.
		if said {
			r.e.config.Links.Unlink(r.typ, r.id)
		}
		r.record(EntryImport, StepMatching, Success,
			fmt.Sprintf("%s has no %s with id '%s' any more", r.e.config.TargetSystem, r.typ, id))
		return nil, nil
	case err != nil:
		return nil, r.fail(ActionOther, EntryImport, StepMatching, "read", nil, err)
	}
	r.out.TargetID, r.have = id, have
	r.retrieved(have)
	return have, nil
}

// get reads a target object.
func (r *run) get(ctx context.Context, id string) (*scim.Object, error) {
	query := url.Values{}
	if r.typ == mapping.Group {
		for _, p := range r.e.config.Dialect.ReadGroup() {
			query.Add(p.Name, p.Value)
		}
	}
	return r.e.config.Client.Get(ctx, r.k.resource, id, query)
}

// match looks for the object at the server by the matching attributes, one
// precedence after the other, and links it when there is exactly one; nil when
// there is none. Source: entra_wire W-02, W-03, W-20.
func (r *run) match(ctx context.Context) (*scim.Object, *ending) {
	values := r.matching()
	if len(values) == 0 {
		return nil, r.unmatchable()
	}
	for _, v := range values {
		filter := scim.Equal(v.Path, v.Values[0]).String()
		list, err := r.search(ctx, filter)
		if err != nil {
			return nil, r.fail(ActionOther, EntryImport, StepMatching, "search", nil, err)
		}
		r.e.config.Links.Unlink(r.typ, r.id)
		have, end := r.only(list, v, filter)
		if end != nil {
			return nil, end
		}
		if have != nil {
			return r.adopt(have)
		}
	}
	return nil, nil
}

// search asks for the objects that fit the filter. In Okta's dialects a SCIM error of
// 404 says that there are none. Source: okta_contract §9.
func (r *run) search(ctx context.Context, filter string) (*client.List, error) {
	query := r.e.config.Dialect.SearchUsers
	if r.typ == mapping.Group {
		query = r.e.config.Dialect.SearchGroups
	}
	list, err := r.e.config.Client.Search(ctx, r.k.resource, query(filter)...)
	if _, said := notFound(err); said && r.e.config.Dialect.IsOkta() {
		return &client.List{}, nil
	}
	return list, err
}

// matching returns the mapped values to match by, by precedence.
func (r *run) matching() []*mapping.Value {
	var values []*mapping.Value
	for i := range r.result.Values {
		if v := &r.result.Values[i]; len(v.Values) > 0 && v.Values[0] != "" && r.e.matches(r.typ, v) {
			values = append(values, v)
		}
	}
	slices.SortStableFunc(values, func(a, b *mapping.Value) int { return cmp.Compare(a.Match, b.Match) })
	return values
}

// unmatchable ends the run of an object that has nothing to match by.
func (r *run) unmatchable() *ending {
	var names []string
	if r.e.config.Dialect.IsOkta() {
		names = append(names, nameTarget(r.typ))
	} else {
		for _, a := range r.k.Matching() {
			names = append(names, a.Target.Value)
		}
	}
	message := "there is no value for the matching attribute " + strings.Join(names, ", ")
	if err := errors.Join(r.result.Errors...); err != nil {
		message += ": " + err.Error()
	}
	return r.skip(SkipImport, message, "Give the source object a value for it, or match by another attribute.")
}

// only returns the single object that a query found, nil when there is none.
// Objects that contradict the filter show that the server does not filter; taking
// one of them would hand somebody else's account over.
func (r *run) only(list *client.List, v *mapping.Value, filter string) (*scim.Object, *ending) {
	if len(list.Resources) == 0 && list.TotalResults == 0 {
		return nil, nil
	}
	refuse := func(code, message, advice string) *ending {
		return r.refuse(ActionOther, EntryImport, StepMatching, code, message, advice)
	}
	for _, o := range list.Resources {
		if current := elements(o.Lookup(v.Path)); len(current) > 0 && !slices.ContainsFunc(current, func(c any) bool {
			return sameValue(v.Type, v.Values[0], c, false)
		}) {
			return nil, refuse(CodeServiceIncompatible,
				fmt.Sprintf("%s answered the filter %s with an object whose %s is %q", r.e.config.TargetSystem, filter, v.Target, textOf(current)),
				"Ask the vendor to evaluate the filter: objects that do not match must not be in the answer.")
		}
	}
	if n := max(len(list.Resources), list.TotalResults); n > 1 {
		return nil, refuse(CodeDuplicateTargetEntries,
			fmt.Sprintf("%s has %d objects that match %s", r.e.config.TargetSystem, n, filter),
			"Remove the duplicates at the server, or match by an attribute that is unique there.")
	}
	if len(list.Resources) == 0 || list.Resources[0].ID() == "" {
		return nil, refuse(CodeServiceIncompatible,
			fmt.Sprintf("%s found an object for %s but answered without it or without its id", r.e.config.TargetSystem, filter),
			"Ask the vendor to put the objects found into Resources, each with its id.")
	}
	return list.Resources[0], nil
}

// adopt links the object that was found.
func (r *run) adopt(have *scim.Object) (*scim.Object, *ending) {
	id := have.ID()
	r.out.TargetID, r.have = id, have
	r.retrieved(have)
	if end := r.link(id); end != nil {
		return nil, end
	}
	r.record(EntrySynchronizationUpdate, StepMatching, Success,
		fmt.Sprintf("%s '%s' was matched with a %s in %s and is linked to it now", r.typ, r.name, r.typ, r.e.config.TargetSystem))
	return have, nil
}

// link links the source object to the target object. It ends the run when that
// belongs to another source object.
func (r *run) link(id string) *ending {
	other := ""
	switch links := r.e.config.Links.(type) {
	case Claims:
		other = links.Claim(r.typ, r.id, id)
	case Sources:
		other, _ = links.Source(r.typ, id)
	}
	if other == "" || other == r.id {
		r.e.config.Links.Link(r.typ, r.id, id)
		return nil
	}
	return r.refuse(ActionOther, EntryImport, StepMatching, CodeDuplicateSourceEntries,
		fmt.Sprintf("the %s in %s that matches is linked to %s '%s' already", r.typ, r.e.config.TargetSystem, r.typ, other),
		"Two source objects have the same matching value: change one of them, or match by an attribute that is unique.")
}

// notFound reports whether the answer is a 404, and whether it is the server that
// says so in a SCIM error: a gateway's page says nothing about the object.
// Source: entra_wire W-51.
func notFound(err error) (gone, said bool) {
	e, ok := errors.AsType[*client.Error](err)
	if !ok || e.Status != http.StatusNotFound {
		return false, false
	}
	return true, e.SCIM != nil
}

func compareFold(a, b string) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}
