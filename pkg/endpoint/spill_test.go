package endpoint_test

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

// spill is all that a result holds, as text.
func spill(r endpoint.Result) string {
	r.Check.Run = nil
	text := fmt.Sprintf("%+v", r)
	for _, x := range r.Traffic {
		text += fmt.Sprintf("\n%s %s %v %s %d %v %s %s", x.Method, x.URL, x.RequestHeader, x.RequestBody, x.Status, x.ResponseHeader, x.ResponseBody, x.Err)
	}
	return text
}
