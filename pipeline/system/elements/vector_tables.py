"""Tables that are searched by the distance of vectors: `SELECT body FROM chunks ORDER BY embedding <=> $1`.

Takes the call sites of a program, gives them with one vector store per table that some statement orders so: what is bound to the search is
looked for, what is bound to an insertion is kept there, also where a function of the project runs the statement it is handed. Only what a
statement says as text is read; where a part of its conditions is put together elsewhere, it is believed to ask whose the rows are. A table
that a search asks without whose the rows are is one for all.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.code.program import Node, Program
from ingest.facts import CodeFacts
from pipeline.system.elements.handed_statements import STATEMENT, handed_statements
from pipeline.system.elements.whose_search import WHOSE
from pipeline.system.model import AttributeValue, SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.words import words_of

_DISTANCE = re.compile(r"<=>|<->|<#>|<\+>|\b(?:cosine|l2|euclidean)_distance\s*\(|\bvec(?:tor)?_distance(?:_\w+)?\s*\(", re.IGNORECASE)
_COMPARED = re.compile(r"\b([a-z_]\w*)\s*(?:<=>|<->|<#>|<\+>)|distance\w*\s*\(\s*(?:\w+\.)?([a-z_]\w*)", re.IGNORECASE)
_RELEASED = re.compile(
    r"(?:=|\bin\s*\()\s*'(?:approved|reviewed|released|published|verified|accepted|curated)'"
    r"|(?<!not )\b(?:is_)?(?:approved|reviewed|released|published|verified|curated)\b(?:\s+is\s+true|\s*=\s*(?:true|1))?\s*(?:\)|\band\b|$)"
    r"|\b(?:approved|reviewed|released|published|verified)_(?:at|by)\s+is\s+not\s+null",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\s+([\w.\"`]+)", re.IGNORECASE)
_INTO = re.compile(r"\binsert\s+into\s+([\w.\"`]+)|\bupdate\s+([\w.\"`]+)\s+set\b", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b(.{0,2000}?)(?:\border\s+by\b|\Z)", re.IGNORECASE | re.DOTALL)
_OPEN = "{}"  # stands for what is put into a statement at run time
_MAX_PIECES, _MAX_DEPTH = 60, 4


def with_vector_tables(program: Program, sites: Sites) -> Sites:
    """The sites, those of statements about such tables as uses of one vector store each."""
    if not any(_orders_by_distance(facts) for facts in program.files):
        return sites
    said = {site.node: text for site in sites.calls if site.rule.kind == "data_store" and (text := _statement(program, site.node))}
    handed = [(site, text) for site, given in handed_statements(program, sites) if (text := written(program, given))]
    said |= {site.node: text for site, text in handed}
    searches = {node: _table(found[1]) for node, text in said.items() if _DISTANCE.search(text) and (found := _FROM.search(text))}
    if not searches:
        return sites
    tables = set(searches.values())
    open_tables = {table for node, table in searches.items() if not _asks_whose(said[node])}  # one search that does not ask opens all rows
    vectors = {column.lower() for node in searches for pair in _COMPARED.findall(said[node]) for column in pair if column}
    fills = {
        node: table
        for node, text in said.items()
        if (found := _INTO.search(text))
        and (table := _table(found[1] or found[2])) in tables
        and (found[1] or any(re.search(rf"\b{column}\b", text, re.IGNORECASE) for column in vectors))  # who approved a row is no text of it
    }
    released = {
        table for table in tables
        if all(_asks_for_released(said[node]) for node, one in searches.items() if one == table)
        and not any(_RELEASED.search(said[node]) for node, one in fills.items() if one == table)
    }  # fmt: skip
    calls = tuple(
        _as_search(site, searches[site.node], searches[site.node] not in open_tables, searches[site.node] in released)
        if site.node in searches
        else _as_use(site, fills[site.node], "index_write", {}) if site.node in fills
        else site
        for site in (*sites.calls, *(site for site, _text in handed if site.node in searches or site.node in fills))
    )  # fmt: skip
    return replace(sites, calls=calls)


def _orders_by_distance(facts: CodeFacts) -> bool:
    return any(value.kind == "constant" and value.constant_type == "string" and _DISTANCE.search(value.text) for value in facts.values)


def _asks_whose(statement: str) -> bool:
    """Whether the conditions of a search name whose rows are meant; what is put into them at run time may."""
    where = _WHERE.search(statement)
    conditions = where[1] if where is not None else ""
    return _OPEN in conditions or asks_whose_rows(conditions)


def asks_whose_rows(conditions: str) -> bool:
    """Whether conditions that are written down name a person, a group or what they may read."""
    return not (WHOSE | {"audience"}).isdisjoint(word.removesuffix("s") for word in words_of(conditions))


def _asks_for_released(statement: str) -> bool:
    """Whether a search gives only rows that somebody let through: `WHERE status = 'approved'`, `AND reviewed`."""
    where = _WHERE.search(statement)
    return where is not None and _RELEASED.search(where[1]) is not None


def _as_search(site: CallSite, table: str, whose: bool, released: bool) -> CallSite:
    found = _as_use(site, table, "index_query", {"filtered": True} if whose else {"shared": True})
    update: dict[str, object] = {"result": "retrieved_text"}
    if whose:
        update |= {"control": "tenant_filter", "protects": "element"}
    elif released:
        update |= {"control": "review_before_use", "protects": "element"}
    return replace(found, rule=found.rule.model_copy(update=update))


def _as_use(site: CallSite, table: str, role: SinkRole, said: dict[str, AttributeValue]) -> CallSite:
    sinks = {wanted: role if known == "query_parameters" else known for wanted, known in site.rule.sinks.items()}
    attributes: dict[str, AttributeValue] = {**site.rule.attributes, "product": "pgvector", "persistent": True, **said}
    rule: CallRule = site.rule.model_copy(
        update={"kind": "vector_store", "name": None, "name_from": None, "table_from": None, "element_from": "call", "zone": "data",
                "attributes": attributes, "sinks": sinks, "flags": ()}
    )  # fmt: skip
    return replace(site, rule=rule, named=f"{table} (pgvector)")


def _table(name: str) -> str:
    return name.strip('"`').rsplit(".", 1)[-1].strip('"`').lower()


def _statement(program: Program, call: Node) -> str:
    """The text of the statement that a call runs."""
    given = argument_node(program, call, STATEMENT)
    return written(program, given) if given is not None else ""


def written(program: Program, given: Node) -> str:
    """What is written of a statement or a part of it, with a mark where something is put into it; empty where it is no text."""
    pieces: list[str] = []
    _read(program, given, pieces, 0)
    return " ".join(pieces) if any(piece != _OPEN for piece in pieces) else ""


def _read(program: Program, node: Node, pieces: list[str], depth: int) -> None:
    if len(pieces) >= _MAX_PIECES:
        return
    constant = program.constant(node)
    if isinstance(constant, str):
        pieces.append(constant)
        return
    value = program.value(node)
    inner = [(node[0], given) for given in value.inputs]
    if value.kind == "collection" and value.text == "list":  # the pieces of a tagged template: what is filled in stands beside them
        for part in inner[:_MAX_PIECES]:
            _read(program, part, pieces, depth + 1)
        return
    if depth < _MAX_DEPTH and value.kind in ("format", "operation", "choice", "guarded"):
        for part in inner[:1] if value.kind == "guarded" else inner:
            _read(program, part, pieces, depth + 1)
    elif depth < _MAX_DEPTH and value.kind == "call" and len(inner) > 1:  # `text("SELECT ...")`
        _read(program, inner[1], pieces, depth + 1)
    elif depth < _MAX_DEPTH and value.kind == "name" and (origins := [one for one in program.origins(node) if one != node]):
        _read(program, origins[0], pieces, depth + 1)
    else:
        pieces.append(_OPEN)
