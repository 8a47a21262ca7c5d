"""Names of elements found in code: a constant argument, a host, a table, or else where it stands and what it is."""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.contained import called_by_container, is_contained
from pipeline.system.program.entity_sets import entity_table
from pipeline.system.program.mapped_tables import called, called_on, given_before, listed_first, mapped_as, mapped_class
from pipeline.system.program.record_classes import is_left_open, record_class
from pipeline.system.program.sites import CallSite
from pipeline.system.program.statement_tables import names_table, statement_of, tables_in

_TABLES = {
    "member": called_on,
    "chain": given_before,
    "mapped": mapped_class,
    "listed": listed_first,
    "receiver": called,
    "entity": entity_table,
}
_LONGEST_NAME = 78
_OWN_HOST = re.compile(
    r"[^.]+(?::\d+)?|.*\.(?:svc|local|internal|lan|corp|cluster|localhost|home|intranet)(?::\d+)?"
    r"|(?:10|127)\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*",
    re.IGNORECASE,
)

_FILE_PATH = re.compile(r"[/~]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\")


def placed_name(name: str, path: str) -> str:
    """A name with the file it stands in, of which a long path is shortened from its beginning."""
    shown = f"{name} ({path})"
    return shown if len(shown) < _LONGEST_NAME else f"{name} (…/{'/'.join(path.split('/')[-2:])})"


def table_of(assembly: Assembly, site: CallSite) -> str | None:
    """The table or mapped class a call reads or writes: its records, not the whole database, flow from one to the other."""
    program, node = assembly.program, site.node
    if program.value(node).kind != "call":
        return None
    if site.rule.table_from is not None:
        return _TABLES[site.rule.table_from](program, node)
    node = statement_of(program, node)
    value = program.value(node)
    queue, seen = [(node[0], given) for given in value.inputs[1:4]], 0
    while queue and seen < 30:
        current = queue.pop(0)
        seen += 1
        inner = program.value(current)
        if inner.kind == "constant" and inner.constant_type == "string" and " " in inner.text and names_table(inner.text):
            return next(iter(tables_in(inner.text)), None)
        of = (current[0], inner.inputs[0]) if inner.kind in ("attribute", "call") and inner.inputs else current
        if is_left_open(program, current) or is_left_open(program, of):
            return record_class(program, program.function((current[0], inner.scope)).owner or "")
        for name in (*program.names(current), *program.types(current)):
            if name in program.classes and (inner.kind != "attribute" or program.classes[name][1].name == inner.text):
                return program.classes[name][1].name  # `models.Note` is one, `note.author` is not
        if inner.kind == "attribute":
            for name in program.names((current[0], inner.inputs[0])):
                if name in program.classes:
                    return program.classes[name][1].name
        if inner.kind in ("guarded", "index", "await"):
            queue.append((current[0], inner.inputs[0]))
        if inner.kind in ("call", "format", "operation", "collection", "choice", "element_of", "name", "parameter"):
            queue += _given_back(program, current) if inner.kind == "call" else ()
            queue += [(current[0], given) for given in inner.inputs]
            if inner.kind in ("name", "parameter"):
                queue += [origin for origin in program.origins(current)[:2] if origin != current]
    return None


def _given_back(program: Program, call: Node) -> list[Node]:
    """What the functions of the program that a call reaches give back; of a chain, what it is called on: `result.scalars().all()`."""
    asked = [target.function for target in program.targets(call) if not target.constructs]
    callee = (call[0], program.value(call).inputs[0])
    on = [(call[0], program.value(callee).inputs[0])] if program.value(callee).kind == "attribute" and not asked else []
    return [*on, *((function[0], given) for function in asked for given in program.function(function).returns)]


def name_of_call(assembly: Assembly, site: CallSite) -> tuple[str, str | None]:
    rule, node = site.rule, site.node
    if site.named:
        return site.named, ""
    if rule.name_from is not None:
        value = assembly.program.value(node)
        given = argument_node(assembly.program, node, rule.name_from, site.skip) if value.kind == "call" else None
        for at in [given] if given is not None else []:
            constant = assembly.program.constant(at)
            if isinstance(constant, str) and len(constant) <= 120 and any(letter.isalnum() for letter in constant):
                host = host_of(constant) if rule.kind in ("external_service", "web_content") else None
                return host or constant, constant
    if rule.kind in ("external_service", "web_content") and (found := constant_host(assembly, site)) is not None:
        return found, found
    if rule.kind == "data_store":
        table = table_of(assembly, site)
        if table is not None:
            # What one library writes into a table another reads there, in whatever language: it is named for the first that is met.
            known = assembly.memo.tables.setdefault(_key(assembly, table), f"{table} ({rule.name or site.framework})")
            return known, table
        return rule.name or site.framework, "one per application"  # connections that are not named lead to the same database
    if (
        rule.kind in ("vector_store", "memory")
        and rule.element_from == "receiver"
        and (kept := called_by_container(assembly.program, node))
    ):
        return f"{kept} ({site.framework})", "one per application"
    if rule.kind in ("vector_store", "memory") and rule.element_from == "receiver" and is_contained(assembly.program, node):
        return f"{site.names[0].split('.')[-2]} ({site.framework})", "one per application"
    return local_name(assembly, site), None


def _key(assembly: Assembly, table: str) -> str:
    """The table that a mapped class stands for, or the name itself."""
    mapped = assembly.memo.mapped_as
    if mapped is None:
        mapped = assembly.memo.mapped_as = mapped_as(assembly.program)
    return mapped.get(table, table)


def local_name(assembly: Assembly, site: CallSite) -> str:
    """A name for what has none of its own: where it stands, and what it is. `support_agent (langchain)`."""
    symbol = assembly.symbol(site.node).rsplit("/", 1)[-1].split(".")
    return f"{'.'.join(symbol[-2:])} ({site.rule.name or site.framework})"


def constant_host(assembly: Assembly, site: CallSite) -> str | None:
    """The host a request goes to, where its URL begins with a constant; none where others say what it is in other calls."""
    value = assembly.program.value(site.node)
    for given in value.inputs[1:3]:
        origins = assembly.program.origins((site.node[0], given))
        if any(_is_open(assembly.program, origin) for origin in origins):
            continue
        for origin in origins:
            start = assembly.program.value(origin)
            if start.kind == "format" and start.inputs:
                start = assembly.program.value((origin[0], start.inputs[0]))
            if start.kind == "constant" and start.text.startswith(("http://", "https://")):
                host = host_of(start.text)
                if host is not None:
                    return host
    return None


def _is_open(program: Program, origin: Node) -> bool:
    """Whether a value comes in by a parameter that no call of the project fills and that has no default."""
    found = program.parameter_of(origin) if program.value(origin).kind == "parameter" else None
    return found is not None and program.function(found[0]).parameters[found[1]].default is None


def host_of(url: str) -> str | None:
    """The host a constant URL names, without credentials; None where it is no URL or the host is computed."""
    if not url.startswith(("http://", "https://", "ws://", "wss://")):
        return None
    host = url.split("/")[2].split("@")[-1]
    return host if host and not set("{%<$") & set(host) else None


def is_file_path(name: str) -> bool:
    """Whether a name that a hub could be asked for is a place on this machine: `./models/x`, `~/x`, `/srv/x`, `D:\\models\\x`."""
    return _FILE_PATH.match(name) is not None


def is_own_host(host: str) -> bool:
    """Whether a host is this machine, a service beside it, or an address that the internet does not know."""
    return _OWN_HOST.fullmatch(host) is not None
