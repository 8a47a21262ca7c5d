"""Which tables a statement in SQL names, and which statement the rows come from that a cursor is asked for.

Takes texts and calls, gives names of tables in small letters, as the statement writes them. What a database says of itself is no table, nor
is a part of the statement that has a name of its own (`with recent as (...)`). Of a text that is put together, the written parts count.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.program.walking import walk

_TABLE = re.compile(r"\b(?:from|into|update|join|table(?:\s+if\s+not\s+exists)?)\s+(?:only\s+)?[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_CATALOGUE = re.compile(r"(?:information_schema|pg_catalog|sys)\.|(?:sqlite_(?:master|schema)|pg_\w+)$")  # what a database says of itself
_NAMED_PART = re.compile(
    r"(?:\bwith\s+(?:recursive\s+)?|,\s*)([A-Za-z_]\w*)\s*(?:\([^()]{0,200}\)\s*)?as\s*(?:not\s+materialized\s*)?\(", re.IGNORECASE
)
_OF_A_VALUE = re.compile(r"\b(?:extract|substring|trim|overlay|position)\s*\([^()]{0,200}\)|\bdistinct\s+from\b", re.IGNORECASE)
_UPSERT = re.compile(r"\bdo\s+update\s+set\b|\bfor\s+(?:no\s+key\s+)?update\b", re.IGNORECASE)
_SELECTED = re.compile(r"\bselect\b(.{1,4000}?)\bfrom\b", re.IGNORECASE | re.DOTALL)
_ALIAS = re.compile(
    r"\b(?:from|join)\s+[\"'`\[]?([A-Za-z_][\w.]*)[\"'`\]]?(?:\s+as)?(?:\s+(?!on\b|using\b|where\b|join\b|left\b|inner\b|group\b|order\b)(\w+))?",
    re.IGNORECASE,
)
_OWNER = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*[\w*\"]")
_EXECUTES = frozenset({"execute", "executemany"})
_FETCHES = frozenset({"fetchone", "fetchall", "fetchmany", "fetchval"})
_MOST = 40
_LONGEST = 20_000


def tables_in(text: str) -> list[str]:
    """The tables of a statement, in their order."""
    plain = _UPSERT.sub(" ", _OF_A_VALUE.sub(" ", text[:_LONGEST]))
    parts = {match[1].lower() for match in _NAMED_PART.finditer(plain)}
    found = (match[1].lower() for match in _TABLE.finditer(plain))
    return [table for table in dict.fromkeys(found) if table not in parts and not _CATALOGUE.match(table)]


def tables_given(text: str) -> list[str]:
    """The tables whose records a statement gives back: the first, and those joined to it whose columns it selects."""
    plain = _OF_A_VALUE.sub(" ", text[:_LONGEST])
    tables, selected = tables_in(text), _SELECTED.search(plain)
    if len(tables) < 2 or selected is None:
        return tables[:1]
    columns = selected[1]
    if re.search(r"(?<![\w.(])\*", columns):
        return tables
    named = {match[1].lower(): (match[2] or "").lower() for match in _ALIAS.finditer(plain)}
    read = {owner.lower() for owner in _OWNER.findall(columns)}
    return [
        table for number, table in enumerate(tables)
        if number == 0 or not read.isdisjoint((table, table.rpartition(".")[2], named.get(table, table)))
    ]  # fmt: skip


def names_table(text: str) -> bool:
    """Whether a text names any table, one of the database's own too."""
    return _TABLE.search(text) is not None


def statement_of(program: Program, call: Node) -> Node:
    """The call that says which rows are meant: for `cursor.fetchall()` the statement that ran on the cursor before it."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind != "attribute" or callee.text not in _FETCHES:
        return call
    cursor = {(call[0], callee.inputs[0]), *program.origins((call[0], callee.inputs[0]))}
    values = program.files[call[0]].values
    for identity in range(call[1] - 1, -1, -1):
        other = values[identity]
        asked = values[other.inputs[0]] if other.kind == "call" and other.scope == value.scope else None
        if asked is not None and asked.kind == "attribute" and asked.text in _EXECUTES:
            on = (call[0], asked.inputs[0])
            if not cursor.isdisjoint((on, *program.origins(on))):
                return call[0], identity
    return call


def tables_told(program: Program, call: Node) -> list[str]:
    """All tables whose records the statement gives back that a call is given."""
    found: dict[str, None] = {}
    value = program.value(call)
    for given in value.inputs[1:4]:
        for node in walk((call[0], given), lambda current: _made_of(program, current), _MOST, nearest_first=True):
            inner = program.value(node)
            if inner.kind == "constant" and inner.constant_type == "string" and " " in inner.text:
                found |= dict.fromkeys(tables_given(inner.text))
        if found:
            break
    return list(found)


def _made_of(program: Program, node: Node) -> list[Node]:
    value = program.value(node)
    if value.kind not in ("call", "format", "operation", "name", "parameter", "attribute", "choice", "guarded"):
        return []
    found = [(node[0], given) for given in value.inputs] if value.kind not in ("attribute", "parameter") else []
    return [*found, *(origin for origin in program.origins(node)[:2] if origin != node)] if value.kind != "call" else found
