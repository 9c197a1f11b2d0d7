package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// wantsJob reports whether the profile says something that needs a
// synchronization job.
func (b *builder) wantsJob() bool {
	return b.r.Endpoint != nil || b.r.Users != nil || b.r.Groups != nil || b.r.Settings.State == stateStarted
}

// createJob plans the synchronization job, or settles on the one that is there.
func (b *builder) createJob() {
	if b.app != nil {
		if b.app.Job != nil {
			b.useJob(b.app.Job)
			return
		}
		if fitting := b.q.FittingJobs(b.app.Jobs); len(fitting) > 1 {
			b.manyJobs(fitting)
			return
		}
		if b.q.Job != "" {
			b.report(diag.Errorf(codeNoJob, b.r.App.Job.Where, "the application has no synchronization job %q%s", b.q.Job, diag.DidYouMean(b.q.Job, jobIDs(b.app.Jobs))).
				WithDetail("Write the id of one of its jobs, or take app.job out of the profile so that a job is created."))
			return
		}
	}
	if !b.wantsJob() {
		return
	}
	template, ok := b.syncTemplate()
	if !ok {
		return
	}
	s := Step{ID: idJob, Kind: CreateJob, Action: Add, Template: template, Summary: "synchronization job from the template " + template}
	if template == "" {
		s.Summary = "synchronization job from the application's template (known after create)"
	}
	b.add(s)
}

// useJob settles on a job that is there.
func (b *builder) useJob(j *entra.Job) {
	b.p.App.JobID = j.ID
	where := b.r.App.SyncTemplate.Where
	switch want := b.r.App.SyncTemplate.Value; {
	case want != "" && j.TemplateID != "" && want != j.TemplateID:
		b.report(diag.Errorf(codeNoSyncTemplate, where, "the synchronization job %s was made from the template %q, not %q", j.ID, j.TemplateID, want).
			WithDetail("The template of a job cannot be changed. Write the job's template, or remove the job; it is then made anew."))
	case want == "" && j.TemplateID == entra.TemplateCustomAppSSO:
		b.note("the job was made from the template customappsso, which behaves as in 2018; new jobs use scim")
	}
	if q := j.Status.Quarantine; j.Status.Code == entra.StatusQuarantine && q != nil {
		text := "the job is in quarantine"
		if q.Error != nil && q.Error.Message != "" {
			text += ": " + q.Error.Message
		} else if q.Reason != "" {
			text += ": " + q.Reason
		}
		b.note(text)
	}
}

func (b *builder) manyJobs(fitting []entra.Job) {
	lines := make([]string, len(fitting))
	for i, j := range fitting {
		lines[i] = fmt.Sprintf("%s (template %s, schedule %s)", j.ID, j.TemplateID, j.Schedule.State)
	}
	slices.Sort(lines)
	b.report(diag.Errorf(codeManyJobs, b.r.App.Where, "the application has %d synchronization jobs that fit", len(fitting)).
		WithDetail("Name the one to manage under app.job: %s.", strings.Join(lines, ", ")))
}

func jobIDs(jobs []entra.Job) []string {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID
	}
	slices.Sort(ids)
	return ids
}

