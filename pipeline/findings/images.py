"""Images that are named by what can move: one finding for what is built and composed, one for what a cluster runs.

Takes matches, gives those of threats that are mended where images are named their group. One rule for base images and compositions
holds names everywhere, and so does one for the manifests and charts of a cluster; whoever looks after the one seldom looks after the
other. What lies in one folder is deployed as one, whichever of the two it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ingest.purpose import kind_of
from pipeline.findings.grouping import Groups
from pipeline.threats.engine import Match

_BUILT = frozenset({"dockerfile", "compose"})
_CLUSTER = "in a cluster"


def images_joined(matches: Iterable[Match]) -> list[Match]:
    """Matches, each image with the group of all that are held by the same rule."""
    found = list(matches)
    joined = Groups()
    keys: dict[int, str] = {}
    for number, match in enumerate(found):
        if match.threat.group_by == "image" and not match.group and match.element.kind != "ci_job" and match.evidence:
            path = match.evidence[0].path
            # `built` comes before `in a cluster`, and so names the group where a folder has both.
            keys[number] = f"{match.threat.slug} {'built' if kind_of(path) in _BUILT else _CLUSTER}"
            joined.join([keys[number], f"{match.threat.slug} ~{path.rpartition('/')[0]}"])
    return [
        replace(match, group="kind:container" + (f" {_CLUSTER}" if joined.name(keys[number]).endswith(_CLUSTER) else ""))
        if number in keys
        else match
        for number, match in enumerate(found)
    ]
