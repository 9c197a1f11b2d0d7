package profile

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// Comments are remarks for a printed profile, one line each.
type Comments struct {
	Head []string // above the document
	// Above has remarks by the key of the document above which they stand: app,
	// endpoint, settings, users, groups, assign. One for a key that is not printed
	// stands where the key would.
	Above map[string][]string
	// Assignees are remarks behind single assignments, by their place in the list,
	// such as the name behind an object id.
	Assignees map[int]string
}

// Print writes a profile in the layout of the built-in ones. Loading and resolving
// the text, with the environment that r has, gives r again, but for places, tests
// and variables: those are not written, and what they stood for is. Members that are
// not managed are left out, and so is what a missing key means anyway.
func Print(r *Resolved, c Comments) []byte {
	p := &printer{}
	p.remarks("", c.Head)
	p.line("version: 1")
	p.line("profile: " + scalar(r.Profile))
	p.field("description: ", r.Description)
	p.field("tenant: ", r.Tenant.Value)
	for _, s := range []struct {
		key   string
		print func()
	}{
		{"app", func() { p.app(r.App) }},
		{"endpoint", func() { p.endpoint(r.Endpoint) }},
		{"settings", func() { p.settings(r.Settings) }},
		{"users", func() { p.objectMapping("users", r.Users) }},
		{"groups", func() { p.objectMapping("groups", r.Groups) }},
		{"assign", func() { p.assign(r.Assign, c.Assignees) }},
	} {
		p.gap = true
		p.remarks("", c.Above[s.key])
		s.print()
	}
	if r.Environment != "" {
		p.gap = true
		p.line("environments:")
		p.line("  " + scalar(r.Environment) + ": {}")
	}
	return []byte(p.b.String())
}

// printer collects the lines of a document.
type printer struct {
	b   strings.Builder
	gap bool // an empty line comes before the next one
}

func (p *printer) line(text string) {
	if p.gap {
		p.gap = false
		p.b.WriteByte('\n')
	}
	p.b.WriteString(text + "\n")
}

// remarks writes comments. Line breaks inside a remark would end the comment.
func (p *printer) remarks(indent string, lines []string) {
	for _, l := range lines {
		p.line(strings.TrimRight(indent+"# "+oneLine(l), " "))
	}
}

// oneLine takes away what would end a comment or drive a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if mustEscape(r) {
			return ' '
		}
		return r
	}, s)
}

// field writes a key with a text, unless it is empty.
func (p *printer) field(key, value string) {
	if value != "" {
		p.line(key + scalar(value))
	}
}

func (p *printer) app(a App) {
	p.line("app:")
	p.field("  name: ", a.Name.Value)
	if e := a.Existing; e != nil {
		var f flow
		f.text("servicePrincipal", e.ServicePrincipal)
		f.text("appId", e.AppID)
		f.text("name", e.Name)
		p.line("  existing: " + f.String())
	} else {
		p.field("  template: ", a.Template.Value)
	}
	p.field("  job: ", a.Job.Value)
	p.field("  synchronizationTemplate: ", a.SyncTemplate.Value)
	if len(a.Roles) > 0 {
		p.line("  roles:")
	}
	for _, role := range a.Roles {
		var f flow
		f.text("name", role.Name)
		f.text("value", role.Value)
		f.text("description", role.Description)
		f.list("members", role.Members)
		p.item("    ", f)
	}
}

func (p *printer) endpoint(e *Endpoint) {
	if e == nil {
		return
	}
	p.line("endpoint:")
	address, compliance := splitCompliance(e.URL.Value)
	p.field("  url: ", address)
	switch {
	case e.NoToken:
		p.line("  token: none")
	case !e.Token.IsZero():
		var f flow
		f.text("env", e.Token.Env)
		f.text("file", e.Token.File)
		f.flag("stdin", e.Token.Stdin)
		f.text("hint", e.TokenHint)
		p.line("  token: " + f.String())
	case e.OAuth2 != nil:
		p.line("  oauth2:")
		p.field("    tokenUrl: ", e.OAuth2.TokenURL)
		p.field("    clientId: ", e.OAuth2.ClientID)
		var f flow
		f.text("env", e.OAuth2.ClientSecret.Env)
		f.text("file", e.OAuth2.ClientSecret.File)
		f.flag("stdin", e.OAuth2.ClientSecret.Stdin)
		p.line("    clientSecret: " + f.String())
	}
	p.field("  compliance: ", compliance)
}

// splitCompliance takes a compliance flag off the end of a tenant URL, where the
// key compliance would append it. A flag elsewhere stays in the URL.
func splitCompliance(address string) (string, string) {
	for _, flag := range complianceFlags {
		rest, ok := strings.CutSuffix(address, flag)
		if !ok || rest == "" || !strings.HasSuffix(rest, "?") && !strings.HasSuffix(rest, "&") {
			continue
		}
		rest = rest[:len(rest)-1]
		u, err := url.Parse(rest)
		if err == nil && !u.ForceQuery && !slices.ContainsFunc(queryKeys(u.RawQuery), func(k string) bool { return slices.Contains(complianceFlags, k) }) {
			return rest, flag
		}
	}
	return address, ""
}

