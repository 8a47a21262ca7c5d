"""What Go's own ways of writing say of a system: error checks, wrapped handlers, factories of handlers, vectors of commands."""

from __future__ import annotations

import time

import pytest

from pipeline.system.model import System
from tests.system.small import controls_on, elements, flows, only, system_of

SERVER = """package main
import (
  "context"
  "net/http"
  "os/exec"
  "strings"

  "github.com/mark3labs/mcp-go/mcp"
  "github.com/mark3labs/mcp-go/server"
)
func use(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
  x, err := request.RequireString("x")
  if err != nil { return nil, err }
BODY
  return nil, nil
}
func main() {
  s := server.NewMCPServer("s", "1")
  s.AddTool(mcp.NewTool("use"), use)
  server.ServeStdio(s)
}
HELPERS
"""


def tool(body: str, helpers: str = "") -> System:
    return system_of({"main.go": SERVER.replace("BODY", body).replace("HELPERS", helpers)})


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ('exec.Command("sh", "-c", "ping "+x).Run()', "shell"),
        ('exec.CommandContext(ctx, "bash", "-c", x).Run()', "shell"),
        ('exec.Command("python3", "-c", x).Run()', "code"),
        ('exec.Command("ping", "-c", "1", x).Run()', "process_arguments"),
        ('exec.Command("git", strings.Fields("log "+x)...).Run()', "process_arguments"),
    ],
)
def test_what_an_argument_of_a_command_is_depends_on_the_words_before_it(body: str, role: str) -> None:
    assert {flow.role for flow in tool(body).flows if flow.target.startswith("interpreter:")} == {role}


CHECK = 'func check(x string) error {\n  if !strings.HasPrefix(x, "https://api.example.com/") { return context.Canceled }\n  return nil\n}'
FORM = 'func check(x string) error {\n  if x == "" { return context.Canceled }\n  return nil\n}'


@pytest.mark.parametrize(("helpers", "limits"), [(CHECK, True), (FORM, False)], ids=["a host", "not empty"])
def test_an_error_check_says_what_the_function_that_gave_the_error_looked_at(helpers: str, limits: bool) -> None:
    system = tool("if err := check(x); err != nil { return nil, err }\n  http.Get(x)", helpers)
    (flow,) = flows(system, "url")
    assert bool({control.kind for control in system.controls if flow.id in control.protects} & {"allow_list", "input_validation"}) == limits


def test_a_test_for_nil_is_no_list_of_what_is_allowed() -> None:
    system = tool("y := lookup(x)\n  if y == nil { return nil, nil }\n  http.Get(*y)", "func lookup(x string) *string { return &x }")
    (flow,) = flows(system, "url")
    assert not [control for control in system.controls if flow.id in control.protects]


HANDLER = """package main
import "net/http"
type app struct{}
func (a *app) ask(w http.ResponseWriter, r *http.Request) { println(r.FormValue("q")) }
func (a *app) make() http.HandlerFunc { return func(w http.ResponseWriter, r *http.Request) { a.ask(w, r) } }
func signedIn(next http.Handler) http.Handler {
  return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
    if r.Header.Get("Authorization") == "" {
      http.Error(w, "no", http.StatusUnauthorized)
      return
    }
    next.ServeHTTP(w, r)
  })
}
func main() {
  a := &app{}
  mux := http.NewServeMux()
  mux.HandleFunc("POST /ask", HANDLER)
  SERVE
}
"""


@pytest.mark.parametrize("handler", ["a.ask", "a.make()", "http.HandlerFunc(a.ask)"])
def test_a_handler_is_a_method_what_makes_one_or_what_wraps_one(handler: str) -> None:
    system = system_of({"main.go": HANDLER.replace("HANDLER", handler).replace("SERVE", 'http.ListenAndServe(":80", mux)')})
    assert only(system, "http_route").id == "http_route:POST /ask"


@pytest.mark.parametrize(
    ("serve", "asked"),
    [
        ('http.ListenAndServe(":80", signedIn(mux))', True),
        ("(&http.Server{Handler: signedIn(mux)}).ListenAndServe()", True),
        ('http.ListenAndServe(":80", mux)', False),
    ],
)
def test_what_is_put_around_a_router_runs_before_its_routes(serve: str, asked: bool) -> None:
    system = system_of({"main.go": HANDLER.replace("HANDLER", "a.ask").replace("SERVE", serve)})
    assert ("authentication" in controls_on(system, only(system, "http_route").id)) == asked


