"""Tools that describe themselves as classes, and models that search the web by themselves."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

ASKS = """
    from anthropic import Anthropic
    Anthropic().messages.create(model="claude-sonnet-4-5", max_tokens=9, messages=[{"role": "user", "content": "hello"}])
"""
WRITER = """
    from base import Base

    class Writer(Base):
        name = "writer"
        description = "Writes a file"
        %s
        def %s(self, **kwargs):
            with open(kwargs["path"], "w") as file:
                file.write("x")
"""
BASE = """
    class Base:
        name = ""
        description = ""
        input_schema = {}

        def execute(self, **kwargs):
            raise NotImplementedError
"""
SCHEMA = 'input_schema = {"type": "object", "properties": {"path": {"type": "string"}}}'
GENAI = """
    from google import genai
    from google.genai import types

    client = genai.Client()
    first = client.models.generate_content(model="gemini-2.5-flash", contents="news", config=%s)
    print(client.models.generate_content(model="gemini-2.5-pro", contents="Summarise " + first.text).text)
"""


class TestAClassThatDescribesItselfForAModel:
    """It is a tool wherever its objects are made."""

    def test_is_a_tool_though_a_loader_finds_it(self) -> None:
        system = system_of({"app.py": ASKS, "base.py": BASE, "tools/writer.py": WRITER % (SCHEMA, "execute")})
        assert [element.name for element in elements(system, "tool")] == ["writer"]
        assert [flow.source for flow in flows(system, "path", "tool_arguments")] == ["tool:writer"]

    @pytest.mark.parametrize(
        ("asks", "fields", "method"),
        [("", SCHEMA, "execute"), (ASKS, "", "execute"), (ASKS, 'parameters = {"path": "where"}', "execute"), (ASKS, SCHEMA, "describe")],
        ids=["without a model", "without a schema", "with parameters that are no schema", "without a method that runs it"],
    )
    def test_is_none_otherwise(self, asks: str, fields: str, method: str) -> None:
        system = system_of({"app.py": asks, "base.py": BASE, "tools/writer.py": WRITER % (fields, method)})
        assert elements(system, "tool") == []


class TestAModelThatSearchesTheWeb:
    """What it answers repeats pages that anyone writes."""

    @pytest.mark.parametrize(
        "config",
        ['{"tools": [{"google_search": {}}]}', "types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])"],
    )
    def test_hands_on_web_content(self, config: str) -> None:
        found = flows(system_of(GENAI % config), "prompt", "web_content")
        assert [(flow.source, flow.target) for flow in found] == [("web_content:web search", "hosted_llm:gemini-2.5-pro")]

    @pytest.mark.parametrize("config", ["{}", '{"tools": [{"function_declarations": [{"name": "google_search"}]}]}'])
    def test_does_not_without_that_tool(self, config: str) -> None:
        system = system_of(GENAI % config)
        assert flows(system, "prompt", "web_content") == [] and elements(system, "web_content") == []

    def test_is_known_by_the_type_of_the_tool(self) -> None:
        system = system_of(
            """
            from openai import OpenAI
            client = OpenAI()
            found = client.responses.create(model="gpt-5", input="news", tools=[{"type": "web_search_preview"}])
            client.responses.create(model="gpt-5-mini", input=found.output_text)
            """
        )
        assert [flow.target for flow in flows(system, "prompt", "web_content")] == ["hosted_llm:gpt-5-mini"]


OF_AN_AGENT = """
    import os, shutil, tempfile, requests
    from smolagents import CodeAgent, Tool

    class Given(Tool):
        name = "%s"
        description = "For the agent."
        inputs = {"text": {"type": "string", "description": "what is wanted"}}
        output_type = "string"

        def forward(self, text: str) -> str:
            return work(text)

    def work(text):
        %s

    CodeAgent(tools=[Given()], model=None, max_steps=3).run("begin")
"""


def effects_of(name: str, *body: str) -> object:
    (tool,) = [tool for tool in elements(system_of(OF_AN_AGENT % (name, "\n        ".join(body))), "tool") if tool.name == name]
    return tool.attributes.get("effects", ()), tool.attributes.get("side_effect", False)


class TestWhatAToolDoes:
    """A tool has an effect where something outside of it is different afterwards."""

    def test_a_question_that_is_posted_by_a_tool_that_gets_changes_nothing(self) -> None:
        assert effects_of("get_rows", "return requests.post('https://data.example/nl', json={'q': text}).text") == (("network",), False)

    def test_what_is_posted_by_a_tool_that_adds_is_written(self) -> None:
        assert effects_of("add_rows", "return requests.post('https://data.example/nl', json={'q': text}).text") == (
            ("network", "write"),
            True,
        )

    def test_its_own_temporary_folder_is_nobodys_loss(self) -> None:
        made = "folder = tempfile.mkdtemp()"
        assert effects_of("keep_note", made, "shutil.rmtree(folder)", "return text") == ((), False)
        assert effects_of("keep_note", made, "shutil.rmtree(os.path.join(folder, 'a'))", "return text") == ((), False)

    def test_a_folder_that_was_there_before_is(self) -> None:
        assert effects_of("keep_note", "shutil.rmtree('/srv/notes')", "return text") == (("deletion",), True)


@pytest.mark.parametrize(("tool", "given"), [("computer", True), ("computer_use_preview", True), ("computer_list", False)])
def test_a_model_that_is_lent_a_computer_acts_through_a_tool(tool: str, given: bool) -> None:
    system = system_of(
        {
            "app.ts": f"""
            import OpenAI from "openai";

            const computer = {{ type: "{tool}" as const }} as unknown as Tool;

            export async function step(messages) {{
              return await new OpenAI().responses.create({{ model: "gpt-5.4", input: messages, tools: [computer] }});
            }}
            """
        }
    )
    assert [(tie.source, tie.target) for tie in system.relations if tie.kind == "has_tool"] == (
        [("hosted_llm:gpt-5.4", "tool:computer")] if given else []
    )
