package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// synchronization is what the provisioning service keeps for one application.
type synchronization struct {
	Secrets   []entra.Credential            `json:"secrets,omitempty"`
	Before    []entra.Credential            `json:"before,omitempty"`    // what lagging reads still see
	Written   time.Time                     `json:"written,omitzero"`    // of the secrets
	Jobs      []*job                        `json:"jobs,omitempty"`      // in order of creation
	Templates map[string]*syncschema.Object `json:"templates,omitempty"` // schemas that the owner has changed
	OnDemand  []time.Time                   `json:"-"`                   // calls of the last ten seconds
}

// job is a synchronization job.
type job struct {
	ID       string                       `json:"id"`
	Template string                       `json:"template"`
	Created  time.Time                    `json:"created"`
	State    string                       `json:"state"`   // of the schedule
	Started  bool                         `json:"started"` // it was started at least once
	Schema   *syncschema.Object           `json:"schema"`
	Links    map[string]map[string]string `json:"links,omitempty"`   // type -> source id -> target id
	Members  map[string][]engine.Member   `json:"members,omitempty"` // that groups were given, by source id

	Quarantine *quarantine `json:"quarantine,omitempty"`
}

// quarantine says why and since when a job is held up.
type quarantine struct {
	Began   time.Time `json:"began"`
	Reason  string    `json:"reason"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
}

// secret returns a stored value, "" for none.
func (s *synchronization) secret(key string) string { return valueOf(s.Secrets, key) }

func valueOf(credentials []entra.Credential, key string) string {
	for _, c := range credentials {
		if c.Key == key {
			return c.Value
		}
	}
	return ""
}

func (s *synchronization) job(id string) *job {
	for _, j := range s.Jobs {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// secretKeys is the closed list of keys; true marks those that reads mask.
// Source: graph_contract §6.
var secretKeys = map[string]bool{
	"None": false, "UserName": false, "Password": true, "SecretToken": true, "AppKey": true, "BaseAddress": false,
	"ClientIdentifier": false, "ClientSecret": true, "SingleSignOnType": false, "Sandbox": false, "Url": false, "Domain": false,
	"ConsumerKey": false, "ConsumerSecret": true, "TokenKey": true, "TokenExpiration": false, "Oauth2AccessToken": true,
	"Oauth2AccessTokenCreationTime": false, "Oauth2RefreshToken": true, "SyncAll": false, "InstanceName": false, "Oauth2ClientId": false,
	"Oauth2ClientSecret": true, "CompanyId": false, "UpdateKeyOnSoftDelete": false, "SynchronizationSchedule": false,
	"SystemOfRecord": false, "SandboxName": false, "EnforceDomain": false, "SyncNotificationSettings": false,
	"SkipOutOfScopeDeletions": false, "Oauth2AuthorizationCode": true, "Oauth2RedirectUri": false, "ApplicationTemplateIdentifier": false,
	"Oauth2TokenExchangeUri": false, "Oauth2AuthorizationUri": false, "AuthenticationType": false, "Server": false,
	"PerformInboundEntitlementGrants": false, "HardDeletesEnabled": false, "SyncAgentCompatibilityKey": false,
	"SyncAgentADContainer": false, "ValidateDomain": false, "TestReferences": false, "ConnectionString": true,
}

// pausedState is the schedule state of a paused job; whether the service says
// Disabled or Paused is not known. Source: graph_contract §5 [?].
const pausedState = entra.ScheduleDisabled

// interval is that of SCIM jobs. Source: graph_contract §5.
const interval = "PT40M"

// noTenant is a tenant id without hyphens, as the schema of a template has it.
const noTenant = "00000000000000000000000000000000"

// newJobID is the template, the tenant without hyphens, and a GUID that is
// nothing else's id. Source: graph_contract §5.
func (s *state) newJobID(template string) string {
	return template + "." + strings.ReplaceAll(s.TenantID, "-", "") + "." + s.newID()
}

// synchronizationOf returns what is kept for an application, made when first
// written to.
func (s *state) synchronizationOf(appID string) *synchronization {
	if s.Sync[appID] == nil {
		s.Sync[appID] = &synchronization{}
	}
	return s.Sync[appID]
}

// jobJSON prints a job with the shapes of its life: Disabled and Paused when new,
// NotRun with an execution that failed with error None once started.
// Source: graph_contract §5.
func (c *call) jobJSON(j *job) map[string]any {
	status := map[string]any{
		"countSuccessiveCompleteFailures": 0, "escrowsPruned": false, "code": entra.StatusPaused,
		"lastExecution": nil, "lastSuccessfulExecution": nil, "lastSuccessfulExecutionWithExports": nil, "quarantine": nil,
		"steadyStateFirstAchievedTime": never, "steadyStateLastAchievedTime": never, "troubleshootingUrl": nil,
		"progress": []any{}, "synchronizedEntryCountByType": counts(j),
	}
	if j.Started {
		status["lastExecution"], status["troubleshootingUrl"] = notRun(), ""
	}
	if j.State == entra.ScheduleActive {
		status["code"] = entra.StatusNotRun
	}
	if q := j.Quarantine; q != nil {
		c.quarantined(status, q)
	}
	return map[string]any{
		"id": j.ID, "templateId": j.Template,
		"schedule": map[string]any{"expiration": nil, "interval": interval, "state": j.State},
		"status":   status,
		"synchronizationJobSettings": []any{
			map[string]any{"name": "AzureIngestionAttributeOptimization", "value": "False"},
			map[string]any{"name": "LookaheadQueryEnabled", "value": "False"},
		},
	}
}

// counts tells how many entries are linked, by kind.
func counts(j *job) []any {
	out := []any{}
	for _, typ := range []string{"Group", "User"} {
		if n := len(j.Links[typ]); n > 0 {
			out = append(out, map[string]any{"key": typ + " to customappsso", "value": n})
		}
	}
	return out
}

// notRun is the execution of a job that has not run yet.
func notRun() map[string]any {
	return map[string]any{
		"activityIdentifier": nil, "countEntitled": 0, "countEntitledForProvisioning": 0, "countEscrowed": 0,
		"countEscrowedRaw": 0, "countExported": 0, "countExports": 0, "countImported": 0, "countImportedDeltas": 0,
		"countImportedReferenceDeltas": 0, "state": "Failed", "timeBegan": never, "timeEnded": never,
		"error": map[string]any{"code": "None", "message": "", "tenantActionable": false},
	}
}

// retryAfter is when a fresh quarantine is tried again. Source: graph_contract §5.
const retryAfter = 5 * time.Minute

func (c *call) quarantined(status map[string]any, q *quarantine) {
	reason := map[string]any{"code": q.Code, "message": q.Message, "tenantActionable": true}
	run := notRun()
	run["activityIdentifier"] = c.idFor("execution/" + precise(q.Began))
	run["timeBegan"], run["timeEnded"], run["error"] = precise(q.Began), precise(q.Began), reason
	flags := q.Reason
	if c.e.o.Behaviour.SpacedFlags {
		flags = syncschema.SpaceFlags(flags)
	}
	status["code"], status["countSuccessiveCompleteFailures"] = entra.StatusQuarantine, 1
	status["lastExecution"] = run
	status["quarantine"] = map[string]any{
		"currentBegan": precise(q.Began), "nextAttempt": precise(q.Began.Add(retryAfter)), "seriesBegan": precise(q.Began),
		"seriesCount": 1, "reason": flags, "error": reason,
	}
}

// seenSecrets is what a read of the secrets finds at this moment.
func (s *synchronization) seen(now time.Time, delay time.Duration) []entra.Credential {
	if now.Before(s.Written.Add(delay)) {
		return s.Before
	}
	return s.Secrets
}

// write puts credentials over the stored ones. An empty value removes its key;
// with replace, keys that are not named go too. Source: graph_contract §6.
func (s *synchronization) write(credentials []entra.Credential, replace bool, now time.Time) {
	s.Before, s.Written = slices.Clone(s.Secrets), now
	kept := slices.Clone(s.Secrets)
	if replace {
		kept = nil
	}
	for _, c := range credentials {
		i := slices.IndexFunc(kept, func(k entra.Credential) bool { return k.Key == c.Key })
		switch {
		case i >= 0:
			kept[i] = c
		default:
			kept = append(kept, c)
		}
	}
	s.Secrets = slices.DeleteFunc(kept, func(c entra.Credential) bool { return c.Value == "" })
}