def test_middleware_of_a_group_is_asked_and_that_of_another_is_not() -> None:
    text = """package main
    import "github.com/gin-gonic/gin"
    func requireUser(c *gin.Context) {
      if c.GetHeader("Authorization") == "" { c.AbortWithStatus(401); return }
    }
    func in(c *gin.Context) { println(c.Query("a")) }
    func out(c *gin.Context) { println(c.Query("a")) }
    func main() {
      r := gin.New()
      closed := r.Group("/closed")
      closed.Use(requireUser)
      closed.GET("/in", in)
      r.GET("/out", out)
    }
    """
    system = system_of({"main.go": text})
    assert {route.id: "authentication" in controls_on(system, route.id) for route in elements(system, "http_route")} == {
        "http_route:GET /closed/in": True,
        "http_route:GET /out": False,
    }


def test_objects_that_are_changed_in_many_branches_are_looked_at_once() -> None:
    body = "\n".join(f'  if x == "{number}" {{ request.Header.Set("k", x) }}' for number in range(60))
    start = time.monotonic()
    tool(
        f'request2, _ := http.NewRequest("GET", "https://a.example", nil)\n{body.replace("request.", "request2.")}\n  http.DefaultClient.Do(request2)'
    )
    assert time.monotonic() - start < 20


READS = """
package main

import (
	"context"
	"database/sql"
	"os"

	"github.com/sashabaranov/go-openai"
)

func summarise(ctx context.Context, client *openai.Client, db *sql.DB) {
	%s
	client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
		Model: "gpt-5-mini",
		Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: string(text)}},
	})
}
"""


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        ('text, _ := os.ReadFile("notes.md")', "file_store"),
        ('var text string\n    	rows, _ := db.Query("SELECT note FROM notes")\n    	rows.Scan(&text)', "data_store"),
    ],
)
def test_a_file_is_no_row_of_a_database(read: str, kind: str) -> None:
    system = system_of({"main.go": READS % read})
    assert {flow.source.split(":")[0] for flow in flows(system, "prompt", "stored_data")} == {kind}


WRAPPED = """package main
import (
  "context"
  "os/exec"

  instrumented "example.org/instrumented/mcp"
  "github.com/modelcontextprotocol/go-sdk/mcp"
)
type Args struct { Command string }
func add[In, Out any](server *mcp.Server, allowed map[string]bool, tool *mcp.Tool, handler mcp.ToolHandlerFor[In, Out]) {
  if allowed[tool.Name] { mcp.AddTool(server, tool, handler) }
}
func newRun(shell string) func(context.Context, *mcp.CallToolRequest, Args) (*mcp.CallToolResult, any, error) {
  return func(ctx context.Context, req *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) {
    exec.Command(shell, "-c", args.Command).Run()
    return nil, nil, nil
  }
}
func look(ctx context.Context, req *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) { return nil, nil, nil }
func newLimit(size int) func(int) int { return func(n int) int { return n + size } }
func main() {
  server := mcp.NewServer(&mcp.Implementation{Name: "shell"}, nil)
  BODY
}
"""


def test_tools_that_a_wrapper_registers_are_told_apart_by_what_its_callers_give() -> None:
    body = """add(server, nil, &mcp.Tool{Name: "run"}, newRun("sh"))
  add(server, nil, &mcp.Tool{Name: "look"}, look)"""
    found = elements(system_of({"main.go": WRAPPED.replace("BODY", body)}), "mcp_tool")
    assert sorted((tool.name, tool.attributes.get("effects", ())) for tool in found) == [("look", ()), ("run", ("shell",))]


def test_a_tool_is_one_whichever_library_registers_it_where_its_description_and_its_function_go_together() -> None:
    body = 'instrumented.Register(server, &mcp.Tool{Name: "run"}, newRun("sh"))'
    found = elements(system_of({"main.go": WRAPPED.replace("BODY", body)}), "mcp_tool")
    assert [tool.name for tool in found] == ["run"]


