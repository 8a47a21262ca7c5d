"""The whole run: systems in, one result out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from evals.result import EvalResult, Stability, SystemResult
from evals.running.apart import Ran, scan_apart
from evals.scoring.cells import cells_of
from evals.scoring.judging import described, judge
from evals.scoring.scores import scores_of
from evals.suite import Reference, Suite, digest_of
from pipeline.findings.model import Scan
from pipeline.progress import Progress, Silent

JOBS, TIMEOUT = 2, 600.0
Scanner = Callable[[Path, int], Ran]


@dataclass(frozen=True, slots=True)
class RunSettings:
    jobs: int = JOBS
    repeat: int = 1
    timeout: float = TIMEOUT


def run_suite(
    suite: Suite,
    systems: Sequence[Reference],
    settings: RunSettings = RunSettings(),
    progress: Progress | None = None,
    scanner: Scanner | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> EvalResult:
    """Scan the systems and hold them against their labels; in the order of the systems, whichever ended first."""
    progress = progress or Silent()
    scanner = scanner or (lambda root, turn: scan_apart(root, timeout=settings.timeout, turn=turn))
    asked = [(system, turn) for system in systems for turn in range(settings.repeat)]
    ran: dict[str, dict[int, Ran]] = {system.name: {} for system in systems}
    results: dict[str, SystemResult] = {}
    with ThreadPoolExecutor(settings.jobs) as pool:
        waiting = {pool.submit(scanner, system.path, turn): (system, turn) for system, turn in asked}
        progress.step("measuring", 0, len(asked))
        try:
            for number, done in enumerate(as_completed(waiting), 1):
                system, turn = waiting[done]
                ran[system.name][turn] = done.result()
                if len(ran[system.name]) == settings.repeat:  # held against its labels while others are scanned
                    results[system.name] = _of_system(suite, system, [ran[system.name][turn] for turn in range(settings.repeat)])
                progress.step("measuring", number, len(asked))
        except BaseException:  # an interrupt: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    scans = (one.scan for system in systems for one in ran[system.name].values() if one.scan is not None)
    tool = next(((scan.tool.version, scan.tool.knowledge) for scan in scans), ("", ""))
    return joined([results[system.name] for system in systems], digest_of(systems), tool, clock())


def joined(systems: Sequence[SystemResult], suite: str, tool: tuple[str, str], moment: datetime, commit: str | None = None) -> EvalResult:
    """Systems and what they are together."""
    return EvalResult(
        version=tool[0], knowledge=tool[1], commit=commit or commit_of_source(), suite=suite,
        measured_at=moment.isoformat(timespec="seconds").replace("+00:00", "Z"), systems=tuple(systems), scores=scores_of(systems),
        cells=cells_of(systems),
    )  # fmt: skip


def commit_of_source() -> str | None:
    """The commit this runs from, with a mark where files differ from it; None where it is no checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        said = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None


def _of_system(suite: Suite, system: Reference, ran: Sequence[Ran]) -> SystemResult:
    first = ran[0]
    if first.scan is None:
        return described(system, first.outcome, first.problem)
    twin = suite.twin(system)
    result = judge(system, first.scan, twin.labels if twin else None)
    taken = {"seconds": first.seconds, "peak_mb": first.peak_mb}
    return result.model_copy(update={**taken, "stability": _stability(ran) if len(ran) > 1 else None})


def _stability(ran: Sequence[Ran]) -> Stability:
    """A run that ended without a scan is as unlike the others as can be."""
    severities = [_severities(one.scan) for one in ran]
    likeness = [len(one.keys() & other.keys()) / len(one.keys() | other.keys()) if one or other else 1.0
                for one, other in combinations(severities, 2)]  # fmt: skip
    failed = any(one.scan is None for one in ran)
    common = set.intersection(*(set(one) for one in severities))
    flips = sum(len({one[finding] for one in severities}) > 1 for finding in common)
    return Stability(runs=len(ran), jaccard=0.0 if failed else round(min(likeness), 4), flips=flips, common=len(common))


def _severities(scan: Scan | None) -> dict[str, str]:
    return {finding.id: finding.severity for finding in scan.findings} if scan else {}
