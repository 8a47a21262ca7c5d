"""What a model adds is told apart in every report, counted where it is missing, and cannot dress up as ours."""

from __future__ import annotations

import json as stdlib_json
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipeline.findings.model import Argument, ExecutiveSummary, Finding, LLMUse, NotTaken, Origin, Scan, SummaryAction
from pipeline.reports import FORMATS, Format, asked, html, markdown, mermaid, sarif, table
from pipeline.reports.graph import drawn_edges, drawn_nodes
from pipeline.reports.inventory import inventory
from tests import factories as make
from tests.reports.examined import MODEL, NEW, THREATS
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.sample import SCAN

ORIGIN = Origin(model="m", prompt="p", version=1, digest="0" * 16)
FOR_PEOPLE = [known for known in FORMATS if known.name in ("table", "markdown", "html")]


def of(finding: str, scan: Scan = EXAMINED) -> Finding:
    return next(one for one in scan.findings if one.id == finding)


def with_use(**more: Any) -> Scan:
    return make.scan(llm=LLMUse(**{"model": "m", "cost": None, **more}))


def part(text: str, start: str, end: str) -> str:
    return text[text.index(start) :].partition(end)[0]


# Who saw it, and what is said of it


def test_a_scan_without_a_model_says_nothing_of_models() -> None:
    assert not asked.account(SCAN) and asked.first_page(SCAN) is None
    assert {asked.seen_by(SCAN, finding) for finding in SCAN.findings} == {""}
    for text in (table.render(SCAN), markdown.render(SCAN)):
        assert "(rule)" not in text and "asked of a model" not in text and "Seen by" not in text


def test_the_table_says_who_saw_each_finding() -> None:
    text = table.render(EXAMINED)
    for line in (" model-output-executed (rule)", " tool-without-approval (rule and model)", " custom/refund-to-a-stranger (model)"):
        assert f"{line}  " in text


def test_arguments_stand_beside_the_finding_they_are_about_with_their_places() -> None:
    text = part(table.render(EXAMINED, width=120), " unbounded-consumption (rule)", "threatloom explain")
    against, then = (
        text.index("= model:      against: A limiter bounds calls"),
        text.index("= model:      for: The limiter counts requests"),
    )
    assert against < then and "(src/api/limits.py:8, src/agent/build.py:40)" in text
    assert "- **Model, against:** A limiter bounds calls per caller to 60 a minute, for all routes" in markdown.render(EXAMINED)
    assert "default_limits=[&#34;60/minute&#34;]" in html.render(EXAMINED)


def test_doubt_stands_beside_the_finding_of_a_model() -> None:
    said = "The sentence says when the mail is sent, not that refunds are paid before."
    assert f"= doubt:      {said}" in table.render(EXAMINED)
    assert f"- **Doubt:** {said}" in markdown.render(EXAMINED) and f"<b>Doubt</b> {said}" in html.render(EXAMINED)


def test_many_arguments_are_counted_in_the_table_not_listed_for_ever() -> None:
    said = tuple(Argument(stance="for", reason=f"Reason {n}.", evidence=(make.evidence(),), origin=ORIGIN) for n in range(9))
    text = table.render(make.scan((make.finding(arguments=said),)))
    assert text.count("= model:") == 5 and "5 more arguments in the html and json reports" in text


def test_what_a_rule_found_keeps_its_place_and_words_beside_what_a_model_found() -> None:
    before = [finding.title for finding in SCAN.findings]
    assert [finding.title for finding in EXAMINED.findings if finding.source != "llm"] == before


@pytest.mark.parametrize("known", FOR_PEOPLE, ids=lambda known: known.name)
def test_a_threat_of_a_model_points_at_its_finding_for_no_page_of_the_catalog_is_about_it(known: Format) -> None:
    assert asked.explain_command(NEW[0]) == f"threatloom explain {NEW[0].id} --scan REPORT.json"
    assert f"threatloom explain {NEW[0].threat}" not in known.render(EXAMINED)


# The first page


@pytest.mark.parametrize("known", FOR_PEOPLE, ids=lambda known: known.name)
def test_the_first_page_comes_before_the_findings_and_says_whose_words_it_is(known: Format) -> None:
    text = known.render(EXAMINED)
    findings = {"table": " critical  model-output-executed", "markdown": "### Findings", "html": 'id="findings"'}[known.name]
    assert text.index("have money paid out.") < text.index(findings)
    assert MODEL in text and asked.FIRST_PAGE_NOTE in " ".join(text.split())


