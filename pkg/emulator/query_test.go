package emulator

import (
	"net/url"
	"strings"
	"testing"
)

func TestFilters(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for query, want := range map[string]int{
		"/users?$filter=displayName eq 'alice ÅNGSTRÖM'":                                          1,
		"/users?$filter=displayName eq 'Ann Smith'":                                               2,
		"/users?$filter=displayName eq 'Bob O''Brien'":                                            1,
		"/users?$filter=userPrincipalName eq 'dana_partner.example#EXT#@contoso.onmicrosoft.com'": 1,
		"/users?$filter=startswith(displayName,'meeting room')":                                   3,
		"/users?$filter=accountEnabled eq false":                                                  3,
		"/users?$filter=accountEnabled eq true and userType eq 'Guest'":                           1,
		"/users?$filter=(department eq 'Sales' or department eq 'Finance')":                       2,
		"/users?$filter=displayName in ('Prince','José Núñez','Nobody')":                          2,
		"/users?$filter=surname eq null":                                                          4,
		"/users?$filter=mail eq 'gary@contoso.com'":                                               0,
		"/users?$filter=proxyAddresses/any(p:p eq 'smtp:alice@contoso.com')":                      1,
		"/users?$filter=createdDateTime ge 2024-01-01T00:00:00Z":                                  15,
		"/groups?$filter=displayName eq 'Bob''s team'":                                            1,
		"/groups?$filter=groupTypes/any(g:g eq 'Unified')":                                        1,
		"/groups?$filter=displayName eq 'équipe ventes'":                                          1,
		"/servicePrincipals?$filter=tags/any(t:t eq 'WindowsAzureActiveDirectoryIntegratedApp')":  4,
		"/servicePrincipals?$filter=appId eq '" + u.info.ClientID + "'":                           1,
		"/applications?$filter=displayName eq 'andmoney rooms (test)'":                            1,
		"/applicationTemplates?$filter=displayName eq 'Custom'":                                   1,
		"/applicationTemplates?$filter=contains(displayName,'klaxoon')":                           1,
	} {
		g := u.get(query)
		if g.status != 200 || len(g.list("value")) != want {
			t.Errorf("%s: %d, %.300s; want %d", query, g.status, g.raw, want)
		}
	}
}

func TestAdvancedQueriesNeedTheirHeader(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for query, want := range map[string]int{
		"/users?$count=true&$filter=userType ne 'Guest'":                                 14,
		"/users?$count=true&$filter=not(startswith(displayName,'Meeting'))":              12,
		"/users?$count=true&$filter=endswith(mail,'@partner.example')":                   1,
		"/users?$count=true&$search=\"displayName:smith\"":                               2,
		"/users?$count=true&$search=\"displayName:smith\" OR \"displayName:zoë\"":        3,
		"/users?$count=true&$filter=department eq 'R%26D'&$orderby=displayName":          3,
		"/users?$count=true&$filter=officeLocation eq 'Aarhus'":                          4,
		"/servicePrincipals?$count=true&$filter=not(appId eq '" + u.info.ClientID + "')": 4,
	} {
		u.get(query).wantError(400, "Request_UnsupportedQuery", "")
		g := u.eventual(query)
		if g.status != 200 || g.at("@odata.count") != float64(want) || len(g.list("value")) != want {
			t.Errorf("%s: %d %.300s; want %d", query, g.status, g.raw, want)
		}
		if strings.Contains(query, "$filter") { // the header alone is not enough
			if g := u.eventual(strings.Replace(query, "$count=true&", "", 1)); g.status != 400 {
				t.Errorf("%s without $count=true: %d", query, g.status)
			}
		}
	}
	if g := u.eventual("/users?$count=true&$orderby=displayName desc&$top=1"); g.text("value", 0, "displayName") != "Łukasz Żółć" && g.text("value", 0, "displayName") != "Zoë D'Angelo" {
		t.Errorf("the last user is %s", g.raw)
	}
	u.get("/users/$count").wantError(400, "Request_UnsupportedQuery", "$count is not currently supported.")
	if g := u.eventual("/users/$count"); string(g.raw) != "15" || g.header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s %q", g.header.Get("Content-Type"), g.raw)
	}
}

