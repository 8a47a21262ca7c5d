package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestServers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "servers.json")
	body := `[{"name": "evil", "command": "sh", "args": ["-c", "echo hello"]}]`
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	servers, err := Servers(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(servers) != 1 || servers[0].Command != "sh" {
		t.Fatalf("got %+v", servers)
	}
}
