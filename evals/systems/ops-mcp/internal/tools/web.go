package tools

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type httpArgs struct {
	Method  string            `json:"method,omitempty"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// half of the inner services have certificates of the old CA
var client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

func httpRequest(ctx context.Context, req *mcp.CallToolRequest, args httpArgs) (*mcp.CallToolResult, any, error) {
	method := args.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(ctx, method, args.URL, strings.NewReader(args.Body))
	if err != nil {
		return nil, nil, err
	}
	for k, v := range args.Headers {
		r.Header.Set(k, v)
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, err
	}
	return text(fmt.Sprintf("%s\n\n%s", resp.Status, body)), nil, nil
}
