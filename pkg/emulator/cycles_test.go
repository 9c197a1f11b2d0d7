package emulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// status reads a member of the job's status.
func (a *app) status(path ...any) any {
	a.u.t.Helper()
	return a.u.get(a.at).want(200).at(append([]any{"status"}, path...)...)
}

// targetUser finds a user of the embedded target.
func (a *app) targetUser(name string) map[string]any {
	a.u.t.Helper()
	found := a.u.target(endpointName, `Users?filter=userName eq "`+name+`"`)
	if n := len(found.list("Resources")); n != 1 {
		a.u.t.Fatalf("%d users %s at the target", n, name)
	}
	return found.at("Resources", 0).(map[string]any)
}

// TestCycles plays a joiner, a mover and leavers of all kinds, and holds status and log
// against what happened.
func TestCycles(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("HR")
	u.change(`[{"op": "createUser", "properties": {"userPrincipalName": "jo@contoso.com", "displayName": "Jo", "mailNickname": "jo", "department": "Sales"}},
		{"op": "createUser", "properties": {"userPrincipalName": "lee@contoso.com", "displayName": "Lee"}},
		{"op": "createUser", "properties": {"userPrincipalName": "max@contoso.com", "displayName": "Max"}},
		{"op": "createGroup", "properties": {"displayName": "Crew"}, "members": ["jo@contoso.com", "lee@contoso.com", "max@contoso.com"]},
		{"op": "assign", "app": "HR", "group": "Crew"}]`)
	u.control("POST", "/jobs/"+a.job+"/tick", nil).wantError(409, "JobNotStarted", "start it first")
	if a.status("code") != "Paused" || a.status("lastExecution") != nil {
		t.Errorf("a new job: %s", u.get(a.at).raw)
	}
	a.start()
	if a.status("code") != "NotRun" || a.status("lastExecution", "error", "code") != "None" {
		t.Errorf("a started job: %s", u.get(a.at).raw)
	}

	first := a.tick()
	first.wantCounts(map[string]int{"created": 4, "updated": 1, "skipped": skippedPeople(u) - 4})
	if first.at("initial") != true || first.text("state") != "Succeeded" {
		t.Errorf("%s", first.raw)
	}
	if a.status("code") != "Active" || a.status("lastExecution", "state") != "Succeeded" || a.status("lastExecution", "countExported") != float64(5) {
		t.Errorf("%s", u.get(a.at).raw)
	}
	for i, want := range []string{"Group to customappsso", "User to customappsso"} {
		if a.status("synchronizedEntryCountByType", i, "key") != want || a.status("synchronizedEntryCountByType", i, "value") != []any{float64(1), float64(3)}[i] {
			t.Errorf("%s", u.get(a.at).raw)
		}
	}
	if g := u.target(endpointName, "Groups"); len(g.list("Resources", 0, "members")) != 3 {
		t.Errorf("%s", g.raw)
	}
	if at := a.status("steadyStateFirstAchievedTime"); at == never {
		t.Error("no steady state")
	}

	a.tick().wantCounts(nil) // nothing changed
	u.change(`[{"op": "updateUser", "user": "jo@contoso.com", "properties": {"department": "Support"}}]`)
	a.tick().wantCounts(map[string]int{"updated": 1})
	if got := a.targetUser("jo@contoso.com")[enterprise].(map[string]any)["department"]; got != "Support" {
		t.Errorf("department %v", got)
	}
	u.call("PATCH", "/users/jo@contoso.com", map[string]any{"department": "Support"}).want(204)
	a.tick().wantCounts(nil) // a write of what is there is no change

	u.change(`[{"op": "disableUser", "user": "jo@contoso.com"}, {"op": "deleteUser", "user": "lee@contoso.com"}, {"op": "removeMembers", "group": "Crew", "members": ["max@contoso.com"]}]`)
	a.tick().wantCounts(map[string]int{"disabled": 3, "updated": 1, "unchanged": 1})
	for _, name := range []string{"jo", "lee", "max"} {
		if a.targetUser(name + "@contoso.com")["active"] != false {
			t.Errorf("%s is active", name)
		}
	}
	u.change(`[{"op": "enableUser", "user": "jo@contoso.com"}, {"op": "restoreUser", "user": "lee@contoso.com"}, {"op": "assign", "app": "HR", "user": "max@contoso.com"}]`)
	a.tick()
	for _, name := range []string{"jo", "lee", "max"} {
		if a.targetUser(name + "@contoso.com")["active"] != true {
			t.Errorf("%s did not come back", name)
		}
	}
	u.change(`[{"op": "purgeUser", "user": "lee@contoso.com"}, {"op": "unassign", "app": "HR", "group": "Crew"}]`)
	a.tick()
	if n := u.target(endpointName, "Users").at("totalResults"); n != float64(2) {
		t.Errorf("%v users", n)
	}
	if n := u.target(endpointName, "Groups").at("totalResults"); n != float64(0) {
		t.Errorf("%v groups", n)
	}
	if a.targetUser("jo@contoso.com")["active"] != false || a.targetUser("max@contoso.com")["active"] != true {
		t.Error("jo should be off, max, who is assigned, on")
	}
}

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// skippedPeople is how many objects a first cycle looks at: all users and groups,
// deleted ones included.
func skippedPeople(u *tenantUnderTest) int {
	u.e.mu.RLock()
	defer u.e.mu.RUnlock()
	n := len(u.e.state.Users.list) + len(u.e.state.Groups.list)
	for _, e := range u.e.state.Deleted.list {
		if e.Kind == "user" || e.Kind == "group" {
			n++
		}
	}
	return n
}