func (p *printer) settings(s Settings) {
	var lines []string
	if s.SyncAll != nil {
		lines = append(lines, "scope: "+map[bool]string{true: "all", false: "assigned"}[*s.SyncAll])
	}
	if s.Notify != nil {
		address := "off"
		if *s.Notify != "" {
			address = scalar(*s.Notify)
		}
		lines = append(lines, "notify: "+address)
	}
	if s.DeletionThreshold != nil {
		value := strconv.Itoa(*s.DeletionThreshold)
		if *s.DeletionThreshold == thresholdOff {
			value = "off"
		}
		lines = append(lines, "deletionThreshold: "+value)
	}
	if s.SkipOutOfScopeDeletions != nil {
		lines = append(lines, fmt.Sprintf("skipOutOfScopeDeletions: %t", *s.SkipOutOfScopeDeletions))
	}
	if s.State != "" {
		lines = append(lines, "state: "+s.State)
	}
	if len(lines) == 0 {
		return
	}
	p.line("settings:")
	for _, l := range lines {
		p.line("  " + l)
	}
}

func (p *printer) objectMapping(key string, d *mapping.Desired) {
	if d == nil {
		return
	}
	p.line(key + ":")
	if d.Enabled != nil {
		p.line(fmt.Sprintf("  enabled: %t", *d.Enabled))
	}
	if d.Base != "" {
		p.line("  base: " + string(d.Base))
	}
	if d.Actions != nil {
		p.line("  actions: " + flowList(actionWords(*d.Actions)))
	}
	if len(d.TargetAttributes)+len(d.SourceAttributes)+len(d.RemoveAttributes) > 0 {
		p.line("  attributes:")
		p.specs("target", d.TargetAttributes)
		p.specs("source", d.SourceAttributes)
		if len(d.RemoveAttributes) > 0 {
			p.texts("    ", "remove", valuesOf(d.RemoveAttributes))
		}
	}
	p.filters(d.Filters)
	if len(d.Mappings) > 0 {
		p.line("  mappings:")
	}
	for _, a := range d.Mappings {
		p.item("    ", mappingFlow(a))
	}
	if len(d.Remove) > 0 {
		p.texts("  ", "remove", valuesOf(d.Remove))
	}
}

func (p *printer) specs(key string, specs []mapping.AttributeSpec) {
	if len(specs) == 0 {
		return
	}
	p.line("    " + key + ":")
	for _, s := range specs {
		var f flow
		f.text("name", s.Name.Value)
		f.optional("type", s.Type)
		f.choice("multiValued", s.MultiValued)
		f.choice("caseExact", s.CaseExact)
		f.choice("required", s.Required)
		f.optional("mutability", s.Mutability)
		f.list("references", s.References)
		p.item("      ", f)
	}
}

func (p *printer) filters(groups *[]mapping.FilterGroup) {
	switch {
	case groups == nil:
		return
	case len(*groups) == 0:
		p.line("  filters: []")
		return
	}
	p.line("  filters:")
	for _, g := range *groups {
		var f flow
		f.text("name", g.Name)
		clauses := make([]string, len(g.Clauses))
		for i, c := range g.Clauses {
			var clause flow
			clause.text("attribute", c.Attribute.Value)
			clause.text("operator", c.Operator.Value)
			if len(c.Values) == 1 {
				clause.always("value", c.Values[0])
			} else {
				clause.list("values", c.Values)
			}
			clauses[i] = clause.String()
		}
		f.raw("all", "["+strings.Join(clauses, ", ")+"]")
		p.item("    ", f)
	}
}

func mappingFlow(a mapping.Attribute) flow {
	var f flow
	f.text("target", a.Target.Value)
	switch a.Kind {
	case mapping.Direct:
		f.always("source", a.Source.Value)
	case mapping.Constant:
		f.always("constant", a.Source.Value)
	case mapping.Expression:
		f.raw("expression", quoted(escapeOurs(a.Source.Value)))
	}
	f.optional("default", a.Default)
	if a.Match > 0 {
		f.raw("match", strconv.Itoa(a.Match))
	}
	if a.OnCreateOnly {
		f.raw("apply", "create")
	}
	return f
}

func (p *printer) assign(a *Assign, remarks map[int]string) {
	if a == nil {
		return
	}
	p.line("assign:")
	if len(a.To) == 0 {
		p.line("  to: []")
	} else {
		p.line("  to:")
	}
	for i, to := range a.To {
		var f flow
		f.text("group", to.Group)
		f.text("user", to.User)
		if to.Role != defaultRole {
			f.text("role", to.Role)
		}
		line := "    - " + f.String()
		if remark := oneLine(remarks[i]); remark != "" {
			line += "  # " + remark
		}
		p.line(line)
	}
	if a.Exclusive {
		p.line("  exclusive: true")
	}
}

// actionWords are the actions as profiles name them.
func actionWords(a mapping.Actions) []string {
	var words []string
	for _, w := range []struct {
		action mapping.Actions
		word   string
	}{{mapping.Create, "create"}, {mapping.Update, "update"}, {mapping.Delete, "delete"}} {
		if a&w.action != 0 {
			words = append(words, w.word)
		}
	}
	return words
}
