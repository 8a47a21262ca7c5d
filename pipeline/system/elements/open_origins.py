"""Routes that any page of the web may call: what a program says of the origins it lets in is `*`, or nothing where that means anybody.

Takes an assembly whose entries and ties are known and marks `any_origin` at routes that run a model, with the line that says so. Lists of
origins that only settings know, functions that choose, and names of one's own hosts count as closed. A header set by hand counts where it
is given the constant, or is given it where there is no list and the program names none. It holds for the routes of the program whose file
says it, and for no sockets: a browser asks no such rule before it opens one; nor for webhooks, which no page calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import PAGES
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.programs import home_of
from pipeline.system.program.walking import inputs_of, inside, walk
from pipeline.system.rules.open_origins import OriginRule, load_open_origins
from pipeline.system.rules.words import words_of

_OF_SERVERS = frozenset({"webhook", "webhooks"})
_PARTS = frozenset({"collection", "choice", "call"})
_MOST, _VALUES, _MOST_LINKS = 40, 3, 12


def mark_open_origins(assembly: Assembly) -> None:
    """`any_origin` at each."""
    routes = [
        (entry.marker[0], identity)
        for entry in sorted(assembly.sites.entries, key=lambda one: one.function)
        if (identity := assembly.entry_of_function.get(entry.function)) is not None
        if assembly.draft(identity).kind == "http_route" and assembly.draft(identity).attributes.get("runs_inference") is True
    ]
    said: dict[str, list[Node]] = {}
    for file, facts in enumerate(assembly.program.files if routes else ()):
        if facts.purpose != "test":
            for node in _open(assembly, file):
                said.setdefault(_server(assembly, file), []).append(node)
    for file, identity in routes:
        address = str(assembly.draft(identity).attributes.get("path") or "")
        if not _OF_SERVERS.isdisjoint(words_of(address)):
            continue  # another service calls there, which is no page: whoever is no service calls without a browser as well
        here = sorted(said.get(_server(assembly, file), ()), key=lambda node: node[0] != file)  # whose file registers the route comes first
        found = next((node for node in here if address.startswith(_below(assembly, node))), None)
        if found is not None:
            assembly.draft(identity).attributes["any_origin"] = True
            assembly.cite_of(identity, assembly.place(found), PAGES)


def _below(assembly: Assembly, node: Node) -> str:
    """The beginning of the addresses a rule is for: `/api` of `addMapping("/api/**").allowedOrigins("*")`; empty where it is for all."""
    program = assembly.program
    for _ in range(_MOST_LINKS):
        value = program.value(node)
        if value.kind != "call":
            return ""
        callee = program.value((node[0], value.inputs[0]))
        if callee.text == "addMapping" and len(value.inputs) > 1:
            return str(program.constant((node[0], value.inputs[1])) or "").partition("*")[0].rstrip("/")
        if callee.kind != "attribute":
            return ""
        node = (node[0], callee.inputs[0])
    return ""


def _server(assembly: Assembly, file: int) -> str:
    """What stands for the server that a file sets up: its program's home; in Go, whose programs share one, the folder of its package."""
    facts = assembly.program.files[file]
    return facts.path.rpartition("/")[0] if facts.language == "go" else home_of(assembly.drafts.programs.get(file, ""))


def _open(assembly: Assembly, file: int) -> Iterator[Node]:
    """Values of a file that let any page in."""
    program, known = assembly.program, load_open_origins()
    for number, value in enumerate(program.files[file].values):
        node = (file, number)
        if value.kind == "update" and _is_header(assembly, node):
            yield node
        if value.kind != "call":
            continue
        callee = program.value((file, value.inputs[0]))
        if _is_header(assembly, node) or any(
            _lets_in(assembly, node, rule) for rule in known.of_call(program.callee_names(node), callee.text)
        ):
            yield node
    for name in sorted(known.settings):
        yield from (given for given in program.lookup(file, name)[0] if given[0] == file and program.constant(given) is True)


def _lets_in(assembly: Assembly, call: Node, rule: OriginRule) -> bool:
    program = assembly.program
    for argument, pattern in rule.given.items():
        given = argument_node(program, call, argument)
        if given is None or not any(re.search(pattern, name) for name in program.names(given)):
            return False
    if rule.origins is None:
        return True
    given = argument_node(program, call, rule.origins)
    if given is None:
        return rule.open and not _is_given_unknown(assembly, call)
    return _is_any(assembly, given)


def _is_given_unknown(assembly: Assembly, call: Node) -> bool:
    """Whether a call is given an object of settings that is made elsewhere, and may name the origins."""
    program = assembly.program
    given = inputs_of(program, call)[1:] if program.objects_are_entries(call[0]) else []
    return any(program.value(made).kind not in ("collection", "constant") for one in given for made in (program.origins(one) or (one,)))


def _is_any(assembly: Assembly, given: Node) -> bool:
    """Whether one of the origins stands for all: `"*"`, `["*"]`, `true`, `{r"/*": {"origins": "*"}}`."""
    program, known = assembly.program, load_open_origins()

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        inner = inputs_of(program, node)
        if value.kind == "call":
            inner = [] if program.targets(node) else inner[1:]
        return [*(inner if value.kind in _PARTS else []), *(made for made in program.origins(node) if made != node)]

    for node in walk(given, onward, _MOST, nearest_first=True):
        said = program.constant(node) if program.value(node).kind == "constant" else None
        if said is True or (isinstance(said, str) and known.is_any(said)):
            return True
    return False


def _is_header(assembly: Assembly, node: Node) -> bool:
    """Whether a header for the origins is set to any: `res.setHeader("Access-Control-Allow-Origin", "*")`."""
    program, known = assembly.program, load_open_origins()
    value = program.value(node)
    said = [program.constant(given) for given in inputs_of(program, node)[1 : 1 + _VALUES]]
    texts = [text for text in said if isinstance(text, str)]
    if value.kind == "update" and value.text:
        texts.append(value.text)
    if not any(text.lower() in known.headers for text in texts):
        return False
    return any(known.is_any(text) for text in texts) or any(_is_any_by_default(assembly, given) for given in inputs_of(program, node)[1:])


def _is_any_by_default(assembly: Assembly, given: Node) -> bool:
    """Whether any origin is let in where no list is given, and the program gives none: `if len(cfg.Origins) == 0 { allowed = "*" }`."""
    program, known = assembly.program, load_open_origins()

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        return inputs_of(program, node)[: 1 if value.kind == "guarded" else None] if value.kind in ("guarded", "choice") else []

    if program.value(given).kind not in ("guarded", "choice"):
        return False
    for node in walk(given, onward, _MOST, nearest_first=True):
        said = program.constant(node) if program.value(node).kind == "constant" else None
        if isinstance(said, str) and known.is_any(said) and not _is_listed(assembly, node):
            return True
    return False


def _is_listed(assembly: Assembly, star: Node) -> bool:
    """Whether the program itself names the origins, without which `*` is chosen."""
    program, facts = assembly.program, assembly.program.files[star[0]]
    conditions = [(star[0], branch.condition) for branch in facts.branches if branch.side(star[1]) is not None]
    asked = {
        value.text
        for condition in conditions
        for part in inside(program, condition, _MOST)
        if (value := program.value(part)).kind in ("attribute", "name") and value.text
    }
    return any(
        program.value(made).kind == "collection" and program.value(made).inputs
        for file, other in enumerate(program.files)
        for value in other.values
        if value.kind in ("call", "collection") and not asked.isdisjoint(value.labels)
        for label, given in zip(value.labels, value.inputs, strict=False)
        if label in asked
        for made in program.origins((file, given))
    )