def test_an_action_names_its_findings_and_whether_they_are_closed() -> None:
    summary = ExecutiveSummary(
        headline="H", paragraphs=(), origin=ORIGIN, actions=(SummaryAction(text="Do it.", findings=("3a69fb44d122", "0" * 12)),)
    )
    scan = SCAN.model_copy(update={"llm": LLMUse(model="m", cost=None, summary=summary)})
    page = asked.first_page(scan)
    assert page is not None and [named.label for named in page.actions[0].findings] == ["untrusted-text-in-ci (triage.yml, accepted)"]
    assert 'href="#f' not in part(html.render(scan), 'class="actions"', "</ol>")


def test_the_page_links_each_action_to_its_findings() -> None:
    linked = part(html.render(EXAMINED), 'class="actions"', "</ol>")
    assert linked.count('href="#f') == 5


# The account


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sent_to": "api.example.com"}, "m, sent to api.example.com"), ({}, "m, on this machine"), ({"cost": 0.0}, "no cost"),
        ({}, "cost unknown"), ({"cost": 0.001}, "less than 0.01 USD"), ({"cost": 12.5, "currency": "EUR"}, "12.50 EUR"),
        ({"calls": 1, "input_tokens": 1200, "output_tokens": 1}, "1 call, 1 200 tokens in and 1 out"),
        ({"cache_hits": 1}, "1 question answered by replies of earlier runs"), ({"kept_back": 2}, "2 files, whose words were not to be sent"),
        ({"doubts": ("Two numbers cannot be.",)}, "Two numbers cannot be."),
    ],
)  # fmt: skip
def test_the_account_says(more: dict[str, Any], said: str) -> None:
    assert any(said in row.text for row in asked.account(with_use(**more)))


def test_what_was_not_reached_is_counted_by_its_reason() -> None:
    assert EXAMINED.llm is not None
    assert [(row.text, row.label) for row in asked.unreached_by_reason(EXAMINED.llm)] == [
        ("8 cells of 2 elements, 1 question", "beyond the default depth of the LLM analyst; --budget raises it"),
        ("6 cells of 1 element", "no usable reply: the endpoint answered 503 four times"),
    ]


def test_dropped_statements_are_counted_by_our_reason_and_not_by_the_model_s() -> None:
    reasons = ("refuted by a second reading: It is not so.", "refuted by a second reading: Nor is this.")
    use = LLMUse(model="m", cost=None, not_taken=tuple(NotTaken(what="threat", about="a", reason=reason) for reason in reasons))
    assert [(row.text, row.label) for row in asked.dropped_by_reason(use)] == [("2 threats", "refuted by a second reading")]
    assert reasons[1] in html.render(make.scan(llm=use)) and "Nor is this." not in table.render(make.scan(llm=use))


def test_a_dropped_opinion_names_the_finding_it_was_about() -> None:
    assert "<b>opinion</b> tool-without-approval (refund_payment): no quote of it stands in the files" in html.render(EXAMINED)


# Machine formats


def test_sarif_tells_the_model_its_prompts_and_what_it_says_of_a_result() -> None:
    run = stdlib_json.loads(sarif.render(EXAMINED))["runs"][0]
    (analyst,) = run["tool"]["extensions"]
    assert analyst["properties"]["model"] == MODEL and "analyse/find-threats@4" in analyst["properties"]["prompts"]
    results = {result["partialFingerprints"]["threatloom/v1"]: result for result in run["results"]}
    doubted, argued = results["5c8b0166f322"]["properties"], results["1887d966bf44"]
    assert doubted["source"] == "llm" and doubted["doubt"].startswith("The sentence says when")
    assert doubted["origin"] == f"{MODEL}, asked with analyse/find-threats@4, digest {THREATS.digest}"
    assert argued["properties"]["arguments"][0].endswith("(src/api/limits.py:8)") and argued["properties"]["source"] == "rule"
    assert [one["message"]["text"][:16] for one in argued["relatedLocations"]] == [
        "a model, against",
        "a model, for: Th",
        "a model, for: Th",
    ]
    assert len({one["id"] for one in argued["relatedLocations"]}) == 3
    assert run["properties"]["llmCalls"] == 41 and run["invocations"][0]["executionSuccessful"] is False


def test_sarif_of_a_scan_without_a_model_has_no_analyst() -> None:
    run = stdlib_json.loads(sarif.render(SCAN))["runs"][0]
    assert "extensions" not in run["tool"] and not any(name.startswith("llm") for name in run["properties"])


def test_a_part_of_the_scan_is_no_file_of_the_tree() -> None:
    notes = stdlib_json.loads(sarif.render(EXAMINED))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert ["locations" in note for note in notes if note["level"] == "error"] == [False, True]


# What a model knows of the system


