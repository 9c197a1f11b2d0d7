package graph

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// needsLogs is what reading the provisioning log takes. Source: graph_contract §10.
var needsLogs = permission{"AuditLog.Read.All", "Reports Reader or Security Reader"}

// logsPage is how many entries one answer holds at most. Microsoft's own queries ask
// for 500. Source: graph_contract §10.
const logsPage = 500

// LogQuery says which entries of the provisioning log are wanted. It holds what
// Microsoft's own queries filter by and nothing else: which other properties the
// service filters by is not documented, and it refuses those that it does not know.
// Source: graph_contract §10, graph_gotchas 44, 45.
type LogQuery struct {
	ServicePrincipalID string
	Since, Until       time.Time // to the second, both included; zero: no limit
	Page               int       // entries in one answer; 0 for as many as possible
}

// Log reads the provisioning log, newest entries first, page by page as they are
// taken. An error ends the sequence. Entries appear some minutes after what they
// tell. Source: graph_contract §10.
func (c *Client) Log(ctx context.Context, q LogQuery) iter.Seq2[entra.LogEntry, error] {
	return func(yield func(entra.LogEntry, error) bool) {
		r := &request{op: "read the provisioning log", method: http.MethodGet, path: []string{"auditLogs", "provisioning"}, query: q.odata(), needs: needsLogs}
		seen := map[string]bool{}
		for range maxPages {
			p, err := read[page[logRecord]](ctx, c, r)
			if err != nil {
				yield(entra.LogEntry{}, err)
				return
			}
			for _, record := range p.Value {
				if !yield(record.entry(), nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			next, err := url.Parse(p.Next)
			if err != nil || !c.ours(next) || seen[p.Next] {
				yield(entra.LogEntry{}, c.strangePage(r, next))
				return
			}
			seen[p.Next] = true
			following := *r
			following.page = next
			r = &following
		}
		yield(entra.LogEntry{}, c.strangePage(r, nil))
	}
}

// odata is the query in the form of Microsoft's own: the service compares texts by
// letter case, so both sides are in small letters, and knows gt and lt only.
func (q LogQuery) odata() string {
	var filter string
	and := func(clause string) {
		if filter != "" {
			filter += " and "
		}
		filter += clause
	}
	if q.ServicePrincipalID != "" {
		and("contains(tolower(servicePrincipal/id), " + quote(strings.ToLower(q.ServicePrincipalID)) + ")")
	}
	if !q.Since.IsZero() {
		and("activityDateTime gt " + logTime(q.Since.Add(-time.Second)))
	}
	if !q.Until.IsZero() {
		and("activityDateTime lt " + logTime(q.Until.Add(time.Second)))
	}
	size := logsPage
	if q.Page > 0 {
		size = min(q.Page, logsPage)
	}
	pairs := []string{"$top", strconv.Itoa(size), "$orderby", "activityDateTime desc"}
	if filter != "" {
		pairs = append([]string{"$filter", filter}, pairs...)
	}
	return odata(pairs...)
}

func logTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
