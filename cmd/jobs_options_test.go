package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// TestJobOptions: what command lines of the verbs that run jobs say.
func TestJobOptions(t *testing.T) {
	l, err := parse(t, newCmdLogs, "--app Contoso --job scim --since 7d -u ann --action create,stageddelete --action other --status FAILURE --limit 5 --follow --interval 1s --steps -o json")
	if err != nil {
		t.Fatal(err)
	}
	l.deps = nil
	want := &LogsOptions{managed: l.managed, Since: "7d", User: "ann", Actions: []string{"create", "stagedDelete", "other"}, Statuses: []string{"failure"}, Limit: 5, Follow: true, Interval: time.Second, Steps: true, Format: "json"}
	if diff := cmp.Diff(want, l, cmp.AllowUnexported(LogsOptions{}, managedFlags{}, connectFlags{}, sandboxFlags{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if l.managed.App != "Contoso" || l.managed.Job != "scim" {
		t.Errorf("got %+v", l.managed)
	}
	r, err := parse(t, newCmdRestart, "-f a.yaml --reset full,ForceDeletes -y --wait --timeout 1h")
	if err != nil {
		t.Fatal(err)
	}
	if scope, err := r.scope(); err != nil || scope != engine.ResetFull|engine.ResetForceDeletes || !r.Yes || !r.wait.Wait || r.wait.follow.Timeout != time.Hour {
		t.Errorf("%+v %v %v", r, scope, err)
	}
	if r, err = parse(t, newCmdRestart, "-f a.yaml"); err != nil {
		t.Fatal(err)
	}
	if scope, err := r.scope(); err != nil || scope != engine.ResetDefault {
		t.Errorf("%v %v", scope, err)
	}
}

// TestWrongJobFlags: lines that mean nothing are refused, with what would do.
func TestWrongJobFlags(t *testing.T) {
	try := func(name, line, want string, run func(string) error) {
		if err := run(line); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--help") {
			t.Errorf("%s %s: %v, want %q", name, line, err, want)
		}
	}
	status := func(line string) error { _, err := parse(t, newCmdStatus, line); return err }
	try("status", "", "-f, or an enterprise application with --app", status)
	try("status", "-f a --app b", "-f and --app", status)
	watch := func(line string) error { _, err := parse(t, newCmdWatch, line); return err }
	try("watch", "-f a --interval 1ms", "--interval must be", watch)
	try("watch", "-f a --timeout -1s", "--timeout must not", watch)
	start := func(line string) error { _, err := parse(t, newCmdStart, line); return err }
	try("start", "-f a --interval 1s", "goes with --wait", start)
	try("start", "-f a --timeout 1s", "goes with --wait", start)
	restart := func(line string) error { _, err := parse(t, newCmdRestart, line); return err }
	try("restart", "-f a --reset everything", "ForceDeletes", restart)
	try("restart", "-f a --reset none", "scimctl start", restart)
	logs := func(line string) error { _, err := parse(t, newCmdLogs, line); return err }
	try("logs", "-f a --since soon", "--since", logs)
	try("logs", "-f a --limit -1", "--limit", logs)
	try("logs", "-f a --interval 1s", "goes with --follow", logs)
	doctor := func(line string) error { _, err := parse(t, newCmdDoctor, line); return err }
	try("doctor", "--for fly", `"fly"`, doctor)
	try("doctor", "--app a -f b", "-f and --app", doctor)
}

// TestPortal: a link where there is a portal to go to, and nowhere else.
func TestPortal(t *testing.T) {
	sp := entra.ServicePrincipal{ID: "sp-1", AppID: "app-1"}
	plain := &Deps{Getenv: func(string) (string, bool) { return "", false }}
	for cloud, host := range portals {
		f := connectFlags{Cloud: string(cloud)}
		if got := f.portal(plain, sp); !strings.HasPrefix(got, host+"/#view/") || !strings.HasSuffix(got, "/objectId/sp-1/appId/app-1") {
			t.Errorf("%s: %s", cloud, got)
		}
	}
	elsewhere := &Deps{Getenv: func(name string) (string, bool) { return "https://127.0.0.1", name == "SCIMCTL_GRAPH_URL" }}
	for name, got := range map[string]string{
		"sandbox":         (&connectFlags{Cloud: string(graph.Public), sandbox: sandboxFlags{On: true}}).portal(plain, sp),
		"another address": (&connectFlags{Cloud: string(graph.Public)}).portal(elsewhere, sp),
		"no application":  (&connectFlags{Cloud: string(graph.Public)}).portal(plain, entra.ServicePrincipal{}),
	} {
		if got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestResetsAreAll: each part of a reset scope is named, described and can be asked
// for.
func TestResetsAreAll(t *testing.T) {
	var all engine.ResetScope
	for _, r := range resets {
		scope, err := engine.ParseResetScope(r.name)
		if err != nil || scope != r.scope || r.what == "" || !strings.HasSuffix(r.does, ".") {
			t.Errorf("%+v: %v %v", r, scope, err)
		}
		all |= scope
	}
	if all != engine.ResetFull|engine.ResetForceDeletes {
		t.Errorf("the parts are %s", all)
	}
	long := newCmdRestart(&Deps{}, nil).Long
	for _, name := range resetNames() {
		if !strings.Contains(long, name) {
			t.Errorf("the help does not name %s", name)
		}
	}
}
