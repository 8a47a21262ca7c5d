"""Where ASP.NET serves MCP: what the application or its settings tell Kestrel to listen on.

Takes an assembly whose MCP servers are known, and the configuration; gives servers over HTTP in C# their `host`. The settings are those
of the server's own project, the nearest folder above it that has any; what a developer's own settings say (`appsettings.Development.json`,
`launchSettings.json`) does not count, and what nobody says stays what the framework's rule says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.model import Evidence

_HERE = re.compile(r"https?://(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_TOLD = frozenset({"UseUrls", "Run", "RunAsync", "Add"})  # `app.Urls.Add(address)`; of the others only an address counts
_OWN = frozenset({"ListenLocalhost", "ListenAnyIP"})
_DEVELOPER = re.compile(r"dev|local|test", re.IGNORECASE)


def mark_kestrel(assembly: Assembly, config: Sequence[ConfigFacts]) -> None:
    """The host of each MCP server of a C# program whose address is written down."""
    for identity, draft in assembly.drafts.by_id.items():
        files = {node[0] for node in draft.nodes if assembly.program.files[node[0]].language == "csharp"}
        if draft.kind != "mcp_server" or draft.attributes.get("transport") == "stdio" or not files:
            continue
        folder = folder_of(assembly.program.files[min(files)].path)
        told = list(_in_settings(assembly, config, folder)) or list(_in_code(assembly, folder))
        if told:
            here = all(_HERE.match(address) for address, _evidence in told)
            draft.attributes["host"] = "localhost" if here else "0.0.0.0"
            shown = next(evidence for address, evidence in told if here or not _HERE.match(address))
            if here and shown is not None:
                assembly.control("network_isolation", identity, shown, "listens on loopback only")
            else:
                draft.show(shown)


def _in_settings(assembly: Assembly, config: Iterable[ConfigFacts], folder: str) -> Iterator[tuple[str, Evidence | None]]:
    """Addresses of the nearest settings above the server that name any."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for file in config:
        above = folder_of(file.path)
        for setting in file.settings:
            ours = setting.kind == "listener" and not _DEVELOPER.search(str(setting.attributes.get("environment") or ""))
            if ours and (not above or f"{folder}/".startswith(f"{above}/")):
                found.setdefault(above, []).append((setting.name, setting.place))
    for address, place in found[max(found, key=len)] if found else ():
        yield address, assembly.cite_place(place)


def _in_code(assembly: Assembly, folder: str) -> Iterator[tuple[str, Evidence | None]]:
    """Addresses that the program beside the server gives its host: `builder.WebHost.UseUrls("http://0.0.0.0:8080")`."""
    for file, facts in enumerate(assembly.program.files):
        if facts.language != "csharp" or folder_of(facts.path) != folder or facts.purpose == "test":
            continue
        for identity, value in enumerate(facts.values):
            called = facts.values[value.inputs[0]].text if value.kind == "call" else ""
            call = (file, identity)
            if called in _OWN:
                yield "http://localhost" if called == "ListenLocalhost" else "http://*", assembly.cite(call)
            elif called in _TOLD:
                for address in _addresses(assembly, call):
                    yield address, assembly.cite(call)


def _addresses(assembly: Assembly, call: Node) -> Iterator[str]:
    for given in assembly.program.value(call).inputs[1:]:
        constant = assembly.program.constant((call[0], given))
        if isinstance(constant, str) and _ADDRESS.match(constant):
            yield from (part for part in constant.split(";") if part)
