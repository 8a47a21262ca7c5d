"""Whether LangChain4j writes whole requests and answers to the log, where a switch says so: `logRequests(true)`, `log-requests: true`.

Takes an assembly and the files of configuration. Since its version 1 the library writes them for information, before that for debugging
only: then, or where the level of its logger is set above that, a switch that is on says nothing. A version that is managed elsewhere is
taken for a new one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence
from pipeline.system.program.arguments import argument_node

_LIBRARY = "dev.langchain4j:"
_SWITCHES = "logRequests|logResponses|logRequestsAndResponses"
_QUIET = frozenset({"warn", "warning", "error", "fatal", "off"})
_LEVELS = ("logging.level.dev.langchain4j.http.client", "logging.level.dev.langchain4j", "logging.level.dev", "logging.level.root")


def writes_for_information(files: Sequence[ConfigFacts]) -> bool:
    """Whether what the library logs is written at the usual level."""
    settings = [one for file in files for one in file.settings]
    versions = [str(one.attributes.get("specifier", "")) for one in settings if one.kind == "package" and one.name.startswith(_LIBRARY)]
    if any(version.startswith("0.") for version in versions):
        return False
    levels = {one.name: str(one.attributes.get("value") or "") for one in settings if one.kind == "property" and one.name in _LEVELS}
    nearest = next((levels[name] for name in _LEVELS if name in levels), "")
    return nearest.strip().strip("\"'").lower() not in _QUIET


def add_logged_requests(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """A log of conversations, where clients of models are made with the switch on."""
    cited: list[tuple[Evidence, str]] = []
    for site in assembly.sites.calls:
        if site.framework != "langchain4j" or assembly.program.value(site.node).kind != "call":
            continue
        given = [argument_node(assembly.program, site.node, switch) for switch in _SWITCHES.split("|")]
        if any(node is not None and assembly.program.constant(node) is True for node in given):
            evidence = assembly.cite(site.node, "sink", "what is asked and answered is written to the log")
            if evidence is not None:
                cited.append((evidence, assembly.purpose(site.node[0])))
    for evidence, purpose in cited if cited and writes_for_information(files) else ():
        assembly.drafts.put("log", "requests to models (langchain4j)", None, {"conversations": True}, evidence, None, purpose)
