package apply_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
)

// fake is a tenant in memory. It answers as Graph does where a plan can tell the
// difference: secrets are masked, a second assignment is an error, a schema gets a
// new version with every write.
type fake struct {
	tenant     entra.Tenant
	template   []byte // schema of new jobs
	gallery    []entra.ApplicationTemplate
	principals []entra.Principal
	operators  []string
	decorate   func(schema []byte) []byte                   // how schemas are answered
	reject     func(secrets map[string]string) error        // test connection
	before     func(ctx context.Context, call string) error // runs first in every call; its error is the answer
	after      func(call string) error                      // runs last; its error is the answer though the call worked

	mu       sync.Mutex
	apps     []*fakeApp
	made     int
	calls    []string
	inFlight int
	most     int // most calls at once
}

type fakeApp struct {
	application entra.Application
	principal   entra.ServicePrincipal
	jobs        []entra.Job
	schemas     map[string][]byte
	version     int
	secrets     map[string]string
	assignments []entra.AppRoleAssignment
}

var _ apply.Target = (*fake)(nil)

const (
	tenantID = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
	groupID  = "9c1f1a34-4c2e-4f0e-8a55-1f0f9a6b7c20"
	userID   = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
	bobID    = "2b0c5f57-8f0c-4f5b-a7a8-0d4c0b2d6f11"
)

func newFake(t *testing.T) *fake {
	t.Helper()
	doc, err := os.ReadFile("testdata/scim.json")
	if err != nil {
		t.Fatal(err)
	}
	return &fake{
		tenant:   entra.Tenant{ID: tenantID, Name: "Contoso", Domains: []string{"contoso.onmicrosoft.com", "contoso.com"}},
		template: doc,
		gallery:  []entra.ApplicationTemplate{{ID: "aaaaaaaa-0000-4000-8000-000000000001", DisplayName: "Klaxoon SAML", Publisher: "Klaxoon", SupportedProvisioningTypes: []string{"sync"}}},
		principals: []entra.Principal{
			{Type: entra.GroupPrincipal, ID: groupID, DisplayName: "IDmelon users"},
			{Type: entra.UserPrincipal, ID: userID, DisplayName: "Ann Example", UserPrincipalName: "ann@contoso.com", Mail: "ann@contoso.com"},
			{Type: entra.UserPrincipal, ID: bobID, DisplayName: "Bob Example", UserPrincipalName: "bob@contoso.com"},
		},
		operators: []string{"EQUALS", "NOT_EQUALS", "REGEX_MATCH", "IS_NOT_NULL"},
	}
}

// call begins a call; the returned function ends it. Between the two the tenant
// is locked, unless the call has failed already.
func (f *fake) call(ctx context.Context, name string, err *error) func() {
	f.mu.Lock()
	f.calls = append(f.calls, name)
	f.inFlight++
	f.most = max(f.most, f.inFlight)
	f.mu.Unlock()
	if f.before != nil {
		*err = f.before(ctx, name)
	}
	if *err == nil {
		*err = ctx.Err()
	}
	failed := *err != nil
	f.mu.Lock()
	if failed {
		f.inFlight--
		f.mu.Unlock()
		return func() {}
	}
	return func() {
		f.inFlight--
		f.mu.Unlock()
		if f.after != nil && *err == nil {
			*err = f.after(name)
		}
	}
}

// id makes ids that look like those of a directory and are the same in every run.
func (f *fake) id(what string) string {
	f.made++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, f.made))
	hex := fmt.Sprintf("%x", sum)
	return hex[:8] + "-" + hex[8:12] + "-4" + hex[12:15] + "-8" + hex[15:18] + "-" + hex[18:30]
}

func (f *fake) app(servicePrincipalID string) (*fakeApp, error) {
	for _, a := range f.apps {
		if a.principal.ID == servicePrincipalID {
			return a, nil
		}
	}
	return nil, fmt.Errorf("404 Request_ResourceNotFound: %s", servicePrincipalID)
}

func (f *fake) Tenant(ctx context.Context) (t entra.Tenant, err error) {
	defer f.call(ctx, "Tenant", &err)()
	return f.tenant, err
}

func (f *fake) ApplicationTemplates(ctx context.Context, nameOrID string) (found []entra.ApplicationTemplate, err error) {
	defer f.call(ctx, "ApplicationTemplates", &err)()
	for _, t := range f.gallery {
		if t.ID == nameOrID || t.DisplayName == nameOrID {
			found = append(found, t)
		}
	}
	return found, err
}

