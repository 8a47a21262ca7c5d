"""The whole run: systems in, one result out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from evals.comparing import compare
from evals.result import EvalResult, Stability, SystemResult
from evals.running.apart import Measured, Ran, What, measure_apart, scan_apart
from evals.running.asked import AskedModel, prompts_asked
from evals.running.many import attack_result, variant_result
from evals.scoring.added import added_by, answered
from evals.scoring.cells import cells_of
from evals.scoring.judging import described, judge
from evals.scoring.scores import scores_of
from evals.suite import Reference, Suite, digest_of
from pipeline.findings.model import Scan
from pipeline.progress import Progress, Silent

JOBS, TIMEOUT, TIMEOUT_WITH_MODEL = 2, 600.0, 3600.0
Scanner = Callable[[Path, int], Ran]
_Work = Callable[[], Ran | Measured]


@dataclass(frozen=True, slots=True)
class RunSettings:
    jobs: int = JOBS
    repeat: int = 1
    timeout: float = TIMEOUT
    many: tuple[What, ...] = ()  # what is measured beside the scan: variants, attacks
    asked: AskedModel | None = None  # the model that is measured, beside rules alone


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
    scanner = scanner or _scanner(settings)
    asked = [(system, work) for system in systems for work in _works(system, settings, scanner)]
    done: dict[str, dict[str, Ran | Measured]] = {system.name: {} for system in systems}
    results: dict[str, Held] = {}
    waited_for = settings.repeat + len(settings.many) + (settings.asked is not None)
    with ThreadPoolExecutor(settings.jobs) as pool:
        waiting = {pool.submit(do): (system, name) for system, (name, do) in asked}
        progress.step("measuring", 0, len(asked))
        try:
            for number, future in enumerate(as_completed(waiting), 1):
                system, name = waiting[future]
                done[system.name][name] = future.result()
                if len(done[system.name]) == waited_for:  # held against its labels while others are scanned
                    results[system.name] = _of_system(suite, system, done[system.name], settings)
                progress.step("measuring", number, len(asked))
        except BaseException:  # an interrupt: what has not begun does not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    scans = (one.scan for system in systems for one in done[system.name].values() if isinstance(one, Ran) and one.scan is not None)
    tool = next(((scan.tool.version, scan.tool.knowledge) for scan in scans), ("", ""))
    moment, suite_digest = clock(), digest_of(systems)
    whole = joined([results[system.name].result for system in systems], suite_digest, tool, moment)
    if settings.asked is None:
        return whole
    whole = whole.model_copy(update={"model": settings.asked.llm, "prompts": prompts_asked(), "budget": settings.asked.budget})
    alone = joined([one for system in systems if (one := results[system.name].alone) is not None], suite_digest, tool, moment)
    return whole.model_copy(update={"against_rules": compare(alone, whole)})


class Held(NamedTuple):
    """One system: its result, and where a model was asked what it would be by rules alone."""

    result: SystemResult
    alone: SystemResult | None = None


def _scanner(settings: RunSettings) -> Scanner:
    if settings.asked is None:
        return lambda root, turn: scan_apart(root, timeout=settings.timeout, turn=turn)
    return lambda root, turn: scan_apart(root, timeout=settings.timeout, turn=turn, asked=settings.asked)


def _works(system: Reference, settings: RunSettings, scanner: Scanner) -> Iterator[tuple[str, _Work]]:
    if settings.asked is not None:
        yield "rules", partial(scan_apart, system.path, timeout=settings.timeout)
    for turn in range(settings.repeat):
        yield f"scan {turn}", partial(scanner, system.path, turn)
    for what in settings.many:
        if settings.asked is not None and what == "attacks":
            yield what, partial(measure_apart, what, system.path, timeout=settings.timeout, asked=settings.asked)
        else:
            yield what, partial(measure_apart, what, system.path, timeout=settings.timeout)


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


def _of_system(suite: Suite, system: Reference, done: Mapping[str, Ran | Measured], settings: RunSettings) -> Held:
    ran = [one for turn in range(settings.repeat) if isinstance(one := done[f"scan {turn}"], Ran)]
    first, rules = ran[0], done.get("rules")
    if first.scan is None:
        return Held(described(system, first.outcome, first.problem))
    twin = suite.twin(system)
    labels = twin.labels if twin else None
    many = {what: one for what in settings.many if isinstance(one := done[what], Measured)}
    alone = rules.scan if isinstance(rules, Ran) else None
    judged, judged_alone = judge(system, first.scan, labels, alone), judge(system, alone, labels) if alone is not None else None
    unmeasured = [one.problem for one in many.values() if one.report is None]
    if settings.asked is not None:
        unmeasured += _unasked(first.scan, rules if isinstance(rules, Ran) else None)
    return Held(
        judged.model_copy(
            update={
                "added": added_by(alone, judged_alone, first.scan, judged) if alone is not None and judged_alone is not None else None,
                "seconds": first.seconds,
                "peak_mb": first.peak_mb,
                "stability": _stability(ran) if len(ran) > 1 else None,
                "variants": variant_result(many["variants"]) if "variants" in many else None,
                "attacks": attack_result(many["attacks"]) if "attacks" in many else None,
                "unmeasured": tuple(unmeasured),
            }
        ),
        judged_alone,
    )


def _unasked(scan: Scan, rules: Ran | None) -> Iterator[str]:
    """What of a model's part could not be measured."""
    if scan.llm is None or not answered(scan.llm):
        yield "the model answered nothing, so that what is measured is rules alone"
    if rules is None or rules.scan is None:
        yield f"rules alone could not be scanned, {rules.problem if rules else 'for no reason that is known'}"


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
