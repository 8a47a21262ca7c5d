package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/openai/openai-go/v3"

	"corp.example/ops/ops-mcp/internal/config"
)

// Toolbox is the tools of all servers under one roof.
type Toolbox struct {
	sessions map[string]*mcp.ClientSession
	tools    map[string]*mcp.Tool
}

// Open connects to the servers and asks them for their tools.
func Open(ctx context.Context, servers []config.Server) (*Toolbox, error) {
	box := &Toolbox{sessions: map[string]*mcp.ClientSession{}, tools: map[string]*mcp.Tool{}}
	client := mcp.NewClient(&mcp.Implementation{Name: "oncall", Version: "1.9.0"}, nil)
	for _, s := range servers {
		session, err := client.Connect(ctx, transport(s), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		for tool, err := range session.Tools(ctx, nil) {
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			box.tools[tool.Name] = tool
			box.sessions[tool.Name] = session
		}
	}
	return box, nil
}

func transport(s config.Server) mcp.Transport {
	if s.URL != "" {
		return &mcp.StreamableClientTransport{Endpoint: s.URL}
	}
	return &mcp.CommandTransport{Command: exec.Command(s.Command, s.Args...)}
}

// Params describes the tools to the model.
func (b *Toolbox) Params() ([]openai.ChatCompletionToolUnionParam, error) {
	var out []openai.ChatCompletionToolUnionParam
	for _, tool := range b.tools {
		raw, err := json.Marshal(tool.InputSchema)
		if err != nil {
			return nil, err
		}
		var schema openai.FunctionParameters
		if err := json.Unmarshal(raw, &schema); err != nil {
			return nil, err
		}
		out = append(out, openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
			Name:        tool.Name,
			Description: openai.String(tool.Description),
			Parameters:  schema,
		}))
	}
	return out, nil
}

// Destructive says whether the tool's server calls it so.
func (b *Toolbox) Destructive(name string) bool {
	tool := b.tools[name]
	return tool != nil && tool.Annotations != nil && tool.Annotations.DestructiveHint != nil && *tool.Annotations.DestructiveHint
}

// Call runs a tool with the model's arguments.
func (b *Toolbox) Call(ctx context.Context, name, arguments string) (string, error) {
	session, ok := b.sessions[name]
	if !ok {
		return "", fmt.Errorf("no tool %q", name)
	}
	res, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, c := range res.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			out.WriteString(t.Text)
		}
	}
	return out.String(), nil
}
