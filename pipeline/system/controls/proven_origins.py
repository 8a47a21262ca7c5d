"""Files of models and data whose origin is proven before they are used: an attestation or a signature of their maker is verified.

Takes an assembly whose elements are known, covers what is loaded in the function where a verifier was given the same path before. A
verifier whose answer is passed over (a process started without a look at how it ended) does not count; which identity it asks for is
not judged.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import ElementKind
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.verifying import VERIFYING_COMMAND

_LOADED: frozenset[ElementKind] = frozenset({"model_file", "model_registry", "ml_model", "local_llm", "embedding_model", "dataset"})
_VERIFIES = re.compile(
    r"^model_signing\.(?:.*\.)?verify\w*$|^sigstore\.verify\.(?:.*\.)?verify(?:_artifact|_dsse)?$|^in_toto\.(?:.*\.)?in_toto_verify$"
)
_STARTS = re.compile(r"^subprocess\.(?:run|check_call|check_output)$")
_DEPTH = 12


def add_proven_origins(assembly: Assembly) -> None:
    """A `provenance_check` per element that is loaded from what was verified before."""
    for check in _checks(assembly):
        scope, given = assembly.program.value(check).scope, _given(assembly, check)
        for call in assembly.calls_in((check[0], scope)):
            identity = assembly.element_of_call.get(call)
            if identity is None or call[1] <= check[1] or assembly.draft(identity).kind not in _LOADED:
                continue
            if given & _given(assembly, call):
                for covered in (identity, *_tied(assembly, identity)):
                    assembly.control("provenance_check", covered, assembly.cite(check), "its origin is verified before")


def _tied(assembly: Assembly, identity: str) -> list[str]:
    """The file that a loaded model is, and the model that a file is loaded as."""
    return [
        other
        for source, relation, target in list(assembly.relations)
        if relation == "loads" and identity in (source, target)
        for other in (source, target)
        if other != identity and assembly.draft(other).kind in _LOADED
    ]


def _checks(assembly: Assembly) -> list[Node]:
    program = assembly.program
    return [
        (file, identity)
        for file, facts in enumerate(program.files)
        for identity, value in enumerate(facts.values)
        if value.kind == "call" and _verifies(assembly, (file, identity))
    ]


def _verifies(assembly: Assembly, call: Node) -> bool:
    program, value = assembly.program, assembly.program.value(call)
    if callee_text(assembly, call) not in _NAMES:
        return False
    names = program.callee_names(call)
    if any(_VERIFIES.match(name) for name in names):
        return True
    if not any(_STARTS.match(name) for name in names) or len(value.inputs) < 2:
        return False
    words = [str(program.constant(part) or "") for part in program.elements((call[0], value.inputs[1]))]
    told = [program.constant((call[0], value.inputs[position])) for position in argument_positions(value, "check")]
    looked_at = True in told or not any(name.endswith(".run") for name in names)
    return looked_at and VERIFYING_COMMAND.match(" ".join(words)) is not None


_NAMES = frozenset(
    {"verify", "verify_artifact", "verify_dsse", "verify_model", "in_toto_verify", "run", "check_call", "check_output"}
)  # names of calls that are looked at more closely


def _given(assembly: Assembly, call: Node) -> set[Node | str]:
    """What a call is given, by where it comes from: its values, and the texts among them."""
    program = assembly.program
    queue = [(call[0], part) for part in program.value(call).inputs[1:]]
    found: set[Node | str] = set()
    for _ in range(_DEPTH * 4):
        if not queue:
            break
        node = queue.pop()
        value, constant = program.value(node), program.constant(node)
        if isinstance(constant, str):
            found.add(constant)
        elif value.kind in ("call", "collection", "choice", "guarded", "format", "operation"):
            queue += [(node[0], part) for part in value.inputs[(1 if value.kind == "call" else 0) :]]
        else:
            found |= {origin for origin in program.origins(node) if program.value(origin).kind != "constant"} | {node}
            found |= {text for origin in program.origins(node) if isinstance(text := program.constant(origin), str)}
    return {one for one in found if not isinstance(one, str) or "/" in one or "." in one}
