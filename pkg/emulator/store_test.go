package emulator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

func open(t *testing.T, dir string) *tenantUnderTest {
	t.Helper()
	return newTenantUnderTest(t, Options{StateDir: dir, Seed: 3, Users: 2, Groups: 1})
}

func TestStateOutlivesTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	u := open(t, dir)
	a := u.newApp("x")
	alice := u.userID("alice")
	a.assign(alice, entra.UserRoleID).want(201)
	a.provision("User", alice)
	u.post(a.at+"/start", nil).want(204)
	u.call("PATCH", "/users/"+alice, map[string]any{"jobTitle": "Chief"}).want(204)
	doc := a.schema()
	info, ca := u.info, read(t, filepath.Join(dir, caFile))
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}

	again := open(t, dir)
	a.u = again
	if again.info != info {
		t.Errorf("another tenant: %+v", again.info)
	}
	if read(t, filepath.Join(dir, caFile)) != ca {
		t.Error("the CA changed")
	}
	if now := a.schema(); now["version"] != doc["version"] || unordered(now) != unordered(doc) {
		t.Error("the schema changed")
	}
	if again.get(a.at).text("schedule", "state") != "Active" || len(a.stored()) != 3 {
		t.Error("the job or its secrets changed")
	}
	if again.get("/users/"+alice).text("jobTitle") != "Chief" {
		t.Error("the user changed")
	}
	if n := again.target(endpointName, "Users").at("totalResults"); n != float64(1) {
		t.Errorf("the target has %v users", n)
	}
	again.clock.advance(1)
	if _, value := a.provision("User", alice); value.text("action") != "Update" { // it is still linked
		t.Errorf("%s", value.raw)
	}
	if sp := again.newApp("y").sp; sp == a.sp {
		t.Error("an id was given out twice")
	}
	if n := len(again.get("/auditLogs/provisioning").list("value")); n != 2 {
		t.Errorf("%d log entries", n)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestStateIsSavedBeforeTheAnswer(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	sp, _ := u.instantiate("kept")
	if !strings.Contains(read(t, filepath.Join(dir, tenantFile)), sp) {
		t.Error("the application is not on disk after the answer")
	}
}

func TestStateIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	open(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 6 {
		t.Fatalf("%d files: %v", len(entries), err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", entry.Name(), info.Mode(), err)
		}
	}
}

func TestStateIsLocked(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	if _, err := New(Options{StateDir: dir}); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second emulator on the folder: %v", err)
	}
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}
	e, err := New(Options{StateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// TestCorruptStateIsKept: a file that cannot be read is named and left alone.
func TestCorruptStateIsKept(t *testing.T) {
	for _, name := range []string{tenantFile, directoryFile, targetsFile, caFile, caKeyFile, tokenKeyFile} {
		for content, why := range map[string]string{"{": "half a file", `{"version":99,"content":{}}`: "of a later version", `{"version":1,"content":[]}`: "of another kind"} {
			dir := t.TempDir()
			u := open(t, dir)
			if err := u.e.Close(); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := New(Options{StateDir: dir})
			if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s %s: %v", name, why, err)
			}
			if why == "half a file" && strings.HasSuffix(name, ".json") && !strings.Contains(err.Error(), "at byte 1") {
				t.Errorf("the error says not where: %v", err)
			}
			if read(t, file) != content {
				t.Errorf("%s was overwritten", name)
			}
		}
	}
	dir := t.TempDir()
	u := open(t, dir)
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, directoryFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{StateDir: dir}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("half a state: %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{Users: -1}, {Groups: -1}, {Latency: -1}, {StateDir: "/dev/null/x"},
		{Routes: map[string]string{"nonsense": "http://127.0.0.1:1"}}, {Routes: map[string]string{"https://a.example": "ftp://127.0.0.1"}},
		{Routes: map[string]string{"https://a.example": "https://b.example"}},
	} {
		if e, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
			_ = e.Close()
		}
	}
}

func TestMemoryLeavesNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Stat(info.CA); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("CA file: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestStateWithHoles: a state that is JSON of the right form and still no tenant.
func TestStateWithHoles(t *testing.T) {
	dir := t.TempDir()
	u := open(t, dir)
	a := u.newApp("x")
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}
	for name, holes := range map[string][][]string{
		tenantFile: {
			{`"Assignments":null`, `"Assignments":[null]`}, {`"jobs":[`, `"jobs":[null,`}, {`"applications":[`, `"applications":[null,`},
			{`"deleted":[`, `"deleted":[{},`}, {`"schema":{`, `"schema":null,"was":{`}, {`"TenantID":"`, `"TenantID":"","was":"`},
		},
		directoryFile: {{`"users":[`, `"users":[null,`}, {`"groups":[`, `"groups":null,"was":[`}},
	} {
		whole := read(t, filepath.Join(dir, name))
		for _, h := range holes {
			broken := strings.Replace(whole, h[0], h[1], 1)
			if broken == whole {
				t.Fatalf("%s has no %s", name, h[0])
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := New(Options{StateDir: dir}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s with %s: %v", name, h[1], err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.u = open(t, dir)
	a.schema()
}
