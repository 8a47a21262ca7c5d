"""Images that are named by what can move: one finding for what is built and composed, one for what a cluster runs.

Takes matches, gives those of threats that are mended where images are named their group. One rule for base images and compositions
holds names everywhere, and so does one for the manifests and charts of a cluster; whoever looks after the one seldom looks after the
other. What lies in one folder is deployed as one, whichever of the two it is. The group is named for the least of its folders, so that the
finding of that one keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ingest.purpose import kind_of
from pipeline.findings.grouping import Groups
from pipeline.threats.engine import Match

_BUILT = frozenset({"dockerfile", "compose"})


def images_joined(matches: Iterable[Match]) -> list[Match]:
    """Matches, each image with the group of all that are held by the same rule."""
    found = list(matches)
    joined = Groups()
    folders: dict[int, str] = {}
    for number, match in enumerate(found):
        if match.threat.group_by == "image" and not match.group and match.element.kind != "ci_job" and match.evidence:
            path = match.evidence[0].path
            folders[number] = path.rpartition("/")[0]
            runs = "what is built" if kind_of(path) in _BUILT else "what a cluster runs"
            joined.join([f"{match.threat.slug} in {folders[number]}", f"{match.threat.slug} {runs}"])
    least: dict[str, str] = {}
    for number, folder in folders.items():
        name = joined.name(f"{found[number].threat.slug} in {folder}")
        least[name] = min(folder, least.get(name, folder))
    return [
        replace(match, group=_named(least[joined.name(f"{match.threat.slug} in {folders[number]}")])) if number in folders else match
        for number, match in enumerate(found)
    ]


def _named(folder: str) -> str:
    return "kind:container" + (f" in {folder}" if folder else "")
