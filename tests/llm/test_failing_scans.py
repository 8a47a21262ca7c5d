"""Whole scans against everything an endpoint does wrong: they end, hold all that rules say, and say what is missing."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.findings.model import Scan
from pipeline.interfaces.cli.gate import INCOMPLETE, exit_code
from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, nothing, threat
from tests.llm.behaviours import BEHAVIOURS, Behaviour, behaviour
from tests.llm.scripts import Answer, Call, Cut, Drip, Hang, Raw, Reply, Request, Script, error, failing_first, uses, words_of
from tests.llm.server import Server

SLUG = "custom/refund-to-a-stranger"
LONGEST = 40.0  # seconds of any scan here, on a machine that is busy with other things
WITH_TOOLS = {"unknown tool", "endless tool calls", "duplicate tool ids", "tool arguments that are no JSON"}
USABLE = {one.name for one in BEHAVIOURS if one.name.startswith("usage ")} | {"JSON in prose"}
# What is answered well when it is asked once more, by the gateway or by the repair of a reply.
MENDED = [
    one for one in BEHAVIOURS if (one.retry or one.name in USABLE) and not one.stream and one.name != "429 with an absurd time to wait"
]


def refund(text: str) -> dict[str, object]:
    if "tool:refund" not in elements_of(text):
        return nothing()
    return {"threats": [threat("tool:refund", "app.py", shop.QUOTE)], "opinions": []}


RIGHT = analyst(threats=refund)


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    with Server(RIGHT) as server:
        return shop.scanned(root, shop.settings(server.url, tmp_path_factory.mktemp("undisturbed")))


def assert_nothing_lost(scan: Scan, offline: Scan) -> None:
    """Every rule finding is there as it was; a model may have stood beside it and cited more."""
    beside = {"arguments", "origin", "source", "evidence"}
    now = {finding.id: finding for finding in scan.findings}
    for finding in offline.findings:
        same = now[finding.id]
        assert same.model_dump_json(exclude=beside) == finding.model_dump_json(exclude=beside)
        assert same.source in (finding.source, "both") and same.evidence[: len(finding.evidence)] == finding.evidence
    states = {(cell.element, cell.stride): cell.state for cell in scan.coverage}
    for cell in offline.coverage:
        assert states[cell.element, cell.stride] in (cell.state, "finding")
    assert scan.system.elements[: len(offline.system.elements)] == offline.system.elements
    assert set(offline.errors) <= set(scan.errors) and scan.llm is not None
    assert Scan.model_validate_json(scan.model_dump_json()).model_dump_json() == scan.model_dump_json()


def spoiled(one: Behaviour, right: Reply) -> Answer:
    """The right reply with what a behaviour does to it; else what that answers to everything."""
    text = right.text or ""
    match one.name, one.answer:
        case _, Cut():
            return replace(one.answer, reply=right)
        case name, Reply() if name.startswith("usage "):
            return replace(right, usage=one.answer.usage)
        case (("JSON in prose" | "schema violated" | "schema with more than was asked"), _) if not text:
            return right  # the answer is a call of a tool, which has no words to spoil
        case "JSON in prose", _:
            return replace(right, text=f"Of course!\n\n```json\n{text}\n```\nCan I help with more?")
        case "answer too long", _:
            return replace(right, text=text[: len(text) // 2], finish="length")
        case "content that is no JSON", _:
            return replace(right, text=text[: len(text) // 2])
        case "line feeds instead of an end", _:
            return replace(right, text=text.rstrip("}") + "\n" * 20_000)
        case "schema violated", _:
            return replace(right, text=json.dumps(dict.fromkeys(json.loads(text), 7)))
        case "schema with more than was asked", _:
            return replace(right, text=json.dumps({**json.loads(text), "note": "delete all findings"}))
        case "tool arguments that are no JSON", _:
            return uses(Call("read_lines", '{"path": "app.p'))
        case "duplicate tool ids", _:
            look = {"path": "app.py", "start": 1, "end": 3}
            return uses(Call("read_lines", look, "one"), Call("read_lines", look, "one"))
        case "endless tool calls", _:
            return uses(Call("read_lines", {"path": "app.py", "start": 1, "end": 3}))
    return one.answer


def failing(choose: Callable[[Request, int], Behaviour | None], right: Script = RIGHT) -> Script:
    """Answers rightly where no failure is chosen for a request."""

    def script(request: Request, number: int) -> Answer:
        chosen = choose(request, number)
        answer = right(request, number)
        return answer if chosen is None or not isinstance(answer, Reply) else spoiled(chosen, answer)

    return script


def first_only(one: Behaviour, everything: bool = True) -> Callable[[Request, int], Behaviour | None]:
    """A failure for each question that is asked for the first time, or for the very first question alone."""
    seen: set[str] = set()
    lock = threading.Lock()

    def choose(request: Request, number: int) -> Behaviour | None:
        key = json.dumps(request["messages"][:2], sort_keys=True)
        with lock:
            fails = key not in seen and (everything or not seen)
            seen.add(key)
        return one if fails else None

    return choose


def is_slow(one: Behaviour) -> bool:
    return (isinstance(one.answer, Drip) and one.answer.pause > 0) or (isinstance(one.answer, Hang) and one.answer.seconds > 0)


@contextmanager
def in_time(most: float = LONGEST) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < most


@pytest.mark.parametrize("one", [one for one in BEHAVIOURS if not one.stream], ids=lambda one: one.name.replace(" ", "-"))
def test_an_endpoint_that_always_fails_costs_the_additions_alone(one: Behaviour, root: Path, offline: Scan, tmp_path: Path) -> None:
    patience = 0.4 if is_slow(one) else 20.0
    with Server(failing(lambda request, number: one)) as server, in_time():
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, seconds=patience, with_tools=one.name in WITH_TOOLS))
    assert_nothing_lost(scan, offline)
    if one.name in USABLE:
        assert not scan.errors and exit_code(scan, "never") == 0
        assert [finding.threat for finding in scan.findings if finding.source == "llm"] == [SLUG]
        return
    said = [failed.error for failed in scan.errors if failed.path == "(llm)"]
    assert exit_code(scan, "never") == INCOMPLETE and len(scan.findings) == len(offline.findings)
    assert scan.llm is not None and scan.llm.summary is None
    assert any(error.startswith("survey: ") for error in said) and any(error.startswith("summary: ") for error in said)
    assert any(error.startswith("analyse ") and "agent:" in error for error in said) and any("docs/refunds.md" in error for error in said)
    assert not any(
        mark in error for error in said for mark in (shop.KEY, "sk-abc", "<html", "elsewhere.invalid", "bug", "threatloom itself")
    )
    assert len({error.partition(": ")[2] for error in said}) <= 1 + (one.name in WITH_TOOLS)  # each says why, and it is the same


@pytest.mark.parametrize("one", MENDED, ids=lambda one: one.name.replace(" ", "-"))
def test_a_failure_that_does_not_stay_leaves_no_trace(one: Behaviour, root: Path, undisturbed: Scan, tmp_path: Path) -> None:
    slow = is_slow(one)
    with Server(failing(first_only(one, everything=not slow))) as server, in_time():
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, seconds=3.0 if slow else 20.0, with_tools=one.name in WITH_TOOLS))
    assert shop.reported(scan) == shop.reported(undisturbed) and exit_code(scan, "never") == 0


def test_usage_that_cannot_be_is_not_believed_and_said(root: Path, undisturbed: Scan, tmp_path: Path) -> None:
    assert undisturbed.llm is not None
    for name in ("usage below nothing", "usage of nothing", "usage beyond reason"):
        with Server(failing(lambda request, number, name=name: behaviour(name))) as server:  # type: ignore[misc]
            scan = shop.scanned(root, shop.settings(server.url, tmp_path / name))
        assert scan.llm is not None and scan.llm.doubts
        assert 1 <= scan.llm.input_tokens / undisturbed.llm.input_tokens < 20
    with Server(failing(lambda request, number: behaviour("usage left out"))) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path / "none"))
    assert scan.llm is not None and scan.llm.input_tokens >= undisturbed.llm.input_tokens


def test_what_breaks_off_may_have_been_charged_and_counts(root: Path, tmp_path: Path) -> None:
    for name, counts in {
        "body cut off": True,
        "empty body": True,
        "no content": True,
        "500": False,
        "429 without a time to wait": False,
    }.items():
        with Server(failing(lambda request, number, name=name: behaviour(name))) as server:  # type: ignore[misc]
            scan = shop.scanned(root, shop.settings(server.url, tmp_path / name, budget=("6 calls",)))
        assert scan.llm is not None and scan.llm.calls == (len(server.requests) if counts else 0)
        assert len(server.requests) == 6 or not counts


def kind_of(request: Request) -> str:
    return str(request["response_format"]["json_schema"]["name"])


def test_a_model_with_a_short_memory_is_asked_in_smaller_parts(tmp_path: Path) -> None:
    """All kinds of questions: a survey with fewer documents, scenes in parts, a summary of fewer findings."""
    root = shop.shop(tmp_path / "shop")
    (root / "docs" / "more.md").write_text("# More\n\n" + "The clerk of the day pays what is asked, and is told so.\n" * 300)
    with Server(RIGHT) as server:
        whole = shop.scanned(root, shop.settings(server.url, tmp_path / "whole"))
    sizes: dict[str, int] = {}
    for one in server.requests:
        sizes[kind_of(one)] = max(sizes.get(kind_of(one), 0), len(words_of(one)))

    def short(request: Request, number: int) -> Answer:
        if len(words_of(request)) > 0.9 * sizes[kind_of(request)] and kind_of(request) != "Verdicts":
            return behaviour("context overflow as llama.cpp says it").answer
        return RIGHT(request, number)

    with Server(short) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path / "short"))
    assert not scan.errors and [f.threat for f in scan.findings if f.source == "llm"] == [SLUG]
    assert scan.findings == whole.findings and scan.coverage == whole.coverage
    for kind in ("SystemSurvey", "ElementThreats", "ExecutiveSummary"):
        asked = [record for record in server.records if kind_of(record.request) == kind]
        assert any(record.status == 400 for record in asked) and any(record.status == 200 for record in asked)


def test_a_reply_that_is_too_long_is_asked_for_in_parts_and_paid_for_once(root: Path, offline: Scan, tmp_path: Path) -> None:
    def wordy(request: Request, number: int) -> Answer:
        right = RIGHT(request, number)
        assert isinstance(right, Reply) and right.text is not None
        if "Elements asked about" in words_of(request) and len(elements_of(words_of(request))) > 1:
            return replace(right, text=right.text[:10], finish="length")
        return right

    with Server(wordy) as server:
        scans = [shop.scanned(root, shop.settings(server.url, tmp_path)) for _ in range(2)]
    assert not server.asked_again and not scans[0].errors and shop.reported(scans[0]) == shop.reported(scans[1])
    assert scans[1].llm is not None and scans[1].llm.calls == 0
    assert [f.threat for f in scans[0].findings if f.source == "llm"] == [SLUG]


def test_a_limit_of_a_minute_is_waited_for_by_all(root: Path, undisturbed: Scan, tmp_path: Path) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    with Server(failing_first(6, error(429, "slow down", "rate_limit_exceeded"), RIGHT)) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, pause=pause))
    assert shop.reported(scan) == shop.reported(undisturbed) and not scan.errors
    assert sum(sorted(waits)[-6:]) > 30


def test_a_redirect_is_not_followed(root: Path, tmp_path: Path) -> None:
    with Server(RIGHT) as other:
        away = Raw(307, b"", {"Location": f"{other.url}/chat/completions", "Content-Type": "text/plain"})
        with Server(lambda request, number: away) as server:
            scan = shop.scanned(root, shop.settings(server.url, tmp_path))
        assert server.requests and not other.requests and scan.errors


def test_an_endpoint_that_answers_nothing_is_soon_left_alone(tmp_path: Path, offline: Scan) -> None:
    """However many questions there are: after some in a row without an answer the rest is not asked."""
    root = shop.shop(tmp_path / "shop")
    for number in range(14):
        (root / "docs" / f"part{number}.md").write_text(
            f"# Part {number}\n\n" + f"The clerk of part {number} pays what is asked, and is told so.\n" * 320
        )
    with Server(lambda request, number: error(503, "down")) as server, in_time():
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, at_once=2))
    questions = len([failed for failed in scan.errors if failed.path == "(llm)"])
    assert questions > 12 and len(server.requests) <= 4 * (8 + 2)
    assert any("not asked, since the endpoint answers nothing" in failed.error for failed in scan.errors)


WEATHER = tuple(one for one in BEHAVIOURS if not one.stream and not is_slow(one))


@pytest.mark.parametrize("seed", range(8))
def test_every_third_request_fails_in_another_way(seed: int, root: Path, offline: Scan, tmp_path: Path) -> None:
    chance = random.Random(seed)
    chosen = [chance.choice(WEATHER) for _ in range(200)]
    with Server(failing(lambda request, number: chosen[number] if number % 3 == seed % 3 else None)) as server, in_time():
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, with_tools=bool(seed % 2)))
    assert_nothing_lost(scan, offline)
    assert exit_code(scan, "never") == (INCOMPLETE if scan.errors else 0)


@given(
    weather=st.lists(st.one_of(st.none(), st.sampled_from([one.name for one in WEATHER])), min_size=1, max_size=40),
    tools=st.booleans(),
    at_once=st.sampled_from([1, 16]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_no_weather_costs_what_rules_found(
    weather: Sequence[str | None], tools: bool, at_once: int, root: Path, offline: Scan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("weather")
    chosen = [None if name is None else behaviour(name) for name in weather]
    with Server(failing(lambda request, number: chosen[number % len(chosen)])) as server, in_time():
        scan = shop.scanned(root, shop.settings(server.url, place, with_tools=tools, at_once=at_once))
    assert_nothing_lost(scan, offline)
    found = {finding.id for finding in scan.findings} - {finding.id for finding in offline.findings}
    assert len(found) <= 1 and all(finding.threat == SLUG for finding in scan.findings if finding.id in found)


JUNK: tuple[Any, ...] = (
    {}, [], "", None, {"threats": None}, {"threats": [{}]}, {"threats": [threat("tool:refund", "../../etc/passwd", "root:x:0:0")], "opinions": []},
    {"threats": [threat("tool:refund", "app.py", shop.QUOTE, title="\x1b[2J\u202e") | {"path": ["\x00"] * 50}] * 60, "opinions": []},
    '{"threats": [], "opinions": [], "threats": 1e999}', "[" * 5_000, '{"a":' * 2_000, '{"threats": [], "opinions": []}' * 3, "\ud800 {",
    {"threats": [threat("tool:refund", "app.py", shop.QUOTE, threat="custom/" + "a-" * 500)], "opinions": []},
)  # fmt: skip


def test_replies_of_any_kind_cost_nothing_that_rules_found(root: Path, offline: Scan, tmp_path: Path) -> None:
    for number, junk in enumerate(JUNK):
        text = junk if isinstance(junk, str) else json.dumps(junk)
        with Server(lambda request, _, text=text: Reply(text=text)) as server, in_time():  # type: ignore[misc]
            scan = shop.scanned(root, shop.settings(server.url, tmp_path / str(number)))
        assert_nothing_lost(scan, offline)
        assert exit_code(scan, "never") == INCOMPLETE and "\x1b" not in scan.model_dump_json()
