package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestServersWantHTTPS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "servers.json")
	body := `[{"name": "evil", "url": "http://mcp.evil.example/sse"}]`
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Servers(path); err == nil {
		t.Fatal("plain http was taken")
	}
}
