"""Helm charts: templates read as the manifests they are, as far as they are literal, and the values they refer to.

A template is text with actions of Go in it. It is not rendered: a line that is only an action is left out, an action inside a value
becomes a mark `$(.path)` of the value it names (`$(given)` where it names none), `toYaml .Values.x` becomes a key that says so, and the
conditions a document stands under are kept (`only_if`). Of two branches both are read. What `values.yaml` says is one `chart_values`
setting per key; a later room puts the two together. Named templates, dependencies and other charts are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ingest.config.gateway import gateways
from ingest.config.kubernetes import FROM_VALUES, of_document
from ingest.config.nodes import BadConfig, Node, shaped
from ingest.config.packages import secret_variable, setting
from ingest.config.resources import Flat, flat_node
from ingest.config.yaml_nodes import yaml_documents, yaml_node
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 400_000
_MOST_KEYS, _MOST_VALUES = 200, 200
_ACTION = re.compile(r"\{\{-?(?P<code>(?:[^{}\"`]|\"(?:[^\"\\]|\\.){0,500}\"|`[^`]{0,500}`|\{(?!\{)|\}(?!\})){0,1000}?)-?\}\}", re.DOTALL)
_COMMENT, _COMMENT_END = re.compile(r"\{\{-?\s{0,20}/\*"), re.compile(r"\s{0,20}-?\}\}")
_VALUE = re.compile(r"(?:\$|(?<![\w)]))\.Values\.([\w.-]+)")
_INCLUDE = re.compile(r"(?:include|template)\s+\"([\w./-]+)\"")
_LABELS = re.compile(r"[._-]?(?:selectorlabels|matchlabels|labels)$", re.IGNORECASE)
_INDENT = re.compile(r"n?indent\s+(\d{1,3})")
_CONDITION = re.compile(r"^(?:if|with)\s+(.*)$", re.DOTALL)
_DOCUMENT = re.compile(r"^(?:---|apiVersion:)")
_OPENED = frozenset({"LoadBalancer", "NodePort"})


@dataclass(slots=True)
class _State:
    """Where a template stands while it is read."""

    blocks: list[tuple[str, str]] = field(default_factory=list)  # (keyword, what it depends on)

    def conditions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for _kind, text in self.blocks for one in text.split()))[:20]

    def here(self) -> str:
        """The value that `.` stands for."""
        return next((text for kind, text in reversed(self.blocks) if kind == "with"), "")

    def enter(self, code: str) -> None:
        word = code.split(None, 1)[0] if code.split() else ""
        if word in ("if", "with", "range", "define", "block"):
            match = _CONDITION.match(code)
            self.blocks.append((word, _depends(match[1]) if match is not None else ""))
        elif word == "else" and self.blocks:
            kind, text = self.blocks.pop()
            self.blocks.append((kind, "" if not text or " " in text else text.removeprefix("!") if text.startswith("!") else f"!{text}"))
        elif word == "end" and self.blocks:
            self.blocks.pop()


def _depends(condition: str) -> str:
    """The value a condition asks for, `!` before it where it must not be; of an `and` all, other several are not judged."""
    if condition.startswith("and "):
        asked = [_depends(part.removeprefix("(").removesuffix(")")) for part in _operands(condition.removeprefix("and "))]
        return " ".join(one for one in asked if one)
    values = _VALUE.findall(condition)
    words = set(re.findall(r"[a-z]+", re.sub(r"\"[^\"]*\"|\$?\.Values\.[\w.-]+", "", condition)))
    if len(values) != 1 or not words <= {"not"}:
        return ""
    return f"!{values[0]}" if "not" in words else str(values[0])


def _operands(text: str) -> list[str]:
    """What stands side by side, brackets kept together."""
    found, depth, start = list[str](), 0, 0
    for position, char in enumerate(f"{text} "):
        depth += (char == "(") - (char == ")")
        if char.isspace() and depth <= 0:
            found += [text[start:position]] if position > start else []
            start = position + 1
    return found[:20]


def read_helm_template(text: str, path: str) -> tuple[Setting, ...]:
    """Settings of the manifests that are written out."""
    if len(text) > _BYTES:
        raise BadConfig(f"a template larger than {_BYTES} characters")
    lines, guards = _plain("\n".join(split_lines(text)))
    try:
        documents = yaml_documents("\n".join(lines))
    except BadConfig:
        without = ["" if FROM_VALUES in line else line for line in lines]
        try:
            documents = yaml_documents("\n".join(without))
        except BadConfig as problem:
            raise BadConfig(f"a template that is YAML only when it is rendered, which is not done: {problem}") from None
    found: list[Setting] = []
    for document in documents:
        guard = next((guards[number] for number in sorted(guards, reverse=True) if number <= document.line), ())
        found += of_document(document, path, guard)
    return tuple(found)


def _plain(text: str) -> tuple[list[str], dict[int, tuple[str, ...]]]:
    """The lines without their actions, as many as before, and the conditions under which the documents that begin on a line stand."""
    state = _State()
    guards: dict[int, tuple[str, ...]] = {}
    lines: list[str] = []
    given = _joined(_without_comments(text)).split("\n")
    for number, line in enumerate(given):
        actions = list(_ACTION.finditer(line))
        rest = _ACTION.sub("", line)
        if actions and not rest.strip():
            lines.append(_whole_line(line, [match["code"].strip() for match in actions], state, lines))
        else:
            for match in actions:
                state.enter(match["code"].strip())
            deeper = _goes_deeper(given, number)
            lines.append(_ACTION.sub(lambda match: _mark(match["code"].strip(), state, deeper), line))  # noqa: B023 - used at once
        if _DOCUMENT.match(lines[-1]):
            guards[len(lines)] = state.conditions()
    return lines, guards


def _without_comments(text: str) -> str:
    """The text with its comments, which may hold actions of their own, made empty lines."""
    parts: list[str] = []
    start = 0
    while (opened := _COMMENT.search(text, start)) is not None and (closed := text.find("*/", opened.end())) >= 0:
        end = _COMMENT_END.match(text, closed + 2)
        after = end.end() if end is not None else closed + 2
        parts += [text[start : opened.start()], "\n" * text.count("\n", opened.start(), after)]
        start = after
    return "".join([*parts, text[start:]])


def _joined(text: str) -> str:
    """The text with each action on one line; the lines it takes from the file stand behind it as empty ones."""

    def one_line(match: re.Match[str]) -> str:
        count = match[0].count("\n")
        return match[0].replace("\n", " ") + "\0" * count

    lines = _ACTION.sub(one_line, text).split("\n")
    return "\n".join(line.replace("\0", "") + "\n" * line.count("\0") for line in lines)


def _whole_line(line: str, codes: list[str], state: _State, before: list[str]) -> str:
    """What stands for a line of nothing but actions: values written out there, or nothing."""
    shown = ""
    for code in codes:
        state.enter(code)
        include = _INCLUDE.search(code)
        written = _VALUE.search(code)
        depth = _INDENT.search(code)
        indent = int(depth[1]) if depth is not None else len(line) - len(line.lstrip())
        if include is not None and _LABELS.search(include[1]):
            shown = f"{' ' * indent}{_LABELS.sub('', include[1]) or include[1]}: included"
        elif "toYaml" in code:
            source = written[1] if written is not None else state.here()
            if source:
                item = "- " if _in_list(before, indent) else ""
                shown = f"{' ' * indent}{item}{FROM_VALUES}: {source}"
    return shown


def _in_list(before: list[str], indent: int) -> bool:
    """Whether what comes at this depth is a further item of a list."""
    for line in reversed(before[-200:]):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        if depth <= indent:
            return depth == indent and stripped.startswith("- ")
    return False


def _goes_deeper(lines: list[str], number: int) -> bool:
    """Whether more of the same value is written out below a line."""
    depth = len(lines[number]) - len(lines[number].lstrip())
    for line in lines[number + 1 : number + 50]:
        if _ACTION.sub("", line).strip():
            return len(line) - len(line.lstrip()) > depth
    return False


def _mark(code: str, state: _State, deeper: bool) -> str:
    """What stands for an action inside a line; a value of its own lines is a mapping where nothing else is written below."""
    if code.split(None, 1)[:1] in (["if"], ["else"], ["end"], ["with"], ["range"], ["define"], ["block"]) or code.startswith("/*"):
        return ""
    value = _VALUE.search(code)
    if _INDENT.search(code) is not None:
        include = _INCLUDE.search(code)
        if deeper:
            return ""
        if include is not None and _LABELS.search(include[1]):
            return f"{{{_LABELS.sub('', include[1]) or include[1]}: included}}"
        source = value[1] if value is not None else state.here()
        return f"{{{FROM_VALUES}: {source}}}" if source and "toYaml" in code else ""
    if value is not None:
        return f"$(.{value[1]})"
    if code.rstrip(" |quote") in (".", "$") and state.here():
        return f"$(.{state.here()})"
    return "$(given)"


def read_helm_values(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per key at the top, and the secrets that stand in clear."""
    document = shaped(yaml_node(text), "the file", "map", write="values as keys")
    return (*_values(document.entries(), path), *gateways(document, path))


