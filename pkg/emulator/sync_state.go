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

// job is a synchronization job. What its cycles know is in files of their own.
type job struct {
	ID       string             `json:"id"`
	Template string             `json:"template"`
	Created  time.Time          `json:"created"`
	State    string             `json:"state"`   // of the schedule
	Started  bool               `json:"started"` // it was started at least once
	Schema   *syncschema.Object `json:"schema"`

	engine  *engine.State // never nil, safe for concurrent use
	journal *journal      // of the state
	turns   *turns        // who works on which object
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
