// Package tools holds what ops-mcp offers.
package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"corp.example/ops/ops-mcp/internal/guard"
)

var writes = []string{"restart_deployment", "scale_deployment"}

// Register adds all tools to the server.
func Register(s *mcp.Server, kube Kube) {
	mcp.AddTool(s, &mcp.Tool{Name: "check", Description: "Runs a prepared check on a host or service."}, check)
	mcp.AddTool(s, &mcp.Tool{Name: "pod_logs", Description: "The last lines of a pod's log."}, kube.podLogs)
	mcp.AddTool(s, &mcp.Tool{Name: "http_get", Description: "Reads a status page or metrics of the platform."}, httpGet)
	mcp.AddTool(s, &mcp.Tool{Name: "read_runbook", Description: "Reads a runbook."}, readRunbook)
	mcp.AddTool(s, &mcp.Tool{Name: "restart_deployment", Description: "Restarts a deployment."}, kube.restart)
	mcp.AddTool(s, &mcp.Tool{Name: "scale_deployment", Description: "Sets the number of replicas."}, kube.scale)
}

// Watch asks for the write scope where it is needed and writes the audit. On stdio the caller is the user who started it.
func Watch(audit guard.Audit) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			call, ok := req.(*mcp.CallToolRequest)
			if !ok {
				return next(ctx, method, req)
			}
			entry := guard.Entry{Who: "stdio", Tool: call.Params.Name, Args: call.Params.Arguments}
			if info := call.Extra; info != nil && info.TokenInfo != nil {
				entry.Who, _ = info.TokenInfo.Extra["sub"].(string)
				if slices.Contains(writes, call.Params.Name) && !slices.Contains(info.TokenInfo.Scopes, "ops:write") {
					entry.Error = "scope missing"
					audit.Write(ctx, entry, "")
					return nil, fmt.Errorf("%s needs the scope ops:write", call.Params.Name)
				}
			}
			res, err := next(ctx, method, req)
			raw, _ := json.Marshal(res)
			if err != nil {
				entry.Error = err.Error()
			}
			audit.Write(ctx, entry, string(raw))
			return res, err
		}
	}
}

func text(s string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
}
