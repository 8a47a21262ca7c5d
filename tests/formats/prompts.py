"""Prompt files: one small file in the form of each tool, and what must be read of it."""

from __future__ import annotations

from pathlib import Path

from ingest.facts import TextFacts
from ingest.source import Source
from ingest.texts import read_texts
from tests.formats.declaring import Format, Group, Proof

PROMPTY = """---
name: Answers
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-4o}
inputs:
  question: {type: string}
---
system:
You help the members of a club.

user:
{{question}}
"""
DOTPROMPT = """---
model: googleai/gemini-2.5-flash
input:
  schema:
    topic: string
---
{{role "system"}}
You help the members of a club.
{{role "user"}}
Tell of {{topic}}.
"""
GITHUB = """name: Short
model: openai/gpt-4o-mini
messages:
  - {role: system, content: You help the members of a club.}
  - {role: user, content: "Shorten: {{text}}"}
"""
PROMPTFOO = 'prompts: ["Say it in English: {{text}}"]\nproviders: ["openai:chat:gpt-4o-mini"]\n'
LANGCHAIN = '{"_type": "prompt", "input_variables": ["topic"], "template": "Tell of {topic}.", "template_format": "jinja2"}'


def _facts(folder: Path, name: str, text: str) -> TextFacts:
    path = folder / name
    path.write_text(text, "utf-8")
    facts = read_texts(Source(name, path, "prompt_file", "product", len(text)))
    assert isinstance(facts, TextFacts), facts
    return facts


def _says(name: str, text: str, attribute: str, value: object) -> Proof:
    def proof(folder: Path) -> bool:
        found = _facts(folder, name, text).settings
        return len(found) == 1 and found[0].place.start_line >= 1 and found[0].attributes.get(attribute) == value

    return proof


def _form(title: str, suffixes: tuple[str, ...], name: str, text: str, *, words: str, said: dict[str, tuple[str, object]]) -> Format:
    """A form with its file; `said` is the attribute that proves each thing."""
    proofs: dict[str, Proof] = {"texts": lambda folder: any(words in stored.text for stored in _facts(folder, name, text).texts)}
    proofs |= {thing: _says(name, text, *expected) for thing, expected in said.items()}
    return Format(title, suffixes, proofs)


HELP = "You help the members of a club."
GROUP = Group(
    "Prompt files",
    "What a prompt file says beside its words. Any other text that code loads and gives to a model is a prompt as well.",
    ("texts", "the model", "the service", "inputs", "a part for the system", "the language of its template"),
    (
        _form("Prompty", (".prompty",), "a.prompty", PROMPTY, words=HELP, said={
            "the model": ("model", "gpt-4o"), "the service": ("service", "azure_openai"), "inputs": ("inputs", ("question",)),
            "a part for the system": ("system", True)}),
        _form("dotprompt", (".prompt",), "a.prompt", DOTPROMPT, words=HELP, said={
            "the model": ("model", "gemini-2.5-flash"), "the service": ("service", "googleai"), "inputs": ("inputs", ("topic",)),
            "a part for the system": ("system", True)}),
        _form("GitHub Models", (".prompt.yml", ".prompt.yaml"), "a.prompt.yml", GITHUB, words=HELP, said={
            "the model": ("model", "gpt-4o-mini"), "the service": ("service", "openai"), "inputs": ("inputs", ("text",)),
            "a part for the system": ("system", True)}),
        _form("promptfoo", ("promptfooconfig.yaml",), "promptfooconfig.yaml", PROMPTFOO, words="Say it in English", said={
            "the model": ("model", "gpt-4o-mini"), "the service": ("service", "openai"), "inputs": ("inputs", ("text",))}),
        _form("LangChain", (".json", ".yaml"), "a.json", LANGCHAIN, words="Tell of {topic}.", said={
            "inputs": ("inputs", ("topic",)), "the language of its template": ("template", "jinja2")}),
    ),
)  # fmt: skip
