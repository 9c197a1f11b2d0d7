package emulator

import (
	"net/http"
)

func faultControls() []route {
	return []route{
		{method: "GET", pattern: "/faults", handle: getFaults},
		{method: "PUT", pattern: "/faults", handle: putFaults},
		{method: "DELETE", pattern: "/faults", handle: deleteFaults},
		{method: "GET", pattern: "/har", handle: getHAR},
	}
}

// faultControl is the state of the fault plan. The JSON names are stable.
type faultControl struct {
	Rules []faultCount `json:"rules"`
}

// faultCount is how often one rule was looked at and struck, in the order of the plan.
type faultCount struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Seen   int    `json:"seen"`
	Struck int    `json:"struck"`
}

func (f *faults) counts() faultControl {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := faultControl{Rules: []faultCount{}}
	for i, r := range f.plan.Rules {
		out.Rules = append(out.Rules, faultCount{r.Method, r.Path, f.seen[i], f.struck[i]})
	}
	return out
}

func getFaults(c *call) (*reply, error) { return ok(c.e.faults.Load().counts()) }

// putFaults puts the plan of the body into force in place of the one before.
func putFaults(c *call) (*reply, error) {
	if len(c.body) == 0 {
		return nil, fail(http.StatusBadRequest, "BadRequest", "The body is the JSON of a fault plan, such as {\"rules\": [{\"every\": 10, \"status\": 503}]}.")
	}
	p, err := ParseFaults("body", c.body)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "BadRequest", "%v", err)
	}
	c.e.fail(p)
	return ok(c.e.faults.Load().counts())
}

// deleteFaults ends the plan; the behaviour is that of the start again.
func deleteFaults(c *call) (*reply, error) {
	c.e.fail(nil)
	return noContent()
}
