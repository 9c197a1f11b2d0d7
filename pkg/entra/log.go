package entra

import (
	"cmp"
	"strings"
	"time"
)

// LogEntry is a record of the provisioning log: what a cycle, or provisioning on
// demand, did to one object. Source: graph_contract §10.
type LogEntry struct {
	ID       string
	Time     time.Time // to the second
	TenantID string
	JobID    string
	CycleID  string
	ChangeID string
	Took     time.Duration

	App    LogParty    // the service principal
	Action string      // create, update, disable, delete, stagedDelete, other
	Status string      // success, failure, skipped, warning
	Error  *LogError   // nil unless the entry says why it ended so
	Source LogIdentity // in the directory
	Target LogIdentity // at the endpoint

	Steps    []OnDemandStep
	Modified []ModifiedProperty
}

// Statuses and actions of entries, as the log spells them.
const (
	LogSuccess = "success"
	LogFailure = "failure"
	LogSkipped = "skipped"
	LogWarning = "warning"

	LogStagedDelete = "stagedDelete"
)

// LogParty is an id with a name.
type LogParty struct{ ID, DisplayName string }

// LogIdentity is the object at one side. Type is User or Group in the directory,
// and a schema URN at the endpoint. Details keep their order.
type LogIdentity struct {
	ID, Type, DisplayName string
	Details               []NameValue
}

// LogError is the errorInformation of an entry.
type LogError struct {
	Code, Reason, AdditionalDetails, Category, RecommendedAction string
}

// Name is what people call the object: its user principal name, else its display
// name, else its id.
func (e LogEntry) Name() string {
	return cmp.Or(e.Source.UserPrincipalName(), e.Source.DisplayName, e.Target.DisplayName, e.Source.ID, e.Target.ID)
}

// UserPrincipalName is that of a user, "" where the entry has none.
func (i LogIdentity) UserPrincipalName() string {
	for _, d := range i.Details {
		if strings.EqualFold(d.Name, "UserPrincipalName") {
			return d.Value
		}
	}
	return ""
}

// Code is why the entry ended as it did: its error code, else the skip reason that
// one of its steps names. Source: graph_contract §10.
func (e LogEntry) Code() string {
	if e.Error != nil && e.Error.Code != "" {
		return e.Error.Code
	}
	for _, s := range e.Steps {
		for _, d := range s.Details {
			if d.Name == "SkipReason" && d.Value != "" {
				return d.Value
			}
		}
	}
	return ""
}

// Redundant reports whether nothing was to be done, since the object is already as
// it should be. Source: graph_contract §9.
func (e LogEntry) Redundant() bool {
	r, ok := ExplainCode(e.Code())
	return ok && r.Code == "RedundantExport"
}

// Reason is why the entry ended so, in the words of the service: "" for a success
// and where it gives none.
func (e LogEntry) Reason() string {
	if e.Error != nil {
		if text := strings.TrimSpace(cmp.Or(e.Error.Reason, e.Error.AdditionalDetails)); text != "" {
			return text
		}
	}
	if strings.EqualFold(e.Status, LogSuccess) {
		return ""
	}
	for i := len(e.Steps) - 1; i >= 0; i-- {
		if s := e.Steps[i]; strings.EqualFold(s.Status, e.Status) && s.Description != "" {
			return s.Description
		}
	}
	return ""
}

// Next is what to do about the entry: what the service recommends, else what is
// known of its code; "" when nothing is to be done.
func (e LogEntry) Next() string {
	if strings.EqualFold(e.Status, LogSuccess) {
		return ""
	}
	if e.Error != nil && e.Error.RecommendedAction != "" {
		return e.Error.RecommendedAction
	}
	r, _ := ExplainCode(e.Code())
	return r.Next
}

// Is reports whether the object at either side is called name: its id, user
// principal name or display name, in any letter case.
func (e LogEntry) Is(name string) bool {
	if name == "" {
		return false
	}
	for _, i := range []LogIdentity{e.Source, e.Target} {
		if strings.EqualFold(i.ID, name) || strings.EqualFold(i.DisplayName, name) || strings.EqualFold(i.UserPrincipalName(), name) {
			return true
		}
	}
	return false
}
