package emulator

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

func jobControls() []route {
	return []route{
		{method: "GET", pattern: "/jobs", handle: controlJobs},
		{method: "GET", pattern: "/jobs/{job}", handle: controlJob},
		{method: "POST", pattern: "/jobs/{job}/tick", access: calling, handle: tick},
	}
}

// jobControl is a job as the control API shows it. The JSON names are stable.
type jobControl struct {
	ID               string          `json:"id"`
	ServicePrincipal string          `json:"servicePrincipalId"`
	Name             string          `json:"displayName"` // of the service principal
	Schedule         string          `json:"scheduleState"`
	Running          bool            `json:"running"`
	Next             string          `json:"nextCycle"` // "" for a job that does not run by itself
	Initial          bool            `json:"nextIsInitial"`
	Escrows          []escrowControl `json:"escrows"`
	Staged           []member        `json:"staged"` // disablings and deletions that are held back
}

type escrowControl struct {
	Type     string `json:"type"`
	ID       string `json:"id"`
	Attempts int    `json:"attempts"`
	Next     string `json:"nextAttempt"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}

type member struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func (c *call) controlOf(h host, j *job) jobControl {
	out := jobControl{
		ID: j.ID, ServicePrincipal: h.id, Schedule: j.State, Running: c.e.cycles.running(j.ID) != nil, Initial: j.engine.Initial(),
		Escrows: []escrowControl{}, Staged: []member{},
	}
	if h.sp != nil {
		out.Name = h.sp.text("displayName")
	}
	if at, enabled := j.engine.Next(c.e.o.CycleInterval); enabled && j.State == entra.ScheduleActive && c.e.o.CycleInterval > 0 {
		if at.IsZero() {
			at = c.e.now()
		}
		out.Next = precise(at)
	}
	for _, e := range j.engine.Escrows() {
		out.Escrows = append(out.Escrows, escrowControl{e.Type, e.ID, e.Attempts, precise(e.Next), e.Code, e.Message})
	}
	for _, m := range j.engine.Staged() {
		out.Staged = append(out.Staged, member(m))
	}
	return out
}

func controlJobs(c *call) (*reply, error) {
	out := []jobControl{}
	for _, appID := range slices.Sorted(maps.Keys(c.Sync)) {
		for _, j := range c.Sync[appID].Jobs {
			h, _ := c.hostOf(j.ID)
			out = append(out, c.controlOf(h, j))
		}
	}
	return ok(map[string]any{"value": out})
}

func controlJob(c *call) (*reply, error) {
	h, j := c.hostOf(c.param("job"))
	if j == nil {
		return nil, noJobToControl(c.param("job"))
	}
	return ok(c.controlOf(h, j))
}

func noJobToControl(id string) *failure {
	return fail(http.StatusNotFound, "JobNotFound", "There is no synchronization job '%s'; GET /%s/jobs lists them.", id, controlPrefix)
}

// jobNotStarted is the answer to a cycle of a job whose schedule is not active.
func jobNotStarted(id string) *failure {
	return fail(http.StatusConflict, "JobNotStarted", "The synchronization job '%s' is not started, or was disabled after four weeks in quarantine: start it first.", id)
}

// tick runs one cycle now, whatever the schedule says, and answers what it did. A
// cycle that runs already is waited for first.
func tick(c *call) (*reply, error) {
	id := c.param("job")
	if err := c.ready(id); err != nil {
		return nil, err
	}
	summary, err := c.e.cycles.call(c.r.Context(), id)
	if err != nil {
		return nil, cycleFailure(id, err)
	}
	return ok(summary)
}

// ready reports whether a job can run a cycle.
func (c *call) ready(id string) error {
	c.e.mu.RLock()
	defer c.e.mu.RUnlock()
	_, j := c.hostOf(id)
	switch {
	case j == nil:
		return noJobToControl(id)
	case j.State != entra.ScheduleActive:
		return jobNotStarted(id)
	}
	return nil
}

// cycleFailure words a cycle that did not come to its end.
func cycleFailure(id string, err error) error {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	switch {
	case errors.Is(err, engine.ErrDisabled):
		return jobNotStarted(id)
	case errors.Is(err, errPaused), errors.Is(err, errRestarted), errors.Is(err, errDeleted), errors.Is(err, errClosing), errors.Is(err, errClosed):
		return fail(http.StatusConflict, "CycleInterrupted", "The cycle of '%s' did not end: %v.", id, err)
	}
	return fail(http.StatusInternalServerError, "CycleFailed", "The cycle of '%s' did not end: %v", id, err)
}
