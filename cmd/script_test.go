package cmd_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scimctl/scimctl/cmd"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"scimctl": func() { os.Exit(cmd.Main(os.Args[1:])) },
	})
}

// TestScripts runs every script under testdata/script: the program as people call
// it, against an emulated tenant in a process of its own where the script asks for
// one.
func TestScripts(t *testing.T) {
	const folder = "testdata/script"
	if found, err := filepath.Glob(folder + "/*.txtar"); err != nil || len(found) < 8 {
		t.Fatalf("found %d scripts (%v); the test looks at the wrong place", len(found), err)
	}
	repository, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 folder,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
			env.Setenv("REPOSITORY", repository)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("COLUMNS", "200") // so that no expected phrase is broken
			env.Setenv("CANARY", canary)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"tenant":  startTenant,
			"graph":   callGraph,
			"remap":   remap,
			"jsonget": jsonGet,
			"nowhere": nowhere,
			"exit":    exitCode,
			"website": startWebsite,
			"control": callControl,
			"forger":  startForger,
		},
	})
}

// canary is a token that must be found nowhere but in the requests to an endpoint.
const canary = "canary-7f3a9b1c-do-not-print"
