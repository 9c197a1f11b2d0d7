package profile

import (
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// app reads the identity of the application.
func (r *resolver) app(n *node) App {
	if n == nil || n.kind != mapNode {
		return App{}
	}
	r.needed(n, "name", "Write the display name of the application in the tenant.")
	out := App{
		Name:         r.textOf(n.get("name")),
		Template:     r.textOf(n.get("template")),
		Job:          r.textOf(n.get("job")),
		SyncTemplate: r.textOf(n.get("synchronizationTemplate")),
		Where:        n.where,
	}
	if r.oneOf(n, codeAppIdentity, "template", "existing") == "existing" {
		out.Existing = r.existing(n.get("existing"))
	}
	if n.get("existing") == nil && out.Template.Value == "" && n.get("template") == nil {
		out.Template = diag.Text{Value: nonGallery}
	}
	if roles := n.get("roles"); roles != nil {
		var names []diag.Text
		for _, item := range roles.items {
			if item.kind == mapNode {
				out.Roles = append(out.Roles, r.role(item))
				names = append(names, r.textOf(item.get("name")))
			}
		}
		r.repeated("app role", names)
	}
	return out
}

// nonGallery is the template of applications that are not in the gallery.
const nonGallery = "non-gallery"

func (r *resolver) existing(n *node) *Existing {
	if n.kind != mapNode {
		return nil
	}
	keys := []string{"servicePrincipal", "appId", "name"}
	if r.oneOf(n, codeAppIdentity, keys...) == "" && !n.unset {
		r.report(diag.Errorf(codeAppIdentity, n.where, "nothing says which application is adopted").
			WithDetail("Write %s.", orList(keys)))
	}
	return &Existing{
		ServicePrincipal: r.textOf(n.get("servicePrincipal")).Value,
		AppID:            r.textOf(n.get("appId")).Value,
		Name:             r.textOf(n.get("name")).Value,
		Where:            n.where,
	}
}

func (r *resolver) role(n *node) Role {
	r.needed(n, "name", "Write the display name of the role.")
	out := Role{
		Name:        r.textOf(n.get("name")).Value,
		Value:       r.textOf(n.get("value")).Value,
		Description: r.textOf(n.get("description")).Value,
		Where:       n.where,
	}
	if strings.ContainsAny(out.Value, " \t") {
		r.report(diag.Errorf(codeWord, n.get("value").where, "the value of an app role has no blanks").WithDetail("Write it without; blanks may stand in the name."))
	}
	if members := n.get("members"); members != nil {
		for _, m := range members.items {
			if w := r.word(m, "User", "Application"); w != "" {
				out.Members = append(out.Members, w)
			}
		}
	}
	return out
}

// settings reads the settings of the job.
func (r *resolver) settings(n *node) Settings {
	if n == nil || n.kind != mapNode {
		return Settings{}
	}
	out := Settings{
		SkipOutOfScopeDeletions: r.flag(n.get("skipOutOfScopeDeletions")),
		State:                   r.word(n.get("state"), "started", "stopped"),
		Where:                   n.where,
	}
	if scope := r.word(n.get("scope"), "assigned", "all"); scope != "" {
		out.SyncAll = new(scope == "all")
	}
	if notify := n.get("notify"); usable(notify) {
		switch address := notify.text.Value; {
		case address == "off" && !notify.filled:
			out.Notify = new("")
		case !strings.Contains(address, "@") || strings.ContainsAny(address, " \t\r\n,;<>"):
			r.report(diag.Errorf(codeWord, notify.where, "%q is not a mail address", address).
				WithDetail("Write one address, or off."))
		default:
			out.Notify = &address
		}
	}
	if threshold := n.get("deletionThreshold"); usable(threshold) {
		if threshold.text.Value == "off" {
			out.DeletionThreshold = new(thresholdOff)
		} else if number, ok := r.number(threshold, 1, maxThreshold, "Write a whole number of deletions, or off."); ok {
			out.DeletionThreshold = &number
		}
	}
	return out
}

const (
	thresholdOff = -1
	maxThreshold = 1_000_000
)

// number reads a whole number between two bounds.
func (r *resolver) number(n *node, least, most int, detail string) (int, bool) {
	number, err := strconv.Atoi(n.text.Value)
	switch {
	case err != nil || strings.HasPrefix(n.text.Value, "+"):
		r.report(diag.Errorf(codeNumber, n.where, "a whole number is meant, not %q", n.text.Value).WithDetail("%s", detail))
		return 0, false
	case number < least || number > most:
		r.report(diag.Errorf(codeNumber, n.where, "%d is outside %d to %d", number, least, most).WithDetail("%s", detail))
		return 0, false
	case n.style != plain && !n.filled:
		r.report(diag.Errorf(codeNumber, n.where, "a number is meant, and quotes make it a text").
			WithDetail("Leave the quotes out.").WithFix(n.text.Value))
	}
	return number, true
}

// assign reads who is assigned.
func (r *resolver) assign(n *node) *Assign {
	if n == nil || n.kind != mapNode {
		return nil
	}
	out := &Assign{Where: n.where}
	if exclusive := r.flag(n.get("exclusive")); exclusive != nil {
		out.Exclusive = *exclusive
	}
	if n.get("to") == nil {
		r.needed(n, "to", "List who is assigned, or leave assign out.")
		return out
	}
	seen := map[Assignment]diag.Range{}
	for _, item := range n.get("to").items {
		if item.kind != mapNode {
			continue
		}
		if r.oneOf(item, codeAssignee, "group", "user") == "" {
			if item.unset {
				continue
			}
			r.report(diag.Errorf(codeAssignee, item.where, "nobody is assigned here").
				WithDetail("Write group or user, with a name or an object id."))
			continue
		}
		a := Assignment{
			Group: r.textOf(item.get("group")).Value,
			User:  r.textOf(item.get("user")).Value,
			Role:  r.textOf(item.get("role")).Value,
		}
		if a.Role == "" {
			a.Role = defaultRole
		}
		if first, ok := seen[a]; ok {
			r.report(diag.Errorf(codeRepeated, item.where, "the assignment is here twice").
				WithDetail("Keep one of the two.").WithRelated(first, "the first is here"))
			continue
		}
		seen[a] = item.where
		a.Where = item.where
		out.To = append(out.To, a)
	}
	return out
}

// defaultRole is the role that applications made from the non-gallery template have.
// Source: graph_contract §2.
const defaultRole = "User"
