"""How far findings stay the same: variants held against their originals, and repeated runs.

Two findings are the same where they have the same id, if the variant is of a kind that has to keep ids. Otherwise they have the same
threat, and the same element once new names and paths are read as the old ones; or, where several elements share a finding and another
leads, most of their places.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from evals.variants.checking import NotTheSame
from evals.variants.making import read_tree, variants, write_tree
from evals.variants.model import KEEPS_FINGERPRINTS, KINDS, Difference, Kind, Outcome, Repeat, Report, Unmade, Variant
from pipeline.findings.model import Finding, Scan
from pipeline.scan import ScanSettings, scan

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_ONE_RUN = """\
import sys
from pathlib import Path
from pipeline.scan import ScanSettings, scan
from pipeline.reports import json
sys.stdout.write(json.render(scan(Path(sys.argv[1]), ScanSettings(jobs=int(sys.argv[2])))))
"""
_ROOT = Path(__file__).resolve().parents[2]


def nothing_said(_text: str) -> None:
    """Progress that nobody follows."""


def measure(
    systems: Sequence[Path],
    seed: int = 0,
    kinds: Sequence[Kind] = KINDS,
    repeats: int = 0,
    said: Callable[[str], None] = nothing_said,
) -> Report:
    """Variants of all systems, and as many repeated runs of each as are asked for."""
    outcomes: list[Outcome] = []
    unmade: list[Unmade] = []
    repeated: list[Repeat] = []
    for number, system in enumerate(systems, 1):
        with tempfile.TemporaryDirectory() as folder:
            original = write_tree(read_tree(system), Path(folder) / "original" / system.name)
            before = scan(original, ScanSettings(jobs=1))
            for kind in kinds:
                said(f"[{number}/{len(systems)}] {system.name}: {kind}")
                try:
                    made = variants(system, Path(folder), seed, (kind,))
                except NotTheSame as problem:
                    unmade.append(Unmade(system=system.name, kind=kind, reason=f"the rewriting went wrong: {problem}"))
                    continue
                if not made:
                    unmade.append(Unmade(system=system.name, kind=kind, reason="nothing to change"))
                outcomes += (compare(before, scan(variant.root, ScanSettings(jobs=1)), variant) for variant in made)
            if repeats > 1:
                said(f"[{number}/{len(systems)}] {system.name}: {repeats} runs")
                repeated.append(repeat(original, repeats))
    return Report(seed=seed, outcomes=tuple(outcomes), unmade=tuple(unmade), repeats=tuple(repeated))


def repeat(system: Path, runs: int) -> Repeat:
    """Scan in fresh processes, each with another hash seed and another number of workers."""
    results = [_one_run(system, number) for number in range(runs)]
    bare = {json.dumps({key: value for key, value in result.items() if key not in ("started_at", "duration_s")}) for result in results}
    first, *others = [{finding["id"]: finding["severity"] for finding in result["findings"]} for result in results]
    return Repeat(
        system=system.name,
        runs=runs,
        equal_bytes=len(bare) == 1,
        jaccard=min((_jaccard(first.keys(), other.keys()) for other in others), default=1.0),
        flips=len({identity for other in others for identity in first.keys() & other.keys() if first[identity] != other[identity]}),
    )


def _one_run(system: Path, number: int) -> dict[str, list[dict[str, str]]]:
    environment = {**os.environ, "PYTHONHASHSEED": str(number), "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-c", _ONE_RUN, str(system), str(number % 2 + 1)]
    done = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=_ROOT)
    result: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return result


def _jaccard(one: Iterable[str], other: Iterable[str]) -> float:
    union = {*one, *other}
    return len({*one} & {*other}) / len(union) if union else 1.0


def compare(before: Scan, after: Scan, variant: Variant) -> Outcome:
    """What differs between the findings of a system and those of its variant."""
    pairs = _pairs(before.findings, after.findings, variant)
    lost = [finding for finding in before.findings if finding.id not in pairs]
    new = [finding for finding in after.findings if finding.id not in {other.id for other in pairs.values()}]
    flipped = [(one, other) for one in before.findings if (other := pairs.get(one.id)) is not None and one.severity != other.severity]
    return Outcome(
        system=variant.system,
        kind=variant.kind,
        files=len(variant.changed),
        before=len(before.findings),
        after=len(after.findings),
        kept=len(pairs),
        differences=(
            *(_difference("lost", finding) for finding in lost),
            *(_difference("new", finding) for finding in new),
            *(_difference("severity", one).model_copy(update={"became": other.severity}) for one, other in flipped),
        ),
    )


def _difference(what: str, finding: Finding) -> Difference:
    place = finding.evidence[0]
    return Difference.model_validate(
        {
            "what": what, "threat": finding.threat, "element": finding.element, "path": place.path, "line": place.start_line,
            "severity": finding.severity, "description": finding.description,
        }
    )  # fmt: skip


def _pairs(before: Sequence[Finding], after: Sequence[Finding], variant: Variant) -> dict[str, Finding]:
    """The finding of the variant that is the same, by the id of the original."""
    known = {finding.id: finding for finding in after}
    if variant.kind in KEEPS_FINGERPRINTS:
        return {finding.id: known[finding.id] for finding in before if finding.id in known}
    likeness = sorted(
        (
            (_likeness(one, other, variant), place, at)
            for place, one in enumerate(before)
            for at, other in enumerate(after)
            if one.threat == other.threat
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    pairs: dict[int, int] = {}
    for worth, place, at in likeness:
        if worth >= 0.5 and place not in pairs and at not in pairs.values():
            pairs[place] = at
    return {before[place].id: after[at] for place, at in pairs.items()}


def _likeness(one: Finding, other: Finding, variant: Variant) -> float:
    here = {(evidence.path, evidence.start_line) for evidence in one.evidence}
    there = {(variant.paths.get(evidence.path, evidence.path), evidence.start_line) for evidence in other.evidence}
    shared = len(here & there) / len(here | there)
    return shared + (one.element == as_before(other.element, variant.names, variant.paths))


def as_before(element: str, names: Mapping[str, str], paths: Mapping[str, str]) -> str:
    """The id of an element of a variant in the names and paths of the original."""
    for new, old in sorted({**paths, **{name: was for name, was in names.items() if "." in name}}.items(), key=lambda pair: -len(pair[0])):
        element = element.replace(new, old)
        if new.count(".") and not new.endswith(".py"):  # of a module the last parts are said alone
            short, was = ".".join(new.split(".")[-2:]), ".".join(old.split(".")[-1:])
            element = re.sub(rf"\b{re.escape(short)}\b", was, element)
    return _WORD.sub(lambda found: names.get(found[0], found[0]), element)
