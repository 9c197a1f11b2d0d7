package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestJournal: lines are read after the whole, those of an older generation are not,
// and a last line that was cut off is passed over.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	s, err := openStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	read := func() string {
		t.Helper()
		var text []string
		add := func(data []byte) error { text = append(text, string(data)); return nil }
		if err := newJournal(s, "job-x").load(add, add); err != nil {
			t.Fatal(err)
		}
		return strings.Join(text, " ")
	}
	j := newJournal(s, "job-x")
	note := func(n int) {
		t.Helper()
		if err := j.note(n); err != nil {
			t.Fatal(err)
		}
	}
	note(1)
	note(2)
	if got := read(); got != "1 2" {
		t.Errorf("lines without a whole: %s", got)
	}
	err = j.save(func(turn func()) any {
		turn()
		note(3) // of the new generation: it may be in the whole as well
		return "whole"
	})
	if err != nil {
		t.Fatal(err)
	}
	note(4)
	if got := read(); got != `"whole" 3 4` {
		t.Errorf("after the whole: %s", got)
	}
	// A process that died between the whole and the removal of the lines before it.
	if err := os.WriteFile(filepath.Join(dir, "job-x.0.log"), []byte("1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// And one that died in the middle of a line.
	file, err := s.appendTo("job-x.1.log")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, "5\n{\"half")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != `"whole" 3 4 5` {
		t.Errorf("after a death: %s", got)
	}
	if err := j.remove(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "" {
		t.Errorf("after the removal: %s", got)
	}
	if names, err := s.names(); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v %v", names, err)
	}
}

// TestCorruptJournals are named with the byte, and nothing is overwritten.
func TestCorruptJournals(t *testing.T) {
	for _, name := range []string{"job", targetsJournal, logFile} {
		dir := t.TempDir()
		u := open(t, dir)
		a := u.newApp("x")
		a.assign(u.userID("alice"), entra.UserRoleID).want(201)
		a.provision("User", u.userID("alice"))
		if err := u.e.Close(); err != nil {
			t.Fatal(err)
		}
		file := name
		switch name {
		case "job":
			file = jobJournal + a.job[strings.LastIndexByte(a.job, '.')+1:] + ".9.log"
		case targetsJournal:
			file = targetsJournal + ".9.log"
		}
		content := "{\"type\":\"User\"}\nnonsense\n"
		if name == logFile {
			content = read(t, filepath.Join(dir, logFile)) + "nonsense\n"
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := New(Options{StateDir: dir})
		at := fmt.Sprintf("the line at byte %d", strings.Index(content, "nonsense"))
		if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), at) {
			t.Errorf("%s: %v", name, err)
		}
		if read(t, filepath.Join(dir, file)) != content {
			t.Errorf("%s was overwritten", file)
		}
		if err := Reset(dir); err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("Reset leaves %v %v", entries, err)
		}
	}
}

