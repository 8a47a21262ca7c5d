"""PlantUML: component, deployment, use-case and sequence diagrams, C4-PlantUML, and the icons of macro libraries as boxes.

Takes a file (or the lines of a fence) with one diagram or several, gives a `Diagram` for each with true lines. Read are declared elements
with their names, aliases and stereotypes, elements that only an arrow names, arrows with labels, nested blocks and boxes as boundaries.
Class and state diagrams are read as such: they draw no parts of a system.

Not read: `!include` and its kin, which are never followed and are listed, as are mind maps, Gantt charts and other kinds of diagram;
macros that the file defines, conditions and loops of the preprocessor; notes, legends, styles, sprites; activities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.documents.diagrams.c4 import Macro, read_c4, read_macro
from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.labels import name_and_rest, plain_label
from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading
from ingest.documents.lines import text_lines
from ingest.documents.outline import squeezed
from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind
from ingest.source import Place

_MAX_LINE = 1_000  # characters; the patterns below look ahead, and no drawn line is longer
_START = re.compile(r"@start(\w+)")
_INCLUDE = re.compile(r"!(include\w*|import|theme)\s*(.*)")
_SKIPPED_BLOCKS = (
    (re.compile(r"/'"), re.compile(r"'/")),
    (re.compile(r"(?:[hr]?note|ref)\b(?!.*:)(?!.*\bas\b)", re.I), re.compile(r"end ?(?:[hr]?note|ref)\b", re.I)),
    (
        re.compile(r"(?:legend|header|footer|title)\b\s*(?:left|right|center|top|bottom|\s)*$", re.I),
        re.compile(r"end ?(?:legend|header|footer|title)\b", re.I),
    ),
    (
        re.compile(r"(?:skinparam\b.*|sprite\b.*|<style>.*|json\b.*|yaml\b.*|map\b.*)\{\s*$|<style>", re.I),
        re.compile(r"\}\s*$|</style>", re.I),
    ),
    (
        re.compile(r"!(?:unquoted\s+)?(?:procedure|function|definelong)\b", re.I),
        re.compile(r"!end(?:procedure|function|definelong)\b", re.I),
    ),
)
_KINDS: dict[str, DrawnKind] = {"actor": "actor", "person": "actor", "database": "store", "storage": "store"}
_FRAMES = frozenset({"package", "namespace", "rectangle", "folder", "frame", "cloud", "node", "group", "box"})
_TYPES = frozenset({"class", "enum", "struct", "object", "annotation", "exception", "protocol", "record", "metaclass", "stereotype"})
_WORDS = (
    "actor|agent|artifact|boundary|card|cloud|collections|component|control|database|entity|file|folder|frame|hexagon|interface|label|node"
    "|package|namespace|participant|person|process|queue|rectangle|stack|storage|usecase|circle|action|state"
    "|class|enum|struct|object|annotation|exception|protocol|record|metaclass|stereotype|abstract"
)
_NAME = r'(?:"[^"]*"|\[[^\]]*\]|\([^)]*\)|:[^:]+:|[^\s"\[\](){}<>#:;]+)'
_DECLARED = re.compile(
    rf"(?:create\s+|abstract\s+)?(?P<word>{_WORDS})/?(?=[\s\"\[(:])\s*(?P<name>{_NAME})(?:\s+as\s+(?P<alias>{_NAME}))?(?P<rest>.*)$", re.I
)
_BARE = re.compile(
    r"(?P<name>\(\)\s*\"[^\"]*\"|\(\)\s*\w+|\[[^\]]+\]|\([^()]+\)|:[^:]+:)(?:\s+as\s+(?P<alias>\"[^\"]+\"|[\w.]+))?(?P<rest>\s*(?:<<.*>>)?\s*(?:#\S+)?\s*)$"
)
_STEREOTYPE = re.compile(r"<<\s*(?:\$\w+,?\s*)?([^<>]*?)\s*>>")
_END = r'(?:"[^"]+"|\[[^\]]+\]|\([^)]*\)|:[^:]+:|[\w$@]+(?:[./]\w+)*)'
_STEM = r"[-.=~]+(?:\[[^\]]{0,80}\])?(?:(?:left|right|up|down|le|ri|do|[lrud])(?=[-.=~\[]))?(?:\[[^\]]{0,80}\])?[-.=~]*"
_ARROW = re.compile(
    rf'(?P<source>{_END})\s*(?:"[^"]*"\s*)?(?P<head>(?:(?<=\s)[ox0])?[<|*+#^}}/\\]{{0,3}}(?<!-))(?P<stem>{_STEM})'
    rf'(?P<tip>[>|*+#^{{/\\]{{0,3}}(?:[ox0](?=\s))?)\s*(?:"[^"]*"\s*)?(?P<target>{_END})'
    r"\s*(?:(?:\+\+|--|\*\*|!!)\s*(?:[#$]?\w+(?:\([^()]*\))?)?\s*|#\w+\s*)*(?:<<[^<>]*>>\s*)?(?::\s*(?P<label>.*))?$"
)
_CALLED = re.compile(r"[A-Za-z_]\w*\((?!\))")  # no blank between: `component (name)` is no call
_SETTING = re.compile(r"(?:Add|Set|Update|Show|Hide|Lay|With|Increment|Get|Legend)[A-Z_]|[A-Z_]+$")  # what a library is told, not a part
_BOX = re.compile(r"box\b\s*(?P<name>\"[^\"]*\"|[^#<]*)", re.I)
_SEQUENCE = re.compile(r"(?:alt|else|loop|opt|par|break|critical|group|activate|deactivate|autonumber|return|ref|newpage)\b|==.*==$", re.I)
_STEPS = re.compile(r"start$|stop$|if\s*\(|while\s*\(|repeat$|fork$|\[\*\]|\(\*\)|-{1,2}>|:[^:]*[;|]$", re.I)
_OTHER = re.compile(r"(?:hide|show|left to right|top to bottom|scale|caption|mainframe|skinparam|together|remove|set|url|sprite)\b", re.I)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The diagrams of a file."""
    lines = text_lines(data, limits)
    diagrams, unexamined = read_plantuml(path, lines, 1, Budget.of(limits), deadline)
    return Reading(diagrams[0].name if diagrams else "", (), diagrams, len(lines), "line", unexamined)