func (f *fake) ServicePrincipals(ctx context.Context, q entra.ServicePrincipalQuery) (found []entra.ServicePrincipal, err error) {
	defer f.call(ctx, fmt.Sprintf("ServicePrincipals %s%s%s%s", q.ID, q.AppID, q.Name, q.Tag), &err)()
	if err != nil {
		return nil, err
	}
	for _, a := range f.apps {
		sp := a.principal
		sp.Tags = slices.Clone(sp.Tags)
		if q.ID == sp.ID || q.AppID == sp.AppID || q.Name == sp.DisplayName || slices.Contains(sp.Tags, q.Tag) {
			found = append(found, sp)
		}
	}
	return found, nil
}

func (f *fake) Application(ctx context.Context, appID string) (app *entra.Application, err error) {
	defer f.call(ctx, "Application", &err)()
	if err != nil {
		return nil, err
	}
	for _, a := range f.apps {
		if a.application.AppID == appID && a.application.ID != "" {
			return new(a.application), nil
		}
	}
	return nil, errors.New("404")
}

func (f *fake) Instantiate(ctx context.Context, templateID, name, mark string) (app entra.App, err error) {
	defer f.call(ctx, "Instantiate", &err)()
	if err != nil {
		return entra.App{}, err
	}
	a := f.addApp(templateID, name)
	a.application.Reference = mark
	return entra.App{Application: a.application, ServicePrincipal: a.principal}, nil
}

func (f *fake) Namesakes(ctx context.Context, templateID, name, mark string) (found []entra.Application, err error) {
	defer f.call(ctx, "Namesakes", &err)()
	if err != nil {
		return nil, err
	}
	for _, a := range f.apps {
		if x := a.application; x.ApplicationTemplateID == templateID && x.DisplayName == name && x.Reference == mark {
			found = append(found, x)
		}
	}
	return found, nil
}

// addApp makes an application, as somebody else or as Instantiate.
func (f *fake) addApp(templateID, name string) *fakeApp {
	user := func(id, name string) entra.AppRole {
		return entra.AppRole{ID: id, DisplayName: name, Description: name, IsEnabled: true, AllowedMemberTypes: []string{"User"}}
	}
	roles := []entra.AppRole{user(entra.UserRoleID, "User"), user(entra.MSIAMRoleID, "msiam_access")}
	appID := f.id("app")
	a := &fakeApp{
		application: entra.Application{ID: f.id("application"), AppID: appID, DisplayName: name, ApplicationTemplateID: templateID, CreatedDateTime: "2026-01-02T03:04:05Z", AppRoles: roles},
		principal:   entra.ServicePrincipal{ID: f.id("principal"), AppID: appID, DisplayName: name, ApplicationTemplateID: templateID, Tags: []string{"WindowsAzureActiveDirectoryIntegratedApp"}, AppRoles: roles},
		schemas:     map[string][]byte{},
		secrets:     map[string]string{},
	}
	f.apps = append(f.apps, a)
	return a
}

func (f *fake) SetTags(ctx context.Context, servicePrincipalID string, tags []string) (err error) {
	defer f.call(ctx, "SetTags", &err)()
	if err != nil {
		return err
	}
	a, err := f.app(servicePrincipalID)
	if err == nil {
		a.principal.Tags = slices.Clone(tags)
	}
	return err
}

func (f *fake) SetAppRoles(ctx context.Context, applicationID string, roles []entra.AppRole) (err error) {
	defer f.call(ctx, "SetAppRoles", &err)()
	if err != nil {
		return err
	}
	for _, a := range f.apps {
		if a.application.ID == applicationID {
			a.application.AppRoles, a.principal.AppRoles = roles, roles
			return nil
		}
	}
	return errors.New("404")
}

func (f *fake) Principals(ctx context.Context, refs []entra.PrincipalRef) (found map[entra.PrincipalRef][]entra.Principal, err error) {
	defer f.call(ctx, "Principals", &err)()
	found = map[entra.PrincipalRef][]entra.Principal{}
	for _, ref := range refs {
		for _, p := range f.principals {
			if p.Type == ref.Type && slices.Contains([]string{p.ID, p.DisplayName, p.UserPrincipalName}, ref.Name) {
				found[ref] = append(found[ref], p)
			}
		}
	}
	return found, err
}

