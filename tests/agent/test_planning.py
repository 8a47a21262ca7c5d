"""What default depth allows: scenes that fit, tools as far as tokens were kept for them, and spans that are weighed once."""

from __future__ import annotations

import pytest

from pipeline.agent.files import Files, Scale, Span
from pipeline.agent.outline import flow_lines
from pipeline.agent.planning import TOKENS_OF_ANSWER, Plan, allowance_of, make_plan, tool_rounds
from pipeline.agent.scenes import STRIDES, Scene
from pipeline.system.model import Flow


def plan(scenes: int, allowance: int | None, *, with_tools: bool = True) -> Plan:
    cut = [Scene(number, (), STRIDES, (Span("a.md", 0, number, number),), 1.0, "papers") for number in range(1, scenes + 1)]
    return make_plan(cut, lambda scene: 10_000, 4_000, 2_000, allowance, with_tools=with_tools)


def test_a_small_system_has_a_floor() -> None:
    assert allowance_of(100) == 40_000
    assert allowance_of(20_000) == 400_000


@pytest.mark.parametrize("allowance", [40_000, 100_000, 250_000, 400_000])
def test_scenes_checks_and_tools_together_keep_to_the_allowance(allowance: int) -> None:
    made = plan(30, allowance)
    sent = next(question.input_tokens for question in made.questions if question.about == made.scenes[0].about)
    asked = sum(question.tokens for question in made.questions if question.about != "looking things up")
    assert asked + sum(tool_rounds(made, 4)) * (sent + TOKENS_OF_ANSWER) <= allowance


def test_the_most_exposed_scenes_may_look_things_up_where_not_all_can() -> None:
    rounds = tool_rounds(plan(30, 250_000), 4)
    assert rounds[0] >= 1 and 0 in rounds
    assert list(rounds) == sorted(rounds, reverse=True)


def test_with_a_budget_every_scene_may() -> None:
    assert tool_rounds(plan(3, None), 4) == (4, 4, 4)


def test_nothing_is_kept_for_tools_that_are_not_offered() -> None:
    assert len(plan(30, 250_000, with_tools=False).scenes) > len(plan(30, 250_000).scenes)


def test_a_span_is_weighed_once_whatever_it_is_put_together_with() -> None:
    weighed: list[str] = []
    files = Files(lambda path: {None: ("one", "two", "three")}, ["a.py"], lambda text: text)

    def weigh(text: str) -> int:
        weighed.append(text)
        return len(text)

    scale = Scale(files, weigh)
    one, other = Span("a.py", 0, 1, 1), Span("a.py", 0, 2, 3)
    assert scale.weight([one, other]) == scale.weight([one]) + scale.weight([other])
    assert len(weighed) == 2


def flow(source: str, target: str, carries: str = "user_input") -> Flow:
    return Flow(id=f"{source}->{target}:{carries}", source=source, target=target, carries=(carries,), stated_by="code", steps=())


def test_flows_that_differ_in_one_end_are_one_line() -> None:
    flows = [flow("agent:a", "tool:x"), flow("agent:a", "tool:y"), flow("agent:b", "tool:z"), flow("agent:c", "tool:z")]
    assert flow_lines(flows, {}, {}) == ["- agent:a -> tool:x, tool:y: user_input", "- agent:b, agent:c -> tool:z: user_input"]


def test_flows_that_carry_something_else_are_lines_of_their_own() -> None:
    flows = [flow("agent:a", "tool:x"), flow("agent:a", "tool:y", "model_reply"), flow("agent:b", "tool:z", "model_reply")]
    assert len(flow_lines(flows, {}, {})) == 3


def test_code_that_nobody_looked_at_is_looked_through_to_its_end_by_a_budget_alone() -> None:
    cut = [Scene(number, (), STRIDES, (Span("a.py", 0, number, number),), 1.0, "rest") for number in range(1, 41)]
    planned = make_plan(cut, lambda scene: 1_000, 4_000, 2_000, 10_000_000)
    assert (len(planned.scenes), len(planned.left_out)) == (24, 16) and planned.beyond > 0
    assert not make_plan(cut, lambda scene: 1_000, 4_000, 2_000, None).left_out