def test_a_function_beside_a_tools_description_is_no_tool_where_it_takes_no_request() -> None:
    body = 'instrumented.Register(server, &mcp.Tool{Name: "run"}, newLimit(3))'
    assert elements(system_of({"main.go": WRAPPED.replace("BODY", body)}), "mcp_tool") == []


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ('base + "?" + url.Values{"id": {x}}.Encode()', False),
        ('url.Values{"id": {x}}.Get("id") + "/x"', True),
    ],
)
def test_a_query_string_that_is_encoded_from_a_table_of_values_chooses_no_address(address: str, chosen: bool) -> None:
    system = system_of(
        {
            "main.go": SERVER.replace("BODY", f"http.Get({address})")
            .replace("HELPERS", 'var base = os.Getenv("BASE")')
            .replace('"strings"', '"net/url"; "os"')
        }
    )
    assert bool(flows(system, "url")) is chosen


ASKED = """package main
import (
  "bufio"
  "context"
  "io"
  "os"

  openai "github.com/sashabaranov/go-openai"
)
func main() {
  client := openai.NewClient(os.Getenv("OPENAI_API_KEY"))
  file, _ := os.Open("notes.txt")
  defer file.Close()
  scanner := bufio.NewScanner(io.Reader(READ))
  scanner.Scan()
  client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{
    Messages: []openai.ChatCompletionMessage{{Role: "user", Content: scanner.Text()}},
  })
}
"""


@pytest.mark.parametrize(("read", "typed"), [("os.Stdin", True), ("file", False)])
def test_what_is_read_line_by_line_is_what_was_opened_and_typed_only_at_the_keyboard(read: str, typed: bool) -> None:
    system = system_of({"main.go": ASKED.replace("READ", read)})
    carried = {label for flow in system.flows if flow.target.startswith("hosted_llm:") for label in flow.carries}
    assert ("user_input" in carried, "stored_data" in carried) == (typed, not typed)


CONVERTED = """package main
import (
  "net/http"
  "github.com/go-chi/chi/v5"
)
type Handler func(w http.ResponseWriter, r *http.Request) (any, error)
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
  if _, err := h(w, r); err != nil { http.Error(w, "no", 500) }
}
type desk struct{}
func (d *desk) add(w http.ResponseWriter, r *http.Request) (any, error) { println(r.FormValue("q")); return nil, nil }
func main() {
  d := &desk{}
  r := chi.NewRouter()
  REGISTERS
  http.ListenAndServe(":80", r)
}
"""


@pytest.mark.parametrize(
    "registers",
    [
        'r.Method(http.MethodPost, "/add", Handler(d.add))',
        'r.Method("POST", "/add", Handler(d.add))',
        'r.Handle("POST /add", Handler(d.add))',
    ],
)
def test_a_method_that_is_given_the_name_of_a_type_of_functions_is_the_handler(registers: str) -> None:
    route = only(system_of({"main.go": CONVERTED.replace("REGISTERS", registers)}), "http_route")
    assert route.id == "http_route:POST /add"
    assert route.evidence[0].start_line == CONVERTED[: CONVERTED.index("add(w")].count("\n") + 1


STORED = """package main
import (
  "context"
  "net/http"

  "github.com/jackc/pgx/v5/pgxpool"
  "github.com/sashabaranov/go-openai"
)
type source struct { show, text string }
func load(ctx context.Context, db *pgxpool.Pool, client *openai.Client, id string) {
  var s source
  db.QueryRow(ctx, "SELECT show, text FROM episodes WHERE id = $1", id).Scan(&s.show, &s.text)
  client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
    Model: "gpt-5",
    Messages: []openai.ChatCompletionMessage{{Role: "user", Content: s.text}},
  })
}
func main() {
  db, _ := pgxpool.New(context.Background(), "x")
  http.HandleFunc("/x", func(w http.ResponseWriter, r *http.Request) { load(r.Context(), db, openai.NewClient("k"), r.FormValue("id")) })
  http.ListenAndServe(":80", nil)
}
"""


def test_what_a_row_is_scanned_into_is_a_field_of_the_record_that_is_handed_on() -> None:
    assert [flow.source for flow in flows(system_of({"main.go": STORED}), "prompt", "stored_data")] == ["data_store:episodes (database)"]
    whole = STORED.replace("Content: s.text", "Content: told(s)") + "func told(s source) string { return s.text }\n"
    assert flows(system_of({"main.go": whole}), "prompt", "stored_data")
