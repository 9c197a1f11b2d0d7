package engine

import (
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// LogJob is what the provisioning log says about a job beside the object.
type LogJob struct {
	TenantID, JobID       string
	ServicePrincipal      LogParty
	ApplicationTemplateID string
	SourceSystem          LogParty // ids are those of the two directories of the schema
	TargetSystem          LogParty
}

// LogParty is an id with a name.
type LogParty struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// LogEntry is a provisioningObjectSummary of Graph v1.0. Members are in the order
// of a live answer. Source: graph_contract §10.
type LogEntry struct {
	ActivityDateTime       string        `json:"activityDateTime"` // to the second
	ChangeID               string        `json:"changeId"`
	CycleID                string        `json:"cycleId"`
	DurationInMilliseconds int64         `json:"durationInMilliseconds"`
	ID                     string        `json:"id"`
	InitiatedBy            LogInitiator  `json:"initiatedBy"`
	JobID                  string        `json:"jobId"`
	ModifiedProperties     []LogProperty `json:"modifiedProperties"`
	ProvisioningAction     string        `json:"provisioningAction"`
	StatusInfo             LogStatus     `json:"provisioningStatusInfo"`
	Steps                  []LogStep     `json:"provisioningSteps"`
	ServicePrincipal       LogParty      `json:"servicePrincipal"`
	SourceIdentity         LogIdentity   `json:"sourceIdentity"`
	SourceSystem           LogSystem     `json:"sourceSystem"`
	TargetIdentity         LogIdentity   `json:"targetIdentity"`
	TargetSystem           LogSystem     `json:"targetSystem"`
	TenantID               string        `json:"tenantId"`
}

// LogInitiator is who began the change.
type LogInitiator struct {
	DisplayName   string `json:"displayName"`
	ID            string `json:"id"`
	InitiatorType string `json:"initiatorType"`
}

// LogProperty is a changed attribute.
type LogProperty struct {
	DisplayName string  `json:"displayName"`
	OldValue    *string `json:"oldValue"`
	NewValue    *string `json:"newValue"`
}

// LogStatus is how the change ended. ErrorInformation is nil unless it failed.
type LogStatus struct {
	ErrorInformation *LogError `json:"errorInformation"`
	Status           string    `json:"status"`
}

// LogError is why it failed.
type LogError struct {
	ErrorCode         string  `json:"errorCode"`
	Reason            string  `json:"reason"`
	AdditionalDetails *string `json:"additionalDetails"`
	ErrorCategory     string  `json:"errorCategory"`
	RecommendedAction *string `json:"recommendedAction"`
}

// LogStep is a step of the change.
type LogStep struct {
	Description string            `json:"description"`
	Details     map[string]string `json:"details"`
	Name        string            `json:"name"`
	Type        string            `json:"provisioningStepType"`
	Status      string            `json:"status"`
}

// LogIdentity is the object at one side.
type LogIdentity struct {
	Details      map[string]string `json:"details"`
	DisplayName  string            `json:"displayName"`
	ID           string            `json:"id"`
	IdentityType string            `json:"identityType"`
}

// LogSystem is one side.
type LogSystem struct {
	Details     map[string]string `json:"details"`
	DisplayName string            `json:"displayName"`
	ID          string            `json:"id"`
}

// NewLogEntry returns the log's entry with the given id for what a cycle did to an
// object. Source: graph_contract §10.
func NewLogEntry(j LogJob, r Record, id string) LogEntry {
	e := LogEntry{
		ActivityDateTime:       r.Started.UTC().Format(time.RFC3339),
		ChangeID:               r.ChangeID,
		CycleID:                r.CycleID,
		DurationInMilliseconds: r.Ended.Sub(r.Started).Milliseconds(),
		ID:                     id,
		InitiatedBy:            LogInitiator{DisplayName: "Azure AD Provisioning Service", InitiatorType: "system"},
		JobID:                  j.JobID,
		ModifiedProperties:     []LogProperty{},
		ProvisioningAction:     string(r.Action),
		StatusInfo:             logStatus(r.Outcome),
		Steps:                  []LogStep{},
		ServicePrincipal:       j.ServicePrincipal,
		SourceIdentity:         logSource(r.Source),
		SourceSystem:           LogSystem{Details: map[string]string{}, DisplayName: j.SourceSystem.DisplayName, ID: j.SourceSystem.ID},
		TargetIdentity:         LogIdentity{Details: map[string]string{}, ID: r.TargetID, IdentityType: r.TargetType},
		TargetSystem: LogSystem{DisplayName: j.TargetSystem.DisplayName, ID: j.TargetSystem.ID, Details: map[string]string{
			"ApplicationId": j.ApplicationTemplateID, "ServicePrincipalDisplayName": j.ServicePrincipal.DisplayName, "ServicePrincipalId": j.ServicePrincipal.ID,
		}},
		TenantID: j.TenantID,
	}
	for _, p := range r.Modified {
		e.ModifiedProperties = append(e.ModifiedProperties, LogProperty{p.Name, p.Old, p.New})
	}
	for _, s := range r.Steps {
		step := LogStep{Description: s.Description, Details: map[string]string{}, Name: s.Name, Type: string(s.Type), Status: string(s.Status)}
		for _, d := range s.Details {
			step.Details[d.Name] = d.Value
		}
		e.Steps = append(e.Steps, step)
	}
	return e
}

func logStatus(o Outcome) LogStatus {
	s := LogStatus{Status: string(o.Status)}
	if o.Status == Failure {
		s.ErrorInformation = &LogError{ErrorCode: o.Code, Reason: o.Message, ErrorCategory: categoryOf(o.Code)}
		if o.Advice != "" {
			s.ErrorInformation.RecommendedAction = new(o.Advice)
		}
	}
	return s
}

// Error categories, as the log spells them.
const (
	serviceFailure    = "failure"
	nonServiceFailure = "nonServiceFailure" // of the target or the configuration
)

func categoryOf(code string) string {
	if code == CodeInternalError {
		return serviceFailure
	}
	return nonServiceFailure
}

func logSource(s Identity) LogIdentity {
	id := LogIdentity{
		DisplayName: s.DisplayName, ID: s.ID, IdentityType: s.Type,
		Details: map[string]string{"id": s.ID, "odatatype": s.Type, "DisplayName": s.DisplayName},
	}
	if s.Type == mapping.User {
		id.Details["UserPrincipalName"] = s.UserPrincipalName
	}
	return id
}
