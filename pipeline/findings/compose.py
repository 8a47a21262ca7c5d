"""Matches into findings: grouped by remedy, fingerprinted, rated, worded; the coverage matrix; and the attack paths over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.purpose import is_run_by_hand, is_tried_out, measures
from pipeline.findings.attack_paths import Found, find_attack_paths
from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.graph_entries import told_from_entries
from pipeline.findings.grouping import by_sink, copies_joined, ends_of, group_of, sources_joined, with_ways
from pipeline.findings.images import images_joined
from pipeline.findings.listing import CONFIDENCES, in_order
from pipeline.findings.loaders import is_of_training, loaders_joined, services_in
from pipeline.findings.model import STRIDE, Coverage, Finding, Mitigation, Taxonomy, UnlistedRisk
from pipeline.findings.risk import Risk, assess
from pipeline.findings.scores import scores_of
from pipeline.findings.variants import variants_joined
from pipeline.findings.worst_deeds import least_harm
from pipeline.system.model import Confidence, ControlKind, Element, Evidence, Flow, System
from pipeline.threats.engine import Match, Mitigated, Outcome, SwitchedOff, Unlisted, Unmet, shortened
from pipeline.threats.schema import Threat
from pipeline.threats.telling import does_little, how_telling, is_measured, is_of_nobody
from pipeline.threats.view import View

MAX_EVIDENCE = 30
_ANSWERS = frozenset({"http_route", "websocket", "chat_ui", "webhook", "mcp_tool"})
_SETTINGS = (".yaml", ".yml", ".json", ".toml", ".csv")
_TOOLS = frozenset({"tool", "mcp_tool"})
_TOLD = frozenset({"prompt", "system_prompt", "conversation"})


class Composed(NamedTuple):
    findings: tuple[Finding, ...]  # most severe first
    coverage: tuple[Coverage, ...]  # one cell per element and class
    paths: Found


def compose(system: System, outcomes: Iterable[Outcome]) -> Composed:
    """Findings, coverage and attack paths of what the catalog said of a system."""
    view = View(system)
    found_all: list[Match] = []
    mitigated: list[Mitigated] = []
    unmet: list[Unmet] = []
    silenced: list[SwitchedOff | Unlisted] = []
    for outcome in outcomes:
        if isinstance(outcome, Match):
            found_all.append(outcome)
        elif isinstance(outcome, Mitigated):
            mitigated.append(outcome)
        elif isinstance(outcome, SwitchedOff | Unlisted):
            silenced.append(outcome)
        else:
            unmet.append(outcome)
    made = [(_finding(view, group, found), found) for (_slug, group), found in _grouped(system, found_all)]
    findings = in_order(finding for finding, _found in made)
    return Composed(findings, _coverage(system, made, mitigated, unmet, silenced), find_attack_paths(view, made))


def unlisted_risks(system: System, outcomes: Iterable[Outcome]) -> tuple[UnlistedRisk, ...]:
    """Ordinary risks of a tree without AI, by what their findings would be."""
    return tuple(
        UnlistedRisk(id=fingerprint(slug, group), threat=slug, element=found[0].element.id)
        for (slug, group), found in _grouped(system, [outcome.match for outcome in outcomes if isinstance(outcome, Unlisted)])
    )


def _grouped(system: System, found: Sequence[Match]) -> list[tuple[tuple[str, str], list[Match]]]:
    """Matches by threat and by what is mended at once: each group is one finding."""
    matches: dict[tuple[str, str], list[Match]] = {}
    ends = ends_of(found)
    parts = sources_joined([part for whole in found for part in by_sink(whole, ends)])
    for match in images_joined(loaders_joined(variants_joined(parts), services_in(system))):
        if match.evidence:
            matches.setdefault((match.threat.slug, group_of(match)), []).append(match)
    return [(key, told_from_entries(joined)) for key, joined in sorted(copies_joined(matches).items())]


def _finding(view: View, group: str, matches: Sequence[Match]) -> Finding:
    rated = sorted(
        ((assess(view, match), match) for match in matches),
        key=lambda pair: (
            _is_measured(view, pair[1]),
            _is_tried_out(pair[1]),
            _only_stores(view, pair[1]),
            -pair[0].likelihood * pair[0].impact,
            CONFIDENCES.index(pair[0].confidence),
            *_as_told(pair[1]),
            _steps_to_a_log(pair[1]),
            not _takes_text(view, pair[1]),
            _tells_less(view, pair[1].element),
            is_of_training(pair[1]),
            least_harm(view, pair[1].element),
            pair[1].element.id,
        ),
    )
    risk, lead = rated[0]
    lead = _worst_first(view, lead)
    rated[0] = risk, lead
    threat = lead.threat
    evidence = _evidence([match for _risk, match in rated], _denials(view, lead))
    return Finding(
        id=fingerprint(threat.slug, group), threat=threat.slug, title=threat.title, description=_describe(view, lead, [m for _r,
        m in rated]),
        stride=threat.stride, severity=risk.severity, likelihood=risk.likelihood, impact=risk.impact, risk_reasons=risk.reasons,
        would_change_it=risk.would_change_it, risk_table=risk.rows, scores=scores_of(risk.around, risk.factors),
        confidence=_confidence(risk, lead), element=lead.element.id, attack_path=_path(lead),
        evidence=evidence, taxonomy=Taxonomy.model_validate(threat.taxonomy.model_dump()),
        mitigations=tuple(Mitigation(text=m.text, test=m.test) for m in threat.mitigations),
        source="contradiction" if lead.said else "rule",
        missing_controls=tuple(kind for kind in (*threat.removed_by, *threat.lowered_by) if kind not in {c.kind for c in lead.lowered}),
    )  # fmt: skip


def _worst_first(view: View, match: Match) -> Match:
    """Of a threat to a system that is about tools and told of whoever has them: the tool that does most harm is named."""
    targets = [view.elements[way[-1].target] for way in match.ways]
    if match.threat.group_by != "system" or len(targets) < 2 or any(element.kind not in _TOOLS for element in targets):
        return match
    order = sorted(range(len(targets)), key=lambda number: (least_harm(view, targets[number]), number))
    return with_ways(match, tuple(match.ways[number] for number in order))


def _as_told(match: Match) -> tuple[int, bool, tuple[int, int, int], int, int]:
    """How much the first way tells: a line that is surely written, what a person asked, whole texts, people's records, a changed file."""
    first = match.ways[0] if match.ways else ()
    line = how_telling(first)
    return line[0], _is_no_question(match), line, is_of_nobody(first), does_little(first)


