"""A small suite for tests: three systems on disk, their labels, and scans that meet every label, spring no trap and cite what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from evals.labels import Expected, LabelledFile
from evals.result import SystemResult
from evals.scoring.judging import judge
from evals.suite import Suite, read_suite
from pipeline.findings.model import Finding, Scan
from tests import factories as make

THREATS = ("direct-prompt-injection", "unsafe-model-load", "over-broad-tool", "secret-in-prompt")
SEVERITIES = ("critical", "high", "medium", "low")
STRIDES = ("tampering", "spoofing", "repudiation", "information_disclosure")
Scans = dict[str, Scan]


def line(name: str, number: int) -> str:
    return f"{name} step {number}"


def places(number: int) -> tuple[str, int]:
    """The file and line of the label with this number: two labels in a file, thirty lines apart."""
    return f"src/part{number // 2}.py", 10 + 30 * (number % 2)


def expected(number: int, **more: Any) -> dict[str, Any]:
    path, at = places(number)
    said = {
        "id": f"label-{number}", "stride": [STRIDES[number]], "threat": f"Threat {number}", "accept": [THREATS[number]],
        "taxonomy": ["LLM01:2025", "CWE-77"], "files": [{"path": path, "lines": f"{at}-{at + 1}"}], "severity": SEVERITIES[number],
        "must": number < 3, "why": "It was read there.",
    }  # fmt: skip
    return {**said, **more}


def write_system(folder: Path, name: str, **said: Any) -> None:
    labels = {"version": 1, "canary": "c", "system": name, "kind": "vulnerable", "languages": ["python"], "must_not": [], **said}
    root = folder / name
    for part in range(2):
        file = root / "src" / f"part{part}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line(name, number)}\n" for number in range(1, 61)), encoding="utf-8")
    (root / "labels.yaml").write_text(yaml.safe_dump(labels), encoding="utf-8")


def finding(name: str, number: int, *, at: int | None = None, path: str | None = None, **more: Any) -> Finding:
    """The finding that meets a label."""
    file, first = places(number)
    at = at or first
    evidence = make.evidence(f"{path or file}:{at}", quote=line(name, at))
    said = {"id": f"{name}-{number}", "stride": (STRIDES[number],), "severity": SEVERITIES[number], "element": f"agent:part{number}"}
    return make.finding(THREATS[number], **{**said, "evidence": (evidence,), **more})


def scan(name: str, *findings: Finding, shift: int = 0) -> Scan:
    """With the element of each label, seen where the label says, or lines further down."""
    seen = [(path, first + shift) for path, first in map(places, range(4))]
    elements = tuple(
        make.element(name=f"part{number}", evidence=(make.evidence(f"{path}:{at}", quote=line(name, at)),))
        for number, (path, at) in enumerate(seen)
    )
    return make.scan(tuple(sorted(findings, key=lambda one: one.id)), elements=elements)


TRAP = {"claim": "A part is checked", "file": "src/part1.py", "lines": "20-22", "why": "It is checked one line above."}


def small_suite(folder: Path) -> tuple[Suite, Scans]:
    """A vulnerable system with four labels and a trap, its hardened twin with one, and an ordinary one with two."""
    write_system(folder, "shop", expected=[expected(number) for number in range(4)], must_not=[TRAP])
    write_system(folder, "shop-hardened", kind="hardened", expected=[expected(3)], must_not=[TRAP])
    write_system(folder, "notes", kind="ordinary", split="validation", expected=[expected(0), expected(1)])
    scans = {
        "shop": scan("shop", *(finding("shop", number) for number in range(4))),
        "shop-hardened": scan("shop-hardened", finding("shop-hardened", 3)),
        "notes": scan("notes", finding("notes", 0), finding("notes", 1)),
    }
    return read_suite(folder), scans


def judged(suite: Suite, scans: Mapping[str, Scan]) -> tuple[SystemResult, ...]:
    def twin(name: str) -> Any:
        found = suite.twin(next(one for one in suite.systems if one.name == name))
        return found.labels if found else None

    return tuple(judge(one, scans[one.name], twin(one.name)) for one in suite.systems)


def label(identity: str = "L1", accept: tuple[str, ...] = (), places: tuple[str, ...] = ("app.py:10-12",), **more: Any) -> Expected:
    def file(place: str) -> LabelledFile:
        path, _, lines = place.partition(":")
        return LabelledFile(path=path, lines=lines or None)

    said = {"id": identity, "stride": ("tampering",), "threat": "t", "severity": "high", "must": True, "why": "w"}
    return Expected(**{**said, "accept": accept, "files": tuple(map(file, places)), **more})
