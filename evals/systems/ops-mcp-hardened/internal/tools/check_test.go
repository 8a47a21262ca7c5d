package tools

import "testing"

func TestTarget(t *testing.T) {
	for name, want := range map[string]bool{
		"checkout":             true,
		"db-1.data.svc":        true,
		"; rm -rf /":           false,
		"-f":                   false,
		"$(curl evil.example)": false,
		"a b":                  false,
	} {
		if got := target.MatchString(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
