"""Mermaid diagrams as far as they name things and arrows between them.

Takes the lines of one diagram and the line of the file the first one stands on, gives a `Diagram` with true lines,
or None where the text is of a kind that is not read. Read are: `flowchart` and `graph` with nodes, shapes, labels,
chained and grouped edges, edge labels, nested subgraphs; `sequenceDiagram` with participants, actors, boxes and messages; in
`mermaid_parts.py` C4, architecture, types and states.

Not read: other kinds of diagram; styles, classes, clicks, directions and directives; labels that go over several lines;
notes, loops and alternatives of sequences (the messages inside are). Of an arrow with two heads both directions are edges; invisible
links (`~~~`) are none. A line that cannot be read is passed over: half a diagram says more than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.documents.diagrams.drawing import Budget
from ingest.documents.diagrams.labels import name_and_rest
from ingest.documents.diagrams.mermaid_parts import read_parts
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading
from ingest.documents.lines import text_lines
from ingest.documents.outline import squeezed
from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DrawnAs
from ingest.source import Place

_MAX_LINE = 1_000  # characters; the patterns below look ahead, and no drawn line is longer
_MAX_EDGES = 10_000  # `A & B & C --> ...` multiplies
_MAX_BOUNDARIES = 1_000  # each needs a name of its own, and a way up to the outermost

_HEAD = re.compile(r"(?:flowchart(?:-elk)?|graph)\b(?:[ \t]+(?:TB|TD|BT|RL|LR))?[ \t]*;?", re.IGNORECASE)
_SEQUENCE_HEAD = re.compile(r"sequenceDiagram\b", re.IGNORECASE)
_IGNORED = re.compile(r"(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr|title)\b")

_ID = re.compile(r"\w(?:\w|[./:](?=\w)|-(?=\w))*")
_CLASS = re.compile(r":::[\w-]+")
_SHAPES = (
    ("(((", ")))", "double_circle"),
    ("((", "))", "circle"),
    ("([", "])", "stadium"),
    ("[[", "]]", "subroutine"),
    ("[(", ")]", "database"),
    ("{{", "}}", "hexagon"),
    ("[/", "/]", "parallelogram"),
    ("[/", "\\]", "trapezoid"),
    ("[\\", "\\]", "parallelogram"),
    ("[\\", "/]", "trapezoid"),
    ("{", "}", "rhombus"),
    ("(", ")", "round"),
    ("[", "]", "rectangle"),
    (">", "]", "asymmetric"),
)
_NEW_SHAPE = re.compile(r"@\{([^}]*)\}")
_NEW_SHAPE_NAMES = {"cyl": "database", "cylinder": "database", "db": "database", "das": "database", "rect": "rectangle", "rounded": "round"}
_KEY = re.compile(r"(shape|label)\s*:\s*(?:\"([^\"]*)\"|([^,\"]+))")

_ARROW = re.compile(
    r"(?:\w+@)?(?P<back>[<xo]?)(?:-{2,}[>xo](?=[\s|\w\"]|$)|-{3,}|={2,}[>xo](?=[\s|\w\"]|$)|={3,}|-\.+-[>xo]?|~{3,})(?:\s*\|(?P<label>\s*\"[^\"]*\"\s*|[^|]*)\|)?"
)
_TEXT_ARROW = re.compile(
    r"(?P<back>[<xo]?)(?:--\s*(?P<a>[^-\s|>](?:[^-]|-(?!-))*?)\s*-{2,}[->xo]|==\s*(?P<b>[^=\s|>][^=]*?)\s*={2,}[=>xo]|-\.\s*(?P<c>[^.\s|>-][^.]*?)\s*\.+-[>xo]?)"
)
_BREAK = re.compile(r"<br\s*/?>|\\n", re.IGNORECASE)

_PARTICIPANT = re.compile(r"(?:create\s+)?(participant|actor)\s+([^\s@]+|\S.*?)(?:@\{([^}]*)\})?(?:\s+as\s+(.+))?$")
_MESSAGE = re.compile(r"([^:;]+?)\s*(<<-{1,2}>>|-{1,2}>>|-{1,2}>|-{1,2}x(?=[\s+-]|\w)|-{1,2}\))\s*[+-]?\s*([^:]+?)\s*(?::\s*(.*))?$")
_BLOCKS = re.compile(r"(?:loop|alt|opt|par|par_over|critical|break|rect)\b")
_BOX_COLOUR = re.compile(
    r"(?:transparent|aqua|red|green|blue|yellow|orange|purple|gr[ae]y|pink|cyan|(?:light|dark)\w+|(?:rgb|hsl)a?\([^)]*\)|#\w+)(?:\s+|$)",
    re.IGNORECASE,
)


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of a file that holds one diagram and nothing else."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The diagram of such a file."""
    lines = text_lines(data, limits)
    diagram = read_mermaid(path, lines, 1, deadline, Budget.of(limits))
    if diagram is None:
        raise LimitReached("holds no Mermaid diagram of a kind that is read")
    return Reading(diagram.name, (), (diagram,), len(lines))