func (f *fake) GroupMembers(context.Context, string) ([]entra.Principal, error) { return nil, nil }
func (f *fake) ProvisionOnDemand(context.Context, string, string, entra.OnDemandRequest) (r entra.OnDemandResult, err error) {
	return r, errors.New("not part of a plan")
}

func (f *fake) Assignments(ctx context.Context, servicePrincipalID string) (found []entra.AppRoleAssignment, err error) {
	defer f.call(ctx, "Assignments", &err)()
	if err != nil {
		return nil, err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	return slices.Clone(a.assignments), nil
}

func (f *fake) Assign(ctx context.Context, servicePrincipalID, principalID, roleID string) (err error) {
	defer f.call(ctx, "Assign", &err)()
	if err != nil {
		return err
	}
	return f.assign(servicePrincipalID, principalID, roleID)
}

// AssignAll takes each seat for itself, as a batch does; that the call fails fails
// every seat, though they may be taken.
func (f *fake) AssignAll(ctx context.Context, servicePrincipalID string, seats []entra.Seat) []error {
	return f.together(ctx, "AssignAll", len(seats), func(i int) error {
		return f.assign(servicePrincipalID, seats[i].PrincipalID, seats[i].RoleID)
	})
}

func (f *fake) UnassignAll(ctx context.Context, servicePrincipalID string, assignmentIDs []string) []error {
	return f.together(ctx, "UnassignAll", len(assignmentIDs), func(i int) error { return f.unassign(servicePrincipalID, assignmentIDs[i]) })
}

func (f *fake) together(ctx context.Context, name string, n int, do func(int) error) []error {
	errs := make([]error, n)
	err := func() (err error) {
		defer f.call(ctx, name, &err)()
		for i := range errs {
			if err == nil {
				errs[i] = do(i)
			}
		}
		return err
	}()
	for i := range errs {
		if err != nil {
			errs[i] = err
		}
	}
	return errs
}

func (f *fake) assign(servicePrincipalID, principalID, roleID string) error {
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(a.principal.AppRoles, func(r entra.AppRole) bool { return r.ID == roleID })
	if !known && (roleID != entra.DefaultAccessRoleID || len(a.principal.AppRoles) > 0) {
		return errors.New("400 Request_BadRequest: Not a valid reference update.")
	}
	for _, had := range a.assignments {
		if had.PrincipalID == principalID && had.AppRoleID == roleID {
			return errors.New("400 Request_BadRequest: Permission being assigned already exists on the object")
		}
	}
	i := slices.IndexFunc(f.principals, func(p entra.Principal) bool { return p.ID == principalID })
	if i < 0 {
		return errors.New("404")
	}
	p := f.principals[i]
	a.assignments = append(a.assignments, entra.AppRoleAssignment{ID: f.id("assignment"), AppRoleID: roleID, PrincipalID: p.ID, PrincipalType: p.Type, PrincipalDisplayName: p.DisplayName, ResourceID: servicePrincipalID})
	return nil
}

func (f *fake) Unassign(ctx context.Context, servicePrincipalID, assignmentID string) (err error) {
	defer f.call(ctx, "Unassign", &err)()
	if err != nil {
		return err
	}
	return f.unassign(servicePrincipalID, assignmentID)
}

func (f *fake) unassign(servicePrincipalID, assignmentID string) error {
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return err
	}
	n := len(a.assignments)
	a.assignments = slices.DeleteFunc(a.assignments, func(x entra.AppRoleAssignment) bool { return x.ID == assignmentID })
	if len(a.assignments) == n {
		return errors.New("400 Request_BadRequest: EntitlementGrant being updated or deleted is not found.")
	}
	return nil
}

