package cmd

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// fakeLog is a log that answers like the service, newest first, and counts what is
// taken of it.
type fakeLog struct {
	entries []entra.LogEntry
	err     error
	asked   []graph.LogQuery
	taken   int
}

func (f *fakeLog) Log(_ context.Context, q graph.LogQuery) iter.Seq2[entra.LogEntry, error] {
	f.asked = append(f.asked, q)
	return func(yield func(entra.LogEntry, error) bool) {
		if f.err != nil {
			yield(entra.LogEntry{}, f.err)
			return
		}
		newest := slices.SortedStableFunc(slices.Values(f.entries), func(a, b entra.LogEntry) int { return b.Time.Compare(a.Time) })
		for _, e := range newest {
			if e.Time.Before(q.Since) {
				continue
			}
			f.taken++
			if !yield(e, nil) {
				return
			}
		}
	}
}

// entry is what happened to an object so many minutes after noon.
func entry(id, object, action, status string, minutes int) entra.LogEntry {
	return entra.LogEntry{
		ID: id, Time: noon.Add(time.Duration(minutes) * time.Minute), JobID: "job-1", App: entra.LogParty{ID: "SP"}, Action: action, Status: status,
		Source: entra.LogIdentity{ID: "id-" + object, Type: "User", DisplayName: object, Details: []entra.NameValue{{Name: "UserPrincipalName", Value: object + "@contoso.com"}}},
	}
}

func someEntries() []entra.LogEntry {
	other := entry("x", "eve", "create", entra.LogSuccess, 3)
	other.App.ID = "another"
	job2 := entry("5", "dora", "update", entra.LogSuccess, 4)
	job2.JobID = "job-2"
	return []entra.LogEntry{
		entry("1", "ann", "create", entra.LogSuccess, 0), entry("2", "bob", "create", entra.LogFailure, 1), entry("3", "ann", "update", entra.LogSkipped, 2), other, job2, entry("4", "carl", entra.LogStagedDelete, entra.LogSkipped, 5),
	}
}

func ids(entries []entra.LogEntry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

// TestLogFilters: what is not asked of Graph is filtered here, and a limit keeps the
// newest without reading more than it must.
func TestLogFilters(t *testing.T) {
	for name, c := range map[string]struct {
		o    LogsOptions
		job  string
		want string
		more bool
	}{
		"everything":     {LogsOptions{}, "", "1 2 3 5 4", false},
		"by name":        {LogsOptions{User: "ANN@contoso.com"}, "", "1 3", false},
		"by id":          {LogsOptions{User: "id-bob"}, "", "2", false},
		"by action":      {LogsOptions{Actions: []string{"create", entra.LogStagedDelete}}, "", "1 2 4", false},
		"by status":      {LogsOptions{Statuses: []string{entra.LogFailure}}, "", "2", false},
		"by job":         {LogsOptions{}, "job-2", "5", false},
		"nothing":        {LogsOptions{User: "nobody"}, "", "", false},
		"the newest":     {LogsOptions{Limit: 2}, "", "5 4", true},
		"just all":       {LogsOptions{Limit: 5}, "", "1 2 3 5 4", false},
		"newest of some": {LogsOptions{Limit: 1, User: "ann"}, "", "3", true},
	} {
		f := &fakeLog{entries: someEntries()}
		l := &logReader{options: &c.o, tenant: f, app: &managed{principal: entra.ServicePrincipal{ID: "sp"}}, job: c.job}
		got, more, err := l.read(t.Context(), noon, c.o.Limit)
		if err != nil || ids(got) != c.want || more != c.more {
			t.Errorf("%s: %q more %t (%v), want %q %t", name, ids(got), more, err, c.want, c.more)
		}
		if q := f.asked[0]; q.ServicePrincipalID != "sp" || !q.Since.Equal(noon) || (q.Page == c.o.Limit+1) != (name == "the newest" || name == "just all") {
			t.Errorf("%s: asked %+v", name, q)
		}
		if c.more && f.taken > c.o.Limit+5 {
			t.Errorf("%s: %d entries were read", name, f.taken)
		}
	}
}

// TestLogFollow: each entry is written once, also when entries come late and out of
// order, and a hiccup ends nothing.
func TestLogFollow(t *testing.T) {
	streams, _, out, errOut := iostreams.Test()
	f := &fakeLog{entries: someEntries()[:2]}
	d := NewDeps(streams)
	end := errors.New("enough")
	round := 0
	d.Sleep = func(context.Context, time.Duration) error {
		switch round++; round {
		case 1: // late, and older than the newest
			f.entries = append(f.entries, entry("late", "late", "create", entra.LogSuccess, -5), entry("6", "frank", "create", entra.LogSuccess, 3))
		case 2:
			f.err = &graph.Error{Op: "read the provisioning log", Kind: graph.Throttled, Message: "slow down"}
		case 3:
			f.err = nil
			f.entries = append(f.entries, entry("7", "gina", "create", entra.LogSuccess, 60))
		case 4: // far too old to be news
			f.entries = append(f.entries, entry("old", "old", "create", entra.LogSuccess, 1))
		case 5:
			return end
		}
		return nil
	}
	o := &LogsOptions{deps: d, Format: "json", Follow: true, Interval: time.Second}
	l := &logReader{options: o, tenant: f, app: &managed{principal: entra.ServicePrincipal{ID: "sp"}}, seen: map[string]time.Time{}}
	first, _, err := l.read(t.Context(), noon.Add(-time.Hour), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.follow(t.Context(), noon.Add(-time.Hour), first); !errors.Is(err, end) {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		_, rest, _ := strings.Cut(line, `"object":"`)
		name, _, _ := strings.Cut(rest, "@")
		got = append(got, name)
	}
	if want := "ann bob late frank gina"; strings.Join(got, " ") != want {
		t.Errorf("written %q, want %q", got, want)
	}
	if !strings.Contains(errOut.String(), "trying again") {
		t.Errorf("the hiccup is not told: %s", errOut)
	}
	if since := f.asked[len(f.asked)-1].Since; !since.Equal(noon.Add(60*time.Minute - overlap)) {
		t.Errorf("the last look goes back to %v", since)
	}
	if len(l.seen) > 3 {
		t.Errorf("%d entries are remembered, though most can not come again", len(l.seen))
	}
	f.err = &graph.Error{Op: "read the provisioning log", Kind: graph.Denied, Message: "no"}
	round = 3
	if err := l.follow(t.Context(), noon, nil); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("a refusal does not end it: %v", err)
	}
}

func TestParseSince(t *testing.T) {
	for text, want := range map[string]time.Time{
		"90m": noon.Add(-90 * time.Minute), "7d": noon.AddDate(0, 0, -7), "0d": noon, "1h30m": noon.Add(-90 * time.Minute),
		"2026-11-01": time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), "2026-11-01T08:30": time.Date(2026, 11, 1, 8, 30, 0, 0, time.UTC),
		"2026-11-01T08:30:00+02:00": time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC),
	} {
		if got, err := parseSince(text, noon); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "-1d", "7 d", "99999d", "-5m", "yesterday", "1.5d"} {
		if got, err := parseSince(text, noon); err == nil || !strings.Contains(err.Error(), "--since") {
			t.Errorf("%q was read as %v (%v)", text, got, err)
		}
	}
}
