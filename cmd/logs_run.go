package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// logTenant is a tenant whose provisioning log can be read.
type logTenant interface {
	Log(ctx context.Context, q graph.LogQuery) iter.Seq2[entra.LogEntry, error]
}

// logReader reads the log of one application.
type logReader struct {
	options *LogsOptions
	tenant  logTenant
	app     *managed
	job     string // id of the only job that is meant; "" for all

	seen   map[string]time.Time // entries that were shown, by id, while following
	newest time.Time
}

func runLogs(ctx context.Context, o *LogsOptions) (err error) {
	d := o.deps
	s, found, err := d.managedSession(ctx, &o.managed)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	m, err := oneManaged(found)
	if err == nil {
		err = m.missing
	}
	if err != nil {
		return err
	}
	tenant, ok := s.target.(logTenant)
	if !ok {
		return errors.New("the log of this tenant cannot be read")
	}
	l := &logReader{options: o, tenant: tenant, app: m, seen: map[string]time.Time{}}
	if o.managed.Job != "" {
		job, err := m.job()
		if err != nil {
			return err
		}
		l.job = job.ID
	}
	since, err := parseSince(o.Since, s.now())
	if err != nil {
		return err
	}
	if oldest := s.now().Add(-logsLife); since.Before(oldest) {
		render.Err(d.IO).Note("the service keeps the log for 30 days")
		since = oldest
	}
	entries, more, err := l.read(ctx, since, o.Limit)
	if err != nil {
		return err
	}
	if more {
		render.Err(d.IO).Note("only the newest %d entries are shown: --limit shows more", o.Limit)
		since = entries[0].Time // what was left out is no news while following
	}
	if o.Follow {
		return l.follow(ctx, since, entries)
	}
	return l.show(entries)
}

// read returns the entries since a moment that pass the filters, oldest first; of
// more than limit the newest.
func (l *logReader) read(ctx context.Context, since time.Time, limit int) (entries []entra.LogEntry, more bool, err error) {
	q := graph.LogQuery{ServicePrincipalID: l.app.principal.ID, Since: since}
	if l.options.plain() && l.job == "" && limit > 0 {
		q.Page = limit + 1 // nothing is filtered out here, so no more are needed
	}
	for e, err := range l.tenant.Log(ctx, q) {
		if err != nil {
			return nil, false, err
		}
		if !l.wanted(e, since) {
			continue
		}
		if limit > 0 && len(entries) == limit || len(entries) == maxLogs {
			more = true
			break
		}
		entries = append(entries, e)
	}
	slices.Reverse(entries)
	slices.SortStableFunc(entries, func(a, b entra.LogEntry) int { return a.Time.Compare(b.Time) })
	return entries, more, nil
}

// plain reports whether no filter works here.
func (o *LogsOptions) plain() bool { return o.User == "" && len(o.Actions)+len(o.Statuses) == 0 }

// wanted applies the filters. Application and time are filtered again: services have
// been seen to leave them out.
func (l *logReader) wanted(e entra.LogEntry, since time.Time) bool {
	o := l.options
	same := func(list []string, text string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
	}
	return !e.Time.Before(since.Truncate(time.Second)) &&
		(e.App.ID == "" || strings.EqualFold(e.App.ID, l.app.principal.ID)) &&
		(l.job == "" || e.JobID == l.job) &&
		(o.User == "" || e.Is(o.User)) && same(o.Actions, e.Action) && same(o.Statuses, e.Status)
}

// show writes what was found.
func (l *logReader) show(entries []entra.LogEntry) error {
	o, d := l.options, l.options.deps
	if o.Format == "json" {
		records := make([]render.LogRecord, len(entries))
		for i, e := range entries {
			records[i] = render.NewLogRecord(e)
		}
		return render.JSON(d.IO.Out, records)
	}
	if len(entries) == 0 {
		render.Err(d.IO).Note("the log has no such entry since %s; entries come some minutes late, and --since looks further back", o.Since)
		return nil
	}
	p := render.Out(d.IO)
	p.LogHeading()
	for _, e := range entries {
		p.LogEntry(e, o.Steps)
	}
	p.Linef("")
	p.LogSummary(entries)
	return p.Failed()
}

// overlap is how far every look while following goes back before the newest entry:
// entries come late and out of order. Source: graph_contract §10.
const overlap = 15 * time.Minute

// follow writes entries as they come, each once, until the context ends.
func (l *logReader) follow(ctx context.Context, since time.Time, entries []entra.LogEntry) error {
	o, d := l.options, l.options.deps
	p := render.Out(d.IO)
	if o.Format == "text" {
		p.LogHeading()
	}
	for {
		for _, e := range l.fresh(entries) {
			if o.Format == "text" {
				p.LogEntry(e, o.Steps)
			} else if err := render.JSONLine(d.IO.Out, render.NewLogRecord(e)); err != nil {
				return err
			}
		}
		if err := p.Failed(); err != nil {
			return err
		}
		if err := d.Sleep(ctx, o.Interval); err != nil {
			return err
		}
		if l.newest.Add(-overlap).After(since) {
			since = l.newest.Add(-overlap)
		}
		var err error
		entries, _, err = l.read(ctx, since, 0)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && passing(err):
			render.Err(d.IO).Note("%v", fmt.Errorf("the log could not be read, trying again: %w", err))
		case err != nil:
			return err
		}
	}
}

// fresh returns the entries that were not shown yet, and forgets those that no look
// will find again.
func (l *logReader) fresh(entries []entra.LogEntry) []entra.LogEntry {
	var out []entra.LogEntry
	for _, e := range entries {
		key := cmp.Or(e.ID, e.ChangeID+e.Time.String()+e.Name())
		if _, shown := l.seen[key]; shown {
			continue
		}
		l.seen[key] = e.Time
		out = append(out, e)
		if e.Time.After(l.newest) {
			l.newest = e.Time
		}
	}
	for key, at := range l.seen {
		if at.Before(l.newest.Add(-2 * overlap)) {
			delete(l.seen, key)
		}
	}
	return out
}

// heldBack says how many objects the guard against accidental deletions holds back,
// as the log tells it.
func (s *session) heldBack(ctx context.Context, m *managed, job entra.Job) string {
	tenant, ok := s.target.(logTenant)
	q := graph.LogQuery{ServicePrincipalID: m.principal.ID, Since: s.now().Add(-logsLife)}
	if quarantine := job.Status.Quarantine; quarantine != nil && quarantine.SeriesBegan.After(q.Since) {
		q.Since = quarantine.SeriesBegan.Add(-time.Hour)
	}
	objects := map[string]bool{}
	if ok {
		for e, err := range tenant.Log(ctx, q) {
			if err != nil {
				return "How many there are cannot be read: " + err.Error()
			}
			if e.Action == entra.LogStagedDelete && (e.JobID == "" || e.JobID == job.ID) {
				objects[e.Source.ID] = true
			}
		}
	}
	if len(objects) == 0 {
		return "The log names no object that is held back."
	}
	return fmt.Sprintf("The log names %s that are held back; look at them with: %s --action stagedDelete", count(len(objects), "object"), s.command(m, "logs"))
}
