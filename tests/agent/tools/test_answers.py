"""Each tool on a real system, scanned as a user would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest

from pipeline.agent.tools import TOOLS
from pipeline.agent.tools.answer import MOST_CHARACTERS
from tests.agent.tools.benches import OPEN, SYSTEMS, bench_of, caller, found_in, scanned

ASSISTANT = "agent:build.support_agent (langchain)"
SENSIBLE: Mapping[str, Mapping[str, str | int | None]] = MappingProxyType(
    {
        "search_passages": {"query": "who may refund", "path_glob": None},
        "read_lines": {"path": "src/support_assistant/agent/tools.py", "start": 1, "end": None, "page": None},
        "list_folder": {"path": "src", "start": None},
        "list_elements": {"kind": None, "start": None},
        "show_element": {"id": ASSISTANT, "start": None},
        "show_flows": {"id": ASSISTANT, "start": None},
        "list_findings": {"element": None, "start": None},
        "show_finding": {"id": "2b84208ff810c260", "start": None},
        "show_threat": {"slug": "unsafe-model-load"},
        "show_taxonomy": {"id": "CWE-502"},
    }
)

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def ask() -> Ask:
    return caller(bench_of())


def test_every_tool_has_a_sensible_use_here() -> None:
    assert list(SENSIBLE) == [tool.name for tool in TOOLS]


@pytest.mark.parametrize("name", SENSIBLE)
def test_a_tool_answers_briefly_and_each_time_the_same(ask: Ask, name: str) -> None:
    answer = ask(name, **SENSIBLE[name])
    assert answer == caller(bench_of())(name, **SENSIBLE[name])
    assert 30 < len(answer) < MOST_CHARACTERS + 700
    assert "failed" not in answer and "Not a use" not in answer


def test_lines_are_those_of_the_file_with_their_numbers_apart(ask: Ask) -> None:
    path = "src/support_assistant/agent/tools.py"
    lines = (SYSTEMS / "support-assistant" / path).read_text("utf-8").split("\n")
    answer = ask("read_lines", path=path, start=18, end=31)
    assert answer.startswith(f"Lines 18-31 of {len(lines) - 1}.\n")
    assert found_in(answer).split("\n") == ["@@ 18", *lines[17:19], "@@ 20", *lines[19:29], "@@ 30", *lines[29:31]]


def test_paragraphs_of_a_document_are_read_as_lines(ask: Ask) -> None:
    assert "Nora started as an assistant" in ask("read_lines", path="docs/adr-0007-agent-actions.docx", start=4, end=4)


def test_elements_are_rows_with_their_exact_ids(ask: Ask) -> None:
    answer = ask("list_elements", kind="tool")
    rows = found_in(answer).split("\n")
    tools = [one for one in scanned().system.elements if one.kind == "tool"]
    assert answer.startswith("6 elements.\n")
    assert [row.split(" application ")[0] for row in rows] == [one.id for one in tools]
    refund = "tool:issue_refund application src/support_assistant/agent/tools.py:34-35"
    assert f"{refund} {{anybodys_record=order effects=network,payment,write side_effect=true}}" in rows


def test_asking_on_gives_all_rows_once(ask: Ask) -> None:
    seen: list[str] = []
    start = 1
    while True:
        answer = ask("list_elements", start=start)
        seen += found_in(answer).split("\n")
        if "ask again with start=" not in answer:
            break
        start = int(answer.partition("start=")[2].partition(".")[0])
    assert [row.startswith(one.id) for row, one in zip(seen, scanned().system.elements, strict=True)] == [True] * len(seen)


def test_an_element_is_shown_with_what_is_tied_to_it(ask: Ask) -> None:
    rows = found_in(ask("show_element", id=ASSISTANT)).split("\n")
    assert rows[0] == f"{ASSISTANT} application {{framework=langchain}}" or rows[0] == f"{ASSISTANT} application"
    assert "at src/support_assistant/agent/build.py:20 return create_agent(model=model, tools=TOOLS)" in rows
    assert "has_tool tool:issue_refund" in rows
    assert "http_route:POST /chat calls it" in rows
    assert any(row.startswith("control prompt_log src/support_assistant/api/chat.py:44") for row in rows)
    assert any(row.startswith("finding ") and "indirect-prompt-injection" in row for row in rows)
    assert rows[-1] == "flows: 11 in, 13 out (show_flows)"


def test_a_claim_says_whether_it_is_kept(ask: Ask) -> None:
    assert "claim (promise, not kept) docs/" in ask("show_element", id="tool:issue_refund")


def test_flows_are_rows_with_their_exact_ids(ask: Ask) -> None:
    rows = found_in(ask("show_flows", id="http_route:POST /chat")).split("\n")
    expected = [one.id for one in scanned().system.flows if "http_route:POST /chat" in (one.source, one.target)]
    assert sorted(expected) == sorted(next(one for one in expected if row.startswith(f"{one} ")) for row in rows)
    assert (
        f"http_route:POST /chat->{ASSISTANT}:prompt user_input as prompt; "
        "src/support_assistant/api/chat.py:39 to src/support_assistant/services/conversation.py:40"
    ) in rows


def test_a_flow_is_shown_hop_by_hop(ask: Ask) -> None:
    flow = next(one for one in scanned().system.flows if one.id.endswith("Turn (SQL database):store_write") and len(one.steps) > 3)
    rows = found_in(ask("show_flows", id=flow.id)).split("\n")
    assert len(rows) == 1 + len(flow.steps)
    assert rows[1].startswith(f"source {flow.steps[0].path}:{flow.steps[0].start_line}")


def test_a_finding_is_shown_with_what_it_cites(ask: Ask) -> None:
    finding = scanned().findings[0]
    rows = found_in(ask("show_finding", id=finding.id)).split("\n")
    assert rows[0] == f"{finding.id} {finding.severity} {finding.threat} {finding.element}"
    assert rows[1:3] == [finding.title, finding.description]
    assert len(rows) == 3 + len(finding.evidence)
    assert " ".join(finding.evidence[0].quote.split())[:100] in rows[3]


def test_findings_of_an_element_alone(ask: Ask) -> None:
    rows = found_in(ask("list_findings", element="tool:list_orders")).split("\n")
    assert len(rows) == 2 and all(row.endswith(" tool:list_orders") for row in rows)
    assert "no rule matched" in ask("list_findings", element="end_user:Customer")


def test_folders_are_counted(ask: Ask) -> None:
    assert found_in(ask("list_folder")).split("\n")[:2] == [".github/ 3", "docs/ 2"]
    assert "config.py" in found_in(ask("list_folder", path="src/support_assistant/")).split("\n")


def test_what_is_shown_can_be_quoted(ask: Ask) -> None:
    """Every row of text is in the file, white space aside: that is how a quote of it is looked for."""
    bench = bench_of()
    for path in bench.pages.paths:
        for page in bench.pages.numbers(path):
            whole = " ".join(" ".join(bench.pages.lines(path, page)).split())
            answer = ask("read_lines", path=path, page=page)
            rows = found_in(answer).split("\n") if OPEN in answer else []
            assert all(" ".join(row.split()) in whole for row in rows if not row.startswith("@@ ") and "[+" not in row), path
    for element in scanned().system.elements:
        for row in found_in(ask("show_element", id=element.id)).split("\n"):
            if row.startswith("at ") and ":" in row:
                place, _, text = row.removeprefix("at ").partition(" ")
                path = place.rpartition(":")[0]
                whole = " ".join(line for lines in map(partial(bench.pages.lines, path), bench.pages.numbers(path)) for line in lines)
                assert text.partition("[+")[0].partition(" -- ")[0] in " ".join(whole.split()), row


def test_words_of_ours_are_not_fenced(ask: Ask) -> None:
    for answer in (ask("show_threat", slug="unsafe-model-load"), ask("show_taxonomy", id="LLM01:2025")):
        assert "<<<" not in answer
    assert ask("show_taxonomy", id="LLM01:2025").startswith("LLM01:2025 Prompt Injection (")


def test_names_that_are_nearly_right_are_answered_with_those_that_are(ask: Ask) -> None:
    assert found_in(ask("read_lines", path="config.py")) == "src/support_assistant/config.py"
    assert found_in(ask("read_lines", path="src/support_assistant/config.py:12-14")) == "src/support_assistant/config.py"
    assert "tool:issue_refund" in found_in(ask("show_element", id="tool:refund"))
    assert "agent 1, anonymous_public 1" in ask("list_elements", kind="bot")
    assert "direct-prompt-injection: " in ask("show_threat", slug="prompt injection")
    assert "LLM01:2025 Prompt Injection" in ask("show_taxonomy", id="LLM01")


def test_a_passage_is_shown_from_the_file_and_not_from_the_index(ask: Ask) -> None:
    answer = ask("search_passages", query="anything")
    assert "never shown" not in answer
    first = Path(SYSTEMS / "support-assistant" / ".env.example").read_text("utf-8").split("\n")[0]
    assert found_in(answer).startswith(f"> .env.example:1-5\n{first}\n")
