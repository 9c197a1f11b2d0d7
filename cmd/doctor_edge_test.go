package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/internal/render"
)

// TestDoctorEdge: what stands in front of an endpoint is judged without a token.
func TestDoctorEdge(t *testing.T) {
	closed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401"}`)
	}
	moved := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.invalid"+r.URL.Path, http.StatusMovedPermanently)
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		start   func(*httptest.Server)
		verdict render.Verdict
		says    string // of what was found, the details and what to do
		silent  string // must not be there
	}{
		{"in order", closed, (*httptest.Server).StartTLS, render.CheckGood, "no redirect", "could not run"},
		{"plain", closed, (*httptest.Server).Start, render.CheckGood, "T-14 could not run: the tenant URL is plain http", "TLS that Entra speaks"},
		{"redirect", moved, (*httptest.Server).StartTLS, render.CheckBroken, "elsewhere.invalid", "could not run"},
		{"TLS 1.3 alone", closed, func(s *httptest.Server) {
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
			s.StartTLS()
		}, render.CheckBroken, "Allow TLS 1.2", "could not run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(tt.handler)
			tt.start(s)
			defer s.Close()
			trust := &tls.Config{RootCAs: x509.NewCertPool()}
			if c := s.Certificate(); c != nil {
				trust.RootCAs.AddCert(c)
			}
			x := &doctor{DoctorOptions: &DoctorOptions{deps: &Deps{Now: time.Now}}}
			x.edge(t.Context(), s.URL, trust)
			if len(x.report.Checks) != 1 {
				t.Fatalf("%d checks", len(x.report.Checks))
			}
			c := x.report.Checks[0]
			text := strings.Join(append(c.Details, c.Found, c.Next), "\n")
			if c.Verdict != tt.verdict || !strings.Contains(text, tt.says) || strings.Contains(text, tt.silent) {
				t.Errorf("%s: %s", c.Verdict, text)
			}
		})
	}
}
