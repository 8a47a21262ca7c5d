package tools

import (
	"context"
	"os/exec"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type runArgs struct {
	Command string `json:"command" jsonschema:"command line, run with bash"`
	Dir     string `json:"dir,omitempty" jsonschema:"working directory"`
}

func run(ctx context.Context, req *mcp.CallToolRequest, args runArgs) (*mcp.CallToolResult, any, error) {
	cmd := exec.Command("bash", "-lc", args.Command)
	cmd.Dir = args.Dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return text(string(out) + "\n" + err.Error()), nil, nil
	}
	return text(string(out)), nil, nil
}
