"""Text that only ends the name of a file: what it climbs out of would be a folder that nobody made, `model_../../keys`.

Takes a way of data to a path. A file system refuses to go through a folder that is not there; a join that works dots out before it asks
the file system does not, and .NET does so whenever it opens a file. Where a folder that begins with the text is made first, it is there.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import JOINS_BELOW, SETTLES, callee_text, made_of
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node

_DEEPEST = 8
_RANDOM = re.compile(r"uuid[1-7]?$|randomUUID|NewGuid|uuid[.]New|nanoid|token_hex|randomBytes", re.IGNORECASE)
_IN_WORDS = frozenset({"str", "String"})
_FORMATS = frozenset({"go:fmt.Sprintf", "java.lang.String.format"})
_VERB = re.compile(r"%(?:%|[-+# 0]*\d*(?:\.\d+)?[a-zA-Z])")
_MAKES_ALL = frozenset({"makedirs", "MkdirAll", "createDirectories", "mkdirs", "CreateDirectory", "ensureDir", "ensureDirSync", "mkdirp"})
_MAKES = frozenset({"mkdir", "mkdirSync"})  # with all above, where it is told so
_BEGUN = re.compile(r"[-_=@+~]$|\w\.$|\d$")  # `documents` may be the whole name of a folder that is there, `document_` hardly is
_WORKS_DOTS_OUT = ".cs"


def is_end_of_name(assembly: Assembly, node: Node, trace: tuple[Node, ...], role: SinkRole) -> bool:
    """Whether data only ends the name of a file: `f"{number}_{name}"`."""
    program = assembly.program
    if role != "path" or node not in trace or program.files[node[0]].path.endswith(_WORKS_DOTS_OUT):
        return False
    if not _BEGUN.search(_before(assembly, node, trace)):
        return False
    later = trace[trace.index(node) + 1 :]
    if any(
        callee_text(assembly, one) in SETTLES or not JOINS_BELOW.isdisjoint(program.callee_names(one)) for one in _calls(assembly, later)
    ):
        return False
    made = _made_folders(assembly)
    return not any(bare(assembly, one) in made for one in (node, *later))


def _calls(assembly: Assembly, trace: tuple[Node, ...]) -> list[Node]:
    return [node for node in trace if assembly.program.value(node).kind == "call"]


def _before(assembly: Assembly, node: Node, trace: tuple[Node, ...]) -> str:
    """The text that a put-together value has before what the data fills; empty where that is not known."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "format":
        given = [(node[0], part) for part in value.inputs]
        filled = next((at for at, part in enumerate(given) if part in trace), 0)
        return ends_with(assembly, given[filled - 1]) if filled else ""
    if value.kind != "call" or _FORMATS.isdisjoint(program.callee_names(node)) or len(value.inputs) < 3:
        return ""
    form = program.constant((node[0], value.inputs[1]))
    filled = next((at for at, part in enumerate(value.inputs[2:]) if (node[0], part) in trace), -1)
    verbs = [found for found in _VERB.finditer(form) if found.group() != "%%"] if isinstance(form, str) else []
    return str(form)[: verbs[filled].start()] if 0 <= filled < len(verbs) else ""


def ends_with(assembly: Assembly, node: Node, depth: int = 0) -> str:
    """The constant text a value ends with, or a stand-in for a random one; nothing where it is made of itself, round after round."""
    program, value = assembly.program, assembly.program.value(node)
    if depth > _DEEPEST:
        return ""
    if value.kind == "format" and value.inputs:
        return ends_with(assembly, (node[0], value.inputs[-1]), depth + 1)
    for origin in (node, *program.origins(node)):
        made = program.value(origin)
        if made.kind == "call" and callee_text(assembly, origin) in _IN_WORDS and len(made.inputs) == 2:
            return ends_with(assembly, (origin[0], made.inputs[1]), depth + 1)
        if made.kind == "call" and any(_RANDOM.search(name) for name in program.callee_names(origin)):
            return "0"
        if made.kind == "attribute" and made.text == "hex":
            return "0"
    constant = program.constant(node)
    return constant if isinstance(constant, str) else ""


def _made_folders(assembly: Assembly) -> frozenset[Node]:
    """What the paths of folders that the program makes, with all above them, are made of."""
    if assembly.memo.made_folders is None:
        program, found = assembly.program, set[Node]()
        for file, facts in enumerate(program.files):
            for identity, value in enumerate(facts.values):
                call = (file, identity)
                if value.kind != "call" or (name := callee_text(assembly, call)) not in _MAKES_ALL | _MAKES:
                    continue
                if name in _MAKES and not any(argument_node(program, call, one) for one in ("parents", "recursive", "1.recursive")):
                    continue
                callee = program.value((file, value.inputs[0]))
                given = [*value.inputs[1:2], *(callee.inputs[:1] if callee.kind == "attribute" else ())]
                for one in given:
                    found |= made_of(assembly, (file, one))
        assembly.memo.made_folders = frozenset(found)
    return assembly.memo.made_folders
