"""Agents whose framework stops a run by itself, judged by the version the project is held to.

Takes an assembly with agents and the configuration files, marks agents as limited. A version counts where a lock or an
exact pin names it, or a range ends below the version in which the default became too large to stop anything; of several
manifests all must agree. A range that is open at the top takes the newest release, whose default counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import normal
from pipeline.system.flows.made_of import callee_text
from pipeline.system.rules.words import load_words

_CARET = re.compile(r"^(?P<sign>[\^~]) ?(?P<version>\d+(?:\.\d+){0,3})$")
_RUN = frozenset({"invoke", "ainvoke", "stream", "astream", "batch", "abatch", "stream_events", "astream_events"})
_TOOL_NODE = "(tool node)"  # how knowledge names it
_BARE = re.compile(r"^\d+(?:\.\d+){0,3}$")


def mark_step_limits(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """`loop_limited` and the number of steps, on agents of frameworks that are held to a version with a small default."""
    for limit in load_words().step_limits:
        named = [
            s
            for file in files
            if file.purpose == "product"
            for s in file.settings
            if s.kind == "package" and normal(s.name) == limit.package
        ]
        pinned = [s for s in named if s.attributes.get("direct") is False] or named  # a lock outweighs what was asked for
        if not pinned or not all(_stays_below(s, Version(limit.below)) for s in pinned):
            continue
        for draft in assembly.drafts.by_id.values():
            if draft.kind == "agent" and draft.attributes.get("framework") == limit.framework:
                draft.attributes.setdefault("loop_limited", True)
                draft.attributes.setdefault("default_steps", limit.steps)
    _limit_tool_nodes(assembly)


def _limit_tool_nodes(assembly: Assembly) -> None:
    """A node that runs the tools a model asks for runs within a graph: where all graphs that are run are limited, so is it."""
    graphs = [
        draft for draft in assembly.drafts.by_id.values() if draft.kind == "agent" and draft.attributes.get("framework") == "langgraph"
    ]
    nodes = [draft for draft in graphs if draft.name.endswith(_TOOL_NODE)]
    others = [draft for draft in graphs if draft not in nodes and any(callee_text(assembly, node) in _RUN for node in draft.nodes)]
    if others and all(draft.attributes.get("loop_limited") is True for draft in others):
        for draft in nodes:
            draft.attributes.setdefault("loop_limited", True)


def _stays_below(setting: Setting, bound: Version) -> bool:
    """Whether every version a requirement allows is lower than `bound`."""
    text = str(setting.attributes.get("specifier") or "").strip()
    caret = _CARET.match(text)
    try:
        if caret is not None:  # Poetry: up to the next first number that is not 0; `~` up to the next second one
            parts = [int(part) for part in caret["version"].split(".")]
            at = 1 if caret["sign"] == "~" and len(parts) > 1 else next((i for i, part in enumerate(parts) if part), len(parts) - 1)
            return Version(".".join(str(part) for part in [*parts[:at], parts[at] + 1])) <= bound
        if _BARE.match(text):
            return Version(text) < bound
        return any(_ends_below(specifier.operator, specifier.version, bound) for specifier in SpecifierSet(text))
    except (InvalidSpecifier, InvalidVersion):
        return False


def _ends_below(operator: str, version: str, bound: Version) -> bool:
    if operator in ("==", "===") and not version.endswith(".*"):
        return Version(version) < bound
    if operator == "<":
        return Version(version) <= bound
    if operator == "<=":
        return Version(version) < bound
    if operator == "~=" or operator == "==":  # ~=0.6.2 and ==0.6.*: up to the next 0.7
        parts = [int(part) for part in version.removesuffix(".*").split(".") if part.isdigit()]
        kept = parts[:-1] if operator == "~=" else parts
        return bool(kept) and Version(".".join(str(part) for part in [*kept[:-1], kept[-1] + 1])) <= bound
    return False
