package endpoint

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

func tlsChecks() []Check {
	return []Check{{
		ID: "T-14", Title: "TLS is what Entra speaks", Group: Transport, Suites: Core | EntraSuite, Needs: Bare, Impact: breaksEntra,
		Why:    "Entra's provisioning service speaks TLS 1.2 with eight cipher suites, and checks the certificate. A server that takes TLS 1.3 alone is out of its reach.",
		Fix:    "Allow TLS 1.2 with ECDHE and AES-GCM, and use a certificate of a public authority with an RSA key of 2048 bits or an EC key of 256.",
		Source: "endpoint_checks T-14; entra_wire W-14", Run: entraTLS,
	}}
}

// entraSuites are Entra's cipher suites as far as this program can speak them: the two
// with AES-256-CBC-SHA384 are missing, which no server has alone.
// Source: entra_wire W-14.
var entraSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
}

// entraRoots are words in the names of the authorities that the documentation lists.
// The list looks old [?], so another authority is a note. Source: entra_wire W-14.
var entraRoots = []string{"CNNIC", "Comodo", "CyberTrust", "DigiCert", "GeoTrust", "GlobalSign", "Go Daddy", "GoDaddy", "VeriSign", "WoSign", "DST Root CA X3", "Baltimore", "Sectigo", "USERTrust"}

// expiresSoon is how long before its end a certificate is worth a note.
const expiresSoon = 21 * 24 * time.Hour

func entraTLS(ctx context.Context, p *Probe) {
	base := p.runner.wire.base
	if base.Scheme != "https" {
		p.notOffered("the tenant URL is plain http, which T-15 is about")
	}
	address := base.Host
	if base.Port() == "" {
		address = net.JoinHostPort(base.Hostname(), "443")
	}
	config := &tls.Config{}
	if p.runner.options.TLS != nil {
		config = p.runner.options.TLS.Clone()
	}
	roots := config.RootCAs
	config.ServerName = base.Hostname()
	config.MinVersion, config.MaxVersion, config.CipherSuites = tls.VersionTLS12, tls.VersionTLS12, entraSuites
	config.InsecureSkipVerify = true // the certificate is judged below, claim by claim
	state, err := handshake(ctx, p.runner.options.Timeout, address, config)
	if err != nil {
		config.MaxVersion, config.CipherSuites = 0, nil
		if _, other := handshake(ctx, p.runner.options.Timeout, address, config); other != nil {
			p.block("no TLS connection could be made: %v", other)
		}
	}
	p.must(err == nil, "a handshake with TLS 1.2 and Entra's cipher suites works", "%v, while the server takes other connections", err)
	p.judge(state.PeerCertificates, roots, base.Hostname())
}

func handshake(ctx context.Context, timeout time.Duration, address string, config *tls.Config) (tls.ConnectionState, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState(), nil
}

// judge states claims about a certificate and its chain.
func (p *Probe) judge(certificates []*x509.Certificate, roots *x509.CertPool, host string) {
	p.must(len(certificates) > 0, "the server shows a certificate", "it shows none")
	leaf := certificates[0]
	now := p.runner.options.Now()
	err := leaf.VerifyHostname(host)
	p.expect(err == nil, "the certificate is for the host of the tenant URL", "%v", err)
	p.expect(now.After(leaf.NotBefore) && now.Before(leaf.NotAfter), "the certificate is valid today", "it is from %s to %s", leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly))
	left := leaf.NotAfter.Sub(now)
	p.as(Impact{Entra: Note, Okta: Note}).expect(left < 0 || left > expiresSoon, "the certificate is valid for three more weeks", "it ends on %s", leaf.NotAfter.Format(time.DateOnly))
	strong, kind := strongKey(leaf.PublicKey)
	p.expect(strong, "the key is RSA of 2048 bits or more, or EC of 256 or more", "it is %s", kind)
	between := x509.NewCertPool()
	for _, c := range certificates[1:] {
		between.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: within(now, leaf)})
	if !p.expect(err == nil, "the chain ends in a trusted root", "%v; a missing intermediate certificate is the usual cause", err) {
		return
	}
	listed, name := false, ""
	for _, chain := range chains {
		root := chain[len(chain)-1]
		name = or(root.Subject.CommonName, strings.Join(root.Subject.Organization, " "))
		listed = listed || slices.ContainsFunc(entraRoots, func(word string) bool {
			return strings.Contains(strings.ToLower(root.Subject.String()), strings.ToLower(word))
		})
	}
	p.as(Impact{Entra: Note}).expect(listed, "the root is one that Entra's documentation lists", "it is %q; the list looks old, and others were seen to work", name)
}

// within is a moment at which the validity of a certificate is not the problem, as a
// claim of its own tells of that.
func within(now time.Time, leaf *x509.Certificate) time.Time {
	if now.After(leaf.NotAfter) {
		return leaf.NotAfter
	}
	return now
}

// strongKey reports whether a public key is as long as Entra asks for.
func strongKey(key any) (ok bool, kind string) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048, fmt.Sprintf("RSA of %d bits", key.N.BitLen())
	case *ecdsa.PublicKey:
		bits := key.Curve.Params().BitSize
		return bits >= 256, fmt.Sprintf("EC of %d bits", bits)
	}
	return false, fmt.Sprintf("of the kind %T", key)
}