def read_plantuml(
    path: str, lines: Sequence[str], first_line: int, budget: Budget, deadline: Deadline
) -> tuple[tuple[Diagram, ...], tuple[str, ...]]:
    """The diagrams in `lines`, the first of which is line `first_line` of the file, and what of them was not read."""
    unexamined: dict[str, None] = {}
    readings = [_Reading(path, Drawing("plantuml", budget))]
    for line, text in _statements(lines, first_line, deadline):
        if (start := _START.match(text)) is not None:
            readings.append(_Reading(path, Drawing("plantuml", budget, plain_label(text[start.end() :])), start[1].lower() == "uml"))
            if start[1].lower() != "uml":
                unexamined[f"a diagram of the kind {start[1][:40].lower()}"] = None
        elif (included := _INCLUDE.match(text)) is not None:
            unexamined[f"what `!{included[1]} {included[2][:100]}` names, which is not followed"] = None
        else:
            readings[-1].read(line, text)
    return drawn_of([reading.drawing for reading in readings]), tuple(unexamined)


def _statements(lines: Sequence[str], first_line: int, deadline: Deadline) -> Iterator[tuple[int, str]]:
    """Statements with their lines, without comments and what stands in blocks that draw nothing."""
    until: re.Pattern[str] | None = None
    open_text: tuple[int, str] | None = None  # `component x [` and what follows up to its `]`
    for number, line in enumerate(lines, first_line):
        deadline.check()
        text = squeezed(line)
        if until is not None:
            until = None if until.search(text) else until
            continue
        if open_text is not None:
            joined = f"{open_text[1]} {text}"[:_MAX_LINE]
            open_text = (open_text[0], joined)
            if "]" in text:
                yield open_text
                open_text = None
            continue
        if not text or text.startswith("'") or len(text) > _MAX_LINE:
            continue
        until = next((end for begin, end in _SKIPPED_BLOCKS if begin.match(text)), None)
        if until is not None:
            until = None if until.search(text, 2) and not text.endswith("{") else until
        elif text.endswith("[") and _DECLARED.match(f"{text}]"):
            open_text = (number, text)
        else:
            yield number, text


