package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

func user(id, name, upn string) string {
	return fmt.Sprintf(`{"id":%q,"displayName":%q,"userPrincipalName":%q,"mail":%q}`, id, name, upn, upn)
}

func group(id, name string) string {
	return fmt.Sprintf(`{"id":%q,"displayName":%q,"mail":null}`, id, name)
}

const (
	annID   = "cccccccc-0000-4000-8000-000000000001"
	bobID   = "cccccccc-0000-4000-8000-000000000002"
	salesID = "cccccccc-0000-4000-8000-000000000003"
)

// TestFewPrincipals looks up one at a time.
func TestFewPrincipals(t *testing.T) {
	notFound := fail(404, "Request_ResourceNotFound", "Resource 'x' does not exist.")
	tests := []struct {
		name string
		ref  entra.PrincipalRef
		set  func(*tenant)
		want []string // ids
		sent []string
	}{
		{"user by id", entra.PrincipalRef{Type: entra.UserPrincipal, Name: annID}, func(f *tenant) {
			f.on("GET /users/"+annID, answer{Body: user(annID, "Ann", "ann@contoso.com")})
		}, []string{annID}, []string{"GET /users/" + annID + "?"}},
		{"user by id, none", entra.PrincipalRef{Type: entra.UserPrincipal, Name: annID}, func(f *tenant) { f.on("GET /users/"+annID, notFound) },
			nil, []string{"GET /users/" + annID + "?"}},
		{"user by name", entra.PrincipalRef{Type: entra.UserPrincipal, Name: "ann@contoso.com"}, func(f *tenant) {
			f.on("GET /users", answer{Body: value(user(annID, "Ann", "ann@contoso.com"))})
		}, []string{annID}, []string{"GET /users?$filter=userPrincipalName%20eq%20%27ann%40contoso.com%27%20or%20mail%20eq%20%27ann%40contoso.com%27&"}},
		{"name of one, mail of another", entra.PrincipalRef{Type: entra.UserPrincipal, Name: "ann@contoso.com"}, func(f *tenant) {
			f.on("GET /users", answer{Body: value(user(bobID, "Bob", "ann@contoso.com"), user(annID, "Ann", "x"))})
		}, []string{annID, bobID}, []string{"GET /users?"}},
		{"guest", entra.PrincipalRef{Type: entra.UserPrincipal, Name: "o'ann_x.com#EXT#@contoso.com"}, func(f *tenant) {
			f.on("GET /users", answer{Body: value(user(annID, "Ann", "x"))})
		}, []string{annID}, []string{"GET /users?$filter=userPrincipalName%20eq%20%27o%27%27ann_x.com%23EXT%23%40contoso.com%27%20or%20"}},
		{"user without an address", entra.PrincipalRef{Type: entra.UserPrincipal, Name: "Ann"}, func(f *tenant) {}, nil, nil},
		{"group by id", entra.PrincipalRef{Type: entra.GroupPrincipal, Name: salesID}, func(f *tenant) {
			f.on("GET /groups/"+salesID, answer{Body: group(salesID, "Sales")})
		}, []string{salesID}, []string{"GET /groups/" + salesID + "?"}},
		{"groups of one name", entra.PrincipalRef{Type: entra.GroupPrincipal, Name: "Sales"}, func(f *tenant) {
			f.on("GET /groups", answer{Body: value(group(salesID, "Sales"), group(bobID, "Sales"))})
		}, []string{bobID, salesID}, []string{"GET /groups?$filter=displayName%20eq%20%27Sales%27%20or%20mailNickname%20eq%20%27Sales%27&"}},
		{"group by mail", entra.PrincipalRef{Type: entra.GroupPrincipal, Name: "sales@contoso.com"}, func(f *tenant) {
			f.on("GET /groups", answer{Body: value(group(salesID, "Sales"))})
		}, []string{salesID}, []string{"GET /groups?$filter=displayName%20eq%20%27sales%40contoso.com%27%20or%20mail%20eq%20%27sales%40contoso.com%27&"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			test.set(f)
			got, err := f.client().Principals(t.Context(), []entra.PrincipalRef{test.ref, test.ref})
			if err != nil {
				t.Fatal(err)
			}
			list, there := got[test.ref]
			if len(got) != 1 || !there {
				t.Errorf("answer %v", got)
			}
			var ids []string
			for _, p := range list {
				ids = append(ids, p.ID)
				if p.Type != test.ref.Type {
					t.Errorf("type %q", p.Type)
				}
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
			sent := f.requests()
			if len(sent) != len(test.sent) {
				t.Fatalf("sent %q, want %q", sent, test.sent)
			}
			for i, s := range sent {
				if !strings.HasPrefix(s, test.sent[i]) {
					t.Errorf("sent %s, want %s", s, test.sent[i])
				}
			}
		})
	}
}

// TestPrincipalErrors checks questions that cannot be asked, and answers that are
// no answers.
func TestPrincipalErrors(t *testing.T) {
	f := newTenant(t)
	c := f.client()
	for _, ref := range []entra.PrincipalRef{{Type: entra.UserPrincipal}, {Type: entra.GroupPrincipal, Name: " "}, {Type: "Device", Name: "x"}, {Type: entra.ServicePrincipalPrincipal, Name: "x"}} {
		if _, err := c.Principals(t.Context(), []entra.PrincipalRef{ref}); err == nil {
			t.Errorf("no error for %+v", ref)
		}
	}
	f.on("GET /users/"+annID, answer{Status: 403, Body: sample(t, "errors/403_directory_permission.json")})
	_, err := c.Principals(t.Context(), []entra.PrincipalRef{{Type: entra.UserPrincipal, Name: annID}})
	if err == nil || !strings.Contains(err.Error(), "User.Read.All") || !strings.Contains(err.Error(), annID) {
		t.Errorf("error %v", err)
	}
	if got, err := c.Principals(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

// batchAnswers writes the answer of $batch, last first, since any order may come.
func batchAnswers(items ...string) answer {
	var all []string
	for _, i := range items {
		all = append([]string{i}, all...)
	}
	return answer{Body: `{"responses":[` + strings.Join(all, ",") + `]}`}
}

func item(id, status int, body string) string {
	return fmt.Sprintf(`{"id":"%d","status":%d,"headers":{"Content-Type":"application/json"},"body":%s}`, id, status, body)
}

// TestManyIDs asks for many ids at once, and one by one where that is not allowed.
func TestManyIDs(t *testing.T) {
	refs := []entra.PrincipalRef{
		{Type: entra.UserPrincipal, Name: annID}, {Type: entra.UserPrincipal, Name: bobID},
		{Type: entra.GroupPrincipal, Name: salesID}, {Type: entra.GroupPrincipal, Name: appID},
	}
	for _, refused := range []bool{false, true} {
		f := newTenant(t)
		object := func(kind, id string) string {
			return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.%s","id":%q,"displayName":"x"}`, kind, id)
		}
		// Bob is a group by now, which is not what was asked for.
		f.on("POST /directoryObjects/getByIds", answer{Body: value(object("user", strings.ToUpper(annID)), object("group", bobID), object("group", salesID))})
		if refused {
			f.on("POST /directoryObjects/getByIds", answer{Status: 403, Body: sample(t, "errors/403_directory_permission.json")})
			none := `{"error":{"code":"Request_ResourceNotFound","message":"none"}}`
			f.on("POST /$batch", batchAnswers(item(0, 200, user(annID, "Ann", "a")), item(1, 404, none), item(2, 200, group(salesID, "Sales")), item(3, 404, none)))
		}
		got, err := f.client().Principals(t.Context(), refs)
		if err != nil {
			t.Fatal(err)
		}
		var n []int
		for _, ref := range refs {
			n = append(n, len(got[ref]))
		}
		if !cmp.Equal(n, []int{1, 0, 1, 0}) {
			t.Errorf("refused %t: found %v", refused, got)
		}
	}
}

// TestManyPrincipals looks up in batches of twenty.
func TestManyPrincipals(t *testing.T) {
	f := newTenant(t)
	var refs []entra.PrincipalRef
	var firstItems, secondItems []string
	for i := range 23 {
		id := fmt.Sprintf("u%d@contoso.com", i)
		refs = append(refs, entra.PrincipalRef{Type: entra.UserPrincipal, Name: id})
		body := item(i, 200, value(user(id, fmt.Sprintf("User %d", i), "u")))
		if i == 3 {
			body = item(i, 200, value())
		}
		if i < maxBatch {
			firstItems = append(firstItems, body)
		} else {
			secondItems = append(secondItems, body)
		}
	}
	f.batches = map[string]answer{`"id":"0"`: batchAnswers(firstItems...), `"id":"22"`: batchAnswers(secondItems...)}
	got, err := f.client().Principals(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	for i, ref := range refs {
		want := 1
		if i == 3 {
			want = 0
		}
		if len(got[ref]) != want || want == 1 && got[ref][0].ID != ref.Name {
			t.Errorf("%s: %+v", ref.Name, got[ref])
		}
	}
	var sent []int
	for _, call := range f.calls {
		var body struct{ Requests []batchItem }
		if err := json.Unmarshal([]byte(call.Body), &body); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, len(body.Requests))
		if r := body.Requests[0]; r.Method != "GET" || !strings.HasPrefix(r.URL, "/users?$filter=") || !strings.Contains(r.URL, "&$select=") {
			t.Errorf("request %+v", r)
		}
	}
	slices.Sort(sent)
	if !cmp.Equal(sent, []int{3, 20}) {
		t.Errorf("batches of %v", sent)
	}
}

// TestBatchRetry repeats the single requests that were throttled, and only them.
func TestBatchRetry(t *testing.T) {
	f := newTenant(t)
	refs := []entra.PrincipalRef{{Type: entra.UserPrincipal, Name: "ann@x"}, {Type: entra.UserPrincipal, Name: "bob@x"}, {Type: entra.GroupPrincipal, Name: "Sales"}, {Type: entra.GroupPrincipal, Name: "Nobody"}}
	throttled := `{"id":"1","status":429,"headers":{"Retry-After":"9"},"body":{"error":{"code":"TooManyRequests","message":"slow"}}}`
	f.on("POST /$batch",
		batchAnswers(item(0, 200, value(user(annID, "Ann", "a"))), throttled, item(2, 503, `{"error":{"code":"x","message":"y"}}`), item(3, 200, value())),
		batchAnswers(item(1, 200, value(user(bobID, "Bob", "b"))), item(2, 200, value(group(salesID, "Sales")))))
	got, err := f.client().Principals(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs[:3] {
		if len(got[ref]) != 1 {
			t.Errorf("%s: %+v", ref.Name, got[ref])
		}
	}
	if len(f.slept) != 1 || f.slept[0] != 9*time.Second {
		t.Errorf("slept %v", f.slept)
	}
	if body := f.calls[1].Body; strings.Contains(body, "ann") || !strings.Contains(body, "bob") {
		t.Errorf("second batch %s", body)
	}
}

// TestBatchErrors checks answers of $batch that leave something open.
func TestBatchErrors(t *testing.T) {
	refs := []entra.PrincipalRef{{Type: entra.GroupPrincipal, Name: "a"}, {Type: entra.GroupPrincipal, Name: "b"}, {Type: entra.GroupPrincipal, Name: "c"}, {Type: entra.GroupPrincipal, Name: "d"}}
	tests := []struct {
		name   string
		answer answer
		kind   Kind
	}{
		{"one left out", batchAnswers(item(0, 200, value()), item(1, 200, value()), item(2, 200, value())), Malformed},
		{"strange ids", batchAnswers(item(0, 200, value()), item(1, 200, value()), item(2, 200, value()), item(77, 200, value())), Malformed},
		{"one denied", batchAnswers(item(0, 200, value()), item(1, 403, `{"error":{"code":"Authorization_RequestDenied","message":"no"}}`), item(2, 200, value()), item(3, 200, value())), Denied},
		{"one is no list", batchAnswers(item(0, 200, value()), item(1, 200, `"x"`), item(2, 200, value()), item(3, 200, value())), Malformed},
		{"always throttled", batchAnswers(item(0, 200, value()), item(1, 429, `{"error":{"code":"TooManyRequests","message":"no"}}`), item(2, 200, value()), item(3, 200, value())), Throttled},
	}
	for _, test := range tests {
		f := newTenant(t)
		f.on("POST /$batch", test.answer)
		_, err := f.client().Principals(t.Context(), refs)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != test.kind {
			t.Errorf("%s: error %v, want %s", test.name, err, test.kind)
		}
		if n := f.count("POST"); n > maxTries {
			t.Errorf("%s: %d batches", test.name, n)
		}
	}
}

// TestBatchPage reads on where one name fits more than a page.
func TestBatchPage(t *testing.T) {
	f := newTenant(t)
	refs := []entra.PrincipalRef{{Type: entra.GroupPrincipal, Name: "a"}, {Type: entra.GroupPrincipal, Name: "b"}, {Type: entra.GroupPrincipal, Name: "c"}, {Type: entra.GroupPrincipal, Name: "d"}}
	more := `{"value":[` + group(annID, "a") + `],"@odata.nextLink":"` + f.server.URL + `/v1.0/groups?$skiptoken=1"}`
	f.on("POST /$batch", batchAnswers(item(0, 200, more), item(1, 200, value()), item(2, 200, value()), item(3, 200, value())))
	f.on("GET /groups", answer{Body: more}, answer{Body: value(group(bobID, "a"))})
	got, err := f.client().Principals(t.Context(), refs)
	if err != nil || len(got[refs[0]]) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestGroupMembers keeps users and groups.
func TestGroupMembers(t *testing.T) {
	f := newTenant(t)
	member := func(kind, id string) string {
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.%s","id":%q,"displayName":"x"}`, kind, id)
	}
	f.on("GET /groups/"+salesID+"/members",
		answer{Body: `{"value":[` + member("user", annID) + "," + member("device", "d") + `],"@odata.nextLink":"` + f.server.URL + `/v1.0/groups/` + salesID + `/members?$skiptoken=1"}`},
		answer{Body: value(member("group", bobID), member("servicePrincipal", spID))})
	got, err := f.client().GroupMembers(t.Context(), salesID)
	want := []entra.Principal{{Type: entra.UserPrincipal, ID: annID, DisplayName: "x"}, {Type: entra.GroupPrincipal, ID: bobID, DisplayName: "x"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
