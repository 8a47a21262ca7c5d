"""Who takes part in a federated training, and what is done with their updates: what its calls alone do not say.

Takes an assembly whose elements are known, and configuration. Marks the training whose link is started for whoever comes, by a command of
the tree or of a program in it, and covers the one whose link knows its parties; covers a training whose own strategy bounds updates, and
one whose parties add noise before they send. A link that only documents speak of says nothing, and what a strategy compares by hand,
without a median, a cut or a norm that is tested, is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.model import PARTIES, AttributeValue, Evidence
from pipeline.system.program.command_words import command_words
from pipeline.system.rules.commands import LinkRule, is_on_loopback, link_of, load_commands, words_of

_STARTS = re.compile(
    r"^subprocess\.(?:run|call|check_call|check_output|Popen)$|^os\.(?:system|popen|exec[lv]p?e?)$|^asyncio\.create_subprocess_\w+$"
)
_JOINS = frozenset({"aggregate_fit", "aggregate_train"})
_STRATEGY = re.compile(r"^flwr\.(?:server|serverapp)\.strategy\.")
_BOUNDS = re.compile(
    r"^(?:numpy|torch|jax\.numpy|cupy)\.(?:nan)?(?:median|clip|clamp|quantile|percentile)$|^scipy\.stats\.trim_mean$|^torch\.nn\.utils\.clip_grad_\w+$"
)
_NORMS = re.compile(r"^(?:numpy\.linalg|torch\.linalg|torch|jax\.numpy\.linalg)\.(?:vector_)?norm$")


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that is started."""

    rule: LinkRule
    is_guarded: bool
    is_open: bool
    evidence: Evidence | None
    name: str
    purpose: str


