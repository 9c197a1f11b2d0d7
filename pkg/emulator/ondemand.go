package emulator

import (
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// Limits of provision on demand. Source: graph_contract §9.
const (
	onDemandCalls   = 5
	onDemandWindow  = 10 * time.Second
	onDemandMembers = 5
)

// onDemandSubject is an object to be provisioned at once.
type onDemandSubject struct {
	ObjectID string `json:"objectId"`
	Type     string `json:"objectTypeName"`
	Links    *struct {
		Members []struct {
			ObjectID string `json:"objectId"`
			Type     string `json:"objectTypeName"`
		} `json:"members"`
	} `json:"links"`
}

// onDemandRun is a request that has been understood: everything that is needed of the
// tenant, which is not locked meanwhile.
type onDemandRun struct {
	job        *job
	name       string // for people
	disabled   bool   // the sign-in of a user is blocked
	identity   engine.Identity
	targetType string
	subject    engine.Subject
	connector  connector
	log        engine.LogJob
}

// provisionOnDemand provisions one user, or one group with up to five members,
// and tells every step. The job need not be started. Source: graph_contract §9.
func provisionOnDemand(c *call) (*reply, error) {
	var body struct {
		Parameters []struct {
			RuleID   string            `json:"ruleId"`
			Subjects []onDemandSubject `json:"subjects"`
		} `json:"parameters"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Parameters) != 1 || len(body.Parameters[0].Subjects) != 1 {
		return nil, invalidParameter("The request must name one rule and one subject.")
	}
	run, err := c.prepareOnDemand(body.Parameters[0].RuleID, body.Parameters[0].Subjects[0])
	if err != nil {
		return nil, err
	}
	out, err := run.provision(c)
	if err != nil {
		return nil, err
	}
	return c.onDemandReply(run, out)
}

func invalidParameter(format string, args ...any) *failure {
	return fail(400, "RequestParameterInvalid", format, args...)
}

// prepareOnDemand checks the request against the tenant, under the lock.
func (c *call) prepareOnDemand(rule string, subject onDemandSubject) (*onDemandRun, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	h, j, err := c.theJob()
	if err != nil {
		return nil, err
	}
	s := c.Sync[h.appID]
	if wait := s.spend(c.e.now()); wait > 0 {
		return nil, tooMany(wait)
	}
	if !slices.ContainsFunc(entityRules(j), func(id string) bool { return id == rule }) {
		return nil, invalidParameter("The request identified this synchronization job: %s.  The request also identified this synchronization rule: %s.  However, the job does not include the rule.", j.ID, rule)
	}
	if s.secret(entra.KeyBaseAddress) == "" {
		return nil, credentialsMissing()
	}
	e, err := c.subjectOf(subject)
	if err != nil {
		return nil, err
	}
	run := &onDemandRun{
		job: j, name: identifier(e), disabled: e.Kind == "user" && e.Props["accountEnabled"] == false, targetType: j.targetType(subject.Type),
		identity: engine.Identity{Type: subject.Type, ID: e.id(), DisplayName: e.text("displayName"), UserPrincipalName: e.text("userPrincipalName")},
	}
	if run.subject, err = c.engineSubject(h, e); err != nil {
		return nil, err
	}
	if run.subject.Members, err = c.wantedMembers(e, subject); err != nil {
		return nil, err
	}
	doc, err := document(j.Schema)
	if err != nil {
		return nil, err
	}
	run.connector = connector{
		e: c.e, document: doc, credentials: slices.Clone(s.Secrets), template: templateOf(h), links: j.engine, domain: c.Domains[0],
	}
	run.log = c.logJob(h, j)
	return run, nil
}

// spend counts a call, and says how long to wait when there were too many.
func (s *synchronization) spend(now time.Time) (wait time.Duration) {
	s.OnDemand = slices.DeleteFunc(s.OnDemand, func(t time.Time) bool { return now.Sub(t) >= onDemandWindow })
	if len(s.OnDemand) >= onDemandCalls {
		return onDemandWindow - now.Sub(s.OnDemand[0])
	}
	s.OnDemand = append(s.OnDemand, now)
	return 0
}

func entityRules(j *job) []string {
	var ids []string
	for _, r := range j.Schema.List("synchronizationRules") {
		ids = append(ids, r.Text("id"))
	}
	return ids
}

// subjectOf finds the object. Deleted objects cannot be chosen, as in the portal.
// The code for an unknown one is not known. Source: graph_contract §9 [?].
func (c *call) subjectOf(subject onDemandSubject) (*entity, error) {
	in := map[string]*collection{mapping.User: c.Users, mapping.Group: c.Groups}[subject.Type]
	if in == nil {
		return nil, invalidParameter("The object type '%s' cannot be provisioned on demand; it is User or Group.", subject.Type)
	}
	e := in.get(subject.ObjectID)
	if e == nil {
		return nil, invalidParameter("The request identified this %s: %s.  However, it was not found in the source system.", subject.Type, subject.ObjectID)
	}
	return e, nil
}

// wantedMembers are the members that the request names. Each must be a direct
// member of the group.
func (c *call) wantedMembers(group *entity, subject onDemandSubject) ([]engine.Member, error) {
	if subject.Links == nil {
		return nil, nil
	}
	if len(subject.Links.Members) > onDemandMembers {
		return nil, invalidParameter("At most %d members of a group can be provisioned on demand; the request names %d.", onDemandMembers, len(subject.Links.Members))
	}
	var out []engine.Member
	for _, m := range subject.Links.Members {
		e := c.object(m.ObjectID)
		if e == nil || !slices.Contains(group.refs("members"), e.id()) {
			return nil, invalidParameter("The request identified this member: %s.  However, it is not a direct member of %s.", m.ObjectID, group.id())
		}
		if e.Kind != "user" {
			return nil, invalidParameter("The member %s is a group; nested groups are not supported.", m.ObjectID)
		}
		out = append(out, engine.Member{Type: mapping.User, ID: e.id()})
	}
	return out, nil
}

// engineSubject is the object with its assignment. Only the members that the request
// names are provisioned with a group.
func (c *call) engineSubject(h host, e *entity) (engine.Subject, error) {
	principal := ""
	if h.sp != nil {
		principal = h.sp.id()
	}
	s, err := c.subject(e, c.entitledTo(principal))
	s.Members = nil
	return s, err
}

// roleName is the name of an app role, "" for default access.
func roleName(sp *entity, id string) string {
	roles, _ := sp.Props["appRoles"].([]any)
	for _, r := range roles {
		if role, _ := r.(map[string]any); role["id"] == id {
			name, _ := role["displayName"].(string)
			return name
		}
	}
	return ""
}

// provision runs the engine. Somebody whose sign-in is blocked is not disabled on
// demand, only by a cycle. Source: graph_contract §9.
func (r *onDemandRun) provision(c *call) (engine.Outcome, error) {
	defer r.job.turns.enter(engine.Member{Type: r.subject.Object.Type, ID: r.subject.Object.ID})()
	made, err := r.connector.engine(c.r.Context())
	if err != nil {
		return engine.Outcome{}, credentialFailure(err)
	}
	if id, linked := r.connector.links.Target(mapping.User, r.subject.Object.ID); linked && r.disabled {
		return r.blocked(c, id), nil
	}
	return made.Provision(c.r.Context(), r.subject), nil
}

func (r *onDemandRun) blocked(c *call, target string) engine.Outcome {
	now, name := c.e.now(), r.name
	text := "The user '" + name + "' is disabled in the source system. Provision on demand does not disable accounts; the next cycle will."
	return engine.Outcome{
		Action: engine.ActionOther, Status: engine.Skipped, Code: engine.SkipNotEntitled, Message: text, TargetID: target, Started: now, Ended: now,
		Steps: []engine.Step{
			{
				Name: engine.EntryImport, Type: engine.StepImport, Status: engine.Success, Time: now,
				Description: "Retrieved User '" + name + "' from " + c.e.sourceSystem(),
				Details:     []engine.Detail{{Name: "objectId", Value: r.subject.Object.ID}, {Name: "accountEnabled", Value: "False"}},
			},
			{
				Name: engine.EntrySynchronizationSkip, Type: engine.StepExport, Status: engine.Skipped, Time: now, Description: text,
				Details: []engine.Detail{{Name: "SkipReason", Value: engine.SkipNotEntitled}},
			},
		},
	}
}

// identifier is an object's name for people.
func identifier(e *entity) string {
	for _, name := range []string{"userPrincipalName", "displayName", "id"} {
		if text := e.text(name); text != "" {
			return text
		}
	}
	return ""
}
