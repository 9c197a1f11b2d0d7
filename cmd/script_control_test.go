package cmd_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// callControl is the script command `control METHOD PATH [BODY]`: a request of the
// emulator's control API, with which a script moves people and time. The answer goes
// to the file "answer". {job:NAME} in the path stands for the id of the one job of an
// application.
func callControl(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: control METHOD PATH [BODY]")
	}
	g := newGraphClient(ts)
	path := args[1]
	if before, rest, ok := strings.Cut(path, "{job:"); ok {
		name, after, _ := strings.Cut(rest, "}")
		job := g.job(name)
		path = before + job[strings.LastIndex(job, "/")+1:] + after
	}
	var body io.Reader
	if len(args) == 3 {
		body = bytes.NewReader([]byte(args[2]))
	}
	r, err := http.NewRequest(args[0], ts.Getenv("SCIMCTL_GRAPH_URL")+"/_control"+path, body)
	ts.Check(err)
	r.SetBasicAuth(ts.Getenv("AZURE_CLIENT_ID"), ts.Getenv("AZURE_CLIENT_SECRET"))
	answer, err := g.http.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if answer.StatusCode >= 400 {
		ts.Fatalf("%s %s: %s\n%s", args[0], path, answer.Status, data)
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), data, 0o666))
}
