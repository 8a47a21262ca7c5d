"""Matches into findings: identity, severity, reasons, grouping, and a coverage matrix without holes."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings.compose import compose
from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.model import SEVERITIES, STRIDE, Coverage, CoverageState, Finding
from pipeline.findings.risk import severity_of
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import AttributeValue, Control, Element, Evidence, Flow, Label, Relation, SinkRole, System
from pipeline.threats.catalog import load_catalog
from pipeline.threats.engine import match_threats
from pipeline.threats.schema import Threat
from tests.factories import element, evidence, flow

SAID: dict[str, Any] = {  # Any: the text of a threat file, as YAML gives it
    "slug": "sample", "stride": ["tampering"], "title": "Something goes wrong", "summary": "Somebody can do something here.", "sentence": "{source} reaches {element} by {target}",
    "about": ["agent"], "when": [{"a_flow": {"into": "the_element"}}], "likelihood": {"base": 3}, "impact": {"base": 3}, "how_we_look": "We look.",
    "not_a_threat_when": "It is not.", "mitigations": [{"text": "Close the thing.", "test": "Try the thing again."}],
}  # fmt: skip


def threat(**more: Any) -> Threat:
    return Threat.model_validate({**SAID, **more})


def agent(name: str = "assistant", path: str = "app.py", **attributes: Any) -> Element:
    return element("agent", name, attributes=attributes, evidence=(evidence(f"{path}:3"),))


ROUTE = element("http_route", "POST /ask", "application", evidence=(evidence("app.py:1"),))


def asks(target: str = "agent:assistant", source: str = ROUTE.id, path: str = "app.py", line: int = 1) -> Flow:
    return flow(source, target, steps=(evidence(f"{path}:{line}", role="source"), evidence(f"{path}:{line + 1}")))


def composed(
    given_threat: Threat,
    *parts: Element,
    flows: tuple[Flow, ...] = (asks(),),
    controls: tuple[Control, ...] = (),
    relations: tuple[Relation, ...] = (),
) -> tuple[tuple[Finding, ...], tuple[Coverage, ...]]:
    system = System(elements=(ROUTE, *(parts or (agent(),))), flows=flows, controls=controls, relations=relations)
    return compose(system, match_threats(system, (given_threat,)))[:2]


def only(given_threat: Threat, *parts: Element, **more: Any) -> Finding:
    (found,) = composed(given_threat, *parts, **more)[0]
    return found


# Severity and its reasons


@pytest.mark.parametrize(
    ("likelihood", "impact", "severity"),
    [
        (1, 1, "low"),
        (1, 4, "low"),
        (1, 5, "medium"),
        (3, 3, "medium"),
        (2, 5, "medium"),
        (3, 4, "high"),
        (3, 4, "high"),
        (3, 5, "high"),
        (4, 4, "critical"),
        (5, 5, "critical"),
    ],
)
def test_severity_is_likelihood_times_impact(likelihood: int, impact: int, severity: str) -> None:
    assert severity_of(likelihood, impact) == severity == severity_of(impact, likelihood)


def test_more_likely_or_worse_is_never_less_severe() -> None:
    for likelihood, impact in product(range(1, 6), range(1, 5)):
        assert SEVERITIES.index(severity_of(likelihood, impact + 1)) <= SEVERITIES.index(severity_of(likelihood, impact))


@pytest.mark.parametrize(
    ("factor", "part"),
    [
        ("holds_secrets", agent(holds_secret=True)), ("about_people", agent(decides_about="people")), ("acts_on_the_world", agent(decides_about="money")),
        ("moves_money", agent(effects=("payment",))), ("changes_data", agent(effects=("write",))), ("sends_messages", agent(effects=("message",))),
        ("unauthenticated", agent(authenticated=False)), ("reads_private_data", agent(private_data=True)),
    ],
)  # fmt: skip
def test_a_factor_raises_by_one_and_says_so(factor: str, part: Element) -> None:
    raised = only(threat(impact={"base": 3, "raise_when": [factor]}), part)
    plain = only(threat(impact={"base": 3, "raise_when": [factor]}))
    assert (raised.impact, plain.impact) == (4, 3)
    assert any(reason.startswith("impact +1: ") for reason in raised.risk_reasons)
    assert any(change.startswith("raised if ") for change in plain.would_change_it) and not any(
        c.startswith("raised if ") for c in raised.would_change_it
    )


@pytest.mark.parametrize("start", [2, 3, 4])
def test_code_of_the_attacker_is_the_highest_impact_wherever_it_starts(start: int) -> None:
    asked = threat(impact={"base": start, "raise_when": ["holds_secrets", "executes_code"]})
    found = only(asked, agent(effects=("shell",), holds_secret=True))
    assert found.impact == 5
    assert sum(row.step for row in found.risk_table if row.axis == "impact") == 5
    assert only(asked, agent(holds_secret=True)).impact == start + 1


COMMAND = element("command_line", "arguments", "application", evidence=(evidence("app.py:1"),))
SERVED = {
    "a route": ROUTE, "a listening MCP server": element("mcp_server", "tools", attributes={"transport": "http"}, evidence=(evidence("s.py:1"),)),
    "a published port": element("container", "db", attributes={"published": True}, evidence=(evidence("compose.yaml:1"),)),
}  # fmt: skip
BY_HAND = {"likelihood": {"base": 3, "lower_when": ["one_persons_tool"]}, "impact": {"base": 3, "lower_when": ["one_persons_tool"]}}


@pytest.mark.parametrize(
    "beside", [(), (element("mcp_server", "tools", attributes={"transport": "stdio"}, evidence=(evidence("s.py:1"),)),)]
)
def test_what_one_person_starts_by_hand_is_lowered_on_both_axes(beside: tuple[Element, ...]) -> None:
    (found,) = _started(COMMAND, *beside)
    assert (found.likelihood, found.impact) == (2, 2)


@pytest.mark.parametrize("beside", SERVED.values(), ids=SERVED)
def test_a_program_that_serves_others_is_not_one_person_s(beside: Element) -> None:
    (found,) = _started(COMMAND, beside)
    assert (found.likelihood, found.impact) == (3, 3)


def test_a_library_without_a_start_is_not_taken_for_one_person_s() -> None:
    (found,) = _started(element("component", "ask", evidence=(evidence("app.py:1"),)))
    assert (found.likelihood, found.impact) == (3, 3)


def _started(start: Element, *beside: Element) -> tuple[Finding, ...]:
    system = System(elements=(start, agent(), *beside), flows=(asks(source=start.id),))
    return compose(system, match_threats(system, (threat(**BY_HAND),)))[0]


@pytest.mark.parametrize(
    ("attributes", "likelihood"),
    [({"where": "config", "own_service": True}, 2), ({"where": "config"}, 3)],  # the latter opens a service of others
)
def test_a_composed_service_s_own_password_is_usable_from_inside_only(attributes: dict[str, AttributeValue], likelihood: int) -> None:
    secret = element(
        "secret", "MYSQL_ROOT_PASSWORD in docker-compose.yml", attributes=attributes, evidence=(evidence("docker-compose.yml:3"),)
    )
    asked = threat(
        about=["secret"],
        when=[{"the_element": {"where": ["config"]}}],
        likelihood={"base": 3, "lower_when": ["password_of_own_service"]},
        sentence="{element} is written down",
    )
    assert only(asked, secret, flows=()).likelihood == likelihood


@pytest.mark.parametrize(("said", "risk"), [({}, (3, 4)), ({"local": True}, (2, 4)), ({"local": True, "for_development": True}, (2, 3))])
def test_a_password_for_the_own_machine_and_for_development_counts_less(said: dict[str, bool], risk: tuple[int, int]) -> None:
    secret = element(
        "secret", "DATABASE_URL in .env.example", attributes={"where": "config", **said}, evidence=(evidence(".env.example:3"),)
    )
    asked = next(one for one in load_catalog().threats if one.slug == "secret-in-code-or-config")
    found = only(asked, secret, flows=())
    assert (found.likelihood, found.impact) == risk


def test_several_factors_raise_once_and_never_above_five() -> None:
    part = agent(holds_secret=True, effects=("payment", "write"), decides_about="people")
    many = {"raise_when": ["holds_secrets", "moves_money", "changes_data", "about_people"]}
    assert only(threat(impact={"base": 3, **many}), part).impact == 4
    assert only(threat(impact={"base": 5, **many}), part).impact == 5


def test_every_finding_gives_its_starting_points() -> None:
    assert {"likelihood starts at 3", "impact starts at 3"} <= set(only(threat()).risk_reasons)


def test_a_lowering_control_lowers_likelihood_and_is_cited() -> None:
    guard = Control(id="c1", kind="guardrail", protects=("agent:assistant",), evidence=(evidence("guard.py:7"),))
    found = only(threat(lowered_by=["guardrail", "rate_limit"]), controls=(guard,))
    assert found.likelihood == 2
    assert any("guardrail" in reason and "guard.py:7" in reason for reason in found.risk_reasons)
    assert found.missing_controls == ("rate_limit",)


def test_what_would_remove_it_is_said() -> None:
    found = only(threat(removed_by=["human_approval"], lowered_by=["guardrail"]))
    assert {"removed by human approval", "lowered by guardrail"} <= set(found.would_change_it)
    assert found.missing_controls == ("human_approval", "guardrail")


@pytest.mark.parametrize(("given_confidence", "lowered"), [("high", "medium"), ("medium", "low"), ("low", "low")])
def test_confidence_is_lowered_where_all_stands_in_examples(given_confidence: str, lowered: str) -> None:
    given_threat = threat(confidence=given_confidence, not_in=["test"])
    assert only(given_threat).confidence == given_confidence
    found = only(given_threat, agent(path="examples/app.py", examples_only=True), flows=(asks(path="examples/app.py"),))
    assert found.confidence == lowered
    assert found.severity == only(given_threat).severity  # how sure we are is not how bad it is


def test_the_folders_of_a_package_are_no_examples() -> None:
    def believed(folder: str) -> tuple[str, str]:
        path = f"{folder}/Chat.java"
        found = only(threat(likelihood={"base": 3, "lower_when": ["only_in_examples"]}), agent(path=path), flows=(asks(path=path),))
        return found.severity, found.confidence

    product = believed("src/main/java/com/shop/chat")
    assert believed("src/main/java/com/example/demo") == product  # what a generator of projects names them
    assert believed("samples/src/main/java/com/shop") == believed("examples/chat") != product


def test_what_only_a_drawing_shows_is_of_low_confidence() -> None:
    drawn = asks().model_copy(update={"stated_by": "document"})
    part = agent(stated_by="document")
    assert only(threat(), part, flows=(drawn,)).confidence == "low"


# Grouping

TWO = (agent("one"), agent("two"))
FLOWS = (asks("agent:one", line=10), asks("agent:two", line=20))


@pytest.mark.parametrize(("group_by", "count"), [("element", 2), ("kind", 1), ("system", 1), ("source", 1), ("file", 1), ("sink", 2)])
def test_matches_with_one_remedy_are_one_finding_with_all_its_places(group_by: str, count: int) -> None:
    findings, coverage = composed(threat(group_by=group_by), *TWO, flows=FLOWS)
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("app.py", 10), ("app.py", 20)}
    assert {cell.element for cell in coverage if cell.state == "finding"} == {"agent:one", "agent:two"}


def test_images_are_one_finding_whatever_runs_in_them_and_actions_another() -> None:
    image = {"pin": "latest"}
    parts = (
        element("container", "Dockerfile", attributes=image, evidence=(evidence("Dockerfile:1"),)),
        element("vector_store", "qdrant service", "data", attributes=image, evidence=(evidence("compose.yaml:3"),)),
        element("ci_job", "release", attributes=image, evidence=(evidence("release.yml:4"),)),
    )
    given = threat(group_by="image", about=["container", "vector_store", "ci_job"], when=[{"the_element": {"pin": "latest"}}])
    found = composed(given, *parts, flows=())[0]
    assert sorted(sorted({e.path for e in f.evidence}) for f in found) == [["Dockerfile", "compose.yaml"], ["release.yml"]]


def test_files_are_told_apart() -> None:
    parts = (agent("one", "a.py"), agent("two", "b.py"))
    flows = (asks("agent:one", path="a.py"), asks("agent:two", path="b.py"))
    assert len(composed(threat(group_by="file"), *parts, flows=flows)[0]) == 2


def test_sources_are_told_apart() -> None:
    other = element("http_route", "POST /other", evidence=(evidence("app.py:1"),))
    flows = (asks("agent:one"), asks("agent:two", other.id))
    assert len(composed(threat(group_by="source"), other, *TWO, flows=flows)[0]) == 2


def test_one_element_with_two_ends_is_two_findings_by_sink() -> None:
    ends = (element("interpreter", "eval"), element("data_store", "db"))
    flows = tuple(
        flow("agent:assistant", end.id, ("model_reply",), None, steps=(evidence(f"app.py:{number}"),)) for number, end in enumerate(ends, 5)
    )
    when = [{"a_flow": {"out_of": "the_element"}}]
    found = composed(threat(group_by="sink", when=when), agent(), *ends, flows=flows)[0]
    assert sorted(f.attack_path[-1] for f in found) == ["data_store:db", "interpreter:eval"]
    assert len({f.id for f in found}) == 2


def test_models_and_agents_behind_one_entry_are_one_finding() -> None:
    model = element("hosted_llm", "gpt", evidence=(evidence("app.py:4"),))
    flows = (asks("agent:assistant"), asks(model.id))
    assert only(threat(group_by="source", about=["agent", "hosted_llm"]), agent(), model, flows=flows).threat == "sample"


@pytest.mark.parametrize(("file", "role", "count"), [("app.py", "path", 1), ("other.py", "path", 2), ("app.py", "url", 2)])
def test_files_opened_in_one_module_are_one_end(file: str, role: SinkRole, count: int) -> None:
    ends = (element("file_store", "Report.save_as_json (files)"), element("file_store", "Report.save_as_yaml (files)"))
    flows = (
        flow("agent:assistant", ends[0].id, ("model_reply",), "path", steps=(evidence("app.py:5"),)),
        flow("agent:assistant", ends[1].id, ("model_reply",), role, steps=(evidence(f"{file}:6"),)),
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("app.py", 5), (file, 6)}


@pytest.mark.parametrize(("argument", "count"), [("tools.go:7", 1), ("tools.go:9", 2)])
def test_an_argument_of_a_tool_is_checked_where_the_tool_takes_it(argument: str, count: int) -> None:
    tool = element("mcp_tool", "edit", evidence=(evidence("tools.go:5"),))
    ends = (element("file_store", "files"), element("file_store", "others"))
    flows = tuple(
        flow(tool.id, end.id, ("tool_arguments",), "path", steps=(evidence("tools.go:5"), evidence(taken), evidence(f"{name}.go:6")))
        for name, end, taken in zip(("one", "two"), ends, ("tools.go:7", argument), strict=True)
    )
    given = threat(group_by="sink", about=["mcp_tool"], when=[{"a_flow": {"out_of": "the_element"}}])
    findings = composed(given, tool, *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("one.go", 6), ("two.go", 6)}


@pytest.mark.parametrize(
    ("quote", "count"),
    [("output_dir=req.output_dir,", 1), ("output_dir=req.folder,", 2), ("output_dir=pick(req.output_dir()),", 2), ("made(output_dir)", 2)],
)
def test_a_field_of_requests_of_one_module_is_checked_once(quote: str, count: int) -> None:
    routes = tuple(element("http_route", f"POST /{name}", evidence=(evidence(f"main.py:{line}"),)) for name, line in (("a", 5), ("b", 15)))
    ends = (element("file_store", "one (files)"), element("file_store", "two (files)"))
    told = ("output_dir=req.output_dir,", quote)
    flows = tuple(
        flow(
            route.id, end.id, ("user_input",), "path",
            steps=(
                evidence(f"main.py:{line}"), evidence(f"main.py:{line + 1}").model_copy(update={"quote": said}), evidence(f"{end.name[:3]}.py:6"),
            ),
        )
        for route, end, said, line in zip(routes, ends, told, (5, 15), strict=True)
    )  # fmt: skip
    given = threat(group_by="sink", about=["http_route"], when=[{"a_flow": {"out_of": "the_element"}}])
    findings = composed(given, *routes, *ends, flows=flows)[0]
    assert len(findings) == count


@pytest.mark.parametrize(
    ("file", "quote", "count"),
    [
        ("view.js", "bubble.innerHTML = marked.parse(text);", 1), ("list.js", "bubble.innerHTML = marked.parse(text);", 2),
        ("view.js", "return <Markdown>{text}</Markdown>;", 2),
    ],
)  # fmt: skip
def test_what_the_views_of_a_script_put_into_a_page_is_cleaned_once(file: str, quote: str, count: int) -> None:
    ends = (element("renderer", "View.draw (page)"), element("renderer", "View.renew (page)"))
    flows = tuple(
        flow(
            "agent:assistant",
            end.id,
            ("model_reply",),
            "html",
            steps=(evidence("app.py:5"), evidence(place).model_copy(update={"quote": said})),
        )
        for end, place, said in zip(ends, ("view.js:6", f"{file}:16"), ("box.innerHTML += text;", quote), strict=True)
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count


@pytest.mark.parametrize(
    ("quotes", "told"),
    [
        (('with open(path, "r") as file:', 'with open(path, "w") as file:'), "two"), (("os.makedirs(folder)", "text = path.read_text()"), "two"),
        (("path.write_text(said)", "if os.path.exists(path):"), "one"),
    ],
)  # fmt: skip
def test_a_file_that_is_changed_is_told_before_one_that_is_read(quotes: tuple[str, str], told: str) -> None:
    routes = tuple(element("http_route", name, evidence=(evidence(f"{name}.py:5"),)) for name in ("one", "two"))
    store = element("file_store", "files")
    flows = tuple(
        flow(route.id, store.id, ("user_input",), "path",
             steps=(evidence(f"{route.name}.py:5"), evidence("files.py:6").model_copy(update={"quote": said, "start_line": line, "end_line": line})))
        for route, said, line in zip(routes, quotes, (6, 9), strict=True)
    )  # fmt: skip
    given = threat(group_by="sink", about=["http_route"], when=[{"a_flow": {"out_of": "the_element"}}])
    findings = composed(given, *routes, store, flows=flows)[0]
    assert [f.element for f in findings] == [f"http_route:{told}"]


@pytest.mark.parametrize(("taken", "count"), [("fetch.go:3", 1), ("fetch.go:30", 2)])
def test_a_file_or_an_address_that_one_function_opens_as_it_is_told_is_one_end(taken: str, count: int) -> None:
    ends = (element("file_store", "files"), element("external_service", "Fetch (go)"))
    roles: tuple[SinkRole, ...] = ("path", "url")
    steps = [
        (
            evidence("ask.go:5"),
            taken_by(place, evidence(place)),
            evidence(f"fetch.go:{line}"),
        )
        for place, line in (("fetch.go:3", 6), (taken, 40))
    ]
    flows = tuple(
        flow("agent:assistant", end.id, ("model_reply",), role, steps=way) for end, role, way in zip(ends, roles, steps, strict=True)
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("fetch.go", 6), ("fetch.go", 40)}


@pytest.mark.parametrize(("other", "count"), [("Action.Init (interpreter)", 1), ("Prompt.Run (interpreter)", 2)])
def test_code_that_one_class_runs_is_one_end(other: str, count: int) -> None:
    ends = (element("interpreter", "Action.Run (interpreter)"), element("interpreter", other))
    flows = tuple(
        flow("agent:assistant", end.id, ("model_reply",), "code", steps=(evidence(f"action.go:{line}"),))
        for line, end in zip((5, 40), ends, strict=True)
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("action.go", 5), ("action.go", 40)}


@pytest.mark.parametrize(("second", "count"), [("db.py:12", 1), ("db.py:40", 2), ("other.py:12", 2)])
def test_two_tables_that_one_query_names_are_one_end(second: str, count: int) -> None:
    ends = (element("data_store", "Item"), element("data_store", "vector_search"))
    flows = tuple(
        flow("agent:assistant", end.id, ("model_reply",), "query", steps=(evidence(at, "sql = text(query)"),))
        for end, at in zip(ends, ("db.py:10", second), strict=True)
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {f"{e.path}:{e.start_line}" for f in findings for e in f.evidence} >= {"db.py:10", second}


def taken_by(function: str, step: Evidence) -> Evidence:
    return step.model_copy(update={"taken_by": function})


@pytest.mark.parametrize(("same", "count"), [(True, 1), (False, 2)])
def test_a_function_copied_into_another_class_is_one_finding_with_both_places(same: bool, count: int) -> None:
    ends = (element("file_store", "Coder.save (files)"), element("file_store", "Patcher.save (files)"))

    def lines(file: str, first: int, named: str) -> tuple[Evidence, ...]:
        said = ("    def save(self, files, project):", f"        path = join(project, {named})", '        with open(path, "w") as f:')
        steps = [evidence(f"{file}:{number}", text, "step") for number, text in enumerate(said, first)]
        return (evidence("llm.py:4"), taken_by(f"{file}:{first}", steps[0]), *steps[1:])

    flows = (
        flow("agent:assistant", ends[0].id, ("model_reply",), "path", steps=lines("coder.py", 66, "file")),
        flow("agent:assistant", ends[1].id, ("model_reply",), "path", steps=lines("patcher.py", 69, "file" if same else "safe(file)")),
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("coder.py", 68), ("patcher.py", 71)}


@pytest.mark.parametrize(("shared", "count"), [(True, 1), (False, 2)])
def test_stores_that_the_same_callers_fill_are_one_finding(shared: bool, count: int) -> None:
    stores = tuple(element("vector_store", name, "data", evidence=(evidence(f"{name}.py:1"),)) for name in ("milvus", "qdrant"))
    other = element("http_route", "POST /other", evidence=(evidence("app.py:1"),))
    flows = (
        flow(ROUTE.id, stores[0].id, role="index_write", steps=(evidence("milvus.py:5"),)),
        flow(ROUTE.id if shared else other.id, stores[1].id, role="index_write", steps=(evidence("qdrant.py:5"),)),
    )
    findings = composed(threat(group_by="source", about=["vector_store"]), other, *stores, flows=flows)[0]
    assert len(findings) == count
    assert {e.path for f in findings for e in f.evidence} == {"milvus.py", "qdrant.py"}


@pytest.mark.parametrize(
    ("second", "line", "count"), [("pkg/examples/app.py", 3, 1), ("pkg/examples/app.py", 4, 2), ("pkg/other.py", 3, 2)]
)
def test_a_copied_file_is_one_finding_with_both_places(second: str, line: int, count: int) -> None:
    original, copy = (
        element("agent", name, attributes={"weak": True}, evidence=(evidence(f"{path}:{at}", "agent = Agent()"),))
        for name, path, at in (("one", "examples/app.py", 3), ("two", second, line))
    )
    findings, coverage = composed(threat(when=[{"the_element": {"weak": True}}]), original, copy, flows=())
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} == {("examples/app.py", 3), (second, line)}
    assert {cell.element for cell in coverage if cell.state == "finding"} == {"agent:one", "agent:two"}


def test_the_names_of_the_element_that_leads_are_told() -> None:
    given_threat = threat(about=["package"], sentence="{element} floats {names}", when=[{"the_element": {"ai": True}}])
    part = element(
        "package", "requirements.txt", attributes={"ai": True, "names": ("langchain", "openai")}, evidence=(evidence("r.txt:1"),)
    )
    assert only(given_threat, part, flows=()).description.startswith("`requirements.txt` floats `langchain`, `openai`. ")


def test_the_worst_of_a_group_leads_it_and_the_others_are_named() -> None:
    given_threat = threat(group_by="kind", impact={"base": 3, "raise_when": ["holds_secrets"]})
    found = only(given_threat, agent("one"), agent("two", holds_secret=True), flows=FLOWS)
    assert (found.element, found.impact) == ("agent:two", 4)
    assert re.search(r"The same holds for .?one\b", found.description)


@pytest.mark.parametrize(("measuring", "leads"), [("src/evals/batch.py", "agent:two"), ("src/evaluate.py", "agent:one")])
def test_what_measures_the_program_does_not_lead_a_finding_about_the_program(measuring: str, leads: str) -> None:
    ways = (asks("agent:one", path=measuring), asks("agent:two", path="src/app.py"))
    given_threat = threat(group_by="kind", impact={"base": 3, "raise_when": ["holds_secrets"]})
    measured, product = agent("one", path=measuring, holds_secret=True), agent("two", path="src/app.py")
    found = only(given_threat, measured, product, flows=ways)
    assert (found.element, found.impact) == (leads, 3 if leads == "agent:two" else 4)
    assert {e.path for e in found.evidence} >= {measuring, "src/app.py"}


def test_a_finding_about_what_measures_alone_is_still_made() -> None:
    found = only(threat(), agent("one", path="src/evals/batch.py"), flows=(asks("agent:one", path="src/evals/batch.py"),))
    assert (found.element, found.severity) == ("agent:one", "medium")


def test_findings_come_most_severe_first_in_a_fixed_order() -> None:
    findings = composed(threat(impact={"base": 3, "raise_when": ["holds_secrets"]}), agent("a"), agent("b", holds_secret=True), agent("c"),
                        flows=(asks("agent:a"), asks("agent:b"), asks("agent:c")))[0]  # fmt: skip
    assert [f.element for f in findings] == ["agent:b", "agent:a", "agent:c"]


def test_a_finding_without_lines_is_not_made() -> None:
    bare = element("agent", "assistant")
    findings, _coverage = composed(threat(when=[{"the_element": {"x": "absent"}}]), bare, flows=())
    assert not findings


# Coverage

STATES = st.sampled_from(["bare", "guarded", "untouched", "drawn"])


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["agent", "tool", "log"]), STATES), max_size=6),
    st.sampled_from([["tampering"], ["spoofing", "tampering"], ["repudiation"]]),
)
def test_every_element_and_class_has_exactly_one_cell(made: list[tuple[str, str]], stride: list[str]) -> None:
    parts, flows, controls = [], [], []
    for number, (kind, state) in enumerate(made):
        part = Element.model_validate({"id": f"{kind}:{number}", "kind": kind, "name": str(number), "zone": "application",
                                       "evidence": () if state == "drawn" else (evidence("app.py:3"),), "attributes": {"stated_by": "document"} if state == "drawn" else {}})  # fmt: skip
        parts.append(part)
        if state in ("bare", "guarded"):
            flows.append(asks(part.id))
        if state == "guarded":
            controls.append(Control(id=f"c{number}", kind="guardrail", protects=(part.id,), evidence=(evidence("g.py:1"),)))
    system = System(elements=(ROUTE, *parts), flows=tuple(flows), controls=tuple(controls))
    findings, coverage, _paths = compose(system, match_threats(system, (threat(stride=stride, removed_by=["guardrail"]),)))
    assert sorted((cell.element, cell.stride) for cell in coverage) == sorted(product((e.id for e in system.elements), STRIDE))
    known = {f.id: f for f in findings}
    for cell in coverage:
        assert cell.state in get_args(CoverageState) and cell.reason
        assert bool(cell.findings) == (cell.state == "finding") and bool(cell.controls) == (cell.state == "mitigated")
        assert all(cell.stride in known[identity].stride for identity in cell.findings)
    assert {identity for cell in coverage for identity in cell.findings} == set(known)


def test_each_state_has_its_reason() -> None:
    parts = (
        agent("bare"),
        agent("guarded"),
        agent("untouched"),
        element("tool", "none", evidence=(evidence("app.py:4"),)),
        agent("drawn", stated_by="document"),
    )
    guard = Control(id="c", kind="guardrail", protects=("agent:guarded",), evidence=(evidence("g.py:1"),))
    _findings, coverage = composed(
        threat(removed_by=["guardrail"]), *parts, flows=(asks("agent:bare"), asks("agent:guarded")), controls=(guard,)
    )
    cells = {cell.element: (cell.state, cell.reason) for cell in coverage if cell.stride == "tampering"}
    assert cells["agent:bare"] == ("finding", "sample")
    assert cells["agent:guarded"] == ("mitigated", "sample: guardrail")
    assert cells["agent:untouched"] == ("not_applicable", "sample: no data flows into it")
    assert cells["tool:none"] == ("not_examined", "the catalog has no threat of this class about a tool")
    assert cells["agent:drawn"][0] == "not_examined"


# Identity


def test_a_fingerprint_is_of_the_threat_and_what_it_is_about() -> None:
    assert fingerprint("a", "b") == fingerprint("a", "b") != fingerprint("a", "c")
    assert fingerprint("a", "bc") != fingerprint("ab", "c")
    assert len(fingerprint("a", "b")) == 16 and int(fingerprint("a", "b"), 16) >= 0


HEAD = "import os\nfrom fastapi import FastAPI\nfrom langchain_core.tools import tool\nfrom langchain.agents import create_agent\nfrom openai import OpenAI\n\napp = FastAPI()\nclient = OpenAI()\n"
FUNCTIONS = (
    '@tool\ndef run_command(command: str) -> str:\n    """Run it."""\n    return os.popen(command).read()\n',
    "@app.post('/ask')\ndef ask(question: str) -> str:\n    reply = client.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': question}])\n    exec(reply.choices[0].message.content)\n    return 'done'\n",
    "@app.post('/chat')\ndef chat(question: str) -> str:\n    agent = create_agent('openai:gpt-5', tools=[run_command])\n    return agent.invoke({'messages': [{'role': 'user', 'content': question}]})\n",
    "def load(path):\n    import pickle\n    return pickle.load(open(path, 'rb'))\n",
)  # fmt: skip


def identities(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(text, "utf-8")
    return {f.id: (f.threat, f.element) for f in scan(folder, ScanSettings(jobs=1)).findings}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity") / "system"


@pytest.fixture(scope="module")
def before(folder: Path) -> dict[str, tuple[str, str]]:
    found = identities(folder, HEAD + "\n\n".join(FUNCTIONS))
    assert len(found) >= 4
    return found


@settings(deadline=None, max_examples=15)
@given(edit=st.data())
def test_a_fingerprint_survives_inserted_lines_and_moved_functions(
    folder: Path, before: dict[str, tuple[str, str]], edit: st.DataObject
) -> None:
    order = edit.draw(st.permutations(FUNCTIONS))
    fill = st.sampled_from(["", "\n", "\n\n\n", "# a remark\n", "LIMIT = 3\n\n"])
    text = HEAD + "".join(edit.draw(fill) + "\n" + function for function in order)
    lines = text.split("\n")
    at = edit.draw(st.integers(0, len(lines) - 1))
    indent = len(lines[at]) - len(lines[at].lstrip())
    if not lines[at].strip().startswith(('"""', "@")) and lines[at].strip():
        lines.insert(at, " " * indent + "# inserted")
    assert identities(folder, "\n".join(lines)) == before


