"""Model files of the tree: elements, what their content says, and the code that loads them.

Takes the facts of model files and an assembly whose code is known, adds a `model_file` element for each file that is a model or that
code loads, with a verdict on what loading it does, and `loads` relations where a path that the code writes down names the file. Arrays
of plain numbers that no code loads are data, and no element. What a loader is told at run time is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from ingest.code.program import Node
from ingest.facts import CodeFacts, ConfigFacts, ModelFacts, ModelPart
from ingest.purpose import NOT_PRODUCT
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import normal
from pipeline.system.model import AttributeValue, ElementKind
from pipeline.system.program.written_paths import UNKNOWN, written
from pipeline.system.prompts.chat_templates import told_by
from pipeline.system.rules.model_names import Standing, load_model_knowledge, standing_of

_DATA = frozenset({"numpy", "numpy_archive", "hdf5"})
_LOADERS: frozenset[ElementKind] = frozenset({"model_file", "model_registry", "ml_model", "local_llm", "embedding_model", "dataset"})
_SAID = ("architecture", "licence", "base_model", "source", "producer", "name", "sha256", "size", "parameters", "tensors")
_OPENS = frozenset({"open", "read_bytes", "open_binary"})
_LONGEST = 300
_MOST_PLACES = 8
_LEAVES = re.compile(r"^(?:[/\\~]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)")
_SPEAKS_AGAINST = frozenset(  # attributes of a file that was not read whole, or that does more than hold data
    {"partly", "called", "code_layers", "host_operations", "outside_files", "template_reaches", "template_instructs"}
)
_MERELY_KNOWN = frozenset({"custom_classes", "custom_operations"})  # what a program must bring along; no threat by itself
# An unknown class or function is told where the file calls it; that one is merely named in a graph is no call.
_CALLED = ("call",)


def add_model_files(assembly: Assembly, files: Sequence[ModelFacts], configuration: Sequence[ConfigFacts]) -> None:
    """Drafts of model files, and what loads them."""
    used = [file for file in files if file.purpose not in NOT_PRODUCT]
    if not used:
        return
    own = _own_modules(assembly.program.files)
    declared = _declared(configuration)
    loads = list(_loads(assembly, _Tree(used)))
    loaded = {file.path for _identity, _node, file in loads}
    names: dict[str, str] = {}
    for file in used:
        attributes, flagged = _verdict(file, own, declared)
        if file.format in _DATA and not flagged and file.path not in loaded:
            continue
        names[file.path] = _put(assembly, file, attributes, flagged)
    for identity, node, file in loads:
        assembly.relate(identity, "loads", names[file.path], assembly.cite(node))
    _mark_inspected(assembly, [(identity, file, names[file.path]) for identity, _node, file in loads])


def _put(assembly: Assembly, file: ModelFacts, attributes: dict[str, AttributeValue], flagged: Sequence[ModelPart]) -> str:
    # Loaders are called like the file they load; the file itself is another thing.
    name, evidence = f"{file.path} (stored)", assembly.cite_place((*flagged, *file.parts)[0].place)
    identity = assembly.drafts.put("model_file", name, None, attributes, evidence, None, file.purpose)
    draft = assembly.draft(identity)
    if file.purpose == "example":
        draft.attributes["examples_only"] = True
    for part in flagged[1:_MOST_PLACES]:
        more = assembly.cite_place(part.place)
        draft.show(more)
    return identity


def _mark_inspected(assembly: Assembly, loads: Sequence[tuple[str, ModelFacts, str]]) -> None:
    """A loader all of whose files were read and run nothing: what it loads is known, as long as nobody replaces it."""
    for identity in dict.fromkeys(identity for identity, _file, _element in loads):
        drafts = [assembly.draft(element) for loader, _file, element in loads if loader == identity]
        if all(draft.attributes.get("code") in ("none", "ordinary") and not _SPEAKS_AGAINST & draft.attributes.keys() for draft in drafts):
            assembly.control("file_inspection", identity, drafts[0].evidence[0] if drafts[0].evidence else None)


# What a file does


def _verdict(file: ModelFacts, own: Collection[str], declared: Collection[str]) -> tuple[dict[str, AttributeValue], tuple[ModelPart, ...]]:
    """Attributes of a file, and the entries that are worth showing."""
    attributes: dict[str, AttributeValue] = {"format": file.format, "stored": True}
    attributes |= {name: value for name in _SAID if (value := file.attributes.get(name)) is not None}
    flagged: dict[int, ModelPart] = {}
    standings = {id(part): standing_of(part.name, own, declared) for part in file.parts if part.kind in ("import", "call")}
    for standing, code in (("runs_code", "runs"), ("brings_code", "brings"), ("unknown", "unknown")):
        found = [part for part in file.parts if _counts(part, standings.get(id(part)), standing)]
        if found:
            attributes.setdefault("code", code)
            attributes.setdefault("names", tuple(dict.fromkeys(part.name for part in found))[:6])
            flagged |= {part.place.start_line: part for part in found}
            break
    if file.format == "pointer":
        attributes["pointer"] = True
    else:
        attributes.setdefault("code", "ordinary" if standings else "none")
    if file.notes:
        attributes["partly"] = True
    if (promised := file.attributes.get("promises")) is not None:
        attributes["called"] = promised
    elif file.attributes.get("polyglot") is True:  # loaders that look for an archive first open another file than those that do not
        attributes["called"] = "a pickle and an archive in one"
    attributes |= _made_of(file)
    for name, parts in _other_parts(file):
        attributes[name] = tuple(dict.fromkeys(part.name for part in parts))[:6]
        if name not in _MERELY_KNOWN:
            flagged |= {part.place.start_line: part for part in parts}
    for name, parts in _templates(file):
        attributes[name] = True
        flagged |= {part.place.start_line: part for part in parts}
    return attributes, tuple(part for _number, part in sorted(flagged.items()))


def _made_of(file: ModelFacts) -> dict[str, AttributeValue]:
    """The packages whose objects a pickle is made of, and the class it makes first."""
    known = load_model_knowledge().models_of
    parts = [part for part in file.parts if part.kind in ("import", "call") and part.name.partition(".")[0] in known]
    found: dict[str, AttributeValue] = {}
    if parts:
        found["made_with"] = tuple(dict.fromkeys(part.name.partition(".")[0] for part in parts))[:6]
    first = next((part for part in parts if part.kind == "call" and part.text.startswith("NEWOBJ")), None)
    if first is not None and file.attributes.get("architecture") is None:
        found["architecture"] = first.name.rpartition(".")[2]
    return found


def _counts(part: ModelPart, given: Standing | None, wanted: str) -> bool:
    if given is None:
        return False
    if wanted == "unknown":
        return given == "unknown" and part.kind in _CALLED and part.text.startswith(("REDUCE", "INST", "OBJ"))
    return given == wanted


def _other_parts(file: ModelFacts) -> Iterator[tuple[str, list[ModelPart]]]:
    """Parts of other formats than pickles, by the attribute that tells of them."""
    operations = load_model_knowledge().graph_operations
    chosen = {
        "code_layers": [part for part in file.parts if part.kind == "layer"],
        "custom_classes": [part for part in file.parts if part.kind == "class"],
        "host_operations": [p for p in file.parts if p.kind == "operation" and file.format == "saved_model" and p.name in operations],
        "custom_operations": [part for part in file.parts if part.kind == "operation" and file.format == "onnx"],
        "outside_files": [part for part in file.parts if part.kind == "file" and _LEAVES.search(part.name.removeprefix("assets/"))],
    }
    yield from ((name, parts) for name, parts in chosen.items() if parts)


def _templates(file: ModelFacts) -> Iterator[tuple[str, list[ModelPart]]]:
    """Lines of chat templates that do something else than laying out messages."""
    by_name: dict[str, list[ModelPart]] = {}
    for part in file.parts:
        if part.kind == "template":
            by_name.setdefault(part.name, []).append(part)
    reaching: list[ModelPart] = []
    instructing: list[ModelPart] = []
    for parts in by_name.values():
        told = told_by("".join(part.text for part in parts))
        reaching += _on_lines(parts, [line for line, _what in told.reaching])
        instructing += _on_lines(parts, [line for line, _what in told.instructing])
    yield from ((name, parts) for name, parts in (("template_reaches", reaching), ("template_instructs", instructing)) if parts)


def _on_lines(parts: Sequence[ModelPart], lines: Collection[int]) -> list[ModelPart]:
    """Entries of a template's lines; a long line takes several entries."""
    found, line = [], 1
    for part in parts:
        if line in lines:
            found.append(part)
        line += part.text.endswith("\n")
    return found


