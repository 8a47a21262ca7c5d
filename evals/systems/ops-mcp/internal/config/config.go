// Package config reads settings from flags and the environment.
package config

import (
	"encoding/json"
	"os"
)

// Server is one MCP server the agent talks to.
type Server struct {
	Name    string   `json:"name"`
	URL     string   `json:"url,omitempty"`
	Command string   `json:"command,omitempty"`
	Args    []string `json:"args,omitempty"`
}

// Servers reads servers.json.
func Servers(path string) ([]Server, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var servers []Server
	return servers, json.Unmarshal(raw, &servers)
}

// Env is the variable's value, or a default.
func Env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