def test_another_element_is_another_finding(folder: Path, before: dict[str, tuple[str, str]]) -> None:
    renamed = identities(folder, (HEAD + "\n\n".join(FUNCTIONS)).replace("run_command", "do_command"))
    gone = {about for identity, about in before.items() if identity not in renamed}
    assert gone and all("run_command" in about[1] for about in gone)


def test_providers_that_share_a_caller_are_one_finding_whichever_caller_comes_first() -> None:
    others = [element("http_route", f"POST /{name}", evidence=(evidence(f"app.py:{line}"),)) for line, name in enumerate(("a", "b"), 2)]
    flows = (asks("agent:one", others[0].id), asks("agent:one"), asks("agent:two", others[1].id), asks("agent:two"))
    found, coverage = composed(threat(group_by="source"), *others, *TWO, flows=flows)
    assert len(found) == 1
    assert {cell.element for cell in coverage if cell.state == "finding"} == {"agent:one", "agent:two"}


@pytest.mark.parametrize(("function", "count"), [("hub.py:6", 1), ("", 2)])
def test_modules_that_one_function_hands_a_path_on_to_are_one_finding_with_both_places(function: str, count: int) -> None:
    ends = (element("file_store", "one.send (files)"), element("file_store", "two.send (files)"))
    shared = taken_by(function, evidence("hub.py:7"))
    flows = tuple(
        flow("agent:assistant", end.id, ("model_reply",), "path", steps=(evidence("app.py:5"), shared, evidence(f"{name}.py:6")))
        for name, end in zip(("one", "two"), ends, strict=True)
    )
    findings = composed(threat(group_by="sink", when=[{"a_flow": {"out_of": "the_element"}}]), agent(), *ends, flows=flows)[0]
    assert len(findings) == count
    assert {(e.path, e.start_line) for f in findings for e in f.evidence} >= {("one.py", 6), ("two.py", 6)}


