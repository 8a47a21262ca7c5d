"""Findings held against labels: a maximum one-to-one matching per tier of strictness, and the traps that were sprung.

A finding can serve a label when their STRIDE classes meet and its threat is one the label accepts, where the label names any; a finding
beyond the catalog may be what any label says. Then:

1. element: its evidence lies in a file of the label, or the element it is about is seen in one;
2. file: its evidence lies in a file of the label (of a document without lines: in that document);
3. lines: within 3 lines of the labelled ones, where the label names lines. This is the headline.

What serves at a tier serves at the looser ones. One finding serves one label.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evals.labels import Expected, LabelledFile, Labels, Trap
from pipeline.findings.model import Finding
from pipeline.system.model import Element, Evidence

Tier = Literal[0, 1, 2, 3]  # 0: not met
TIERS: tuple[Tier, ...] = (3, 2, 1)
ELEMENT: Final = 1
FILE: Final = 2
LINES: Final = 3
NEAR = 3  # lines
Assigned = dict[str, str]  # label id -> finding id
DECISIVE = ("sink", "missing", "claim")


@dataclass(frozen=True)
class Result:
    """One system: what was met at each tier, what was missed in the file, and what was sprung."""

    tiers: Mapping[Tier, Assigned]
    missed: tuple[Expected, ...]
    sprung: tuple[tuple[Trap, Finding], ...]

    @property
    def met(self) -> Assigned:
        """Labels met in the file, which is what the contract calls a match."""
        return self.tiers[FILE]

    @property
    def precise(self) -> frozenset[str]:
        """Labels met within 3 lines."""
        return frozenset(self.tiers[LINES])


def score(
    labels: Labels, findings: Sequence[Finding], elements: Mapping[str, Element] | None = None, added: Collection[str] = ()
) -> Result:
    """The findings held against all labels and traps of a system; without elements nothing is met by its element alone. `added` are ids of
    findings that a model added: they serve what the others leave over."""
    tiers = match(labels.expected, findings, elements or {}, added)
    missed = tuple(label for label in labels.expected if label.id not in tiers[FILE])
    return Result(tiers, missed, tuple((trap, finding) for trap in labels.must_not for finding in findings if springs(trap, finding)))


def match(
    labels: Sequence[Expected], findings: Sequence[Finding], elements: Mapping[str, Element], added: Collection[str] = ()
) -> dict[Tier, Assigned]:
    """Per tier the best assignment. A label met at a tier is met at every looser one."""
    close = {
        (label.id, finding.id): (near, _preference(label, finding))
        for label in labels
        for finding in findings
        if (near := closeness(label, finding, elements.get(finding.element)))
    }
    return assign(close, added)


def assign(close: Mapping[tuple[str, str], tuple[Tier, int]], added: Collection[str] = ()) -> dict[Tier, Assigned]:
    """Per tier a matching with as many labels as can be, of equals the closer and preferred one; pairs are `(label, finding)`.

    What is added takes no label from a finding that serves one without it: a finding that serves at a tier alone still does."""
    alone = assign({pair: how for pair, how in close.items() if pair[1] not in added}) if added else {}
    found: dict[Tier, Assigned] = {}
    covered: frozenset[str] = frozenset()
    for tier in TIERS:
        kept = frozenset(alone.get(tier, {}).values())
        found[tier] = _matched({pair: how for pair, how in close.items() if how[0] >= tier}, covered, kept)
        covered = frozenset(found[tier])
    return found


def _matched(close: Mapping[tuple[str, str], tuple[Tier, int]], covered: frozenset[str], kept: frozenset[str] = frozenset()) -> Assigned:
    import networkx as nx

    labels, findings = (sorted({pair[side] for pair in close}) for side in (0, 1))
    # Whole numbers, so that nothing is rounded: keeping what is covered or serves outweighs closeness, closeness outweighs preference.
    step = 100 * (len(labels) + 1)
    of_finding = {name: len(labels) + number for number, name in enumerate(findings)}
    graph = nx.Graph()
    for number, label in enumerate(labels):
        for finding in findings:
            if how := close.get((label, finding)):
                weight = step * step * ((label in covered) + (finding in kept)) + step * how[0] + 99 - how[1]
                graph.add_edge(number, of_finding[finding], weight=weight)
    pairs = (sorted(pair) for pair in nx.max_weight_matching(graph, maxcardinality=True))
    return {labels[label]: findings[finding - len(labels)] for label, finding in sorted(pairs)}


def closeness(label: Expected, finding: Finding, element: Element | None) -> Tier:
    """The strictest tier at which the finding can serve the label."""
    if not set(label.stride) & set(finding.stride) or not label.accepts(finding.threat):
        return 0
    near: Tier = 0
    for file in label.files:
        inside = [one for one in finding.evidence if one.path == file.path]
        if inside and _is_near(file, inside):
            return 3
        if inside:
            near = 2
        elif not near and element is not None and any(one.path == file.path for one in element.evidence):
            near = 1
    return near


def _is_near(file: LabelledFile, inside: Iterable[Evidence], near: int = NEAR) -> bool:
    lines = file.range()
    if file.counted:  # cells and boxes have neighbours only within their own cell or page
        return any(
            one.page == at.page and one.start_line <= at.line + near and one.end_line >= at.line - near
            for one in inside
            for at in file.counted
        )
    return lines is None or any(one.start_line <= lines[1] + near and one.end_line >= lines[0] - near for one in inside)


def _preference(label: Expected, finding: Finding) -> int:
    """Smaller is better, below 100: the threat that a label names first is what it means; of equals, who shares a line with it and cites
    more of its places means it."""
    named = label.accept.index(finding.threat) if finding.threat in label.accept else 0
    cited = [(file, [one for one in finding.evidence if one.path == file.path]) for file in label.files if file.lines]
    beside = not any(_is_near(file, inside, near=0) for file, inside in cited)
    return 20 * min(named, 3) + 15 * beside + max(9 - sum(_is_near(file, inside) for file, inside in cited), 0)


def overlaps(label: Expected, finding: Finding) -> bool | None:
    """Whether a piece of evidence shares a line with the label; None where the label names no lines."""
    ranged = [file for file in label.files if file.lines is not None]
    if not ranged:
        return None
    return any(_is_near(file, [one for one in finding.evidence if one.path == file.path], near=0) for file in ranged)


def springs(trap: Trap, finding: Finding) -> bool:
    """Whether the finding claims what the trap says must not be claimed: its threat, at its place."""
    if trap.slugs and finding.threat not in trap.slugs:
        return False
    inside = [one for one in finding.evidence if one.path == trap.file and one.role in DECISIVE]
    return bool(inside) and _is_near(trap.place, inside, near=0)
