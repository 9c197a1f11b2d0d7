package graph

import (
	"errors"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// TestNewcomer waits for the synchronization of an application that an earlier run
// has just made, and not for that of an old one.
func TestNewcomer(t *testing.T) {
	const jobs = spPath + "/synchronization/jobs"
	refused := answer{Status: 401, Body: sample(t, "errors/401_synchronization_not_allowed.json")}
	for _, test := range []struct {
		name, created string
		waits         bool
	}{
		{"made a minute ago", "2026-11-20T11:59:00Z", true},
		{"made an hour ago", "2026-11-20T11:00:00Z", false},
		{"made nobody knows when", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			f.on("GET /servicePrincipals", answer{Body: value(`{"id":"` + spID + `","appId":"` + appID + `"}`)})
			f.on("GET /applications", answer{Body: value(madeApp(appObjID, entra.NonGalleryTemplateID, test.created))})
			f.on("GET "+jobs, refused, refused, answer{Body: value()})
			c := f.client()
			if _, err := c.ServicePrincipals(t.Context(), entra.ServicePrincipalQuery{Name: "Example"}); err != nil {
				t.Fatal(err)
			}
			_, err := c.Jobs(t.Context(), spID)
			if e, ok := errors.AsType[*Error](err); test.waits != (err == nil) || !test.waits && (!ok || e.Kind != Denied) {
				t.Errorf("error %v", err)
			}
			if waited := f.waited() > 0; waited != test.waits || f.waited() > 10*time.Second {
				t.Errorf("waited %s", f.waited())
			}
		})
	}
}
