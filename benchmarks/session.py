"""One session: every tool over every tree, one after the other on the same machine, from the smallest tree to the largest.

Takes the trees, the tools' places and what to run, gives the runs. Before anything counts, each tool runs once over a
tree of one file and the tree's files are read once, so that nobody pays for a cold disk or for compiling its own code.
A tool that did not end at one size is not started on a larger one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median_low

from benchmarks.changes import changed
from benchmarks.corpus import Tree, python_files
from benchmarks.measure import Measured, measure
from benchmarks.runs import KINDS, TITLES, Kind, Outcome, Run
from benchmarks.tools import TOOLS, Place, environment, said

Say = Callable[[str], None]
_OURS: tuple[Kind, ...] = ("cold", "same", "one", "twenty")
_CHANGED: dict[Kind, int] = {"one": 1, "twenty": 20}


@dataclass(frozen=True, slots=True)
class Plan:
    kinds: tuple[Kind, ...]
    limit_s: float
    takings: int  # of a run that is short
    short_s: float = 20.0


def run_all(trees: Sequence[Tree], place: Place, plan: Plan, say: Say) -> Iterator[Run]:
    """Every planned run, as it is done."""
    place.home.mkdir(parents=True, exist_ok=True)
    _warm_up(place, plan, say)
    stopped: set[str] = set()
    for tree in trees:
        say(f"{tree.size}: {tree.lines:,} lines in {tree.files:,} files, {tree.ai_lines / max(tree.lines, 1):.0%} of them AI code")
        _commit(tree.folder, place)
        for path in python_files(tree.folder):
            path.read_bytes()
        for kind in KINDS:
            if kind not in plan.kinds or TITLES[kind].split(",")[0] in stopped:
                continue
            run = _run(tree, kind, place, plan)
            if run.outcome == "out of time":
                stopped.add(TITLES[kind].split(",")[0])
            say(f"  {TITLES[kind]:30} {run.wall_s:9.2f} s  {run.peak_mb:8.1f} MB  {run.outcome}{run.note and f' ({run.note})'}")
            yield run


def _run(tree: Tree, kind: Kind, place: Place, plan: Plan) -> Run:
    """One kind over one tree; short ones several times, of which the one with the median time is kept."""
    taken: list[Run] = []
    while not taken or (len(taken) < plan.takings and taken[0].outcome == "done" and taken[0].wall_s < plan.short_s):
        with changed(tree.folder, _CHANGED[kind], len(taken)) if kind in _CHANGED else nullcontext():
            taken.append(_take(tree, kind, place, plan.limit_s))
    kept = next(run for run in taken if run.wall_s == median_low([one.wall_s for one in taken]))
    return replace(kept, walls_s=tuple(run.wall_s for run in taken))


def _take(tree: Tree, kind: Kind, place: Place, limit_s: float) -> Run:
    if kind == "cold":
        shutil.rmtree(place.home, ignore_errors=True)
        place.home.mkdir()
    tool = TOOLS[kind]
    output, log = place.work / f"{tree.size}-{kind}.json", place.work / f"{tree.size}-{kind}.log"
    output.unlink(missing_ok=True)
    measured = measure(tool.command(place, tree.folder, output), tree.folder, environment(place), limit_s, log)
    outcome, note = _outcome(measured, tool.good_codes, limit_s)
    tells = said(tool, output) if outcome == "done" else None
    return Run(
        size=tree.size,
        kind=kind,
        wall_s=measured.wall_s,
        cpu_s=measured.cpu_s,
        peak_mb=measured.peak_mb,
        peak_resident_mb=measured.peak_resident_mb,
        most_processes=measured.most_processes,
        outcome=outcome if tells is None or tells.files is not None else "failed",
        note=tells.note if tells else note,
        files=tells.files if tells else None,
        findings=tells.findings if tells else None,
    )


def _outcome(measured: Measured, good_codes: frozenset[int], limit_s: float) -> tuple[Outcome, str]:
    if measured.code is None:
        return "out of time", f"no end in {limit_s:g} s"
    return ("done", "") if measured.code in good_codes else ("failed", f"exit code {measured.code}")


def _warm_up(place: Place, plan: Plan, say: Say) -> None:
    folder = place.work / "warm-up"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "one.py").write_text("print(1)\n", "utf-8")
    tree = Tree("warm-up", folder, 1, 1, 9, 0)
    for kind in dict.fromkeys("cold" if kind in _OURS else kind for kind in plan.kinds):
        run = _take(tree, kind, place, plan.limit_s)
        if run.outcome != "done":
            say(f"  {TITLES[kind]} over one file: {run.outcome} ({run.note}), see {place.work / f'warm-up-{kind}.log'}")


def _commit(folder: Path, place: Place) -> None:
    """Make the tree a git work tree, as real ones are; without git it stays a plain folder."""
    git = shutil.which("git")
    if git is None:
        return
    who = ["-c", "user.name=benchmarks", "-c", "user.email=benchmarks@invalid", "-c", "gc.auto=0"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "the corpus"]):
        subprocess.run([git, *command], cwd=folder, env=environment(place), check=True, stdin=subprocess.DEVNULL)
