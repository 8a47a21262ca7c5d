// Package config reads settings from flags and the environment.
package config

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
)

// Server is one MCP server the agent talks to.
type Server struct {
	Name  string `json:"name"`
	URL   string `json:"url"`
	Tools string `json:"tools"` // sha256 of names, descriptions and schemas as reviewed
}

// Servers reads servers.json. Only HTTPS is taken.
func Servers(path string) ([]Server, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var servers []Server
	if err := json.Unmarshal(raw, &servers); err != nil {
		return nil, err
	}
	for _, s := range servers {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "https" {
			return nil, fmt.Errorf("%s: not https", s.Name)
		}
	}
	return servers, nil
}

// Env is the variable's value, or a default.
func Env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// Secret is the content of a mounted secret; without it the program does not start.
func Secret(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) < 24 {
		panic(fmt.Sprintf("secret %s is missing or too short", path))
	}
	return string(raw)
}
