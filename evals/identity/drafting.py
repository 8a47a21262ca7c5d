"""A draft of a pair: what changed between two scans, with verdicts to be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from evals.judged.comparing import place_of
from pipeline.findings.identity import matched
from pipeline.findings.model import Scan


def draft(name: str, source: str, at: str, pairs: Sequence[tuple[str, Scan, str, Scan]]) -> str:
    """YAML of one package; `pairs` are versions with their scans."""
    return yaml.safe_dump(
        {"package": name, "source": source, "scanned_at": at, "pairs": [_pair(*pair) for pair in pairs]}, sort_keys=False, width=140
    )


def _pair(before: str, old: Scan, after: str, new: Scan) -> dict[str, Any]:  # Any: values of YAML
    pairs = matched(old, new, {})
    return {
        "before": before,
        "after": after,
        "findings": [len(old.findings), len(new.findings)],
        "same": sum(earlier == later for earlier, later in pairs.items()),
        "changed": list(_changed(old, new, pairs)),
    }


def _changed(old: Scan, new: Scan, pairs: dict[str, str]) -> Iterator[dict[str, Any]]:
    came = set(pairs.values())
    for finding in old.findings:
        later = pairs.get(finding.id)
        if later == finding.id:
            continue
        told = {"what": "lost" if later is None else "matched", "id": finding.id} | ({"now": later} if later else {})
        yield told | {"threat": finding.threat, "place": place_of(finding), "verdict": "", "reason": ""}
    for finding in new.findings:
        if finding.id not in came:
            yield {"what": "new", "id": finding.id, "threat": finding.threat, "place": place_of(finding), "verdict": "", "reason": ""}
