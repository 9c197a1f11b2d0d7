package preview_test

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/preview"
)

// benchUsers is how many users one round of the benchmark takes.
const benchUsers = 100_000

// plainUser and plainBody are what somebody would write who only had encoding/json,
// in its fastest form: structs, not maps.
type plainUser struct {
	ObjectID          string `json:"objectId"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	GivenName         string `json:"givenName"`
	Surname           string `json:"surname"`
	JobTitle          string `json:"jobTitle"`
	Department        string `json:"department"`
	AccountEnabled    bool   `json:"accountEnabled"`
	Mail              string `json:"mail"`
	Mobile            string `json:"mobile"`
}

type plainBody struct {
	Schemas     []string     `json:"schemas"`
	ExternalID  string       `json:"externalId"`
	UserName    string       `json:"userName"`
	Active      bool         `json:"active"`
	DisplayName string       `json:"displayName"`
	Emails      []plainEmail `json:"emails"`
	Meta        struct {
		ResourceType string `json:"resourceType"`
	} `json:"meta"`
	Name struct {
		Formatted  string `json:"formatted"`
		FamilyName string `json:"familyName,omitempty"`
		GivenName  string `json:"givenName"`
	} `json:"name"`
	Roles []string `json:"roles"`
}

type plainEmail struct {
	Primary bool   `json:"primary"`
	Type    string `json:"type"`
	Value   string `json:"value"`
}

// plain decodes a user and encodes the body, and does nothing of what Entra does.
func plain(line []byte) ([]byte, error) {
	var u plainUser
	if err := json.Unmarshal(line, &u); err != nil {
		return nil, err
	}
	b := plainBody{
		Schemas:    []string{"urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"},
		ExternalID: u.ObjectID, UserName: u.ObjectID, Active: u.AccountEnabled, DisplayName: u.DisplayName,
		Emails: []plainEmail{{true, "work", u.UserPrincipalName}}, Roles: []string{},
	}
	b.Meta.ResourceType = "User"
	b.Name.Formatted, b.Name.FamilyName, b.Name.GivenName = u.GivenName+" "+u.Surname, u.Surname, u.GivenName
	return json.Marshal(b)
}

// plainRun runs plain over all lines on as many goroutines as the preview uses.
func plainRun(b *testing.B, lines [][]byte, workers int) {
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(lines); i += workers {
				if _, err := plain(lines[i]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkPreview compares the preview, NDJSON in and NDJSON out on two
// goroutines, with what encoding/json alone needs for the same users and bodies on
// as many: "ratio" is how many times as many users a second the preview does. It
// also parses, scopes, searches, evaluates and looks for duplicates.
func BenchmarkPreview(b *testing.B) {
	const workers = 2
	p := newPreview(b, preview.Config{Users: builtIn(b, "idmelon")})
	input := crowd(benchUsers)
	lines := bytes.SplitAfter(input, []byte("\n"))
	lines = lines[:len(lines)-1]
	var ours, theirs time.Duration
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		plainRun(b, lines, workers)
		theirs += time.Since(start)
		b.StartTimer()
		start = time.Now()
		s, err := p.Run(b.Context(), preview.Lines("users.ndjson", bytes.NewReader(input)), io.Discard, preview.Options{Format: preview.JSON(), Workers: workers})
		if err != nil || s.Actions[preview.Create] != benchUsers {
			b.Fatalf("%+v, %v", s, err)
		}
		ours += time.Since(start)
	}
	b.ReportMetric(float64(benchUsers*b.N)/ours.Seconds(), "users/s")
	b.ReportMetric(float64(benchUsers*b.N)/theirs.Seconds(), "encoding/json-users/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}
