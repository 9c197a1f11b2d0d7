package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

func logRoutes() []route {
	return []route{
		{method: "GET", pattern: "/auditLogs/provisioning", area: logs, handle: listLog},
		{method: "GET", pattern: "/auditLogs/provisioning/{entry}", area: logs, handle: getLogEntry},
	}
}

// logOperators are what the log's filters know. They are case-sensitive.
// Source: graph_contract §10.
var logOperators = []string{"eq", "gt", "lt", "ge", "le", "contains"}

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
	found := map[string]*logged{}
	var items []*entity
	for _, e := range c.e.log.recent(c.e.now()) {
		if c.query.Filter == nil || c.query.Filter.Match(e, true) {
			found[e.id] = e
			items = append(items, &entity{Props: map[string]any{"id": e.id, "activityDateTime": e.at}})
		}
	}
	items = sorted(items, c.query.OrderBy)
	page, next, err := c.page(items)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(page))
	for _, e := range page {
		entry, err := found[e.id()].answer(c.query.Select)
		if err != nil {
			return nil, err
		}
		out = append(out, entry)
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

// answer is the entry with the members that are asked for.
func (e *logged) answer(names []string) (any, error) {
	if len(names) == 0 {
		return e.raw, nil
	}
	return e.members(names)
}

func (e *logged) members(names []string) (map[string]any, error) {
	var all map[string]any
	if err := json.Unmarshal(e.raw, &all); err != nil {
		return nil, err
	}
	if len(names) > 0 {
		maps.DeleteFunc(all, func(name string, _ any) bool {
			return !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		})
	}
	return all, nil
}

func getLogEntry(c *call) (*reply, error) {
	for _, e := range c.e.log.recent(c.e.now()) {
		if e.id == c.param("entry") {
			body, err := e.members(c.query.Select)
			if err != nil {
				return nil, err
			}
			body["@odata.context"] = c.context("auditLogs/provisioning/$entity")
			return ok(body)
		}
	}
	return nil, fail(404, "ResourceNotFound", "The provisioning event '%s' does not exist.", c.param("entry"))
}
