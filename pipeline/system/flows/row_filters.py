"""Data that stands in a statement of SQL only to choose rows: `SELECT text FROM notes WHERE id = '${id}'`, `DELETE ... WHERE owner = ?`.

Takes a way of data into a statement, put into its text or bound to it, and says whether what comes back out of the database cannot be that
data. A statement is read as far as it is written down, also where it is put together; one that begins with text nobody knows says nothing.
Also gives which columns come back of a row that was written (`RETURNING id`, `OUTPUT INSERTED.id`), and whether any do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import walk
from pipeline.system.program.written_paths import UNKNOWN, written

_VERB = re.compile(r"\s*(?:--[^\n]*\n\s*)*\(?\s*(select|with|insert|replace|update|delete|merge|upsert)\b", re.I)
_WRITES = re.compile(r"\b(?:insert|update|merge|replace|upsert|into|exec(?:ute)?|call)\b", re.I)
_CHANGES = re.compile(r"\b(?:insert\s+into|merge\s+into|replace\s+into|update\s+[\w.\"`\[\]]+\s+set)\b|;\s*\w", re.I)
_LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?update\b|\breplace\s*\(|\binsert\s*\(", re.I)  # no change of a table
_BEHIND_FROM = re.compile(r"\bfrom\b", re.I)
_WHERE = re.compile(r"\bwhere\b", re.I)
_BACK = re.compile(r"\b(?:returning|output)\b(.{1,600})", re.I | re.S)
_BACK_ENDS = re.compile(r"\b(?:values|select|where|from|into|set)\b", re.I)
_COLUMN = re.compile(r"(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?(\w+)[\"`\]]?(?:\s+(?:as\s+)?[\"`\[]?(\w+)[\"`\]]?)?", re.I)
_NAMED = frozenset({"input"})  # binds by name before the statement is given: `request.input("id", id).query("... WHERE id = @id")`
_GIVEN_LATER = frozenset({"query", "batch", "execute"})
_MOST = 40


def only_chooses(program: Program, hit: Hit, is_text: bool) -> bool:
    """Whether data only says which rows are meant; `is_text` where it becomes a part of the statement, not a parameter."""
    if is_text:
        return _stands_in_filter(_before(program, hit))
    name = _name_bound(program, hit)
    texts = list(_later(program, hit.call)) if name else list(_statement(program, hit))
    return bool(texts) and all(_bound_in_filter(text, name) for text in texts)


def columns_back(program: Program, call: Node) -> tuple[str, ...] | None:
    """Columns that a statement which writes gives back; none of any where it gives no rows, None where it reads, or is not known."""
    value = program.value(call)
    texts = [text for given in value.inputs[1:2] for text in written(program, (call[0], given), {})] if value.kind == "call" else []
    if len(texts) != 1 or (verb := _VERB.match(texts[0])) is None or verb[1].lower() not in ("insert", "replace", "update", "delete"):
        return None
    if UNKNOWN in texts[0][: verb.end()]:
        return None
    back = _BACK.search(texts[0])
    if back is None:
        return () if ";" not in texts[0].rstrip().rstrip(";") else None
    named = [_COLUMN.fullmatch(part.strip()) for part in _BACK_ENDS.split(back[1], maxsplit=1)[0].rstrip(" ;\n\t").split(",")]
    return tuple(name for one in named if one is not None for name in one.groups() if name) if all(named) else None


# What stands before data in the text of a statement


def _before(program: Program, hit: Hit) -> str:
    """The text of a statement up to where data comes into it, an unknown mark for each part that is not written down."""
    found, after = "", (hit.call[0], program.value(hit.call).inputs[hit.argument])
    for node in reversed(hit.trace):
        if node == hit.call:
            continue
        value = program.value(after)
        parts = [(after[0], given) for given in value.inputs]
        joins = (value.kind == "format" and value.text != "%") or (value.kind == "operation" and value.text == "+")
        if joins and node in parts:
            found += "".join(_text(program, part) for part in parts[: parts.index(node)])
        after = node
    return found


def _text(program: Program, node: Node) -> str:
    texts = written(program, node, {})
    return texts[0] if texts else UNKNOWN


def _stands_in_filter(before: str) -> bool:
    verb = _VERB.match(before)
    if verb is None or _CHANGES.search(before[verb.end() :]):
        return False
    behind = before[verb.end() :]
    match verb[1].lower():
        case "select" | "with":
            return bool(_BEHIND_FROM.search(behind)) and not _WRITES.search(_LOCKS.sub(" ", behind))
        case "delete":
            return bool(_BEHIND_FROM.search(behind) or _WHERE.search(behind))
        case "update":
            return bool(_WHERE.search(behind))
        case _:
            return False


# What is bound


def _statement(program: Program, hit: Hit) -> Iterator[str]:
    """The statement that stands before the parameters of a call."""
    value = program.value(hit.call)
    for given in value.inputs[1 : max(hit.argument, 1)]:
        texts = [text for text in written(program, (hit.call[0], given), {}) if _VERB.match(text)]
        if texts:
            yield from texts
            return


def _bound_in_filter(text: str, name: str) -> bool:
    verb = _VERB.match(text)
    if verb is None or UNKNOWN in text[: verb.end()] or _CHANGES.search(text[verb.end() :]):
        return False
    if verb[1].lower() in ("select", "with"):
        return bool(_BEHIND_FROM.search(text)) and not _WRITES.search(_LOCKS.sub(" ", text[verb.end() :]))
    if verb[1].lower() == "delete":
        return True
    if verb[1].lower() == "update" and name:
        places = [found.start() for found in re.finditer(rf"[@:]{re.escape(name)}\b", text)]
        where = _WHERE.search(text)
        return bool(places) and where is not None and min(places) > where.start()
    return False


def _name_bound(program: Program, hit: Hit) -> str:
    """The name under which a call binds a value for a statement that comes later."""
    value = program.value(hit.call)
    callee = program.value((hit.call[0], value.inputs[0]))
    if callee.kind != "attribute" or callee.text not in _NAMED or len(value.inputs) < 3:
        return ""
    name = program.constant((hit.call[0], value.inputs[1]))
    return name if isinstance(name, str) and name.isidentifier() else ""


def _later(program: Program, call: Node) -> Iterator[str]:
    """Statements that run on the request which a call bound a value to."""
    begun, scope = _request(program, call), program.value(call).scope
    for identity, value in enumerate(program.files[call[0]].values):
        if value.kind == "call" and value.scope == scope and len(value.inputs) > 1:
            callee = program.value((call[0], value.inputs[0]))
            if callee.kind == "attribute" and callee.text in _GIVEN_LATER and _request(program, (call[0], identity)) == begun:
                yield from written(program, (call[0], value.inputs[1]), {})


def _request(program: Program, call: Node) -> Node:
    """What a chain of calls begins with that bind values: `pool.request()` of `pool.request().input(...).query(...)`."""

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" and value.inputs else value
        if node == call or (callee.kind == "attribute" and callee.text in _NAMED):
            return [(node[0], callee.inputs[0])] if callee.kind == "attribute" else []
        return [one for one in program.origins(node) if one != node] if value.kind in ("name", "choice", "guarded") else []

    return list(walk(call, onward, _MOST))[-1]