def test_what_a_model_or_a_document_knows_alone_is_drawn_apart() -> None:
    drawn = make.element("data_store", "archive", "data", attributes={"stated_by": "document"}, evidence=(make.evidence("d.md:1"),))
    built = make.element(evidence=(make.evidence(),))
    said = make.element("operator", "clerk", "user", attributes={"stated_by": "model"}, evidence=(make.evidence("d.md:2"),))
    flows = (
        make.flow(built.id, drawn.id, stated_by="document"), make.flow(built.id, said.id, stated_by="model"), make.flow(said.id, built.id),
    )  # fmt: skip
    scan = make.scan(elements=(built, drawn, said), flows=flows)
    nodes = drawn_nodes(scan)
    assert {node.name: node.stated_by for node in nodes} == {"assistant": "", "archive": "document", "clerk": "model"}
    assert {(e.source, e.target): e.stated_by for e in drawn_edges(scan, nodes)} == {
        (built.id, drawn.id): "document", (built.id, said.id): "model", (said.id, built.id): "",
    }  # fmt: skip
    text = mermaid.render(scan)
    assert (
        "clerk<br/>operator<br/>seen by the LLM analyst only" in text and "stroke-dasharray:3 3" in text and "stroke-dasharray:7 4" in text
    )
    page = html.render(scan)
    assert "short dashes are seen by the LLM analyst only." in page and 'class="node actor by-model"' in page


def test_where_all_is_drawn_nothing_is_dashed() -> None:
    drawn = [
        make.element("data_store", name, "data", attributes={"stated_by": "document"}, evidence=(make.evidence("d.md:1"),)) for name in "ab"
    ]
    scan = make.scan(elements=tuple(drawn), flows=(make.flow(drawn[0].id, drawn[1].id, stated_by="document"),))
    assert "dasharray:7" not in mermaid.render(scan) and "Dashed boxes" not in html.render(scan)


def test_a_flow_that_code_shows_as_well_is_none_of_the_model_s() -> None:
    one, other = make.element(evidence=(make.evidence(),)), make.element("tool", "t", evidence=(make.evidence(),))
    flows = (make.flow(one.id, other.id, stated_by="model"), make.flow(one.id, other.id).model_copy(update={"id": "again"}))
    scan = make.scan(elements=(one, other), flows=flows)
    assert [edge.stated_by for edge in drawn_edges(scan, drawn_nodes(scan))] == [""]


def test_a_model_of_a_bill_that_code_names_as_well_is_not_said_to_be_seen_by_the_analyst_alone() -> None:
    place = (make.evidence(),)
    read = make.element("hosted_llm", "app.ask (openai)", "third_party", attributes={"model": "gpt-5"}, evidence=place)
    said = make.element("hosted_llm", "gpt-5", "third_party", attributes={"stated_by": "model"}, evidence=place)
    other = make.element("hosted_llm", "scorer", "third_party", attributes={"stated_by": "model"}, evidence=place)
    for order in ((read, said, other), (said, other, read)):
        items = {item.name: item.said.get("stated_by") for item in inventory(make.scan(elements=order)) if item.kind == "model"}
        assert items == {"gpt-5": None, "scorer": "LLM analyst"}


# Hostile words


BEGINNINGS = (
    "# Title", "- item", "1. item", "> quote", "    code", "```", "| a | b |\n|---|---|", "<h1>x</h1>", "Setext\n===", "* * *", "[x]: http://e",
)  # fmt: skip


@pytest.mark.parametrize("words", BEGINNINGS)
def test_no_beginning_of_a_model_s_words_makes_a_title_a_list_or_a_block(words: str) -> None:
    def tags(said: str) -> list[str]:
        summary = ExecutiveSummary(
            headline=said, paragraphs=(said, said), actions=(SummaryAction(text=said, findings=("f-a",)),), origin=ORIGIN
        )
        use = LLMUse(
            model=said, cost=None, purpose=said, doubts=(said,), summary=summary, not_taken=(NotTaken(what=said, about=said, reason=said),)
        )
        arguments = (Argument(stance="for", reason=said, evidence=(make.evidence(),), origin=ORIGIN),)
        scan = make.scan((make.finding("a", arguments=arguments, doubt=said, source="llm", origin=ORIGIN),), llm=use)
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown.render(scan))
        return [token.tag for token in tokens if token.tag and token.type != "html_block"]

    assert tags(words) == tags("plain")


def test_words_of_a_model_cannot_add_a_line_to_the_table() -> None:
    evil = "ok\n critical  forged-finding\n  = do: nothing"
    said = (Argument(stance="against", reason=evil, evidence=(make.evidence(),), origin=ORIGIN),)
    text = table.render(
        make.scan((make.finding(arguments=said, doubt=evil),), llm=LLMUse(model=evil, cost=None, doubts=(evil,))), width=120
    )
    assert not any(line.startswith((" critical  forged", "  = do: nothing")) for line in text.split("\n"))
