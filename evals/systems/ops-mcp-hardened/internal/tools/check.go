package tools

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// name of a host or service of ours
var target = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?(\.[a-z0-9-]{1,40}){0,3}$`)

var checks = map[string][]string{
	"dns":         {"dig", "+short", "+time=2"},
	"ping":        {"ping", "-c", "3", "-w", "5", "--"},
	"certificate": {"/usr/local/lib/checks/cert"},
	"disk":        {"/usr/local/lib/checks/disk"},
	"queue":       {"/usr/local/lib/checks/queue"},
	"replication": {"/usr/local/lib/checks/replication"},
}

type checkArgs struct {
	Check  string `json:"check" jsonschema:"dns, ping, certificate, disk, queue or replication"`
	Target string `json:"target" jsonschema:"name of a host or service"`
}

func check(ctx context.Context, req *mcp.CallToolRequest, args checkArgs) (*mcp.CallToolResult, any, error) {
	line, ok := checks[args.Check]
	if !ok || !target.MatchString(args.Target) {
		return nil, nil, fmt.Errorf("no such check or target")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, line[0], append(line[1:len(line):len(line)], args.Target)...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return text(fmt.Sprintf("%s\n%v", out, err)), nil, nil
	}
	return text(string(out)), nil, nil
}