def _is_no_question(match: Match) -> bool:
    """Whether a log is written something else than what a person asked; the person's own words are told of first."""
    return bool(match.ways) and match.ways[0][-1].role == "log" and "user_input" not in match.ways[0][-1].carries


def _steps_to_a_log(match: Match) -> int:
    """How far the text came before it was written, and so how much it may have been changed."""
    return len(match.ways[0][-1].steps) if match.ways and match.ways[0][-1].role == "log" else 0


def _takes_text(view: View, match: Match) -> bool:
    """Whether what comes in at an element is told to a model: told of before an entry that runs one with words of its own."""
    return bool(match.ways) or any(flow.role in _TOLD for flow in view.out_of.get(match.element.id, ()))


def _tells_less(view: View, element: Element) -> tuple[bool, bool]:
    """Of entries: one that asks an agent, which may act, is told first, then one that answers with what the model said."""
    if element.kind not in _ANSWERS or element.attributes.get("runs_inference") is not True:
        return False, False
    asked = (view.elements[flow.target].kind for flow in view.out_of.get(element.id, ()) if flow.role in _TOLD)
    return "agent" not in asked, not any(element.attributes.get(name) is True for name in ("returns_prediction", "returns_model_reply"))


def _only_stores(view: View, match: Match) -> bool:
    """Whether a threat is about what is asked now, and the requests of this match only keep what others ask with: they are told of last."""
    live = any(condition.a_flow is not None and condition.a_flow.live for condition in match.threat.when)
    return live and not any(view.asks_now(way) for way in match.ways)


def _is_measured(view: View, match: Match) -> bool:
    """Whether a match is about code that measures the program; what an entry comes by answers callers, in whatever folder it lies."""
    if match.ways:
        return is_measured(match.ways[0])  # its ways of the program itself come first where it has any
    before = [r.source for r in view.relations_to.get(match.element.id, ()) if r.kind == "calls"]
    before += [flow.source for flow in view.into.get(match.element.id, ())]
    return all(measures(e.path) for e in match.evidence) and not any(view.elements[identity].kind in _ANSWERS for identity in before)


