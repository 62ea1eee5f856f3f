package plugin

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"strings"
	"time"
)

// Mutual TLS as go-plugin's AutoMTLS speaks it: each side makes a certificate for one process, and they
// exchange them through the environment and the handshake. It is done here because go-plugin's own
// certificates are on the curve P-521, on which Go spends half of a plugin's start.

// clientCertEnv holds the host's certificate, in PEM.
const clientCertEnv = "PLUGIN_CLIENT_CERT"

// newCertificate makes a certificate of this process for "localhost", signed by itself.
func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "localhost", Organization: []string{"Filmloom"}},
		DNSNames:  []string{"localhost"},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().AddDate(10, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IsCA:        true, BasicConstraintsValid: true, // so that other languages take it as its own root
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// hostTLS is the host's end, and the certificate to give to the plugin. Whom it trusts comes with the
// handshake; until then that is nobody.
func hostTLS() (config *tls.Config, certificate string, err error) {
	own, err := newCertificate()
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{own}, RootCAs: x509.NewCertPool(), ServerName: "localhost", MinVersion: tls.VersionTLS12,
	}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]})), nil
}

// pluginTLS is the plugin's end, and what the handshake is to say of it: nil and nothing when the host has no
// certificate.
func pluginTLS() (config *tls.Config, certificate string, err error) {
	host := os.Getenv(clientCertEnv)
	if host == "" {
		return nil, "", nil
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM([]byte(host)) {
		return nil, "", errors.New(clientCertEnv + " holds no certificate")
	}
	own, err := newCertificate()
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{own}, ClientCAs: trusted, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	}, base64.RawStdEncoding.EncodeToString(own.Certificate[0]), nil
}

// completeHandshake adds the certificate to the line that go-plugin is about to write to [os.Stdout].
func completeHandshake(certificate string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	stdout := os.Stdout
	os.Stdout = w
	go func() {
		for lines := bufio.NewReader(r); ; {
			line, err := lines.ReadString('\n')
			if isHandshake(line) {
				line = strings.TrimSpace(line) + certificate + "\n"
			}
			_, _ = stdout.WriteString(line)
			if err != nil {
				return
			}
		}
	}()
	return nil
}
