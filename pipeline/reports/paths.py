"""Attack paths for reports that people read: which are still open, their hops in words, and each as a tree.

A path is open while one of its ways has no finding that was closed. The tree has what the attacker is after at its root and the
attackers at its leaves; ways that end alike share their last hops, and where they part, one of them is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.findings.model import AttackHop, AttackPath, AttackRoute, PathCut, Scan
from pipeline.reports.escape import mermaid, shorten
from pipeline.reports.wording import open_findings, place, words


@dataclass
class Branch:
    """A hop, and what may lead to it: any one of its branches is enough."""

    hop: AttackHop
    before: list[Branch] = field(default_factory=list)
    attackers: list[str] = field(default_factory=list)  # who begins here


def open_paths(scan: Scan) -> tuple[AttackPath, ...]:
    """Paths that still stand, each with the ways that do."""
    still = {finding.id for finding in open_findings(scan)}
    found = []
    for path in scan.attack_paths:
        routes = tuple(route for route in path.routes if still.issuperset(route.findings))
        if routes:
            found.append(path.model_copy(update={"routes": routes}))
    return tuple(found)


def ends_of(path: AttackPath) -> tuple[PathCut, ...]:
    """What ends the easiest way; each of them is enough."""
    return tuple(cut for cut in path.cut_by if cut.finding in path.routes[0].findings)


def counted(scan: Scan, shown: int) -> str:
    """How many paths are shown of how many there are; empty where all are."""
    total = scan.summary.attack_paths
    parts = [f"the {shown} most dangerous of {total}"] if total > max(shown, len(scan.attack_paths)) else []
    parts += ["the search ended at its bounds, there may be more"] if scan.summary.attack_paths_cut else []
    return "; ".join(parts)


def threats_of(scan: Scan) -> dict[str, str]:
    """Slugs of threats by the ids of findings."""
    return {finding.id: finding.threat for finding in scan.findings}


def hop_places(hop: AttackHop) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place(evidence) for evidence in hop.evidence))


def elements_of(route: AttackRoute) -> tuple[str, ...]:
    """Ids of the elements a way passes, in order, none twice in a row."""
    ids = [route.hops[0].source, *(hop.target for hop in route.hops)]
    return tuple(item for index, item in enumerate(ids) if index == 0 or item != ids[index - 1])


def cut_words(cut: PathCut) -> str:
    """What ends a path: the controls that remove the finding, or what to do where no control of the catalog does."""
    return f"{' or '.join(words(kind) for kind in cut.controls)}: {cut.text}" if cut.controls else cut.text


def tree_of(routes: Sequence[AttackRoute]) -> list[Branch]:
    """The ways of a path as branches, last hop first."""
    roots: list[Branch] = []
    for route in routes:
        level, branch = roots, None
        for hop in reversed(route.hops):
            branch = next((known for known in level if known.hop == hop), None)
            if branch is None:
                branch = Branch(hop)
                level.append(branch)
            level = branch.before
        if branch is not None and route.attacker not in branch.attackers:
            branch.attackers.append(route.attacker)
    return roots


def tree_lines(scan: Scan, path: AttackPath, prefix: str = "t") -> tuple[str, ...]:
    """The tree of a path in Mermaid, without the line that names the kind of diagram."""
    threats = threats_of(scan)
    numbers = iter(range(1, 1000))
    goal = f"{prefix}0"
    lines = [f'{goal}(["{_label(path.title)}"]):::goal']

    def grow(branches: Sequence[Branch], parent: str) -> Iterator[str]:
        either = "-->|or| " if len(branches) > 1 else "--> "
        for branch in branches:
            name = f"{prefix}{next(numbers)}"
            slugs = "".join(f"<br/>{mermaid(threats.get(item, item))}" for item in branch.hop.findings)
            mark = ":::found" if branch.hop.findings else ""
            yield f'{parent} {either}{name}["{_label(branch.hop.does)}{slugs}"]{mark}'
            for attacker in branch.attackers:
                yield f'{name} --> {prefix}{next(numbers)}(["{_label(attacker)}"])'
            yield from grow(branch.before, name)

    return (*lines, *grow(tree_of(path.routes), goal))


def tree_text(scan: Scan, path: AttackPath) -> str:
    """The tree of a path as a Mermaid diagram of its own."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in tree_lines(scan, path)), *TREE_STYLE])


TREE_STYLE = ("  classDef goal stroke:#c62828,stroke-width:3px", "  classDef found stroke:#c62828,stroke-width:2px")


def _label(text: str) -> str:
    return mermaid(shorten(text.replace("`", ""), 110))