def _is_tried_out(match: Match) -> int:
    """2 for what stands in notebooks only, 1 for scripts and what tries or measures: told of after what the program does."""
    paths = [e.path for e in match.evidence]
    paths = [path for path in paths if not path.endswith(_SETTINGS)] or paths  # the columns that a notebook's model learns of
    if all(path.endswith(".ipynb") for path in paths):
        return 2
    return int(all(is_run_by_hand(path) or is_tried_out(path) for path in paths))


def _asked_of(threat: Threat) -> frozenset[ControlKind]:
    """Controls that a threat asks for: those that close or lower it, and those it is about the lack of."""
    lacked = (kind for condition in threat.when for kind in condition.lacks_control or ())
    return frozenset({*threat.removed_by, *threat.lowered_by, *lacked})


def _denials(view: View, lead: Match) -> tuple[Evidence, ...]:
    """Where documents say that a control is not there which the threat asks for, of the element and of what the way passes."""
    passed = dict.fromkeys(
        (lead.element.id, *(identity for way in lead.ways[:1] for flow in way for identity in (flow.source, flow.target)))
    )
    return tuple(
        evidence
        for identity in passed
        for claim in view.denials.get(identity, ())
        if set(claim.promises) & _asked_of(lead.threat)
        for evidence in claim.evidence
    )


def _confidence(risk: Risk, lead: Match) -> Confidence:
    """How sure a finding is; what rests on documents alone is at most medium, and that only where they say that a control is not there."""
    if lead.element.attributes.get("stated_by") != "document" and not (
        lead.ways and all(flow.stated_by == "document" for way in lead.ways for flow in way)
    ):
        return risk.confidence
    missing = lead.element.attributes.get("denied_controls")
    if isinstance(missing, tuple) and set(missing) & _asked_of(lead.threat):
        return "medium" if risk.confidence == "high" else risk.confidence
    return "low"


def _evidence(matches: Sequence[Match], denials: Sequence[Evidence]) -> tuple[Evidence, ...]:
    found: dict[tuple[str, int | None, int], Evidence] = {}
    for cited in (*(match.evidence for match in matches), denials):
        for evidence in cited:
            key = (evidence.path, evidence.page, evidence.start_line)
            known = found.get(key)
            if known is None or known.end_line < evidence.end_line:
                found[key] = evidence if known is None else evidence.model_copy(update={"role": known.role})
    return shortened(found.values(), MAX_EVIDENCE)


def _path(lead: Match) -> tuple[str, ...]:
    """The elements the attack goes through, along the way the sentence tells of."""
    if not lead.ways:
        return (lead.element.id,)
    way = lead.ways[0]
    path = [way[0].source, *(flow.target for flow in way)]
    return tuple(dict.fromkeys(path))


def _describe(view: View, lead: Match, all_of: Sequence[Match]) -> str:
    threat = lead.threat
    way = lead.ways[0] if lead.ways else ()
    source = _sources(view, lead.ways) if way else _name(view, lead.element.id)
    target = _name(view, way[-1].target) if way else _name(view, lead.element.id)
    other = f"`{lead.others[0].name}`" if lead.others else source
    symbol = _name(view, lead.element.id)
    if lead.said and lead.others:
        symbol += f" and {len(lead.others)} more"
    sentence = threat.sentence.format(
        element=symbol, kind=lead.element.kind.replace("_", " "), source=source, target=target, other=other, symbol=symbol,
        names=_named(lead.element), instead=lead.instead, held=_held(lead.element),
    ).strip()  # fmt: skip
    if lead.said:
        return f"{lead.said[:1].upper()}{lead.said[1:]}; {sentence.rstrip('.')}. {threat.summary}"
    names = list(dict.fromkeys(f"`{match.element.name}`" for match in all_of if match.element.id != lead.element.id))
    if names:
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        sentence = f"{sentence.rstrip('.')}. The same holds for {shown}"
    return f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}. {threat.summary}"


