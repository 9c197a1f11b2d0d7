package emulator

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Whatever changes what a job is also ends its running cycle, and waits for that
// without the tenant's lock: the cycle needs it to read the directory. Entra lets the
// running cycle of a paused job finish (entra_wire W-64); here nothing is sent any more
// when pause has answered, and start goes on where the cycle began.

// onJob calls f with the job of the path under the tenant's lock.
func (c *call) onJob(f func(h host, j *job) error) (*job, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	h, j, err := c.quietJob()
	if err == nil {
		err = f(h, j)
	}
	return j, err
}

// deleteJob forgets the job with all its state; the secrets stay.
// Source: graph_contract §5, gotcha 18.
func deleteJob(c *call) (*reply, error) {
	j, err := c.onJob(func(h host, j *job) error {
		s := c.Sync[h.appID]
		s.Jobs = slices.DeleteFunc(slices.Clone(s.Jobs), func(other *job) bool { return other == j })
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.e.cycles.interrupt(j.ID, errDeleted, nil)
	if err := j.journal.remove(); err != nil {
		return nil, err
	}
	return noContent()
}

// startJob resumes where the job stopped and lifts a quarantine. Where no cycle runs
// by itself, credentials that are missing put the job into quarantine at once, as a
// first cycle would. Source: graph_contract §5, gotcha 46.
func startJob(c *call) (*reply, error) {
	j, err := c.onJob(func(h host, j *job) error {
		if j.State != entra.ScheduleActive || j.engine.Quarantined() {
			j.engine.Restart(engine.ResetQuarantine)
		}
		j.State, j.Started = entra.ScheduleActive, true
		if held := c.e.heldBack(c.Sync[h.appID]); held != nil {
			j.engine.Fail(uuid.NewString(), held.reason, held.cause, c.e.now())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := j.saveMemory(); err != nil {
		return nil, err
	}
	c.e.cycles.look()
	return noContent()
}

// invalidCredentials is the code of a first cycle that cannot sign in.
// Source: graph_contract §1.
const invalidCredentials = "SystemForCrossDomainIdentityManagementInvalidCredentials"

func pauseJob(c *call) (*reply, error) {
	j, err := c.onJob(func(_ host, j *job) error {
		if j.State = pausedState; c.e.behaviour().PausedSchedule {
			j.State = entra.SchedulePaused
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.e.cycles.interrupt(j.ID, errPaused, nil)
	return noContent()
}

// restartJob makes the job forget what the scope says. A running cycle is ended: the
// next one begins at once, by what is left. Source: graph_contract §5.
func restartJob(c *call) (*reply, error) {
	var body struct {
		Criteria *struct {
			ResetScope *string `json:"resetScope"`
		} `json:"criteria"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&body); err != nil {
			return nil, err
		}
	}
	scope := engine.ResetDefault
	if body.Criteria != nil && body.Criteria.ResetScope != nil {
		var err error
		if scope, err = engine.ParseResetScope(*body.Criteria.ResetScope); err != nil {
			return nil, badRequest("Invalid value '%s' for 'resetScope'.", strings.TrimSpace(*body.Criteria.ResetScope))
		}
	}
	j, err := c.onJob(func(host, *job) error { return nil })
	if err != nil {
		return nil, err
	}
	c.e.cycles.interrupt(j.ID, errRestarted, func() { j.engine.Restart(scope) })
	if err := j.saveMemory(); err != nil {
		return nil, err
	}
	c.e.cycles.look()
	return noContent()
}
