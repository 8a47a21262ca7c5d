"""Values that can be no more than a name: the last part of a path or address, and what a narrow group of a pattern caught.

Takes a value on the way of data that chooses a file, an address or a module, says whether what comes out of it
can still lead somewhere else. What a name itself may do (a reserved one, a suffix) is not judged.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.looked_for import is_glued_in, is_looked_for
from pipeline.system.elements.address_segments import is_segment, may_be_dots
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import callee_text, made_of
from pipeline.system.model import SinkRole
from pipeline.system.program.patterns import pattern_of

_OF_NAMES: frozenset[SinkRole] = frozenset({"path", "url", "model_source"})
_SPLITS = frozenset({"split", "rsplit", "rpartition"})
_MATCHES = frozenset({"search", "match", "fullmatch", "finditer", "exec", "matchAll"})
_PATHS = ("pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PosixPath")
_GROUP = re.compile(r"\((?!\?)|\(\?P?<(?![=!])(\w+)>")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_ESCAPED = re.compile(r"\\[^SDW/\\]")
_PACKAGE = re.compile(r"(?:[A-Za-z_]\w*\.)+|\.+[\w.]*|(?:[A-Za-z_]\w*\.)+[\w.]*_")
_FORMS = frozenset({"FormFile", "MultipartForm"})
_LONGEST = 400
_LAST_PARTS = frozenset({"basename", "Base", "GetFileName", "getFileName"})
_REMOVES_ALL = frozenset({"rmtree", "RemoveAll", "deleteDirectory", "deleteRecursively", "removeSync"})


def is_name_only(assembly: Assembly, node: Node, role: SinkRole) -> bool:
    """Whether a value holds no separator whatever the data was: `url.split("/")[-1]`, `Path(x).name`, `found.group(1)`."""
    return role in _OF_NAMES and (
        is_segment(assembly, node) or any(is_one(assembly, node) for is_one in (is_last_part, _is_caught, _is_stripped))
    )


def _takes_folder(assembly: Assembly, call: Node) -> bool:
    """Whether a call removes a folder with all that is in it, which the folder above is as well."""
    program, name = assembly.program, callee_text(assembly, call)
    names = program.callee_names(call)
    if name == "Delete":
        return any(one.endswith("Directory.Delete") for one in names)
    return name in _REMOVES_ALL or (name in ("rm", "rmSync") and any(one.startswith(("node:fs", "fs")) for one in names))


def _is_glued(assembly: Assembly, node: Node, trace: tuple[Node, ...]) -> bool:
    """Whether text is put beside a value within one segment: what was `..` is none any more."""
    steps = pairwise(trace[trace.index(node) :])
    return any(before[0] == after[0] and is_glued_in(assembly, after, before[1]) for before, after in steps)


def keeps_below(assembly: Assembly, node: Node, trace: tuple[Node, ...], call: Node, role: SinkRole) -> bool:
    """Whether a value on its way to a call can be no more than a name below the folder it is put to, not even that folder's own parent."""
    if not is_name_only(assembly, node, role):
        return False
    dots = is_last_part(assembly, node) or (is_segment(assembly, node) and may_be_dots(assembly, node))
    return not (dots and _is_removed_whole(assembly, node, trace, call)) or is_looked_for(assembly, node, trace, call)


def may_climb(assembly: Assembly, node: Node, trace: tuple[Node, ...], call: Node) -> bool:
    """Whether the last part of a path is taken where `..` is enough: `rmtree(join(root, basename(name)))`."""
    return callee_text(assembly, node) in _LAST_PARTS and _is_removed_whole(assembly, node, trace, call)


def _is_removed_whole(assembly: Assembly, node: Node, trace: tuple[Node, ...], call: Node) -> bool:
    return _takes_folder(assembly, call) and not _is_glued(assembly, node, trace)


def _is_stripped(assembly: Assembly, node: Node) -> bool:
    """The name of a file in a form as Go's standard library gives it, without folders: `header.Filename`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute" or value.text != "Filename" or not program.files[node[0]].path.endswith(".go"):
        return False
    parts = [part for part in made_of(assembly, (node[0], value.inputs[0])) if program.value(part).kind in ("call", "attribute")]
    return any(
        (callee_text(assembly, part) if program.value(part).kind == "call" else program.value(part).text) in _FORMS for part in parts
    )


def is_last_part(assembly: Assembly, node: Node) -> bool:
    """The last part of a path or an address: `Path(x).name`, `url.split("/")[-1]`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "attribute" and value.text in ("name", "stem", "suffix"):
        base = node[0], value.inputs[0]
        return bool(set(_PATHS) & {*program.types(base), *_made_by(assembly, base)})
    if value.kind == "call" and callee_text(assembly, node) in ("pop", "at"):  # `url.split("/").pop()`
        callee = program.value((node[0], value.inputs[0]))
        last = program.constant((node[0], value.inputs[1])) if len(value.inputs) > 1 else -1
        split = (node[0], callee.inputs[0]) if callee.kind == "attribute" else None
    else:
        if value.kind != "index":
            return False
        last = int(value.text) if re.fullmatch(r"-?\d{1,3}", value.text) else None
        split = (node[0], value.inputs[0])
        if last in (1, -1) and any(_is_called(assembly, origin, "splitext") for origin in (split, *program.origins(split))):
            return True  # what a name ends with, by definition behind its last separator
    for origin in (split, *program.origins(split)) if split is not None else ():
        call = program.value(bare(assembly, origin))
        if call.kind != "call" or (name := callee_text(assembly, bare(assembly, origin))) not in _SPLITS or len(call.inputs) < 2:
            continue
        if program.constant((origin[0], call.inputs[1])) not in ("/", "\\"):
            continue
        limited = len(call.inputs) > 2  # `split("/", 1)[-1]` is all that comes after the first
        end = 2 if name == "rpartition" else 1 if name == "rsplit" and limited else None
        if (last == -1 and not (name == "split" and limited)) or (end is not None and last == end):
            return True
    return False


