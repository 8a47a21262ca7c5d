"""Tools of MCP servers that are chosen by name in one function, or handed to a factory of the project."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import elements, flows, system_of

_SWITCH = """
    import { Server } from "@modelcontextprotocol/sdk/server/index.js";
    import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
    import { execSync } from "node:child_process";
    import { Say } from "./say";

    const say = new Say();
    const server = new Server({ name: "ops", version: "1" }, { capabilities: { tools: {} } });
    function run(pool: any, command: string) { return execSync(command); }
    server.setRequestHandler(CallToolRequestSchema, async (request) => {
      const { name, arguments: args } = request.params;
      switch (name) {
        case "run":
          return run(process.env.POOL, args.command);
        case say.name:
          return await say.run(args);
        default:
          throw new Error("unknown");
      }
    });
    """
_SAY = """
    export class Say {
      name = "say";
      async run(args: any) { console.log(args.text); return args.text; }
    }
    """
_TABLE = """
    import { Server } from "@modelcontextprotocol/sdk/server/index.js";
    import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
    import { execSync } from "node:child_process";

    const server = new Server({ name: "ops", version: "1" }, { capabilities: { tools: {} } });
    const handlers: Record<string, (args: any) => Promise<any>> = {
      run: async (args) => execSync(args.command),
      say: async (args) => args.text,
    };
    server.setRequestHandler(CallToolRequestSchema, async (request) => {
      const handler = handlers[request.params.name];
      return await handler(request.params.arguments);
    });
    """
_SPREAD = _TABLE.replace(
    """
    const handlers: Record<string, (args: any) => Promise<any>> = {
      run: async (args) => execSync(args.command),
      say: async (args) => args.text,
    };
""",
    """
    import { createShell } from "./shell.js";

    const texts = { say: async (args: any) => args.text };
    const handlers = { ...createShell(execSync), ...texts };
