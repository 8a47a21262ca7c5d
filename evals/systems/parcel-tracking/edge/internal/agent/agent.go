// Package agent speaks with the device agents, the programs on the hand scanners.
package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"regexp"
	"time"
)

// Scan is what a device agent sends.
type Scan struct {
	Number      string    `json:"number"`
	At          time.Time `json:"at"`
	Place       string    `json:"place"`
	Kind        string    `json:"kind"`
	Temperature *float64  `json:"temperature,omitempty"`
}

var number = regexp.MustCompile(`^PX\d{8}$`)

var kinds = map[string]bool{"in": true, "out": true, "load": true, "attempt": true, "agent": true, "done": true}

// Check says what is wrong with a scan.
func (s Scan) Check(now time.Time) error {
	switch {
	case !number.MatchString(s.Number):
		return errors.New("no parcel number")
	case !kinds[s.Kind]:
		return errors.New("unknown kind")
	case s.At.After(now.Add(2 * time.Minute)), s.At.Before(now.Add(-72 * time.Hour)):
		return errors.New("clock of the device is wrong")
	case len(s.Place) == 0 || len(s.Place) > 40:
		return errors.New("no place")
	}
	return nil
}

// Device is the name in the device's certificate.
func Device(r *http.Request) (string, bool) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return "", false
	}
	return r.TLS.PeerCertificates[0].Subject.CommonName, true
}

// TLS asks every device for a certificate of our own authority.
func TLS(caFile string) (*tls.Config, error) {
	raw, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, errors.New("no certificate of the device authority")
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}, nil
}