def add_federations(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Parties and bounds of all federated trainings."""
    for link in (*_composed(assembly, files), *_started(assembly)):
        for job in _jobs(assembly, link.rule.library) or [_put(assembly, link)]:
            if link.is_guarded:
                assembly.control("authentication", job, link.evidence, "only known parties may connect")
            elif link.is_open:
                draft = assembly.draft(job)
                draft.attributes["open_to_parties"] = True
                if link.evidence is not None:
                    draft.evidence.append(link.evidence.model_copy(update={"note": PARTIES}))
    for job in _jobs(assembly, "flwr"):
        for cited in _bounded(assembly):
            assembly.control("data_validation", job, cited, "the strategy bounds what one update does")
    for job in _jobs(assembly, None):
        for cited in _noise(assembly):
            assembly.control("differential_privacy", job, cited, "parties add noise to what they send")


def _jobs(assembly: Assembly, library: str | None) -> list[str]:
    return [
        identity
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "training_job" and draft.attributes.get("federated") is True
        and library in (None, draft.attributes.get("library"))
    ]  # fmt: skip


def _put(assembly: Assembly, link: _Link) -> str:
    attributes: dict[str, AttributeValue] = {"library": link.rule.library, "federated": True}
    return assembly.drafts.put("training_job", link.name, "application", attributes, link.evidence, None, link.purpose)


# Links


def _composed(assembly: Assembly, files: Sequence[ConfigFacts]) -> Iterator[_Link]:
    """Links that scripts, services and pods start."""
    for file in files:
        for setting in file.settings:
            words = words_of(setting) if setting.kind == "command" else _words_of_image(setting)
            rule = link_of(words)
            if rule is None or setting.attributes.get("where") == "workflow":
                continue
            is_open = not is_on_loopback(rule, words) and _is_published(setting, file)
            name = f"{rule.product} ({file.path})"
            yield _Link(rule, _has(words, rule.keys), is_open, assembly.cite_place(setting.place), name, file.purpose)


def _words_of_image(setting: Setting) -> tuple[str, ...]:
    image = str(setting.attributes.get("image") or "") if setting.kind in ("service", "workload") else ""
    rule = next((rule for rule in load_commands().links if image and rule.image and re.search(rule.image, image)), None)
    said = str(setting.attributes.get("command") or "").split()
    return (rule.programs[0], *said) if rule is not None and link_of(said) is None else ()


def _is_published(setting: Setting, file: ConfigFacts) -> bool:
    """Whether others reach what listens on all addresses; of a service of a composition only by its ports."""
    if setting.kind != "service" and setting.attributes.get("where") != "compose":
        return True
    name = setting.name if setting.kind == "service" else setting.attributes.get("service")
    return any(
        bool(each.attributes.get("published")) or each.attributes.get("network_mode") == "host"
        for each in file.settings
        if each.kind == "service" and each.name == name
    )


def _started(assembly: Assembly) -> Iterator[_Link]:
    """Links that programs start as processes. What is added to a command later is looked for in the function that starts it."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or len(value.inputs) < 2 or not _is_named(assembly, (file, value.inputs[0]), _STARTS):
                continue
            known = command_words(program, (file, value.inputs[1]), {})
            rule = link_of([word or "" for word in known])
            if rule is None:
                continue
            beside = [each.text for each in facts.values if each.kind == "constant" and each.scope == value.scope]
            words = [word or "?" for word in known]
            is_open = not is_on_loopback(rule, words)
            yield _Link(
                rule,
                _has((*words, *beside), rule.keys),
                is_open,
                assembly.cite((file, identity)),
                f"{rule.product} ({facts.path})",
                facts.purpose,
            )


def _has(words: Sequence[str], names: Sequence[str]) -> bool:
    return any(word.partition("=")[0] in names for word in words)


def _is_named(assembly: Assembly, callee: Node, wanted: re.Pattern[str]) -> bool:
    return any(wanted.match(assembly.index.canonical(name)) for name in assembly.program.names(callee))


# Updates


def _bounded(assembly: Assembly) -> list[Evidence]:
    """Places where a strategy of one's own bounds what one update does."""
    found: list[Evidence | None] = []
    for name in sorted(assembly.program.classes):
        if not any(_STRATEGY.match(assembly.index.canonical(base)) for base in assembly.program.bases(name)):
            continue
        for method in sorted(_JOINS):
            joining = assembly.program.method(name, method)
            if joining is not None:
                found += [assembly.cite(call) for function in sorted(assembly.reach(joining)) for call in _bounding(assembly, function)]
    return [evidence for evidence in found if evidence is not None][:2]


def _bounding(assembly: Assembly, function: FunctionRef) -> Iterator[Node]:
    for call in assembly.calls_in(function):
        callee = (call[0], assembly.program.value(call).inputs[0])
        if _is_named(assembly, callee, _BOUNDS) or (_is_named(assembly, callee, _NORMS) and _is_compared(assembly, call)):
            yield call


def _is_compared(assembly: Assembly, norm: Node) -> bool:
    """Whether a norm is held against something in its function: `norm > limit`, `min(1, limit / norm)`."""
    program, scope = assembly.program, assembly.program.value(norm).scope
    for identity, value in enumerate(program.files[norm[0]].values):
        if value.scope != scope:
            continue
        compares = value.kind == "operation" and value.text in ("<", ">", "<=", ">=")
        bounds = value.kind == "call" and not {"builtins.min", "builtins.max"}.isdisjoint(program.names((norm[0], value.inputs[0])))
        if (compares or bounds) and norm in _within(assembly, (norm[0], identity), 4):
            return True
    return False


def _within(assembly: Assembly, node: Node, depth: int) -> set[Node]:
    found: set[Node] = set()
    level = [node]
    for _ in range(depth):
        level = [
            origin
            for each in level
            for given in assembly.program.value(each).inputs
            for origin in ((each[0], given), *assembly.program.origins((each[0], given)))
            if origin not in found
        ]
        found.update(level)
    return found


def _noise(assembly: Assembly) -> list[Evidence]:
    """Noise that a party adds while it trains: it is in what it sends."""
    found = [assembly.cite(site.node) for site in assembly.sites.calls if site.rule.control == "differential_privacy"]
    return [evidence for evidence in found if evidence is not None][:2]
