package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

const instantiateKey = "POST /applicationTemplates/" + entra.NonGalleryTemplateID + "/instantiate"

// made is the application as Graph lists it; created is RFC 3339.
func madeApp(id, template, created string) string {
	return fmt.Sprintf(`{"id":%q,"appId":%q,"displayName":"Example","applicationTemplateId":%q,"createdDateTime":%q,"tags":[],"appRoles":[]}`, id, appID, template, created)
}

func value(items ...string) string { return `{"value":[` + strings.Join(items, ",") + `]}` }

// newApp scripts an application that can be read at once.
func newApp(f *tenant) {
	f.on("GET /applications", answer{Body: value()})
	f.on("GET /servicePrincipals", answer{Body: value(`{"id":"` + spID + `","appId":"` + appID + `"}`)})
	f.on("GET /applications/"+appObjID, answer{Body: madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z")})
	f.on("GET "+spPath, answer{Body: `{"id":"` + spID + `","appId":"` + appID + `","displayName":"Example"}`})
	f.on(instantiateKey, answer{Status: 201, Body: `{"application":{"id":"` + appObjID + `"},"servicePrincipal":{"id":"` + spID + `"}}`})
}

// TestInstantiate makes an application whatever the service does to the call,
// and never makes two.
func TestInstantiate(t *testing.T) {
	missing := fail(404, "Request_ResourceNotFound", "Resource '"+spID+"' does not exist or one of its queried reference-property objects are not present.")
	late := value(madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z"))
	spurious := answer{Status: 404, Body: sample(t, "errors/404_instantiate_spurious.json")}
	tests := []struct {
		name  string
		set   func(*tenant)
		posts int
		want  string // part of the error; "" for success
	}{
		{"at once", func(f *tenant) {}, 1, ""},
		{"replicated late", func(f *tenant) {
			f.on("GET /applications/"+appObjID, missing, missing, answer{Body: madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z")})
			f.on("GET "+spPath, missing, missing, missing, answer{Body: `{"id":"` + spID + `"}`})
		}, 1, ""},
		{"never replicated", func(f *tenant) { f.on("GET "+spPath, missing) }, 1, "the application was made: its object id is " + appObjID},
		{"404 although made", func(f *tenant) {
			f.on(instantiateKey, spurious)
			f.on("GET /applications", answer{Body: value()}, answer{Body: value()}, answer{Body: late})
		}, 1, ""},
		{"404 and not made", func(f *tenant) { f.on(instantiateKey, spurious) }, 1, "no new application of this name appeared"},
		{"template unknown", func(f *tenant) {
			f.on(instantiateKey, fail(404, "Request_ResourceNotFound", "Resource 'x' does not exist."))
		}, 1, "Request_ResourceNotFound"},
		{"no answer although made", func(f *tenant) {
			f.on(instantiateKey, answer{Reset: true})
			f.on("GET /applications", answer{Body: value()}, answer{Body: late})
		}, 1, ""},
		{"answer cut off", func(f *tenant) {
			f.on(instantiateKey, answer{Status: 201, Body: `{"application":`, Cut: true})
			f.on("GET /applications", answer{Body: value()}, answer{Body: late})
		}, 1, ""},
		{"answer without ids", func(f *tenant) {
			f.on(instantiateKey, answer{Status: 201, Body: `{"application":{},"servicePrincipal":{}}`})
			f.on("GET /applications", answer{Body: value()}, answer{Body: late})
		}, 1, ""},
		{"504 although made, service principal late", func(f *tenant) {
			f.on(instantiateKey, fail(504, "UnknownError", ""))
			f.on("GET /applications", answer{Body: value()}, answer{Body: late})
			f.on("GET /servicePrincipals", answer{Body: value()}, answer{Body: value(`{"id":"` + spID + `"}`)})
		}, 1, ""},
		{"old namesakes are not taken", func(f *tenant) {
			f.on(instantiateKey, fail(504, "UnknownError", ""))
			before := madeApp("bbbbbbbb-0000-4000-8000-000000000001", entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z")
			gallery := madeApp("bbbbbbbb-0000-4000-8000-000000000002", "21ed01d2-ec13-4e9e-86c1-cd546719ebc4", "2026-11-20T12:00:01Z")
			hidden := madeApp("bbbbbbbb-0000-4000-8000-000000000003", entra.NonGalleryTemplateID, "2026-11-20T11:00:00Z")
			f.on("GET /applications", answer{Body: value(before)}, answer{Body: value(before, gallery, hidden)})
		}, 1, "no new application of this name appeared"},
		{"two at the same time", func(f *tenant) {
			f.on(instantiateKey, fail(504, "UnknownError", ""))
			f.on("GET /applications", answer{Body: value()}, answer{Body: value(madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z"), madeApp("bbbbbbbb-0000-4000-8000-000000000001", entra.NonGalleryTemplateID, "2026-11-20T12:00:02Z"))})
		}, 1, "2 applications of this name appeared"},
		{"throttled", func(f *tenant) {
			f.on(instantiateKey, fail(429, "TooManyRequests", ""), fail(429, "TooManyRequests", ""), answer{Status: 201, Body: `{"application":{"id":"` + appObjID + `"},"servicePrincipal":{"id":"` + spID + `"}}`})
		}, 3, ""},
		{"not allowed", func(f *tenant) {
			f.on(instantiateKey, answer{Status: 403, Body: sample(t, "errors/403_directory_permission.json")})
		}, 1, "Application.ReadWrite.All"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			newApp(f)
			test.set(f)
			app, err := f.client().Instantiate(t.Context(), entra.NonGalleryTemplateID, "Example", "")
			if test.want == "" && (err != nil || app.Application.ID != appObjID || app.ServicePrincipal.ID != spID) {
				t.Errorf("%+v, %v", app, err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if n := f.count("POST"); n != test.posts {
				t.Errorf("%d POSTs, want %d", n, test.posts)
			}
			if final := test.name == "template unknown" || test.name == "not allowed"; final && len(f.slept) != 0 {
				t.Errorf("waited %v for an error that is final", f.slept)
			}
			if w := f.waited(); w > replicationLimit+searchLimit {
				t.Errorf("waited %s", w)
			}
		})
	}
}

// TestInstantiateSample reads the real service's answer.
func TestInstantiateSample(t *testing.T) {
	f := newTenant(t)
	newApp(f)
	body := sample(t, "answers/instantiate.json")
	f.on(instantiateKey, answer{Status: 201, Body: body})
	app, err := read[entra.App](t.Context(), f.client(), &request{op: "make", method: "POST", path: []string{"applicationTemplates", entra.NonGalleryTemplateID, "instantiate"}})
	if err != nil {
		t.Fatal(err)
	}
	role := func(r entra.AppRole) bool { return r.ID == entra.UserRoleID }
	if !isID(app.Application.ID) || !isID(app.ServicePrincipal.ID) || app.Application.AppID != app.ServicePrincipal.AppID ||
		!slices.ContainsFunc(app.ServicePrincipal.AppRoles, role) || !app.ServicePrincipal.AppRoleAssignmentRequired {
		t.Errorf("%+v", app)
	}
}

// TestSkew checks that "new" is judged by the service's clock, not by ours.
func TestSkew(t *testing.T) {
	f := newTenant(t)
	newApp(f)
	f.on(instantiateKey, fail(504, "UnknownError", ""))
	f.on("GET /applications", answer{Body: value()}, answer{Body: value(madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z"))})
	o := f.options()
	o.Now = func() time.Time { return f.now.Add(3 * time.Hour) } // this machine's clock is wrong
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.signIn.now = func() time.Time { return f.now }
	if _, err := c.Instantiate(t.Context(), entra.NonGalleryTemplateID, "Example", ""); err != nil {
		t.Error(err)
	}
}

// TestYoung checks patience with a new service principal and none with an old one.
func TestYoung(t *testing.T) {
	denied := answer{Status: 401, Body: sample(t, "errors/401_synchronization_not_allowed.json")}
	const templates = "GET " + spPath + "/synchronization/templates"
	setUp := func(t *testing.T) (*tenant, *Client) {
		f := newTenant(t)
		newApp(f)
		c := f.client()
		if _, err := c.Instantiate(t.Context(), entra.NonGalleryTemplateID, "Example", ""); err != nil {
			t.Fatal(err)
		}
		return f, c
	}
	t.Run("old and denied", func(t *testing.T) {
		f := newTenant(t)
		f.on(templates, denied)
		_, err := f.client().SyncTemplates(t.Context(), spID)
		if err == nil || !strings.Contains(err.Error(), "Synchronization.Read.All") || len(f.slept) != 0 {
			t.Errorf("error %v after waits %v", err, f.slept)
		}
	})
	t.Run("new", func(t *testing.T) {
		f, c := setUp(t)
		f.on(templates, denied, fail(403, "Forbidden", ""), fail(404, "NotFound", ""), denied, answer{Body: value(`{"id":"scim"}`)})
		if _, err := c.SyncTemplates(t.Context(), spID); err != nil {
			t.Fatal(err)
		}
		if n := f.count(templates); n != 5 {
			t.Errorf("sent %d times, want 5", n)
		}
		if len(f.notices) == 0 || !strings.Contains(strings.Join(f.notices, "\n"), "if this lasts, the permission Synchronization.Read.All is missing") {
			t.Errorf("told %q", f.notices)
		}
		// Once the backend knows it, a refusal is a refusal.
		f.on(templates, denied)
		slept := len(f.slept)
		if _, err := c.SyncTemplates(t.Context(), spID); err == nil || len(f.slept) != slept {
			t.Errorf("error %v after %d more waits", err, len(f.slept)-slept)
		}
	})
	t.Run("new and denied for good", func(t *testing.T) {
		f, c := setUp(t)
		f.on(templates, denied)
		_, err := c.SyncTemplates(t.Context(), spID)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Denied || !strings.Contains(err.Error(), "Synchronization.Read.All") || e.Waited < syncLimit {
			t.Fatalf("error %v", err)
		}
		if w := f.waited(); w < syncLimit || w > syncLimit+time.Second {
			t.Errorf("waited %s, want %s", w, syncLimit)
		}
		slept := len(f.slept)
		if _, err := c.SyncTemplates(t.Context(), spID); err == nil || len(f.slept) != slept {
			t.Errorf("the second call: error %v after %d more waits", err, len(f.slept)-slept)
		}
	})
	t.Run("directory calls", func(t *testing.T) {
		f, c := setUp(t)
		missing := fail(404, "Request_ResourceNotFound", "Resource '"+spID+"' does not exist or one of its queried reference-property objects are not present.")
		f.on("PATCH "+spPath, missing, missing, answer{Status: 204})
		f.on("POST "+spPath+"/appRoleAssignedTo", missing, fail(400, "Request_BadRequest", "Not a valid reference update."), answer{Status: 201, Body: "{}"})
		if err := c.SetTags(t.Context(), spID, []string{"scimctl:x"}); err != nil {
			t.Error(err)
		}
		if err := c.Assign(t.Context(), spID, appID, entra.UserRoleID); err != nil {
			t.Error(err)
		}
	})
	t.Run("directory calls on an old one", func(t *testing.T) {
		f := newTenant(t)
		f.on("PATCH "+spPath, fail(404, "Request_ResourceNotFound", "Resource '"+spID+"' does not exist."))
		f.on("POST "+spPath+"/appRoleAssignedTo", fail(400, "Request_BadRequest", "Not a valid reference update."))
		c := f.client()
		if err := c.SetTags(t.Context(), spID, nil); err == nil {
			t.Error("no error")
		}
		if err := c.Assign(t.Context(), spID, appID, entra.UserRoleID); err == nil {
			t.Error("no error")
		}
		if len(f.slept) != 0 {
			t.Errorf("waited %v", f.slept)
		}
	})
}

// TestCreateJob makes a job whatever the service does to the call.
func TestCreateJob(t *testing.T) {
	const jobs = spPath + "/synchronization/jobs"
	job := `{"id":"` + jobID + `","templateId":"scim","schedule":{"state":"Disabled","interval":"PT40M"},"status":{"code":"Paused","steadyStateFirstAchievedTime":"0001-01-01T00:00:00Z"}}`
	other := `{"id":"customappsso.x.old","templateId":"customappsso"}`
	tests := []struct {
		name string
		set  func(*tenant)
		want string
	}{
		{"at once", func(f *tenant) {}, ""},
		{"made meanwhile by somebody else", func(f *tenant) { f.on("GET "+jobs, answer{Body: value(other, job)}) }, "has got the job " + jobID},
		{"read late", func(f *tenant) {
			f.on("GET "+jobPath, fail(404, "NotFound", ""), fail(404, "NotFound", ""), answer{Body: job})
		}, ""},
		{"no answer although made", func(f *tenant) {
			f.on("POST "+jobs, answer{Reset: true})
			f.on("GET "+jobs, answer{Body: value(other)}, answer{Body: value(other)}, answer{Body: value(other, job)})
		}, ""},
		{"no answer and not made", func(f *tenant) {
			f.on("POST "+jobs, answer{Reset: true})
			f.on("GET "+jobs, answer{Body: value(other)})
		}, "no new job appeared"},
		{"template unknown", func(f *tenant) { f.on("POST "+jobs, fail(400, "BadRequest", "no such template")) }, "no such template"},
		{"list is 404 before the first job", func(f *tenant) { f.on("GET "+jobs, fail(404, "NotFound", "")) }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			f.on("GET "+jobs, answer{Body: value()})
			f.on("POST "+jobs, answer{Status: 201, Body: job})
			f.on("GET "+jobPath, answer{Body: job})
			test.set(f)
			c := f.client()
			made, err := c.CreateJob(t.Context(), spID, "scim")
			if test.want == "" && (err != nil || made.ID != jobID || made.Active()) {
				t.Errorf("%+v, %v", made, err)
			}
			if test.want == "" {
				if _, err := c.Job(t.Context(), spID, jobID); err != nil {
					t.Errorf("the new job is not waited for: %v", err)
				}
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			posts := 1
			if strings.HasPrefix(test.want, "has got") {
				posts = 0
			}
			if n := f.count("POST"); n != posts {
				t.Errorf("%d POSTs, want %d", n, posts)
			}
		})
	}
}

// TestMarkedInstantiate checks that the mark is there from the first moment, that
// what was made in an unclear moment is known by it, and that a tenant which refuses
// it gets an application without.
func TestMarkedInstantiate(t *testing.T) {
	const mark = "scimctl:example/"
	ours := strings.TrimSuffix(madeApp(appObjID, entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z"), "}") + `,"serviceManagementReference":"` + mark + `"}`
	twin := madeApp("bbbbbbbb-0000-4000-8000-000000000001", entra.NonGalleryTemplateID, "2026-11-20T12:00:01Z")
	good := answer{Status: 201, Body: `{"application":{"id":"` + appObjID + `"},"servicePrincipal":{"id":"` + spID + `"}}`}
	for _, test := range []struct {
		name  string
		set   func(*tenant)
		posts int
		reads int // of the list of applications
	}{
		{"at once", func(f *tenant) {}, 1, 0},
		{"no answer although made, beside a twin without the mark", func(f *tenant) {
			f.on(instantiateKey, answer{Reset: true})
			f.on("GET /applications", answer{Body: value(twin)}, answer{Body: value(twin, ours)})
		}, 1, 2},
		{"refused for the mark", func(f *tenant) {
			f.on(instantiateKey, fail(400, "Request_BadRequest", "Invalid value for property serviceManagementReference."), good)
		}, 2, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			newApp(f)
			test.set(f)
			app, err := f.client().Instantiate(t.Context(), entra.NonGalleryTemplateID, "Example", mark)
			if err != nil || app.Application.ID != appObjID || app.ServicePrincipal.ID != spID {
				t.Errorf("%+v, %v", app, err)
			}
			var reads int
			for _, c := range f.calls {
				if c.Method == "GET" && strings.HasPrefix(c.URI, "/v1.0/applications?") {
					reads++
				}
			}
			if n := f.count("POST"); n != test.posts || reads != test.reads {
				t.Errorf("%d POSTs and %d lists, want %d and %d", n, reads, test.posts, test.reads)
			}
			if f.calls[0].Body != `{"displayName":"Example","serviceManagementReference":"`+mark+`"}` {
				t.Errorf("sent %s", f.calls[0].Body)
			}
		})
	}
}

// TestLookBeforeRepeating breaks the connection of calls that must not be done
// twice: the client looks, and repeats only what did not happen.
func TestLookBeforeRepeating(t *testing.T) {
	active := `{"id":"` + jobID + `","schedule":{"state":"Active"},"status":{"code":"Active"}}`
	paused := `{"id":"` + jobID + `","schedule":{"state":"Disabled"},"status":{"code":"Paused"}}`
	quarantine := `{"id":"` + jobID + `","schedule":{"state":"Active"},"status":{"code":"Quarantine"}}`
	seat := value(`{"id":"a","principalId":"` + annID + `","appRoleId":"` + entra.UserRoleID + `"}`)
	start := func(c *Client) error { return c.StartJob(t.Context(), spID, jobID) }
	pause := func(c *Client) error { return c.PauseJob(t.Context(), spID, jobID) }
	assign := func(c *Client) error { return c.Assign(t.Context(), spID, annID, entra.UserRoleID) }
	for _, test := range []struct {
		name, post, get, found string
		call                   func(*Client) error
		posts                  int
	}{
		{"started", jobPath + "/start", jobPath, active, start, 1},
		{"not started", jobPath + "/start", jobPath, paused, start, 2},
		{"still in quarantine", jobPath + "/start", jobPath, quarantine, start, 2},
		{"paused", jobPath + "/pause", jobPath, paused, pause, 1},
		{"not paused", jobPath + "/pause", jobPath, active, pause, 2},
		{"assigned", spPath + "/appRoleAssignedTo", spPath + "/appRoleAssignedTo", seat, assign, 1},
		{"not assigned", spPath + "/appRoleAssignedTo", spPath + "/appRoleAssignedTo", value(), assign, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			f.on("POST "+test.post, answer{Reset: true}, answer{Status: 204})
			f.on("GET "+test.get, answer{Body: test.found})
			if err := test.call(f.client()); err != nil {
				t.Error(err)
			}
			if n := f.count("POST"); n != test.posts {
				t.Errorf("%d POSTs, want %d", n, test.posts)
			}
			if sent := f.requests(); len(sent) < 2 || !strings.HasPrefix(sent[1], "GET ") {
				t.Errorf("did not look first: %q", sent)
			}
		})
	}
}

// TestAssignAll takes seats together; of a batch whose end is unclear only those are
// sent again that are not there.
func TestAssignAll(t *testing.T) {
	f := newTenant(t)
	seats := []entra.Seat{{PrincipalID: annID, RoleID: entra.UserRoleID}, {PrincipalID: bobID, RoleID: entra.UserRoleID}, {PrincipalID: salesID, RoleID: entra.UserRoleID}}
	f.on("POST /$batch",
		answer{Reset: true},
		batchAnswers(item(1, 400, `{"error":{"code":"Request_BadRequest","message":"Permission being assigned already exists on the object"}}`), item(2, 403, `{"error":{"code":"Authorization_RequestDenied","message":"no"}}`)))
	f.on("GET "+spPath+"/appRoleAssignedTo", answer{Body: value(`{"id":"a","principalId":"` + annID + `","appRoleId":"` + entra.UserRoleID + `"}`)})
	errs := f.client().AssignAll(t.Context(), spID, seats)
	if errs[0] != nil || errs[1] != nil || errs[2] == nil {
		t.Errorf("%v", errs)
	}
	if e, ok := errors.AsType[*Error](errs[2]); !ok || e.Kind != Denied || !strings.Contains(e.Error(), salesID) {
		t.Errorf("error %v", errs[2])
	}
	if n := f.count("POST"); n != 2 || strings.Contains(f.calls[2].Body, annID) {
		t.Errorf("%d batches, the second %s", n, f.calls[2].Body)
	}
}

// TestStart checks that a young job may be busy, for a while.
func TestStart(t *testing.T) {
	f := newTenant(t)
	f.on("POST "+jobPath+"/start", fail(409, "Conflict", ""), fail(409, "Conflict", ""), answer{Status: 204})
	f.on("POST "+jobPath+"/pause", fail(409, "Conflict", ""))
	c := f.client()
	if err := c.StartJob(t.Context(), spID, jobID); err != nil {
		t.Error(err)
	}
	before := f.waited()
	err := c.PauseJob(t.Context(), spID, jobID)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Conflict {
		t.Errorf("error %v", err)
	}
	if w := f.waited() - before; w < conflictLimit || w > conflictLimit+time.Second {
		t.Errorf("waited %s, want %s", w, conflictLimit)
	}
	for _, call := range f.calls {
		if call.Body != "" || call.Header.Get("Content-Length") != "0" && call.Header.Get("Content-Length") != "" {
			t.Errorf("start and pause have no body, sent %q", call.Body)
		}
	}
}

// TestCancelWhileReplicating checks that a person can stop a long wait.
func TestCancelWhileReplicating(t *testing.T) {
	f := newTenant(t)
	newApp(f)
	f.on("GET "+spPath, fail(404, "Request_ResourceNotFound", "Resource '"+spID+"' does not exist."))
	ctx, cancel := context.WithCancel(t.Context())
	o := f.options()
	o.Notice = func(string) { cancel() }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Instantiate(ctx, entra.NonGalleryTemplateID, "Example", "")
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), appObjID) {
		t.Errorf("error %v", err)
	}
}
