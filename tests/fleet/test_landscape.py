"""The landscape of small fleets, by a fixed clock: what got better and worse and why, the risks that matter, what is shared."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings.model import Failed
from pipeline.fleet.fleet_file import Fleet
from pipeline.fleet.landscape import Landscape, landscape_schema, since
from pipeline.fleet.landscape.build import put_together
from pipeline.fleet.landscape.facts import SystemFacts, read_facts
from pipeline.fleet.landscape.names import image_name, images_in, model_name, package_name, provider_name
from pipeline.fleet.order import Outcome
from pipeline.fleet.rendering import html, markdown
from pipeline.fleet.rendering import json as json_form
from pipeline.record import Record, open_record
from tests import factories
from tests.fleet import nights
from tests.fleet.nights import FIRST, fleet_of, found, keep, member, morning, scan_of
from tests.servers import postgres_server

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(str(tmp_path / "record.sqlite"), clock=lambda: FIRST + timedelta(days=2, hours=4)) as opened:
        yield opened


@pytest.fixture(scope="module")
def third_night(tmp_path_factory: pytest.TempPathFactory) -> Landscape:
    """Nine systems, three nights."""
    with open_record(str(tmp_path_factory.mktemp("record") / "record.sqlite"), clock=lambda: FIRST + timedelta(days=2, hours=4)) as opened:
        fleet, outcomes = nights.small_fleet(opened)
        return morning(opened, fleet, 2, outcomes)


# Whole


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_three_nights_of_a_small_fleet(third_night: Landscape, form: str, request: pytest.FixtureRequest) -> None:
    text = {"html": html.render, "md": markdown.render, "json": json_form.render}[form](third_night)
    file = GOLDEN / f"landscape.{form}"
    if request.config.getoption("--refresh-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_the_schema_describes_it(third_night: Landscape) -> None:
    schema = json.loads(landscape_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json_form.render(third_night)), schema)
    assert (Path(nights.__file__).parents[2] / "pipeline/fleet/landscape/landscape.schema.json").read_text("utf-8") == landscape_schema()


def test_each_kind_of_change_has_its_cause(third_night: Landscape) -> None:
    told = {view.name: (view.direction, tuple(cause.kind for cause in view.causes)) for view in third_night.systems}
    assert told == {
        "shop": ("worse", ("code",)),
        "support-desk": ("better", ("code",)),
        "chat-bot": ("reassessed", ("knowledge",)),
        "research-lab": ("same", ("decision",)),
        "doc-search": ("worse", ("ended",)),
        "core-api": ("same", ()),
        "payments": ("first", ()),
        "old-portal": ("unknown", ()),
        "crashing": ("unknown", ()),
    }
    assert third_night.summary.directions["better"] == 1
    shop = next(view for view in third_night.systems if view.name == "shop")
    assert [(moved.threat, moved.place) for moved in shop.causes[0].came] == [("model-output-in-query", "app/main.py:10")]
    assert shop.causes[0].files == ("app/main.py",)


def test_what_was_before_and_what_moved_is_what_is_now(third_night: Landscape) -> None:
    for view in third_night.systems:
        if view.before is not None:
            came = [one.severity for cause in view.causes for one in cause.came]
            went = [one.severity for cause in view.causes for one in cause.went]
            assert all(view.before[one] + came.count(one) - went.count(one) == view.open[one] for one in view.open)


# Better, worse, unknown


def test_what_was_not_scanned_is_never_better(record: Record) -> None:
    one = member("a")
    keep(record, one, scan_of([found("unbounded-consumption")]), 0)
    failed = (Outcome(name="a", key=one.key, kind="failed", reason="the disk is full"),)
    view = morning(record, fleet_of(one), 1, failed).systems[0]
    assert (view.direction, view.because, view.open["high"]) == ("unknown", "the disk is full", 1)


def test_what_was_not_looked_for_is_held_to_be_there(record: Record) -> None:
    one, finding = member("a"), found("unbounded-consumption")
    keep(record, one, scan_of([finding]), 0)
    unread = (Failed(path="app/main.py", error="too large"),)
    keep(record, one, scan_of([], revision="b" * 40, files=("Dockerfile",)).model_copy(update={"errors": unread}), 1)
    view = morning(record, fleet_of(one), 1).systems[0]
    assert (view.direction, view.unseen, view.open["high"]) == ("unknown", 1, 1)
    assert "not looked for" in view.because


def test_what_came_and_went_in_between_is_no_news(record: Record) -> None:
    one, steady, brief = member("a"), found("unbounded-consumption"), found("model-output-in-query")
    for night, findings in enumerate(([steady], [steady, brief], [steady])):
        keep(record, one, scan_of(findings, revision=str(night) * 40), night)
    view = morning(record, fleet_of(one), 2, compared="2d").systems[0]
    assert (view.direction, view.causes) == ("same", ())
    assert morning(record, fleet_of(one), 2).systems[0].direction == "better"


def test_another_severity_is_a_change(record: Record) -> None:
    one = member("a")
    keep(record, one, scan_of([found("unbounded-consumption", severity="medium")], revision="1" * 40), 0)
    keep(record, one, scan_of([found("unbounded-consumption", severity="critical")], revision="2" * 40), 1)
    view = morning(record, fleet_of(one), 1).systems[0]
    assert view.direction == "worse" and view.before is not None
    assert [moved.severity for moved in view.causes[0].heavier] == ["critical"]
    assert (view.before["medium"], view.before["critical"], view.open["critical"]) == (1, 0, 1)


def test_new_knowledge_and_new_code_are_told_apart_by_what_stood_there(record: Record) -> None:
    one, old, seen = member("a"), found("unbounded-consumption"), found("no-prompt-log", line=3)
    stood = seen.model_copy(update={"evidence": (factories.evidence("app/main.py:3", "client = OpenAI()"),)})
    fresh = found("caller-chooses-path", line=90)
    keep(record, one, scan_of([old], revision="1" * 40), 0)
    keep(record, one, scan_of([old, stood, fresh], revision="2" * 40, knowledge="k2"), 1)
    view = morning(record, fleet_of(one), 1).systems[0]
    by = {cause.kind: [moved.threat for moved in cause.came] for cause in view.causes}
    assert by == {"code": ["caller-chooses-path"], "knowledge": ["no-prompt-log"]}
    assert view.direction == "worse"


def test_a_folder_without_git_changes_by_what_it_says(record: Record) -> None:
    one, finding = member("a"), found("unbounded-consumption")
    keep(record, one, scan_of([], revision=None), 0)
    keep(record, one, scan_of([finding], revision=None, knowledge="k2"), 1)
    assert [cause.kind for cause in morning(record, fleet_of(one), 1).systems[0].causes] != ["knowledge"]
    two = member("b")
    keep(record, two, scan_of([], revision=None), 0)
    keep(record, two, scan_of([finding], revision=None), 1)
    assert [cause.kind for cause in morning(record, fleet_of(two), 1).systems[0].causes] == ["code"]


def test_a_scan_by_hand_is_no_night(record: Record) -> None:
    one = member("a")
    keep(record, one, scan_of([], revision="1" * 40), 0)
    record.keep(one.key, scan_of([found("unbounded-consumption")], revision="2" * 40), at=FIRST + timedelta(hours=9))
    keep(record, one, scan_of([found("unbounded-consumption")], revision="2" * 40), 1)
    assert morning(record, fleet_of(one), 1).systems[0].direction == "worse"  # since the night, not since the afternoon


# Risks


def test_one_root_cause_is_one_line_with_its_places(record: Record) -> None:
    members = [member(f"s{n}", criticality="critical" if n == 3 else "low") for n in range(6)]
    for one in members:
        keep(record, one, scan_of([found("unauthenticated-inference-endpoint"), found("sensitive-text-in-logs")]), 0)
    landscape = morning(record, fleet_of(*members), 0)
    assert [(risk.threat, risk.systems, len(risk.places)) for risk in landscape.risks] == [
        ("unauthenticated-inference-endpoint", 6, 6), ("sensitive-text-in-logs", 6, 6)]  # fmt: skip
    assert landscape.risks[0].places[0].system == "s3"
    assert "s3 is critical to you" in landscape.risks[0].why
    assert "reached from outside" in landscape.risks[0].why


def test_one_system_does_not_crowd_out_the_others(record: Record) -> None:
    crowd, other = member("crowd"), member("other")
    slugs = [slug for slug in nights.FOUND if slug != "no-prompt-log"]
    keep(record, crowd, scan_of([found(slug, severity="high") for slug in slugs]), 0)
    keep(record, other, scan_of([found("no-prompt-log", severity="medium")]), 0)
    landscape = morning(record, fleet_of(crowd, other), 0)
    assert len(landscape.risks) == 10 and landscape.risks_in_all == 13
    assert "other" in {risk.places[0].system for risk in landscape.risks}


def test_causes_on_one_attack_path_are_told_once(record: Record) -> None:
    one, other = member("one"), member("other")
    query, steer = found("model-output-in-query"), found("indirect-prompt-injection")
    scan = scan_of([query, steer])
    (path,) = scan.attack_paths
    route = path.routes[0].model_copy(update={"findings": (steer.id, query.id)})
    whole = scan.model_copy(update={"attack_paths": (path.model_copy(update={"routes": (route,)}),)})
    keep(record, one, whole, 0)
    (risk,) = morning(record, fleet_of(one), 0).risks
    assert (risk.threat, risk.along) == ("model-output-in-query", (steer.title,))
    keep(record, other, scan_of([steer]), 0)  # elsewhere it stands by itself
    assert [risk.threat for risk in morning(record, fleet_of(one, other), 0).risks] == [
        "model-output-in-query",
        "indirect-prompt-injection",
    ]


def test_what_counts_raises_a_risk(record: Record) -> None:
    old, new = member("old"), member("new")
    keep(record, old, scan_of([found("unbounded-consumption")]), -40)
    keep(record, old, scan_of([found("unbounded-consumption")]), 0)
    keep(record, new, scan_of([found("secret-in-code-or-config")]), 0)
    landscape = morning(record, fleet_of(old, new), 0)
    assert [risk.threat for risk in landscape.risks] == ["unbounded-consumption", "secret-in-code-or-config"]
    assert landscape.risks[0].places[0].overdue and "1 overdue, the oldest open for 40 days" in landscape.risks[0].why
    (row,) = landscape.ages
    assert (row.open, row.median_days, row.oldest_days, row.oldest_system, row.overdue) == (2, 0, 40, "old", 1)


def test_accepted_and_fixed_findings_are_no_risk(record: Record) -> None:
    one, finding = member("a"), found("unbounded-consumption")
    keep(record, one, scan_of([finding]), 0)
    record.decide(one.key, finding.id, "dismissed", reason="it is a test bench", by="dana", at=FIRST + timedelta(hours=1))
    landscape = morning(record, fleet_of(one), 0)
    assert (landscape.risks, landscape.systems[0].accepted) == ((), 1)


# Shared


def test_one_model_in_many_systems_is_one_item(record: Record) -> None:
    names = ("gpt-4o", "openai/gpt-4o", "GPT-4o-2024-08-06")
    members = [member(f"s{n}") for n in range(3)]
    for one, name in zip(members, names, strict=True):
        keep(record, one, scan_of([found("unbounded-consumption"), found("unpinned-dependency")], model=name), 0)
    landscape = morning(record, fleet_of(*members), 0)
    model, package = landscape.shared
    assert (model.kind, model.name, model.systems, model.versions) == ("model", "gpt-4o", ("s0", "s1", "s2"), ("2024-08-06",))
    assert (package.kind, package.name) == ("package", "langchain (pypi)")
    assert not [one for one in landscape.shared if one.kind == "provider"]  # the same findings, told once
    assert {one.name: len(one.systems) for one in landscape.inventory if one.kind in ("model", "provider", "mcp_server", "image")} == {
        "gpt-4o": 3, "openai": 3, "@modelcontextprotocol/server-filesystem": 3, "python": 3}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "name", "version"),
    [
        ("gpt-4o", "gpt-4o", ""), ("openai/GPT-4o", "gpt-4o", ""), ("openai gpt-4o", "gpt-4o", ""), ("azure/gpt-4o-2024-08-06", "gpt-4o", "2024-08-06"),
        ("openrouter/openai/gpt-4o", "gpt-4o", ""), ("claude-sonnet-4-20250514", "claude-sonnet-4", "20250514"), ("models/gemini-2.0-flash", "gemini-2.0-flash", ""),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet", "20241022"), ("claude-3-5-sonnet-latest", "claude-3-5-sonnet", "latest"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/llama-3.1-8b", ""), ("llama3.1:8b", "llama3.1:8b", ""), ("gpt-4o-mini", "gpt-4o-mini", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_names_of_models(said: str, name: str, version: str) -> None:
    assert model_name(said) == (name, version)


def test_names_of_other_things() -> None:
    assert provider_name("azure_openai") == provider_name("Azure") == ("azure openai", "")
    assert package_name("Lang_Chain", "pypi", "1") == ("lang-chain (pypi)", "1")
    assert image_name("docker.io/library/python:3.11-slim") == image_name("python:3.11-slim") == ("python", "3.11-slim")
    assert image_name("localhost:5000/team/app") == ("localhost:5000/team/app", "")
    text = "FROM --platform=linux/amd64 python:3.12 AS base\nFROM base\nFROM ${X}\n  image: redis:7\n"
    assert images_in(text) == (("python", "3.12"), ("redis", "7"))


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_name_is_some_name(text: str) -> None:
    for name in (model_name(text), provider_name(text), image_name(text), package_name(text, "pypi", "")):
        assert isinstance(name.name, str)
    images_in(text)


# Order and hostile text


@settings(max_examples=6)
@given(st.randoms(use_true_random=False))
def test_the_order_of_systems_changes_no_byte(facts_of_small_fleet: tuple[Fleet, list[SystemFacts]], chance: random.Random) -> None:
    fleet, facts = facts_of_small_fleet
    mixed = list(facts)
    chance.shuffle(mixed)
    at = FIRST + timedelta(days=2)
    first, second = (
        put_together(fleet, listed, run="r", night=at, now=at, before=since("last", at), version="1") for listed in (facts, mixed)
    )
    assert html.render(first) == html.render(second) and json_form.render(first) == json_form.render(second)


@pytest.fixture(scope="module")
def facts_of_small_fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fleet, list[SystemFacts]]:
    at = FIRST + timedelta(days=2)
    with open_record(str(tmp_path_factory.mktemp("record") / "record.sqlite"), clock=lambda: at) as opened:
        fleet, _ = nights.small_fleet(opened)
        return fleet, [read_facts(opened, one, f"acme@{at.date()}", since("last", at), None, at) for one in fleet.members]


HOSTILE = '"><script>alert(1)</script>\u202e\x1b[31m`|[x](javascript:y) @all\n# no'


def test_hostile_text_is_shown_and_nothing_else(record: Record) -> None:
    finding = found("unbounded-consumption")
    evil = finding.model_copy(update={
        "title": HOSTILE, "threat": "custom/evil", "element": HOSTILE, "evidence": (factories.evidence("a.py:1", HOSTILE).model_copy(update={"path": HOSTILE}),),
        "mitigations": (factories.finding().mitigations[0].model_copy(update={"text": HOSTILE}),)})  # fmt: skip
    members = [member(name, owner=HOSTILE, tags=(HOSTILE,)) for name in ("a", "b")]
    for one in members:
        keep(record, one, scan_of([], revision="1" * 40), 0)
        keep(record, one, scan_of([evil], revision="2" * 40, model=HOSTILE), 1)
    failed = (Outcome(name="a", key=members[0].key, kind="failed", reason=HOSTILE),)
    landscape = morning(record, fleet_of(*members, name=HOSTILE), 1, failed)
    page, message, data = html.render(landscape), markdown.render(landscape), json_form.render(landscape)
    assert "<script" not in page and not re.search("[\u202e\x1b]", page + message + data)
    assert not re.search(r"(?m)^# no", message) and "[x](java" not in message and "<script" not in message
    assert " style=" not in page and "http" not in re.sub(r"custom/|http-equiv|threatloom", "", page).replace("http_route", "")


def test_a_page_of_one_and_of_none(record: Record) -> None:
    one = member("only")
    page = html.render(morning(record, fleet_of(one), 0))
    assert "cannot be told" in page
    keep(record, one, scan_of([]), 0)
    assert "The first night of 1 system" in html.render(morning(record, fleet_of(one), 0))


def test_when_is_told_in_few_ways() -> None:
    at = FIRST
    assert since("last", at).moment is None
    assert since("7d", at).moment == at - timedelta(days=7)
    assert str(since("2026-11-01", at).moment) == "2026-11-01 00:00:00+00:00"
    for wrong in ("", "yesterday", "7", "d", "-1d", "2026-13-01", "99999d"):
        with pytest.raises(ValueError):
            since(wrong, at)


@pytest.mark.slow
def test_a_record_on_a_server_says_the_same(third_night: Landscape) -> None:
    with postgres_server() as server, open_record(server.database(), clock=lambda: FIRST + timedelta(days=2, hours=4)) as opened:
        fleet, outcomes = nights.small_fleet(opened)
        assert json_form.render(morning(opened, fleet, 2, outcomes)) == json_form.render(third_night)


@pytest.mark.slow
def test_three_hundred_systems_are_one_page(tmp_path: Path) -> None:
    with open_record(str(tmp_path / "record.sqlite"), clock=lambda: FIRST + timedelta(days=2)) as opened:
        landscape = morning(opened, nights.large_fleet(opened, 300, 2), 1)
    page = html.render(landscape)
    assert len(page.encode()) < 2_000_000 and len(landscape.systems) == 300
    assert len(markdown.render(landscape)) < 10_000
