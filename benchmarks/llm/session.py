"""One session: each system scanned without a model, with one at default depth, and with one without a bound."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.errors import Unusable
from benchmarks.llm.generated import write_system
from benchmarks.llm.timeline import AT_ONCE, Call, busy, ideal, ideal_of_scenes, phase, surveying
from benchmarks.measure import Measured, measure
from benchmarks.tools import Place, environment

Depth = Literal["default", "unbounded"]
SECONDS = 1.0  # the model takes for a reply
SYSTEMS = ("parcel-tracking", "expense-agent-hardened", "office")  # two of the evaluation's, and one that is made up
_MADE_UP, _DEPARTMENTS = "office", 36
_KEY = "key-of-the-tests"
_NAMES = ("SystemSurvey", "ElementThreats", "Verdicts", "ExecutiveSummary")
FILE = Path(__file__).with_name("results.json")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """One scan with a model. Seconds, where nothing else is said."""

    system: str
    depth: Depth
    lines: int
    elements: int
    calls: int
    scenes: int
    left_out: int  # pairs of element and class that were not asked about
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    wall_s: float
    ideal_s: float
    rules_wall_s: float  # of the same scan without a model
    first_call_s: float  # from the start of the process
    after_s: float  # from the last reply to the end of the process
    between_s: float  # from the answer to the survey to the first question about a scene
    busy_share: float
    asking_s: float  # from the answer to the survey to the last one about a scene
    asking_ideal_s: float
    model_s: float  # for one reply
    cpu_s: float
    rules_cpu_s: float
    peak_mb: float
    rules_peak_mb: float
    errors: int

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def per_thousand_lines(self) -> float:
        return self.tokens / self.lines * 1000 if self.lines else 0.0

    @property
    def own_asking_share(self) -> float:
        """What is not the model's time while scenes are asked about, of that time."""
        return max(0.0, self.asking_s - self.asking_ideal_s) / self.asking_s if self.asking_s > 0 else 0.0

    @property
    def own_cpu_s(self) -> float:
        """What asking took beyond the rules, imports included."""
        return max(0.0, self.cpu_s - self.rules_cpu_s)

    @property
    def own_cpu_per_call_s(self) -> float:
        return self.own_cpu_s / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Session:
    taken: str
    machine: Mapping[str, str]
    version: str
    seconds: float  # the model takes for a reply
    runs: tuple[Taken, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def read_session(path: Path) -> Session:
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))  # Any: JSON of mixed shapes
    return Session(**{**data, "runs": tuple(Taken(**run) for run in data["runs"])})


def take_all(systems: Sequence[str], place: Place, seconds: float, limit_s: float, say: Say) -> Iterator[Taken]:
    """Every system at both depths."""
    for name in systems:
        tree = write_system(place.work / name, _DEPARTMENTS) if name == _MADE_UP else _copied(place, name)
        _scan(tree, place, limit_s, ())  # what compiles the program's own code, and reads the disk
        rules = _scan(tree, place, limit_s, ())
        for depth in ("default", "unbounded"):
            taken = _take(name, depth, tree, place, seconds, limit_s, rules)
            say(
                f"  {name:26} {depth:10} {taken.calls:4} calls {taken.per_thousand_lines:9,.0f} tokens/1,000 lines"
                f" {taken.wall_s:7.2f} s of which model {taken.ideal_s:5.1f}, rules {taken.rules_wall_s:5.2f}; busy {taken.busy_share:.1%}"
            )
            yield taken


def _copied(place: Place, name: str) -> Path:
    source = place.product_root / "evals" / "systems" / name
    if not source.is_dir():
        raise Unusable(f"{source} is not there")
    target = place.work / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("labels.yaml", "__pycache__"))
    return target


def _scan(tree: Path, place: Place, limit_s: float, more: Sequence[str]) -> Measured:
    shutil.rmtree(place.home, ignore_errors=True)
    place.home.mkdir(parents=True)
    program = [str(place.product_python), str(place.product_root / "threatloom.py")]
    output = place.work / f"{tree.name}.json"
    output.unlink(missing_ok=True)
    command = [*program, "scan", str(tree), "--format", f"json={output}", "--jobs", str(place.cores), "--quiet", "--no-record", *more]
    measured = measure(command, tree, {**environment(place), "THREATLOOM_API_KEY": _KEY}, limit_s, place.work / f"{tree.name}.log")
    if measured.code not in (0, 3) or not output.exists():
        raise Unusable(f"the scan of {tree.name} ended with {measured.code}: see {place.work / f'{tree.name}.log'}")
    return measured


def _take(name: str, depth: Depth, tree: Path, place: Place, seconds: float, limit_s: float, rules: Measured) -> Taken:
    record = place.work / "record.json"
    server = [str(place.product_python), "-m", "tests.llm.server", "benchmarks.llm.replies:script"]
    process = subprocess.Popen(
        [*server, "--seconds", str(seconds), "--record", str(record)],
        cwd=place.product_root, env=environment(place), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None and process.stdin is not None
        address = process.stdout.readline().strip()
        if not address:
            raise Unusable("the scripted model did not start")
        more = ["--llm", "scripted", "--base-url", address, *(("--budget", "100M") if depth == "unbounded" else ())]
        started = time.monotonic()
        measured = _scan(tree, place, limit_s, more)
    finally:
        process.communicate("")
    calls = calls_of(json.loads(record.read_text("utf-8")))
    if not calls:
        raise Unusable(f"nothing was asked about {name}")
    told = json.loads((place.work / f"{tree.name}.json").read_text("utf-8"))
    survey, scenes = surveying(calls), phase(calls, "ElementThreats")
    return Taken(
        system=name, depth=depth, lines=told["summary"]["lines"], elements=len(told["system"]["elements"]), calls=len(calls),
        scenes=sum(call.turn == 0 for call in scenes), left_out=len(told["llm"]["unreached"]),
        input_tokens=sum(call.input_tokens for call in calls), output_tokens=sum(call.output_tokens for call in calls),
        cached_tokens=sum(call.cached_tokens for call in calls), wall_s=measured.wall_s, ideal_s=ideal(calls, seconds, AT_ONCE),
        rules_wall_s=rules.wall_s, first_call_s=min(call.arrived for call in calls) - started,
        after_s=started + measured.wall_s - max(call.finished for call in calls),
        between_s=min((call.arrived for call in scenes), default=0.0) - max((call.finished for call in survey), default=0.0),
        busy_share=busy(calls, AT_ONCE).share, cpu_s=measured.cpu_s, rules_cpu_s=rules.cpu_s, peak_mb=measured.peak_mb,
        rules_peak_mb=rules.peak_mb, asking_s=busy(calls, AT_ONCE).seconds, asking_ideal_s=ideal_of_scenes(calls, seconds, AT_ONCE),
        model_s=seconds, errors=len(told["errors"]),
    )  # fmt: skip


def calls_of(record: Sequence[Mapping[str, Any]]) -> list[Call]:  # Any: JSON of mixed shapes
    """The answered requests of a server's record."""
    found = []
    for one in record:
        asked = one["schema"] or next((name for name in _NAMES if name in one["tools"]), "")
        if one["tokens"] is not None and one["finished"] is not None:
            found.append(Call(asked, one["turn"], one["arrived"], one["finished"], *one["tokens"]))
    return found