""",
)
_SHELL = """
    export function createShell(start: (line: string) => any) {
      return {
        run: async (args: Record<string, string>) => { return { content: start(args.command) }; },
      };
    }
    """
_PYTHON = """
    import os
    from mcp.server import Server

    server = Server("ops")
    def run(command): return os.popen(command).read()
    def say(text): return text
    @server.call_tool()
    async def call_tool(name, arguments):
        if name == "run":
            return run(arguments["command"])
        elif name == "say":
            return say(arguments["text"])
        raise ValueError(name)
    """
_GO = """
    package main

    import (
        "context"
        "os/exec"

        "github.com/modelcontextprotocol/go-sdk/mcp"
    )

    type Deps struct{ Shell string }
    type ServerTool struct {
        Tool    mcp.Tool
        Handler mcp.ToolHandler
    }
    type Handler func(ctx context.Context, deps Deps, request *mcp.CallToolRequest, args map[string]any) (*mcp.CallToolResult, any, error)

    func NewTool(tool mcp.Tool, handler Handler) ServerTool {
        return ServerTool{Tool: tool, Handler: func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
            return handler(ctx, Deps{}, request, nil)
        }}
    }

    func Run() ServerTool {
        return NewTool(mcp.Tool{Name: "run", Description: "Runs"},
            func(ctx context.Context, deps Deps, request *mcp.CallToolRequest, args map[string]any) (*mcp.CallToolResult, any, error) {
                return nil, exec.Command("sh", "-c", args["command"].(string)).Run(), exec.Command(deps.Shell).Run()
            })
    }

    func say(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) { return nil, nil }

    func Say() (mcp.Tool, mcp.ToolHandler) {
        return mcp.Tool{Name: "say", Description: "Says"}, say
    }

    func main() {
        server := mcp.NewServer(&mcp.Implementation{Name: "ops"}, nil)
        for _, tool := range []ServerTool{Run()} {
            server.AddTool(&tool.Tool, tool.Handler)
        }
        tool, handler := Say()
        server.AddTool(&tool, handler)
    }
    """
_NAMED = """
    package main

    import (
        "context"
        "os/exec"

        "github.com/mark3labs/mcp-go/mcp"
        "github.com/mark3labs/mcp-go/server"
    )

    type Arguments struct{ Command string }
    type Function func(ctx context.Context, args Arguments) (string, error)
    type Tool struct {
        Tool    mcp.Tool
        Handler server.ToolHandlerFunc
    }

    func MustTool(name, description string, handler Function) Tool {
        return Tool{Tool: mcp.NewTool(name), Handler: func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
            text, err := handler(ctx, Arguments{Command: request.GetString("command", "")})
            return mcp.NewToolResultText(text), err
        }}
    }

    func run(ctx context.Context, args Arguments) (string, error) {
        out, err := exec.Command("sh", "-c", args.Command).Output()
        return string(out), err
    }
    func say(ctx context.Context, args Arguments) (string, error) { return args.Command, nil }

    var tools = []Tool{MustTool("run", "Runs", run), MustTool("say", "Says", say)}

    func main() {
        s := server.NewMCPServer("ops", "1")
        for _, tool := range tools {
            s.AddTool(tool.Tool, tool.Handler)
        }
        server.ServeStdio(s)
    }
    """
SERVERS: dict[str, Mapping[str, str]] = {
    "a switch": {"index.ts": _SWITCH, "say.ts": _SAY},
    "a table of functions": {"index.ts": _TABLE},
    "a table of tables": {"index.ts": _SPREAD, "shell.ts": _SHELL},
    "tests one after the other": {"app.py": _PYTHON},
    "a factory that gets a description": {"main.go": _GO},
    "a factory that gets a name": {"main.go": _NAMED},
}


@pytest.mark.parametrize("files", SERVERS.values(), ids=SERVERS.keys())
def test_tools_have_the_names_by_which_they_are_chosen(files: Mapping[str, str]) -> None:
    system = system_of(files)
    assert {tool.name for tool in elements(system, "mcp_tool")} == {"run", "say"}
    assert {flow.source for flow in (*flows(system, "shell"), *flows(system, "process_arguments"))} == {"mcp_tool:run"}


def test_what_is_handed_over_beside_the_request_was_not_chosen_by_a_model() -> None:
    system = system_of({"main.go": _GO})
    assert [flow.role for flow in system.flows if flow.source == "mcp_tool:run" and flow.target.startswith("interpreter")] == ["shell"]


def test_a_case_that_does_the_work_itself_is_a_tool_of_its_own() -> None:
    text = _PYTHON.replace('return say(arguments["text"])', 'return arguments["text"].upper()')
    assert {tool.name for tool in elements(system_of(text), "mcp_tool")} == {"run", "say"}


_LISTENING = """
    package main

    import (
        "fmt"
        "net/http"

        "github.com/modelcontextprotocol/go-sdk/mcp"
    )

    func main() {
        server := mcp.NewServer(&mcp.Implementation{Name: "ops"}, nil)
        handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
        LISTENS
    }
    """
LISTENS = {
    "a port": ('http.ListenAndServe(":8080", handler)', "0.0.0.0"),
    "a port that is set": ('http.ListenAndServe(fmt.Sprintf(":%d", port()), handler)', "0.0.0.0"),
    "a server of its own": ('s := &http.Server{Addr: ":8080", Handler: handler}\n        s.ListenAndServe()', "0.0.0.0"),
    "this machine alone": ('http.ListenAndServe("localhost:8080", handler)', "127.0.0.1"),
}


@pytest.mark.parametrize(("listens", "host"), LISTENS.values(), ids=LISTENS.keys())
def test_a_server_behind_http_in_go_listens_where_the_port_is_opened(listens: str, host: str) -> None:
    (server,) = elements(system_of({"main.go": _LISTENING.replace("LISTENS", listens)}), "mcp_server")
    assert (server.attributes["transport"], server.attributes["host"]) == ("http", host)


def test_actions_of_one_tool_are_no_tools() -> None:
    text = """
        import os
        from mcp.server.fastmcp import FastMCP
        server = FastMCP("ops")
        def run(command): return os.popen(command).read()
        def say(text): return text
        @server.tool(name="act")
        def act(action, text):
            if action == "run":
                return run(text)
            elif action == "say":
                return say(text)
        """
    assert [tool.name for tool in elements(system_of(text), "mcp_tool")] == ["act"]


_INLINE = """
    import { Server } from "@modelcontextprotocol/sdk/server/index.js";
    import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
    import { execSync } from "node:child_process";
    import * as fs from "node:fs";
    import { google } from "googleapis";

    const gmail = google.gmail({ version: "v1" });
    const server = new Server({ name: "ops", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, async (request) => {
      const { name, arguments: args } = request.params;
      async function later(command: any) { return execSync(command); }
      switch (name) {
        case "run_now":
        case "run_later": {
          return later(args.command);
        }
        case "save": {
          const given = Save.parse(args);
          const found = await gmail.users.messages.get({ id: given.id });
          const nameOf = (part: any) => part.filename;
          fs.writeFileSync(given.path, nameOf(found.data.payload));
          return { content: [{ type: "text", text: "saved" }] };
        }
        case "delete_label": {
          await gmail.users.labels.delete({ userId: "me", id: args.id });
          return { content: [{ type: "text", text: "done" }] };
        }
      }
    });
    """


def test_cases_with_work_of_their_own_are_tools_with_their_own_ways_and_effects() -> None:
    system = system_of({"index.ts": _INLINE})
    tools = {tool.name: tool for tool in elements(system, "mcp_tool")}
    assert set(tools) == {"run_now", "run_later", "save", "delete_label"}
    assert {flow.source for flow in flows(system, "path", "tool_arguments")} == {"mcp_tool:save"}
    assert {flow.source for flow in flows(system, "shell", "tool_arguments")} == {"mcp_tool:run_now", "mcp_tool:run_later"}
    assert tools["delete_label"].attributes["effects"] == ("deletion",)
    assert tools["save"].evidence[0].quote.strip().startswith('case "save"')


def test_a_setting_of_one_tool_makes_no_tools() -> None:
    text = _INLINE.replace("switch (name)", "switch (args.mode)")
    assert {tool.name for tool in elements(system_of({"index.ts": text}), "mcp_tool")} == {"setRequestHandler"}


@pytest.mark.parametrize(("attached", "chosen"), [("{ filename: 'a', path: file }", True), ("{ filename: file, content: 'a' }", False)])
def test_a_file_that_is_attached_to_a_mail_by_its_path_is_opened(attached: str, chosen: bool) -> None:
    text = _INLINE.replace("const { name,", "const files = [];\n      const { name,").replace(
        "await gmail.users.labels.delete({",
        "for (const file of args.files) { files.push(" + attached + "); }\n"
        "await nodemailer.createTransport({}).sendMail({ to: args.to, attachments: files });\nawait gmail.users.labels.delete({",
    )
    system = system_of({"index.ts": text.replace("import * as fs", 'import nodemailer from "nodemailer";\n    import * as fs')})
    assert ("mcp_tool:delete_label" in {flow.source for flow in flows(system, "path", "tool_arguments")}) is chosen


OBJECTS = """
    from mcp.server import Server
    from mcp.types import Tool

    app = Server("notes")


    class Handler:
        def __init__(self, name: str):
            self.name = name

        def run(self, arguments: dict):
            raise NotImplementedError()


    class Read(Handler):
        def __init__(self):
            super().__init__("read_note")

        def run(self, arguments: dict):
            return open(arguments["path"]).read()


    class Erase(Handler):
        def __init__(self):
            super().__init__(ERASE)

        def describe(self):
            return Tool(name="erase_note", description="Erases a note.", inputSchema={})

        def run(self, arguments: dict):
            import os

            os.remove(arguments["path"])
            return "gone"


    ERASE = "x"
    handlers = {}


    def add(handler: Handler):
        handlers[handler.name] = handler


    def find(name: str) -> Handler:
        return handlers[name]


    add(Read())
    add(Erase())


    @app.call_tool()
    async def call_tool(name: str, arguments: dict):
        GIVEN
"""


def test_tools_that_are_objects_are_tools_of_their_own() -> None:
    given = "handler = find(name)\n        return handler.run(arguments)"
    system = system_of(OBJECTS.replace("GIVEN", given))
    assert [element.name for element in elements(system, "mcp_tool")] == ["erase_note", "read_note"]
    assert any(flow.source == "mcp_tool:erase_note" and flow.role == "deletion" for flow in system.flows)


def test_an_object_that_is_asked_for_a_text_of_its_own_is_no_tool() -> None:
    given = "handler = find(name)\n        return handler.run({}) + name"
    assert [element.name for element in elements(system_of(OBJECTS.replace("GIVEN", given)), "mcp_tool")] == ["call_tool"]
