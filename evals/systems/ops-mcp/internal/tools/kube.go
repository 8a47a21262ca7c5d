package tools

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type kubectlArgs struct {
	Args  string `json:"args" jsonschema:"arguments of kubectl, as in 'get pods -A'"`
	Stdin string `json:"stdin,omitempty" jsonschema:"manifest for apply -f -"`
}

func kubectl(ctx context.Context, req *mcp.CallToolRequest, args kubectlArgs) (*mcp.CallToolResult, any, error) {
	cmd := exec.CommandContext(ctx, "kubectl", strings.Fields(args.Args)...)
	cmd.Stdin = strings.NewReader(args.Stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return text(fmt.Sprintf("%s\n%v", out, err)), nil, nil
	}
	return text(string(out)), nil, nil
}

type logsArgs struct {
	Namespace string `json:"namespace"`
	Selector  string `json:"selector" jsonschema:"label selector"`
	Since     string `json:"since,omitempty" jsonschema:"as in 15m"`
}

func podLogs(ctx context.Context, req *mcp.CallToolRequest, args logsArgs) (*mcp.CallToolResult, any, error) {
	since := args.Since
	if since == "" {
		since = "15m"
	}
	cmd := exec.CommandContext(ctx, "kubectl", "logs", "-n", args.Namespace, "-l", args.Selector, "--since", since, "--all-containers")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return text(fmt.Sprintf("%s\n%v", out, err)), nil, nil
	}
	return text(string(out)), nil, nil
}
