"""`threatloom explain NAME`: every kind of entry of the catalog, written as people write it, on a narrow terminal too."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Literal

import pytest
from rich.console import Console

from pipeline.handbook import Handbook
from pipeline.interfaces.cli.catalog import handbook
from pipeline.interfaces.cli.explain_name import entries_named, names_of, print_entry
from pipeline.threats.catalog import Catalog, load_catalog

Run = Callable[..., tuple[int, str, str]]
HOSTILE = "tidy\x1b[2Jup \u202eevil \x07 [bold red]x[/] <b>"


@pytest.fixture(scope="module")
def book() -> Handbook:
    return handbook(load_catalog())


def printed(book: Handbook, name: str, *, width: int = 80, whole: bool = False, colour: bool = False) -> str:
    """The pages of a name, as a terminal of that width gets them."""
    out = io.StringIO()
    system: Literal["standard"] | None = "standard" if colour else None
    console = Console(file=out, width=width, markup=False, highlight=False, emoji=False, force_terminal=colour, color_system=system)
    for entry in entries_named(book, name):
        print_entry(console, book, load_catalog(), entry, whole=whole)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("direct-prompt-injection", ("Text a user types can steer", "How we look", "test:", "Severity: medium to start with, between low and critical", "LLM01:2025")),
        ("Human Approval", ("human_approval  control", "It counts when", "It does not count when", "tool-without-approval", "langgraph")),
        ("kill_switch", ("It counts when", "agent-runaway-loop")),
        ("PGVector", ("pgvector  framework", "pgvector.psycopg.register_vector", "cross-tenant-retrieval")),
        ("llm01", ("LLM01:2025  OWASP Top 10", "LLM01:2026  OWASP Top 10", "continues LLM01:2025")),
        ("LLM01:2026", ("published 2026", "direct-prompt-injection")),
        ("AML.T0051", ("LLM Prompt Injection", "indirect-prompt-injection")),
        ("ASI02", ("ASI02:2026", "Covered by")),
        ("vector-store", ("kind of element", "exposed-vector-store")),
        ("Tampering", ("class of STRIDE", "model-file-misnamed")),
        ("guardrail", ("guardrail  control", "guardrail  kind of element")),
    ],
)  # fmt: skip
def test_every_kind_of_entry_is_found_as_people_write_it(book: Handbook, name: str, parts: tuple[str, ...]) -> None:
    text = printed(book, name)
    assert [part for part in parts if part not in text] == []


def test_an_item_out_of_reach_tells_the_reason(book: Handbook) -> None:
    item = next(item for file in book.taxonomies for item in file.items if item.reason)
    told = " ".join(printed(book, item.id).split())
    assert "Not covered" in told and item.reason in told


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(book: Handbook, width: int) -> None:
    for name in ("direct-prompt-injection", "human_approval", "openai", "LLM03", "tampering", "hosted_llm"):
        text = printed(book, name, width=width)
        assert text and max(map(len, text.split("\n"))) <= width, name
        assert name != "tampering" or "client-controlled-conversation" in text, "a slug is not cut"


def test_every_name_that_is_offered_can_be_explained(book: Handbook) -> None:
    for name in names_of(book):
        assert entries_named(book, name), name


def test_a_threat_shows_one_example_of_each_kind_and_all_when_asked(book: Handbook) -> None:
    short, long = printed(book, "direct-prompt-injection"), printed(book, "direct-prompt-injection", whole=True)
    assert short.count("\nReported") == short.count("\nSilent") == 1
    threat = book.threat("direct-prompt-injection")
    assert threat is not None
    assert (long.count("\nReported"), long.count("\nSilent")) == (threat.cases.reported, threat.cases.silent)
    assert "<-- reported here" in short and "<-- silent here" in short
    assert f"more examples ({threat.cases.reported - 1} reported, {threat.cases.silent - 1} silent)" in " ".join(short.split())
    assert "# threat:" not in long and "# ok:" not in long


def test_a_long_example_is_cut_around_its_mark(book: Handbook, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "\n".join(f"line_{number} = 1" for number in range(1, 200))
    page = f"## Reported\n\n### Long\n```python path=a.py\n{body.replace('line_150 = 1', 'line_150 = 1  # threat: direct-prompt-injection')}\n```\n"
    monkeypatch.setattr(Catalog, "page", lambda self, slug: page)
    text = printed(book, "direct-prompt-injection")
    assert " 150  line_150 = 1  <-- reported here" in text and "line_100 " not in text and "line_199 " not in text
    assert "line_199 " in printed(book, "direct-prompt-injection", whole=True)


def test_text_of_a_catalog_cannot_act_on_the_terminal(book: Handbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's own threats come from files that somebody else may have written."""
    threat = book.threats[0].model_copy(
        update={"title": HOSTILE, "summary": HOSTILE, "how_we_look": HOSTILE, "references": (HOSTILE,), "names": {"CWE-94": HOSTILE}}
    )
    hostile = book.model_copy(update={"threats": (threat, *book.threats[1:])})
    page = f"# {HOSTILE}\n\n{HOSTILE}\n\n## Reported\n\n### {HOSTILE}\n{HOSTILE}\n```python path=a\x1b[1m.py\n{HOSTILE}\n```\n"
    monkeypatch.setattr(Catalog, "page", lambda self, slug: page)
    for colour in (False, True):
        text = printed(hostile, threat.slug, colour=colour)
        ours = re.sub(r"\x1b\[[0-9;]*m", "", text)  # colours are ours; nothing else may begin with an escape
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ours)
        assert "\\x1b[2Jup" in ours and "[bold red]x[/]" in ours