// TestCyclesRunByThemselves: start runs the first, the clock the others.
func TestCyclesRunByThemselves(t *testing.T) {
	u := newTenantUnderTest(t, Options{CycleInterval: 40 * time.Minute})
	a := u.newApp("HR")
	a.secrets("SyncAll", "true").want(204)
	a.start()
	a.wait(func() bool { return a.status("lastSuccessfulExecution") != nil })
	first := a.status("lastExecution", "activityIdentifier")
	ran := u.control("POST", "/clock", `{"advance": "2h"}`).want(200)
	if n := len(ran.list("cycles")); n != 3 {
		t.Fatalf("%d cycles in two hours: %s", n, ran.raw)
	}
	for i := range 3 {
		if ran.at("cycles", i, "initial") != false || ran.text("cycles", i, "jobId") != a.job {
			t.Errorf("%s", ran.raw)
		}
	}
	if a.status("lastExecution", "activityIdentifier") == first {
		t.Error("the status is of the first cycle")
	}
	u.post(a.at+"/pause", nil).want(204)
	if ran := u.control("POST", "/clock", `{"advance": "2h"}`).want(200); len(ran.list("cycles")) != 0 {
		t.Errorf("a paused job ran: %s", ran.raw)
	}
	u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "Full"}}).want(204)
	a.start()
	a.wait(func() bool {
		j := u.control("GET", "/jobs/"+a.job, nil)
		return j.at("running") == false && j.at("nextIsInitial") == false
	})
}

// wait polls until something holds that happens in the background.
func (a *app) wait(holds func() bool) {
	a.u.t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(end) {
			a.u.t.Fatalf("it did not happen: %s", a.u.get(a.at).raw)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestFourWeeksOfQuarantine: the attempts become rare, then the job is disabled, and a
// start brings it back.
func TestFourWeeksOfQuarantine(t *testing.T) {
	u := newTenantUnderTest(t, Options{CycleInterval: 40 * time.Minute})
	var fine atomic.Bool
	real := server.New(server.Options{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fine.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		real.ServeHTTP(w, r)
	}))
	defer s.Close()
	a := u.newApp("HR")
	a.secrets("BaseAddress", s.URL).want(204)
	a.assign(u.userID("alice"), entra.UserRoleID).want(201)
	a.start()
	a.wait(func() bool { return a.status("code") == "Quarantine" })
	if a.status("quarantine", "reason") != "EncounteredQuarantineException" || a.status("quarantine", "error", "code") != invalidCredentials || a.status("countSuccessiveCompleteFailures") != float64(1) {
		t.Errorf("%s", u.get(a.at).raw)
	}
	ran := u.control("POST", "/clock", `{"advance": "672h"}`).want(200)
	if n := len(ran.list("cycles")); n < 28 || n > 31 {
		t.Errorf("%d attempts in four weeks", n)
	}
	ran = u.control("POST", "/clock", `{"advance": "48h"}`).want(200)
	g := u.get(a.at)
	if g.text("schedule", "state") != "Disabled" || g.text("status", "code") != "Quarantine" {
		t.Errorf("after four weeks: %s", g.raw)
	}
	u.control("POST", "/jobs/"+a.job+"/tick", nil).wantError(409, "JobNotStarted", "disabled")
	fine.Store(true)
	a.start()
	a.wait(func() bool { return a.status("code") == "Active" && a.status("lastSuccessfulExecution") != nil })
	if a.status("quarantine") != nil || a.status("countSuccessiveCompleteFailures") != float64(0) {
		t.Errorf("%s", u.get(a.at).raw)
	}
	_ = ran
}

// TestAccidentalDeletions: the guard holds them back until they are allowed.
func TestAccidentalDeletions(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("HR")
	a.secrets("SyncNotificationSettings", `{"Enabled":false,"Recipients":"","DeleteThresholdEnabled":true,"DeleteThresholdValue":2}`).want(204)
	for _, name := range []string{"alice", "bob"} {
		u.change(`[{"op": "assign", "app": "HR", "user": "` + name + `@contoso.com"}]`)
	}
	a.start()
	a.tick()
	u.change(`[{"op": "unassign", "app": "HR", "user": "alice@contoso.com"}, {"op": "unassign", "app": "HR", "user": "bob@contoso.com"}]`)
	a.tick().wantCounts(map[string]int{"staged": 2})
	if a.status("code") != "Quarantine" || a.status("quarantine", "reason") != "TooManyDeletes" {
		t.Errorf("%s", u.get(a.at).raw)
	}
	if n := len(u.control("GET", "/jobs/"+a.job, nil).list("staged")); n != 2 {
		t.Errorf("%d staged", n)
	}
	if n := len(u.get("/auditLogs/provisioning?$filter=provisioningAction eq 'stagedDelete'").list("value")); n != 2 {
		t.Errorf("%d stagedDelete in the log", n)
	}
	u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "ForceDeletes"}}).want(204)
	a.tick().wantCounts(map[string]int{"disabled": 2})
	if a.status("code") != "Active" || a.status("quarantine") != nil {
		t.Errorf("%s", u.get(a.at).raw)
	}
}

