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
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	change := uuid.NewString()
	key, err := encode(onDemandKey(out))
	if err != nil {
		return nil, err
	}
	value, err := encode(r.onDemandValue(c, out, change))
	if err != nil {
		return nil, err
	}
	c.record(r.logEntry(c, out, change))
	body := map[string]any{"@odata.context": c.context("microsoft.graph.stringKeyStringValuePair"), "key": string(key), "value": string(value)}
	if c.e.o.Behaviour.NonJSONOnDemandKey {
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
		"sourceIdentity":     map[string]any{"id": r.entity.id(), "type": r.subject.Object.Type, "displayName": nil, "details": nil},
		"sourceSystem":       map[string]any{"id": nil, "name": c.e.sourceSystem(), "details": nil},
		"targetIdentity":     map[string]any{"id": orNull(out.TargetID), "type": r.targetType(), "displayName": nil, "details": nil},
		"targetSystem":       map[string]any{"id": nil, "name": r.targetSystem(), "details": nil},
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

// targetType is the name of the target object that the rule maps to.
func (r *onDemandRun) targetType() string {
	for _, rule := range r.job.Schema.List("synchronizationRules") {
		for _, m := range rule.List("objectMappings") {
			if m.Text("sourceObjectName") == r.subject.Object.Type && m.Text("targetObjectName") != "" {
				return m.Text("targetObjectName")
			}
		}
	}
	return ""
}

func (r *onDemandRun) targetSystem() string {
	for _, rule := range r.job.Schema.List("synchronizationRules") {
		if name := rule.Text("targetDirectoryName"); name != "" {
			return name
		}
	}
	return "customappsso"
}

// logEntry is the record of the run in the provisioning log. Names and letter
// case differ from the on-demand answer. Source: graph_contract §10.
func (r *onDemandRun) logEntry(c *call, out engine.Outcome, change string) logEntry {
	status := map[string]any{"status": string(out.Status), "errorInformation": nil}
	if out.Status == engine.Failure || out.Status == engine.Warning {
		status["errorInformation"] = map[string]any{
			"errorCode": out.Code, "reason": out.Message, "additionalDetails": nil, "errorCategory": "nonServiceFailure", "recommendedAction": orNull(out.Advice),
		}
	}
	steps := []any{}
	for _, s := range out.Steps {
		steps = append(steps, map[string]any{
			"name": s.Name, "provisioningStepType": string(s.Type), "status": string(s.Status), "description": s.Description, "details": textDetails(s),
		})
	}
	source := map[string]any{"id": r.entity.id(), "odatatype": r.subject.Object.Type, "DisplayName": r.entity.text("displayName")}
	if upn := r.entity.text("userPrincipalName"); upn != "" {
		source["UserPrincipalName"] = upn
	}
	name, principal := "", ""
	if r.host.sp != nil {
		principal, name = r.host.sp.id(), r.host.sp.text("displayName")
	}
	return logEntry{
		"id": uuid.NewString(), "activityDateTime": seconds(out.Ended), "tenantId": c.TenantID, "jobId": r.job.ID, "cycleId": uuid.NewString(),
		"changeId": change, "provisioningAction": string(out.Action), "durationInMilliseconds": int(out.Ended.Sub(out.Started).Milliseconds()),
		"initiatedBy":            map[string]any{"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
		"provisioningStatusInfo": status, "provisioningSteps": steps, "modifiedProperties": modified(out),
		"servicePrincipal": map[string]any{"id": principal, "displayName": name},
		"sourceIdentity":   map[string]any{"id": r.entity.id(), "displayName": r.entity.text("displayName"), "identityType": r.subject.Object.Type, "details": source},
		"targetIdentity":   map[string]any{"id": out.TargetID, "displayName": "", "identityType": r.targetType(), "details": map[string]any{}},
		"sourceSystem":     map[string]any{"id": c.idFor("source system"), "displayName": c.e.sourceSystem(), "details": map[string]any{}},
		"targetSystem": map[string]any{"id": c.idFor("target system"), "displayName": r.targetSystem(), "details": map[string]any{
			"ApplicationId": templateOf(r.host), "ServicePrincipalId": principal, "ServicePrincipalDisplayName": name,
		}},
	}
}

func textDetails(s engine.Step) map[string]any {
	out := map[string]any{}
	for _, d := range s.Details {
		out[d.Name] = d.Value
	}
	return out
}
