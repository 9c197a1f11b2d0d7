package entra

import (
	"strings"
	"testing"
	"time"
)

func TestQuarantineReasons(t *testing.T) {
	for text, want := range map[string]string{
		"":               "Unknown",
		"TooManyDeletes": "TooManyDeletes",
		"EncounteredBaseEscrowThreshold, EncounteredTotalEscrowThreshold": "EncounteredBaseEscrowThreshold EncounteredTotalEscrowThreshold",
		"TooManyDeletes,toomanydeletes,,":                                 "TooManyDeletes",
		"QuarantineOnDemand":                                              "QuarantinedOnDemand",
		"MartianInvasion":                                                 "MartianInvasion",
	} {
		var names []string
		for _, r := range (&Quarantine{Reason: text}).Reasons() {
			names = append(names, r.Name)
			if r.Means == "" || r.Next == "" {
				t.Errorf("%q: %+v explains nothing", text, r)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if q := (*Quarantine)(nil); q.Has(ReasonTooManyDeletes) {
		t.Error("no quarantine has a reason")
	}
	if q := (&Quarantine{Reason: "Unknown, TooManyDeletes"}); !q.Has(ReasonTooManyDeletes) || q.Has("IngestionInterrupted") {
		t.Error("Has does not find what Reasons lists")
	}
}

func TestQuarantineEnds(t *testing.T) {
	q := &Quarantine{SeriesBegan: noon}
	if at, ok := q.Ends(); !ok || at.Sub(noon) != 28*24*time.Hour {
		t.Errorf("%v %t", at, ok)
	}
	if _, ok := (&Quarantine{}).Ends(); ok {
		t.Error("a quarantine that began never ends some day")
	}
}

// TestExplainCode: every code is found by itself and behind a connector's name, and
// one whose end is another one's is told apart.
func TestExplainCode(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range codeReasons {
		if seen[r.Code] {
			t.Errorf("%s is there twice", r.Code)
		}
		seen[r.Code] = true
		for _, code := range []string{r.Code, "Box" + r.Code, "SystemForCrossDomainIdentityManagement" + r.Code, strings.ToLower(r.Code)} {
			if got, ok := ExplainCode(code); !ok || got.Code != r.Code {
				t.Errorf("%s is taken for %q", code, got.Code)
			}
		}
		if !strings.HasSuffix(r.Means, ".") || r.Next != "" && !strings.HasSuffix(r.Next, ".") {
			t.Errorf("%s is not explained in sentences: %q %q", r.Code, r.Means, r.Next)
		}
	}
	for _, code := range []string{"", "None", "conflicts", "onflict"} {
		if got, ok := ExplainCode(code); ok {
			t.Errorf("%q is taken for %s", code, got.Code)
		}
	}
}

// TestDocumentedCodes: none of the codes of the documentation is left unexplained.
// Source: graph_contract §10.
func TestDocumentedCodes(t *testing.T) {
	const documented = `Conflict EntryConflict TooManyRequests InternalServerError InsufficientRights MethodNotAllowed NotPermitted
		Unauthorized UnprocessableEntity WebExceptionProtocolError InvalidAnchor NotImplemented MandatoryFieldsMissing MissingValues
		SchemaAttributeNotFound InternalError InvalidDomain Timeout LicenseLimitExceeded DuplicateTargetEntries DuplicateSourceEntries
		ImportSkipped EntrySynchronizationSkipped SystemForCrossDomainIdentityManagementMultipleEntriesInResponse
		SystemForCrossDomainIdentityManagementServiceIncompatible SchemaPropertyCanOnlyAcceptValue`
	for code := range strings.FieldsSeq(documented) {
		if r, ok := ExplainCode(code); !ok || r.Next == "" {
			t.Errorf("%s is not explained", code)
		}
	}
}

func TestLogEntryWords(t *testing.T) {
	upn := []NameValue{{Name: "UserPrincipalName", Value: "ann@contoso.com"}}
	e := LogEntry{Status: LogFailure, Source: LogIdentity{ID: "1", DisplayName: "Ann", Details: upn}, Target: LogIdentity{ID: "t"},
		Error: &LogError{Code: "BoxEntryConflict", Reason: " taken "}, Steps: []OnDemandStep{{Status: "failure", Description: "Failed to create"}}}
	if e.Name() != "ann@contoso.com" || e.Code() != "BoxEntryConflict" || e.Reason() != "taken" || !strings.Contains(e.Next(), "Match by") {
		t.Errorf("%q %q %q %q", e.Name(), e.Code(), e.Reason(), e.Next())
	}
	for name, want := range map[string]bool{"1": true, "t": true, "ANN": true, "Ann@Contoso.com": true, "bob": false, "": false} {
		e := e
		e.Target.DisplayName = "other"
		if e.Is(name) != want {
			t.Errorf("Is(%q) is %t", name, !want)
		}
	}
	e.Error.RecommendedAction = "Call us."
	if e.Next() != "Call us." {
		t.Errorf("the service's own advice is lost: %q", e.Next())
	}
	skipped := LogEntry{Status: LogSkipped, Source: LogIdentity{ID: "1"}, Steps: []OnDemandStep{{Status: "success", Description: "found"}, {Status: "skipped", Description: "same", Details: []NameValue{{Name: "SkipReason", Value: "RedundantExport"}}}}}
	if skipped.Code() != "RedundantExport" || !skipped.Redundant() || skipped.Reason() != "same" || skipped.Next() != "" || skipped.Name() != "1" {
		t.Errorf("%q %t %q %q", skipped.Code(), skipped.Redundant(), skipped.Reason(), skipped.Next())
	}
	success := LogEntry{Status: LogSuccess, Steps: []OnDemandStep{{Status: "success", Description: "done"}}}
	if success.Reason() != "" || success.Next() != "" || success.Redundant() {
		t.Errorf("a success has a reason: %q %q", success.Reason(), success.Next())
	}
}

func TestPremium(t *testing.T) {
	for _, c := range []struct {
		l    Licence
		want bool
	}{
		{Licence{Enabled: true, Plans: []string{"EXCHANGE", PlanP1}}, true},
		{Licence{Enabled: true, Plans: []string{PlanP2}}, true},
		{Licence{Enabled: false, Plans: []string{PlanP1}}, false},
		{Licence{Enabled: true, Plans: []string{"EXCHANGE"}}, false},
	} {
		if c.l.Premium() != c.want {
			t.Errorf("%+v: %t", c.l, !c.want)
		}
	}
}