def read_mermaid(path: str, lines: Sequence[str], first_line: int, deadline: Deadline, budget: Budget | None = None) -> Diagram | None:
    """The diagram drawn in `lines`, the first of which is line `first_line` of the file."""
    drawing = _Drawing(path)
    body = _statements(lines, first_line, deadline)
    for number, text in body:
        if (head := _HEAD.match(text)) is not None:
            if rest := text[head.end() :].strip(" ;"):
                _read_flow_statement(drawing, number, rest)
            for line, statement in body:
                _read_flow_statement(drawing, line, statement)
            return drawing.finished()
        if _SEQUENCE_HEAD.match(text) is not None:
            for line, statement in body:
                _read_sequence_statement(drawing, line, statement)
            return drawing.finished("sequence")
        return read_parts(path, text, body, budget or Budget.of(DocumentLimits()), deadline)
    return None


@dataclass(slots=True)
class _Drawing:
    """A diagram in the making; lives for one call."""

    path: str
    nodes: dict[str, DiagramNode] = field(default_factory=dict)
    labelled: set[str] = field(default_factory=set)
    edges: list[DiagramEdge] = field(default_factory=list)
    boundaries: dict[str, DiagramBoundary] = field(default_factory=dict)
    open_blocks: list[tuple[str, list[str]] | None] = field(default_factory=list)  # boundary and what it mentions; None for loops

    @property
    def boundary(self) -> tuple[str, list[str]] | None:
        return next((block for block in reversed(self.open_blocks) if block is not None), None)

    def mention(self, line: int, name: str, label: str | None, shape: str) -> None:
        place = Place(self.path, line, line)
        known = self.nodes.get(name)
        shown, rest = name_and_rest(name if label is None else label)
        if known is None:
            self.nodes[name] = DiagramNode(name, shown, shape, None, place, description=rest)
        elif label is not None and name not in self.labelled:
            self.nodes[name] = replace(known, label=shown, shape=shape, place=place, description=rest)
        if label is not None:
            self.labelled.add(name)
        if self.boundary is not None:
            self.boundary[1].append(name)

    def connect(self, line: int, sources: Sequence[str], targets: Sequence[str], label: str) -> None:
        for source in sources:
            for target in targets:
                if len(self.edges) < _MAX_EDGES:
                    self.edges.append(DiagramEdge(source, target, label, Place(self.path, line, line)))

    def open_boundary(self, line: int, name: str, label: str) -> None:
        if len(self.boundaries) >= _MAX_BOUNDARIES:
            self.open_blocks.append(None)  # what stands in it belongs to the boundary around it
            return
        unique = name
        while unique in self.boundaries:
            unique += "'"
        parent = None if self.boundary is None else self.boundary[0]
        self.boundaries[unique] = DiagramBoundary(unique, label, parent, Place(self.path, line, line))
        self.open_blocks.append((unique, []))

    def close_block(self) -> None:
        """End the innermost block. As in Mermaid, a node is in the boundary that mentions it and ends first."""
        block = self.open_blocks.pop() if self.open_blocks else None
        if block is None:
            return
        boundary, mentioned = block
        for name in mentioned:
            if self.nodes[name].boundary is None:
                self.nodes[name] = replace(self.nodes[name], boundary=boundary)

    def finished(self, draws: DrawnAs = "system") -> Diagram:
        while self.open_blocks:
            self.close_block()
        nodes = tuple(node for name, node in self.nodes.items() if name not in self.boundaries)
        return Diagram("mermaid", nodes, tuple(self.edges), tuple(self.boundaries.values()), draws=draws)


def _statements(lines: Sequence[str], first_line: int, deadline: Deadline) -> Iterator[tuple[int, str]]:
    """Statements with their lines: without comments, directives and a YAML head; cut at `;` outside of quotes."""
    start = 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start < len(lines) and lines[start].strip() == "---":
        closing = next((index for index in range(start + 1, len(lines)) if lines[index].strip() == "---"), None)
        start = start if closing is None else closing + 1
    for index in range(start, len(lines)):
        deadline.check()
        text = squeezed(lines[index])  # runs of blanks mean nothing, and make the patterns below slow
        if not text or text.startswith("%%") or len(text) > _MAX_LINE:
            continue
        for part in _split_outside_quotes(text):
            if part.strip():
                yield first_line + index, part.strip()


def _split_outside_quotes(text: str) -> Iterator[str]:
    if ";" not in text:
        yield text
        return
    start, depth, quoted = 0, 0, False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "[({|":
            depth += 1 if character != "|" else 0
        elif not quoted and character in "])}":
            depth -= 1
        elif character == ";" and not quoted and depth <= 0 and not re.search(r"#\w+$", text[start:index]):
            yield text[start:index]
            start = index + 1
    yield text[start:]


