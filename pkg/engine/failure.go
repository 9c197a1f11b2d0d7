package engine

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// maxShown is how much of a request body a step shows, in bytes.
const maxShown = 4 << 10

// fail ends the run with a failed request: the step has the request and the
// answer, the outcome what to do about it.
func (r *run) fail(action Action, step string, typ StepType, what string, body *scim.Object, err error) *ending {
	code := CodeOf(err)
	failed, _ := errors.AsType[*client.Error](err)
	details := []Detail{{"ReportableIdentifier", r.name}, {"ErrorCode", code}}
	if failed != nil {
		details = append(details, Detail{"Request", r.veil.over(failed.Method + " " + failed.URL)})
	}
	if body != nil {
		details = append(details, Detail{"RequestBody", shorten(r.veil.over(string(compact(body))))})
	}
	if failed != nil {
		details = append(details, Detail{"Answer", r.veil.over(answer(failed))})
	}
	r.record(step, typ, Failure, fmt.Sprintf("Failed to %s %s '%s' in %s", what, r.typ, r.name, r.e.config.TargetSystem), details...)
	return &ending{action, Failure, code, err.Error(), adviceOn(code, failed), err}
}

// refuse ends the run with a failure that the engine found itself.
func (r *run) refuse(action Action, step string, typ StepType, code, message, advice string) *ending {
	r.record(step, typ, Failure, r.veil.over(message), Detail{"ReportableIdentifier", r.name}, Detail{"ErrorCode", code})
	return &ending{action, Failure, code, message, advice, nil}
}

// answer is what came back, on one line.
func answer(e *client.Error) string {
	var parts []string
	if e.Status > 0 {
		parts = append(parts, strconv.Itoa(e.Status))
	}
	switch {
	case e.SCIM != nil:
		for _, text := range []string{e.SCIM.ScimType, e.SCIM.Detail} {
			if text != "" {
				parts = append(parts, text)
			}
		}
	case e.Detail != "":
		parts = append(parts, e.Detail)
	case e.Err != nil:
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		return "none"
	}
	return shorten(strings.Join(parts, " "))
}

// shorten cuts a long text at a rune.
func shorten(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + " … (" + strconv.Itoa(len(text)) + " bytes)"
}
