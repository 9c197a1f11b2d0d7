package emulator

import "slices"

// maxIDs is how many ids getByIds takes [?]: documented by Microsoft, not in the
// contract.
const maxIDs = 1000

func idRoutes() []route {
	return []route{{method: "POST", pattern: "/directoryObjects/getByIds", handle: getByIDs}}
}

// getByIDs looks directory objects of any kind up by their ids. Those that do not
// exist, or are of another type than was asked for, are left out. Types are the last
// part of a kind's name; none means all.
func getByIDs(c *call) (*reply, error) {
	var body struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	switch {
	case len(body.IDs) == 0:
		return nil, badRequest("The collection of ids is empty.")
	case len(body.IDs) > maxIDs:
		return nil, badRequest("Too many ids are in the request: the limit is %d.", maxIDs)
	}
	out := []any{}
	for _, id := range body.IDs {
		if !isGUID(id) {
			return nil, badRequest("Invalid object identifier '%s'.", id)
		}
		e := c.object(id)
		if e == nil || len(body.Types) > 0 && !slices.Contains(body.Types, e.Kind) {
			continue
		}
		k := kindOf(e)
		rendered, err := c.render(k, e)
		if err != nil {
			return nil, err
		}
		rendered["@odata.type"] = "#" + k.name
		out = append(out, rendered)
	}
	return ok(map[string]any{"@odata.context": c.context("directoryObjects"), "value": out})
}
