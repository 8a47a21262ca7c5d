package tools

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const runbooks = "/srv/runbooks"

type readArgs struct {
	Path string `json:"path" jsonschema:"below /srv/runbooks"`
}

func readRunbook(ctx context.Context, req *mcp.CallToolRequest, args readArgs) (*mcp.CallToolResult, any, error) {
	path := args.Path
	if !strings.HasPrefix(path, runbooks) {
		path = runbooks + "/" + path
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("runbook: %w", err)
	}
	return text(string(raw)), nil, nil
}