def _sources(view: View, ways: Sequence[tuple[Flow, ...]]) -> str:
    """Where the way begins that is told, and the others whose data ends in the same place: which of them is in use a setting may say."""
    first = ways[0]
    alike = (way[0].source for way in ways if way[0].carries == first[0].carries and way[-1].steps[-1:] == first[-1].steps[-1:])
    names = list(dict.fromkeys(_name(view, identity) for identity in (first[0].source, *alike)))
    return " or ".join(names) if len(names) < 3 else f"{names[0]}, {names[1]} or {len(names) - 2} more"


def _named(element: Element) -> str:
    """What the element's attribute `names` lists: the packages of a manifest that are meant."""
    given = element.attributes.get("names")
    names = [f"`{name}`" for name in given] if isinstance(given, tuple) else []
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _held(element: Element) -> str:
    """What is said of the lock of a manifest: that there is none, or which one is passed over."""
    passed = element.attributes.get("passed_lock")
    return f"what is installed is not taken from `{passed}`" if passed else "no lock file that is read does it"


def _name(view: View, identity: str) -> str:
    return f"`{view.elements[identity].name}`"


# Coverage


def _coverage(
    system: System,
    made: Sequence[tuple[Finding, Sequence[Match]]],
    mitigated: Sequence[Mitigated],
    unmet: Sequence[Unmet],
    silenced: Sequence[SwitchedOff | Unlisted],
) -> tuple[Coverage, ...]:
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding, matches in made:
        for match in matches:
            for stride in finding.stride:
                found.setdefault((match.element.id, stride), []).append(finding)
    closed: dict[tuple[str, str], list[Mitigated]] = {}
    for outcome in mitigated:
        for stride in outcome.threat.stride:
            closed.setdefault((outcome.element.id, stride), []).append(outcome)
    missed: dict[tuple[str, str], list[Unmet]] = {}
    for miss in unmet:
        for stride in miss.threat.stride:
            missed.setdefault((miss.element.id, stride), []).append(miss)
    off: dict[tuple[str, str], list[SwitchedOff | Unlisted]] = {}
    for silent in silenced:
        for stride in silent.threat.stride:
            off.setdefault((silent.element.id, stride), []).append(silent)
    return tuple(
        _cell(element, stride, found.get(key, []), closed.get(key, []), off.get(key, []), missed.get(key, []))
        for element in system.elements
        for stride in STRIDE
        for key in [(element.id, stride)]
    )


def _why_silent(outcome: SwitchedOff | Unlisted) -> str:
    if isinstance(outcome, SwitchedOff):
        return f"{outcome.threat.slug}: switched off by {outcome.reason}"
    return f"{outcome.threat.slug}: a risk of ordinary parts, and no AI part was found in this tree"


def _cell(
    element: Element,
    stride: str,
    findings: list[Finding],
    closed: list[Mitigated],
    off: list[SwitchedOff | Unlisted],
    missed: list[Unmet],
) -> Coverage:
    given = {"element": element.id, "stride": stride}
    if findings:
        slugs = ", ".join(dict.fromkeys(finding.threat for finding in findings))
        return Coverage.model_validate(
            {**given, "state": "finding", "reason": slugs, "findings": tuple(dict.fromkeys(f.id for f in findings))}
        )
    if closed:
        controls = tuple(dict.fromkeys(control.id for outcome in closed for control in outcome.controls))
        kinds = ", ".join(dict.fromkeys(c.kind.replace("_", " ") for outcome in closed for c in outcome.controls))
        slugs = ", ".join(dict.fromkeys(outcome.threat.slug for outcome in closed))
        return Coverage.model_validate({**given, "state": "mitigated", "reason": f"{slugs}: {kinds}", "controls": controls})
    if off:
        said = "; ".join(dict.fromkeys(map(_why_silent, off)))
        return Coverage.model_validate({**given, "state": "not_examined", "reason": said})
    if not element.evidence or element.attributes.get("stated_by") == "document":
        return Coverage.model_validate(
            {**given, "state": "not_examined", "reason": "known from a document only; nothing of it was found in code or configuration"}
        )
    if missed:
        reasons = "; ".join(f"{miss.threat.slug}: {miss.reason}" for miss in missed[:3])
        more = f"; and {len(missed) - 3} more" if len(missed) > 3 else ""
        return Coverage.model_validate({**given, "state": "not_applicable", "reason": reasons + more})
    kind = element.kind.replace("_", " ")
    return Coverage.model_validate({**given, "state": "not_examined", "reason": f"the catalog has no threat of this class about a {kind}"})
