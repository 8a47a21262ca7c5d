// ops-mcp is an MCP server with the tools of operations.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"corp.example/ops/ops-mcp/internal/config"
	"corp.example/ops/ops-mcp/internal/guard"
	"corp.example/ops/ops-mcp/internal/tools"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8765", "where to listen")
	stdio := flag.Bool("stdio", false, "speak on stdin and stdout")
	flag.Parse()

	rest, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		clientcmd.NewDefaultClientConfigLoadingRules(), &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		log.Fatal(err)
	}
	clientset, err := kubernetes.NewForConfig(rest)
	if err != nil {
		log.Fatal(err)
	}

	server := mcp.NewServer(&mcp.Implementation{Name: "ops-mcp", Version: "2.3.0"}, nil)
	tools.Register(server, tools.Kube{Client: clientset})
	server.AddReceivingMiddleware(tools.Watch(guard.Audit{Collector: config.Env("AUDIT_URL", "")}))

	ctx := context.Background()
	if *stdio {
		if err := server.Run(ctx, &mcp.StdioTransport{}); err != nil {
			log.Fatal(err)
		}
		return
	}

	provider, err := oidc.NewProvider(ctx, config.Env("OIDC_ISSUER", "https://login.corp.example/realms/ops"))
	if err != nil {
		log.Fatal(err)
	}
	protect := auth.RequireBearerToken(verifier(provider), &auth.RequireBearerTokenOptions{
		Scopes:              []string{"ops:read"},
		ResourceMetadataURL: "https://ops.corp.example/.well-known/oauth-protected-resource",
	})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux := http.NewServeMux()
	mux.Handle("/mcp", http.NewCrossOriginProtection().Handler(protect(handler)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := &http.Server{Addr: *addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("listening on %s", *addr)
	log.Fatal(srv.ListenAndServe())
}

func verifier(provider *oidc.Provider) auth.TokenVerifier {
	check := provider.Verifier(&oidc.Config{ClientID: "ops-mcp"})
	return func(ctx context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		id, err := check.Verify(ctx, token)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", auth.ErrInvalidToken, err)
		}
		var claims struct {
			Scope string `json:"scope"`
		}
		if err := id.Claims(&claims); err != nil {
			return nil, fmt.Errorf("%w: %v", auth.ErrInvalidToken, err)
		}
		return &auth.TokenInfo{
			Scopes:     strings.Fields(claims.Scope),
			Expiration: id.Expiry,
			Extra:      map[string]any{"sub": id.Subject},
		}, nil
	}
}