// slowTarget is a SCIM server whose writes wait until they are let through, one a time.
type slowTarget struct {
	*server.Server
	writes  atomic.Int64
	arrived chan struct{}
	pass    chan struct{}
	over    chan struct{} // the test has ended
}

func newSlowTarget(t *testing.T) (*slowTarget, string) {
	s := &slowTarget{Server: server.New(server.Options{}), arrived: make(chan struct{}, 1000), pass: make(chan struct{}, 1000), over: make(chan struct{})}
	h := httptest.NewServer(s)
	t.Cleanup(func() { close(s.over); h.Close() })
	return s, h.URL
}

func (s *slowTarget) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		body, err := io.ReadAll(r.Body) // or the end of the connection would not be noticed
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.writes.Add(1)
		s.arrived <- struct{}{}
		select {
		case <-s.pass:
		case <-s.over:
			return
		case <-r.Context().Done():
			return
		}
	}
	s.Server.ServeHTTP(w, r)
}

// TestRunningCycle: its progress is told, Graph goes on answering, and pause, restart
// and delete end it.
func TestRunningCycle(t *testing.T) {
	for _, end := range []string{"pause", "restart", "delete", "close"} {
		t.Run(end, func(t *testing.T) {
			u := newTenantUnderTest(t, Options{Users: 30})
			s, at := newSlowTarget(t)
			a := u.newApp("HR")
			a.secrets("BaseAddress", at, "SyncAll", "true").want(204)
			a.start()
			answer := make(chan *got, 1)
			go func() { answer <- u.control("POST", "/jobs/"+a.job+"/tick", nil) }()
			for range cycleWorkers {
				<-s.arrived
			}
			s.pass <- struct{}{}
			<-s.arrived
			if a.status("code") != "Active" || a.status("progress", 0, "totalUnits").(float64) < 30 || a.status("progress", 0, "completedUnits") == float64(0) {
				t.Errorf("%s", u.get(a.at).raw)
			}
			if u.control("GET", "/jobs/"+a.job, nil).at("running") != true {
				t.Error("it does not run")
			}
			switch end {
			case "delete":
				u.call("DELETE", a.at, nil).want(204)
			case "close":
				if err := u.e.Close(); err != nil {
					t.Fatal(err)
				}
			default:
				u.post(a.at+"/"+end, nil).want(204)
			}
			(<-answer).wantError(409, "CycleInterrupted", "while")
			writes := s.writes.Load()
			if end == "delete" || end == "close" {
				return
			}
			if a.status("lastExecution", "state") != "Failed" || !strings.Contains(fmt.Sprint(a.status("lastExecution", "error", "message")), "the job was "+end) {
				t.Errorf("%s", u.get(a.at).raw)
			}
			if end == "pause" && a.status("code") != "Paused" {
				t.Errorf("%s", u.get(a.at).raw)
			}
			close(s.pass)
			a.start()
			a.tick()
			if got := s.State(); len(got.Users) != len(u.get("/users?$top=999&$filter=accountEnabled eq true").list("value")) {
				t.Errorf("%d users at the target, after %d writes", len(got.Users), writes)
			}
		})
	}
}