@dataclass(slots=True)
class _Reading:
    """One diagram and its open blocks; lives for one call."""

    path: str
    drawing: Drawing
    is_read: bool = True
    blocks: list[str | None] = field(default_factory=list)  # the boundary a block is, or None
    hidden: int = 0  # how many open blocks hold what is no part of the picture
    names: dict[str, str] = field(default_factory=dict)  # what a display name or alias leads to

    @property
    def boundary(self) -> str | None:
        return next((block for block in reversed(self.blocks) if block is not None), None)

    def read(self, line: int, text: str) -> None:
        if not self.is_read or text.startswith(("@", "!")):
            return
        place = Place(self.path, line, line)
        if self.hidden:
            self.hidden += text.count("{") - text.count("}")
            self.hidden = max(0, self.hidden)
        elif text.startswith("}") or re.match(r"end ?box$", text, re.I):
            if self.blocks:
                self.blocks.pop()
        elif (box := _BOX.match(text)) is not None and self.drawing.draws != "types":
            self._open(plain_label(box["name"].strip(' "')) or f"box at {line}", place)
        elif (title := re.match(r"title\s+(.*)", text, re.I)) is not None:
            self.drawing.name = self.drawing.name or plain_label(title[1])
        elif _SEQUENCE.match(text) is not None:
            if self.drawing.draws == "system":
                self.drawing.draws = "sequence"
        elif _STEPS.match(text) is not None:
            self.drawing.draws = "steps"
        elif _OTHER.match(text) is None:
            self._read_part(place, text)

    def _read_part(self, place: Place, text: str) -> None:
        macro = read_macro(text) if _CALLED.match(text) else None
        if macro is not None:
            self._macro(place, macro)
        elif (arrow := _ARROW.match(text)) is not None:
            self._arrow(place, arrow)
        elif (declared := _DECLARED.match(text)) is not None:
            self._declare(place, declared)
        elif (bare := _BARE.match(text)) is not None:
            word = (
                "component"
                if text.startswith("[")
                else "actor"
                if text.startswith(":")
                else "interface"
                if text.startswith("()")
                else "usecase"
            )
            self._element(place, word, bare["name"], bare["alias"], bare["rest"])
        elif text.endswith("{"):
            self.blocks.append(None)

    def _macro(self, place: Place, macro: Macro) -> None:
        opened = read_c4(self.drawing, macro, place, self.boundary)
        is_icon = macro.names_something and (macro.opens or len(macro.given) > 1) and not _SETTING.match(macro.name)
        if opened is None and is_icon:
            opened = self._icon(place, macro.name, macro.given, macro.opens)
        if macro.opens:
            self.blocks.append(opened or None)

    def _icon(self, place: Place, name: str, given: Sequence[str], opens: bool) -> str:
        """A macro of a library of icons: `Lambda(save, "Save order", "nodejs")`."""
        label = plain_label(given[1]) if len(given) > 1 else ""
        technology = squeezed(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name))
        if opens:
            self.drawing.frame(DiagramBoundary(given[0], label or technology, self.boundary, place))
            return given[0]
        if re.fullmatch(r"[\w.]+", given[0]):
            self.drawing.add(DiagramNode(given[0], label or given[0], "icon", self.boundary, place, "", technology))
        return ""

    def _declare(self, place: Place, declared: re.Match[str]) -> None:
        word, rest = declared["word"].lower(), declared["rest"].strip()
        opens = rest.endswith("{")
        if word in _TYPES or (word in ("interface", "entity", "abstract") and opens):
            self.drawing.draws = "types"
            self.hidden = 1 if opens else 0
        elif word == "state":
            self.drawing.draws = "steps"
        elif word == "participant" and self.drawing.draws == "system":
            self.drawing.draws = "sequence"
        if opens and not self.hidden:
            identity, label = _named(declared["name"], declared["alias"])
            self._open(plain_label(label), place, identity)
        else:
            self._element(place, word, declared["name"], declared["alias"], rest)

    def _open(self, label: str, place: Place, identity: str = "") -> None:
        name = identity or label
        if name in self.drawing.boundaries:
            name = f"{name} ({len(self.drawing.boundaries)})"
        self.drawing.frame(DiagramBoundary(name, label, self.boundary, place))
        self.names.setdefault(label, name)
        self.blocks.append(name)

    def _element(self, place: Place, word: str, name: str, alias: str | None, rest: str) -> None:
        identity, label = _named(name, alias)
        stereotype = _STEREOTYPE.search(rest)
        self.names.setdefault(plain_label(label), identity)
        technology = plain_label(stereotype[1]) if stereotype is not None else ""
        shown, told = name_and_rest(label)
        self.drawing.add(DiagramNode(identity, shown or identity, word, self.boundary, place, _KINDS.get(word, ""), technology, told))

    def _arrow(self, place: Place, arrow: re.Match[str]) -> None:
        source, target = (self._end(place, arrow[end]) for end in ("source", "target"))
        if "|" in arrow["head"] + arrow["tip"] or "^" in arrow["head"] + arrow["tip"]:
            return  # what one type is of another
        if "hidden" in arrow["stem"]:
            return  # only holds boxes in place
        label = plain_label(arrow["label"] or "")
        backward = "<" in arrow["head"]
        if backward:
            self.drawing.connect(DiagramEdge(target, source, label, place))
        if not backward or ">" in arrow["tip"]:
            self.drawing.connect(DiagramEdge(source, target, label, place))

    def _end(self, place: Place, text: str) -> str:
        """The element an end of an arrow names; one that nothing declared is declared by this."""
        identity, written = _named(text, None)
        label = plain_label(written)
        known = self.names.get(label, identity)
        if known not in self.drawing.nodes and known not in self.drawing.boundaries:
            word = {"[": "component", ":": "actor", "(": "usecase"}.get(text[0], "participant" if self.drawing.draws == "sequence" else "")
            self.drawing.add(DiagramNode(known, label, word, self.boundary, place, _KINDS.get(word, "")))
            self.names.setdefault(label, known)
        return known


def _named(name: str, alias: str | None) -> tuple[str, str]:
    """Id and label; either of the two may be the long one."""
    first = name.removeprefix("()").strip()
    label, short = _bare(first), _bare(alias or "")
    if alias and alias.startswith('"'):
        label, short = short, label
    return plain_label(short or label), label or short


def _bare(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > 1 and (stripped[0], stripped[-1]) in (('"', '"'), ("[", "]"), ("(", ")"), (":", ":")):
        stripped = stripped[1:-1]
    return stripped
