"""What the settings of a Spring Boot or Quarkus application say of its models: logs of whole conversations, files fetched, open diagnosis.

Takes an assembly whose code is known and the files of configuration. A log of conversations needs the switch and, where the
library logs for debugging only, the level. The pages for diagnosis are open where they are offered on the application's own port
and no filter chain asks for a login; without rules in sight, a program with Spring Security asks. Files for development and tests
say nothing of what runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.filter_chains import FilterChain, filter_chains
from pipeline.system.controls.front_doors import FrontDoor
from pipeline.system.deployment.logged_requests import add_logged_requests, writes_for_information
from pipeline.system.model import AttributeValue, Evidence

_NOT_RUN = re.compile(r"dev|develop|local|test|sample|example|debug|it\b", re.IGNORECASE)
_DEFAULT = re.compile(r"\$\{[^:}]{1,200}:([^}]{0,500})\}")
_ALWAYS = re.compile(
    r"spring\.ai\.(chat\.observations|chat\.client\.observations)\.(log|include)(prompt|completion)|quarkus\.langchain4j\.(.*\.)?log(requests|responses)"
)
_FOR_DEBUGGING = re.compile(r"langchain4j\..*\.log(requests|responses|requestsandresponses)")
_ADVISOR = "org.springframework.ai.chat.client.advisor.SimpleLoggerAdvisor"
_DETAILED = frozenset({"debug", "trace", "all"})
_FILE_OF_MODEL = re.compile(r"spring\.ai\.embedding\.transformer\.(onnx\.modeluri|tokenizer\.uri)")
_MOVES = re.compile(r"(^|[/_-])(latest|main|master|current|nightly)([/_.-]|$)", re.IGNORECASE)
_EXPOSED = "management.endpoints.web.exposure."
_TELLING = frozenset({"*", "env", "heapdump", "configprops", "httptrace", "httpexchanges", "logfile", "jolokia"})
_LOOPBACK = re.compile(r"127\.|localhost|::1")


def add_spring_settings(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Elements of every application whose settings were read."""
    told = [(file, [s for s in file.settings if s.kind == "property" and _runs(s)]) for file in files]
    for file, properties in told:
        if properties:
            _logs(assembly, file, properties, writes_for_information(files))
            _fetched(assembly, file, properties)
            _diagnosis(assembly, file, properties, files)
    add_logged_requests(assembly, files)


def _runs(one: Setting) -> bool:
    return _NOT_RUN.search(str(one.attributes.get("profile") or "")) is None


def _name(one: Setting) -> str:
    """The name as the framework compares it: `log-prompt`, `logPrompt` and `log_prompt` are one."""
    return re.sub(r"[-_]", "", one.name).lower()


def _text(one: Setting) -> str:
    """The value, or what it is where no variable says otherwise."""
    text = str(one.attributes.get("value") or "").strip().strip("\"'")
    match = _DEFAULT.fullmatch(text)
    return match[1] if match is not None else text


def _logs(assembly: Assembly, file: ConfigFacts, properties: Sequence[Setting], for_information: bool) -> None:
    on = [one for one in properties if _ALWAYS.fullmatch(_name(one)) and _text(one).lower() == "true"]
    level = _level(properties, "dev.langchain4j")
    switched = [one for one in properties if _FOR_DEBUGGING.fullmatch(_name(one)) and _text(one).lower() == "true"]
    if switched and (level is not None or for_information):
        on += [*switched, *([level] if level is not None else [])]
    level = _level(properties, _ADVISOR)
    made = _calls_of(assembly, _ADVISOR) if level is not None else []
    if level is not None and made:
        on.append(level)
    if not on:
        return
    identity = assembly.drafts.put("log", f"log of the application ({file.path})", None, {"conversations": True}, None, None, file.purpose)
    for one in on[:6]:
        assembly.cite_of(identity, one.place)
    for evidence in made[:2]:
        assembly.draft(identity).evidence.append(evidence)


