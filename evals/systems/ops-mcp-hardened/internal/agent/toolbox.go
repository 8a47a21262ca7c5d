package agent

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/openai/openai-go/v3"

	"corp.example/ops/ops-mcp/internal/config"
)

type entry struct {
	session *mcp.ClientSession
	tool    *mcp.Tool
}

// Toolbox is the tools of all servers, each under its server's name.
type Toolbox struct {
	tools map[string]entry
}

// Open connects to the servers and takes their tools if they are the ones that were reviewed.
func Open(ctx context.Context, servers []config.Server, http *http.Client) (*Toolbox, error) {
	box := &Toolbox{tools: map[string]entry{}}
	client := mcp.NewClient(&mcp.Implementation{Name: "oncall", Version: "2.3.0"}, nil)
	for _, s := range servers {
		session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: s.URL, HTTPClient: http}, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		var tools []*mcp.Tool
		for tool, err := range session.Tools(ctx, nil) {
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			tools = append(tools, tool)
		}
		if got := fingerprint(tools); got != s.Tools {
			return nil, fmt.Errorf("%s: tools changed, review %s", s.Name, got)
		}
		for _, tool := range tools {
			box.tools[s.Name+"."+tool.Name] = entry{session, tool}
		}
	}
	return box, nil
}

func fingerprint(tools []*mcp.Tool) string {
	slices.SortFunc(tools, func(a, b *mcp.Tool) int { return cmp.Compare(a.Name, b.Name) })
	h := sha256.New()
	for _, t := range tools {
		schema, _ := json.Marshal(t.InputSchema)
		fmt.Fprintf(h, "%q %q %s\n", t.Name, t.Description, schema)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Params describes the tools to the model.
func (b *Toolbox) Params() ([]openai.ChatCompletionToolUnionParam, error) {
	var out []openai.ChatCompletionToolUnionParam
	for name, e := range b.tools {
		raw, err := json.Marshal(e.tool.InputSchema)
		if err != nil {
			return nil, err
		}
		var schema openai.FunctionParameters
		if err := json.Unmarshal(raw, &schema); err != nil {
			return nil, err
		}
		out = append(out, openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
			Name:        strings.ReplaceAll(name, ".", "__"),
			Description: openai.String(e.tool.Description),
			Parameters:  schema,
		}))
	}
	return out, nil
}

// Call runs a tool with the model's arguments.
func (b *Toolbox) Call(ctx context.Context, name, arguments string) (string, error) {
	e, ok := b.tools[name]
	if !ok {
		return "", fmt.Errorf("no tool %q", name)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	res, err := e.session.CallTool(ctx, &mcp.CallToolParams{Name: e.tool.Name, Arguments: json.RawMessage(arguments)})
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
