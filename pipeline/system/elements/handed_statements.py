"""Statements that a program hands to functions of its own which run them: `many("SELECT ... WHERE id = $1", [id])`.

Takes the call sites of a program, gives a site for each call that passes a text for the parameter which a function of the project runs as
its statement, with the text's node; also where that function hands it on to another. What such a call passes for the other arguments of
the statement is told from the parameters they are. Which of these calls are of use, those who ask decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.program.walking import passed_by

STATEMENT = "query|statement|sql|operation|0"
_MOST_HOPS, _MOST_CALLS = 3, 400

_Place = tuple[FunctionRef, int]


def handed_statements(program: Program, sites: Sites) -> Iterator[tuple[CallSite, Node]]:
    """Calls of the project's own functions for statements, as sites, each with what it passes for the statement."""
    known = {site.node for site in sites.calls}
    seen: set[tuple[_Place, Node]] = set()
    for site in sites.calls:
        given = argument_node(program, site.node, STATEMENT, site.skip) if site.rule.kind == "data_store" else None
        place = _parameter(program, given) if given is not None else None
        if place is None:
            continue
        values = {wanted: role for wanted, role in site.rule.sinks.items() if role == "query_parameters"}
        parameters: dict[_Place, SinkRole] = {
            found: role
            for wanted, role in values.items()
            if (node := argument_node(program, site.node, wanted, site.skip)) is not None
            if (found := _parameter(program, node)) is not None
        }
        queue: list[tuple[_Place, dict[_Place, SinkRole], int]] = [(place, parameters, 0)]
        while queue:
            runs, beside, hops = queue.pop(0)
            for call in program.callers(runs[0])[:_MOST_CALLS]:
                if call in known or (runs, call) in seen:
                    continue
                seen.add((runs, call))
                for text in passed_by(program, call, runs)[:1]:
                    sinks = {
                        position: role
                        for parameter, role in beside.items()
                        for node in passed_by(program, call, parameter)[:1]
                        if (position := _position(program, call, node)) is not None
                    }
                    yield replace(site, node=call, skip=0, rule=site.rule.model_copy(update={"sinks": sinks})), text
                    outer = _parameter(program, text)
                    if outer is not None and hops < _MOST_HOPS:
                        more = {
                            found: role
                            for parameter, role in beside.items()
                            for node in passed_by(program, call, parameter)[:1]
                            if (found := _parameter(program, node)) is not None
                        }
                        queue.append((outer, more, hops + 1))


def _parameter(program: Program, node: Node) -> _Place | None:
    """The parameter that a value is, also behind a test of it or a default."""
    for _ in range(4):
        value = program.value(node)
        if value.kind == "parameter":
            return program.parameter_of(node)
        if value.kind not in ("guarded", "choice", "await") or not value.inputs:
            return None
        node = (node[0], value.inputs[0])
    return None


def _position(program: Program, call: Node, node: Node) -> str | None:
    """Where a call gives a value, as knowledge names it: by position, or by its name."""
    value = program.value(call)
    at = value.inputs.index(node[1], 1) if node[1] in value.inputs[1:] else None
    if at is None:
        return None
    return value.labels[at] or str(sum(1 for label in value.labels[1:at] if label == ""))
