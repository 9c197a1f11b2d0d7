package endpoint_test

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

// spill is all that a result holds, as text.
func spill(r endpoint.Result) string {
	var b strings.Builder
	for _, x := range r.Traffic {
		fmt.Fprintf(&b, "%s %s %v %s %d %v %s %s\n", x.Method, x.URL, x.RequestHeader, x.RequestBody, x.Status, x.ResponseHeader, x.ResponseBody, x.Err)
	}
	r.Check.Run, r.Traffic = nil, nil
	fmt.Fprintf(&b, "%+v", r)
	return b.String()
}
