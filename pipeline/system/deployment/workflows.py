"""Workflows of GitHub Actions into elements: who may start them, what they may do, whose actions they run.

Takes the settings of one file, gives a `ci_job`, whose places say what each is about: an action whose name can move, a step that acts on
what outsiders write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.source import Attribute, Place
from pipeline.system.assembly import Assembly
from pipeline.system.model import MOVES, AttributeValue, Topic

_MAX_PLACES = 8
_OF_THE_FORGE = ("actions/", "github/")
# In a workflow that only a push or a pull request starts, the former are empty or without rights, the latter written by who may push.
_NOT_OUTSIDERS = ("github.head_ref", "github.event.pull_request.", "github.event.head_commit.", "github.event.commits")
_OWN_TOKEN = frozenset({"GITHUB_TOKEN"})  # it can do what the permissions say and ends with the run: no key to anything else
_UNDONE = frozenset({"issues", "pull-requests", "discussions", "checks", "statuses", "models"})
_ACTED_ON: Topic = "what outsiders write is acted on here"
_STARTED_BY: Topic = "who may start it"
_OWN_MACHINE: Topic = "strangers' code runs here"
# Conditions of a job by which pull requests of forks do not start it, or only some people's do.
_TELLS_FORKS_APART = re.compile(
    r"\bhead\.repo\b|\.fork\b|author_association|github\.(?:triggering_)?actor\b|pull_request\.user\b|github\.repository\b|github\.ref\b|github\.ref_name\b"
    r"|\blabels?\b|\bmerged\b|\bsecrets\.|\bvars\.|\bfalse\b|event_name\s*!=\s*['\"]pull_request\b|event_name\s*==\s*['\"](?!pull_request)",
    re.IGNORECASE,
)

_OF_ROOT = re.compile(
    r"\.github/workflows/[^/]+|readme(?:\.\w+)?|[^/]*requirements[^/]*\.txt|pyproject\.toml|package\.json|go\.mod|pom\.xml"
    r"|build\.gradle(?:\.kts)?|[^/]+\.csproj|directory\.packages\.props|dockerfile",
    re.IGNORECASE,
)


def is_started(path: str, others: Iterable[str]) -> bool:
    """Whether GitHub may start what a file says: workflows count at the root of a repository only.

    Where a README, a manifest or a workflow of its own stands at the root of what is scanned, that is the repository, and workflows of
    folders below are leftovers. Without any of them, the folders may be repositories that lie beside each other.
    """
    above = path.partition(".github/workflows/")[0]
    return path == above or not above or not any(_OF_ROOT.fullmatch(other) for other in others)


def add_workflow(assembly: Assembly, file: ConfigFacts, by_kind: Mapping[str, Sequence[Setting]]) -> None:
    """The workflow of a file as an element, with the steps that are to be held and those that act on what outsiders write."""
    workflow = by_kind["workflow"][0]
    steps = by_kind.get("workflow_step", ())
    loose = [
        s
        for s in steps
        if s.attributes.get("uses") and s.attributes.get("pin") not in ("sha", None) and not str(s.attributes["uses"]).startswith("./")
    ]
    outside = [s for s in steps if _acts_on_outsiders(workflow, s)]
    text = " ".join(f"{s.attributes.get('uses') or ''} {s.attributes.get('run') or ''}" for s in steps).lower()
    permissions = workflow.attributes.get("permissions")
    attributes: dict[str, AttributeValue] = {
        "untrusted_trigger": bool(workflow.attributes.get("untrusted_trigger")), "untrusted_input": bool(outside),
        "permissions": _permission(permissions), "actions_unpinned": len(loose),
        "runs_ai": any(word in text for word in ("openai", "claude", "anthropic", "gemini", "codex", "llm", "ai-inference", "gpt")),
        "secrets": any(s.attributes.get("secrets") for s in steps),
        "publishes_model": any(word in text for word in ("upload_folder", "push_to_hub", "huggingface-cli upload", "hf upload",
        "register_model")),
        "third_party_unpinned": any(not str(s.attributes.get("uses")).startswith(_OF_THE_FORGE) for s in loose),
    }  # fmt: skip
    held = {name for s in steps for name in _texts(s.attributes.get("secrets"))}
    if held and held <= _OWN_TOKEN:
        attributes["own_token_only"] = True
    if _comments_only(permissions, steps):
        attributes["comments_only"] = True
    machines = _own_machines(workflow, steps)
    if machines:
        attributes["strangers_on_own_machine"] = True
    started = assembly.cite_place(workflow.place, note=_STARTED_BY)
    identity = assembly.drafts.put("ci_job", file.path, None, attributes, started, None, file.purpose)
    # Actions of others first: those of the forge's owner come from where the workflow itself is kept.
    others = sorted(loose, key=lambda s: str(s.attributes["uses"]).startswith(_OF_THE_FORGE))
    for setting, topic in [*((s, _ACTED_ON) for s in outside), *((s, MOVES) for s in others)][:_MAX_PLACES]:
        assembly.cite_of(identity, setting.place, topic)
    for place in machines[:_MAX_PLACES]:
        assembly.cite_of(identity, place, _OWN_MACHINE)
    if steps and not loose:
        assembly.control("digest_pin", identity, assembly.cite_place(next((s for s in steps if s.attributes.get("uses")), workflow).place))
    if attributes["permissions"] == "read":
        assembly.control("least_privilege", identity, assembly.cite_place(workflow.place))


def _own_machines(workflow: Setting, steps: Sequence[Setting]) -> list[Place]:
    """Where jobs are put on machines of one's own in which a pull request of anybody runs what it brings along.

    A job counts that checks the pull request out and then runs a script, unless a condition tells forks apart or an environment may
    have a person asked first.
    """
    if "pull_request" not in _texts(workflow.attributes.get("triggers")):
        return []
    found: dict[Place, None] = {}
    fetched: set[str] = set()
    for step in steps:
        a = step.attributes
        job, line = str(a.get("job") or ""), a.get("runs_on_line")
        if str(a.get("uses") or "").startswith("actions/checkout"):
            fetched.add(job)
        if not a.get("run") or job not in fetched or not isinstance(line, int) or "self-hosted" not in str(a.get("runs_on") or ""):
            continue
        if not a.get("waits") and not _TELLS_FORKS_APART.search(str(a.get("job_if") or "")):
            found[Place(step.place.path, line, line)] = None
    return list(found)


def _comments_only(permissions: Attribute, steps: Sequence[Setting]) -> bool:
    """Whether all that the jobs may write are words that can be taken back: comments, labels, checks.

    A job that lists no rights of its own has those of the workflow, and where none are listed those of the repository.
    """
    listed = [rights for step in steps for rights in (step.attributes.get("permissions") or permissions,)] or [permissions]
    if any(rights is None or not all(": " in right for right in _texts(rights)) for rights in listed):
        return False
    written = {scope for rights in listed for scope, _, may in (right.partition(": ") for right in _texts(rights)) if may == "write"}
    return bool(written) and written <= _UNDONE


def _acts_on_outsiders(workflow: Setting, step: Setting) -> bool:
    """Whether a step acts on outsiders' text where that gains something.

    A pull request of a fork starts a `pull_request` job with a token that may only read and without secrets, whatever the
    workflow asks for; its own words then harm nobody, unless the machine is one that is kept.
    """
    texts = _texts(step.attributes.get("untrusted_input"))
    if workflow.attributes.get("untrusted_trigger") or "workflow_call" in _texts(workflow.attributes.get("triggers")):
        return bool(texts)
    kept = "self-hosted" in str(step.attributes.get("runs_on") or "")
    return any(kept or not text.lower().startswith(_NOT_OUTSIDERS) for text in texts)


def _permission(value: Attribute) -> str:
    if value is None or value == "unset":
        return "unset"
    text = " ".join(_texts(value)) if isinstance(value, tuple) else str(value)
    return "write" if "write" in text else "read"


def _texts(value: Attribute) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()
