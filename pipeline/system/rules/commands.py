"""What commands start, out of `pipeline/knowledge/commands.yaml`: servers of models and tools, and where and for whom they listen.

Takes a command's words and variables, answers questions about it. Values that are still variables are not known, and say nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from pydantic import Field

from ingest.facts import Setting
from ingest.source import parts_of
from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_LONGEST = 20_000
_WORDS = 500
_FILE = KNOWLEDGE / "commands.yaml"
_LOOPBACK = re.compile(r"^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d+)?$")
_EVERYWHERE = re.compile(r"^(?:0\.0\.0\.0|\*|\[?::\]?|0)(?::\d+)?$|^:\d+$")


class ServerRule(Frozen):
    """A program that listens."""

    product: str
    kind: Literal["inference_server", "mcp_server", "model_registry"] = "inference_server"
    programs: tuple[str, ...]
    image: str | None = Field(default=None, description="Images whose entry point it is.")
    only_with: str | None = Field(default=None, description="Pattern of the words without which it does not listen.")
    hosts: tuple[str, ...] = Field(default=("--host",), description="Options that name the address.")
    host_variables: tuple[str, ...] = ()
    default_host: str = "127.0.0.1"
    keys: tuple[str, ...] = Field(default=(), description="Options by which a caller has to know a key, or that may say so.")
    key_variables: tuple[str, ...] = ()
    models: tuple[str, ...] = Field(default=(), description="Options that name the model.")
    model_is_first: bool = Field(default=False, description="Without an option, the first word names it.")
    administered: bool = Field(default=False, description="Whoever may ask it may also change which models it has.")
    administered_by: tuple[str, ...] = Field(default=(), description="Variables or words by which that is so.")


class LoaderRule(Frozen):
    """A program that loads a model."""

    product: str
    programs: tuple[str, ...]
    models: tuple[str, ...]
    trusts: tuple[str, ...]


class LinkRule(Frozen):
    """A program that parties of a federated training connect to."""

    product: str
    library: str = Field(description="The `library` attribute of the training it is for.")
    programs: tuple[str, ...]
    image: str | None = Field(default=None, description="Images whose entry point it is.")
    hosts: tuple[str, ...] = Field(description="Options that name the address where parties connect.")
    default_host: str
    keys: tuple[str, ...] = Field(description="Options by which only known parties may connect.")
    certificates: tuple[str, ...] = Field(default=(), description="Options that name the certificate of the link.")


class CommandRules(Frozen):
    servers: tuple[ServerRule, ...]
    loaders: tuple[LoaderRule, ...]
    links: tuple[LinkRule, ...]


@lru_cache(maxsize=1)
def load_commands() -> CommandRules:
    return read_knowledge(_FILE, CommandRules)


def words_of(command: Setting) -> tuple[str, ...]:
    return parts_of(command.attributes.get("words"))


def split_words(command: str) -> tuple[str, ...]:
    """The words of a command that is written as one text."""
    try:
        return tuple(shlex.split(command[:_LONGEST].replace("\\\n", " "), comments=True)[:_WORDS])
    except ValueError:
        return tuple(command[:_LONGEST].split()[:_WORDS])


def variables_of(command: Setting) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in parts_of(command.attributes.get("variables")) if "=" in pair)


def server_of(words: Sequence[str]) -> ServerRule | None:
    """The server that a command starts."""
    for rule in load_commands().servers:
        if any(_begins(words, program) for program in rule.programs):
            return rule if rule.only_with is None or re.search(rule.only_with, " ".join(words)) else None
    return None


def loader_of(words: Sequence[str]) -> LoaderRule | None:
    return next((rule for rule in load_commands().loaders if any(_begins(words, program) for program in rule.programs)), None)


def link_of(words: Sequence[str]) -> LinkRule | None:
    """The link of a federated training that a command starts."""
    return next((rule for rule in load_commands().links if any(_begins(words, program) for program in rule.programs)), None)


def is_on_loopback(rule: LinkRule, words: Sequence[str]) -> bool:
    """Whether only its own machine can reach a link."""
    return _LOOPBACK.match(option(words, rule.hosts) or rule.default_host) is not None


def listens_everywhere(rule: ServerRule, words: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether a server takes calls on all addresses of its machine; not where that cannot be read."""
    host = option(words, rule.hosts) or next((variables[name] for name in rule.host_variables if name in variables), rule.default_host)
    host = host.removeprefix("http://").removeprefix("tcp://")
    return _EVERYWHERE.match(host) is not None and _LOOPBACK.match(host) is None


def asks_for_key(rule: ServerRule, words: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether callers have to know a key, or may have to: an option that is given an unknown value may be empty, and counts as given."""
    return any(word.partition("=")[0] in rule.keys for word in words) or any(variables.get(name) for name in rule.key_variables)


def model_of(rule: ServerRule | LoaderRule, words: Sequence[str]) -> str:
    """The model a command names, or nothing."""
    named = option(words, rule.models)
    if named or not isinstance(rule, ServerRule) or not rule.model_is_first:
        return named
    after = words[words.index("serve") + 1 :] if "serve" in words else []
    return after[0] if after and not after[0].startswith("-") else ""


def option(words: Sequence[str], names: Sequence[str]) -> str:
    """The value of the first of these options, in either of its forms."""
    for index, word in enumerate(words):
        name, given, value = word.partition("=")
        if name in names:
            return value if given else words[index + 1] if index + 1 < len(words) else ""
    return ""


def is_on(words: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a switch is set: alone, or to true."""
    for index, word in enumerate(words):
        name, given, value = word.partition("=")
        if name in names:
            said = value if given else words[index + 1] if index + 1 < len(words) else ""
            return said.lower() not in ("false", "0", "no")
    return False


def _begins(words: Sequence[str], program: str) -> bool:
    parts = program.split(" ")
    return list(words[: len(parts)]) == parts
