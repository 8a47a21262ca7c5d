"""Where a program leaves data and where it takes some: each use with the keys its place may have in the tree.

Takes the program and what configuration says, gives uses. Two uses with a key in common may be of one place. A path below the folder of
its project is told apart from an equal one of another project of the tree; a name without a folder is that of the folder it is used in.
Paths that are computed as the program runs have no key.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ingest.code.program import Node, Program
from ingest.facts import ConfigFacts
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.deployment.started_scripts import StartedScripts
from pipeline.system.places.place_texts import UNKNOWN, PlaceTexts
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.place_knowledge import Form, KeepRule, MoveRule, Named, OpenRule, TakeRule, load_place_knowledge, pieces

_REMOTE = re.compile(r"^(?:s3[an]?|gs|gcs|abfss?|wasbs?|az|adl|hdfs|dbfs|r2|oss|minio)://")
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://")
_TABLE = re.compile(r"\b(?:from|join)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_WRAPS = frozenset({"writer", "DictWriter", "reader", "DictReader", "TextIOWrapper", "BufferedWriter", "BufferedReader", "closing"})
_LONGEST = 400
_DEPTH = 4
Kind = Literal["keep", "take", "move"]


@dataclass(frozen=True, slots=True)
class Key:
    """A place; `near` is one that is only that of the folder the use stands in."""

    text: str
    near: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    call: Node
    kind: Kind
    keys: tuple[Key, ...]
    form: Form = "records"
    data: tuple[int, ...] = ()  # of what is left: positions in the call's inputs
    onto: tuple[Key, ...] = ()  # of what is moved: where to


class PlaceUses:
    """Finds the uses of a program."""

    def __init__(self, program: Program, index: FrameworkIndex, files: Sequence[ConfigFacts]) -> None:
        self._program, self._index = program, index
        known = load_place_knowledge()
        self._opens, self._keeps, self._takes, self._moves = (
            Named[OpenRule](known.opens), Named[KeepRule](known.keeps), Named[TakeRule](known.takes), Named[MoveRule](known.moves),
        )  # fmt: skip
        self._names = self._opens.last_names | self._keeps.last_names | self._takes.last_names | self._moves.last_names
        parameters = _parameters(files)
        self._scripts = StartedScripts(files, [file.path for file in program.files], parameters)
        self._texts = PlaceTexts(program, parameters, self._scripts)
        self._roots = sorted({folder_of(file.path) for file in files if posixpath.basename(file.path).lower() in known.manifests})
        self._source_folders = known.source_folders

    def find(self) -> Iterator[Use]:
        """All uses, in the order of files and lines."""
        for file, facts in enumerate(self._program.files):
            if facts.language != "python":
                continue
            for identity, value in enumerate(facts.values):
                if value.kind == "call" and facts.values[value.inputs[0]].text.rsplit(".", 1)[-1] in self._names:
                    yield from self._uses((file, identity))

    def _uses(self, call: Node) -> Iterator[Use]:
        names, method = self._called(call)
        if (kept := self._keeps.find(names, method)) is not None:
            positions = argument_positions(self._program.value(call), kept.data)
            keys = self._keys(call, kept.place, kept.ends)
            if keys and positions:
                yield Use(call, "keep", keys, kept.form, tuple(positions))
        if (taken := self._takes.find(names, method)) is not None and (keys := self._keys(call, taken.place)):
            yield Use(call, "take", keys, taken.form)
        if (moved := self._moves.find(names, method)) is not None:
            keys, onto = self._keys(call, moved.source), self._keys(call, moved.target)
            if keys and onto:
                yield Use(call, "move", keys, onto=onto)
        opened = self._opens.find(names, method)
        if opened is not None and self._reads(call, opened) and (keys := self._keys(call, opened.place)):
            yield Use(call, "take", keys)

    def _called(self, call: Node) -> tuple[list[str], str]:
        """The names a call may mean, and the method it is written as where its object's make is not known."""
        program = self._program
        callee = program.value((call[0], program.value(call).inputs[0]))
        names = [self._index.canonical(name) for name in program.callee_names(call) if name not in program.functions]
        own = bool(program.targets(call)) or callee.kind != "attribute"
        return names, "" if own else callee.text

    def _reads(self, call: Node, rule: OpenRule) -> bool:
        wanted = rule.mode
        callee = self._program.value((call[0], self._program.value(call).inputs[0]))
        if callee.kind == "attribute" and not self._is_module_function(call):
            wanted = "mode|0"  # path.open("w")
        given = argument_node(self._program, call, wanted)
        mode = self._program.constant(given) if given is not None else "r"
        return isinstance(mode, str) and not set(mode) & set("wax+")

    def _is_module_function(self, call: Node) -> bool:
        return any(name.count(".") == 1 or name == "open" for name in self._program.callee_names(call))

    # Places

    def _keys(self, call: Node, template: str, ends: str = "") -> tuple[Key, ...]:
        ways: list[tuple[str, ...]] = []
        for written, wanted in pieces(template):
            texts: tuple[str, ...] = ("",)
            if wanted:
                positions = argument_positions(self._program.value(call), wanted)
                if not positions:
                    return ()
                texts = self._place(self._given(call, positions[0]), 0)
            ways.append(tuple(written + text for text in texts))
        found: dict[Key, None] = {}
        for chosen in product(*ways):
            text = "".join(chosen)
            if UNKNOWN in text or not text.strip() or len(text) > _LONGEST:
                return ()
            found.update(dict.fromkeys(self._in_tree(text if text.endswith(ends) else text + ends, call[0])))
        return tuple(found)

    def _given(self, call: Node, position: int) -> Node:
        """An argument of a call; of its receiver, what the method is called on."""
        given = (call[0], self._program.value(call).inputs[position])
        callee = self._program.value(given)
        return (call[0], callee.inputs[0]) if position == 0 and callee.kind == "attribute" else given

    def _place(self, node: Node, depth: int) -> tuple[str, ...]:
        """The paths of a path, or of a file that was opened by one."""
        found: list[str] = []
        for origin in self._program.origins(node) if depth < _DEPTH else ():
            value = self._program.value(origin)
            if value.kind != "call":
                continue
            names, method = self._called(origin)
            opened = self._opens.find(names, method)
            if opened is not None or method == "open":
                inner = self._opened(origin, opened)
                found += self._place(inner, depth + 1) if inner is not None else (UNKNOWN,)
            elif self._program.value((origin[0], value.inputs[0])).text in _WRAPS and len(value.inputs) > 1:
                found += self._place((origin[0], value.inputs[1]), depth + 1)
        return tuple(dict.fromkeys(found)) or self._texts.of(node)

    def _opened(self, call: Node, rule: OpenRule | None) -> Node | None:
        """The path that a file is opened by: `open(path)`, `path.open()`."""
        value = self._program.value(call)
        callee = self._program.value((call[0], value.inputs[0]))
        if callee.kind == "attribute" and not self._is_module_function(call):
            return call[0], callee.inputs[0]
        positions = argument_positions(value, pieces(rule.place)[0][1]) if rule is not None else []
        return (call[0], value.inputs[positions[0]]) if positions else None

    def _in_tree(self, text: str, file: int) -> Iterator[Key]:
        """The keys of a path that a file of the tree uses."""
        path = self._program.files[file].path
        root = self.root_of(path)
        if text.startswith("table:"):
            name = text.removeprefix("table:").strip()
            found = _TABLE.findall(name) if " " in name else [name]
            yield from (Key(f"table:{root}:{table.lower()}") for table in found[:1])
        elif _REMOTE.match(text):
            yield Key(re.sub(r"^s3[an]:", "s3:", posixpath.normpath(text).replace(":/", "://", 1)))
        elif _ADDRESS.match(text):
            return
        elif text.startswith("@/"):
            yield from (Key(inside) for inside in _inside("", text[2:]))
        elif text.startswith(("/", "~", "$", "\\")) or text[1:3] in (":\\", ":/"):
            yield Key(f"{root}:{posixpath.normpath(text)}")
        else:
            yield from self._relative(text, path, root)

    def _relative(self, text: str, path: str, root: str) -> Iterator[Key]:
        folder, started = folder_of(path), self._scripts.folders(path)
        if started:
            yield from (Key(inside) for begun in started for inside in _inside(begun, text))
            return
        yield from (Key(inside, near=folder != root) for inside in _inside(folder, text))
        if "/" in text.removeprefix("./") and not text.startswith("..") and not path.endswith(".ipynb") and folder != root:
            yield from (Key(inside) for inside in _inside(root, text))

    def root_of(self, path: str) -> str:
        """The folder of the project that a file belongs to."""
        above = [root for root in self._roots if not root or path.startswith(root + "/")]
        if above:
            return max(above, key=len)
        first, slash, _rest = path.partition("/")
        return first if slash and first.lower() not in self._source_folders else ""


def _inside(folder: str, text: str) -> Iterator[str]:
    """A path below the root of the tree."""
    joined = posixpath.normpath(posixpath.join(folder, text.replace("\\", "/")))
    if not joined.startswith("..") and joined != ".":
        yield joined


def _parameters(files: Sequence[ConfigFacts]) -> dict[str, str]:
    """The parameters that stand in files, where only one file says them."""
    found: dict[str, str | None] = {}
    for file in files:
        for setting in file.settings:
            if setting.kind == "parameter":
                found[setting.name] = str(setting.attributes.get("value")) if setting.name not in found else None
    return {name: value for name, value in found.items() if value is not None}