@pytest.mark.parametrize(
    ("role", "carries", "harmless"),
    [("response", "user_input", True), ("shell", "user_input", False), ("query", "user_input", False), ("response", "web_content", False)],
)
def test_text_that_only_steers_the_callers_own_answer_harms_nobody_else(role: SinkRole, carries: Label, harmless: bool) -> None:
    end = element("component", "end")
    flows = (
        asks().model_copy(update={"carries": (carries,)}),
        flow("agent:assistant", end.id, ("model_reply",), role, steps=(evidence("app.py:9"),)),
    )
    impact = {"base": 3, "lower_when": ["harms_only_the_caller"]}
    when = [{"a_flow": {"into": "the_element"}}]
    assert only(threat(when=when, impact=impact), agent(), end, flows=flows).impact == (2 if harmless else 3)


def test_where_ways_begin_and_end_is_kept_before_the_steps_between() -> None:
    steps = tuple(evidence(f"app.py:{line}", role="step") for line in range(2, 80))
    way = (evidence("app.py:1", role="source"), *steps, evidence("app.py:99", role="sink"))
    found = only(threat(), agent(), flows=(flow(ROUTE.id, "agent:assistant", ("user_input",), "prompt", steps=way),))
    lines = [(e.start_line, e.role) for e in found.evidence]
    assert (1, "source") in lines
    assert (99, "sink") in lines
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("names", "quotes", "count"),
    [
        (("API_KEY in .env.example", "API_KEY in app/.env.example"), ("API_KEY=sk-1****", "API_KEY=sk-1****"), 1),
        (("API_KEY in .env.example", "API_KEY in app/.env.example"), ("API_KEY=sk-1****", "API_KEY=sk-2****"), 2),
        (("API_KEY in .env.example", "OTHER_KEY in app/.env.example"), ("API_KEY=sk-1****", "OTHER_KEY=sk-1****"), 2),
        (("API_KEY in a.py", "API_KEY in b.py"), ('key = "****"', 'key = "****"'), 2),
    ],
)
def test_one_credential_in_two_files_is_one_finding(names: tuple[str, str], quotes: tuple[str, str], count: int) -> None:
    parts = [
        element("secret", name, attributes={"where": "config"}, evidence=(evidence(f"{name.split(' in ')[1]}:{line}", quote),))
        for line, (name, quote) in enumerate(zip(names, quotes, strict=True), 1)
    ]
    findings, coverage = composed(threat(about=["secret"], when=[{"the_element": {"where": "config"}}]), *parts, flows=())
    assert len(findings) == count
    assert {e.path for f in findings for e in f.evidence} == {name.split(" in ")[1] for name in names}
    assert {cell.element for cell in coverage if cell.state == "finding"} == {part.id for part in parts}


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (("Tool._run (sql)", "Tool._arun (sql)"), 1), (("Store.search (x)", "Store.async_search (x)"), 1),
        (("Tool._run (sql)", "Other._arun (sql)"), 2), (("Tool.run (sql)", "Tool.add (sql)"), 2),
    ],
)  # fmt: skip
def test_a_method_and_its_async_twin_are_one_finding(names: tuple[str, str], count: int) -> None:
    parts = [
        element("agent", name, attributes={"weak": True}, evidence=(evidence(f"app.py:{line}"),)) for line, name in enumerate(names, 1)
    ]
    assert len(composed(threat(when=[{"the_element": {"weak": True}}]), *parts, flows=())[0]) == count


