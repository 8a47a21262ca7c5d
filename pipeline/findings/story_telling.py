"""Everything there is to tell of a change: elements and flows, and here controls, claims, packages and suppressions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from pipeline.findings.model import Scan, Suppression
from pipeline.findings.moves import squeezed
from pipeline.findings.story_elements import tell_attributes, tell_elements, tell_tools
from pipeline.findings.story_flows import tell_flows
from pipeline.findings.story_sides import Both, Told, is_told, line_of, listed, short
from pipeline.system.model import Claim, Control

STRONG = frozenset({"authentication", "authorisation", "human_approval", "sandbox", "safe_loader", "session_identity", "tenant_filter"})


def all_told(both: Both) -> Iterator[Told]:
    """Everything there is to tell, without an order."""
    yield from _suppressions(both)
    yield from tell_elements(both)
    yield from tell_flows(both)
    yield from _controls(both)
    yield from _claims(both)
    yield from tell_tools(both)
    yield from tell_attributes(both)
    yield from _packages(both)


def _controls(both: Both) -> Iterator[Told]:
    before, after = _protected(both.old, both.now), _protected(both.new, lambda element: element)
    lost: dict[str, list[tuple[str, Control]]] = defaultdict(list)
    gained: dict[str, list[tuple[str, Control]]] = defaultdict(list)
    for (kind, element), control in before.items():
        if (kind, element) not in after and element in both.after and both.was_looked_for(control.evidence):
            lost[kind].append((element, control))
    was_there = set(both.pairs.values())
    for (kind, element), control in after.items():
        if (kind, element) not in before and element in was_there:
            gained[kind].append((element, control))
    for kind in sorted({*lost, *gained}):
        moved = {squeezed(place.quote) for _, one in lost[kind] for place in one.evidence} & {
            squeezed(place.quote) for _, one in gained[kind] for place in one.evidence
        }
        name = kind.replace("_", " ").removeprefix("own/").replace("non root", "non-root")
        weight = 91 if kind in STRONG else 84
        if lost[kind]:
            elements = [element for element, _ in lost[kind]]
            text = f"{name.capitalize()} no longer protects {listed(map(both.name, elements))}"
            if moved and gained[kind]:
                text += f", but {listed(both.name(element) for element, _ in gained[kind])}"
            line = line_of(
                "control_moved" if moved and gained[kind] else "control_removed", "worse", text, elements,
                [place for _, control in lost[kind] for place in control.evidence[:1]], gone=True, count=len(elements),
            )  # fmt: skip
            yield Told(line.model_copy(update={"controls": tuple(sorted({control.id for _, control in lost[kind]}))}), weight)
        if gained[kind] and not (moved and lost[kind]):
            elements = [element for element, _ in gained[kind]]
            text = f"{name.capitalize()} now protects {listed(map(both.name, elements))}"
            line = line_of(
                "control_added", "better", text, elements, [place for _, control in gained[kind] for place in control.evidence[:1]],
                count=len(elements),
            )  # fmt: skip
            yield Told(line.model_copy(update={"controls": tuple(sorted({control.id for _, control in gained[kind]}))}), 52)


def _protected(scan: Scan, named: Callable[[str], str]) -> dict[tuple[str, str], Control]:
    """Kinds of controls and the elements they protect; one that guards a flow protects where it ends."""
    ends = {flow.id: flow.target for flow in scan.system.flows}
    skipped = {element.id for element in scan.system.elements if not is_told(element)}
    return {
        (control.kind, named(ends.get(item, item))): control
        for control in reversed(scan.system.controls)
        for item in control.protects
        if ends.get(item, item) not in skipped
    }


def _claims(both: Both) -> Iterator[Told]:
    before = {_said(claim): claim for claim in both.old.system.claims}
    for claim in both.new.system.claims:
        if claim.kind in ("threat", "drawing", "drawn_boundary"):
            continue
        was = before.get(_said(claim))
        about = tuple(element for element in claim.about if element in both.after)
        if claim.kept is False and (was is None or was.kept is not False):
            said = "is not kept any more" if was is not None else "is new and not kept"
            text = f"“{short(claim.text)}” {said}" + (f": {claim.instead}" if claim.instead else "")
            yield Told(
                line_of("claim_broken", "worse", text, about, (*claim.evidence[:1], *claim.against[:2])), 86 if was is not None else 68
            )
        elif claim.kept and was is not None and was.kept is False:
            yield Told(line_of("claim_kept", "better", f"“{short(claim.text)}” is kept again", about, claim.evidence[:1]), 54)


def _said(claim: Claim) -> tuple[str, str]:
    return claim.kind, squeezed(claim.text)


# Packages and suppressions


def _packages(both: Both) -> Iterator[Told]:
    before, after = (
        {(package.ecosystem, package.name): package for package in scan.system.packages if package.ai and package.scope != "development"}
        for scan in (both.old, both.new)
    )
    came, went = [after[key] for key in sorted(after.keys() - before.keys())], [before[key] for key in sorted(before.keys() - after.keys())]
    if came:
        places = [place for package in came for place in package.evidence[:1]]
        text = f"New AI package{'s' if len(came) > 1 else ''} {listed(package.name for package in came)}"
        yield Told(line_of("package_added", "neutral", text, (), places, count=len(came)), 34)
    if went:
        places = [place for package in went for place in package.evidence[:1]]
        text = f"No longer needed: {listed(package.name for package in went)}"
        yield Told(line_of("package_removed", "neutral", text, (), places, gone=True, count=len(went)), 20)


def _suppressions(both: Both) -> Iterator[Told]:
    before, after = ({_decided(one): one for one in scan.suppressions} for scan in (both.old, both.new))
    findings = {finding.id: finding for finding in both.new.findings}
    for key, one in after.items():
        if key in before or not one.findings:
            continue
        about = ", ".join(dict.fromkeys(findings[item].threat for item in one.findings if item in findings)) or one.threat
        many = f"{len(one.findings)} findings" if len(one.findings) > 1 else "a finding"
        text = f"{one.decision.where or 'A suppression'} closes {many} ({about}) as {one.decision.kind}: {short(one.decision.reason)}"
        elements = tuple(dict.fromkeys(findings[item].element for item in one.findings if item in findings))
        places = [findings[item].evidence[0] for item in one.findings if item in findings]
        yield Told(line_of("suppression_added", "worse", text, elements, places, count=len(one.findings)), 93)
    for key, one in before.items():
        if key not in after and one.findings:
            text = f"The suppression at {one.decision.where or 'an unnamed place'} is gone ({one.threat or one.finding})"
            yield Told(line_of("suppression_removed", "better", text, (), ()), 48)


def _decided(one: Suppression) -> tuple[str, ...]:
    """A suppression without its line, which moves."""
    return one.decision.kind, one.decision.reason, one.threat, one.finding, one.path, one.decision.where.rpartition(":")[0]
