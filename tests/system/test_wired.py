"""Go programs put together by others: constructors given to fx, dig and wire, and routers handed out in parts."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_CLERK = """
package main

import (
	"context"
	"net/http"

	"github.com/sashabaranov/go-openai"
	%s
)

type Asker interface {
	Ask(ctx context.Context, text string) string
}
type Clerk struct{ client *openai.Client }
type Factory func(kind string) *Clerk

func NewClient() *openai.Client { return openai.NewClient("key") }
func NewFactory(client *openai.Client) (Factory, error) {
	return func(kind string) *Clerk { return &Clerk{client: client} }, nil
}
func (c *Clerk) Ask(ctx context.Context, text string) string {
	reply, _ := c.client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
		Model:    "gpt-4.1-mini",
		Messages: []openai.ChatCompletionMessage{{Role: "user", Content: text}},
	})
	return reply.Choices[0].Message.Content
}
func Serve(%s) error {
	http.HandleFunc("/ask", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(%s("desk").Ask(r.Context(), r.FormValue("text"))))
	})
	return http.ListenAndServe(":8080", nil)
}
%s
"""
_PARAMS = "type Params struct {\n\tfx.In\n\tMake Factory\n}\n"


@pytest.mark.parametrize(
    ("package", "taken", "made", "main"),
    [
        ('"go.uber.org/fx"', "f Factory", "f", "func main() { fx.New(fx.Provide(NewClient, NewFactory), fx.Invoke(Serve)).Run() }"),
        ('"go.uber.org/fx"', "p Params", "p.Make", _PARAMS + "func main() { fx.New(fx.Provide(NewClient, NewFactory), fx.Invoke(Serve)).Run() }"),
        (
            '"go.uber.org/dig"', "f Factory", "f",
            "func main() {\n\tc := dig.New()\n\tc.Provide(NewClient)\n\tc.Provide(NewFactory)\n\tc.Invoke(Serve)\n}",
        ),
        ('"github.com/google/wire"', "f Factory", "f", "func start() error { wire.Build(NewClient, NewFactory, Serve)\n\treturn nil }"),
    ],
)  # fmt: skip
def test_a_parameter_is_what_a_constructor_of_its_type_gives(package: str, taken: str, made: str, main: str) -> None:
    system = system_of({"main.go": _CLERK % (package, taken, made, main)})
    kinds = {element.id: element.kind for element in system.elements}
    asked = [flow for flow in system.flows if kinds[flow.source] == "http_route" and kinds[flow.target] == "hosted_llm"]
    assert [flow.carries for flow in asked] == [("user_input",)]


def test_what_nobody_provides_is_not_known() -> None:
    main = "func main() { fx.New(fx.Provide(NewClient), fx.Invoke(Serve)).Run() }"
    system = system_of({"main.go": _CLERK % ('"go.uber.org/fx"', "f Factory", "f", main)})
    kinds = {element.id: element.kind for element in system.elements}
    assert not [flow for flow in system.flows if kinds[flow.source] == "http_route" and kinds[flow.target] == "hosted_llm"]


_ROUTES = """
package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/sashabaranov/go-openai"
)

var client = openai.NewClient("key")

func chiRoutes(router chi.Router) {
	router.Route("/desk", func(desk chi.Router) {
		desk.Group(func(inner chi.Router) {
			inner.Post("/ask", func(w http.ResponseWriter, r *http.Request) {
				reply, _ := client.CreateChatCompletion(r.Context(), openai.ChatCompletionRequest{
					Messages: []openai.ChatCompletionMessage{{Role: "user", Content: r.FormValue("text")}},
				})
				w.Write([]byte(reply.Choices[0].Message.Content))
			})
		})
	})
}
func notes(group *gin.RouterGroup) {
	group.POST("/notes", func(c *gin.Context) { c.String(200, c.Query("x")) })
}
func main() {
	chiRoutes(chi.NewRouter())
	engine := gin.Default()
	api := engine.Group("/api")
	notes(api.Group("/v1"))
	app := fiber.New()
	app.Group("/lab").Post("/try", func(c *fiber.Ctx) error { return c.SendString("x") })
	http.ListenAndServe(":8080", nil)
}
"""


def test_parts_of_a_router_stand_before_the_addresses_of_their_routes() -> None:
    names = sorted(element.name for element in elements(system_of({"main.go": _ROUTES}), "http_route"))
    assert names == ["POST /api/v1/notes", "POST /desk/ask", "POST /lab/try"]


_GRAPH = """
package main

import (
	"context"

	"github.com/cloudwego/eino-ext/components/model/openai"
	"github.com/cloudwego/eino-ext/components/retriever/milvus"
	"github.com/cloudwego/eino-ext/components/tool/duckduckgo/v2"
	"github.com/cloudwego/eino/components/tool"
	"github.com/cloudwego/eino/compose"
	"github.com/cloudwego/eino/flow/agent/react"
	"github.com/cloudwego/eino/schema"
)

func tools(ctx context.Context, look bool) []tool.BaseTool {
	found := make([]tool.BaseTool, 0)
	if look {
		search, _ := duckduckgo.NewTextSearchTool(ctx, &duckduckgo.Config{})
		found = append(found, search)
	}
	return found
}
func step(ctx context.Context, look bool) *compose.Lambda {
	config := &react.AgentConfig{MaxStep: 9}
	config.ToolCallingModel, _ = openai.NewChatModel(ctx, &openai.ChatModelConfig{Model: "gpt-4.1-mini"})
	config.ToolsConfig.Tools = tools(ctx, look)
	agent, _ := react.NewAgent(ctx, config)
	lambda, _ := compose.AnyLambda(agent.Generate, agent.Stream, nil, nil)
	return lambda
}
func main() {
	ctx := context.Background()
	found, _ := milvus.NewRetriever(ctx, &milvus.RetrieverConfig{Collection: "desk"})
	graph := compose.NewGraph[string, *schema.Message]()
	graph.AddRetrieverNode("find", found)
	graph.AddLambdaNode("answer", step(ctx, true))
	runner, _ := graph.Compile(ctx)
	runner.Invoke(ctx, "hello")
}
"""


def test_a_graph_has_its_passages_its_agent_and_the_tools_that_a_helper_gathers() -> None:
    system = system_of({"main.go": _GRAPH})
    kinds = {element.id: element.kind for element in system.elements}
    ties = {(kinds[tie.source], tie.kind, kinds[tie.target]) for tie in system.relations}
    assert {("agent", "calls", "agent"), ("agent", "uses_retriever", "retriever"), ("agent", "has_tool", "tool")} <= ties
