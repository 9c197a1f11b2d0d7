package preview

import (
	"hash/maphash"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Source attributes that decide about scope. Source: expressions §7.
const (
	attrIsSoftDeleted = "IsSoftDeleted"
	attrRoles         = "appRoleAssignments"
)

// attrMembers are the source ids of a group's members.
const attrMembers = "members"

// userRole is the app role of an assigned user whose record names none.
const userRole = "User"

// hidden stands for a value that came through Redact. Source: expressions §4.
const hidden = "[Redact]"

// worker foresees the requests of one user after the other in the same memory.
type worker struct {
	p             *Preview
	seed          maphash.Seed
	machine       *mapping.Machine
	creator       *scim.Creator
	before, after mapping.Builder
	result        mapping.Result
	values        []scim.AttributeValue
	text          []byte // paths and bodies of the requests
	out           Result
	keys          []uint64 // hashes of matching values, for a creation only
	inScope       bool
}

func (p *Preview) newWorker(seed maphash.Seed) *worker {
	w := &worker{p: p, seed: seed, machine: mapping.NewMachine(p.config.Env)}
	w.creator = scim.NewCreator(p.config.Dialect, p.plainColumns())
	return w
}

// plainColumns are what the mappings can put into a creation.
func (p *Preview) plainColumns() []scim.AttributeValue {
	var columns []scim.AttributeValue
	for _, c := range p.program.Columns() {
		if !c.Reference {
			columns = append(columns, c.AttributeValue)
		}
	}
	if p.config.Dialect.IsOkta() {
		columns = append(columns, scim.AttributeValue{Path: scim.PasswordPath})
	}
	return columns
}

// random stands for the random password in Okta's creations.
// Source: okta_contract §9.
const random = "{random}"

// begin forgets the last user.
func (w *worker) begin() {
	w.text, w.keys, w.inScope = w.text[:0], w.keys[:0], false
	w.out = Result{Requests: w.out.Requests[:0], Problems: w.out.Problems[:0]}
}

// record foresees what a record asks for. twin names an earlier user with the same
// matching value, "" for none.
func (w *worker) record(r *record, twin string) *Result {
	w.begin()
	if r.err != nil {
		return w.invalid(r, r.err)
	}
	f, err := r.read(w)
	if err != nil {
		return w.invalid(r, err)
	}
	switch {
	case !f.change:
		w.create(w.subject(&w.after, r.unassigned), twin)
	case !f.after:
		w.delete(w.subject(&w.before, false))
	case !f.before:
		w.create(w.subject(&w.after, r.unassigned), twin)
	default:
		w.change(w.subject(&w.before, false), w.subject(&w.after, r.unassigned))
	}
	return &w.out
}

// invalid is the result of a record that cannot be read.
func (w *worker) invalid(r *record, err *syntaxError) *Result {
	w.out.Action = Invalid
	problem := Problem{Severity: diag.Error, Code: string(codeRecord), Message: "the record is left out: " + err.message, At: r.place(err.offset)}
	if text := strings.TrimSpace(r.text); text == "{" || strings.HasPrefix(text, "[") {
		problem.Advice = "In NDJSON each line holds one user. JSON that is laid out over several lines, or an array, is read with the format json."
	}
	w.problem(problem)
	return &w.out
}

func (w *worker) problem(p Problem) { w.out.Problems = append(w.out.Problems, p) }

// subject is a user with what decides about the scope. A record that says
// IsSoftDeleted speaks of a user who is deleted in the directory.
func (w *worker) subject(b *mapping.Builder, unassigned bool) engine.Subject {
	o := b.Object()
	s := engine.Subject{Object: o, Assigned: !unassigned}
	if strings.EqualFold(o.Text(attrIsSoftDeleted), "true") {
		s.Deleted = engine.SoftDeleted
	}
	if roles := o.Attribute(attrRoles).Strings(); len(roles) > 0 {
		s.Roles = roles
	} else if w.p.roles && s.Assigned {
		s.Roles = []string{userRole}
		b.List(attrRoles, s.Roles)
	}
	return s
}

// name notes who it is.
func (w *worker) name(o mapping.Object) {
	w.out.ID = o.ID
	if w.out.Name = o.Text("userPrincipalName"); w.out.Name == "" {
		w.out.Name = o.Text("displayName")
	}
}

// mapped judges the scope and maps the user.
func (w *worker) mapped(b *mapping.Builder, s engine.Subject) engine.Scope {
	scope := w.p.rules.Judge(s)
	b.Bool(attrIsSoftDeleted, scope.SoftDeleted())
	w.p.program.MapInto(w.machine, s.Object, &w.result)
	w.inScope = scope.InScope()
	return scope
}

// create foresees the creation of a user whom the server does not have.
func (w *worker) create(s engine.Subject, twin string) {
	w.name(s.Object)
	scope := w.mapped(&w.after, s)
	creates := w.p.rules.Creates(s.Object, scope, &w.result)
	if s.Object.ID != "" && w.inScope {
		w.searches()
	}
	if !creates {
		w.keys = w.keys[:0]
		w.refused(w.p.rules.Refusal(s, scope, w.result))
		return
	}
	if twin != "" {
		w.out.Action = Fail
		w.problem(Problem{
			Severity: diag.Error, Code: engine.CodeDuplicateSourceEntries,
			Message: "the matching value is that of " + twin + " as well, so the search finds an object that is linked to another " + w.p.noun(),
			Advice:  "Change one of the two " + w.p.noun() + "s, or match by an attribute that is unique.",
		})
		return
	}
	w.out.Action = Create
	w.leftOut(s)
	for _, p := range w.p.problems(w.result.Values, true) {
		w.problem(p)
		if p.Severity == diag.Error {
			w.out.Action = Fail
		}
	}
	references := false
	w.values = w.values[:0]
	for i := range w.result.Values {
		v := &w.result.Values[i]
		if v.Reference {
			references = true
			continue
		}
		w.values = append(w.values, v.AttributeValue)
		if v.Redacted {
			last := &w.values[len(w.values)-1]
			last.Type, last.Values = scim.StringValue, []string{hidden}
		}
	}
	start := len(w.text)
	text, err := w.body(w.text)
	if err != nil {
		w.unwritable(err)
		return
	}
	w.text = text
	w.request("POST", w.p.posted, w.text[start:])
	if references {
		w.referTo()
	}
	if w.p.typ == mapping.Group {
		w.members(s.Object.Attribute(attrMembers).Strings(), nil, false)
	}
}

// body appends the body of a creation with the values.
func (w *worker) body(dst []byte) ([]byte, error) {
	if w.p.typ == mapping.Group {
		o, err := scim.CreateGroup(w.p.config.Dialect, w.values)
		if err != nil {
			return dst, err
		}
		return o.AppendJSON(dst)
	}
	if w.p.config.Dialect.IsOkta() {
		w.values = append(w.values, scim.AttributeValue{Path: scim.PasswordPath, Values: []string{random}})
	}
	return w.creator.AppendUser(dst, w.values)
}

// referTo appends the request with the references of an object that was created.
func (w *worker) referTo() {
	changes := w.p.rules.References(w.result)
	if len(changes) == 0 {
		return
	}
	var have *scim.Object
	if w.p.config.Dialect.ReadsBeforeWrite() {
		w.request("GET", w.p.read, nil)
		var err error
		if have, err = w.stored(false); err != nil {
			w.unwritable(err)
			return
		}
	}
	w.write(have, changes)
}

// members appends the requests that change the members of a group, by source id.
// changed says that the group itself is changed by a request before them.
func (w *worker) members(add, remove []string, changed bool) {
	writes, err := w.p.rules.Members(add, remove, w.result, changed)
	if err != nil {
		w.unwritable(err)
		return
	}
	w.writes(writes)
}

// searches are the requests by which the user is looked for. A redacted value is
// looked for but not shown.
func (w *worker) searches() {
	for i := range w.p.matching {
		m := &w.p.matching[i]
		for j := range w.result.Values {
			v := &w.result.Values[j]
			if v.Target != m.target || len(v.Values) == 0 || v.Values[0] == "" {
				continue
			}
			value := v.Values[0]
			w.keys = append(w.keys, w.hash(i, value, m.exact))
			if v.Redacted {
				value = hidden
			}
			start := len(w.text)
			w.text = m.append(w.text, value)
			w.out.Requests = append(w.out.Requests, Request{Method: "GET", Path: w.text[start:len(w.text):len(w.text)]})
		}
	}
}

// hash is the key of a matching value, never 0.
func (w *worker) hash(attribute int, value string, exact bool) uint64 {
	if !exact {
		value = scim.Fold(value)
	}
	h := maphash.String(w.seed, value) + uint64(attribute)*0x9e3779b97f4a7c15
	return max(h, 1)
}

// request appends a request. Path and body must stay as they are until the next user.
func (w *worker) request(method string, path, body []byte) {
	w.out.Requests = append(w.out.Requests, Request{Method: method, Path: path, Body: body[:len(body):len(body)]})
}

// write appends the requests that make the changes to the object.
func (w *worker) write(have *scim.Object, changes []scim.Change) {
	build := scim.WriteUser
	if w.p.typ == mapping.Group {
		build = scim.WriteGroup
	}
	if w.p.config.Dialect.ReadsBeforeWrite() {
		w.cover(have)
	}
	writes, err := build(w.p.config.Dialect, have, changes)
	if err != nil {
		w.unwritable(err)
		return
	}
	w.writes(writes)
}

// cover hides redacted values of an object that is sent whole.
func (w *worker) cover(have *scim.Object) {
	for _, v := range w.result.Values {
		if _, there := have.First(v.Path); !v.Redacted || !there {
			continue
		}
		if err := have.Assign(v.Path, hidden); err != nil {
			have.Delete(v.Path.Attribute) // better nothing than the value
		}
	}
}

func (w *worker) writes(writes []scim.Write) {
	for _, write := range writes {
		text, err := write.Body.AppendJSON(nil)
		if err != nil {
			w.unwritable(err)
			return
		}
		w.request(write.Method, []byte(w.p.object), text)
	}
}

func (w *worker) unwritable(err error) {
	w.out.Action = Fail
	w.problem(Problem{Severity: diag.Error, Code: engine.CodeSchemaAttribute, Message: err.Error(), Advice: "Correct the target attribute of the mapping."})
}

// leftOut notes the attributes that cannot be computed.
func (w *worker) leftOut(s engine.Subject) {
	if len(w.result.Errors) == 0 {
		return
	}
	for _, err := range w.p.rules.Covered(s, w.result) {
		target, message, _ := strings.Cut(err.Error(), ": ")
		w.problem(Problem{
			Severity: diag.Warning, Code: CodeLeftOut, Target: target, Message: message,
			Advice: "Mend the expression, or give the source object the values that it needs.",
		})
	}
}

// refused notes why there is no creation or change.
func (w *worker) refused(o engine.Outcome) {
	severity := diag.Error
	switch {
	case o.Code == engine.SkipRedundantExport:
		w.out.Action, severity = None, diag.Note
	case o.Status == engine.Skipped:
		w.out.Action, severity = Skip, diag.Warning
	default:
		w.out.Action = Fail
	}
	w.problem(Problem{Severity: severity, Code: o.Code, Message: o.Message, Advice: o.Advice})
}
