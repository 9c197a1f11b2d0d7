package cmd

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/pkg/scim"
)

// PreviewOptions are the dependencies and flags of `scimctl preview`.
type PreviewOptions struct {
	deps    *Deps
	source  sourceFlags
	connect connectFlags
	Users   string // file of users, or - for standard input
	Groups  string // file of groups, likewise
	Input   string // format of it, "" goes by the name
	Before  string
	After   string
	Names   []string // users of the tenant

	GroupNames []string // groups of the tenant
	Limits     []string
	Dialect    string // "" goes by the flags of the tenant URL
	Linked     bool
	Summary    bool
	Format     string
}

func newCmdPreview(d *Deps, run func(context.Context, *PreviewOptions) error) *cobra.Command {
	o := &PreviewOptions{deps: d}
	c := &cobra.Command{
		Use:   "preview",
		Short: "Show the SCIM requests that Entra would send for users or groups",
		Long: `Show the requests that Entra would send to the SCIM server: for users or groups that
are new there, or for the change from one version to another. Nothing is sent.

Users come from a file (--users), whose attributes have the names that mappings
use for them, such as objectId, surname and mobile:

  NDJSON   one user, or one {"before": {…}, "after": {…}}, a line
  JSON     one user, or an array of them
  CSV      a row of attribute names, then one user a row

or, without --users, from the tenant or the sandbox, which are only read. Users of
a file count as assigned to the application; one with "IsSoftDeleted": true counts
as deleted. Input of any length is read as a stream.

Groups come from a file in the same formats (--groups), with "members" a list of
object ids, or by name from the tenant (--group). Members count as provisioned.

What only the server can tell is written in braces: {id} is the id of the user
there, {id of X} that of another object. With -o json there is one line a user:

  {"id", "action", "requests": [{"method", "path", "body"}],
   "problems": [{"severity", "code", "message", "advice", "target", "at", "byte"}]}

action is create, update, disable, delete, none, skip, fail or invalid.

The exit code is 1 when something could not be read, and 2 when a user would
fail, would lose an attribute, or is the only one and is skipped.`,
		Example: `  scimctl preview -f idmelon --users users.ndjson
  scimctl preview -f idmelon --before ann.json --after ann-married.json -o http
  scimctl preview -f idmelon --sandbox --user alice@contoso.com
  generate-users | scimctl preview -f idmelon --users - -o json > requests.ndjson`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runPreview(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	f := c.Flags()
	f.StringVar(&o.Users, "users", "", "file of users, or - for standard input")
	addChoice(c, &o.Input, "format", "", "format of the file; by default that of its name, ndjson for standard input", "", "json", "ndjson", "csv")
	f.StringVar(&o.Groups, "groups", "", "file of groups, or - for standard input")
	f.StringVar(&o.Before, "before", "", "file with a user as JSON before a change")
	f.StringVar(&o.After, "after", "", "file with the same user after the change")
	f.StringArrayVarP(&o.Names, "user", "u", nil, "user of the tenant: user principal name or object id; all users by default")
	f.StringArrayVar(&o.GroupNames, "group", nil, "group of the tenant: display name or object id")
	f.StringArrayVar(&o.Limits, "limit", nil, "longest value that the server takes, as target=characters")
	addDialect(c, &o.Dialect)
	f.BoolVar(&o.Linked, "linked", false, "users in two versions have an account, whatever the version before was")
	f.BoolVar(&o.Summary, "summary", false, "show the summary only")
	addFormat(c, &o.Format, "text", "json", "http", "har")
	return c
}

// check refuses flags that contradict each other.
func (o *PreviewOptions) check() error {
	offline := o.file() != "" || o.Before != "" || o.After != ""
	switch {
	case o.Users != "" && o.Groups != "", len(o.Names) > 0 && len(o.GroupNames) > 0, o.Groups != "" && len(o.Names) > 0:
		return errors.New("a preview is either of users or of groups")
	case (o.Before == "") != (o.After == ""):
		return errors.New("--before and --after go together")
	case o.file() != "" && o.Before != "":
		return errors.New("--users and --before exclude each other: records {\"before\": …, \"after\": …} can hold many changes")
	case o.Input != "" && o.file() == "":
		return errors.New("--format goes with --users or --groups")
	case offline && len(o.Names) > 0:
		return errors.New("--user names a user of the tenant, and goes with neither --users nor --before")
	case offline && len(o.GroupNames) > 0:
		return errors.New("--group names a group of the tenant, and goes with neither --groups nor --before")
	case offline && o.connect.sandbox.On:
		return errors.New("--sandbox reads the emulated tenant, and goes with neither --users, --groups nor --before")
	case o.file() == "-" && len(o.source.Files) == 1 && o.source.Files[0] == "-":
		return errors.New("standard input cannot be both the profile and the users")
	}
	_, err := o.limits()
	return err
}

// file is the file that the users or groups come from.
func (o *PreviewOptions) file() string { return cmp.Or(o.Users, o.Groups) }

// ofGroups reports whether groups are foreseen in place of users.
func (o *PreviewOptions) ofGroups() bool { return o.Groups != "" || len(o.GroupNames) > 0 }

// noun is what an object is called.
func (o *PreviewOptions) noun() string {
	if o.ofGroups() {
		return "group"
	}
	return "user"
}

// limits reads the lengths that the server takes.
func (o *PreviewOptions) limits() (map[string]int, error) {
	limits := map[string]int{}
	for _, text := range o.Limits {
		i := strings.LastIndexByte(text, '=')
		n, err := strconv.Atoi(text[i+1:])
		if i <= 0 || err != nil || n < 1 {
			return nil, fmt.Errorf("--limit %q: write it as target=characters, such as displayName=64", text)
		}
		limits[text[:i]] = n
	}
	return limits, nil
}

func runPreview(ctx context.Context, o *PreviewOptions) (err error) {
	d := o.deps
	all, err := d.loadToApply(o.source)
	if err != nil {
		return err
	}
	chosen, err := onePlanned(all)
	if err != nil {
		return err
	}
	in, err := o.open(ctx, chosen)
	if err != nil {
		return err
	}
	defer in.closeInto(&err)
	p, err := o.compile(in.resolved, chosen)
	if err != nil {
		return err
	}
	source, err := in.source(p)
	if err != nil {
		return err
	}
	format := o.output(in.resolved)
	if o.Summary {
		format.Append = func(dst []byte, _ *preview.Result) []byte { return dst }
	}
	meter := render.NewMeter(d.IO, o.noun(), cmp.Or(in.size, int64(in.users)), d.Now)
	out := bufio.NewWriterSize(d.IO.Out, 64<<10)
	summary, err := p.Run(ctx, source, out, preview.Options{Format: format, Progress: func(p preview.Progress) {
		if in.users > 0 {
			p.Bytes = int64(p.Users) // of the total that is known
		}
		meter.Done(p.Users, p.Bytes)
		if in.interactive {
			_ = out.Flush() // a failure comes back with the next write
		}
	}})
	meter.Stop()
	err = errors.Join(err, out.Flush())
	if err == nil || summary.Users > 0 {
		o.sum(summary)
	}
	if err != nil {
		return err
	}
	return previewExit(summary)
}

// compile prepares the mappings of users or groups.
func (o *PreviewOptions) compile(r *profile.Resolved, chosen planned) (*preview.Preview, error) {
	typ := mapping.User
	if o.ofGroups() {
		typ = mapping.Group
	}
	mappings, problems := profiletest.ObjectMappings(r)
	programs := map[string]*mapping.Program{}
	for _, m := range mappings {
		if m.Source == typ {
			p, found := mapping.Compile(m)
			programs[typ] = p
			problems = append(problems, found...)
		}
	}
	if problems = errorsOf(problems.Sort()); problems.HasErrors() {
		render.Err(o.deps.IO).Diagnostics(problems, chosen.sources)
		return nil, exit(exitError)
	}
	limits, err := o.limits()
	if err != nil {
		return nil, err
	}
	if programs[typ] == nil {
		return nil, fmt.Errorf("profile %s maps no %ss", r.Profile, o.noun())
	}
	c := preview.Config{Users: programs[mapping.User], Groups: programs[mapping.Group], Env: o.deps.evalEnv(), Limits: limits, Linked: o.Linked, Dialect: dialectOf(o.Dialect)}
	if r.Endpoint != nil {
		c.Dialect = dialectOf(o.Dialect, r.Endpoint.URL.Value)
	}
	if r.Settings.SyncAll != nil {
		c.SyncAll = *r.Settings.SyncAll
	}
	if r.Settings.SkipOutOfScopeDeletions != nil {
		c.SkipOutOfScopeDeletions = *r.Settings.SkipOutOfScopeDeletions
	}
	return preview.New(c)
}

// output is the format of the results.
func (o *PreviewOptions) output(r *profile.Resolved) preview.Format {
	switch o.Format {
	case "json":
		return preview.JSON()
	case "http":
		return render.PreviewHTTP(endpointOf(r))
	case "har":
		return render.PreviewHAR(endpointOf(r), version.Number, o.deps.Now())
	}
	return render.Out(o.deps.IO).Preview()
}

// endpointOf splits a tenant URL into what stands before each path and the part of
// the query that is no flag of Entra's.
func endpointOf(r *profile.Resolved) render.Endpoint {
	if r.Endpoint == nil {
		return render.Endpoint{Base: "https://scim.invalid"}
	}
	base, query, _ := strings.Cut(r.Endpoint.URL.Value, "?")
	var sent []string
	for parameter := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(parameter, "=")
		if _, flag := scim.IsFlag(name); !flag && parameter != "" {
			sent = append(sent, parameter)
		}
	}
	return render.Endpoint{Base: base, Query: strings.Join(sent, "&")}
}

// sum writes the summary: with the results where they are for eyes, else beside them.
func (o *PreviewOptions) sum(s preview.Summary) {
	if o.Format != "text" {
		render.Err(o.deps.IO).PreviewSummary(s)
		return
	}
	p := render.Out(o.deps.IO)
	if s.Users > 0 && !o.Summary {
		p.Linef("")
	}
	p.PreviewSummary(s)
}

// previewExit is the command's end.
func previewExit(s preview.Summary) error {
	switch {
	case s.Actions[preview.Invalid] > 0:
		return exit(exitError)
	case s.Actions[preview.Fail] > 0, s.Flawed > 0, s.Users == 1 && s.Actions[preview.Skip] == 1:
		return exit(exitPending)
	}
	return nil
}
