package cmd_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// exitCode is the script command `exit CODE PROGRAM ARGS…`: like exec, with just that
// exit code. What was printed is also added to the file "transcript".
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Check(err)
		}
		got = exit.ExitCode()
	}
	transcript, err := os.OpenFile(ts.MkAbs("transcript"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	ts.Check(err)
	_, err = transcript.WriteString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	ts.Check(errors.Join(err, transcript.Close()))
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// nowhere is the script command `nowhere TEXT`: no file of the script's folder holds
// the text, neither what programs wrote there nor the transcript of what they said.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || args[0] == "" {
		ts.Fatalf("usage: nowhere TEXT")
	}
	root := ts.MkAbs(".")
	files := 0
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if strings.Contains(string(data), args[0]) {
			ts.Fatalf("%s holds %s", path, args[0])
		}
		return nil
	}))
	if files == 0 {
		ts.Fatalf("there is no file to look at")
	}
}
