package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/renameio/v2"

	"github.com/scimctl/scimctl/internal/iostreams"
)

const watchedProfile = `version: 1
profile: watched
app: {name: Watched}
endpoint: {url: https://scim.example/v2, token: {env: WATCHED_TOKEN}}
variables:
  office: {description: Where people work, default: Berlin}
users:
  base: none
  mappings:
    - {target: userName, source: userPrincipalName, match: 1}
    - {target: title, constant: "${var.office}"}
tests:
  - name: everybody works in Berlin
    user: {objectId: 6f9619ff-8b86-4011-b42d-00cf4fc964ff, userPrincipalName: ann@contoso.com, accountEnabled: true}
    expect: {action: create, attributes: {title: Berlin}, request: create.http}
`

const watchedRequest = `POST /Users
Content-Type: application/scim+json
`

// turns lets a test act whenever the watch has begun to wait.
type turns struct {
	said chan string
	text strings.Builder
}

func (w *turns) Write(p []byte) (int, error) {
	w.text.Write(p)
	if strings.Contains(string(p), "Ctrl-C ends") {
		w.said <- w.text.String()
		w.text.Reset()
	}
	return len(p), nil
}

// TestWatch: the tests run again when the profile, a file of variables, a golden file
// or the list of profiles changes, and a file that comes or goes is a change.
func TestWatch(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	write := func(name, text string) {
		t.Helper()
		// Whole at once, so that each change is seen in one turn.
		if err := renameio.WriteFile(path(name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("watched.yaml", watchedProfile)
	write("vars", "office=Berlin\n")

	streams, _, _, _ := iostreams.Test()
	seen := &turns{said: make(chan string)}
	streams.Out, streams.Err = seen, seen
	streams.SetTerminal(100, false)
	o := &TestOptions{deps: NewDeps(streams), Format: "text", source: sourceFlags{Files: []string{folder}, All: true, VarFiles: []string{path("vars")}}}
	if err := o.check(false); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- watchTests(ctx, o, time.Millisecond) }()

	for _, step := range []struct {
		name   string
		change func()
		want   []string
	}{
		{"the first run", func() {}, []string{"0 passed, 1 failed", "request create.http", "watching 2 files"}},
		{"a golden file comes", func() { write("create.http", watchedRequest) }, []string{"create.http", "changed", "want the end after line"}},
		{"a variable", func() { write("vars", "office=Kassel\n") }, []string{"vars", "changed", `want "Berlin"`, `got  "Kassel"`}},
		{"a broken profile", func() { write("watched.yaml", "version: 1\nprofil: x\n") }, []string{"watched.yaml", "changed", `unknown key "profil"`}},
		{"no variables", func() {
			write("watched.yaml", strings.Replace(watchedProfile, ", request: create.http", "", 1))
			if err := os.Remove(path("vars")); err != nil {
				t.Fatal(err)
			}
		}, []string{"read variables"}},
		{"variables again", func() { write("vars", "office=Berlin\n") }, []string{"1 passed, 0 failed"}},
		{"another profile", func() {
			write("another.yaml", strings.Replace(watchedProfile, "profile: watched", "profile: another", 1))
		},
			[]string{"*.y*ml", "changed", "another", "1 passed, 1 failed"}},
	} {
		step.change()
		// A change of several files may be seen in several turns.
		for text := ""; ; {
			select {
			case said := <-seen.said:
				text += said
			case err := <-ended:
				t.Fatalf("%s: the watch ended: %v", step.name, err)
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: missing one of %q in\n%s", step.name, step.want, text)
			}
			if !strings.HasPrefix(text, "\x1b[H\x1b[2J") && step.name == "the first run" {
				t.Errorf("the screen is not cleared: %q", text)
			}
			if containsAll(text, step.want) {
				break
			}
		}
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// TestWatchInterrupted: Ctrl-C ends the program with 130.
func TestWatchInterrupted(t *testing.T) {
	streams, _, _, errOut := iostreams.Test()
	ctx, stop := context.WithCancel(t.Context())
	streams.Err = writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "watching") {
			stop()
		}
		return errOut.Write(p)
	})
	if code := Run(ctx, NewDeps(streams), []string{"test", "-f", "idmelon", "--watch"}); code != exitInterrupted {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	if strings.Contains(errOut.String(), "\x1b") {
		t.Errorf("the screen is cleared where there is none: %q", errOut)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
