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
	for _, c := range p.config.Users.Columns() {
		if !c.Reference {
			columns = append(columns, c.AttributeValue)
		}
	}
	return columns
}

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
	w.p.config.Users.MapInto(w.machine, s.Object, &w.result)
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
			Message: "the matching value is that of " + twin + " as well, so the search finds an object that is linked to another user",
			Advice:  "Change one of the two users, or match by an attribute that is unique.",
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
	text, err := w.creator.AppendUser(w.text, w.values)
	if err != nil {
		w.unwritable(err)
		return
	}
	w.text = text
	w.request("POST", collection, w.text[start:])
	if !references {
		return
	}
	if changes := w.p.rules.References(w.result); len(changes) > 0 {
		w.patch(changes)
	}
}

// searches are the requests by which the user is looked for. A redacted value is
// looked for but not shown.
func (w *worker) searches() {
	for i := range w.p.matching {
		m := &w.p.matching[i]
		for j := range w.result.Values {
			v := &w.result.Values[j]
			if v.Match == 0 || v.Target != m.target || len(v.Values) == 0 || v.Values[0] == "" {
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

// request appends a request. The text must stay as it is until the next user.
func (w *worker) request(method, path string, body []byte) {
	q := Request{Method: method, Body: body[:len(body):len(body)]}
	if path == collection {
		q.Path = w.p.collection
	} else {
		q.Path = []byte(path)
	}
	w.out.Requests = append(w.out.Requests, q)
}

// patch appends a PATCH with the changes.
func (w *worker) patch(changes []scim.Change) {
	body, err := scim.UpdateUser(w.p.config.Dialect, changes)
	if err != nil {
		w.unwritable(err)
		return
	}
	text, err := body.AppendJSON(nil)
	if err != nil {
		w.unwritable(err)
		return
	}
	w.request("PATCH", collection+"/"+ID, text)
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
