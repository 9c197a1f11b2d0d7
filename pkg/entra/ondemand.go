package entra

import "time"

// OnDemandRequest asks to provision one object at once. Source: graph_contract §9.
type OnDemandRequest struct {
	RuleID  string
	Type    string   // User or Group
	ID      string   // object id
	Members []string // of a group: object ids of at most five users
}

// OnDemandResult is the decoded answer.
type OnDemandResult struct {
	Result     string // Success, Skipped, Failure …; judged by Status when the service's key is no JSON
	ErrorCode  string // such as RedundantExport
	Message    string
	Action     string
	Status     OnDemandStatus
	SourceID   string
	TargetID   string
	Identifier string // the object's name for people
	Steps      []OnDemandStep
	Modified   []ModifiedProperty
}

// OnDemandStatus is the statusInfo of the answer.
type OnDemandStatus struct {
	Status, ErrorCode, Reason, AdditionalDetails, ErrorCategory, RecommendedAction string
}

// OnDemandStep is one step of provisioning, with details in order of the answer.
type OnDemandStep struct {
	Name, Type, Status, Description string
	Timestamp                       time.Time
	Details                         []NameValue
}

// ModifiedProperty is a changed attribute; nil means absent.
type ModifiedProperty struct {
	DisplayName        string
	OldValue, NewValue *string
}
