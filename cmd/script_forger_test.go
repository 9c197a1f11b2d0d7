package cmd_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// startForger is the script command `forger OLD NEW`: a SCIM server, at FORGER, whose
// token is CANARY. It is the tenant's embedded target but for one fault: where OLD is in
// a request, it stores NEW.
func startForger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: forger OLD NEW")
	}
	target, err := url.Parse(ts.Getenv("SCIM_URL"))
	ts.Check(err)
	pem, err := os.ReadFile(ts.Getenv("SCIMCTL_CA_FILE"))
	ts.Check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	token := ts.Getenv("SCIM_TOKEN")
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			body, _ := io.ReadAll(r.In.Body)
			body = bytes.ReplaceAll(body, []byte(args[0]), []byte(args[1]))
			r.Out.Body, r.Out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			if r.In.Header.Get("Authorization") == "Bearer "+canary {
				r.Out.Header.Set("Authorization", "Bearer "+token)
			}
		},
	}
	s := httptest.NewServer(proxy)
	ts.Defer(s.Close)
	ts.Setenv("FORGER", s.URL)
}
