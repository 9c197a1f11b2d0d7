package cmd

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/entra"
)

// parse runs a command with its work replaced and returns what the line said.
func parse[O any](t *testing.T, build func(*Deps, func(context.Context, *O) error) *cobra.Command, line string) (*O, error) {
	t.Helper()
	streams, _, _, _ := iostreams.Test()
	var got *O
	c := build(NewDeps(streams), func(_ context.Context, o *O) error { got = o; return nil })
	c.SetArgs(strings.Fields(line))
	c.SetOut(streams.Out)
	c.SetErr(streams.Err)
	c.SilenceErrors, c.SilenceUsage = true, true
	err := c.ExecuteContext(t.Context())
	return got, err
}

// TestApplyOptions: what a command line of apply says.
func TestApplyOptions(t *testing.T) {
	o, err := parse(t, newCmdApply, "-f a.yaml -f b.yaml --all -e test --var x=1 --var-file v -o json --dry-run -y --adopt --rewrite-token --accept-risk one,two --tenant contoso.com --auth device-code --cloud usgov --graph-url https://g --authority https://a --ca-file ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	want := sourceFlags{Files: []string{"a.yaml", "b.yaml"}, All: true, Environments: []string{"test"}, Vars: []string{"x=1"}, VarFiles: []string{"v"}}
	if diff := cmp.Diff(want, o.source); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !o.DryRun || !o.Yes || o.Format != "json" {
		t.Errorf("got %+v", o)
	}
	options := o.choices.options()
	if !options.Adopt || !options.RewriteToken || !cmp.Equal(options.AcceptRisks, []string{"one", "two"}) {
		t.Errorf("got %+v", options)
	}
	graph, err := (&connectFlags{Cloud: o.connect.Cloud, GraphURL: o.connect.GraphURL, Authority: o.connect.Authority, Auth: o.connect.Auth, Tenant: o.connect.Tenant}).options(&Deps{Getenv: func(string) (string, bool) { return "from the environment", true }, ReadFile: func(string) ([]byte, error) { return nil, nil }})
	if err == nil {
		t.Errorf("an empty file of certificate authorities was taken: %+v", graph)
	}
}

// TestFlagsWinOverEnvironment: a flag beats the variable of the same meaning.
func TestFlagsWinOverEnvironment(t *testing.T) {
	env := map[string]string{"SCIMCTL_GRAPH_URL": "https://env", "SCIMCTL_AUTHORITY": "https://authority", "AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client"}
	d := &Deps{Getenv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	o, err := (&connectFlags{GraphURL: "https://flag"}).options(d)
	if err != nil {
		t.Fatal(err)
	}
	if o.URL != "https://flag" || o.Authority != "https://authority" || o.TenantID != "tenant" || o.ClientID != "client" {
		t.Errorf("got %+v", o)
	}
}

// TestWrongFlags: lines that mean nothing are refused, with what would do.
func TestWrongFlags(t *testing.T) {
	for line, want := range map[string]string{
		"-o yaml":           `"yaml" is none of text, json`,
		"--auth magic":      `"magic" is none of`,
		"--cloud mars":      `"mars" is none of`,
		"surplus":           "unknown command",
		"--parallel 0":      "--parallel is 1 or more",
		"--max-affected -1": "--max-affected is a number",
		"--route nonsense":  "must be formatted as key=value",
	} {
		if _, err := parse(t, newCmdPlan, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
	for line, want := range map[string]string{
		"":                         "name users with --user",
		"--user a --group b":       "name users with --user",
		"--user a --member b":      "--member goes with --group",
		"--group g --member a x y": "unknown command",
	} {
		if _, err := parse(t, newCmdProvision, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("provision %s: %v, want %q", line, err, want)
		}
	}
}

// TestSandboxFlags: what only means something in the sandbox is refused elsewhere.
func TestSandboxFlags(t *testing.T) {
	for _, f := range []sandboxFlags{{Dir: "x"}, {Reset: true}, {AllowEgress: true}, {Routes: map[string]string{"a": "b"}}} {
		if f.check() == nil {
			t.Errorf("%+v was taken without --sandbox", f)
		}
		f.On = true
		if err := f.check(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestQuoteArg: a hint can be copied into a shell.
func TestQuoteArg(t *testing.T) {
	for in, want := range map[string]string{
		"idmelon": "idmelon", "my file.yaml": "'my file.yaml'", "it's": `'it'\''s'`, "": "''", "a$b": "'a$b'",
	} {
		if got := quoteArg(in); got != want {
			t.Errorf("%q is quoted as %s", in, got)
		}
	}
}

// TestReadValues: files of variables.
func TestReadValues(t *testing.T) {
	values := map[string]string{"url": "old"}
	if err := readValues("v", []byte("# a remark\n\nurl = https://x/y?a=b\n mail=\"a b\"\r\nquote='x'\n"), values); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"url": "https://x/y?a=b", "mail": "a b", "quote": "x"}, values); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for text, want := range map[string]string{"url": "v:1:", "a=1\n=2": "v:2:"} {
		if err := readValues("v", []byte(text), values); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestConfirm: without a terminal the answer is no, and the refusal names the flag.
func TestConfirm(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "": false, "\n": false} {
		streams, in, _, _ := iostreams.Test()
		d := &Deps{IO: streams}
		if err := d.confirm("Go?", "--yes"); err == nil || !strings.Contains(err.Error(), "--yes") {
			t.Errorf("no terminal: %v", err)
		}
		streams.SetTerminal(80, false)
		in.WriteString(answer)
		if err := d.confirm("Go?", "--yes"); (err == nil) != want {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

// TestCodeOf: exit codes of on-demand answers; an equal object is done.
func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		result, code string
		want         int
	}{
		{"Success", "", exitOK}, {"success", "", exitOK}, {"Skipped", redundantExport, exitOK},
		{"Skipped", "NotEffectivelyEntitled", exitPending}, {"Failure", "Conflict", exitError}, {"", "", exitError},
	} {
		if got := codeOf(resultOf(c.result, c.code)); got != c.want {
			t.Errorf("%s %s: exit code %d, want %d", c.result, c.code, got, c.want)
		}
	}
	if worse(exitOK, exitPending) != exitPending || worse(exitPending, exitError) != exitError || worse(exitError, exitPending) != exitError {
		t.Error("an error is graver than a skip")
	}
}

func resultOf(result, code string) entra.OnDemandResult {
	return entra.OnDemandResult{Result: result, ErrorCode: code}
}
