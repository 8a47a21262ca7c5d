"""Pages of a program with a model behind them that are given to every address: `streamlit run`, and `ports: ["8501:8501"]`.

Takes an assembly whose elements are known and the configuration; marks one page of each composition as public, with the places that
publish it and the others, where nothing of the program asks people who they are. Where no composition starts a page, the command of an
image or a script does: Streamlit listens on all addresses unless it is told otherwise, Chainlit on those it is told. A proxy in front that
asks is not seen, nor is a page that is started in another way; what a composition opens on loopback alone is not public.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.purpose import NOT_PRODUCT
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind
from pipeline.system.rules.commands import option, variables_of, words_of

_RUNS = re.compile(r"\b(?:streamlit|chainlit)[\"', ]+run\b(?P<words>[^\n;&|]{0,300})")
_SCRIPT = re.compile(r"[\w./-]+\.py\b")
_HOSTS = {"streamlit": (("--server.address",), "STREAMLIT_SERVER_ADDRESS"), "chainlit": (("--host",), "CHAINLIT_HOST")}
_BY_HAND = ("docker", "shell", "make", "npm", "procfile", "systemd")
_MOST_PLACES = 4
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_ASKS = re.compile(r"(?i)authenticat|sign_?in|log_?in|check_?password|auth_?callback|oauth|streamlit_authenticator")


def mark_published_pages(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Marks the page of each composition that publishes some."""
    if not any(draft.kind in _MODELS for draft in assembly.drafts.by_id.values()) or _asks(assembly):
        return
    composed = False
    for file in files:
        services = [s for s in file.settings if s.kind == "service"]
        composed = composed or any(_script(file, service, files) is not None for service in services)
        published = [s for s in file.settings if s.kind == "service" and s.attributes.get("published") and s.attributes.get("ports")]
        started = [(service, script) for service in published if (script := _script(file, service, files)) is not None]
        pages = sorted((page, at) for at, (_service, script) in enumerate(started) if (page := _page(assembly, script)) is not None)
        for (_rank, identity), _at in pages[:1]:
            draft = assembly.draft(identity)
            draft.attributes["public"] = True
            places = [assembly.cite_place(started[at][0].place, "sink", "given to every address") for _page, at in pages]
            draft.evidence[:0] = [place for place in places if place is not None]
    if not composed:
        _started(assembly, files)


def _started(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """The page that commands of images and scripts start for all addresses."""
    told = [
        str(s.attributes.get("address")) for file in files for s in file.settings if s.kind == "page_settings" and "address" in s.attributes
    ]
    commands = [
        (setting, words)
        for file in files if file.purpose not in NOT_PRODUCT
        for setting in file.settings
        if setting.kind == "command" and setting.name in _HOSTS and setting.attributes.get("where") in _BY_HAND
        and not setting.attributes.get("for_development") and "run" in (words := words_of(setting))[1:3]
        and _is_everywhere(setting, words, told)
    ]  # fmt: skip
    found = sorted(
        (page, at) for at, (_setting, words) in enumerate(commands)
        if (page := _page(assembly, next((word.rpartition("/")[2] for word in words if word.endswith(".py")), ""))) is not None
    )  # fmt: skip
    for (_rank, identity), _at in found[:1]:
        draft = assembly.draft(identity)
        draft.attributes["public"] = True
        places = [assembly.cite_place(commands[at][0].place, "sink", "given to every address") for _page, at in found[:_MOST_PLACES]]
        draft.evidence[:0] = [place for place in places if place is not None]


def _is_everywhere(command: Setting, words: Sequence[str], told: Sequence[str]) -> bool:
    """Whether a page that a command starts listens on more than loopback."""
    options, variable = _HOSTS[command.name]
    host = option(words, options) or variables_of(command).get(variable, "")
    if command.name == "streamlit":
        host = host or next(iter(told), "0.0.0.0")
    return host in ("0.0.0.0", "::", "[::]")


def _script(file: ConfigFacts, service: Setting, files: Sequence[ConfigFacts]) -> str | None:
    """The last name of the script that a service runs as a page; a command of the service stands in place of the image's."""
    command = str(service.attributes.get("command") or "")
    if not command:
        built = str(service.attributes.get("built_from") or "")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), built)) if built else ""
        made = [s for other in files if other.path == path for s in other.settings if s.kind == "run_command" and s.name != "RUN"]
        command = "\n".join(str(s.attributes.get("command") or "") for s in made)
    found = _RUNS.search(command)
    if found is None:
        return None
    script = _SCRIPT.search(found["words"])
    return script[0].rpartition("/")[2] if script else ""


def _page(assembly: Assembly, script: str) -> tuple[tuple[bool, bool], str] | None:
    """A page of the started program, with its rank: one that runs a model goes before others, the started script's own before all."""
    pages = [
        (place.path.rpartition("/")[2] != script, draft.attributes.get("runs_inference") is not True, identity)
        for identity, draft in assembly.drafts.by_id.items()
        if draft.kind == "chat_ui" and not draft.attributes.get("callers_key")
        for place in [place for place in draft.evidence if place.path.endswith(".py")][:1]
    ]
    elsewhere, idle, identity = min(pages, default=(True, True, ""))
    return ((idle, elsewhere), identity) if identity else None


def _asks(assembly: Assembly) -> bool:
    """Whether anything of the pages asks people who they are: a control, or a function or module that is named for it."""
    for (kind, _place), (elements, _evidence) in assembly.controls.items():
        if kind == "authentication" and any(identity.startswith("chat_ui:") for identity in elements):
            return True
    facts = assembly.program.files
    named = (function.name for file in facts for function in file.functions)
    return any(_ASKS.search(name) for name in (*named, *(found.target for file in facts for found in file.imports)))
