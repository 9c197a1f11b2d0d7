package plan

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Options are the choices of the person who plans.
type Options struct {
	Adopt        bool     // an unmarked application of that name may be taken over
	RewriteToken bool     // write the token although nothing asks for it
	AcceptRisks  []string // named risks that are accepted
	MaxAffected  int      // people and groups that may be touched without a risk being accepted; for Guard
}

// Names of risks that Options.AcceptRisks takes.
const (
	// RiskReplaceMappings lets bases none and template take away mappings of an
	// adopted application's job that the profile does not name.
	RiskReplaceMappings = "replace-mappings"
	// RiskLeaveScope lets more people and groups leave scope than allowed: they are
	// disabled or deleted in the application.
	RiskLeaveScope = "leave-scope"
	// RiskRematch lets more linked people and groups be matched again than allowed.
	RiskRematch = "rematch"
	// RiskStayActive lets the mapping be taken away by which people are switched off.
	RiskStayActive = "stay-active"
	// RiskSkippedDeletions lets deletions be carried out that were skipped so far.
	RiskSkippedDeletions = "skipped-deletions"
)

// Risks returns the names of all risks, sorted.
func Risks() []string {
	return []string{RiskLeaveScope, RiskRematch, RiskReplaceMappings, RiskSkippedDeletions, RiskStayActive}
}

// Plan is what would be done, in an order that works. It is plain data: it can be
// rendered, saved and applied. A Plan without Steps has nothing to do.
type Plan struct {
	Profile     string       `json:"profile"`
	Environment string       `json:"environment,omitempty"`
	Tenant      entra.Tenant `json:"tenant"`
	App         AppRef       `json:"app"`
	Endpoint    *EndpointRef `json:"endpoint,omitempty"`
	Steps       []Step       `json:"steps"`
	Impact      []Impact     `json:"impact,omitempty"`   // whom the steps touch, once that was counted; see Guard
	Notes       []string     `json:"notes,omitempty"`    // true things that need no step, such as the token being not comparable
	Refusals    []Refusal    `json:"refusals,omitempty"` // why the plan must not be applied as it is
	Diagnostics diag.List    `json:"diagnostics,omitempty"`
	Digest      string       `json:"digest"` // of State and the steps
	State       State        `json:"-"`      // what the plan rests on
	Reach       *Reach       `json:"-"`      // whom the steps can touch; nil: nobody
}

// AppRef names the application that the plan is about; ids are "" before creation.
type AppRef struct {
	Name               string `json:"name"`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty"`
	ApplicationID      string `json:"applicationId,omitempty"`
	JobID              string `json:"jobId,omitempty"`
	Adopted            bool   `json:"adopted,omitempty"` // not made by scimctl, so never deleted by it
}

// EndpointRef names where the token goes and where it comes from, never its
// value. With OAuth 2 client credentials the token is the client secret, and Host
// the one of the token URL.
type EndpointRef struct {
	URL       string     `json:"url"`
	Host      string     `json:"host"`
	Token     secret.Ref `json:"-"`
	TokenFrom string     `json:"tokenFrom,omitempty"`
}

// Refusal is a reason not to apply, and the flag that would accept it, if any.
type Refusal struct {
	Reason  string   `json:"reason"`
	Flag    string   `json:"flag,omitempty"`
	Choices []string `json:"choices,omitempty"` // candidates, one line each
}
