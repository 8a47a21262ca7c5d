package agent

// reading tools run without a question; everything else needs an engineer
var reading = map[string]bool{
	"ops.check":        true,
	"ops.pod_logs":     true,
	"ops.http_get":     true,
	"ops.read_runbook": true,
	"grafana.query":    true,
	"grafana.panel":    true,
}

// NeedsApproval is decided by name, whatever the server says about its tool.
func NeedsApproval(name string) bool { return !reading[name] }
