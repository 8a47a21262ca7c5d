"""What settings decide of MCP servers: `mcp.auth = verifier() if AUTH else None`, `mcp.run(host=os.getenv("HOST", "127.0.0.1"))`.

Takes an assembly whose servers are known, and the configuration. A login that is only there where a setting says so, and whose setting is
off as it is shipped, is none; one that is set on the server afterwards is one. An address that the code keeps to this machine, and that a
template of settings, an image or a published service opens, is open there (`address_in_settings`). What a deployment sets elsewhere is
not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.flows.switches import switched_off
from pipeline.system.model import Evidence
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.held import elements_of
from pipeline.system.program.walking import inputs_of, walk

_LOGINS = "auth|token_verifier|auth_server_provider"
_READS = ("os.getenv", "os.environ.get", "os.environ")
_RUNS = frozenset({"run", "run_async", "run_http_async"})
_MOST = 60  # values behind an address that are looked at
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def mark_mcp_settings(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """Logins that are off, and addresses that are open, by the settings that are shipped."""
    servers = {identity for identity, draft in assembly.drafts.by_id.items() if draft.kind == "mcp_server" and draft.nodes}
    logins: dict[str, list[Node]] = {}
    for file, facts in enumerate(assembly.program.files) if servers else ():
        for store in facts.stores if facts.language == "python" else ():
            if store.attribute == "auth":
                for identity in servers.intersection(elements_of(assembly, (file, store.base))):
                    logins.setdefault(identity, []).append((file, store.value))
        for call, host in _started(assembly, file) if facts.language == "python" else ():
            callee = assembly.program.value(call).inputs[0]
            for identity in servers.intersection(elements_of(assembly, (file, assembly.program.value((file, callee)).inputs[0]))):
                _open_by_settings(assembly, assembly.draft(identity), host, config)
    for identity in sorted(servers):
        _ask_or_not(assembly, identity, logins.get(identity, []))


def _ask_or_not(assembly: Assembly, identity: str, stored: Sequence[Node]) -> None:
    """Whether a server asks who calls, by what it is made with and by what is set on it."""
    draft, program = assembly.draft(identity), assembly.program
    made = [
        given for node in draft.nodes if program.value(node).kind == "call" and (given := argument_node(program, node, _LOGINS)) is not None
    ]
    real = [part for node in (*made, *stored) for part in _parts(assembly, node)]
    off = [switched_off(assembly, part) for part in real]
    if real and all(one is not None for one in off):
        draft.attributes.pop("authenticated", None)
        for (kind, _place), (covered, _cited) in assembly.controls.items():
            if kind == "authentication":
                covered.discard(identity)
        _show(draft, off[0])
    elif stored and real:
        draft.attributes["authenticated"] = True
        assembly.control("authentication", identity, assembly.cite(next(part for part, one in zip(real, off, strict=True) if one is None)))


def _parts(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What a login may be, but for nothing: each side of a choice, and what a function that gives it may give."""
    value = assembly.program.value(node)
    targets = assembly.program.targets(node) if value.kind == "call" else ()
    returned = [
        (one.function[0], given) for one in targets if not one.constructs for given in assembly.program.function(one.function).returns
    ]
    if value.kind == "choice":
        for given in value.inputs:
            yield from _parts(assembly, (node[0], given))
    elif any(assembly.program.value(one).constant_type == "none" for one in returned):
        yield from (one for one in returned if assembly.program.value(one).constant_type != "none")
    elif value.constant_type != "none":
        yield node


def _started(assembly: Assembly, file: int) -> Iterator[tuple[Node, Node]]:
    """Calls that start a server on an address, each with the address."""
    values = assembly.program.files[file].values
    for identity, value in enumerate(values):
        if value.kind == "call" and values[value.inputs[0]].kind == "attribute" and values[value.inputs[0]].text in _RUNS:
            host = argument_node(assembly.program, (file, identity), "host")
            if host is not None:
                yield (file, identity), host


def _open_by_settings(assembly: Assembly, draft: Draft, host: Node, config: Sequence[ConfigFacts]) -> None:
    """An address that the code keeps here, or names nowhere, and that a shipped setting opens."""
    if draft.attributes.get("host") == "0.0.0.0":
        return
    program = assembly.program
    names, said = set[str](), set[str]()
    for node in walk(host, lambda one: [*inputs_of(program, one), *(o for o in program.origins(one) if o != one)], _MOST):
        value = program.value(node)
        if value.kind == "constant" and value.constant_type == "string":
            names.add(value.text)
            said |= _HERE & {value.text}
    opened = [one for file in config for one in file.settings if one.kind == "environment" and one.name in names and _opens(one, file)]
    if opened:
        draft.attributes |= {"host": "0.0.0.0", "address_in_settings": True}
        _show(draft, assembly.cite_place(min(opened, key=lambda one: one.place).place))
    elif said:
        draft.attributes.setdefault("host", min(said))


def _opens(variable: Setting, file: ConfigFacts) -> bool:
    """Whether a variable is an address of all the machine, in a template or where its port is published."""
    if variable.attributes.get("everywhere") is not True:
        return False
    of = variable.attributes.get("service")
    services = [one for one in file.settings if one.kind == "service" and one.name == of]
    return not of or any(one.attributes.get("published") or one.attributes.get("network_mode") == "host" for one in services)


def _show(draft: Draft, evidence: Evidence | None) -> None:
    draft.show(evidence)