def _own_modules(files: Sequence[CodeFacts]) -> frozenset[str]:
    """First parts of the project's module names, wherever its import root may be."""
    return frozenset(part for file in files if file.language == "python" for part in file.module.split("."))


def _declared(configuration: Sequence[ConfigFacts]) -> frozenset[str]:
    names = {normal(s.name).replace("-", "_") for file in configuration for s in file.settings if s.kind == "package"}
    return frozenset(names | {name.removeprefix("py") for name in names if name.startswith("py")})


# What loads it


class _Tree:
    """Model files by name and folder."""

    def __init__(self, files: Sequence[ModelFacts]) -> None:
        self._by_end: dict[str, list[tuple[str, ModelFacts]]] = {}
        for file in files:
            pure = PurePosixPath(file.path)
            for known in (pure, pure.parent):
                if known.name:
                    self._by_end.setdefault(known.name, []).append((str(known), file))

    def named(self, code: str, path: str) -> list[ModelFacts]:
        """The files that a path written in a file of code means, itself or as their folder: the nearest, or all of the only place."""
        steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".", "..")]
        unknown = max((at for at, step in enumerate(steps) if UNKNOWN in step), default=-1)
        joined = "/".join(steps[unknown + 1 :])
        if not joined or len(joined) > _LONGEST:
            return []
        known = [(place, file) for place, file in self._by_end.get(joined.rsplit("/", 1)[-1], ()) if f"/{place}".endswith(f"/{joined}")]
        for folder in PurePosixPath(code).parents:
            near = joined if str(folder) == "." else f"{folder}/{joined}"
            if found := [file for place, file in known if place == near]:
                return found
        return [file for _place, file in known] if len({place for place, _file in known}) == 1 else []


def _loads(assembly: Assembly, tree: _Tree) -> Iterator[tuple[str, Node, ModelFacts]]:
    """Loaders, the calls they are, and the files those name."""
    seen: set[tuple[str, str]] = set()
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        value = assembly.program.value(site.node)
        if identity is None or value.kind != "call" or assembly.draft(identity).kind not in _LOADERS:
            continue
        code = assembly.program.files[site.node[0]].path
        for given in value.inputs[1:6]:
            for path in _paths(assembly, (site.node[0], given)):
                for file in tree.named(code, path):
                    if (identity, file.path) not in seen:
                        seen.add((identity, file.path))
                        yield identity, site.node, file


def _paths(assembly: Assembly, node: Node) -> Iterator[str]:
    """What an argument says of a path: the path itself, or the one of a file that is opened."""
    program = assembly.program
    yield from written(program, node, {})
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind != "call":
            continue
        callee = program.value((origin[0], value.inputs[0]))
        if callee.kind == "attribute" and callee.text in _OPENS:
            yield from written(program, (origin[0], callee.inputs[0]), {})
        if callee.text in _OPENS and len(value.inputs) > 1:
            yield from written(program, (origin[0], value.inputs[1]), {})
