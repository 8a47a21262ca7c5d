module corp.example/ops/ops-mcp

go 1.25.0

require (
	github.com/coreos/go-oidc/v3 v3.17.0
	github.com/modelcontextprotocol/go-sdk v1.1.0
	github.com/openai/openai-go/v3 v3.8.1
	golang.org/x/sync v0.18.0
	k8s.io/api v0.34.2
	k8s.io/apimachinery v0.34.2
	k8s.io/client-go v0.34.2
)
