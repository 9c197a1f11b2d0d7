package graph

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

// onDemand decodes a recorded answer.
func onDemand(t testing.TB, body string) entra.OnDemandResult {
	t.Helper()
	var pair struct{ Key, Value string }
	if err := json.Unmarshal([]byte(body), &pair); err != nil {
		t.Fatal(err)
	}
	return parseOnDemand(pair.Key, pair.Value)
}

// TestOnDemandUser reads the documentation's answer for a user.
func TestOnDemandUser(t *testing.T) {
	r := onDemand(t, sample(t, "answers/ondemand_user.json"))
	if r.Result != "Skipped" || r.ErrorCode != "RedundantExport" || r.Action != "Other" || r.Status.Status != "Skipped" || r.Identifier != "bill@contoso.com" || r.TargetID == "" || r.SourceID == "" {
		t.Errorf("%+v", r)
	}
	if len(r.Steps) != 4 || r.Steps[2].Type != "Scoping" || r.Steps[0].Timestamp.Nanosecond() != 549497100 {
		t.Fatalf("%+v", r.Steps)
	}
	want := []entra.NameValue{{Name: "IsActive", Value: "True"}, {Name: "Assigned", Value: "True"}, {Name: "IsEffectivelyEntitledForProvisioning", Value: "True"}, {Name: "IsInProvisioningScopeDisplayName", Value: "True"}, {Name: "ScopeEvaluationResult", Value: "{}"}}
	if diff := cmp.Diff(want, r.Steps[2].Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
	if m := r.Modified[1]; m.DisplayName != "accountEnabled" || m.OldValue != nil || m.NewValue == nil || *m.NewValue != "True" {
		t.Errorf("%+v", m)
	}
}

// TestOnDemandOdd reads answers that are not as documented.
func TestOnDemandOdd(t *testing.T) {
	tests := []struct {
		name, key, value string
		want             entra.OnDemandResult
	}{
		{"group", `{"result":"Success","details":{}}`, "{}", entra.OnDemandResult{Result: "Success"}},
		{"key is a type name", "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo", `{"action":"Create","statusInfo":{"status":"Success"}}`,
			entra.OnDemandResult{Result: "Success", Action: "Create", Status: entra.OnDemandStatus{Status: "Success"}}},
		{"nothing at all", "", "", entra.OnDemandResult{}},
		{"null everywhere", "null", `{"action":null,"statusInfo":null,"sourceIdentity":null,"modifiedProperties":null,"provisioningSteps":null}`, entra.OnDemandResult{}},
		{"key without details", `{"result":"Failure"}`, `{"statusInfo":{"status":"Failure","errorCode":"X","errorCategory":"NonServiceFailure"}}`,
			entra.OnDemandResult{Result: "Failure", Status: entra.OnDemandStatus{Status: "Failure", ErrorCode: "X", ErrorCategory: "NonServiceFailure"}}},
		{"lists for objects", `[]`, `{"statusInfo":[],"sourceIdentity":"x","provisioningSteps":{},"modifiedProperties":[1,null,{"displayName":7}]}`,
			entra.OnDemandResult{Modified: []entra.ModifiedProperty{{}, {DisplayName: "7"}}}},
		{"details that are no text", `{}`, `{"provisioningSteps":[{"name":"A","details":{"z":1.50,"a":true,"n":null,"o":{"b": [1]},"z":"again"},"timestamp":"never"}]}`,
			entra.OnDemandResult{Steps: []entra.OnDemandStep{{Name: "A", Details: []entra.NameValue{{Name: "z", Value: "1.50"}, {Name: "a", Value: "true"}, {Name: "n"}, {Name: "o", Value: `{"b": [1]}`}, {Name: "z", Value: "again"}}}}}},
		{"one bad step among good ones", `{}`, `{"provisioningSteps":[7,{"name":"B"}]}`, entra.OnDemandResult{Steps: []entra.OnDemandStep{{Name: "B"}}}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, parseOnDemand(test.key, test.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestOnDemandLimits checks the number of members.
func TestOnDemandLimits(t *testing.T) {
	f := newTenant(t)
	_, err := f.client().ProvisionOnDemand(t.Context(), spID, jobID, entra.OnDemandRequest{Type: "Group", ID: "g", Members: make([]string, 6)})
	if err == nil || len(f.requests()) != 0 {
		t.Errorf("error %v, sent %q", err, f.requests())
	}
}

// FuzzOnDemand parses any two texts. What is valid and has a result keeps it.
func FuzzOnDemand(f *testing.F) {
	for _, name := range []string{"answers/ondemand_user.json", "answers/ondemand_group.json"} {
		var pair struct{ Key, Value string }
		data := sample(f, name)
		if err := json.Unmarshal([]byte(data), &pair); err != nil {
			f.Fatal(err)
		}
		f.Add(pair.Key, pair.Value)
	}
	f.Add("Microsoft.Identity", `{"provisioningSteps":[{"details":{"a":[[[1]]],"b":1e400}}]}`)
	f.Fuzz(func(t *testing.T, key, value string) {
		r := parseOnDemand(key, value)
		var k struct{ Result *string }
		if json.Unmarshal([]byte(key), &k) == nil && k.Result != nil && *k.Result != "" && r.Result == "" {
			t.Errorf("result %q got lost", *k.Result)
		}
		for _, s := range r.Steps {
			for _, d := range s.Details {
				if len(d.Value) > 6*len(value) {
					t.Errorf("a detail grew to %d bytes", len(d.Value))
				}
			}
		}
	})
}

// FuzzFault reads any error body, by the SDK's model and without it.
func FuzzFault(f *testing.F) {
	f.Add([]byte(`{"error":{"code":"a","message":"{\"Message\":\"b\"}","innerError":{"date":"2023-11-08T15:01:03","request-id":"c"}}}`))
	f.Add([]byte(`{"error":{"code":1,"message":null,"details":[{}],"innerError":[]}}`))
	f.Add([]byte(`{"error":"x","error_description":"y"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		said, ok := parseFault(body)
		if ok && !json.Valid(body) {
			t.Errorf("%+v out of %q", said, body)
		}
	})
}

// BenchmarkOnDemand decodes a whole answer.
func BenchmarkOnDemand(b *testing.B) {
	var pair struct{ Key, Value string }
	if err := json.Unmarshal([]byte(sample(b, "answers/ondemand_user.json")), &pair); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		parseOnDemand(pair.Key, pair.Value)
	}
}