// TestOnDemandBesideACycle: both work on the same objects, and none is doubled.
func TestOnDemandBesideACycle(t *testing.T) {
	u := newTenantUnderTest(t, Options{Users: 200})
	s := server.New(server.Options{})
	var mu sync.Mutex
	posts := map[string]int{}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			mu.Lock()
			posts[r.URL.Path]++
			mu.Unlock()
		}
		s.ServeHTTP(w, r)
	}))
	defer h.Close()
	a := u.newApp("HR")
	a.secrets("BaseAddress", h.URL, "SyncAll", "true").want(204)
	a.start()
	var busy sync.WaitGroup
	busy.Go(func() { a.tick() })
	for i := range 40 {
		id := u.get(fmt.Sprintf("/users/user%05d@contoso.com", 1+i*5)).text("id")
		u.clock.advance(3 * time.Second) // five calls in ten seconds are allowed
		a.provision("User", id)
	}
	busy.Wait()
	enabled := len(u.get("/users?$top=999&$filter=accountEnabled eq true").list("value"))
	if posts["/Users"] != enabled || len(s.State().Users) != enabled {
		t.Errorf("%d POSTs, %d users at the target, %d enabled users", posts["/Users"], len(s.State().Users), enabled)
	}
}

// TestRestartScopes are those of the engine, at the job's own state.
func TestRestartScopes(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("HR")
	a.assign(u.userID("alice"), entra.UserRoleID).want(201)
	a.start()
	a.tick()
	restart := func(scope string) {
		u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": scope}}).want(204)
	}
	restart("Escrows")
	if u.control("GET", "/jobs/"+a.job, nil).at("nextIsInitial") != false {
		t.Error("Escrows forgets the watermark")
	}
	restart("Watermark")
	if u.control("GET", "/jobs/"+a.job, nil).at("nextIsInitial") != true || len(a.status("synchronizedEntryCountByType").([]any)) != 1 {
		t.Error("Watermark keeps the watermark, or forgets the links")
	}
	restart("Full")
	if len(a.status("synchronizedEntryCountByType").([]any)) != 0 {
		t.Error("Full keeps the links")
	}
	again := a.tick()
	if n := u.target(endpointName, "Users").at("totalResults"); n != float64(1) {
		t.Errorf("%v users after %s", n, again.raw)
	}
	// A change of the mappings makes the next cycle an initial one, and so does no other.
	if a.tick().at("initial") != false {
		t.Error("an initial cycle without a reason")
	}
	doc := a.schema()
	attributeMapping(t, doc, "User", "title")["flowBehavior"] = "FlowAlways"
	doc["synchronizationRules"].([]any)[0].(map[string]any)["priority"] = 2
	a.putSchema(doc).want(204)
	if a.tick().at("initial") != true {
		t.Error("a change of the mappings is no reason")
	}
}

// TestEscrows: an object that fails comes again, and the log says why.
func TestEscrows(t *testing.T) {
	u := newTenantUnderTest(t, Options{CycleInterval: 40 * time.Minute})
	var broken atomic.Bool
	broken.Store(true)
	real := server.New(server.Options{})
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && broken.Load() {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		real.ServeHTTP(w, r)
	}))
	defer h.Close()
	a := u.newApp("HR")
	a.secrets("BaseAddress", h.URL).want(204)
	a.assign(u.userID("alice"), entra.UserRoleID).want(201)
	a.start()
	a.wait(func() bool { return a.status("lastExecution", "state") == "EntryLevelErrors" })
	j := u.control("GET", "/jobs/"+a.job, nil)
	if len(j.list("escrows")) != 1 || j.text("escrows", 0, "id") != u.userID("alice") {
		t.Errorf("%s", j.raw)
	}
	if a.status("lastExecution", "countEscrowed") != float64(1) || a.status("code") != "Active" {
		t.Errorf("%s", u.get(a.at).raw)
	}
	entry := u.get("/auditLogs/provisioning?$filter=provisioningStatusInfo/status eq 'failure' and jobId eq '" + a.job + "'").want(200)
	if len(entry.list("value")) != 1 || entry.text("value", 0, "provisioningStatusInfo", "errorInformation", "errorCode") != "InternalServerError" {
		t.Errorf("%s", entry.raw)
	}
	broken.Store(false)
	u.control("POST", "/clock", `{"advance": "5h"}`).want(200)
	if len(real.State().Users) != 0 {
		t.Error("it was tried again before six hours had passed")
	}
	u.control("POST", "/clock", `{"advance": "2h"}`).want(200)
	if len(real.State().Users) != 1 || len(u.control("GET", "/jobs/"+a.job, nil).list("escrows")) != 0 {
		t.Error("it did not come again")
	}
}
