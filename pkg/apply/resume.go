package apply

import (
	"context"
	"time"

	"github.com/scimctl/scimctl/pkg/plan"
)

// resumeTime is how long starting a paused job again may take when the run was
// stopped.
const resumeTime = 30 * time.Second

// resume starts a job again that was paused for changes when the run ended before
// its start: the schema is written as a whole or not at all, so the job can go on
// as before. It stays paused, and the report says so, when its credentials are
// in doubt: a job is never started unless test connection passed.
func (r *runner) resume(ctx context.Context, report *Report) {
	pause, start := report.of(plan.PauseJob), report.of(plan.StartJob)
	if pause == nil || start == nil || pause.State != Done || start.State != Dropped {
		return
	}
	for _, kind := range []plan.Kind{plan.WriteSecrets, plan.TestConnection} {
		if s := report.of(kind); s != nil && s.State != Done {
			start.Note = "the job stays paused, because its credentials are in doubt; mend the cause, apply again, and see that the job is started"
			return
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resumeTime)
	defer cancel()
	app := r.ref()
	if err := r.t.StartJob(ctx, app.ServicePrincipalID, app.JobID); err != nil {
		start.Note = "the job stays paused: starting it again failed: " + err.Error()
		return
	}
	start.Note = "the job was started again as it was before"
}
