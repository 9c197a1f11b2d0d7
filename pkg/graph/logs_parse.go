package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// logRecord is a provisioningObjectSummary. Members are read as loosely as the
// service writes them: servicePrincipal is one object on the wire and a list in the
// documentation, older answers have action and statusInfo, and details may hold
// anything. Source: graph_contract §10, graph_gotchas 43.
type logRecord struct {
	ID, ActivityDateTime, TenantID, JobID, CycleID, ChangeID loose

	ProvisioningAction, Action loose
	DurationInMilliseconds     loose
	ServicePrincipal           firstOf
	ProvisioningStatusInfo     logStatus
	StatusInfo                 logStatus
	SourceIdentity             logIdentity
	TargetIdentity             logIdentity
	ProvisioningSteps          several[struct {
		Name, ProvisioningStepType, Status, Description loose
		Details                                         pairs
	}]
	ModifiedProperties several[struct {
		DisplayName        loose
		OldValue, NewValue *loose
	}]
}

// firstOf takes an object, or the first one of a list, as names and values.
type firstOf struct{ pairs }

func (f *firstOf) UnmarshalJSON(raw []byte) error {
	var list several[pairs]
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
			return err
		}
		f.pairs = list[0]
		return nil
	}
	return f.pairs.UnmarshalJSON(raw)
}

type logIdentity struct {
	ID, DisplayName, IdentityType loose
	Details                       pairs
}

// logStatus is provisioningStatusInfo with its errorInformation, or the older
// statusInfo, which has the error's members in itself.
type logStatus struct {
	Status           loose
	ErrorInformation pairs
	own              pairs
}

func (s *logStatus) UnmarshalJSON(raw []byte) error {
	*s = logStatus{}
	if err := s.own.UnmarshalJSON(raw); err != nil {
		return err
	}
	s.Status.text = s.own.get("status")
	if inner := s.own.get("errorInformation"); inner != "" {
		return s.ErrorInformation.UnmarshalJSON([]byte(inner))
	}
	return nil
}

// failure is what the status says of an error, nil when it says nothing.
func (s logStatus) failure() *entra.LogError {
	from := s.ErrorInformation
	if len(from) == 0 {
		from = s.own
	}
	e := entra.LogError{
		Code: from.get("errorCode"), Reason: from.get("reason"), AdditionalDetails: from.get("additionalDetails"),
		Category: from.get("errorCategory"), RecommendedAction: from.get("recommendedAction"),
	}
	if e == (entra.LogError{}) {
		return nil
	}
	return &e
}

func (r logRecord) entry() entra.LogEntry {
	at, _ := time.Parse(time.RFC3339, r.ActivityDateTime.text)
	took, _ := strconv.ParseInt(r.DurationInMilliseconds.text, 10, 32)
	status := r.ProvisioningStatusInfo
	if status.Status.text == "" {
		status = r.StatusInfo
	}
	e := entra.LogEntry{
		ID: r.ID.text, Time: at, TenantID: r.TenantID.text, JobID: r.JobID.text, CycleID: r.CycleID.text, ChangeID: r.ChangeID.text,
		Took: time.Duration(took) * time.Millisecond,
		App:  entra.LogParty{ID: r.ServicePrincipal.get("id"), DisplayName: r.ServicePrincipal.get("displayName")},
		// The older spellings begin with a capital.
		Action: small(cmp.Or(r.ProvisioningAction.text, r.Action.text)),
		Status: small(status.Status.text),
		Error:  status.failure(),
		Source: r.SourceIdentity.identity(),
		Target: r.TargetIdentity.identity(),
	}
	for _, s := range r.ProvisioningSteps {
		e.Steps = append(e.Steps, entra.OnDemandStep{
			Name: s.Name.text, Type: small(s.ProvisioningStepType.text), Status: small(s.Status.text), Description: s.Description.text, Details: s.Details,
		})
	}
	for _, p := range r.ModifiedProperties {
		e.Modified = append(e.Modified, entra.ModifiedProperty{DisplayName: p.DisplayName.text, OldValue: p.OldValue.pointer(), NewValue: p.NewValue.pointer()})
	}
	return e
}

func (i logIdentity) identity() entra.LogIdentity {
	return entra.LogIdentity{ID: i.ID.text, Type: i.IdentityType.text, DisplayName: i.DisplayName.text, Details: i.Details}
}

// small writes the first letter small, as v1.0 has its enumerations.
func small(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
