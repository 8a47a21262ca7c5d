"""`python -m benchmarks`: assemble the corpus, run one session, print its tables, write JSON and a plot.

Run by `make bench` in an environment of its own. `--publish` also keeps the figures: `benchmarks/results.json`,
`docs/benchmarks.svg` and the generated part of `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.corpus import FILE, Corpus, Tree, fetch_archive, lay_out, read_corpus
from benchmarks.errors import Unusable
from benchmarks.llm import session as llm
from benchmarks.llm.report import BEGIN as LLM_BEGIN
from benchmarks.llm.report import END as LLM_END
from benchmarks.llm.report import render as render_llm
from benchmarks.plot import plot
from benchmarks.report import render, with_figures
from benchmarks.runs import KINDS, Kind, Measurements, Run
from benchmarks.session import Plan, run_all
from benchmarks.tools import Place

LLM_MARKS = (LLM_BEGIN, LLM_END)
_ROOT = Path(__file__).resolve().parents[1]
_CHOICES: Mapping[str, tuple[Kind, ...]] = {
    "raw": ("raw",),
    "cold": ("cold",),
    "warm": ("cold", "same", "one", "twenty"),
    "bandit": ("bandit",),
    "semgrep": ("semgrep",),
    "llm": (),
}


@dataclass(frozen=True, slots=True)
class _Options:
    sizes: tuple[str, ...]
    plan: Plan
    place: Place
    corpus: Path
    index: str
    output: Path
    publish: bool
    llm: bool


def main(arguments: Sequence[str]) -> int:
    corpus = read_corpus()
    options = _options(arguments, corpus)
    try:
        needed = (options.place.product_python, *((options.place.programs / "semgrep",) if options.plan.kinds else ()))
        if absent := [str(path) for path in needed if not path.exists()]:
            raise Unusable(f"{absent[0]} is not there: run `make bench`, or name the product's interpreter with --product-python")
        trees = _trees(corpus, options) if options.plan.kinds else []
    except (Unusable, OSError) as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 2
    options.output.mkdir(parents=True, exist_ok=True)
    cores = _use_cores(options.place.cores)
    _say(f"load before: {', '.join(f'{load:.2f}' for load in os.getloadavg())} on {psutil.cpu_count()} cores, {cores} used")
    asked = _with_a_model(options, cores) if options.llm else 0
    if not options.plan.kinds:
        return asked
    runs: list[Run] = []
    for run in run_all(trees, options.place, options.plan, _say):
        runs.append(run)
        measured = _measurements(runs, trees, options, cores)  # kept after each run: a session may be broken off
        (options.output / "results.json").write_text(measured.to_json(), "utf-8")
    if not runs:
        return 1
    figures = render(measured)
    picture = plot(measured) if any(run.outcome != "failed" for run in runs) else ""
    (options.output / "benchmarks.svg").write_text(picture, "utf-8")
    print(f"\n{figures}\n\nWritten: {options.output / 'results.json'}, {options.output / 'benchmarks.svg'}")
    if options.publish:
        publish(measured, picture, _ROOT)
    return asked if all(run.outcome == "done" for run in runs) else 1


def _with_a_model(options: _Options, cores: int) -> int:
    """The part that asks a model: see `benchmarks.llm`."""
    options.place.work.mkdir(parents=True, exist_ok=True)
    taken: list[llm.Taken] = []
    try:
        for one in llm.take_all(llm.SYSTEMS, options.place, llm.SECONDS, options.plan.limit_s, _say):
            taken.append(one)
    except (Unusable, OSError) as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 2
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = {"load": f"{os.getloadavg()[0]:.1f}"} if hasattr(os, "getloadavg") else {}
    session = llm.Session(now, {**_machine(cores), **load}, _version_of_ours(options.place), llm.SECONDS, tuple(taken))
    (options.output / "llm.json").write_text(session.to_json(), "utf-8")
    figures = render_llm(session)
    print(f"\n{figures}\n\nWritten: {options.output / 'llm.json'}\n")
    if options.publish:
        page = _ROOT / "docs" / "benchmarks.md"
        llm.FILE.write_text(session.to_json(), "utf-8")
        page.write_text(with_figures(page.read_text("utf-8"), figures, LLM_MARKS), "utf-8")
    return 1 if any(one.errors for one in taken) else 0


def publish(measured: Measurements, picture: str, root: Path) -> None:
    """Keep the figures in the source tree."""
    page = root / "docs" / "benchmarks.md"
    (root / "benchmarks" / "results.json").write_text(measured.to_json(), "utf-8")
    (root / "docs" / "benchmarks.svg").write_text(picture, "utf-8")
    figures = f"{render(measured)}\n\n![Wall time against size of the tree](benchmarks.svg)"
    page.write_text(with_figures(page.read_text("utf-8"), figures), "utf-8")


def _options(arguments: Sequence[str], corpus: Corpus) -> _Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure threatloom against a raw parse, bandit and semgrep.")
    parser.add_argument("--sizes", default=",".join(corpus.sizes), help="trees to run over, of: %(default)s")
    parser.add_argument(
        "--only", default="raw,warm,bandit,semgrep,llm", help="what to run, of: raw,cold,warm,bandit,semgrep (warm has cold in it), llm"
    )
    parser.add_argument("--limit", type=float, default=900, help="seconds a run may take (default: %(default)s)")
    parser.add_argument(
        "--takings", type=int, default=3, help="how often a run of under 20 s is taken; the median counts (default: %(default)s)"
    )
    parser.add_argument("--cores", type=int, default=2, help="processors to use, and processes per tool (default: %(default)s)")
    parser.add_argument("--corpus", type=Path, default=_user_cache(), help="where archives and trees are kept (default: %(default)s)")
    parser.add_argument("--index", default="https://pypi.org/simple", help="package index with the simple JSON API (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), help="where results go (default: %(default)s)")
    parser.add_argument("--product-python", type=Path, default=Path(".venv/bin/python"), help="interpreter of the product's environment")
    parser.add_argument("--publish", action="store_true", help="also write benchmarks/results.json and the figures of docs/benchmarks.md")
    given = parser.parse_args(arguments)
    sizes = tuple(size for size in corpus.sizes if size in given.sizes.split(","))
    if unknown := set(given.sizes.split(",")) - set(corpus.sizes):
        parser.error(f"--sizes: no tree is called {sorted(unknown)[0]!r}")
    if unknown := set(given.only.split(",")) - set(_CHOICES):
        parser.error(f"--only: {sorted(unknown)[0]!r} is not known")
    kinds = {kind for choice in given.only.split(",") for kind in _CHOICES[choice]}
    output = given.output.absolute()
    cores = max(1, min(given.cores, len(_allowed_cores())))
    place = Place(given.product_python.absolute(), _ROOT, Path(sys.executable).parent, output / "work", cores)
    plan = Plan(tuple(kind for kind in KINDS if kind in kinds), given.limit, max(1, given.takings))
    asks = "llm" in given.only.split(",")
    return _Options(sizes, plan, place, given.corpus.absolute(), given.index, output, given.publish, asks)


def _trees(corpus: Corpus, options: _Options) -> list[Tree]:
    archives = {}
    for package in corpus.of_size(options.sizes[-1]):
        _say(f"corpus: {package.file}")
        archives[package] = fetch_archive(package, options.corpus / "archives", options.index)
    wanted = {size: corpus.of_size(size) for size in options.sizes}
    return [
        lay_out(size, {package: archives[package] for package in packages}, options.corpus / "trees") for size, packages in wanted.items()
    ]


def _allowed_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def _use_cores(count: int) -> int:
    """Hold this process, and with it everything it starts, to so many processors, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, _allowed_cores()[:count])
    return count


