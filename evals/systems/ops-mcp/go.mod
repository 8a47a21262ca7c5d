module corp.example/ops/ops-mcp

go 1.25.0

require (
	github.com/modelcontextprotocol/go-sdk v1.1.0
	github.com/openai/openai-go/v3 v3.8.1
)
