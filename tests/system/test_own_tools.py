"""Tools and agents that a project makes itself, without a framework: types that tell a model what they are and do it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import controls_on, elements, flows, only, system_of, ties

_PYTHON = {"model.py": "from openai import OpenAI\nreply = OpenAI().responses.create(model='gpt-5', input='x')\n"}
_GO = {
    "go.mod": "module example.com/a\n",
    "ask.go": """
        package main

        import (
            "context"

            "github.com/sashabaranov/go-openai"
        )

        func ask(question string) string {
            client := openai.NewClient("key")
            r, _ := client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{Model: "gpt-5",
                Messages: []openai.ChatCompletionMessage{{Role: "user", Content: question}}})
            return r.Choices[0].Message.Content
        }
        """,
}
_JAVA = {
    "Ask.java": """
        package a;
        import dev.langchain4j.model.openai.OpenAiChatModel;
        class Ask {
            String ask(String question) { return OpenAiChatModel.builder().modelName("gpt-5").build().chat(question); }
        }
        """
}
TYPES: dict[str, Mapping[str, str]] = {
    "Go: a record of all it tells": _GO
    | {
        "shell.go": """
        package main

        import (
            "context"
            "encoding/json"
            "os/exec"
        )

        type Info struct {
            Name        string
            Description string
            Parameters  map[string]any
        }
        type Call struct{ Input string }
        type Tool interface {
            Info() Info
            Run(ctx context.Context, call Call) (string, error)
        }
        type shell struct{}
        type arguments struct{ Command string }

        const shellName = "shell"

        func (s *shell) Info() Info {
            return Info{Name: shellName, Description: "Runs a command", Parameters: map[string]any{"command": "string"}}
        }
        func (s *shell) Run(ctx context.Context, call Call) (string, error) {
            var given arguments
            if err := json.Unmarshal([]byte(call.Input), &given); err != nil {
                return "", err
            }
            out, err := exec.CommandContext(ctx, "bash", "-c", given.Command).Output()
            return string(out), err
        }
        """
    },
    "Go: a method for each": _GO
    | {
        "shell.go": """
        package main

        import "os/exec"

        type Definition struct{ Properties map[string]string }
        type Tool interface {
            Name() string
            Description() string
            Parameters() Definition
            Run(arguments map[string]any) (string, error)
        }
        type shell struct{}

        func (s *shell) Name() string { return "shell" }
        func (s *shell) Description() string { return "Runs a command" }
        func (s *shell) Parameters() Definition { return Definition{Properties: map[string]string{"command": "string"}} }
        func (s *shell) Run(arguments map[string]any) (string, error) {
            out, err := exec.Command("bash", "-c", arguments["command"].(string)).Output()
            return string(out), err
        }
        """
    },
    "Java: a method for each": _JAVA
    | {
        "BaseTool.java": """
        package a;
        interface BaseTool { String getName(); String getDescription(); Map<String, Object> toParams(); Object execute(Object input); }
        """,
        "Shell.java": """
        package a;
        import java.util.Map;
        import java.util.HashMap;
        class Shell implements BaseTool {
            public String getName() { return "shell"; }
            public String getDescription() { return "Runs a command"; }
            public Map<String, Object> toParams() { Map<String, Object> p = new HashMap<>(); p.put("type", "object"); return p; }
            public Object execute(Object input) {
                Map<String, Object> given = (Map<String, Object>) input;
                return Runtime.getRuntime().exec(new String[] {"bash", "-c", (String) given.get("command")});
            }
        }
        """,
    },
    "Python: properties": _PYTHON
    | {
        "app.py": """
        import os
        from abc import ABC, abstractmethod
        class Tool(ABC):
            @property
            @abstractmethod
            def name(self): ...
            @abstractmethod
            def run(self, command): ...
        class Shell(Tool):
            @property
            def name(self): return "shell"
            @property
            def description(self): return "Runs a command"
            @property
            def parameters(self): return {"type": "object", "properties": {"command": {"type": "string"}}}
            def run(self, command): return os.popen(command).read()
        """
    },
    "TypeScript: fields": {
        "model.ts": 'import OpenAI from "openai";\nexport const r = new OpenAI().responses.create({ model: "gpt-5", input: "x" });\n',
        "shell.ts": """
        import { execSync } from "node:child_process";
        export class Shell implements Tool {
          name = "shell";
          description = "Runs a command";
          parameters = { type: "object", properties: { command: { type: "string" } } };
          async execute(args: { command: string }) { return execSync(args.command).toString(); }
        }
        """,
    },
}


@pytest.mark.parametrize("files", TYPES.values(), ids=TYPES.keys())
def test_a_type_that_tells_its_name_description_and_arguments_is_a_tool(files: Mapping[str, str]) -> None:
    system = system_of({path: text for path, text in files.items() if path != "go.mod"})
    tool = only(system, "tool")
    assert (tool.name, tool.attributes["recognised"], tool.attributes["side_effect"]) == ("shell", "shape", True)
    assert [flow.source for flow in flows(system, "shell", "tool_arguments")] == ["tool:shell"]


def test_a_command_of_a_program_is_no_tool() -> None:
    text = """
        package main

        type Info struct {
            Name        string
            Description string
            Usage       string
        }
        type serve struct{}

        func (s *serve) Info() Info { return Info{Name: "serve", Description: "Starts", Usage: "serve [port]"} }
        func (s *serve) Run(arguments []string) error { return nil }

        type version struct{}

        func (v *version) Name() string { return "version" }
        func (v *version) Description() string { return "Prints" }
        func (v *version) Params() []string { return nil }
        func (v *version) Run(arguments []string) error { println(arguments[0]); return nil }
        """
    system = system_of({path: text for path, text in _GO.items() if path != "go.mod"} | {"serve.go": text})
    assert not elements(system, "tool")


_AGENT = """
    import os
    from abc import ABC, abstractmethod
    from openai import AsyncOpenAI

    class BaseTool(ABC):
        name: str
        description: str
        parameters: dict
        async def __call__(self, **given):
            return await self.execute(**given)
        @abstractmethod
        async def execute(self, **given): ...
        def to_param(self):
            return {"type": "function", "function": {"name": self.name, "description": self.description, "parameters": self.parameters}}

    class Shell(BaseTool):
        name: str = "shell"
        description: str = "Runs a command"
        parameters: dict = {"type": "object", "properties": {"command": {"type": "string"}}}
        async def execute(self, command):
            return os.popen(command).read()

    class Look(BaseTool):
        name: str = "look"
        description: str = "Looks at a file"
        parameters: dict = {"type": "object", "properties": {"path": {"type": "string"}}}
        async def execute(self, path):
            return open(path).read()

    class Tools:
        def __init__(self, *tools: BaseTool):
            self.tools = tools
            self.by_name = {tool.name: tool for tool in tools}
        def to_params(self):
            return [tool.to_param() for tool in self.tools]
        async def execute(self, name, given):
            tool = self.by_name.get(name)
            if not tool:
                return "no such tool"
            return await tool(**given)

    class Base(ABC):
        name: str = "base"
        tools: Tools = Tools()
        max_steps: int = 10
        def __init__(self):
            self.client, self.messages = AsyncOpenAI(), []
        async def run(self, request: str):
            self.messages.append({"role": "user", "content": request})
            step = 0
            while step < self.max_steps:
                step += 1
                if not await self.step():
                    break
        async def step(self):
            reply = await self.client.chat.completions.create(model="gpt-5", messages=self.messages, tools=self.tools.to_params())
            for call in reply.choices[0].message.tool_calls or ():
                self.messages.append({"role": "tool", "content": await self.tools.execute(call.function.name, call.function.arguments)})
            return reply.choices[0].message.tool_calls

    class Worker(Base):
        name: str = "worker"
        tools: Tools = Tools(Shell())

    class Reader(Base):
        name: str = "reader"
        tools: Tools = Tools(Look())
    """


def test_a_class_that_asks_a_model_and_runs_the_tools_it_names_is_an_agent_with_the_tools_it_makes() -> None:
    system = system_of(_AGENT)
    assert {agent.name: agent.attributes.get("loop_limited") for agent in elements(system, "agent")} == {"worker": True, "reader": True}
    found = ties(system)
    assert {tie for tie in found if tie[1] == "has_tool"} == {
        ("agent:worker", "has_tool", "tool:shell"),
        ("agent:reader", "has_tool", "tool:look"),
    }
    assert ("agent:worker", "uses_model", "hosted_llm:gpt-5") in found


def test_what_only_holds_an_agent_is_none_and_gives_it_work() -> None:
    text = """
        from fastapi import FastAPI
        from app import Worker
        app = FastAPI()
        class Service:
            def __init__(self):
                self.worker = Worker()
            async def answer(self, question):
                return await self.worker.run(question)
        service = Service()
        @app.post("/ask")
        async def ask(question: str):
            return await service.answer(question)
        """
    system = system_of({"app.py": _AGENT, "web.py": text})
    assert {agent.name for agent in elements(system, "agent")} == {"worker", "reader"}
    assert "agent:worker" in {flow.target for flow in flows(system, "prompt", "user_input")}


def test_a_model_client_and_a_runner_of_tools_that_do_not_meet_are_no_agent() -> None:
    apart = _AGENT.replace("await self.tools.execute(call.function.name, call.function.arguments)", "call.function.name")
    assert not elements(system_of(apart), "agent")


_ASKING = """
    import os
    from openai import OpenAI
    reply = OpenAI().responses.create(model="gpt-5", input="x")
    class Shell:
        name = "shell"
        description = "Runs a command"
        parameters = {"type": "object", "properties": {"command": {"type": "string"}}}
        def __init__(self, permissions):
            self.permissions = permissions
        def run(self, command):
            CONDITION
                allowed = self.permissions.request(tool="shell", command=command)
                if not allowed:
                    return "denied"
            return os.popen(command).read()
    """


def test_a_tool_that_leaves_when_a_permission_is_refused_has_a_person_before_it() -> None:
    asked = system_of(_ASKING.replace("CONDITION", "with self.lock:"))
    assert "human_approval" in controls_on(asked, only(asked, "tool").id)


def test_a_permission_that_is_asked_for_only_sometimes_is_no_approval() -> None:
    sometimes = system_of(_ASKING.replace("CONDITION", 'if not command.startswith("ls"):'))
    assert "human_approval" not in controls_on(sometimes, only(sometimes, "tool").id)


_BY_KIND = """
    import os
    from openai import OpenAI
    reply = OpenAI().responses.create(model="gpt-5", input="x")
    class Files:
        name = "files"
        description = "Writes or deletes a file"
        parameters = {"type": "object", "properties": {"kind": {"type": "string"}, "path": {"type": "string"}}}
        def __init__(self, permissions):
            self.permissions = permissions
        def run(self, kind, path):
            if kind == "write":
                allowed = self.permissions.request(action="write", path=path)
                if not allowed:
                    return "denied"
            elif kind == "delete":
                SECOND
            os.remove(path)
    """


def test_a_permission_that_is_asked_for_in_every_case_is_an_approval() -> None:
    every = _BY_KIND.replace(
        "SECOND",
        'gone = self.permissions.request(action="delete", path=path)\n                if not gone:\n                    return "denied"',
    )
    assert "human_approval" in controls_on(system_of(every), only(system_of(every), "tool").id)
    one = system_of(_BY_KIND.replace("SECOND", "path = path.strip()"))
    assert "human_approval" not in controls_on(one, only(one, "tool").id)


def test_an_agent_whose_loop_looks_at_permissions_first_has_a_person_before_its_tools() -> None:
    asking = _AGENT.replace(
        "            for call in reply",
        "            if not self.skip_permissions and not await self.ask_user(reply):\n                return None\n            for call in reply",
    )
    system = system_of(asking)
    assert "human_approval" in controls_on(system, "tool:shell")
    assert "human_approval" not in controls_on(system_of(_AGENT), "tool:shell")


def test_a_tool_registered_by_an_overridden_decorator_of_a_library_is_a_tool() -> None:
    system = system_of(
        """
        from typing import Generic, TypeVar
        from fastmcp import FastMCP
        Kept = TypeVar("Kept")
        class OurMCP(FastMCP[Kept], Generic[Kept]):
            def tool(self, name_or_fn=None, **kwargs):
                return super().tool(name_or_fn, **kwargs)
        class Desk:
            def tool(self, fn):
                return fn
        mcp, desk = OurMCP("ours"), Desk()
        @mcp.tool(tags={"read"})
        def look_up(issue: str) -> str:
            return issue
        @desk.tool
        def tidy(issue: str) -> str:
            return issue
        """
    )
    assert [element.name for element in elements(system, "mcp_tool")] == ["look_up"]


def test_heirs_that_complete_what_their_base_runs_are_the_tools_and_the_base_is_none() -> None:
    system = system_of(
        {
            "model.ts": 'import OpenAI from "openai";\nexport const r = new OpenAI().responses.create({ model: "gpt-5", input: "x" });\n',
            "tools.ts": """
            import { execSync } from "node:child_process";
            export abstract class BaseTool {
              abstract readonly name: string;
              abstract readonly description: string;
              abstract readonly schema: object;
              protected abstract executeImpl(given: any): Promise<string>;
              async execute(given: any): Promise<string> {
                return await this.executeImpl(given);
              }
            }
            export class ShellTool extends BaseTool {
              readonly name = "shell";
              readonly description = "Runs a command";
              readonly schema = { type: "object", properties: { command: { type: "string" } } };
              protected async executeImpl(given: any): Promise<string> {
                return execSync(given.command).toString();
              }
            }
            """,
        }
    )
    assert [tool.name for tool in elements(system, "tool")] == ["shell"]
    assert [flow.source for flow in flows(system, "shell", "tool_arguments")] == ["tool:shell"]
