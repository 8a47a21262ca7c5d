"""The story of a change says what came and what went, the most important first, and is silent about what only moved."""

from __future__ import annotations

from typing import Any

from pipeline.findings.comparing import compare
from pipeline.findings.model import Decision, Scan, Suppression
from pipeline.findings.story import story_of
from pipeline.system.model import Claim, Control, Element, Evidence, Flow, Package, Relation, System
from tests.factories import element, evidence, finding, flow, scan

ROUTE = element("http_route", "POST /ask", evidence=(evidence("app.py:3", '@app.post("/ask")'),))
MODEL = element("hosted_llm", "gpt-4o", zone="third_party", evidence=(evidence("app.py:9", 'ask(model="gpt-4o")'),))
SHELL = element("interpreter", "run (process)", evidence=(evidence("app.py:12", "run(reply, shell=True)"),))


def of(
    *elements: Element, flows: tuple[Flow, ...] = (), controls: tuple[Control, ...] = (), claims: tuple[Claim, ...] = (), **more: Any
) -> Scan:
    paths = {place.path for one in elements for place in one.evidence}
    system = System(
        elements=elements, flows=flows, controls=controls, claims=claims, relations=more.pop("relations", ()), packages=more.pop("packages", ())
    )  # fmt: skip
    return scan(more.pop("findings", ()), system=system, examined=tuple(sorted(paths | {"app.py"})), **more)


def told(old: Scan, new: Scan, renames: dict[str, str] | None = None) -> list[str]:
    return [line.text for line in story_of(old, new, renames=renames).lines]


def control(kind: str, protects: str, at: str = "app.py:4", quote: str = "Depends(user)") -> Control:
    return Control(id=f"{kind}@{at}", kind=kind, protects=(protects,), evidence=(evidence(at, quote),))


def moved(place: Evidence, path: str, by: int = 0) -> Evidence:
    return place.model_copy(update={"path": path, "start_line": place.start_line + by, "end_line": place.end_line + by})


def test_nothing_changed_is_nothing_told() -> None:
    assert story_of(of(ROUTE, MODEL), of(ROUTE, MODEL)).lines == ()


def test_lines_that_moved_and_files_that_were_renamed_are_no_news() -> None:
    at = element("hosted_llm", "app.ask (openai)", zone="third_party", evidence=(evidence("app.py:9", 'client.create(model="m")'),))
    there = at.model_copy(update={"evidence": tuple(moved(place, "src/web.py", 40) for place in at.evidence), "name": "src.web.ask (openai)", "id": "hosted_llm:src.web.ask (openai)"})  # fmt: skip
    route = ROUTE.model_copy(update={"evidence": tuple(moved(place, "src/web.py", 40) for place in ROUTE.evidence)})
    old, new = of(ROUTE, at), of(route, there)
    assert told(old, new.model_copy(update={"examined": ("src/web.py",)}), {"app.py": "src/web.py"}) == []
    assert told(old, new.model_copy(update={"examined": ("src/web.py",)})) == []  # also where git knows of no rename


def test_a_new_route_says_whether_anything_asks_who_calls() -> None:
    assert told(of(MODEL), of(MODEL, ROUTE)) == ["New HTTP route POST /ask, no authentication was seen"]
    guarded = of(MODEL, ROUTE, controls=(control("authentication", ROUTE.id),))
    assert told(of(MODEL), guarded) == ["New HTTP route POST /ask, behind authentication"]
    assert story_of(of(MODEL), of(MODEL, ROUTE)).lines[0].evidence == ROUTE.evidence
    (gone,) = story_of(of(MODEL, ROUTE), of(MODEL)).lines
    assert (gone.kind, gone.tone, gone.gone) == ("entry_removed", "better", True)


def test_many_of_one_kind_are_one_line() -> None:
    routes = [element("http_route", f"GET /{n}", evidence=(evidence(f"app.py:{n + 1}", f"route {n}"),)) for n in range(9)]
    (line,) = story_of(of(MODEL), of(MODEL, *routes)).lines
    assert line.text == "9 new HTTP routes, no authentication was seen: GET /0, GET /1, GET /2 and 6 more" and line.count == 9


def test_a_flow_into_a_shell_is_told_before_everything_else_but_a_control_that_is_gone() -> None:
    zones = ("zone:third_party", "zone:application")
    reply = flow(MODEL.id, SHELL.id, ("model_reply",), "shell", crosses=zones, steps=(evidence("app.py:9"), evidence("app.py:12")))
    old = of(ROUTE, MODEL, SHELL, controls=(control("authentication", ROUTE.id),))
    assert told(old, of(ROUTE, MODEL, SHELL, flows=(reply,))) == [
        "Authentication no longer protects POST /ask",
        "Model reply of gpt-4o can now reach run (process) as a shell command (third party to application)",
    ]
    assert told(of(ROUTE, MODEL, SHELL, flows=(reply,)), old)[-1] == "Model reply of gpt-4o can no longer reach run (process)"
    inside = reply.model_copy(update={"crosses": ()})
    assert told(of(ROUTE, MODEL, SHELL), of(ROUTE, MODEL, SHELL, flows=(inside,))) == []


def test_a_control_that_stands_elsewhere_is_no_news_and_one_that_guards_another_is() -> None:
    other = element("http_route", "POST /admin", evidence=(evidence("app.py:20", "admin"),))
    old = of(ROUTE, other, controls=(control("authentication", ROUTE.id),))
    assert told(old, of(ROUTE, other, controls=(control("authentication", ROUTE.id, "app.py:70", "Depends( user )"),))) == []
    assert told(old, of(ROUTE, other, controls=(control("authentication", other.id),))) == [
        "Authentication no longer protects POST /ask, but POST /admin"
    ]


