package emulator

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// beforeV2 is what the tenant's file of version 1 had and that of today has not: what
// jobs remembered, and the provisioning log.
type beforeV2 struct {
	jobs map[string]*engine.State // by id
	log  []json.RawMessage
}

// readV1 reads it.
func readV1(content json.RawMessage) (*beforeV2, error) {
	var old struct {
		Sync map[string]struct {
			Jobs []struct {
				ID         string
				Links      map[string]map[string]string // type -> source id -> target id
				Members    map[string][]engine.Member   // that groups were given, by source id
				Quarantine *struct {
					Began                 time.Time
					Reason, Code, Message string
				}
			}
		}
		Log []json.RawMessage
	}
	if err := json.Unmarshal(content, &old); err != nil {
		return nil, fmt.Errorf("read the jobs of version 1: %w", err)
	}
	out := &beforeV2{jobs: map[string]*engine.State{}, log: old.Log}
	for _, sync := range old.Sync {
		for _, j := range sync.Jobs {
			s := engine.NewState()
			for typ, links := range j.Links {
				for source, target := range links {
					s.Link(typ, source, target)
				}
			}
			for group, members := range j.Members {
				for _, m := range members {
					s.SetMember(group, m, true)
				}
			}
			if q := j.Quarantine; q != nil {
				s.Fail("", q.Reason, entra.ExecutionError{Code: q.Code, Message: q.Message, TenantActionable: true}, q.Began)
			}
			out.jobs[j.ID] = s
		}
	}
	return out, nil
}