def _read_flow_statement(drawing: _Drawing, line: int, text: str) -> None:
    if text == "end":
        drawing.close_block()
    elif re.match(r"subgraph\b", text):
        name, label = _subgraph_name(text[len("subgraph") :].strip())
        drawing.open_boundary(line, name or f"subgraph at {line}", label)
    elif _IGNORED.match(text) is None or _ARROW.search(text) is not None:
        _read_chain(drawing, line, text)


def _subgraph_name(text: str) -> tuple[str, str]:
    identifier = _ID.match(text)
    if identifier is not None:
        position = _skip_blanks(text, identifier.end())
        node = _read_shape(text, position) if text.startswith("[", position) else None
        if node is not None and not text[node[2] :].strip():
            return identifier.group(), _clean(node[0])
    label = _clean(text)
    return label, label


def _read_chain(drawing: _Drawing, line: int, text: str) -> None:
    sources: list[str] = []
    label, backwards, drawn = "", False, False
    position = 0
    while True:
        group, position = _read_group(drawing, line, text, position)
        if not group:
            return
        if sources and drawn:
            drawing.connect(line, sources, group, label)
            if backwards:
                drawing.connect(line, group, sources, label)
        arrow = _ARROW.match(text, position) or _TEXT_ARROW.match(text, position)
        if arrow is None:
            return
        sources, position = group, _skip_blanks(text, arrow.end())
        label = _clean(next((value for key, value in arrow.groupdict().items() if key != "back" and value is not None), ""))
        backwards, drawn = arrow["back"] == "<", not arrow.group().startswith("~")


def _read_group(drawing: _Drawing, line: int, text: str, position: int) -> tuple[list[str], int]:
    """Nodes joined by `&`."""
    names: list[str] = []
    while True:
        position = _skip_blanks(text, position)
        identifier = _ID.match(text, position)
        if identifier is None:
            return names, position
        name, position = identifier.group(), identifier.end()
        node = _read_shape(text, position)
        if node is None:
            drawing.mention(line, name, None, "rectangle")
        else:
            label, shape, position = node
            drawing.mention(line, name, label or name, shape)
        if (marked := _CLASS.match(text, position)) is not None:
            position = marked.end()
        names.append(name)
        position = _skip_blanks(text, position)
        if not text.startswith("&", position):
            return names, position
        position += 1


def _read_shape(text: str, position: int) -> tuple[str, str, int] | None:
    """Label, shape and end of what follows a node's id."""
    if (new := _NEW_SHAPE.match(text, position)) is not None:
        found = {key: quoted or bare for key, quoted, bare in _KEY.findall(new[1])}
        shape = found.get("shape", "rectangle").strip()
        return _unquoted(found.get("label", "")), _NEW_SHAPE_NAMES.get(shape, shape), new.end()
    best: tuple[int, str, str, int] | None = None
    for opening, closing, shape in _SHAPES:
        if not text.startswith(opening, position):
            continue
        start = position + len(opening)
        quote = _skip_blanks(text, start)
        after = text.find('"', quote + 1) + 1 if text.startswith('"', quote) else start
        if not after and start != quote:
            continue  # a quote that is never closed
        end = text.find(closing, max(after, start))  # never before the opening: each node read is a step forward
        if end >= 0 and (best is None or (len(opening), -end) > (best[0], -best[3])):
            best = (len(opening), shape, text[start:end], end + len(closing))
    return None if best is None else (_unquoted(best[2]), best[1], best[3])


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t":
        position += 1
    return position


def _unquoted(label: str) -> str:
    """A label without what marks it as one; its breaks are kept."""
    text = label.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    if len(text) >= 2 and text[0] == text[-1] == "`":
        text = text[1:-1]
    return text


def _clean(label: str) -> str:
    return squeezed(_BREAK.sub(" ", _unquoted(label)))


def _read_sequence_statement(drawing: _Drawing, line: int, text: str) -> None:
    if text == "end":
        drawing.close_block()
    elif text == "box" or text.startswith("box "):
        label = _clean(_BOX_COLOUR.sub("", text[3:].strip(), count=1))
        drawing.open_boundary(line, label or f"box at {line}", label)
    elif _BLOCKS.match(text) is not None and _MESSAGE.match(text) is None:
        drawing.open_blocks.append(None)
    elif (declared := _PARTICIPANT.match(text)) is not None:
        shape, name, settings, label = declared.groups()
        kind = re.search(r"type\"?\s*:\s*\"?(\w+)", settings or "")
        drawing.mention(line, _clean(name), _unquoted(label or name), kind[1] if kind is not None else shape)
    elif not re.match(r"(?:note|activate|deactivate|autonumber|destroy|else|and|option|links?|title)\b", text, re.IGNORECASE):
        _read_message(drawing, line, text)


def _read_message(drawing: _Drawing, line: int, text: str) -> None:
    message = _MESSAGE.match(text)
    if message is None:
        return
    source, target = _clean(message[1]), _clean(message[3])
    for name in (source, target):
        drawing.mention(line, name, None, "participant")
    label = _clean(message[4] or "")
    drawing.connect(line, [source], [target], label)
    if message[2].startswith("<<"):
        drawing.connect(line, [target], [source], label)
