"""Columns that statements written as text name for what is bound and for what is read: `SET notes = $3`, the sixth of `SELECT a, b, ...`.

Takes a call of a database and the way of data into or out of it. Gives the column that a parameter is bound to, by its number, its place
or its order, and the column of a row's place (`row[5]`, the sixth address that `Scan` is given). Expressions, `SELECT *` and statements
that are put together give nothing.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.program.access_paths import Path

_INSERTS = re.compile(
    r"\s*(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+[\w.\"`\[\]]+\s*\((?P<columns>[^()]{1,1500})\)\s*values\s*\((?P<values>[^;]{1,1500})",
    re.I,
)
_UPDATES = re.compile(r"\s*update\s+[\w.\"`\[\]]+(?:\s+(?:as\s+)?\w+)?\s+set\s+(?P<set>.{1,3000})", re.I | re.S)
_SELECTS = re.compile(r"\s*select\s+(?:distinct\s+)?(?P<columns>.{1,3000}?)\s+from\s", re.I | re.S)
_ASSIGNED = re.compile(r"[\"`\[]?(\w+)[\"`\]]?\s*=\s*(\$\d+|\?|%s|[:@]\w+|%\(\w+\)s)")
_MARK = re.compile(r"\$\d+|\?|%s|[:@]\w+|%\(\w+\)s")
_PLAIN = re.compile(r"(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?(\w+)[\"`\]]?(?:\s+(?:as\s+)?\w+)?", re.I)
_MOST_PARTS = 80


def bound_column(program: Program, call: Node, argument: int, path: Path) -> str:
    """The column that data in an argument of a statement is bound to; empty where it only chooses rows, or where it is not known.

    The parameters are arguments of their own, or members of one list or table, in which the path says which.
    """
    value = program.value(call)
    for position, given in enumerate(value.inputs[1:4], start=1):
        text = program.constant((call[0], given))
        if isinstance(text, str) and position < argument:
            key = path[0].strip("[]") if path and "#" not in path else ""
            if key.isdigit():
                return _bound(text, int(key) + 1) if argument == position + 1 else ""
            if key.isidentifier():
                return _named(text, key)
            several = argument > position + 1 or len(value.inputs) > argument + 1
            is_one = several or program.files[call[0]].language in ("go", "java", "kotlin")
            return _bound(text, argument - position) if not path and is_one else ""
    return ""


def _named(text: str, key: str) -> str:
    """`SET notes = @Notes`, given as `new { Notes = text }`."""
    found = [
        column for column, mark in _pairs(text) if mark[:1] in (":", "@", "%") and re.sub(r"\W|(?<=\))s", "", mark).lower() == key.lower()
    ]
    return found[0] if len(found) == 1 else ""


def _bound(text: str, number: int) -> str:
    marks = _MARK.findall(text)[:_MOST_PARTS]
    if marks and marks[0].startswith("$"):
        wanted = f"${number}"
        pairs = _pairs(text)
        found = [column for column, mark in pairs if mark == wanted]
        return found[0] if len(found) == 1 else ""
    if number > len(marks) or any(mark[0] in ":@" for mark in marks):
        return ""
    pairs = _pairs(text)
    ahead = marks.count("?") == len(marks) or marks.count("%s") == len(marks)
    return pairs[number - 1][0] if ahead and number <= len(pairs) and all(mark for _column, mark in pairs[:number]) else ""


def _pairs(text: str) -> list[tuple[str, str]]:
    """Columns with the marks of what is put into them, in their order."""
    if (inserts := _INSERTS.match(text)) is not None:
        columns = [part.strip(' \n\t"`[]') for part in inserts["columns"].split(",")]
        values = _split(inserts["values"])
        return [
            (column, mark[0] if (mark := _MARK.findall(one)) and len(mark) == 1 else "")
            for column, one in zip(columns, values, strict=False)
        ]
    if (updates := _UPDATES.match(text)) is not None:
        return [(found[1], found[2]) for found in _ASSIGNED.finditer(re.split(r"\bwhere\b", updates["set"], maxsplit=1, flags=re.I)[0])]
    return []


def read_column(program: Program, trace: tuple[Node, ...]) -> str:
    """The column that a way out of a database takes, where the statement that it begins with names it by a place."""
    if not trace or program.value(trace[0]).kind != "call":
        return ""
    asked = program.value(trace[0])
    callee = program.value((trace[0][0], asked.inputs[0]))
    if len(asked.inputs) == 1 and callee.kind == "attribute":  # `db.execute(statement).fetchone()`
        asked = program.value((trace[0][0], callee.inputs[0]))
    texts = [program.constant((trace[0][0], given)) for given in asked.inputs[1:4]]
    selects = next((found for text in texts if isinstance(text, str) and (found := _SELECTS.match(text)) is not None), None)
    place = _place(program, trace[1:]) if selects is not None else None
    columns = _split(selects["columns"]) if selects is not None else []
    if place is None or place >= len(columns) or any("*" in one for one in columns[: place + 1]):
        return ""
    plain = _PLAIN.fullmatch(columns[place].strip())
    return plain[1] if plain is not None else ""


def _place(program: Program, trace: tuple[Node, ...]) -> int | None:
    """Which place of a row is taken: of the addresses that `Scan` is given, or by an index of a row."""
    for node in trace:
        value = program.value(node)
        if value.kind == "update" and value.labels[-1:] == ("**",):  # what a call put into a variable by its address
            call = value.inputs[-1]
            filled = [
                at for at in range(call, min(node[1] + 1, call + 6 * _MOST_PARTS))
                if (other := program.value((node[0], at))).kind == "update" and other.labels[-1:] == ("**",) and other.inputs[-1] == call
            ]  # fmt: skip
            made = program.value((node[0], call))
            scans = made.kind == "call" and program.value((node[0], made.inputs[0])).text == "Scan"
            return filled.index(node[1]) if scans and node[1] in filled else None
        if (
            value.kind in ("attribute", "index")
            and not value.text.isdigit()
            and value.text not in ("Scan", "QueryRow", "fetchone", "first")
        ):
            return None
        if value.kind == "index" and value.text.isdigit() and program.files[node[0]].language != "go":
            return int(value.text)
    return None


def _split(text: str) -> list[str]:
    """The parts of a list between commas that stand in no brackets."""
    found, depth, begin = list[str](), 0, 0
    for at, sign in enumerate(text):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                return [*found, text[begin:at]]
        elif sign == "," and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
    return [*found, text[begin:]][:_MOST_PARTS]
