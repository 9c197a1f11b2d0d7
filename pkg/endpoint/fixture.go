package endpoint

import (
	"context"
	"net/http"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// user is a user that a check made.
type user struct {
	ID       string
	UserName string
	External string       // externalId
	Sent     *scim.Object // body of the POST
	Got      *scim.Object // the answer's body
	Answer   *answer      // to the POST
}

// basic are the user attributes of a user made for a check that is about something
// else: what nearly every application wants.
var basic = []string{"userName", "externalId", "displayName", "name.givenName", "name.familyName", `emails[type eq "work"].value`, "active"}

// basicTargets are basic as target attributes, whatever the profile has.
func basicTargets() targets {
	var list targets
	for _, name := range basic {
		p, err := scim.ParsePath(name)
		if err != nil {
			continue // they are constants
		}
		t := target{AttributeValue: scim.AttributeValue{Path: p}, Name: name}
		if name == "active" {
			t.Type = scim.BooleanValue
		}
		list = append(list, t)
	}
	return list
}

// userBody returns the body of a POST of a new basic user in Entra's shape, with the
// members set on top.
func (p *Probe) userBody(more ...scim.Member) *scim.Object {
	return p.bodyOf(basicTargets(), more)
}

// profileUserBody is userBody with a value for each target attribute of the profile,
// and the values.
func (p *Probe) profileUserBody(more ...scim.Member) *scim.Object {
	list := p.runner.users
	if !list.has("userName") {
		list = append(basicTargets()[:1:1], list...)
	}
	return p.bodyOf(list, more)
}

func (p *Probe) bodyOf(list targets, more []scim.Member) *scim.Object {
	// The values fit their types, so there is always a body.
	body, err := scim.CreateUser(scim.Entra, attributeValues(p.values(list, 0, nil)))
	if err != nil {
		p.block("the body of a user cannot be made: %v", err)
	}
	for _, m := range more {
		body.Set(m.Name, m.Value)
	}
	return body
}

// newUser makes a user for a check that is about something else, and ends the check
// as blocked when the server does not let it: the checks of group Create tell why.
// A server that insists on more attributes gets all of the profile's.
func (p *Probe) newUser(ctx context.Context, more ...scim.Member) user {
	body := p.userBody(more...)
	a := p.do(ctx, post("Users", body))
	if a.Is(http.StatusBadRequest) {
		body = p.profileUserBody(more...)
		a = p.do(ctx, post("Users", body))
	}
	if !a.OK() || a.ID() == "" {
		p.block("a user that it needs could not be made: %s", a.Says())
	}
	return user{ID: a.ID(), UserName: body.Text("userName"), External: body.Text("externalId"), Sent: body, Got: a.Object(), Answer: a}
}

// readUser reads a user back, and ends the check when that fails: the claim is part
// of every check that looks at the outcome of a change.
func (p *Probe) readUser(ctx context.Context, id string) *scim.Object {
	return p.read(ctx, "Users", id)
}

func (p *Probe) read(ctx context.Context, resource, id string) *scim.Object {
	a := p.do(ctx, one(http.MethodGet, resource, id))
	p.must(a.Is(http.StatusOK) && a.Object() != nil, a.request.where()+" answers 200 with the resource", "%s", a.Says())
	return a.Object()
}

// group is a group that a check made.
type group struct {
	ID       string
	Name     string // displayName
	External string
	Got      *scim.Object
}

// groupBody returns the body of a POST of a new group in Entra's shape, with the
// members set on top.
func (p *Probe) groupBody(more ...scim.Member) *scim.Object {
	name := p.newName()
	body, err := scim.CreateGroup(scim.Entra, []scim.AttributeValue{
		{Path: scim.Path{Attribute: "externalId"}, Values: []string{name}},
		{Path: scim.Path{Attribute: "displayName"}, Values: []string{name}},
	})
	if err != nil {
		p.block("the body of a group cannot be made: %v", err)
	}
	for _, m := range more {
		body.Set(m.Name, m.Value)
	}
	return body
}

// newGroup makes a group with members for a check that is about something else. The
// members are added by Entra's PATCH, as Entra does it. See newUser.
func (p *Probe) newGroup(ctx context.Context, members ...string) group {
	body := p.groupBody()
	a := p.do(ctx, post("Groups", body))
	if a.Is(http.StatusBadRequest) {
		// Some servers refuse Entra's second schema, which C-25 is about.
		body.Set("schemas", []any{scim.GroupSchema})
		a = p.do(ctx, post("Groups", body))
	}
	if !a.OK() || a.ID() == "" {
		p.block("a group that it needs could not be made: %s", a.Says())
	}
	g := group{ID: a.ID(), Name: body.Text("displayName"), External: body.Text("externalId"), Got: a.Object()}
	if len(members) == 0 {
		return g
	}
	a = p.do(ctx, one(http.MethodPatch, "Groups", g.ID).With(scim.AddMembers(scim.EntraCompliant, members)))
	if !a.OK() {
		a = p.do(ctx, one(http.MethodPatch, "Groups", g.ID).With(scim.AddMembers(scim.OktaOIN, members)))
	}
	if !a.OK() {
		p.block("the members that it needs could not be added: %s", a.Says())
	}
	return g
}

// sameTime compares two moments, however they are written.
func sameTime(a, b string) bool {
	x, errX := time.Parse(time.RFC3339Nano, a)
	y, errY := time.Parse(time.RFC3339Nano, b)
	return errX == nil && errY == nil && x.Equal(y)
}