func (f *fake) SyncTemplates(ctx context.Context, servicePrincipalID string) (found []entra.SyncTemplate, err error) {
	defer f.call(ctx, "SyncTemplates", &err)()
	if err != nil {
		return nil, err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil || a.principal.ApplicationTemplateID == "" {
		return nil, err
	}
	id := entra.TemplateSCIM
	if a.principal.ApplicationTemplateID != entra.NonGalleryTemplateID {
		id = "klaxoon"
	}
	return []entra.SyncTemplate{{ID: id, Default: true, FactoryTag: "scim"}}, nil
}

func (f *fake) TemplateSchema(ctx context.Context, _, _ string) (s *entra.Schema, err error) {
	defer f.call(ctx, "TemplateSchema", &err)()
	if err != nil {
		return nil, err
	}
	return entra.ParseSchema(f.template)
}

func (f *fake) Jobs(ctx context.Context, servicePrincipalID string) (jobs []entra.Job, err error) {
	defer f.call(ctx, "Jobs", &err)()
	if err != nil {
		return nil, err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	return slices.Clone(a.jobs), nil
}

func (f *fake) CreateJob(ctx context.Context, servicePrincipalID, templateID string) (job entra.Job, err error) {
	defer f.call(ctx, "CreateJob", &err)()
	if err != nil {
		return entra.Job{}, err
	}
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return entra.Job{}, err
	}
	return f.addJob(a, templateID), nil
}

func (f *fake) addJob(a *fakeApp, templateID string) entra.Job {
	job := entra.Job{ID: templateID + "." + strings.ReplaceAll(tenantID, "-", "") + "." + f.id("job"), TemplateID: templateID, Schedule: entra.Schedule{State: entra.ScheduleDisabled, Interval: "PT40M"}, Status: entra.JobStatus{Code: entra.StatusPaused}}
	a.jobs = append(a.jobs, job)
	a.schemas[job.ID] = f.template
	return job
}

func (f *fake) job(servicePrincipalID, jobID string) (*entra.Job, *fakeApp, error) {
	a, err := f.app(servicePrincipalID)
	if err != nil {
		return nil, nil, err
	}
	for i := range a.jobs {
		if a.jobs[i].ID == jobID {
			return &a.jobs[i], a, nil
		}
	}
	return nil, nil, fmt.Errorf("404: no job %q", jobID)
}

func (f *fake) StartJob(ctx context.Context, servicePrincipalID, jobID string) (err error) {
	defer f.call(ctx, "StartJob", &err)()
	if err != nil {
		return err
	}
	job, a, err := f.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	if a.secrets[entra.KeyBaseAddress] == "" {
		return errors.New("started without secrets")
	}
	job.Schedule.State, job.Status.Code = entra.ScheduleActive, entra.StatusActive
	job.Status.LastExecution = &entra.Execution{State: "Succeeded", TimeBegan: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return nil
}

func (f *fake) PauseJob(ctx context.Context, servicePrincipalID, jobID string) (err error) {
	defer f.call(ctx, "PauseJob", &err)()
	if err != nil {
		return err
	}
	job, _, err := f.job(servicePrincipalID, jobID)
	if err == nil {
		job.Schedule.State, job.Status.Code = entra.ScheduleDisabled, entra.StatusPaused
	}
	return err
}

func (f *fake) Schema(ctx context.Context, servicePrincipalID, jobID string) (s *entra.Schema, err error) {
	defer f.call(ctx, "Schema", &err)()
	if err != nil {
		return nil, err
	}
	_, a, err := f.job(servicePrincipalID, jobID)
	if err != nil {
		return nil, err
	}
	doc := a.schemas[jobID]
	if f.decorate != nil {
		doc = f.decorate(doc)
	}
	return entra.ParseSchema(doc)
}

func (f *fake) PutSchema(ctx context.Context, servicePrincipalID, jobID string, s *entra.Schema) (err error) {
	defer f.call(ctx, "PutSchema", &err)()
	if err != nil {
		return err
	}
	job, a, err := f.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	if job.Active() {
		return errors.New("schema written while the job was running")
	}
	a.version++
	a.schemas[jobID] = s.Bytes()
	return nil
}

// ParseExpression answers with a key that cannot be guessed.
func (f *fake) ParseExpression(ctx context.Context, _, _, expression string) (tree []byte, err error) {
	defer f.call(ctx, "ParseExpression", &err)()
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(expression, "(")
	return json.Marshal(entra.Source{Type: entra.SourceFunction, Name: name, Expression: expression, Parameters: []entra.Parameter{
		{Key: "key-of-this-tenant", Value: entra.Source{Type: entra.SourceAttribute, Name: "mail", Expression: "[mail]", Parameters: []entra.Parameter{}}},
	}})
}

func (f *fake) FilterOperators(ctx context.Context, _, _ string) (names []string, err error) {
	defer f.call(ctx, "FilterOperators", &err)()
	return f.operators, err
}