// syncTemplate chooses the template of a new job; "" means that it is known only
// when the application is there.
func (b *builder) syncTemplate() (string, bool) {
	wish := b.q.SyncTemplate
	if b.app == nil {
		if wish == "" && b.q.Template == "" {
			wish = entra.TemplateSCIM
		}
		return wish, true
	}
	offered := b.app.SyncTemplates
	if id := ChooseSyncTemplate(wish, offered); id != "" {
		return id, true
	}
	where := b.r.App.SyncTemplate.Where
	if where.IsZero() {
		where = b.r.App.Where
	}
	names := make([]string, len(offered))
	for i, t := range offered {
		names[i] = t.ID
	}
	slices.Sort(names)
	switch {
	case len(names) == 0:
		b.report(diag.Errorf(codeNoSyncTemplate, where, "the application %q offers no synchronization template", b.app.ServicePrincipal.DisplayName).
			WithDetail("Applications made from a plain registration cannot be provisioned. Create the application from a gallery entry or the non-gallery template."))
	case wish != "":
		b.report(diag.Errorf(codeNoSyncTemplate, where, "the application offers no synchronization template %q%s", wish, diag.DidYouMean(wish, names)).
			WithDetail("It offers: %s.", strings.Join(names, ", ")))
	default:
		b.report(diag.Errorf(codeNoSyncTemplate, where, "the application offers several synchronization templates and no default one").
			WithDetail("Name one of them under app.synchronizationTemplate: %s.", strings.Join(names, ", ")))
	}
	return "", false
}

// pauseJob plans to stop an active job: for good where the profile says so, for
// the time of the changes where there are any.
func (b *builder) pauseJob(changes bool) {
	switch {
	case !b.app.active():
	case b.r.Settings.State == stateStopped:
		b.add(Step{ID: idStop, Kind: StopJob, Action: Do, Summary: "stop the synchronization job",
			Consequences: []string{"nobody is provisioned, updated or disabled in the application until the job is started again"}})
	case changes:
		b.add(Step{ID: idPause, Kind: PauseJob, Action: Do, Summary: "pause the synchronization job for the changes"})
	}
}

// testConnection plans to prove the credentials after they were written, and
// before the job is started unless they are known to be good.
func (b *builder) testConnection() {
	written := b.has(WriteSecrets) && (b.r.Endpoint != nil || b.q.CanTest(b.stored()))
	if !written && !(b.willStart() && b.credentials() != CredentialsValid) {
		return
	}
	if !b.has(CreateJob) && b.p.App.JobID == "" {
		return
	}
	b.add(Step{ID: idTest, Kind: TestConnection, Action: Do, Summary: "test the connection to " + b.testedHost()})
}

func (b *builder) stored() []entra.Credential {
	if b.app == nil {
		return nil
	}
	return b.app.Secrets
}

func (b *builder) credentials() CredentialState {
	if b.app == nil {
		return CredentialsUnknown
	}
	return b.app.Credentials
}

// testedHost is the host that the job will talk to.
func (b *builder) testedHost() string {
	if b.r.Endpoint != nil {
		return host(b.r.Endpoint.URL.Value)
	}
	if url, ok := b.app.secret(entra.KeyBaseAddress); ok {
		return host(url)
	}
	return "the endpoint"
}

// willStart reports whether the job is started at the end: because the profile
// says so and it is not running, or because it was paused for the changes.
func (b *builder) willStart() bool {
	if b.has(PauseJob) {
		return true
	}
	return b.r.Settings.State == stateStarted && !b.app.active()
}

// startJob plans the last step.
func (b *builder) startJob() {
	if !b.willStart() {
		if b.has(CreateJob) && b.r.Settings.State == "" {
			b.note("the job is not started: the profile does not say settings.state: started")
		}
		return
	}
	if !b.has(CreateJob) && b.p.App.JobID == "" {
		return
	}
	if _, stored := b.app.secret(entra.KeyBaseAddress); b.r.Endpoint == nil && !stored {
		b.report(diag.Errorf(codeNoEndpoint, b.r.Settings.Where, "the job is to be started, but no tenant URL is known").
			WithDetail("Write endpoint.url and endpoint.token, or take settings.state out of the profile."))
		return
	}
	s := Step{ID: idStart, Kind: StartJob, Action: Do, Summary: "start the synchronization job"}
	switch {
	case b.has(PauseJob):
		s.Summary = "start the synchronization job again"
	case !b.app.hasRun():
		s.Consequences = []string{"the initial cycle provisions everybody in scope; it takes from 20 minutes to hours"}
	}
	b.add(s)
}
