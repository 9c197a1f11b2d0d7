package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// serviceInterval is that of SCIM jobs. Source: graph_contract §5.
const serviceInterval = 40 * time.Minute

// progressUnits is what a cycle's progress counts; no sample shows the text [?].
const progressUnits = "objects"

// jobJSON prints a job with the shapes of its life: Disabled and Paused when new,
// NotRun with an execution that failed with error None once started, and then what its
// cycles were. Source: graph_contract §5.
func (c *call) jobJSON(j *job) map[string]any {
	running := c.e.cycles.running(j.ID)
	s := j.engine.Status(j.targetSystem(), j.State != entra.ScheduleActive)
	if running != nil && s.Code == entra.StatusNotRun {
		s.Code = entra.StatusActive // it has begun to run
	}
	if s.LastExecution == nil && j.Started {
		s.LastExecution = &entra.Execution{State: "Failed", Error: &entra.ExecutionError{Code: "None"}}
	}
	status := map[string]any{
		"code": s.Code, "countSuccessiveCompleteFailures": s.CountSuccessiveCompleteFailures, "escrowsPruned": s.EscrowsPruned,
		"lastExecution": executionJSON(s.LastExecution), "lastSuccessfulExecution": executionJSON(s.LastSuccessfulExecution),
		"lastSuccessfulExecutionWithExports": executionJSON(s.LastSuccessfulExecutionWithExports),
		"progress":                           running.progressJSON(), "quarantine": c.quarantineJSON(s.Quarantine),
		"steadyStateFirstAchievedTime": momentJSON(s.SteadyStateFirstAchievedTime),
		"steadyStateLastAchievedTime":  momentJSON(s.SteadyStateLastAchievedTime),
		"synchronizedEntryCountByType": countsJSON(s.SynchronizedEntryCountByType), "troubleshootingUrl": nil,
	}
	if j.Started {
		status["troubleshootingUrl"] = ""
	}
	return map[string]any{
		"id": j.ID, "templateId": j.Template,
		"schedule": map[string]any{"expiration": nil, "interval": duration(c.e.interval()), "state": j.State},
		"status":   status,
		"synchronizationJobSettings": []any{
			map[string]any{"name": "AzureIngestionAttributeOptimization", "value": "False"},
			map[string]any{"name": "LookaheadQueryEnabled", "value": "False"},
		},
	}
}

// targetSystem is the name of the job's target directory.
func (j *job) targetSystem() string {
	for _, rule := range j.Schema.List("synchronizationRules") {
		if name := rule.Text("targetDirectoryName"); name != "" {
			return name
		}
	}
	return "customappsso"
}

// interval is the one that jobs show; where cycles are only called, the service's.
func (e *Emulator) interval() time.Duration {
	if e.o.CycleInterval > 0 {
		return e.o.CycleInterval
	}
	return serviceInterval
}

// duration prints an ISO 8601 duration as the service does: PT40M, PT1H, P1DT12H.
func duration(d time.Duration) string {
	var b strings.Builder
	b.WriteByte('P')
	if days := d / (24 * time.Hour); days > 0 {
		fmt.Fprintf(&b, "%dD", days)
	}
	d %= 24 * time.Hour
	if d == 0 && b.Len() > 1 {
		return b.String()
	}
	b.WriteByte('T')
	if h := d / time.Hour; h > 0 {
		fmt.Fprintf(&b, "%dH", h)
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		fmt.Fprintf(&b, "%dM", m)
	}
	if s := d % time.Minute; s > 0 || b.Len() == 2 {
		b.WriteString(strconv.FormatFloat(s.Seconds(), 'f', -1, 64) + "S")
	}
	return b.String()
}

func momentJSON(t time.Time) string {
	if t.Year() <= 1 {
		return never
	}
	return precise(t)
}

func executionJSON(x *entra.Execution) any {
	if x == nil {
		return nil
	}
	out := map[string]any{
		"activityIdentifier": x.ActivityIdentifier, "countEntitled": x.CountEntitled, "countEntitledForProvisioning": x.CountEntitledForProvisioning,
		"countEscrowed": x.CountEscrowed, "countEscrowedRaw": x.CountEscrowedRaw, "countExported": x.CountExported,
		"countExports": x.CountExports, "countImported": x.CountImported, "countImportedDeltas": x.CountImportedDeltas,
		"countImportedReferenceDeltas": x.CountImportedReferenceDeltas, "state": x.State,
		"timeBegan": momentJSON(x.TimeBegan), "timeEnded": momentJSON(x.TimeEnded), "error": errorJSON(x.Error),
	}
	return out
}

func errorJSON(e *entra.ExecutionError) any {
	if e == nil {
		return nil
	}
	return map[string]any{"code": e.Code, "message": e.Message, "tenantActionable": e.TenantActionable}
}

func (c *call) quarantineJSON(q *entra.Quarantine) any {
	if q == nil {
		return nil
	}
	reason := q.Reason
	if c.e.behaviour().SpacedFlags {
		reason = syncschema.SpaceFlags(reason)
	}
	return map[string]any{
		"currentBegan": momentJSON(q.CurrentBegan), "nextAttempt": momentJSON(q.NextAttempt), "seriesBegan": momentJSON(q.SeriesBegan),
		"seriesCount": q.SeriesCount, "reason": reason, "error": errorJSON(q.Error),
	}
}

func countsJSON(counts []entra.CountByType) []any {
	out := []any{}
	for _, c := range counts {
		out = append(out, map[string]any{"key": c.Key, "value": c.Value})
	}
	return out
}

// progressJSON is how far a running cycle is; nothing is under way without one.
func (r *cycleRun) progressJSON() []any {
	out := []any{}
	if r == nil {
		return out
	}
	if p := r.progress.Load(); p != nil {
		out = append(out, map[string]any{
			"completedUnits": p.Completed, "totalUnits": p.Total, "units": progressUnits, "progressObservationDateTime": precise(p.at),
		})
	}
	return out
}

// observed is a progress and when it was seen.
type observed struct {
	engine.Progress
	at time.Time
}
