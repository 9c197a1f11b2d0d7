package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// survey is what a cycle knows before it sends anything: how much there is to do,
// which objects come again, and how many would be disabled or deleted.
type survey struct {
	again   map[string][]string // type -> ids of objects that did not change and are due all the same
	leaving int
}

// look surveys the cycle. The guard against accidental deletions needs it: with the
// threshold reached, not one deletion may have happened. Source: entra_wire W-70.
func (c *cycle) look(ctx context.Context) error {
	c.survey.again = map[string][]string{}
	for _, typ := range []string{mapping.User, mapping.Group} {
		k := c.job.engine.kind(typ)
		if k == nil {
			continue
		}
		seen := map[string]bool{}
		for change, err := range c.job.config.Directory.Changes(ctx, typ, c.since) {
			if err != nil {
				return fmt.Errorf("read the changes of type %s: %w", typ, err)
			}
			seen[change.Object.ID] = true
			c.count(k, change.Subject)
		}
		if !c.Initial {
			c.Execution.CountImportedDeltas += int64(len(seen))
		}
		c.survey.again[typ] = c.comingAgain(typ, seen)
		for _, id := range c.survey.again[typ] {
			s, err := c.find(ctx, typ, id)
			if err != nil {
				return fmt.Errorf("read the %s %s: %w", typ, id, err)
			}
			c.count(k, s)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	threshold := c.job.config.DeletionThreshold
	if !c.force && threshold > 0 && c.survey.leaving >= threshold {
		c.guarded = true
	}
	return nil
}

// count counts an object that the cycle will work on.
func (c *cycle) count(k *kind, s Subject) {
	v := c.job.engine.judge(k, s)
	c.progress.Total++
	c.Execution.CountImported++
	if v.entitled && v.deleted == NotDeleted {
		c.Execution.CountEntitled++
	}
	if v.inScope() && v.enabled {
		c.Execution.CountEntitledForProvisioning++
	}
	if c.leaves(k, s, v) {
		c.survey.leaving++
	}
}

// leaves reports whether the cycle would disable or delete the target object.
// Source: graph_contract §5 (disables and group deletions count).
func (c *cycle) leaves(k *kind, s Subject, v verdict) bool {
	how, linked := c.job.state.memory.mark(Member{s.Object.Type, s.Object.ID})
	actions := k.Mapping.Actions
	out := !v.entitled || !v.filtered
	switch {
	case !linked:
		return false
	case v.deleted == HardDeleted:
		return v.entitled && actions&mapping.Delete != 0
	case out && c.job.config.SkipOutOfScopeDeletions:
		return false
	case s.Object.Type == mapping.Group:
		return !v.inScope() && actions&mapping.Delete != 0
	}
	return v.softDeleted() && !how.off && actions&disableNeeds != 0
}

// comingAgain returns the objects of a type that did not change and are due all the
// same, sorted: escrows whose time has come, objects that were held back and, in an
// initial cycle, linked ones that the directory does not have any more.
func (c *cycle) comingAgain(typ string, seen map[string]bool) []string {
	var ids []string
	add := func(m Member) {
		if m.Type == typ && !seen[m.ID] {
			seen[m.ID] = true
			ids = append(ids, m.ID)
		}
	}
	now := c.job.now()
	c.job.state.mu.Lock()
	for _, m := range c.job.state.escrows.due(now) {
		add(m)
	}
	for m := range c.job.state.staged {
		add(m)
	}
	c.job.state.mu.Unlock()
	if c.Initial {
		for _, id := range c.job.state.Linked(typ) {
			add(Member{typ, id})
		}
	}
	slices.Sort(ids)
	return ids
}

// hold decides about a disabling or a deletion that is about to happen. What the
// survey did not see, since the directory changed meanwhile, counts as well.
func (c *cycle) hold() bool {
	if c.force || c.job.config.DeletionThreshold <= 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.guarded {
		return true
	}
	c.deletions++
	c.guarded = c.deletions >= c.job.config.DeletionThreshold
	return c.guarded
}