def _is_called(assembly: Assembly, node: Node, name: str) -> bool:
    node = bare(assembly, node)
    return assembly.program.value(node).kind == "call" and callee_text(assembly, node) == name


def _made_by(assembly: Assembly, node: Node) -> tuple[str, ...]:
    value = assembly.program.value(bare(assembly, node))
    return assembly.program.callee_names(bare(assembly, node)) if value.kind == "call" else ()


def _is_caught(assembly: Assembly, node: Node) -> bool:
    """What a group of a pattern caught, where the group lets no separator through: `([a-z0-9_-]+)`."""
    program, value = assembly.program, assembly.program.value(node)
    group: str | int | float | bool | None = None
    if value.kind == "call" and callee_text(assembly, node) == "group":
        callee = program.value((node[0], value.inputs[0]))
        matched = (node[0], callee.inputs[0]) if callee.inputs else None
        group = program.constant((node[0], value.inputs[1])) if len(value.inputs) == 2 else 0 if len(value.inputs) == 1 else None
    elif value.kind == "index" and value.text:
        matched, group = (node[0], value.inputs[0]), int(value.text) if value.text.isdigit() else value.text
    else:
        return False
    if matched is None or not isinstance(group, (str, int)):
        return False
    pattern = _matched_by(assembly, matched)
    return pattern is not None and (caught := _group(pattern, group)) is not None and holds_no_separator(caught)


def _matched_by(assembly: Assembly, node: Node) -> str | None:
    """The constant pattern of the search that a match object comes from."""
    program = assembly.program
    for origin in (node, *program.origins(node)):
        current = bare(assembly, origin)
        value = program.value(current)
        if value.kind == "element_of":
            current = bare(assembly, (current[0], value.inputs[0]))
            value = program.value(current)
        if value.kind == "call" and callee_text(assembly, current) in _MATCHES:
            callee = program.value((current[0], value.inputs[0]))
            base = (current[0], callee.inputs[0]) if callee.kind == "attribute" else None
            return pattern_of(assembly, base, [(current[0], given) for given in value.inputs[1:]])
    return None


def _group(pattern: str, wanted: str | int) -> str | None:
    """The text of a group of a pattern, by its number or its name; 0 is the whole."""
    if wanted == 0:
        return pattern
    opened: list[tuple[int, bool]] = []
    number, at = 0, 0
    while at < min(len(pattern), _LONGEST):
        if pattern[at] == "\\":
            at += 2
            continue
        if pattern[at] == "[" and (found := _CLASS.match(pattern, at)) is not None:
            at = found.end()
            continue
        if pattern[at] == "(":
            group = _GROUP.match(pattern, at)
            number += group is not None
            opened.append((group.end() if group else at, group is not None and wanted in (number, group.group(1))))
        elif pattern[at] == ")" and opened:
            start, asked = opened.pop()
            if asked:
                return pattern[start:at]
        at += 1
    return None


def holds_no_separator(pattern: str) -> bool:
    """Whether what a pattern matches consists of listed characters, and a separator is none of them."""
    if not pattern or len(pattern) > _LONGEST:
        return False
    for listed in _CLASS.findall(pattern):
        try:
            if re.search(listed, "/\\" if not listed.startswith("[^") else "/"):
                return False
        except re.error:
            return False
    free = _ESCAPED.sub("", _CLASS.sub("", pattern))
    return not set(free) & set("./\\[")


def inside_a_package(assembly: Assembly, trace: tuple[Node, ...], call: Node) -> Node | None:
    """Where the name of a module to import gets a constant package before it: `import_module(f"tools.{name}")`."""
    program = assembly.program
    if not {name.rsplit(".", 1)[-1] for name in program.callee_names(call)} & {"import_module", "__import__"}:
        return None
    for node in reversed(trace):
        value = program.value(node)
        if value.kind == "format" and value.inputs and (node[0], value.inputs[0]) not in trace:
            first = program.constant((node[0], value.inputs[0]))
            return node if isinstance(first, str) and _PACKAGE.fullmatch(first) else None
    return None