def test_colours_are_for_terminals(run: Run, book: Handbook) -> None:
    code, out, _ = run("explain", "human_approval")
    assert code == 0 and "\x1b" not in out and not any(line != line.rstrip() for line in out.split("\n"))
    assert "\x1b[" in printed(book, "human_approval", colour=True)


@pytest.mark.parametrize(
    ("name", "near"), [("langchian", "langchain"), ("human-aproval", "human_approval"), ("AML.T51", "AML.T00"), ("Tamperin", "tampering")]
)
def test_a_misspelt_name_is_told_what_looks_like_it(run: Run, name: str, near: str) -> None:
    code, out, err = run("explain", name)
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert f"nothing is called '{name}' (did you mean " in err and near in err


def test_a_name_like_nothing_is_told_where_the_names_are(run: Run) -> None:
    code, _, err = run("explain", "\x1b[31mzzzzqqqq")
    assert code == 2 and err.count("\n") == 1 and "\x1b" not in err
    assert "list what there is" in err or "did you mean" in err


def test_the_lists_of_controls_and_frameworks(run: Run) -> None:
    code, out, _ = run("controls")
    assert code == 0 and re.search(r"human_approval +removes \d+, lowers \d+ +\d+ frameworks", out) and "recognised nowhere yet" in out
    code, out, _ = run("frameworks")
    assert code == 0 and re.search(r"pgvector +pgvector 0\.5\.1", out) and max(map(len, out.split("\n"))) <= 80


def test_the_lists_are_json_for_programs(run: Run) -> None:
    import json

    kinds = {one["kind"]: one for one in json.loads(run("controls", "--format", "json")[1])}
    assert "tool-without-approval" in kinds["human_approval"]["removes"]
    names = {one["name"]: one for one in json.loads(run("frameworks", "--format", "json")[1])}
    assert {"kind": "vector_store"}.items() <= names["pgvector"]["elements"][0].items()
    threats = json.loads(run("threats", "--format", "json", "--stride", "spoofing")[1])
    assert {one["slug"] for one in threats} == {one.slug for one in load_catalog().threats if "spoofing" in one.stride}
    assert all({"when", "cases", "severity", "names", "frameworks"} <= one.keys() for one in threats)
