package cmd

import (
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// redundantExport is the code of an object that is already as it should be.
// Source: graph_contract §9.
const redundantExport = "RedundantExport"

// codeOf is the exit code of one answer: an object that is already equal counts
// as done, one that was left out as pending.
func codeOf(r entra.OnDemandResult) int {
	switch {
	case strings.EqualFold(r.Result, "success"):
		return exitOK
	case strings.EqualFold(r.Result, "skipped") && r.ErrorCode == redundantExport:
		return exitOK
	case strings.EqualFold(r.Result, "skipped"):
		return exitPending
	default:
		return exitError
	}
}

// worse returns the graver of two exit codes: an error beats a skip.
func worse(a, b int) int {
	if a == exitError || b == exitError {
		return exitError
	}
	return max(a, b)
}

// onDemandJSON is one element of the JSON of `scimctl provision`.
type onDemandJSON struct {
	Object     string             `json:"object"`
	Result     string             `json:"result"`
	Action     string             `json:"action,omitempty"`
	ErrorCode  string             `json:"errorCode,omitempty"`
	Message    string             `json:"message,omitempty"`
	Advice     string             `json:"recommendedAction,omitempty"`
	SourceID   string             `json:"sourceId,omitempty"`
	TargetID   string             `json:"targetId,omitempty"`
	Steps      []onDemandStepJSON `json:"steps"`
	Properties []propertyJSON     `json:"modifiedProperties"`
}

type onDemandStepJSON struct {
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	Status      string            `json:"status"`
	Description string            `json:"description"`
	Timestamp   *time.Time        `json:"timestamp,omitempty"`
	Details     map[string]string `json:"details"`
}

type propertyJSON struct {
	Name string  `json:"name"`
	Old  *string `json:"oldValue"`
	New  *string `json:"newValue"`
}

func newOnDemandJSON(object string, r entra.OnDemandResult) onDemandJSON {
	out := onDemandJSON{
		Object: object, Result: r.Result, Action: r.Action, ErrorCode: r.ErrorCode, Message: r.Message,
		Advice: r.Status.RecommendedAction, SourceID: r.SourceID, TargetID: r.TargetID,
		Steps: []onDemandStepJSON{}, Properties: []propertyJSON{},
	}
	for _, s := range r.Steps {
		step := onDemandStepJSON{Name: s.Name, Type: s.Type, Status: s.Status, Description: s.Description, Details: map[string]string{}}
		if !s.Timestamp.IsZero() {
			step.Timestamp = &s.Timestamp
		}
		for _, d := range s.Details {
			step.Details[d.Name] = d.Value
		}
		out.Steps = append(out.Steps, step)
	}
	for _, m := range r.Modified {
		out.Properties = append(out.Properties, propertyJSON{m.DisplayName, m.OldValue, m.NewValue})
	}
	return out
}
