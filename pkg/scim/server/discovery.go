package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// withoutFilter refuses filters on discovery, as RFC 7644 §4 asks; other
// parameters are ignored.
func withoutFilter(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("filter") {
			writeError(w, scim.Errorf(http.StatusForbidden, "", "discovery cannot be filtered"))
			return
		}
		h(w, r)
	}
}

// serviceProviderConfig says what is supported. Source: RFC 7643 §5.
func (s *Server) serviceProviderConfig(w http.ResponseWriter, r *http.Request) {
	feature := func(supported bool, more ...scim.Member) *scim.Object {
		return scim.NewObject(append([]scim.Member{{Name: "supported", Value: supported}}, more...)...)
	}
	writeObject(w, http.StatusOK, scim.NewObject(
		scim.Member{Name: "schemas", Value: []any{scim.ServiceProviderConfigSchema}},
		scim.Member{Name: "patch", Value: feature(true)},
		scim.Member{Name: "bulk", Value: feature(false,
			scim.Member{Name: "maxOperations", Value: json.Number("0")}, scim.Member{Name: "maxPayloadSize", Value: json.Number("0")})},
		scim.Member{Name: "filter", Value: feature(true, scim.Member{Name: "maxResults", Value: json.Number(strconv.Itoa(MaxResults))})},
		scim.Member{Name: "changePassword", Value: feature(false)},
		scim.Member{Name: "sort", Value: feature(false)},
		scim.Member{Name: "etag", Value: feature(true)},
		scim.Member{Name: "authenticationSchemes", Value: []any{scim.NewObject(
			scim.Member{Name: "type", Value: "oauthbearertoken"},
			scim.Member{Name: "name", Value: "Bearer token"},
			scim.Member{Name: "description", Value: "The secret token in the Authorization header"},
			scim.Member{Name: "specUri", Value: "https://www.rfc-editor.org/info/rfc6750"},
			scim.Member{Name: "primary", Value: true},
		)}},
		meta("ServiceProviderConfig", baseURL(r)+"/ServiceProviderConfig"),
	))
}

func meta(resourceType, location string) scim.Member {
	return scim.Member{Name: "meta", Value: scim.NewObject(
		scim.Member{Name: "resourceType", Value: resourceType},
		scim.Member{Name: "location", Value: location},
	)}
}

func (s *Server) resourceTypes(w http.ResponseWriter, r *http.Request) {
	base := baseURL(r)
	writeObject(w, http.StatusOK, listResponse(2, 1, []any{s.resourceTypeObject(userKind, base), s.resourceTypeObject(groupKind, base)}))
}

func (s *Server) resourceType(w http.ResponseWriter, r *http.Request) {
	for _, k := range []*kind{userKind, groupKind} {
		if strings.EqualFold(k.name, r.PathValue("id")) {
			writeObject(w, http.StatusOK, s.resourceTypeObject(k, baseURL(r)))
			return
		}
	}
	writeError(w, scim.Errorf(http.StatusNotFound, "", "resource type %q does not exist", r.PathValue("id")))
}

// resourceTypeObject describes a kind. Source: RFC 7643 §6.
func (s *Server) resourceTypeObject(k *kind, base string) *scim.Object {
	o := scim.NewObject(
		scim.Member{Name: "schemas", Value: []any{scim.ResourceTypeSchema}},
		scim.Member{Name: "id", Value: k.name},
		scim.Member{Name: "name", Value: k.name},
		scim.Member{Name: "description", Value: k.schema.Description},
		scim.Member{Name: "endpoint", Value: "/" + k.endpoint},
		scim.Member{Name: "schema", Value: k.schema.ID},
	)
	var extensions []any
	for _, urn := range s.rules().listed(k) {
		extensions = append(extensions, scim.NewObject(
			scim.Member{Name: "schema", Value: urn}, scim.Member{Name: "required", Value: false}))
	}
	if extensions != nil {
		o.Set("schemaExtensions", extensions)
	}
	m := meta("ResourceType", base+"/ResourceTypes/"+k.name)
	o.Set(m.Name, m.Value)
	return o
}

// allSchemas returns the core schemas and the extensions.
func (s *Server) allSchemas() []scim.Schema {
	list := []scim.Schema{userKind.schema, groupKind.schema, scim.EnterpriseSchemaDefinition()}
	for _, k := range []*kind{userKind, groupKind} {
		for _, urn := range s.rules().listed(k) {
			if _, ok := findSchema(list, urn); !ok {
				list = append(list, extensionSchema(urn))
			}
		}
	}
	return list
}

// extensionSchema describes an extension of Options, whose attributes are whatever
// clients send.
func extensionSchema(urn string) scim.Schema {
	name := urn
	if parts := strings.Split(urn, ":"); len(parts) > 2 {
		name = strings.Join(parts[max(0, len(parts)-3):], ":")
	}
	return scim.Schema{ID: urn, Name: name, Description: "Extension with attributes of any name; values are kept as they come"}
}

func findSchema(list []scim.Schema, urn string) (scim.Schema, bool) {
	for _, s := range list {
		if strings.EqualFold(s.ID, urn) {
			return s, true
		}
	}
	return scim.Schema{}, false
}

func (s *Server) schemas(w http.ResponseWriter, r *http.Request) {
	list := s.allSchemas()
	objects := make([]any, len(list))
	for i, schema := range list {
		objects[i] = schemaObject(schema, baseURL(r))
	}
	writeObject(w, http.StatusOK, listResponse(len(objects), 1, objects))
}

func (s *Server) schema(w http.ResponseWriter, r *http.Request) {
	schema, ok := findSchema(s.allSchemas(), r.PathValue("id"))
	if !ok {
		writeError(w, scim.Errorf(http.StatusNotFound, "", "schema %q does not exist", r.PathValue("id")))
		return
	}
	writeObject(w, http.StatusOK, schemaObject(schema, baseURL(r)))
}

func schemaObject(schema scim.Schema, base string) *scim.Object {
	o := schema.Object()
	m := meta("Schema", base+"/Schemas/"+schema.ID)
	o.Set(m.Name, m.Value)
	return o
}
