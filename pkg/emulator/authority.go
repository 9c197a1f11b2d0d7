package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// authority is the CA that vouches for the emulator. Certificates are judged by
// the clock of the client, so their times are real ones, whatever Options.Now
// says.
type authority struct {
	store       store
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"

	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 90 * 24 * time.Hour
)

// openAuthority reads the CA of the store, or makes one and keeps it there.
func openAuthority(s store) (*authority, error) {
	a := &authority{store: s}
	var err error
	if a.key, err = openKey(s, caKeyFile); err != nil {
		return nil, err
	}
	data, err := s.readFile(caFile)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return a, a.make()
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, corrupt(caFile, fmt.Errorf("no PEM block"))
	}
	if a.certificate, err = x509.ParseCertificate(block.Bytes); err != nil {
		return nil, corrupt(caFile, err)
	}
	if !a.key.PublicKey.Equal(a.certificate.PublicKey) {
		return nil, corrupt(caFile, fmt.Errorf("it does not belong to the key in %s", caKeyFile))
	}
	if time.Now().After(a.certificate.NotAfter) {
		return a, a.make()
	}
	return a, nil
}

func (a *authority) make() error {
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "scimctl emulator CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(caLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		// Whoever trusts this CA trusts it for this machine only.
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
	der, err := a.sign(template, template, &a.key.PublicKey)
	if err != nil {
		return err
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	return a.store.writeFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (a *authority) sign(template, parent *x509.Certificate, public *ecdsa.PublicKey) (der []byte, err error) {
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	return x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
}

// issue makes a certificate for this machine's loopback names.
func (a *authority) issue() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := a.sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(leafLife),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.certificate, &key.PublicKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.certificate.Raw}, PrivateKey: key}, nil
}

// file returns the path of the CA certificate.
func (a *authority) file() (string, error) { return a.store.path(caFile) }

// pool is the system's certificates and the CA.
func (a *authority) pool() *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AddCert(a.certificate)
	return pool
}

// openKey reads a private key of the store, or makes one and keeps it there.
func openKey(s store, name string) (*ecdsa.PrivateKey, error) {
	data, err := s.readFile(name)
	if err != nil {
		return nil, err
	}
	if data == nil {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		return key, s.writeFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, corrupt(name, fmt.Errorf("no PEM block"))
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, corrupt(name, fmt.Errorf("no private key"))
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, corrupt(name, fmt.Errorf("no ECDSA key"))
	}
	return ec, nil
}
