package emulator

import (
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/engine"
)

// notJSON is what one live answer had for a key. Source: graph_contract §9.
const notJSON = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"

// onDemandReply puts the outcome into the two JSON texts of an answer, and into
// the provisioning log.
func (c *call) onDemandReply(r *onDemandRun, out engine.Outcome) (*reply, error) {
	change := uuid.NewString()
	key, err := encode(onDemandKey(out))
	if err != nil {
		return nil, err
	}
	value, err := encode(r.onDemandValue(c, out, change))
	if err != nil {
		return nil, err
	}
	if err := c.e.note(r.job, r.log, r.record(out, change)); err != nil {
		return nil, err
	}
	body := map[string]any{"@odata.context": c.context("microsoft.graph.stringKeyStringValuePair"), "key": string(key), "value": string(value)}
	if c.e.behaviour().NonJSONOnDemandKey {
		body["key"] = notJSON
	}
	return ok(body)
}

func onDemandKey(out engine.Outcome) map[string]any {
	details := map[string]any{}
	if out.Code != "" {
		details["errorCode"], details["errorMessage"] = out.Code, out.Message
	}
	return map[string]any{"result": capital(string(out.Status)), "details": details}
}

// capital spells an enumeration as on-demand answers do: Success, ReferenceResolution.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (r *onDemandRun) onDemandValue(c *call, out engine.Outcome, change string) map[string]any {
	status := map[string]any{
		"status": capital(string(out.Status)), "errorCode": nil, "reason": nil, "additionalDetails": nil, "errorCategory": nil, "recommendedAction": nil,
	}
	if out.Status == engine.Failure || out.Status == engine.Warning {
		status["errorCode"], status["reason"] = orNull(out.Code), orNull(out.Message)
		status["errorCategory"], status["recommendedAction"] = "Failure", orNull(out.Advice)
	}
	steps := []any{}
	for _, s := range out.Steps {
		steps = append(steps, map[string]any{
			"name": s.Name, "type": capital(string(s.Type)), "status": capital(string(s.Status)), "description": s.Description,
			"timestamp": precise(s.Time), "details": details(s),
		})
	}
	return map[string]any{
		"action": capital(string(out.Action)), "changeId": change, "startTime": precise(out.Started), "endTime": precise(out.Ended),
		"reportableIdentifier": r.name, "statusInfo": status,
		"sourceIdentity":     map[string]any{"id": r.identity.ID, "type": r.identity.Type, "displayName": nil, "details": nil},
		"sourceSystem":       map[string]any{"id": nil, "name": c.e.sourceSystem(), "details": nil},
		"targetIdentity":     map[string]any{"id": orNull(out.TargetID), "type": r.targetType, "displayName": nil, "details": nil},
		"targetSystem":       map[string]any{"id": nil, "name": r.log.TargetSystem.DisplayName, "details": nil},
		"modifiedProperties": modified(out), "provisioningSteps": steps,
	}
}

// details keeps the order of a step's details.
func details(s engine.Step) *syncschema.Object {
	o := &syncschema.Object{}
	for _, d := range s.Details {
		o.Set(d.Name, d.Value)
	}
	return o
}

func modified(out engine.Outcome) []any {
	list := []any{}
	for _, p := range out.Modified {
		list = append(list, map[string]any{"displayName": p.Name, "oldValue": p.Old, "newValue": p.New})
	}
	return list
}

// targetType is the name of the target object that the rule maps a type to.
func (j *job) targetType(source string) string {
	for _, rule := range j.Schema.List("synchronizationRules") {
		for _, m := range rule.List("objectMappings") {
			if m.Text("sourceObjectName") == source && m.Text("targetObjectName") != "" {
				return m.Text("targetObjectName")
			}
		}
	}
	return ""
}

// record is the run as a record of a cycle of its own. Names and letter case in the
// log differ from the on-demand answer. Source: graph_contract §10.
func (r *onDemandRun) record(out engine.Outcome, change string) engine.Record {
	return engine.Record{
		CycleID: uuid.NewString(), ChangeID: change, Source: r.identity, TargetType: r.targetType, Outcome: out,
	}
}

// logJob is what entries of a job have in common.
func (c *call) logJob(h host, j *job) engine.LogJob {
	out := engine.LogJob{
		TenantID: c.TenantID, JobID: j.ID, ApplicationTemplateID: templateOf(h),
		SourceSystem: engine.LogParty{ID: c.idFor("source system"), DisplayName: c.e.sourceSystem()},
		TargetSystem: engine.LogParty{ID: c.idFor("target system"), DisplayName: j.targetSystem()},
	}
	if h.sp != nil {
		out.ServicePrincipal = engine.LogParty{ID: h.sp.id(), DisplayName: h.sp.text("displayName")}
	}
	return out
}
