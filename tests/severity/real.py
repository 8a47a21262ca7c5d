"""Severities of findings in real applications, judged by a person, held against scans of the same trees.

Takes `real.yaml` and a folder of scans in JSON, one per tree, named `OWNER+NAME.json`; says how well both agree. The
trees are not part of this repository, so no test scans them. A finding that a scan no longer has is counted and left out.

    threatloom scan TREE --no-cache --quiet --format json=FOLDER/OWNER+NAME.json
    python -m tests.severity.real FOLDER
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.findings.risk import severity_of
from tests.severity.agreement import SCALE, kappa

FILE = Path(__file__).parent / "real.yaml"
LEVELS = 5
Levels = tuple[int, int]  # likelihood and impact


@dataclass(frozen=True)
class RealCase:
    """One finding of a real tree with the person's view, and what the tool said before its tables were mended."""

    case: int
    half: str
    source: str
    threat: str
    place: str
    judged: Levels
    severity: str
    first: Levels
    verdict: str
    why: str

    @property
    def scan_name(self) -> str:
        repository, _, folder = self.source.removeprefix("github:").partition(":")
        owner, name = repository.split("@")[0].split("/")
        return "+".join((owner, name, *folder.split("/"))).rstrip("+") + ".json"


def read_real() -> tuple[RealCase, ...]:
    given = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(
        RealCase(
            row["case"], row["half"], row["source"], row["threat"], row["place"], (row["likelihood"], row["impact"]),
            row["severity"], (row["first"][0], row["first"][1]), row["verdict"], row["why"],
        )
        for row in given
    )  # fmt: skip


def levels_in(scan: Mapping[str, Any], case: RealCase) -> Levels | None:  # Any: a scan as JSON gives it
    """The levels of the finding of the same threat that cites the judged place; one whose first place it is comes before others."""
    citing = []
    for finding in scan["findings"]:
        places = [f"{evidence['path']}:{evidence['start_line']}" for evidence in finding["evidence"]]
        if finding["threat"] == case.threat and case.place in places:
            citing.append((places.index(case.place), (finding["likelihood"], finding["impact"])))
    return min(citing)[1] if citing else None


def agreement(pairs: Iterable[tuple[Levels, Levels]]) -> str:
    """Kappa of severity, likelihood and impact, and how many severities are how far apart."""
    seen = list(pairs)
    severities = [(SCALE.index(severity_of(*person)), SCALE.index(severity_of(*tool))) for person, tool in seen]
    apart = [sum(abs(a - b) == steps for a, b in severities) for steps in range(len(SCALE))]
    return (
        f"{len(seen)} cases: severity {kappa(severities, len(SCALE)):.2f}, "
        f"likelihood {kappa(((person[0] - 1, tool[0] - 1) for person, tool in seen), LEVELS):.2f}, "
        f"impact {kappa(((person[1] - 1, tool[1] - 1) for person, tool in seen), LEVELS):.2f}; "
        f"{apart[0]} equal, {apart[1]} one step apart, {sum(apart[2:])} more"
    )


def compared(folder: Path, cases: Iterable[RealCase]) -> tuple[tuple[RealCase, Levels], ...]:
    """The cases that the scans of a folder still report, with the levels they give."""
    scans: dict[str, Any] = {}
    found = []
    for case in cases:
        path = folder / case.scan_name
        if case.scan_name not in scans and path.is_file():
            scans[case.scan_name] = json.loads(path.read_text("utf-8"))
        levels = levels_in(scans[case.scan_name], case) if case.scan_name in scans else None
        if levels is not None:
            found.append((case, levels))
    return tuple(found)


def told(folder: Path, cases: Sequence[RealCase]) -> tuple[str, ...]:
    """Agreement by half, of all cases and of those whose finding was judged right: at first, and by the scans."""
    lines = []
    asked: tuple[tuple[str, Callable[[RealCase], bool]], ...] = (
        ("all", lambda case: True),
        ("judged right", lambda case: case.verdict == "right"),
    )
    for half in sorted({case.half for case in cases}):
        for words, wanted in asked:
            of_half = [case for case in cases if case.half == half and wanted(case)]
            now = compared(folder, of_half)
            lines.append(f"{half}, {words}, at first: {agreement((case.judged, case.first) for case in of_half)}")
            if now:
                lines.append(f"{half}, {words}, by the scans: {agreement((case.judged, levels) for case, levels in now)}")
            lines.append(f"{half}, {words}: {len(of_half) - len(now)} not in the scans")
    return tuple(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well scans of real trees agree with a person on severity.")
    parser.add_argument("folder", type=Path, help="scans in JSON, named OWNER+NAME.json")
    for line in told(parser.parse_args().folder, read_real()):
        print(line)


if __name__ == "__main__":
    main()