def _level(properties: Sequence[Setting], logger: str) -> Setting | None:
    """The nearest setting of a logger's level, where that writes what is meant for debugging."""
    names = {one.name.partition("logging.level.")[2]: one for one in properties if one.name.startswith("logging.level.")}
    parts = logger.split(".")
    near = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    found = next((names[name] for name in (*near, "root") if name in names), None)
    return found if found is not None and _text(found).lower() in _DETAILED else None


def _calls_of(assembly: Assembly, name: str) -> list[Evidence]:
    program = assembly.program
    calls = ((file, i) for file, facts in enumerate(program.files) for i, value in enumerate(facts.values) if value.kind == "call")
    cited = (assembly.cite(call) for call in calls if any(made.startswith(name) for made in program.callee_names(call)))
    return [evidence for evidence in cited if evidence is not None]


def _fetched(assembly: Assembly, file: ConfigFacts, properties: Sequence[Setting]) -> None:
    """Files of a model that is fetched when the application starts; the library compares them with nothing."""
    for one in properties:
        address = _text(one)
        if not _FILE_OF_MODEL.fullmatch(_name(one)) or not address.startswith(("http://", "https://")):
            continue
        if address.startswith("http://") or _MOVES.search(address):
            attributes: dict[str, AttributeValue] = {"source": "address", "revision_pinned": False}
            if address.startswith("http://"):
                attributes["plain_http"] = True
            name = address.partition("://")[2][-80:]
            assembly.drafts.put("model_registry", name, None, attributes, assembly.cite_place(one.place), None, file.purpose)


def _diagnosis(assembly: Assembly, file: ConfigFacts, properties: Sequence[Setting], files: Sequence[ConfigFacts]) -> None:
    def given(name: str) -> list[Setting]:
        return [one for one in properties if _name(one) == name]

    offered = [(one, _listed(one)) for one in given(f"{_EXPOSED}include")]
    hidden = {name for one in given(f"{_EXPOSED}exclude") for name in _listed(one)}
    shown = {name for _one, names in offered for name in names} & _TELLING
    apart = [_text(one) for one in given("management.server.port")]
    own = [_text(one) for one in given("server.port")] or ["8080"]
    if not shown - hidden or hidden >= ({"env", "heapdump"} if "*" in shown else shown) or "*" in hidden:
        return
    if any(_LOOPBACK.match(_text(one)) for one in given("management.server.address")) or (apart and apart != own):
        return
    base = next((_text(one) for one in given("management.endpoints.web.basepath")), "/actuator").rstrip("/")
    module = file.path.partition("src/main/")[0]
    page = f"{base}/{'env' if '*' in shown else min(shown - hidden)}"
    chains = filter_chains(assembly, Authenticating(assembly))
    rules = [chain for chain in chains if isinstance(chain, FilterChain) and chain.folder == module]
    doors: list[FilterChain | FrontDoor] = [*rules, *(door for door in chains if isinstance(door, FrontDoor))]
    asked = [door.before(f"{module}Page.java", page, "GET") for door in doors]
    if any(evidence is not None for evidence in asked) or (not rules and _has_security(files, module)):
        return
    identity = assembly.drafts.put(
        "http_route", f"{base} ({file.path})", None, {"authenticated": False, "diagnostics": True, "path": base, "method": "GET"},
        None, None, file.purpose,
    )  # fmt: skip
    values = [one for one in given("management.endpoint.env.showvalues") if _text(one).lower() == "always"]
    for one in (*(one for one, names in offered if shown & names), *values):
        assembly.cite_of(identity, one.place)


def _listed(one: Setting) -> set[str]:
    return {part.strip().strip("\"'").lower() for part in _text(one).split(",")}


def _has_security(files: Sequence[ConfigFacts], module: str) -> bool:
    """Whether a build that the application belongs to names Spring Security, which asks for a login where nothing else is said."""
    return any("security" in name or "oauth2" in name for name in _packages(files, module))


def _packages(files: Sequence[ConfigFacts], module: str) -> Iterator[str]:
    for file in files:
        folder = file.path.rpartition("/")[0]
        if folder == "" or (module.rstrip("/") + "/").startswith(folder + "/"):
            yield from (one.name.lower() for one in file.settings if one.kind == "package")
