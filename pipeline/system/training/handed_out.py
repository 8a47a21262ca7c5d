"""Models whose weights a caller may simply fetch: `GET /api/model` answers with the file, so nobody needs questions to copy it.

Takes an assembly whose routes, flows and protection are known, marks models (`handed_out`). A route hands weights out where its address
speaks of a model and the code behind it answers with a file whose name ends as weights do. It counts for models of the same program, and of
programs of the tree whose code names that address, where it asks nobody who they are or where each route that lets a caller question the
model asks too. Whether the two ask for the same right is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.programs import home_of
from pipeline.system.rules.words import words_of

_MODELS = frozenset({"ml_model", "local_llm"})
_FILES = frozenset({"FileResponse", "send_file", "send_from_directory", "sendFile", "download", "attachment"})
_BYTES = frozenset({"Response", "StreamingResponse", "make_response"})
_STREAM = "application/octet-stream"
_WEIGHTS = re.compile(r"\.(?:pt|pth|ckpt|onnx|safetensors|gguf|h5|keras|pkl|pickle|joblib|tflite)$")
_OF_A_MODEL = frozenset({"model", "weights", "checkpoint", "checkpoints", "backbone"})
_WHO = frozenset({"authentication", "session_identity", "authorization"})
_NEAR = 4  # functions that a route's own one calls and that may answer for it


@dataclass(frozen=True, slots=True)
class _Handing:
    """A route that answers with weights."""

    address: str
    home: str
    asks: bool


def mark_handed_out(assembly: Assembly) -> None:
    """`handed_out` at models that callers may fetch as a file."""
    routes = list(_handing(assembly))
    if not routes:
        return
    asked_by: dict[str, set[str]] = {}
    for source, target, role in assembly.flows:
        if role == "response":
            asked_by.setdefault(source, set()).add(target)
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS or not draft.nodes or draft.purposes.isdisjoint({"product"}):
            continue
        homes = {_home(assembly, node[0]) for node in draft.nodes}
        all_ask = all(_asks(assembly, route) for route in asked_by.get(identity, ()))
        if any((not route.asks or all_ask) and (route.home in homes or _names(assembly, homes, route.address)) for route in routes):
            draft.attributes["handed_out"] = True


def _handing(assembly: Assembly) -> Iterator[_Handing]:
    for function, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        address = str(draft.attributes.get("path") or "")
        if draft.kind != "http_route" or "product" not in draft.purposes or _OF_A_MODEL.isdisjoint(words_of(address)):
            continue
        if draft.attributes.get("method", "GET") == "GET" and any(_answers_weights(assembly, one) for one in _behind(assembly, function)):
            yield _Handing(address, _home(assembly, function[0]), _asks(assembly, identity))


def _behind(assembly: Assembly, function: FunctionRef) -> list[FunctionRef]:
    """The function of a route, and those that its own code calls."""
    called = [target.function for call in assembly.calls_in(function) for target in assembly.program.targets(call)]
    return [function, *dict.fromkeys(called)][: _NEAR + 1]


def _answers_weights(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function answers with a file, and names one that ends as weights do."""
    facts = assembly.program.files[function[0]]
    return any(_is_file(assembly, call) for call in assembly.calls_in(function)) and any(
        value.scope == function[1] and value.kind == "constant" and _WEIGHTS.search(value.text) is not None for value in facts.values
    )


def _is_file(assembly: Assembly, call: Node) -> bool:
    program, value = assembly.program, assembly.program.value(call)
    called = program.value((call[0], value.inputs[0])).text
    return called in _FILES or (called in _BYTES and any(program.constant((call[0], given)) == _STREAM for given in value.inputs[1:]))


def _asks(assembly: Assembly, identity: str) -> bool:
    """Whether an entry asks who calls."""
    return any(kind in _WHO and identity in covered for (kind, _place), (covered, _cited) in assembly.controls.items())


def _home(assembly: Assembly, file: int) -> str:
    return home_of(assembly.drafts.programs.get(file, ""))


def _names(assembly: Assembly, homes: set[str], address: str) -> bool:
    """Whether code of these programs names an address: a client of the server that hands the weights out."""
    plain = address.rstrip("/")
    return len(plain) > len("/model") and any(
        value.kind == "constant" and value.constant_type == "string" and re.search(rf"{re.escape(plain)}(?![\w/-])", value.text)
        for file, facts in enumerate(assembly.program.files)
        if _home(assembly, file) in homes
        for value in facts.values
    )
