"""The words of C4 diagrams, which Mermaid and PlantUML share: persons, systems, containers, components, boundaries and relations.

Takes one statement of the form `Name(alias, "label", ...)`, puts what it says into a drawing. Read are the macros of C4-PlantUML and of
Mermaid's C4 with all their endings (`Db`, `Queue`, `_Ext`, directions), labels, technologies and descriptions, by place or by name
(`$techn="..."`). Left out: styles, tags, sprites, links, properties and layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.documents.diagrams.drawing import Drawing
from ingest.documents.diagrams.labels import plain_label
from ingest.facts import DiagramBoundary, DiagramEdge, DiagramNode, DrawnKind
from ingest.source import Attribute, Place

_CALL = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<given>.*)\)\s*(?P<opens>\{)?\s*$")
_ELEMENT = re.compile(r"(Person|System|Container|Component)(Db|Queue)?(_Ext)?")
_BOUNDARY = re.compile(r"(?:Enterprise|System|Container|Component)?_?Boundary")
_DEPLOYED = re.compile(r"(?:Deployment_)?Node(?:_[LR])?")
_RELATION = re.compile(r"(Bi)?Rel(Index)?(?:_(\w+))?")


@dataclass(frozen=True, slots=True)
class Macro:
    """One call: what stands in it by place and by name, and whether a block follows."""

    name: str
    given: tuple[str, ...]
    named: dict[str, str]
    opens: bool
    names_something: bool  # its first argument is a name, not a quoted text

    def argument(self, index: int, *names: str) -> str:
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.given[index] if index < len(self.given) else ""


def read_macro(text: str) -> Macro | None:
    """The call a statement consists of, if it is one."""
    match = _CALL.match(text)
    if match is None:
        return None
    given: list[str] = []
    named: dict[str, str] = {}
    for argument in _arguments(match["given"]):
        name, equals, value = argument.partition("=")
        if equals and name.strip().startswith("$"):
            named[name.strip()[1:]] = _unquoted(value)
        else:
            given.append(_unquoted(argument))
    first = match["given"].strip()
    return Macro(match["name"], tuple(given), named, match["opens"] is not None, bool(given) and not first.startswith('"'))


def read_c4(drawing: Drawing, macro: Macro, place: Place, boundary: str | None) -> str | None:
    """Puts a C4 macro into the drawing. Gives the id of the boundary it opens, "" where it opens none, None where it is no C4 macro."""
    alias, label = macro.argument(0, "alias"), plain_label(macro.argument(1, "label"))
    if (element := _ELEMENT.fullmatch(macro.name)) is not None and alias:
        with_technology = element[1] in ("Container", "Component")
        kind: DrawnKind = "actor" if element[1] == "Person" else "store" if element[2] == "Db" else ""
        external: dict[str, Attribute] = {"external": True} if element[3] else {}
        technology = macro.argument(2, "techn") if with_technology else macro.named.get("techn", "")
        drawing.add(
            DiagramNode(
                alias,
                label or alias,
                (element[1] + (element[2] or "")).lower(),
                boundary,
                place,
                kind,
                plain_label(technology),
                plain_label(macro.argument(3 if with_technology else 2, "descr")),
                external,
            )
        )
        return ""
    if (_BOUNDARY.fullmatch(macro.name) or (_DEPLOYED.fullmatch(macro.name) and macro.opens)) and alias:
        drawing.frame(DiagramBoundary(alias, label or alias, boundary, place))
        return alias
    if _DEPLOYED.fullmatch(macro.name) and alias:
        drawing.add(DiagramNode(alias, label or alias, "node", boundary, place, "", plain_label(macro.argument(2, "type"))))
        return ""
    if (relation := _RELATION.fullmatch(macro.name)) is not None:
        _relate(drawing, macro, relation, place)
        return ""
    return None


def _relate(drawing: Drawing, macro: Macro, relation: re.Match[str], place: Place) -> None:
    first = 1 if relation[2] else 0  # the order in a dynamic diagram
    source, target = macro.argument(first, "from"), macro.argument(first + 1, "to")
    label, technology = plain_label(macro.argument(first + 2, "label")), plain_label(macro.argument(first + 3, "techn"))
    if not source or not target:
        return
    attributes: dict[str, Attribute] = {"protocol": technology} if technology else {}
    if (relation[3] or "").startswith("Back"):
        source, target = target, source
    drawing.connect(DiagramEdge(source, target, label, place, "", (), attributes))
    if relation[1]:
        drawing.connect(DiagramEdge(target, source, label, place, "", (), attributes))


def _arguments(text: str) -> list[str]:
    """What stands between commas outside of quotes and brackets."""
    parts: list[str] = []
    start, depth, quoted = 0, 0, False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth <= 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts]


def _unquoted(text: str) -> str:
    stripped = text.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' else stripped
