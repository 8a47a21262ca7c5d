"""Pages of a program with a model behind them that a composition gives to every address: `streamlit run`, and `ports: ["8501:8501"]`.

Takes an assembly whose elements are known and the configuration; marks one page of each composition as public, with the places that
publish it and the others, where nothing of the program asks people who they are. A proxy in front that asks is not seen, nor is a page
that is started in another way; what a composition opens on loopback alone is not public.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind

_RUNS = re.compile(r"\b(?:streamlit|chainlit)[\"', ]+run\b(?P<words>[^\n;&|]{0,300})")
_SCRIPT = re.compile(r"[\w./-]+\.py\b")
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_ASKS = re.compile(r"(?i)authenticat|sign_?in|log_?in|check_?password|auth_?callback|oauth|streamlit_authenticator")


def mark_published_pages(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Marks the page of each composition that publishes some."""
    if not any(draft.kind in _MODELS for draft in assembly.drafts.by_id.values()) or _asks(assembly):
        return
    for file in files:
        published = [s for s in file.settings if s.kind == "service" and s.attributes.get("published") and s.attributes.get("ports")]
        started = [(service, script) for service in published if (script := _script(file, service, files)) is not None]
        pages = sorted((page, at) for at, (_service, script) in enumerate(started) if (page := _page(assembly, script)) is not None)
        for (_rank, identity), _at in pages[:1]:
            draft = assembly.draft(identity)
            draft.attributes["public"] = True
            places = [assembly.cite_place(started[at][0].place, "sink", "given to every address") for _page, at in pages]
            draft.evidence[:0] = [place for place in places if place is not None]


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