@pytest.mark.parametrize(("second", "count"), [("pkg/mcp/calls.go:9", 1), ("pkg/other/client.go:9", 2), (".mcp.json:4", 2)])
def test_clients_that_one_package_makes_of_an_mcp_server_are_one_finding(second: str, count: int) -> None:
    clients = [
        element("mcp_client", name, attributes={"remote": True}, evidence=(evidence(at),))
        for name, at in (("Connect", "pkg/mcp/connect.go:5"), ("Call", second))
    ]
    given = threat(about=["mcp_client"], when=[{"the_element": {"remote": True}}])
    assert len(composed(given, *clients, flows=())[0]) == count


@pytest.mark.parametrize(("file", "count"), [("servers/jira.py", 1), ("other/jira.py", 2)])
def test_servers_that_one_folder_makes_are_one_finding(file: str, count: int) -> None:
    made = tuple(
        element("mcp_server", name, evidence=(evidence(f"{place}:5"),)) for name, place in (("wiki", "servers/wiki.py"), ("jira", file))
    )
    given = threat(group_by="folder", about=["mcp_server"], when=[{"the_element": {"transport": "stdio"}}])
    servers = tuple(one.model_copy(update={"attributes": {"transport": "stdio"}}) for one in made)
    findings = composed(given, *servers)[0]
    assert len(findings) == count