def _measurements(runs: Sequence[Run], trees: Sequence[Tree], options: _Options, cores: int) -> Measurements:
    done = {run.size for run in runs}
    return Measurements(
        taken=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=_machine(cores),
        versions=_versions(options.place),
        corpus_sha256=hashlib.sha256(FILE.read_bytes()).hexdigest(),
        limit_s=options.plan.limit_s,
        trees={
            tree.size: {"files": tree.files, "lines": tree.lines, "bytes": tree.bytes, "ai_lines": tree.ai_lines}
            for tree in trees
            if tree.size in done
        },
        runs=tuple(runs),
    )


def _machine(cores: int) -> Mapping[str, str]:
    total = psutil.virtual_memory().total / 1024**3
    return {
        "cores used": f"{cores} of {psutil.cpu_count()}",
        "memory": f"{total:.0f} GB",
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _versions(place: Place) -> Mapping[str, str]:
    asked = "import importlib.metadata as m; print(*(m.version(n) for n in ('tree-sitter', 'tree-sitter-python')))"
    parser, grammar = subprocess.run(
        [place.product_python, "-c", asked], capture_output=True, text=True, check=True, cwd=place.work
    ).stdout.split()
    return {
        "threatloom": _version_of_ours(place),
        "tree-sitter": f"{parser} with grammar {grammar}",
        "bandit": version("bandit"),
        "semgrep": version("semgrep"),
    }


def _version_of_ours(place: Place) -> str:
    command = [str(place.product_python), str(place.product_root / "threatloom.py"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place.work).stdout.split()[-1]
    return f"{said} {_revision(place)}".strip()


def _revision(place: Place) -> str:
    try:
        asked = subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False, cwd=place.product_root
        )
    except OSError:
        return ""
    return asked.stdout.strip()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "threatloom-benchmarks"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
