package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// loose takes any JSON value as text: strings as they are, null as nothing,
// numbers and booleans as written, and what is composed as its JSON.
type loose struct {
	text string
	null bool
}

func (l *loose) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	if bytes.Equal(raw, []byte("null")) {
		*l = loose{null: true}
		return nil
	}
	*l = loose{text: string(raw)}
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &l.text)
	}
	return nil
}

// pairs takes a JSON object as names and values in order, and anything else as
// none.
type pairs []entra.NameValue

func (p *pairs) UnmarshalJSON(raw []byte) error {
	*p = nil
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var value loose
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if s, ok := name.(string); ok {
			*p = append(*p, entra.NameValue{Name: s, Value: value.text})
		}
	}
	return nil
}

func (p pairs) get(name string) string {
	for _, nv := range p {
		if strings.EqualFold(nv.Name, name) {
			return nv.Value
		}
	}
	return ""
}

// several takes a JSON list, one entry alone, and anything else as none.
type several[T any] []T

func (s *several[T]) UnmarshalJSON(raw []byte) error {
	*s = nil
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	for _, r := range all {
		var v T
		if json.Unmarshal(r, &v) == nil {
			*s = append(*s, v)
		}
	}
	return nil
}

type onDemandKey struct {
	Result  loose
	Details pairs
}

type onDemandValue struct {
	Action               loose
	ReportableIdentifier loose
	StatusInfo           pairs
	SourceIdentity       pairs
	TargetIdentity       pairs
	ModifiedProperties   several[struct {
		DisplayName        loose
		OldValue, NewValue *loose
	}]
	ProvisioningSteps several[struct {
		Name, Type, Status, Description, Timestamp loose
		Details                                    pairs
	}]
}

// parseOnDemand reads the two texts of an answer. Either may be no JSON or an
// empty object: what can be read is kept, and the result is judged by the status
// of the value where the key does not say. Source: graph_contract §9.
func parseOnDemand(key, value string) entra.OnDemandResult {
	var k onDemandKey
	var v onDemandValue
	if json.Unmarshal([]byte(key), &k) != nil {
		k = onDemandKey{}
	}
	if json.Unmarshal([]byte(value), &v) != nil {
		v = onDemandValue{}
	}
	r := entra.OnDemandResult{
		ErrorCode:  k.Details.get("errorCode"),
		Message:    k.Details.get("errorMessage"),
		Action:     v.Action.text,
		Identifier: v.ReportableIdentifier.text,
		SourceID:   v.SourceIdentity.get("id"),
		TargetID:   v.TargetIdentity.get("id"),
		Status: entra.OnDemandStatus{
			Status:            v.StatusInfo.get("status"),
			ErrorCode:         v.StatusInfo.get("errorCode"),
			Reason:            v.StatusInfo.get("reason"),
			AdditionalDetails: v.StatusInfo.get("additionalDetails"),
			ErrorCategory:     v.StatusInfo.get("errorCategory"),
			RecommendedAction: v.StatusInfo.get("recommendedAction"),
		},
	}
	for _, p := range v.ModifiedProperties {
		r.Modified = append(r.Modified, entra.ModifiedProperty{DisplayName: p.DisplayName.text, OldValue: p.OldValue.pointer(), NewValue: p.NewValue.pointer()})
	}
	for _, s := range v.ProvisioningSteps {
		at, _ := time.Parse(time.RFC3339, s.Timestamp.text)
		r.Steps = append(r.Steps, entra.OnDemandStep{
			Name: s.Name.text, Type: s.Type.text, Status: s.Status.text, Description: s.Description.text, Timestamp: at, Details: s.Details,
		})
	}
	r.Result = cmp.Or(k.Result.text, r.Status.Status)
	return r
}

// pointer is the text, or nil for null and for what is absent.
func (l *loose) pointer() *string {
	if l == nil || l.null {
		return nil
	}
	return &l.text
}
