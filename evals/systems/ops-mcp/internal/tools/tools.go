// Package tools holds what ops-mcp offers.
package tools

import "github.com/modelcontextprotocol/go-sdk/mcp"

func destructive() *mcp.ToolAnnotations {
	yes := true
	return &mcp.ToolAnnotations{DestructiveHint: &yes}
}

func readOnly() *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{ReadOnlyHint: true}
}

// Register adds all tools to the server.
func Register(s *mcp.Server) {
	mcp.AddTool(s, &mcp.Tool{
		Name:        "run",
		Description: "Runs a command line on the ops host and returns its output.",
		Annotations: destructive(),
	}, run)
	mcp.AddTool(s, &mcp.Tool{
		Name:        "kubectl",
		Description: "Runs kubectl against the cluster.",
		Annotations: destructive(),
	}, kubectl)
	mcp.AddTool(s, &mcp.Tool{
		Name:        "pod_logs",
		Description: "Logs of all pods that match a selector.",
		Annotations: readOnly(),
	}, podLogs)
	mcp.AddTool(s, &mcp.Tool{
		Name:        "http_request",
		Description: "Sends an HTTP request and returns the answer.",
		Annotations: destructive(),
	}, httpRequest)
	mcp.AddTool(s, &mcp.Tool{
		Name:        "read_runbook",
		Description: "Reads a runbook.",
		Annotations: readOnly(),
	}, readRunbook)
}

func text(s string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
}
