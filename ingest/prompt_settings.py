"""What a prompt file says beside its texts: the model it is for, the values that are filled in, how it is filled in.

Takes the text of a `.prompty` or `.prompt` file with front matter, of a `.prompt.yml` of GitHub Models, a promptfoo configuration, or
a prompt that LangChain saved, gives a `prompt` setting with the model, the service and the inputs. Files of prompts that say nothing of a
model are texts only. Parameters that change neither are left out, and so are prompts that a configuration names by path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.config.json_nodes import json_node
from ingest.config.nodes import NOTHING, BadConfig, Node
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,20000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\{?[#^&]?\s*([A-Za-z_]\w{0,60}(?:\.\w{1,60})?)\s*(?:\|[^{}]{0,80})?\}?\}\}")
_PROVIDER = re.compile(
    r"(?P<service>[a-z][\w-]{1,30})[:/](?:(?:chat|completion|responses|messages|embedding):)?(?P<model>[\w./:@-]{2,120})"
)
_SYSTEM = re.compile(r"^\s*(?:system|developer)\s*:\s*$|\{\{\s*role\s+[\"']system[\"']\s*\}\}|<\|?system\|?>", re.MULTILINE | re.IGNORECASE)
_MOST = 60


def prompt_settings(text: str, path: str) -> tuple[Setting, ...]:
    """The settings of one file; nothing where it says nothing of a model or is none of these."""
    name = PurePosixPath(path.lower())
    try:
        if name.suffix in (".prompty", ".prompt", ".md"):
            return tuple(_with_front_matter(text, path))
        if name.suffix in (".yml", ".yaml", ".json"):
            return tuple(_structured(json_node(text) if name.suffix == ".json" else yaml_node(text), path))
    except BadConfig:
        return ()  # a template itself: its texts are read all the same
    return ()


def _with_front_matter(text: str, path: str) -> Iterator[Setting]:
    match = _FRONT.match(text)
    front = yaml_node("\n" + match[1]) if match is not None else NOTHING
    if match is None or front.kind != "map":
        return
    model = front.get("model")
    configuration = model.get("configuration", "connection")
    named = model.get("id", "name").text or model.text or configuration.get("azure_deployment", "model", "name", "deployment").text
    service = configuration.get("type", "provider").text or model.get("provider").text
    if not (named or service or front.get("inputs", "input", "template", "sample") is not NOTHING):
        return
    body = text[match.end() :]
    inputs = _names(front.get("inputs"), front.get("input").get("schema"), front.get("sample")) or _variables(body)
    form, place = "prompty" if path.lower().endswith(".prompty") else "dotprompt", Place(path, 1, max(1, len(split_lines(match[0]))))
    yield _setting(
        path, place, form, service, named, inputs,
        front.get("template").get("format", "type").text or front.get("template").text, _SYSTEM.search(body) is not None,
    )  # fmt: skip


def _structured(document: Node, path: str) -> Iterator[Setting]:
    if document.get("providers", "targets").kind == "list" and document.get("prompts") is not NOTHING:
        yield from _evaluated(document, path)
    elif document.get("messages").kind == "list" and document.get("model").kind == "scalar":
        texts = [message.get("content").text for message in document.get("messages").items[:_MOST]]
        system = any(message.get("role").text == "system" for message in document.get("messages").items[:_MOST])
        yield _setting(path, _line(path, document.get("model")), "github", "", document.get("model").text, _variables(*texts), "", system)
    elif document.get("_type").text in ("prompt", "few_shot", "chat_prompt", "chat"):
        yield _setting(
            path, _line(path, document.get("_type")), "langchain", "", "", document.get("input_variables").texts()[:_MOST],
            document.get("template_format").text, False,
        )  # fmt: skip
    elif document.get("lc").text == "1" and (made := document.get("id").texts()) and made[-1].endswith("PromptTemplate"):
        given = document.get("kwargs")
        system = any(part.text == "SystemMessagePromptTemplate" for part in given.get("messages").scalars())
        yield _setting(
            path, _line(path, document.get("id")), "langchain", "", "", given.get("input_variables").texts()[:_MOST],
            given.get("template_format").text, system,
        )  # fmt: skip


def _evaluated(document: Node, path: str) -> Iterator[Setting]:
    """The models that a promptfoo configuration tries its prompts on."""
    texts = document.get("prompts").texts()[:_MOST]
    for provider in document.get("providers", "targets").items[:_MOST]:
        named = provider.text or provider.get("id").text
        if named and not named.startswith(("file:", "http:", "https:", "exec:", "python:")):
            yield _setting(path, _line(path, provider), "promptfoo", "", named, _variables(*texts), "", False)


def _setting(path: str, place: Place, form: str, service: str, model: str, inputs: tuple[str, ...], template: str, system: bool) -> Setting:
    match = _PROVIDER.fullmatch(model)
    given = "" if "$" in model or "{{" in model else model
    return setting(
        "prompt", path, place, format=form, service=service or (match["service"] if match is not None and given else "") or None,
        model=(match["model"] if match is not None and form != "prompty" else given) if given else None, inputs=inputs or None,
        template=template or None, system=system or None,
    )  # fmt: skip


def _names(*nodes: Node) -> tuple[str, ...]:
    """The keys of the first mapping that has some."""
    return next((names for node in nodes if (names := tuple(name.rstrip("?") for name, _value, _line in node.entries())[:_MOST])), ())


def _variables(*texts: str) -> tuple[str, ...]:
    """Names that are filled in, in their order."""
    return tuple(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text[:200_000])))[:_MOST]


def _line(path: str, node: Node) -> Place:
    return Place(path, node.line, max(node.line, node.end_line))
