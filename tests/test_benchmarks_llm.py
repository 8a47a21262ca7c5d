"""The benchmark of scans with a model: the ideal, who waited for whom, a made-up system that is the same each time, figures in the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.llm.generated import write_system
from benchmarks.llm.report import BEGIN, END, render
from benchmarks.llm.session import FILE, calls_of, read_session
from benchmarks.llm.timeline import Call, busy, ideal, surveying
from benchmarks.report import with_figures

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def call(asked: str, arrived: float, finished: float, turn: int = 0) -> Call:
    return Call(asked, turn, arrived, finished, 100, 10)


def scene(begun: float, pause: float = 0.0) -> list[Call]:
    return [call("ElementThreats", begun, begun + 1), call("Verdicts", begun + 1 + pause, begun + 2 + pause)]


@pytest.mark.parametrize(("scenes", "seconds"), [(1, 4.0), (16, 4.0), (17, 5.0), (24, 5.0), (32, 6.0)])
def test_the_ideal_asks_sixteen_at_once_and_a_check_after_its_scene(scenes: int, seconds: float) -> None:
    calls = [call("SystemSurvey", 0, 1), *(one for number in range(scenes) for one in scene(1)), call("ExecutiveSummary", 9, 10)]
    assert ideal(calls, 1.0) == seconds


def test_a_use_of_tools_is_one_call_more_in_its_scene() -> None:
    assert ideal([*scene(0), call("ElementThreats", 2, 3, turn=1)], 1.0) == 3.0


def test_the_check_of_a_survey_goes_along_with_the_scenes() -> None:
    calls = [call("SystemSurvey", 0, 1), call("Verdicts", 1, 2), *(one for _ in range(16) for one in scene(1))]
    assert [one.asked for one in surveying(calls)] == ["SystemSurvey"]
    assert ideal(calls, 1.0) == 4.0  # 33 calls after the survey, 16 at once


def test_all_are_busy_where_nobody_waits() -> None:
    calls = [call("SystemSurvey", 0, 1), *(one for _ in range(16) for one in scene(1))]
    assert busy(calls).share == pytest.approx(1.0)


def test_a_pause_between_a_scene_and_its_check_is_seen() -> None:
    calls = [call("SystemSurvey", 0, 1), *(one for _ in range(16) for one in scene(1, pause=0.5))]
    assert busy(calls).share == pytest.approx(2 / 2.5)


def test_scenes_that_are_done_leave_nobody_waiting() -> None:
    long = [call("ElementThreats", 1, 2), call("Verdicts", 2, 9)]
    assert busy([call("SystemSurvey", 0, 1), *scene(1), *long]).share == pytest.approx(1.0)


def test_what_was_refused_or_broken_off_is_no_call() -> None:
    whole = {"schema": None, "tools": ["read_lines", "ElementThreats"], "turn": 1, "arrived": 1.0, "finished": 2.0, "tokens": [5, 6, 0]}
    broken = {**whole, "tokens": None}
    assert calls_of([whole, broken]) == [Call("ElementThreats", 1, 1.0, 2.0, 5, 6, 0)]


def test_the_made_up_system_is_the_same_each_time_and_parses(tmp_path: Path) -> None:
    one, other = write_system(tmp_path / "one", 3, rules=2), write_system(tmp_path / "two", 3, rules=2)
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) == 3 * 5 + 2
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes()
        if file.suffix == ".py":
            compile((one / file).read_text(), str(file), "exec")


def test_the_page_holds_the_figures_of_the_session_that_is_kept() -> None:
    page = PAGE.read_text("utf-8")
    assert with_figures(page, render(read_session(FILE)), (BEGIN, END)) == page
    assert json.loads(FILE.read_text("utf-8"))["runs"]
