"""Graphviz files (DOT): nodes, edges and clusters with their labels.

The tokens are cut here and not by a library, because places are needed and time has to be bounded: the language is small. Read are
directed and undirected graphs, chains and groups of edges, defaults of shapes, `subgraph cluster...` as boundaries, labels with markup.

Not read: several graphs of one file beyond the first, ports, styles and layout; labels of records keep the words of all their fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.documents.diagrams.drawing import Budget, Drawing, drawn_of
from ingest.documents.diagrams.labels import name_and_rest, plain_label
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.lines import text_lines
from ingest.facts import Diagram, DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind
from ingest.source import Place

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n\f\v\ufeff]+|//[^\n]*|/\*.*?\*/|^\#[^\n]*)|(?P<arrow>->|--)|(?P<sign>[{}\[\];,=:+])"
    r"|(?P<quoted>\"(?:[^\"\\]|\\.)*\")|(?P<html><)|(?P<word>[^\s{}\[\];,=:\"<>+/-]+|-?\.?\d[\d.]*)",
    re.DOTALL | re.MULTILINE,
)
_MAX_TOKENS = 400_000
_MAX_GROUP = 200  # nodes in braces at one end of an arrow
_KINDS: dict[str, DrawnKind] = {"cylinder": "store", "folder": "store"}
_RECORD = re.compile(r"[{}|]|<[^<>]*>")


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """The graph of a file."""
    lines = text_lines(data, limits)
    diagram = read_dot(path, lines, 1, Budget.of(limits), limits, deadline)
    diagrams = () if diagram is None else (diagram,)
    return Reading(diagram.name if diagram is not None else "", (), diagrams, len(lines))


def read_dot(
    path: str, lines: Sequence[str], first_line: int, budget: Budget, limits: DocumentLimits, deadline: Deadline
) -> Diagram | None:
    """The graph written in `lines`; None where nothing is drawn. Raises `Unreadable` for what is no DOT."""
    reading = _Reading(path, Drawing("graphviz", budget), list(_tokens("\n".join(lines), first_line, deadline)), limits.max_depth)
    reading.graph(deadline)
    return next(iter(drawn_of([reading.drawing])), None)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "arrow", "sign", "id"
    text: str
    line: int


def _tokens(text: str, first_line: int, deadline: Deadline) -> Iterator[_Token]:
    position, line, count = 0, first_line, 0
    while position < len(text):
        deadline.check()
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unreadable(f"is no readable DOT: line {line}")
        token, begun = match[0], line
        position = match.end()
        if match.lastgroup == "html":
            end = _closing(text, position)
            token, position = text[position - 1 : end], end
        line += token.count("\n")
        if match.lastgroup == "blank":
            continue
        count += 1
        if count > _MAX_TOKENS:
            raise LimitReached(f"has more than {_MAX_TOKENS} words")
        if match.lastgroup == "quoted":
            yield _Token("id", token[1:-1].replace('\\"', '"').replace("\\\n", ""), begun)
        elif match.lastgroup == "html":
            yield _Token("id", token[1:-1], begun)
        elif match.lastgroup == "word":
            yield _Token("id", token, begun)
        else:
            yield _Token(match.lastgroup or "", token, begun)


def _closing(text: str, position: int) -> int:
    """Where a label of markup ends, after its opening sign."""
    depth = 1
    while depth:
        opening, closing = text.find("<", position), text.find(">", position)
        if closing < 0:
            raise Unreadable("is no readable DOT: a label of markup does not end")
        if 0 <= opening < closing:
            depth, position = depth + 1, opening + 1
        else:
            depth, position = depth - 1, closing + 1
    return position


@dataclass(slots=True)
class _Block:
    boundary: str | None  # the innermost cluster
    own: str | None  # the cluster this block itself is
    shape: str
    members: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # of the statement around it, where an arrow leads to this block


class _Reading:
    """The tokens of one graph, read once from the first to the last."""

    def __init__(self, path: str, drawing: Drawing, tokens: list[_Token], depth: int) -> None:
        self.path, self.drawing, self._tokens, self._depth, self._at = path, drawing, tokens, depth, 0
        self._blocks: list[_Block] = []
        self._clusters = 0

    def graph(self, deadline: Deadline) -> None:
        words = [token.text.lower() for token in self._tokens[:3]]
        start = next((index for index, token in enumerate(self._tokens[:4]) if token.text == "{"), None)
        if start is None or not {"graph", "digraph"} & set(words):
            raise Unreadable("is no readable DOT: it begins no graph")
        self.drawing.name = self._tokens[start - 1].text if words[start - 1] not in ("graph", "digraph") else ""
        self._at = start + 1
        self._blocks = [_Block(None, None, "ellipse")]
        while self._blocks and self._at < len(self._tokens):
            deadline.check()
            self._statement()

    def _statement(self) -> None:
        """One statement: it ends where the next cannot belong to it."""
        token = self._next()
        if token.text in (";", ",") and token.kind == "sign":
            return
        if token.text == "}" and token.kind == "sign":
            self._close()
        elif token.kind == "id" and token.text.lower() == "subgraph":
            name = self._next().text if self._peek("id") else ""
            self._open(name, token.line) if self._peek("sign", "{") else None
            if self._peek("sign", "{"):
                self._next()
        elif token.kind == "sign" and token.text == "{":
            self._open("", token.line)
        elif token.kind == "id" and self._peek("sign", "="):
            self._next()
            self._attribute(token.text, self._next())
        elif token.kind == "id" and token.text.lower() in ("node", "edge", "graph"):
            attributes = self._attributes()
            if token.text.lower() == "node" and "shape" in attributes:
                self._blocks[-1].shape = attributes["shape"].lower()
            elif token.text.lower() == "graph" and "label" in attributes:
                self._label(attributes["label"], token.line)
        elif token.kind == "id":
            self._chain(token)
        elif token.kind == "arrow":
            self._blocks[-1].sources = self._blocks[-1].members[-1:]

    def _open(self, name: str, line: int) -> None:
        if len(self._blocks) >= self._depth:
            raise LimitReached(f"is nested deeper than {self._depth} blocks")
        above = self._blocks[-1]
        own = None
        if name.lower().startswith("cluster"):
            self._clusters += 1
            own = name if name not in self.drawing.boundaries else f"{name} {self._clusters}"
            self.drawing.frame(DiagramBoundary(own, "", above.boundary, Place(self.path, line, line)))
        self._blocks.append(_Block(own or above.boundary, own, above.shape))

    def _close(self) -> None:
        block = self._blocks.pop()
        if not self._blocks:
            return
        above = self._blocks[-1]
        for source in above.sources:
            for member in block.members[:_MAX_GROUP]:
                self.drawing.connect(DiagramEdge(source, member, "", self.drawing.nodes[member].place))
        above.sources = []
        if self._peek("arrow"):
            self._from_group(block.members[:_MAX_GROUP])
        above.members += block.members

    def _from_group(self, sources: list[str]) -> None:
        """`{a b} -> c`: what follows a group of nodes."""
        self._next()
        if self._peek("id") and not self._peek("id", "subgraph"):
            self._chain(self._next(), sources)

    def _chain(self, first: _Token, sources: Sequence[str] = ()) -> None:
        """`a -> b -> c [label="x"]`, or a node by itself."""
        names: list[tuple[list[str], _Token]] = [(list(sources), first)] if sources else []
        names.append(([self._node(first)], first))
        while self._peek("arrow"):
            self._next()
            if self._peek("id") and not self._peek("id", "subgraph"):
                token = self._next()
                names.append(([self._node(token)], token))
            elif self._peek("sign", "{"):
                names.append((self._group(), first))
            else:
                break
        attributes = self._attributes()
        if len(names) == 1:
            self._describe(names[0][0][0], attributes)
            return
        label = _shown(attributes.get("label", "") or attributes.get("xlabel", ""))
        for (left, _), (right, token) in pairwise(names):
            for source in left:
                for target in right:
                    self._arrow(source, target, label, attributes.get("dir", ""), token.line)

    def _arrow(self, source: str, target: str, label: str, direction: str, line: int) -> None:
        place = Place(self.path, line, line)
        if direction != "back":
            self.drawing.connect(DiagramEdge(source, target, label, place))
        if direction in ("back", "both"):
            self.drawing.connect(DiagramEdge(target, source, label, place))

    def _group(self) -> list[str]:
        """The nodes between braces at the end of an arrow."""
        self._next()
        found: list[str] = []
        while self._at < len(self._tokens) and not self._peek("sign", "}"):
            token = self._next()
            if token.kind == "id" and len(found) < _MAX_GROUP:
                found.append(self._node(token))
        if self._at < len(self._tokens):
            self._next()
        return found

    def _node(self, token: _Token) -> str:
        block = self._blocks[-1]
        name = token.text
        while self._peek("sign", ":"):  # a port
            self._next()
            if self._peek("id"):
                self._next()
        self.drawing.add(
            DiagramNode(
                name, _shown(name), block.shape, block.boundary, Place(self.path, token.line, token.line), _KINDS.get(block.shape, "")
            )
        )
        block.members.append(name)
        return name

    def _describe(self, name: str, attributes: dict[str, str]) -> None:
        node = self.drawing.nodes[name]
        shape = attributes.get("shape", node.shape).lower()
        written = attributes.get("label", "").replace("\\N", name)
        label, rest = name_and_rest(_RECORD.sub("\n", written) if "|" in written else written)
        self.drawing.nodes[name] = DiagramNode(
            name, label or node.label, shape, node.boundary, node.place, _KINDS.get(shape, ""), description=rest
        )

    def _attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._peek("sign", "["):
            self._next()
            while self._at < len(self._tokens) and not self._peek("sign", "]"):
                token = self._next()
                if token.kind == "id" and self._peek("sign", "="):
                    self._next()
                    found[token.text.lower()] = self._next().text
            if self._at < len(self._tokens):
                self._next()
        return found

    def _attribute(self, name: str, value: _Token) -> None:
        if name.lower() == "label":
            self._label(value.text, value.line)

    def _label(self, text: str, line: int) -> None:
        own = self._blocks[-1].own
        if own is not None:
            known = self.drawing.boundaries[own]
            self.drawing.boundaries[own] = DiagramBoundary(own, _shown(text), known.parent, Place(self.path, line, line))
        elif len(self._blocks) == 1:
            self.drawing.name = _shown(text)

    def _peek(self, kind: str, text: str | None = None) -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == kind and (text is None or token.text.lower() == text)

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise Unreadable("is no readable DOT: it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]


def _shown(text: str) -> str:
    return plain_label(_RECORD.sub(" ", text) if "|" in text else text)