// TestStateOfVersion1: the links, members, quarantine and log of a folder that an older
// program wrote are where they belong now.
func TestStateOfVersion1(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	a := u.newApp("x")
	alice := u.userID("alice")
	a.assign(alice, entra.UserRoleID).want(201)
	_, value := a.provision("User", alice)
	target := value.text("targetIdentity", "id")
	entry := string(u.e.log.recent(u.clock.now())[0].raw)
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}

	// What version 1 wrote: everything whole, and the jobs' memory in the tenant's file.
	var targets struct{ Content journalled }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, targetsFile))), &targets); err != nil {
		t.Fatal(err)
	}
	tenant := strings.Replace(read(t, filepath.Join(dir, tenantFile)), `"version":2`, `"version":1`, 1)
	tenant = strings.Replace(tenant, `"jobs":[{"id"`, `"jobs":[{"links":{"User":{"`+alice+`":"`+target+`"}},"members":{"g":[{"Type":"User","ID":"`+alice+`"}]},`+
		`"quarantine":{"began":"2026-03-04T05:06:07Z","reason":"TooManyDeletes","code":"TooManyDeletes","message":"The deletion threshold was reached."},"id"`, 1)
	tenant = strings.Replace(tenant, `"Sync":{`, `"Log":[`+entry+`],"Sync":{`, 1)
	for name, content := range map[string]string{
		tenantFile:    tenant,
		directoryFile: strings.Replace(read(t, filepath.Join(dir, directoryFile)), `"version":2`, `"version":1`, 1),
		targetsFile:   `{"version":1,"content":` + string(targets.Content.Whole) + `}`,
		logFile:       "",
		jobJournal + a.job[strings.LastIndexByte(a.job, '.')+1:] + ".json": "",
	} {
		file := filepath.Join(dir, name)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if content == "" {
			continue
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	a.u = open(t, dir)
	if a.status("code") != "Quarantine" || a.status("quarantine", "reason") != "TooManyDeletes" || a.status("synchronizedEntryCountByType", 0, "value") != float64(1) {
		t.Errorf("%s", a.u.get(a.at).raw)
	}
	if _, value := a.provision("User", alice); value.text("targetIdentity", "id") != target {
		t.Errorf("%s", value.raw)
	}
	if n := a.u.target(endpointName, "Users").at("totalResults"); n != float64(1) {
		t.Errorf("%v users at the target", n)
	}
	if n := len(a.u.get("/auditLogs/provisioning").list("value")); n != 2 {
		t.Errorf("%d log entries", n)
	}
	_, j := (&call{state: a.u.e.state, e: a.u.e}).hostOf(a.job)
	if !j.engine.HasMember("g", engine.Member{Type: mapping.User, ID: alice}) {
		t.Error("the membership is lost")
	}
}

// TestPurgedPrincipal takes the files of its jobs along.
func TestPurgedPrincipal(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	a := u.newApp("x")
	a.start()
	u.call("DELETE", "/servicePrincipals/"+a.sp, nil).want(204)
	u.call("DELETE", "/directory/deletedItems/"+a.sp, nil).want(204)
	left, err := filepath.Glob(filepath.Join(dir, jobJournal+"*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestTargetsOutliveAKill: a write to an embedded target is in the journal when it is
// answered, and is played again with its id and its times.
func TestTargetsOutliveAKill(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	send := func(u *tenantUnderTest, method, path, body string) *got {
		r := u.request(method, "/scim/v2"+path, body)
		r.Header.Set("Content-Type", "application/scim+json")
		r.Header.Set("Authorization", "Bearer "+u.info.SCIMToken)
		return u.send(r)
	}
	const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%s"}`
	kept := send(u, "POST", "/Users", fmt.Sprintf(user, "kept")).want(201).text("id")
	gone := send(u, "POST", "/Users", fmt.Sprintf(user, "gone")).want(201).text("id")
	send(u, "POST", "/Users", fmt.Sprintf(user, "kept")).want(409)
	u.clock.advance(1e9)
	send(u, "PATCH", "/Users/"+kept, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"Chief"}]}`).want(200)
	send(u, "DELETE", "/Users/"+gone, "").want(204)
	before := send(u, "GET", "/Users", "").raw

	copied := t.TempDir() // the folder as a process that is killed now leaves it
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := os.WriteFile(filepath.Join(copied, entry.Name()), []byte(read(t, filepath.Join(dir, entry.Name()))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, copied)
	if after := send(again, "GET", "/Users", "").raw; string(after) != string(before) {
		t.Errorf("before: %s\nafter: %s", before, after)
	}
}

// FuzzEachLine: whatever a file of lines holds, an error names the line.
func FuzzEachLine(f *testing.F) {
	f.Add([]byte("{\"type\":\"User\",\"id\":\"a\",\"target\":\"b\"}\n{\"half"))
	f.Add([]byte("\n\n{}\n"))
	f.Add([]byte("{\"type\":\"Group\",\"id\":\"g\",\"target\":\"t\",\"members\":[{\"Type\":\"User\",\"ID\":\"a\"}]}\nnull\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := engine.NewState()
		err := eachLine("x.log", data, func(line []byte) error {
			var n jobNote
			if err := json.Unmarshal(line, &n); err != nil {
				return err
			}
			n.play(s)
			return nil
		})
		if err != nil && !strings.Contains(err.Error(), "x.log: the line at byte ") {
			t.Errorf("%v", err)
		}
	})
}
