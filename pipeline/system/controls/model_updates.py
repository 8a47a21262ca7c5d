"""Models that are fetched while the program runs, by a way that tells nothing of who made them: a device takes the newest one.

Takes an assembly whose flows are known. Marks what is loaded from a file that the same program fetched over the web (`fetched`), with
the place where it is fetched; and covers it with the checks behind the download. An address that is written down whole, encrypted, and
names one release is passed over, and so is what comes out of a registry, a hub or a store that asks for credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import condition_kind
from pipeline.system.controls.told_digests import asked_for, told_with_file
from pipeline.system.model import UPDATED, SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.file_keys import keys_of_file
from pipeline.system.program.naming import host_of, is_own_host

_TO_FILE = re.compile(r"^urllib\.request\.urlretrieve$|^wget\.download$|^gdown\.download$")
_FILE_OF = "filename|Filename|file_path|output|out"
_LOADS: frozenset[SinkRole] = frozenset({"deserialised", "model_source"})
_ONE_RELEASE = re.compile(r"^https://(?!.*/(?:latest|main|master|current|nightly|stable|prod(?:uction)?)(?:/|$))")
_VERIFIES = re.compile(
    r"(?:^|\.)(?:verify|verify_signature|verify_detached|check_signature|compare_digest|verify_sha256|verify_checksum|verify_hash)$"
)


def mark_model_updates(assembly: Assembly) -> None:
    """Marks what is loaded out of files that were fetched."""
    fetched = list(_fetched(assembly))
    if not fetched:
        return
    for node, sinks in sorted(assembly.sinks.items()):
        for sink in sinks:
            draft = assembly.drafts.by_id.get(sink.element)
            if sink.role not in _LOADS or draft is None or draft.kind not in ("model_file", "ml_model", "local_llm", "embedding_model"):
                continue
            value = assembly.program.value(node)
            if sink.argument >= len(value.inputs):
                continue
            wanted = set(_marks(assembly, (node[0], value.inputs[sink.argument])))
            for call, marks in fetched:
                if wanted.intersection(marks) and (call[0] == node[0] or _is_told(wanted.intersection(marks))):
                    _mark(assembly, sink.element, call)


def _mark(assembly: Assembly, identity: str, call: Node) -> None:
    assembly.draft(identity).attributes["fetched"] = True
    assembly.cite_of(identity, assembly.place(call), UPDATED)
    for check in _checks(assembly, call):
        assembly.control("hash_check", identity, assembly.cite(check))


def _is_told(marks: set[object]) -> bool:
    """Whether paths are the same by what is written in them, and not by a value of one file alone."""
    return any(isinstance(mark, tuple) for mark in marks)


def _marks(assembly: Assembly, path: Node) -> list[object]:
    """What a path is known by: where it is put together, or the field that holds it."""
    program, found = assembly.program, keys_of_file(assembly.program, path)
    for node in (path, *program.origins(path)):
        value = program.value(node)
        if value.kind == "attribute":
            found += [("field", owner, value.text) for owner in program.holders((node[0], value.inputs[0]))]
    return [mark for mark in found if mark is not None]


# What is fetched


def _fetched(assembly: Assembly) -> Iterator[tuple[Node, list[object]]]:
    """Calls that fetch, each with the files that what came is left in."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind != "call":
                continue
            call = (file, identity)
            names = [assembly.index.canonical(name) for name in program.callee_names(call)]
            if any(_TO_FILE.match(name) for name in names) and not _is_one_release(assembly, call):
                path = argument_node(program, call, _FILE_OF) or _last(assembly, call)
                if path is not None:
                    yield call, _marks(assembly, path)
            elif any(name.endswith((".write", ".write_bytes")) or name in ("write", "write_bytes") for name in _called(assembly, call)):
                yield from _written(assembly, call)


def _last(assembly: Assembly, call: Node) -> Node | None:
    value = assembly.program.value(call)
    given = [position for position in range(1, len(value.inputs)) if value.labels[position] == ""]
    return (call[0], value.inputs[given[-1]]) if len(given) > 1 else None


def _called(assembly: Assembly, call: Node) -> list[str]:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return [callee.text] if callee.kind == "attribute" else []


def _written(assembly: Assembly, write: Node) -> Iterator[tuple[Node, list[object]]]:
    """`file.write(answer.content)`: what a write leaves of an answer."""
    program, value = assembly.program, assembly.program.value(write)
    if len(value.inputs) < 2:
        return
    asked = asked_for(assembly, (write[0], value.inputs[1]))
    callee = program.value((write[0], value.inputs[0]))
    if asked is not None and not _is_one_release(assembly, asked):
        yield asked, _marks(assembly, (write[0], callee.inputs[0]))


def _is_one_release(assembly: Assembly, call: Node) -> bool:
    """Whether an address is written down whole, is encrypted and names one release; or is one of this machine."""
    program = assembly.program
    node = argument_node(program, call, "url|0")
    text = program.constant(node) if node is not None else None
    if not isinstance(text, str) or "://" not in text:
        return False
    host = host_of(text)
    return _ONE_RELEASE.match(text) is not None or (host is not None and is_own_host(host))


# Checks behind the download


def _checks(assembly: Assembly, download: Node) -> Iterator[Node]:
    """Comparisons of a digest, and verifiers, in the function that fetches, in what it calls, and in what calls it."""
    scope = (download[0], assembly.program.value(download).scope)
    around: list[FunctionRef] = [scope, *sorted(assembly.reach(scope))]
    around += [(call[0], assembly.program.value(call).scope) for call in assembly.program.callers(scope)]
    for function in dict.fromkeys(around):
        for branch in assembly.program.files[function[0]].branches:
            if branch.scope == function[1]:
                condition = (function[0], branch.condition)
                if condition_kind(assembly, condition, branch.exits_when != "holds") == "hash_check":
                    yield condition
        for call in assembly.calls_in(function):
            if any(
                _VERIFIES.search(name) for name in (*assembly.program.callee_names(call), *_called(assembly, call))
            ) and not told_with_file(assembly, call):
                yield call
