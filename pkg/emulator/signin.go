package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// serveSignIn answers what is outside Graph and SCIM: discovery and the token
// endpoint. Source: independent_clients.
func (e *Emulator) serveSignIn(w http.ResponseWriter, r *http.Request) {
	e.mu.RLock()
	s := *e.state
	e.mu.RUnlock()
	base := baseOf(r)
	tenant, rest, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.URL.Path == "/metadata/endpoints" && get:
		writeJSON(w, http.StatusOK, cloudMetadata(base))
	case rest == "discovery/instance" && get:
		writeJSON(w, http.StatusOK, instances(base, r.URL.Query()))
	case rest == "v2.0/.well-known/openid-configuration" && get:
		e.openID(w, &s, base, tenant)
	case rest == "discovery/v2.0/keys" && get:
		writeJSON(w, http.StatusOK, map[string]any{"keys": []any{e.publicKey()}})
	case rest == "oauth2/v2.0/token" && r.Method == http.MethodPost:
		e.token(w, r, &s, base, tenant)
	case rest == "oauth2/v2.0/token":
		e.oauthError(w, http.StatusBadRequest, "invalid_request", 900561,
			"The endpoint only accepts POST requests. Received a "+r.Method+" request.")
	default:
		writeJSON(w, http.StatusNotFound, map[string]any{"error": map[string]any{
			"code": "ResourceNotFound", "message": fmt.Sprintf("The emulator has no resource at %s; Microsoft Graph is below /v1.0 and /beta, SCIM below /scim.", r.URL.Path),
		}})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := encode(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// cloudMetadata is what terraform reads of a cloud.
func cloudMetadata(base string) map[string]any {
	return map[string]any{
		"name": "AzureCloud", "resourceManager": base + "/arm/", "microsoftGraphResourceId": base + "/",
		"authentication": map[string]any{
			"loginEndpoint": base, "audiences": []any{base + "/arm/"}, "tenant": "common", "identityProvider": "AAD",
		},
	}
}

// instances tells MSAL that this host is an authority of its own.
func instances(base string, q url.Values) map[string]any {
	host := strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")
	discovery := base + "/common/v2.0/.well-known/openid-configuration"
	if asked, err := url.Parse(q.Get("authorization_endpoint")); err == nil && asked.Host == host {
		if tenant, _, ok := strings.Cut(strings.TrimPrefix(asked.Path, "/"), "/"); ok && tenant != "" {
			discovery = base + "/" + tenant + "/v2.0/.well-known/openid-configuration"
		}
	}
	return map[string]any{
		"tenant_discovery_endpoint": discovery, "api-version": "1.1",
		"metadata": []any{map[string]any{"preferred_network": host, "preferred_cache": host, "aliases": []any{host}}},
	}
}

// multiTenant are the authorities that stand for no tenant of their own.
var multiTenant = []string{"common", "organizations"}

func (s *state) isTenant(name string) bool {
	return strings.EqualFold(name, s.TenantID) || slices.ContainsFunc(s.Domains, func(d string) bool { return strings.EqualFold(d, name) })
}

func (e *Emulator) openID(w http.ResponseWriter, s *state, base, tenant string) {
	issuer := base + "/{tenantid}/v2.0"
	switch {
	case s.isTenant(tenant):
		tenant = s.TenantID
		issuer = base + "/" + tenant + "/v2.0"
	case !slices.Contains(multiTenant, tenant):
		e.oauthError(w, http.StatusBadRequest, "invalid_tenant", 90002,
			"Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
		return
	}
	at := base + "/" + tenant
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": at + "/oauth2/v2.0/token", "authorization_endpoint": at + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint": at + "/oauth2/v2.0/devicecode", "end_session_endpoint": at + "/oauth2/v2.0/logout",
		"jwks_uri": at + "/discovery/v2.0/keys", "userinfo_endpoint": base + "/oidc/userinfo",
		"token_endpoint_auth_methods_supported": []any{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []any{"query", "fragment", "form_post"},
		"response_types_supported":              []any{"code", "id_token", "code id_token", "id_token token"},
		"subject_types_supported":               []any{"pairwise"}, "id_token_signing_alg_values_supported": []any{"ES256"},
		"scopes_supported":                []any{"openid", "profile", "email", "offline_access"},
		"claims_supported":                []any{"sub", "iss", "aud", "exp", "iat", "tid", "oid", "appid", "roles", "ver"},
		"request_uri_parameter_supported": false, "http_logout_supported": true, "frontchannel_logout_supported": true,
		"tenant_region_scope": "EU", "cloud_instance_name": hostOf(base), "cloud_graph_host_name": hostOf(base),
		"msgraph_host": hostOf(base),
	})
}

func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}

// oauthError answers in the form of the sign-in service.
func (e *Emulator) oauthError(w http.ResponseWriter, status int, code string, number int, message string) {
	trace, correlation := uuid.NewString(), uuid.NewString()
	stamp := e.now().UTC().Format("2006-01-02 15:04:05Z")
	writeJSON(w, status, map[string]any{
		"error":             code,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", number, message, trace, correlation, stamp),
		"error_codes":       []any{number}, "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", number),
	})
}