def test_a_scan_that_did_not_look_says_nothing_of_what_is_gone() -> None:
    old = of(ROUTE, MODEL, controls=(control("authentication", ROUTE.id, "auth.py:1"),))
    from pipeline.findings.model import Failed

    new = of(ROUTE, MODEL, errors=(Failed(path="auth.py", error="cannot be read"),))
    assert told(old, new) == []
    bounded = of(ROUTE, MODEL, SHELL, errors=(Failed(path=MODEL.id, error="flow search reached its bound"),))
    reply = flow(MODEL.id, SHELL.id, ("model_reply",), "shell", crosses=("a", "b"))
    assert told(of(ROUTE, MODEL, SHELL, flows=(reply,)), bounded) == []


def test_a_broken_promise_and_a_kept_one() -> None:
    def claim(kept: bool) -> Claim:
        return Claim(
            id="c", text="Refunds are approved by a person.", kept=kept, evidence=(evidence("docs/design.md:4", "Refunds", "claim"),)
        )

    old, new = of(ROUTE, claims=(claim(True),)), of(ROUTE, claims=(claim(False),))
    assert told(old, new) == ["“Refunds are approved by a person.” is not kept any more"]
    assert story_of(new, old).lines[0].tone == "better" and told(of(ROUTE), old) == []


def test_another_model_takes_the_place_of_one() -> None:
    other = element("hosted_llm", "gpt-5", zone="third_party", evidence=(evidence("app.py:9", 'ask(model="gpt-5")'),))
    assert told(of(ROUTE, MODEL), of(ROUTE, other)) == ["gpt-5 takes the place of gpt-4o as hosted model"]


def test_one_more_place_that_asks_the_same_provider_is_no_news() -> None:
    one, two = (
        element(
            "hosted_llm",
            f"{name} (openai)",
            zone="third_party",
            attributes={"provider": "OpenAI"},
            evidence=(evidence(f"{name}.py:1", name),),
        )
        for name in ("first", "second")
    )
    assert told(of(ROUTE, one), of(ROUTE, one, two)) == []


def test_an_agent_that_gets_a_tool_that_was_there() -> None:
    agent, tool = element("agent", "desk"), element("tool", "refund")
    tie = Relation(source=agent.id, kind="has_tool", target=tool.id, evidence=(evidence("app.py:30", "tools=[refund]"),))
    assert told(of(agent, tool), of(agent, tool, relations=(tie,))) == ["desk may now use the tool refund"]
    assert told(of(agent, tool, relations=(tie,)), of(agent, tool)) == ["desk may no longer use the tool refund"]


def test_packages_and_examples() -> None:
    package = Package(name="langchain", ecosystem="pypi", pin="exact", ai=True)
    example = element("hosted_llm", "sample", attributes={"examples_only": True})
    assert told(of(ROUTE), of(ROUTE, example, packages=(package, package.model_copy(update={"name": "flask", "ai": False})))) == [
        "New AI package langchain"
    ]


def test_a_suppression_that_closes_something_is_told_with_its_reason() -> None:
    decision = Decision(kind="accepted", reason="internal only", where="app.py:8")
    said = Suppression(decision=decision, threat="indirect-prompt-injection", findings=("f-indirect-prompt-injection",))
    closed = finding(status="accepted", decision=decision)
    old = of(element(), findings=(finding(),))
    new = of(element(), findings=(closed,), suppressions=(said,))
    assert told(old, new) == ["app.py:8 closes a finding (indirect-prompt-injection) as accepted: internal only"]
    lines = said.model_copy(update={"decision": decision.model_copy(update={"where": "app.py:80"})})
    assert told(new, new.model_copy(update={"suppressions": (lines,)})) == []
    assert told(old, old.model_copy(update={"suppressions": (said.model_copy(update={"findings": (), "stale": "no such"}),)})) == []


def test_what_brings_severe_findings_comes_first_and_names_them() -> None:
    quiet, loud = element("tool", "a quiet one"), element("tool", "loud")
    found = finding("model-output-in-shell", severity="critical", element=loud.id)
    old, new = of(ROUTE), of(ROUTE, quiet, loud, findings=(found,))
    lines = story_of(old, new, changes=compare(old, new)).lines
    assert [line.text for line in lines] == ["New tool loud", "New tool a quiet one"] and lines[0].findings == (found.id,)


def test_the_story_is_cut_and_says_so() -> None:
    tools = [element(kind, f"{kind} {n}") for kind in ("tool", "agent", "vector_store", "queue", "mcp_server", "webhook") for n in range(2)]
    story = story_of(of(ROUTE), of(ROUTE, *tools), most=5)
    assert len(story.lines) == 5 and story.left_out == 7


def test_an_element_whose_long_name_is_cut_elsewhere_is_the_same() -> None:
    quote = '@router.delete("/{id}")\nasync def ac_delete_instruction(id: str):'
    was, now = (
        element("http_route", f"DELETE /{{id}} in {module}", evidence=(evidence(f"{path}:119", quote),))
        for module, path in (("apps.server.instruction.ac_delete_instruct", "apps/server/instruction.py"), ("services.instruction.ac_del", "services/instruction.py"))
    )  # fmt: skip
    old, new = of(was), of(now)
    assert (
        told(
            old.model_copy(update={"examined": ("apps/server/instruction.py",)}),
            new,
            {"apps/server/instruction.py": "services/instruction.py"},
        )
        == []
    )
