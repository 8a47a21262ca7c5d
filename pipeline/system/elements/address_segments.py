"""Which values are one segment of an address: what a router matches up to the next slash, and nothing further.

Takes the functions behind routes, and calls that ask for a parameter of the address by its name. A router that matches the decoded
address, or that leaves an encoded slash as it is, gives no separator. One that takes the code off each segment by itself does (Go's
ServeMux, JAX-RS, the routers of JavaScript), and so does a part that takes the rest (`{name:path}`, `*name`, `{**name}`). A segment may
be `..`, unless the server works dots out before it asks the router.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from ingest.facts import Parameter
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_BRACED = re.compile(r"\{(\w+)\??(?:[:=](?!path\b)[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
_ANGLED = re.compile(r"<(?:(?!path:)\w+(?:\(\w[^()]*\))?:)?(\w+)>")
VARIABLE = re.compile(r"[:{<\[*$]")  # how a part of an address begins that stands for what the caller puts there
_REST = re.compile(r"\*(\w+)")
_WORK_DOTS_OUT = (".java", ".kt", ".cs")  # Tomcat, Jetty and Kestrel do, before a route is looked for
_RAW = "UseRawPath"  # makes gin match the address as it was sent, and take the code off each part by itself
_MOST = 40


def add_segments(assembly: Assembly, reference: FunctionRef, path: str) -> None:
    """Notes the parameters of a function that a router fills with one segment of its address."""
    program = assembly.program
    named = {found.group(1) for pattern in (_BRACED, _ANGLED) for found in pattern.finditer(path)}
    if not named or program.objects_are_entries(reference[0]):
        return
    for one in program.function(reference).parameters:
        called = _called(assembly, reference[0], one)
        if called is not None and named & called:
            assembly.segments.add((reference[0], one.value))


def _called(assembly: Assembly, file: int, parameter: Parameter) -> set[str] | None:
    """What a parameter is called in the address: `@PathVariable("file") String name`; None where it may hold a separator."""
    program, found = assembly.program, {parameter.name}
    queue, seen = [parameter.annotation] if parameter.annotation is not None else [], 0
    while queue and seen < _MOST:
        current, seen = queue.pop(), seen + 1
        value = program.value((file, current))
        last = {name.rsplit(".", 1)[-1] for name in program.callee_names((file, current))} if value.kind == "call" else set[str]()
        if "PathParam" in last:
            return None
        if last & {"PathVariable", "FromRoute"}:
            found |= {text for given in value.inputs[1:] if isinstance(text := program.constant((file, given)), str)}
        elif value.kind in ("call", "index", "collection", "operation", "unknown"):
            queue += value.inputs
    return found


def asks_for_segment(assembly: Assembly, call: Node, argument: str) -> None:
    """Notes a call that gives one segment of the address, whose name stands in an argument."""
    given = argument_node(assembly.program, call, argument) if argument != "entry" else None
    name = assembly.program.constant(given) if given is not None else None
    if argument == "entry" or isinstance(name, str):
        assembly.asked_segments[call] = name if isinstance(name, str) else ""


def is_segment(assembly: Assembly, node: Node) -> bool:
    """Whether a value is one segment of an address, and holds no separator."""
    if node in assembly.segments:
        return True
    name = assembly.asked_segments.get(node)
    if name is None:
        value = assembly.program.value(node)  # `mux.Vars(r)["name"]`
        base = (node[0], value.inputs[0]) if value.kind == "index" and value.text else None
        origins = (base, *assembly.program.origins(base)) if base is not None else ()
        return any(assembly.asked_segments.get(origin) == "" for origin in origins)
    return name.isidentifier() and name not in _taking_the_rest(assembly)


def may_be_dots(assembly: Assembly, node: Node) -> bool:
    """Whether a segment may be `..`, the folder above."""
    return not assembly.program.files[node[0]].path.endswith(_WORK_DOTS_OUT)


def _taking_the_rest(assembly: Assembly) -> frozenset[str]:
    """Names under which a route takes all that is left of an address; all names, where parts come with their separators."""
    if assembly.memo.rest_of_addresses is None:
        program = assembly.program
        paths = [str(assembly.draft(entry).attributes.get("path", "")) for entry in set(assembly.entry_of_function.values())]
        found = {name for path in paths for name in _REST.findall(path)}
        if any(
            (value.kind == "attribute" and value.text == _RAW) or (value.kind == "update" and _RAW in value.labels)
            for facts in program.files
            for value in facts.values
        ):
            found |= {name for name in assembly.asked_segments.values() if name}
        assembly.memo.rest_of_addresses = frozenset(found)
    return assembly.memo.rest_of_addresses
