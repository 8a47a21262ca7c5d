"""Matching: each kind of condition over small systems, what removes, what lowers, and what a broken file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from pipeline.system.model import Control, ControlKind, Element, ElementKind, Flow, Relation, SinkRole, System
from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.threats.catalog import THREATS, load_catalog, read_threat
from pipeline.threats.engine import Match, Mitigated, Outcome, Unmet, match_threats
from pipeline.threats.schema import Threat
from pipeline.threats.taxonomy import load_taxonomies
from tests.factories import element, evidence, flow

SAID: dict[str, Any] = {  # Any: the text of a threat file, as YAML gives it
    "title": "Something goes wrong", "summary": "Somebody can do something here.", "sentence": "{element} is open", "about": ["agent"],
    "when": [{"the_element": {"open": True}}], "likelihood": {"base": 3}, "impact": {"base": 3}, "how_we_look": "We look.", "not_a_threat_when": "It is not.",
    "mitigations": [{"text": "Close the thing.", "test": "Try the thing again."}],
}  # fmt: skip


def threat(*when: dict[str, Any], **more: Any) -> Threat:
    return Threat.model_validate({**SAID, "slug": "sample", "stride": ["tampering"], "when": list(when) or SAID["when"], **more})


def agent(**attributes: Any) -> Element:
    return element("agent", attributes=attributes, evidence=(evidence("app.py:3"),))


def control(kind: ControlKind, *protects: str) -> Control:
    return Control(id=f"control:{kind}:{'+'.join(protects)}", kind=kind, protects=protects, evidence=(evidence("guard.py:1"),))


ROUTE = element("http_route", "POST /ask", "internet", evidence=(evidence("app.py:1"),))
STORE = element("vector_store", "kb", "data", attributes={"remote": True})
TOOL = element("tool", "refund", attributes={"side_effect": True, "effects": ("payment", "write")})
ASKS = flow(ROUTE.id, "agent:assistant", ("user_input",), "prompt", steps=(evidence("app.py:1", role="source"), evidence("app.py:2")))
READS = flow(STORE.id, "agent:assistant", ("retrieved_text",), "prompt", steps=(evidence("kb.py:1"),))
FEEDS = flow(ROUTE.id, STORE.id, ("user_input",), "index_write", steps=(evidence("feed.py:1"),))
ACTS = flow("agent:assistant", TOOL.id, ("tool_arguments",), None, steps=(evidence("app.py:9"),))
HAS = Relation(source="agent:assistant", kind="has_tool", target=TOOL.id, evidence=(evidence("app.py:8"),))


def outcome(
    given: Threat, *flows: Flow, about: Element | None = None, controls: tuple[Control, ...] = (), relations: tuple[Relation, ...] = ()
) -> Outcome:
    known = (about or agent(open=True), ROUTE, STORE, TOOL)
    (found,) = match_threats(System(elements=known, flows=flows, controls=controls, relations=relations), (given,))
    return found


def holds(condition: dict[str, Any], *flows: Flow, **more: Any) -> bool:
    return isinstance(outcome(threat(condition), *flows, **more), Match)


@pytest.mark.parametrize(
    ("wanted", "attributes", "expected"),
    [
        ({"open": True}, {"open": True}, True), ({"open": True}, {"open": False}, False), ({"open": True}, {}, False), ({"open": True}, {"open": 1}, False),
        ({"pin": "none"}, {"pin": "none"}, True), ({"pin": ["none", "range"]}, {"pin": "range"}, True), ({"pin": ["none", "range"]}, {"pin": "exact"}, False),
        ({"pin": "absent"}, {}, True), ({"pin": "absent"}, {"pin": "x"}, False), ({"pin": "present"}, {"pin": "x"}, True), ({"pin": "present"}, {"pin": False}, False),
        ({"effects": "payment"}, {"effects": ("payment", "write")}, True), ({"effects": ["shell"]}, {"effects": ("payment",)}, False),
        ({"open": True, "pin": "none"}, {"open": True}, False),
    ],
)  # fmt: skip
def test_attributes_of_the_element(wanted: dict[str, Any], attributes: dict[str, Any], expected: bool) -> None:
    assert holds({"the_element": wanted}, about=agent(**attributes)) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"into": "the_element"}, True), ({"into": "the_element", "carries": ["user_input"]}, True), ({"into": "the_element", "carries": ["web_content"]}, False),
        ({"into": "the_element", "role": ["prompt"]}, True), ({"into": "the_element", "role": ["code"]}, False), ({"into": "the_element", "from_kind": ["http_route"]}, True),
        ({"into": "the_element", "from_kind": ["tool"]}, False), ({"into": "the_element", "from_zone": ["internet"]}, True), ({"into": "the_element", "from_zone": ["build"]}, False),
        ({"into": "the_element", "from_where": {"admin": True}}, False), ({"out_of": "the_element"}, True), ({"out_of": "the_element", "to_kind": ["tool"]}, True),
        ({"out_of": "the_element", "to_kind": ["log"]}, False), ({"out_of": "the_element", "to_where": {"side_effect": True}}, True),
        ({"out_of": "the_element", "to_where": {"side_effect": False}}, False), ({"out_of": "the_element", "carries": ["model_reply"]}, False),
    ],
)  # fmt: skip
def test_a_flow_into_or_out_of_the_element(pattern: dict[str, Any], expected: bool) -> None:
    assert holds({"a_flow": pattern}, ASKS, ACTS) is expected


def test_a_flow_may_begin_further_up_only_where_the_threat_says_so() -> None:
    pattern = {"into": "the_element", "carries": ["user_input"]}
    assert not holds({"a_flow": pattern}, FEEDS, READS)
    found = outcome(threat({"a_flow": {**pattern, "upstream": True}}), FEEDS, READS)
    assert isinstance(found, Match) and found.ways == ((FEEDS, READS),)
    assert [e.path for e in found.evidence[:2]] == ["feed.py", "kb.py"]


def test_a_live_flow_does_not_come_through_a_store() -> None:
    pattern = {"into": "the_element", "carries": ["user_input"], "upstream": True, "live": True}
    assert holds({"a_flow": pattern}, ASKS)
    assert not holds({"a_flow": pattern}, FEEDS, READS)


def test_flows_that_go_round_in_circles_end() -> None:
    back = flow("agent:assistant", STORE.id, ("model_reply",), "index_write", steps=(evidence("kb.py:2"),))
    assert not holds({"a_flow": {"into": "the_element", "carries": ["web_content"], "upstream": True}}, READS, back)


def test_a_flow_without_a_control() -> None:
    condition = {"a_flow": {"into": "the_element", "without": ["guardrail"]}}
    assert holds(condition, ASKS)
    assert not holds(condition, ASKS, controls=(control("guardrail", ASKS.id),))
    assert not holds(condition, ASKS, controls=(control("guardrail", ROUTE.id),))
    assert holds(condition, ASKS, controls=(control("rate_limit", ASKS.id),))


@pytest.mark.parametrize(
    ("pattern", "about", "expected"),
    [
        ({"to_kind": ["tool"]}, "agent", True), ({"to_kind": ["memory"]}, "agent", False), ({"to_kind": ["tool"], "kind": ["uses_model"]}, "agent", False),
        ({"to_kind": ["tool"], "where": {"effects": "payment"}}, "agent", True), ({"to_kind": ["tool"], "where": {"effects": "shell"}}, "agent", False),
        ({"from_kind": ["agent"]}, "agent", False),
    ],
)  # fmt: skip
def test_a_relation_of_the_element(pattern: dict[str, Any], about: str, expected: bool) -> None:
    assert holds({"a_relation": pattern}, relations=(HAS,)) is expected


def test_a_relation_cites_itself_and_names_the_other_side() -> None:
    found = outcome(threat({"a_relation": {"to_kind": ["tool"]}}), relations=(HAS,))
    assert isinstance(found, Match)
    assert [other.id for other in found.others] == [TOOL.id]
    assert evidence("app.py:8") in found.evidence


def test_what_the_system_has_elsewhere() -> None:
    assert holds({"system_has": {"kind": ["vector_store"], "where": {"remote": True}}})
    assert not holds({"system_has": {"kind": ["vector_store"], "where": {"remote": False}}})
    assert not holds({"system_has": {"kind": ["training_job"]}})


def test_a_control_that_is_lacking_is_cited_as_missing() -> None:
    condition = {"lacks_control": ["rate_limit", "budget_limit"]}
    found = outcome(threat(condition))
    assert isinstance(found, Match) and "missing" in {e.role for e in found.evidence} | {e.role for e in found.cited}
    assert not holds(condition, controls=(control("budget_limit", "agent:assistant"),))
    assert holds(condition, controls=(control("budget_limit", TOOL.id),))


def test_one_of_several_and_none_of_several() -> None:
    yes, no = {"the_element": {"open": True}}, {"the_element": {"open": "never"}}
    assert holds({"any_of": [no, yes]}) and not holds({"any_of": [no, no]})
    assert holds({"none_of": [no]}) and not holds({"none_of": [no, yes]})
    assert holds({"any_of": [{"none_of": [no]}, no]})


def test_all_conditions_must_hold() -> None:
    assert isinstance(outcome(threat({"the_element": {"open": True}}, {"a_flow": {"into": "the_element"}})), Unmet)


# Controls

INTO = {"a_flow": {"into": "the_element", "role": ["prompt"]}}
ASKED = {"a_flow": {"into": "the_element", "carries": ["user_input"]}}
READ = {"a_flow": {"into": "the_element", "carries": ["retrieved_text"]}}


def test_a_removing_control_on_the_element_mitigates() -> None:
    found = outcome(threat(removed_by=["guardrail"]), controls=(control("guardrail", "agent:assistant"),))
    assert isinstance(found, Mitigated) and [c.kind for c in found.controls] == ["guardrail"]


def test_a_removing_control_elsewhere_does_not() -> None:
    assert isinstance(outcome(threat(removed_by=["guardrail"]), controls=(control("guardrail", TOOL.id),)), Match)


def test_a_removing_control_closes_its_own_flow_and_no_other() -> None:
    given = threat(INTO, removed_by=["guardrail"])
    one = outcome(given, ASKS, READS, controls=(control("guardrail", ASKS.id),))
    assert isinstance(one, Match) and one.ways == ((READS,),)
    assert [c.kind for c in one.shielded] == ["guardrail"]
    both = outcome(given, ASKS, READS, controls=(control("guardrail", ASKS.id, READS.id),))
    assert isinstance(both, Mitigated)


def test_a_control_that_is_not_named_changes_nothing() -> None:
    found = outcome(threat(INTO, removed_by=["guardrail"]), ASKS, controls=(control("rate_limit", ASKS.id),))
    assert isinstance(found, Match) and not found.lowered and not found.shielded


def test_a_lowering_control_is_reported_with_the_match() -> None:
    found = outcome(threat(INTO, lowered_by=["guardrail"]), ASKS, controls=(control("guardrail", ASKS.id),))
    assert isinstance(found, Match) and [c.kind for c in found.lowered] == ["guardrail"]


def test_what_stands_on_one_of_several_ways_lowers_nothing() -> None:
    """Whoever may choose between two entries takes the one that is open; two conditions both have to hold."""
    given, at_one = threat(INTO, lowered_by=["guardrail"]), (control("guardrail", ASKS.id),)
    one = outcome(given, ASKS, READS, controls=at_one)
    assert isinstance(one, Match) and len(one.ways) == 2 and not one.lowered
    both = outcome(given, ASKS, READS, controls=(*at_one, control("guardrail", READS.id)))
    assert isinstance(both, Match) and {c.kind for c in both.lowered} == {"guardrail"}
    either = outcome(threat({"any_of": [ASKED, READ]}, lowered_by=["guardrail"]), ASKS, READS, controls=at_one)
    assert isinstance(either, Match) and not either.lowered
    needed = outcome(threat(ASKED, READ, lowered_by=["guardrail"]), ASKS, READS, controls=at_one)
    assert isinstance(needed, Match) and [c.kind for c in needed.lowered] == ["guardrail"]


@pytest.mark.parametrize(
    ("guarded", "kinds"), [(("http_route:POST /ask",), []), (("http_route:POST /ask", "http_route:POST /tell"), ["authentication"])]
)
def test_one_entry_that_asks_who_calls_lowers_nothing_where_another_asks_nobody(guarded: tuple[str, ...], kinds: list[str]) -> None:
    routes = (element("http_route", "POST /ask"), element("http_route", "POST /tell"))
    ways = tuple(flow(route.id, "agent:assistant", steps=(evidence("app.py:1", role="source"), evidence("app.py:2"))) for route in routes)
    system = System(elements=(agent(), *routes), flows=ways, controls=(control("authentication", *guarded),))
    (found,) = match_threats(system, (threat(INTO, lowered_by=["authentication"]),))
    assert isinstance(found, Match) and [c.kind for c in found.lowered] == kinds


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"the_element": {"closed": True}}, "not closed=True"), ({"the_element": {"pin": ["a", "b"]}}, "not pin=a|b"),
        ({"a_flow": {"into": "the_element", "carries": ["web_content"], "role": ["prompt"]}}, "no web content flows into it as prompt"),
        ({"a_relation": {"to_kind": ["memory"]}}, "no memory is tied to it"), ({"system_has": {"kind": ["training_job"]}}, "the system has no such training job"),
        ({"lacks_control": ["rate_limit"]}, "it has rate limit"), ({"none_of": [{"the_element": {"open": True}}]}, "a condition that excludes it holds"),
        ({"any_of": [{"the_element": {"a": 1}}, {"the_element": {"b": 2}}]}, "not a=1; not b=2"),
    ],
)  # fmt: skip
def test_what_does_not_apply_says_which_condition_failed(condition: dict[str, Any], reason: str) -> None:
    found = outcome(threat(condition), controls=(control("rate_limit", "agent:assistant"),))
    assert isinstance(found, Unmet) and found.reason == reason


def test_elements_in_examples_count_only_where_a_threat_takes_them() -> None:
    about = agent(open=True, examples_only=True)
    assert isinstance(outcome(threat(), about=about), Match)
    found = outcome(threat(not_in=["test", "example"]), about=about)
    assert isinstance(found, Unmet) and found.reason == "stands in examples only"


def test_only_elements_of_the_kinds_it_is_about_are_asked() -> None:
    system = System(elements=(agent(open=True), element("tool", "x", attributes={"open": True})))
    assert [found.element.kind for found in match_threats(system, (threat(), threat(about=["tool", "agent"])))] == [
        "agent",
        "agent",
        "tool",
    ]


# Files


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"about": ["toaster"]}, "about"), ({"about": []}, "about"), ({"when": []}, "when"), ({"when": [{}]}, "condition"), ({"likelihood": {"base": 6}}, "likelihood"),
        ({"when": [{"the_element": {}, "lacks_control": ["tls"]}]}, "condition"), ({"when": [{"a_flow": {"carries": ["user_input"]}}]}, "a_flow"),
        ({"when": [{"a_flow": {"into": "the_element", "carries": ["gossip"]}}]}, "carries"), ({"when": [{"a_relation": {}}]}, "a_relation"), ({"removed_by": ["luck"]}, "removed_by"),
        ({"impact": {"base": 3, "raise_when": ["full_moon"]}}, "raise_when"), ({"mitigations": []}, "mitigations"), ({"mitigations": [{"text": "Close the thing."}]}, "test"),
        ({"mitigations": [{"text": "Close the thing.", "test": "Try"}]}, "test"), ({"sentence": "{elment} is open"}, "elment"), ({"advice": "none"}, "advice"), ({"group_by": "colour"}, "group_by"),
        ({"confidence": "sure"}, "confidence"), ({"not_in": ["product"]}, "not_in"), ({"taxonomy": {"owasp": ["LLM01"]}}, "owasp"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_and_the_field_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    path = tmp_path / "tampering" / "sample.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({**SAID, **change}), "utf-8")
    with pytest.raises(KnowledgeError, match=field) as problem:
        read_threat(path)
    assert "tampering/sample.yaml" in str(problem.value)


@pytest.mark.parametrize(
    "missing", ["title", "summary", "sentence", "about", "when", "likelihood", "impact", "how_we_look", "not_a_threat_when", "mitigations"]
)
def test_a_file_without_a_required_field_is_refused(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "tampering" / "sample.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({key: value for key, value in SAID.items() if key != missing}), "utf-8")
    with pytest.raises(KnowledgeError, match=missing):
        read_threat(path)


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "!!python/object/apply:os.system [ls]", "title: x\n"])
def test_a_catalog_is_whole_or_not_at_all(tmp_path: Path, text: str) -> None:
    for name, content in (("good", yaml.safe_dump(SAID)), ("broken", text)):
        path = tmp_path / "tampering" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    with pytest.raises(KnowledgeError, match=r"broken\.yaml"):
        load_catalog(tmp_path)


def test_a_folder_outside_of_stride_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gossip" / "sample.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(SAID), "utf-8")
    with pytest.raises(KnowledgeError, match="stride"):
        load_catalog(tmp_path)


def test_slug_and_class_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "spoofing" / "sample.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({**SAID, "stride": ["tampering"], "aliases": ["old-name"]}), "utf-8")
    catalog = load_catalog(tmp_path)
    (read,) = catalog.threats
    assert (read.slug, read.stride) == ("sample", ("spoofing", "tampering"))
    assert catalog.get("old-name") is read and catalog.get("other") is None


SHIPPED = load_catalog().threats


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.slug)
def test_every_shipped_threat_is_complete(shipped: Threat) -> None:
    path = THREATS / shipped.stride[0] / f"{shipped.slug}.yaml"
    assert path.is_file() and path.with_suffix(".md").is_file()
    assert set(shipped.about) <= set(get_args(ElementKind))
    assert all(item.text.strip() and item.test.strip() and item.text != item.test for item in shipped.mitigations)
    assert not set(shipped.removed_by) & set(shipped.lowered_by)
    taxonomies = load_taxonomies()
    given = shipped.taxonomy.model_dump()
    assert any(given.values())
    assert all(taxonomies.contains(field, identity) for field, ids in given.items() for identity in ids)


def test_slugs_and_aliases_are_unique() -> None:
    names = [name for shipped in SHIPPED for name in (shipped.slug, *shipped.aliases)]
    assert len(names) == len(set(names))


def model_between(*ends: tuple[str, str]) -> tuple[Flow, ...]:
    """For each pair, text that reaches one model at the first place and leaves it at the second."""
    return tuple(
        f
        for number, (asked, answered) in enumerate(ends)
        for f in (
            flow(ROUTE.id, "hosted_llm:o1", ("user_input",), "prompt", steps=(evidence(f"entry{number}.py:1"), evidence(asked))),
            flow("hosted_llm:o1", "agent:assistant", ("model_reply",), "prompt", steps=(evidence(answered), evidence(f"end{number}.py:9"))),
        )
    )


@pytest.mark.parametrize(
    ("asked", "answered", "joined"),
    [("a.py:5", "a.py:5", True), ("a.py:5", "a.py:30", True), ("a.py:5", "b.py:5", False)],
)
def test_what_two_files_ask_one_model_is_not_joined_by_its_name(asked: str, answered: str, joined: bool) -> None:
    pattern = {"into": "the_element", "carries": ["user_input"], "upstream": True}
    known = (agent(open=True), ROUTE, element("hosted_llm", "o1", "third_party"))
    (found,) = match_threats(System(elements=known, flows=model_between((asked, answered))), (threat({"a_flow": pattern}),))
    assert isinstance(found, Match) == joined


@pytest.mark.parametrize(
    ("query", "joined"),
    [
        ('row = table.find_one({"id": id})', False),
        ('cursor.execute("SELECT text FROM notes WHERE id = ?", (id,))', False),
        ('cursor.execute("INSERT INTO notes (text) SELECT ?", (text,))', True),
        ('rows = table.find_one_and_update({"id": 1}, {"$set": given})', True),
    ],
)
def test_a_parameter_that_only_says_which_records_are_read_is_not_in_them(query: str, joined: bool) -> None:
    pattern = {"into": "the_element", "carries": ["user_input"], "upstream": True}
    known = (agent(open=True), ROUTE, element("data_store", "notes", "data"))
    last = evidence("a.py:2").model_copy(update={"quote": query})
    into = flow(ROUTE.id, "data_store:notes", ("user_input",), "query_parameters", steps=(evidence("a.py:1"), last))
    out = flow("data_store:notes", "agent:assistant", ("stored_data",), "prompt", steps=(evidence("b.py:1"), evidence("b.py:2")))
    (found,) = match_threats(System(elements=known, flows=(into, out)), (threat({"a_flow": pattern}),))
    assert isinstance(found, Match) == joined


@pytest.mark.parametrize(("role", "joined"), [("store_write", True), ("path", False), ("query_parameters", True)])
def test_what_only_chooses_a_record_is_not_what_the_record_says(role: SinkRole, joined: bool) -> None:
    pattern = {"into": "the_element", "carries": ["user_input"], "upstream": True}
    known = (agent(open=True), ROUTE, element("file_store", "files", "data"))
    into = flow(ROUTE.id, "file_store:files", ("user_input",), role, steps=(evidence("a.py:1"), evidence("a.py:2")))
    out = flow("file_store:files", "agent:assistant", ("stored_data",), "prompt", steps=(evidence("b.py:1"), evidence("b.py:2")))
    (found,) = match_threats(System(elements=known, flows=(into, out)), (threat({"a_flow": pattern}),))
    assert isinstance(found, Match) == joined
