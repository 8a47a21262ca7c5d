"""Requests that a system sends to its own routes, told apart from those to models and to others.

`OwnRoutes.asked` takes a call and gives the address of the route of the tree that it asks: its path is one of a route, and what stands
before the path is nothing, the address the request itself came to, a machine that has no name of the internet, or a setting. A setting
or a port that speaks of models is another's, and a route that asks for its own path asks another server that offers the same. Routes
below a prefix that the code does not say are found by the end of the path; methods are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.enclosing import around
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.words import words_of

_OPEN = "\0"  # stands for what the code does not say
_MAX_PARTS, _MAX_DEPTH = 24, 5
_FOREIGN = re.compile(
    r"ollama|openai|anthropic|claude|gemini|mistral|groq|cohere|deepseek|openrouter|bedrock|hugging|vllm|litellm|lm_?studio|llama|inference"
    r"|completion|(^|[\W_])(llms?|models?|gpt|tgi|mcp|proxy|upstream|webhook)([\W_]|$)|:(11434|1234)\b",
    re.IGNORECASE,
)
_OF_A_MODEL = re.compile(r"/(v1/)?(chat/completions|completions|messages|responses)$|^/api/(chat|generate)$")
_OF_THE_APPLICATION = frozenset({"app", "site", "public", "vercel", "frontend", "backend", "host", "origin", "self"})
_OF_A_SERVER = _OF_THE_APPLICATION | {"api", "base", "server", "service", "web", "root", "url", "domain", "endpoint"}
_OF_THE_REQUEST = re.compile(r"(^|\.)(origin|base_url|nextUrl|location|host_url|url_root|contextPath)(\.(origin|href))?$")
_HOST = re.compile(r"^(?:https?:)?//([^/]*)")
_PREFIXES = re.compile(r"^(api|rest|v\d+|app|backend|server)$")
_VARIABLE = re.compile(r"^(\{.*|<.*|:.*|\[.*|\$\{.*)$|" + _OPEN)
_ALL_THE_REST = re.compile(r"^(\{.*:path\}|\{\*.*|<path:.*|\[+\.\.\..*|\*.*)$")
_IN_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """An address that is asked for: what stands before its path, and the path with `_OPEN` for what is not known."""

    base: str
    names: tuple[str, ...]  # what the parts of the base that are not known are called
    path: str


class OwnRoutes:
    """The routes of a program; their addresses are found when a request is looked at for the first time."""

    def __init__(self, program: Program, routes: Callable[[], Iterable[tuple[str, FunctionRef]]]) -> None:
        self._program, self._find = program, routes

    @cached_property
    def _routes(self) -> dict[tuple[str, ...], tuple[str, frozenset[FunctionRef]]]:
        found: dict[tuple[str, ...], tuple[str, frozenset[FunctionRef]]] = {}
        for path, function in self._find():
            segments = _segments(path)
            if any(not _VARIABLE.search(one) and not _ALL_THE_REST.match(one) for one in segments):
                found[segments] = (path, found.get(segments, (path, frozenset[FunctionRef]()))[1] | {function})
        return found

    def asked(self, call: Node, sites: Sequence[CallSite]) -> str | None:
        """The route that a call asks; `sites` is what knowledge says of the call."""
        wanted = next((given for site in sites for given, role in site.rule.sinks.items() if role == "url"), "url|0")
        url = argument_node(self._program, call, wanted)
        if url is not None and self._program.constant(url) in _IN_METHODS:
            url = argument_node(self._program, call, "1")
        for asked in self._asked(url) if url is not None else ():
            found = self._matching(asked, call)
            if found is not None:
                return found
        return None

    def _matching(self, asked: _Asked, call: Node) -> str | None:
        segments = _segments(asked.path)
        if not segments or segments[0] == _OPEN or not self._routes or not self._may_be_own(asked, segments):
            return None
        for cut in range(len(segments)):
            if any(not _PREFIXES.match(one) for one in segments[:cut]):
                return None
            for route, (path, functions) in self._routes.items():
                if any(_fits(segments[cut:], below) for below in _below_prefixes(route)):
                    return path if self._is_relative(asked) or not functions & self._around(call) else None
        return None

    def _may_be_own(self, asked: _Asked, segments: Sequence[str]) -> bool:
        if self._is_relative(asked):
            return True
        said = " ".join((asked.base, *asked.names))
        if _FOREIGN.search(said):
            return False
        words = {word for name in asked.names for word in words_of(name.rsplit(".", 1)[-1])}
        host = _HOST.match(asked.base)
        machine = host[1].split("@")[-1].split(":")[0] if host is not None else ""
        if machine and _OPEN not in machine and "." in machine and not re.match(r"^(127\.|0\.0\.0\.0)", machine):
            return False
        if _OF_A_MODEL.search("/" + "/".join(segments)):
            return bool(words & _OF_THE_APPLICATION)
        return bool(machine.strip(_OPEN)) or bool(words & _OF_A_SERVER) or sum(_OPEN not in segment for segment in segments) > 1

    def _is_relative(self, asked: _Asked) -> bool:
        return (not asked.base and not asked.names) or any(_OF_THE_REQUEST.search(name) for name in asked.names)

    def _around(self, call: Node) -> frozenset[FunctionRef]:
        """The function that a call stands in, and those around it."""
        return frozenset(around(self._program, (call[0], self._program.value(call).scope)))

    # Addresses

    def _asked(self, url: Node) -> list[_Asked]:
        found: list[_Asked] = []
        for origin in self._program.origins(url)[:4]:
            value = self._program.value(origin)
            if value.kind == "call" and len(value.inputs) == 3 and self._program.value((origin[0], value.inputs[0])).text == "URL":
                path, base = (self._parts((origin[0], given), 0) for given in value.inputs[1:])  # new URL(path, base)
                found += [_split([*base, *path])] if _text(path).startswith("/") else []
            else:
                found.append(_split(self._parts(origin, 0)))
        return found

    def _parts(self, node: Node, depth: int) -> list[tuple[str, tuple[str, ...]]]:
        """A text from its beginning: constants, and `_OPEN` with the names of what is not known; a default of a setting is kept."""
        program = self._program
        origins = program.origins(node) if depth < _MAX_DEPTH else (node,)
        values = [program.value(origin) for origin in origins]
        if len(origins) == 1:
            origin, value = origins[0], values[0]
            if value.kind == "constant":
                return [(value.text, ())]
            if (value.kind == "format" or (value.kind == "operation" and value.text == "+")) and depth < _MAX_DEPTH:
                inner = [part for given in value.inputs[:_MAX_PARTS] for part in self._parts((origin[0], given), depth + 1)]
                return inner[:_MAX_PARTS]
        constants = [value.text for value in values if value.kind == "constant" and value.text]
        names = [name for origin in (node, *origins) for name in self._names(origin)]
        return [(f"{constants[0]}{_OPEN}" if constants else _OPEN, tuple(dict.fromkeys(names)))]

    def _names(self, node: Node) -> list[str]:
        """`process.env.APP_URL`, `os.getenv("API_URL")`, `base_url`: what a value is called where it stands."""
        program, value = self._program, self._program.value(node)
        found = [value.text] if value.kind in ("name", "attribute", "parameter", "index") else []
        if value.kind == "attribute":
            found.append(f"{program.value((node[0], value.inputs[0])).text}.{value.text}")
        elif value.kind == "call":
            for given in value.inputs[1:3]:
                said = program.constant((node[0], given))
                found += [said] if isinstance(said, str) else []
        return [name for name in found if name]


def _text(parts: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    return "".join(text for text, _names in parts)


def _split(parts: Sequence[tuple[str, tuple[str, ...]]]) -> _Asked:
    """Where the path begins: at the first slash that is none of `http://`, behind a base that is not known."""
    base, names, rest = "", list[str](), [*parts]
    while rest:
        text, said = rest.pop(0)
        if said:  # a setting, with its default
            base, names = base + text, [*names, *said]
            if rest and rest[0][0].startswith("/") and not rest[0][1]:
                break
            continue
        host = _HOST.match(base + text)
        if host is None and (text.startswith("/") or not (base + text)):
            rest.insert(0, (text, ()))
            break
        if host is not None and len(host[0]) < len(base + text):
            whole = base + text
            base = host[0]
            rest.insert(0, (whole[len(host[0]) :], ()))
            break
        base += text
    path = "".join(_OPEN if said else text for text, said in rest)
    return _Asked(base, tuple(names), re.split(r"[?#]", path, maxsplit=1)[0])


def _segments(path: str) -> tuple[str, ...]:
    return tuple(segment for segment in path.split("/") if segment)


def _below_prefixes(route: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A route's segments, and without the prefixes that a proxy before the service may add or take away."""
    yield route
    for start in range(1, len(route)):
        if not _PREFIXES.match(route[start - 1]) or all(_VARIABLE.search(one) for one in route[start:]):
            return
        yield route[start:]


def _fits(asked: Sequence[str], route: Sequence[str]) -> bool:
    """Whether a path is one of a route's; at least one part of it is the same word."""
    same = 0
    for at, wanted in enumerate(route):
        if _ALL_THE_REST.match(wanted):
            return same > 0
        if at >= len(asked):
            return False
        if asked[at] == wanted:
            same += 1
        elif not _VARIABLE.search(wanted) and _OPEN not in asked[at]:
            return False
    return same > 0 and len(asked) == len(route)