func TestQueryErrors(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for query, code := range map[string]string{
		"/users?$filter=nonsense eq 'x'":             "BadRequest",
		"/users?$filter=displayName eq":              "BadRequest",
		"/users?$filter=displayName eq 'x":           "BadRequest",
		"/users?$filter=displayName eq 1":            "BadRequest",
		"/users?$filter=accountEnabled eq 'true'":    "BadRequest",
		"/users?$filter=contains(displayName,'x')":   "Request_UnsupportedQuery",
		"/users?$filter=tolower(displayName) eq 'x'": "Request_UnsupportedQuery",
		"/users?$filter=onPremisesDomainName eq 'x'": "Request_UnsupportedQuery",
		"/users?$select=nonsense":                    "BadRequest",
		"/users?$expand=nonsense":                    "BadRequest",
		"/users?$orderby=nonsense":                   "BadRequest",
		"/users?$orderby=displayName sideways":       "BadRequest",
		"/users?$top=0":                              "Request_UnsupportedQuery",
		"/users?$top=1000":                           "Request_UnsupportedQuery",
		"/users?$top=x":                              "BadRequest",
		"/users?$skip=1":                             "Request_UnsupportedQuery",
		"/users?$count=maybe":                        "BadRequest",
		"/users?$skiptoken=x":                        "Directory_ExpiredPageToken",
		"/users?$frobnicate=1":                       "BadRequest",
		"/users?$top=1&$top=2":                       "BadRequest",
		"/users?$filter=displayName in (" + strings.Repeat("'x',", 15) + "'x')": "BadRequest",
	} {
		if g := u.get(query); g.status != 400 || g.text("error", "code") != code {
			t.Errorf("%s: %d %.300s; want %s", query, g.status, g.raw, code)
		}
	}
	r := u.request("GET", "/v1.0/users", nil)
	r.URL.RawQuery = "custom=1&$top=1" // options without a dollar sign are the client's own
	u.send(r).want(200)
}

func TestSelectAndDefaults(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	few := u.get("/users/alice@contoso.com").want(200).body.(map[string]any)
	if _, ok := few["department"]; ok || few["jobTitle"] != "Product Manager" {
		t.Errorf("the default properties are few: %v", few)
	}
	if _, ok := u.get("/beta/users/alice@contoso.com").want(200).body.(map[string]any)["department"]; !ok {
		t.Error("beta answers all properties")
	}
	chosen := u.get("/users/alice@contoso.com?$select=department,accountEnabled,employeeType").want(200)
	if chosen.text("department") != "Product" || chosen.at("accountEnabled") != true || chosen.at("employeeType") != nil {
		t.Errorf("%s", chosen.raw)
	}
	if _, ok := chosen.body.(map[string]any)["id"]; ok {
		t.Error("an id that was not selected")
	}
	if !strings.HasSuffix(chosen.text("@odata.context"), "$metadata#users(department,accountEnabled,employeeType)/$entity") {
		t.Error(chosen.text("@odata.context"))
	}
	sp := "/servicePrincipals/" + u.newApp("x").sp
	u.get("/beta" + sp + "?$select=samlMetadataUrl").want(200)
	u.get(sp+"?$select=samlMetadataUrl").wantError(400, "BadRequest", "Could not find a property named 'samlMetadataUrl'")
	if _, ok := u.get(sp).want(200).body.(map[string]any)["customSecurityAttributes"]; ok {
		t.Error("custom security attributes without being selected")
	}
	u.get(sp + "?$select=customSecurityAttributes,extension_0a_x").want(200)
	expanded := u.get("/users/alice@contoso.com?$expand=manager($select=id)").want(200)
	if manager := expanded.at("manager").(map[string]any); manager["id"] != u.userID("elodie") || len(manager) != 2 {
		t.Errorf("the manager with its id and @odata.type: %v", manager)
	}
	if whole := u.get("/users/alice@contoso.com?$expand=manager").want(200); whole.text("manager", "displayName") != "Élodie Müller" {
		t.Errorf("%s", whole.raw)
	}
	u.get("/users/alice@contoso.com?$expand=manager($select=nonsense)").want(400)
}

func TestPaging(t *testing.T) {
	u := newTenantUnderTest(t, Options{Users: 230, Groups: 3})
	seen := map[string]bool{}
	next, pages := u.base+"/v1.0/users?$select=id,displayName&$filter=startswith(userPrincipalName,%27user%27)&$top=60", 0
	for next != "" {
		at, err := url.Parse(next)
		if err != nil {
			t.Fatal(err)
		}
		r := u.request("GET", at.Path, nil)
		r.URL.RawQuery = at.RawQuery
		g := u.send(r).want(200)
		for i := range g.list("value") {
			seen[g.text("value", i, "id")] = true
		}
		if pages++; pages == 2 { // somebody leaves between two pages: nobody is passed over
			u.call("DELETE", "/users/user00030@contoso.com", nil).want(204)
		}
		next, _ = g.at("@odata.nextLink").(string)
	}
	if len(seen) != 230 || pages != 4 {
		t.Errorf("%d users on %d pages, want 230 on 4", len(seen), pages)
	}
	if n := len(u.get("/users").want(200).list("value")); n != 100 {
		t.Errorf("a page has %d, want 100", n)
	}
	if n := len(u.get("/groups/" + u.groupID("Group 0002") + "/members?$top=999").list("value")); n < 76 {
		t.Errorf("%d members", n)
	}
}
