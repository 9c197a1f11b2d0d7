package cmd

import (
	"fmt"
	"os"

	"github.com/google/renameio/v2"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/plan"
)

// keep writes the plans to a file that only its owner can read, whole or not at all.
// Plans that must not be applied are not kept, and with them none of the others.
func (fl *fleet) keep(all results, name string, many bool) error {
	saved := plan.Saved{Program: "scimctl " + version.Number, Created: fl.deps.Now().UTC()}
	for _, r := range all.List {
		if r.Verdict != verdictChanges && r.Verdict != verdictNothing {
			if many {
				render.Err(fl.deps.IO).Note("%s was not written: the plan of %s is %s", name, r.outcome.label(), r.Verdict)
			} else {
				render.Err(fl.deps.IO).Note("%s was not written: the plan is %s", name, r.Verdict)
			}
			return nil
		}
		saved.Cloud = r.outcome.session.cloud
		saved.Plans = append(saved.Plans, *r.outcome.kept)
	}
	data, err := saved.Encode()
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(name, data, 0o600, renameio.IgnoreUmask(), renameio.WithPermissions(0o600)); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	render.Err(fl.deps.IO).Note("the plan is in %s; carry it out with: scimctl apply %s", name, quoteArg(name))
	return nil
}

// readKept reads a file of saved plans.
func (d *Deps) readKept(name string) (*plan.Saved, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > plan.MaxSaved {
		return nil, fmt.Errorf("%s is no plan that scimctl saved: it has %d bytes", name, info.Size())
	}
	data, err := d.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	saved, err := plan.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return saved, nil
}
