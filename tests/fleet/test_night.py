"""`threatloom landscape`: a night from the command line, interrupted and gone on with, and what its exit code says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.fleet.fleet_file import read_fleet
from pipeline.fleet.night import last_run_of, run_of
from pipeline.fleet.order import Outcome, ScanOrder, Workplace
from pipeline.interfaces.cli import run
from pipeline.record import open_record
from tests.fleet.nights import found, scan_of, write

FLEET = "name: acme\nsystems:\n  - {name: a, path: a, criticality: critical}\n  - {name: b, path: b}\n"


class Scanner:
    """Stands for the child processes: keeps what it is told to, fails for whom it is told to."""

    def __init__(self) -> None:
        self.slugs: dict[str, list[str]] = {"a": ["unbounded-consumption"], "b": []}
        self.failing: set[str] = set()
        self.scanned: list[str] = []
        self.stop_after: int | None = None

    def __call__(self, order: ScanOrder, place: Workplace, *, stopped: Callable[[], bool]) -> Outcome:
        if self.stop_after is not None and len(self.scanned) >= self.stop_after:
            raise KeyboardInterrupt
        self.scanned.append(order.name)
        if order.name in self.failing:
            return Outcome(name=order.name, key=order.key, kind="failed", reason="no such file or folder")
        from datetime import UTC, datetime

        scan = scan_of([found(slug) for slug in self.slugs[order.name]], revision=None)
        with open_record(place.record) as record:
            kept = record.keep(order.key, scan, at=datetime.now(UTC), run=order.run, name=order.name)
        return Outcome(name=order.name, key=order.key, kind="kept", scan_id=kept.scan_id)


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Scanner:
    made = Scanner()
    monkeypatch.setattr("pipeline.fleet.executors.scan_system", made)
    monkeypatch.delenv("THREATLOOM_RECORD", raising=False)
    return made


def night(folder: Path, *more: str) -> int:
    return run(["landscape", str(folder / "fleet.yaml"), "--record", str(folder / "record.sqlite"), "--jobs", "1", *more])


def test_a_night_goes_on_where_it_was_and_a_second_is_asked_for(
    tmp_path: Path, scanner: Scanner, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, FLEET)
    scanner.stop_after = 1
    assert night(tmp_path) == 130
    assert scanner.scanned == ["a"]  # what matters most is scanned first
    scanner.stop_after = None
    assert night(tmp_path) == 0
    assert scanner.scanned == ["a", "b"]
    assert "The first night of 2 systems" in capsys.readouterr().out
    assert night(tmp_path) == 0 and scanner.scanned == ["a", "b"]
    scanner.slugs["b"] = ["secret-in-code-or-config"]
    assert night(tmp_path, "--again", "--fail-on", "high", "-o", str(tmp_path / "l.json"), "-o", str(tmp_path / "l.html")) == 1
    assert scanner.scanned == ["a", "b", "a", "b"]
    said = json.loads((tmp_path / "l.json").read_text())
    assert said["run"].endswith("#2") and said["summary"]["came"]["high"] == 1
    assert (tmp_path / "l.html").read_text().startswith("<!doctype html>")
    assert night(tmp_path, "--no-scan", "--fail-on", "critical") == 0
    assert scanner.scanned == ["a", "b", "a", "b"]


def test_systems_that_fail_are_said_and_make_it_3(tmp_path: Path, scanner: Scanner, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, FLEET)
    scanner.failing = {"b"}
    assert night(tmp_path) == 3
    said = capsys.readouterr()
    assert "b: no such file or folder" in said.err and "## Not scanned" in said.out
    scanner.failing = set()
    assert night(tmp_path, "-q") == 0  # what failed is tried again
    assert scanner.scanned == ["a", "b", "b"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--since", "yesterday"), "--since cannot be"),
        (("-o", "landscape.pdf"), "nothing is written as '.pdf'"),
        (("-o", "nowhere/landscape.md"), "no such folder"),
        (("--run", "x", "--again"), "--run names a run of its own"),
        (("--record", "off"), "made of what the record has"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_before_anything_is_scanned(
    tmp_path: Path, scanner: Scanner, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    write(tmp_path, FLEET)
    assert night(tmp_path, *more) == 2
    assert words in capsys.readouterr().err and scanner.scanned == []


def test_an_unusable_fleet_file_is_one_line(tmp_path: Path, scanner: Scanner, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "systems:\n  - {name: a}\n")
    assert night(tmp_path) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["landscape", str(tmp_path / "gone.yaml")]) == 2


def test_runs_are_called_after_fleet_day_and_number(tmp_path: Path) -> None:
    fleet = read_fleet(write(tmp_path, FLEET))
    day = date(2026, 11, 28)
    from datetime import UTC, datetime

    with open_record(str(tmp_path / "record.sqlite")) as record:
        assert last_run_of(fleet, record) is None
        assert (run_of(fleet, record, day), run_of(fleet, record, day, again=True)) == ("acme@2026-11-28", "acme@2026-11-28")
        for number, name in enumerate(("acme@2026-11-28", "acme@2026-11-28#2", "acme@2026-11-28#x", "acme@2026-11-27#9")):
            record.keep(fleet.members[0].key, scan_of([]), at=datetime(2026, 11, 28, number, tzinfo=UTC), run=name)
        assert (run_of(fleet, record, day), run_of(fleet, record, day, again=True)) == ("acme@2026-11-28#2", "acme@2026-11-28#3")
        assert last_run_of(fleet, record) == "acme@2026-11-27#9"  # by when it was, not by its name
