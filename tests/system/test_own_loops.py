"""Agents that are only a loop around a model: which functions are their tools, what a model chose of their arguments, who bounds the rounds."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, flows, only, system_of, ties

_ASKS = """
    import json
    import os
    from openai import OpenAI
    client = OpenAI()
    def shell(command):
        return os.popen(command).read()
    def look(name):
        return open("notes/" + name).read()
    """
_LOOP = """
    def run(messages, described):
        while True:
            message = client.chat.completions.create(model="gpt-5", messages=messages, tools=described).choices[0].message
            messages.append(message)
            if not message.tool_calls:
                return message.content
            for call in message.tool_calls:
                given = json.loads(call.function.arguments)
                {step}
                messages.append({{"role": "tool", "content": done}})
    """
_STEPS = {
    "a table": 'done = {"shell": shell, "look": look}[call.function.name](**given)',
    "a table that may lack it": 'f = {"shell": shell, "look": look}.get(call.function.name)\n                done = f(**given) if f else "none"',
    "records of a table": 'done = {"shell": {"run": shell}, "look": {"run": look}}[call.function.name]["run"](**given)',
    "branches": 'if call.function.name == "shell":\n                    done = shell(given["command"])\n'
    '                elif call.function.name == "look":\n                    done = look(given["name"])\n'
    '                else:\n                    done = "none"',
}


@pytest.mark.parametrize("step", sorted(_STEPS))
def test_functions_that_a_reply_names_are_tools_of_the_loop(step: str) -> None:
    system = system_of(_ASKS + _LOOP.format(step=_STEPS[step]))
    agent = only(system, "agent")
    assert {tie for tie in ties(system) if tie[1] in ("has_tool", "uses_model")} == {
        (agent.id, "uses_model", "hosted_llm:gpt-5"),
        (agent.id, "has_tool", "tool:shell"),
        (agent.id, "has_tool", "tool:look"),
    }
    assert {flow.source for flow in flows(system, "shell", "tool_arguments")} == {"tool:shell"}
    assert "loop_limited" not in agent.attributes


def test_a_function_that_is_chosen_by_a_setting_is_no_tool() -> None:
    step = 'done = {"shell": shell, "look": look}[os.environ["MODE"]](str(len(given)))'
    system = system_of(_ASKS + _LOOP.format(step=step))
    assert not elements(system, "tool")
    assert not elements(system, "agent")


def test_what_the_program_hands_to_a_tool_is_not_chosen_by_the_model() -> None:
    step = 'done = {"shell": shell}[call.function.name](described, given["command"])'
    text = _ASKS.replace("def shell(command):", "def shell(user_id, command):") + _LOOP.format(step=step)
    tool = only(system_of(text), "tool")
    assert "identity_parameter" not in tool.attributes


def test_methods_that_a_reply_names_are_tools_and_the_class_around_is_the_agent() -> None:
    system = system_of(
        """
        import os
        import anthropic
        class Desk:
            def __init__(self):
                self.client, self.turns = anthropic.Anthropic(), []
            def tool_shell(self, command):
                return os.popen(command).read()
            def _secret(self):
                return "no tool"
            def answer(self, text):
                self.turns.append({"role": "user", "content": text})
                for _ in range(5):
                    reply = self.client.messages.create(model="claude", max_tokens=9, messages=self.turns, tools=[])
                    for block in reply.content:
                        if block.type == "tool_use":
                            done = getattr(self, f"tool_{block.name}")(**block.input)
                            self.turns.append({"role": "user", "content": [{"type": "tool_result", "content": done}]})
        """
    )
    assert [tool.name for tool in elements(system, "tool")] == ["shell"]
    agent = only(system, "agent")
    assert agent.name == "Desk"
    assert agent.attributes["loop_limited"] is True


def test_tools_of_a_session_that_streams_are_known_by_the_names_they_are_described_by() -> None:
    system = system_of(
        """
        import json
        import os
        def shell(given):
            return os.popen(given["command"]).read()
        DESCRIBED = [{"name": "shell", "description": "Runs a command", "parameters": {"type": "object"}}]
        TABLE = {"shell": shell}
        async def receive(socket):
            async for line in socket:
                event = json.loads(line)
                done = TABLE[event["name"]](json.loads(event["arguments"]))
                await socket.send(json.dumps(done))
        """
    )
    agent = only(system, "agent")
    assert (agent.id, "has_tool", "tool:shell") in ties(system)
    assert agent.attributes["loop_unseen"] is True


def test_a_loop_in_typescript_reads_tools_out_of_an_object() -> None:
    system = system_of(
        {
            "loop.ts": """
            import OpenAI from "openai";
            import { execSync } from "node:child_process";
            const client = new OpenAI();
            const tools: Record<string, (given: any) => string> = {
              shell: ({ command }) => execSync(command).toString(),
            };
            export async function answer(messages: any[], described: any[]) {
              for (let round = 0; round < 5; round++) {
                const reply = await client.chat.completions.create({ model: "gpt-5", messages, tools: described });
                const message = reply.choices[0].message;
                messages.push(message);
                for (const call of message.tool_calls ?? []) {
                  const done = tools[call.function.name](JSON.parse(call.function.arguments));
                  messages.push({ role: "tool", tool_call_id: call.id, content: done });
                }
              }
            }
            """
        }
    )
    agent = only(system, "agent")
    assert (agent.id, "has_tool", "tool:shell") in ties(system)
    assert agent.attributes["loop_limited"] is True


def test_what_a_tool_gives_back_is_not_the_models_own_words_come_back() -> None:
    system = system_of(_ASKS + _LOOP.format(step=_STEPS["a table"]))
    echoes = [flow for flow in flows(system, "conversation") if set(flow.carries) & {"tool_arguments", "model_reply"}]
    assert not [flow for flow in echoes if flow.source.startswith("tool:")]


def test_a_loop_that_asks_about_tools_on_a_list_has_an_approval_of_those_alone() -> None:
    step = (
        'if call.function.name in ("shell",) and input("Run it? ") != "y":\n                    continue\n'
        '                done = {"shell": shell, "look": look}[call.function.name](**given)'
    )
    system = system_of(_ASKS + _LOOP.format(step=step))
    assert "human_approval" in controls_on(system, "tool:shell")
    assert "human_approval" not in controls_on(system, "tool:look")


def test_records_that_describe_a_tool_in_a_part_are_tools_where_a_loop_runs_what_it_looked_up() -> None:
    system = system_of(
        {
            "loop.ts": """
            import Anthropic from "@anthropic-ai/sdk";
            import { execSync } from "node:child_process";
            const shell = {
              declaration: { name: "shell", description: "Runs a command", parameters: { type: "object" } },
              execute: async (given: any) => execSync(given.command).toString(),
            };
            const byName = new Map([shell].map((tool) => [tool.declaration.name, tool]));
            const client = new Anthropic();
            export async function answer(messages: any[]) {
              for (;;) {
                const reply = await client.messages.create({ model: "claude", max_tokens: 9, messages, tools: [shell.declaration] });
                messages.push({ role: "assistant", content: reply.content });
                for (const use of reply.content.filter((block: any) => block.type === "tool_use") as any[]) {
                  const done = await byName.get(use.name)!.execute(use.input);
                  messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: done }] });
                }
              }
            }
            """
        }
    )
    agent = only(system, "agent")
    assert (agent.id, "has_tool", "tool:shell") in ties(system)
    assert "loop_limited" not in agent.attributes


def test_records_of_something_else_are_no_tools_without_such_a_loop() -> None:
    system = system_of(
        {
            "jobs.ts": """
            import OpenAI from "openai";
            import { execSync } from "node:child_process";
            export const job = {
              definition: { name: "clean", description: "Cleans up", parameters: {} },
              run: async (given: any) => execSync(given.command).toString(),
            };
            export const ask = (text: string) => new OpenAI().responses.create({ model: "gpt-5", input: text });
            """
        }
    )
    assert not elements(system, "tool")


def test_a_comparison_of_what_is_counted_bounds_the_rounds() -> None:
    text = _ASKS + _LOOP.format(step=_STEPS["a table"]).replace(
        "while True:", "n = 0\n        while True:\n            if n >= described.most: break\n            n += 1"
    )
    assert only(system_of(text), "agent").attributes["loop_limited"] is True


def test_a_conversation_at_a_terminal_is_no_loop_of_an_agent() -> None:
    system = system_of(
        _ASKS
        + """
    def answer(text, described):
        message = client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}], tools=described).choices[0].message
        for call in message.tool_calls:
            return {"shell": shell}[call.function.name](**json.loads(call.function.arguments))
    def main():
        while True:
            print(answer(input("> "), []))
    """
    )
    assert not elements(system, "agent")
    assert ("hosted_llm:gpt-5", "has_tool", "tool:shell") in ties(system)


def test_what_is_called_run_and_given_a_reply_runs_no_tool_that_was_not_looked_up() -> None:
    system = system_of(
        """
        import json
        from langchain_core.tools import StructuredTool
        from openai import OpenAI

        client = OpenAI()

        class Session:
            def __init__(self, box):
                self.box = box
                self.tools = [StructuredTool(name="python", description="Runs code.", func=self.work, coroutine=self.awork)]

            def files(self, code, retry=3):
                reply = client.responses.create(model="gpt-5", input="Which files does this write? " + code).output_text
                found = json.loads(reply)
                return found["files"] if "files" in found else self.files(code, retry - 1)

            def work(self, code: str) -> str:
                for name in self.files(code):
                    self.box.run(name)
                return "done"

            async def awork(self, code: str) -> str:
                return self.work(code)
        """
    )
    assert [element.id for element in elements(system, "agent")] == []


_TOOLBOX = """
    import { execSync } from "child_process";
    type Tool = { description: string; parameters: object; run: (args: any) => Promise<string> };
    export class Toolbox {
      private tools = new Map<string, Tool>();
      add(name: string, tool: Tool) { this.tools.set(name, tool); return this; }
      async run(name: string, args: any) { const tool = this.tools.get(name); if (!tool) return "unknown"; return tool.run(args); }
    }
    export const toolbox = new Toolbox()
      .add("shell", { description: "Runs a command", parameters: {}, run: async ({ command }) => execSync(command).toString() });
    """
_STREAMED = """
    import OpenAI from "openai";
    import { toolbox } from "./toolbox";
    const client = new OpenAI();
    export async function ask(messages: any[]) {
      for (let round = 0; round < 5; round++) {
        const stream = await client.chat.completions.create({ model: "gpt-5", messages, stream: true });
        const calls: any[] = [];
        for await (const part of stream) for (const one of part.choices[0].delta.tool_calls ?? []) {
          GATHERED
        }
        if (!calls.length) return;
        for (const call of calls) messages.push({ role: "tool", content: await toolbox.run(call.name, JSON.parse(call.args)) });
      }
    }
    """
_GATHERED = {
    "entry by entry": 'calls[one.index] ??= { name: "", args: "" }; calls[one.index].name += one.function?.name ?? ""; '
    'calls[one.index].args += one.function?.arguments ?? "";',
    "where there is none yet": 'if (!calls[one.index]) calls[one.index] = { name: "", args: "" }; calls[one.index].name ||= one.function.name; '
    "calls[one.index].args += one.function.arguments;",
}


@pytest.mark.parametrize("gathered", _GATHERED.values(), ids=_GATHERED)
def test_calls_that_are_gathered_out_of_a_stream_are_the_models(gathered: str) -> None:
    system = system_of({"toolbox.ts": _TOOLBOX, "loop.ts": _STREAMED.replace("GATHERED", gathered)})
    assert ("agent:ask", "has_tool", "tool:shell") in ties(system)
    assert [flow.source for flow in flows(system, "shell", "model_reply")] == ["hosted_llm:gpt-5"]


def test_calls_that_are_gathered_in_a_dictionary_are_the_models() -> None:
    system = system_of("""
        import json, os
        from openai import OpenAI
        client = OpenAI()
        def ask(messages):
            gathered = {}
            for part in client.chat.completions.create(model="gpt-5", messages=messages, stream=True):
                for call in part.choices[0].delta.tool_calls or []:
                    if call.index not in gathered:
                        gathered[call.index] = {"name": "", "arguments": ""}
                    gathered[call.index]["arguments"] += call.function.arguments
            for call in gathered.values():
                os.system(json.loads(call["arguments"])["command"])
        """)
    assert [flow.source for flow in flows(system, "shell", "model_reply")] == ["hosted_llm:gpt-5"]
