package main

import (
	"net/http"
	"os"
	"strings"
)

// bearer sends the token that the login sidecar renews.
type bearer struct{ path string }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := os.ReadFile(b.path)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	return http.DefaultTransport.RoundTrip(r)
}
