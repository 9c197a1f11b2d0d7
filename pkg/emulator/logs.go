package emulator

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

func logRoutes() []route {
	return []route{
		{method: "GET", pattern: "/auditLogs/provisioning", area: logs, handle: listLog},
		{method: "GET", pattern: "/auditLogs/provisioning/{entry}", area: logs, handle: getLogEntry},
	}
}

// logEntry is a record of the provisioning log, as it is answered.
type logEntry map[string]any

// The log is kept for 30 days, and here no longer than maxLog entries.
// Source: graph_contract §10.
const (
	maxLog  = 5000
	keepLog = 30 * 24 * time.Hour
)

func (s *state) record(e logEntry) {
	if s.Log = append(s.Log, e); len(s.Log) > maxLog {
		s.Log = slices.Clone(s.Log[len(s.Log)-maxLog:])
	}
}

// recent returns the entries that are still kept, the newest first.
func (c *call) recent() iter.Seq[logEntry] {
	oldest := seconds(c.e.now().Add(-keepLog))
	return func(yield func(logEntry) bool) {
		for _, e := range slices.Backward(c.Log) {
			if at, _ := e["activityDateTime"].(string); at >= oldest && !yield(e) {
				return
			}
		}
	}
}

// logOperators are what the log's filters know. They are case-sensitive.
// Source: graph_contract §10.
var logOperators = []string{"eq", "gt", "lt", "contains"}

// logProperties may be filtered and sorted by.
var logProperties = []string{
	"id", "activityDateTime", "tenantId", "jobId", "cycleId", "changeId", "provisioningAction", "durationInMilliseconds",
	"servicePrincipal/id", "servicePrincipal/displayName", "sourceIdentity/id", "sourceIdentity/displayName", "sourceIdentity/identityType",
	"targetIdentity/id", "targetIdentity/displayName", "targetIdentity/identityType", "sourceSystem/id", "sourceSystem/displayName",
	"targetSystem/id", "targetSystem/displayName", "initiatedBy/id", "initiatedBy/displayName", "initiatedBy/initiatorType",
	"provisioningStatusInfo/status", "provisioningStatusInfo/errorInformation/errorCode", "statusInfo/status", "action",
}

// logFailure is the audit endpoints' answer to what they do not list.
func logFailure(format string, args ...any) *failure {
	return fail(400, "BadRequest", "Invalid filter clause: "+format, args...)
}

func checkLogQuery(q odata.Query) error {
	if q.Filter != nil {
		for _, use := range q.Filter.Uses() {
			if !slices.Contains(logOperators, use.Operator) || use.Not {
				return logFailure("the operator '%s' is not supported.", use.Operator)
			}
			if !slices.Contains(logProperties, use.Path) {
				return logFailure("the property '%s' is not supported.", use.Path)
			}
		}
	}
	for _, s := range q.OrderBy {
		if s.Property != "activityDateTime" {
			return logFailure("$orderby supports activityDateTime only.")
		}
	}
	if q.Top == 0 || q.Top > maxPage+1 || q.Skip > 0 || len(q.Search) > 0 {
		return logFailure("an unsupported query option or page size.")
	}
	return nil
}

// listLog answers the newest entries first.
func listLog(c *call) (*reply, error) {
	if err := checkLogQuery(c.query); err != nil {
		return nil, err
	}
	var items []*entity
	for e := range c.recent() {
		if c.query.Filter == nil || c.query.Filter.Match(odata.Map(e), true) {
			items = append(items, &entity{Kind: "provisioningObjectSummary", Props: e})
		}
	}
	items = sorted(items, c.query.OrderBy)
	page, next, err := c.page(items)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(page))
	for _, e := range page {
		out = append(out, selectProps(e.Props, c.query.Select))
	}
	body := map[string]any{"@odata.context": c.context(c.selection("auditLogs/provisioning")), "value": out}
	if next != "" {
		body["@odata.nextLink"] = next
	}
	if c.query.Count {
		body["@odata.count"] = len(items)
	}
	return ok(body)
}

func selectProps(props map[string]any, names []string) map[string]any {
	out := map[string]any{}
	for name, v := range props {
		if len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			out[name] = v
		}
	}
	return out
}

func getLogEntry(c *call) (*reply, error) {
	for e := range c.recent() {
		if e["id"] == c.param("entry") {
			body := selectProps(e, c.query.Select)
			body["@odata.context"] = c.context("auditLogs/provisioning/$entity")
			return ok(body)
		}
	}
	return nil, fail(404, "ResourceNotFound", "The provisioning event '%s' does not exist.", c.param("entry"))
}
