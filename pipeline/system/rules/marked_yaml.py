"""YAML with the place of every value, so that what is wrong with a file can be said to the column.

Takes bytes, gives plain values and the nodes they were made of. Tags, second documents and keys said twice are refused, each at
its place; size and depth are bounded, aliases written out, so that no file can grow while it is read. What a file must say is
not known here: `knowledge_file.py` holds it against a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_VALUES = 20_000  # with aliases written out
MOST_PROBLEMS = 20  # of one file
MOST_SHOWN = 60  # characters of a value


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it stands, and what to write instead."""

    path: str
    line: int
    column: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.what} ({self.mend})"


@dataclass(frozen=True, slots=True)
class Marked:
    """A file that could be read: its value, and where each part of it stands."""

    path: str
    value: object
    root: yaml.Node | None

    def problem(self, at: Sequence[int | str], what: str, mend: str, *, key: bool = False) -> Problem:
        """A problem at a place, given as keys and numbers from the top; with `key`, at the key itself."""
        mark = self._mark(at, key)
        return Problem(self.path, mark[0], mark[1], what, mend)

    def _mark(self, at: Sequence[int | str], key: bool) -> tuple[int, int]:
        node, said = self.root, self.root
        for part in at:
            if isinstance(node, yaml.MappingNode):
                found = next(((name, value) for name, value in node.value if name.value == part), None)
                if found is not None:
                    said, node = found
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                said = node = node.value[part]
        chosen = said if key else node
        return (chosen.start_mark.line + 1, chosen.start_mark.column + 1) if chosen is not None else (1, 1)


def shown(said: object) -> str:
    """A value as a message shows it: one line, and not all of it where it is long."""
    text = " ".join(str(said).split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


class Unreadable(Exception):
    """A file that is no YAML of the kind read here; holds the problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_marked(path: str, data: bytes) -> Marked:
    """The value of a file and the places of its parts.

    Raises:
        Unreadable: it is too large, no UTF-8, no YAML, or uses what is refused here.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable([Problem(path, 1, 1, f"larger than {MOST_BYTES // 1024} KB", "split it into several files")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        before = data[: failure.start]
        column = failure.start - before.rfind(b"\n")
        raise Unreadable([Problem(path, before.count(b"\n") + 1, column, "no UTF-8", "save the file as UTF-8")]) from None
    try:
        refused = list(_refused(path, text))
        if refused:
            raise Unreadable(refused[:MOST_PROBLEMS])
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        if root is not None and (grown := _Measured(path).grown(root)) is not None:
            raise Unreadable([grown])
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable([Problem(path, line, column, f"no YAML: {failure.problem}", "correct the line")]) from None
    except yaml.reader.ReaderError as failure:
        before_it = text[: failure.position]
        at = (before_it.count("\n") + 1, failure.position - before_it.rfind("\n"))
        raise Unreadable([Problem(path, *at, "a character that YAML does not allow", "remove it")]) from None
    problems: list[Problem] = []
    value = _value(root, path, problems)
    if problems:
        raise Unreadable(problems[:MOST_PROBLEMS])
    return Marked(path, value, root)


def _refused(path: str, text: str) -> Iterator[Problem]:
    """What is not read here, looked for before anything is built of the text."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        at = (path, mark.line + 1, mark.column + 1) if mark is not None else (path, 1, 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield Problem(*at, "a second document", "make it a file of its own")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                yield Problem(*at, f"nested more than {MOST_DEPTH} deep", "make it flatter")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            yield Problem(*at, f"a tag, {shown(str(tag))}", "leave it out: values here are plain")


class _Measured:
    """How many values a file has and how deep they go, aliases written out; nothing is written out to find that."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._known: dict[int, tuple[int, int] | None] = {}  # node -> values and depth; None: not yet known, for it holds itself

    def grown(self, node: yaml.Node) -> Problem | None:
        """What is wrong where a value is too large, too deep, or holds itself."""
        if isinstance(node, yaml.ScalarNode):
            self._known[id(node)] = (1, 0)
            return None
        self._known[id(node)] = None
        values, depth = 1, 0
        for child in self._children(node):
            if id(child) not in self._known and (problem := self.grown(child)) is not None:
                return problem
            known = self._known[id(child)]
            if known is None:
                return _at(self._path, node, "a value that holds itself by an alias", "write it out")
            values, depth = values + known[0], max(depth, known[1] + 1)
        if values > MOST_VALUES or depth > MOST_DEPTH:
            said = f"more than {MOST_VALUES} values" if values > MOST_VALUES else f"nested more than {MOST_DEPTH} deep"
            return _at(self._path, node, f"{said}, aliases written out", "make it smaller")
        self._known[id(node)] = (values, depth)
        return None

    @staticmethod
    def _children(node: yaml.Node) -> Iterator[yaml.Node]:
        for item in node.value:
            yield from item if isinstance(item, tuple) else (item,)


def _value(node: yaml.Node | None, path: str, problems: list[Problem]) -> object:
    if node is None:
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, path, problems) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(node, path, problems))
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError):  # a date of no calendar, a number of a million digits
        problems.append(_at(path, node, "a value that cannot be read", "put it into quotes"))
        return None


def _entries(node: yaml.MappingNode, path: str, problems: list[Problem]) -> Iterator[tuple[str, object]]:
    seen: dict[str, int] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            problems.append(_at(path, name, "a key that is a list or a mapping", "write a name"))
            continue
        key = str(name.value)
        if name.tag != "tag:yaml.org,2002:str":
            problems.append(_at(path, name, f"the key {shown(key)} is no text for YAML", "put it into quotes"))
        elif key in seen:
            said = f"`{shown(key)}` is said twice, first on line {seen[key]}"
            problems.append(_at(path, name, said, "keep one of them"))
        seen.setdefault(key, name.start_mark.line + 1)
        yield key, _value(value, path, problems)


def _at(path: str, node: yaml.Node, what: str, mend: str) -> Problem:
    return Problem(path, node.start_mark.line + 1, node.start_mark.column + 1, what, mend)
