package tools

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// status pages and metrics; the CA bundle of the image holds both CAs
var hosts = map[string]bool{
	"prometheus.ops.svc.cluster.local:9090": true,
	"status.corp.example":                   true,
	"kafka-ui.data.svc.cluster.local":       true,
}

type httpArgs struct {
	URL string `json:"url"`
}

var client = &http.Client{
	Timeout:       20 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func httpGet(ctx context.Context, req *mcp.CallToolRequest, args httpArgs) (*mcp.CallToolResult, any, error) {
	u, err := url.Parse(args.URL)
	if err != nil || u.Scheme != "https" || u.User != nil || !hosts[u.Host] {
		return nil, nil, fmt.Errorf("not one of the hosts")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, nil, err
	}
	return text(fmt.Sprintf("%s\n\n%s", resp.Status, body)), nil, nil
}