def _values(entries: Iterator[tuple[str, Node, int]], path: str) -> Iterator[Setting]:
    told: dict[str, str] = {}  # secrets further up in the file, of which the same may stand here again
    for name, node, line in islice(entries, _MOST_KEYS):
        flat = tuple(flat_node(node, name))
        place = Place(path, line, max(line, node.end_line))
        kept = flat[:_MOST_VALUES]
        yield setting(
            "chart_values", name, place, values=tuple(f"{value.path}={value.text}" for value in kept) or None,
            value_lines=tuple(str(value.line) for value in kept) or None,
        )  # fmt: skip
        beside = {value.name: value.text for value in flat}
        opened = any(value.path.endswith("service.type") and value.text in _OPENED for value in flat)
        for called, value in _called(flat):
            if "\n" not in value.text:
                place = Place(path, value.line, value.line)
                known = {**told, **beside, called: value.text}
                found = secret_variable(called, value.text, place, beside=known, template=True, subchart=name, opened=opened or None)
                if found is not None:
                    told[called] = value.text
                    yield found


def _called(flat: tuple[Flat, ...]) -> Iterator[tuple[str, Flat]]:
    """Each value with the name it goes by: its key, or for an item of a list of variables what `name` says beside it."""
    names = {value.path.rpartition(".")[0]: value.text for value in flat if value.name == "name"}
    for value in flat:
        holder = value.path.rpartition(".")[0]
        yield (names[holder] if value.name == "value" and holder in names else value.name), value
