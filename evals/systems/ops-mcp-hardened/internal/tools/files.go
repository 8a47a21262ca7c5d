package tools

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type readArgs struct {
	Path string `json:"path" jsonschema:"below /srv/runbooks"`
}

func readRunbook(ctx context.Context, req *mcp.CallToolRequest, args readArgs) (*mcp.CallToolResult, any, error) {
	root, err := os.OpenRoot("/srv/runbooks")
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	f, err := root.Open(args.Path)
	if err != nil {
		return nil, nil, fmt.Errorf("runbook: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, nil, err
	}
	return text(string(raw)), nil, nil
}
