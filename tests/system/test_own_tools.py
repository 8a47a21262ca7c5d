"""Tools and agents that a project makes itself, without a framework: types that tell a model what they are and do it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import elements, flows, only, system_of

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
