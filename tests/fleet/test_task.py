"""One system in a child process: what hangs, crashes, eats memory, vanishes or lies costs its own outcome and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from pipeline.fleet import LocalExecutor, Outcome, ScanOrder, Workplace, scan_system
from pipeline.fleet.executors import Executor
from pipeline.fleet.order import Limits
from pipeline.fleet.task import attended
from pipeline.record import open_record

READ = "import json, os, subprocess, sys, time; sys.stdin.readline(); "
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def order(source: Path | str = "/srv/none", name: str = "shop", **more: object) -> ScanOrder:
    said = {"run": "acme@2026-11-28", "fleet": "acme", "name": name, "key": str(source), "source": str(source), "at": NOON, **more}
    return ScanOrder.model_validate(said)


def said_by(code: str, limits: Limits | None = None) -> Outcome:
    return attended(READ + code, "{}", order(limits=limits or Limits(seconds=20, memory_mb=400)), lambda: False)


def system(folder: Path) -> Path:
    (folder / "app.py").write_text(
        "from openai import OpenAI\nclient = OpenAI()\n\ndef ask(q):\n    return client.responses.create(model='gpt-4o', input=q)\n"
    )
    return folder


def test_what_hangs_is_ended_with_all_it_started() -> None:
    code = "a = subprocess.Popen(['sleep', '61.5']); b = subprocess.Popen(['sleep', '61.5'], start_new_session=True); time.sleep(61)"
    outcome = said_by(code, Limits(seconds=1, memory_mb=400))
    assert (outcome.kind, outcome.reason) == ("timed_out", "it took longer than its limit of 1 s")
    assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "61.5"]]


def test_what_eats_memory_is_ended() -> None:
    outcome = said_by("x = bytearray(300_000_000); time.sleep(60)", Limits(seconds=30, memory_mb=200))
    assert (outcome.kind, outcome.reason) == ("too_large", "it took more memory than its limit of 200 MB")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.abort()", "ended by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "ended by SIGKILL"),
        ("raise ValueError('no \\x1b[31m good')", "code 1: ValueError: no \\x1b[31m good"),
        ("sys.exit(0)", "code 0"),
        ("print('x' * 10_000_000)", "code 0"),
        ("print('{}')", "code 0"),
        ("sys.stderr.write('password = \"hunter2hunter2hunter2\"')", "code 0"),
    ],
)  # fmt: skip
def test_what_gives_no_answer_says_why(code: str, words: str) -> None:
    outcome = said_by(code)
    assert outcome.kind == "failed"
    assert words in outcome.reason
    assert "hunter2hunter2" not in outcome.reason


def test_nobody_waits_for_what_is_not_wanted_any_more() -> None:
    begun = time.monotonic()
    outcome = attended(READ + "time.sleep(60)", "{}", order(), lambda: time.monotonic() - begun > 0.3)
    assert (outcome.kind, time.monotonic() - begun < 5) == ("stopped", True)


def test_a_system_is_scanned_and_kept_once_and_stops_for_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = system(tmp_path)
    for name in ("pipeline", "ingest", "json"):  # where somebody happens to be, is nothing that is imported
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(tmp_path)
    place = Workplace(record=str(tmp_path / "record.sqlite"))
    wanted = order(folder, owner="commerce", criticality="high", tags=("pci",))
    first = scan_system(wanted, place)
    executor: Executor = LocalExecutor(place, jobs=2)
    second, gone = sorted(executor.run([order(tmp_path / "gone", "z"), wanted]), key=lambda outcome: outcome.name)
    assert (first.kind, second.kind, gone.kind, first.scan_id) == ("kept", "known", "failed", second.scan_id)
    assert gone.reason.startswith("no such file or folder")
    with open_record(place.record) as record:
        (entry,) = record.systems()
        assert (entry.name, entry.owner, entry.criticality, entry.tags, entry.scans) == ("shop", "commerce", "high", ("pci",), 1)
        assert entry.last is not None and entry.last.run == "acme@2026-11-28"


def test_a_record_that_cannot_be_used_fails_without_its_password(tmp_path: Path) -> None:
    outcome = scan_system(order(system(tmp_path)), Workplace(record="mysql://me:hunter2@host/db"))
    assert outcome.kind == "failed" and "hunter2" not in outcome.reason
    assert "hunter2" not in repr(Workplace(record="mysql://me:hunter2@host/db", tokens={"host": "hunter2"}))


PARENT = """
import sys
from datetime import UTC, datetime
from pipeline.fleet.order import ScanOrder
from pipeline.fleet.task import attended

start = '''
import json, sys
sys.path[:] = json.loads(sys.argv[1])
import os, threading, time
from pipeline.fleet.child import _end_with_parent
told = sys.stdin.buffer.readline().decode().strip()
threading.Thread(target=_end_with_parent, daemon=True).start()
with open(told, "w") as file:
    file.write(str(os.getpid()))
time.sleep(60)
'''
order = ScanOrder(run="r", fleet="f", name="n", key="k", source="/x", at=datetime.now(UTC))
attended(start, sys.argv[1], order, lambda: False)
"""


def gone(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(told)], cwd=Path(__file__).parents[2])
    until = time.monotonic() + 30
    try:
        while not (told.exists() and told.read_text()) and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        parent.kill()
        parent.wait()
    child = int(told.read_text())
    while not gone(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert gone(child)


def test_who_stops_reading_stops_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[str] = []

    def scanned(one: ScanOrder, place: Workplace, *, stopped: object) -> Outcome:
        running.append(one.name)
        assert callable(stopped)
        until = time.monotonic() + (0.05 if one.name == "s0" else 20)
        while not stopped() and time.monotonic() < until:
            time.sleep(0.01)
        return Outcome(name=one.name, key=one.key, kind="stopped" if stopped() else "kept")

    monkeypatch.setattr("pipeline.fleet.executors.scan_system", scanned)
    outcomes = LocalExecutor(Workplace(), jobs=2).run([order(f"/srv/{n}", f"s{n}") for n in range(6)])
    begun = time.monotonic()
    assert next(outcomes).name == "s0"
    outcomes.close()  # type: ignore[attr-defined]  # a generator, of which the protocol promises the iterator alone
    assert (time.monotonic() - begun < 10, len(running) < 5) == (True, True)
    assert threading.active_count() < 10


def test_an_order_says_nothing_of_a_machine() -> None:
    said = json.dumps(order(owner="x").model_dump(mode="json"))
    assert "record" not in said and "token" not in said
    assert ScanOrder.model_validate_json(said) == order(owner="x")
