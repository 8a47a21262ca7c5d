"""What a run would ask, before anything is asked: scenes in their order, as many as the allowance holds, and what that takes.

Tokens are estimates until a provider counts them: what is reserved for a call is counted generously, what a plan tells is what is
likely. Without a budget the allowance grows with the system (`PER_THOUSAND_LINES`), so that the default depth has a price that can be
told beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.agent.scenes import Scene

PER_THOUSAND_LINES = 20_000  # tokens, in and out, at default depth
LEAST = 40_000  # of a small system, whose documents and entries are worth one look each
OUTPUT_OF_SCENE, OUTPUT_OF_SURVEY, OUTPUT_OF_CHECK, OUTPUT_OF_SUMMARY = 900, 1_000, 350, 700
TOKENS_OF_ANSWER = 900  # of a tool, and of the call for it
LOOKING_UP, LOOKED_UP = "looking things up", 0.25  # how many scenes use a tool, and once
REST_SCENES = 24  # of code nobody looked at, at default depth: it is worth the least, and a large tree has hundreds
LIKELY = 0.7  # of the tokens that are counted generously
_CHECKED = 0.3  # what the second reading costs, of what the first did


@dataclass(frozen=True, slots=True)
class Planned:
    """One question that would be asked."""

    about: str
    calls: float
    input_tokens: int
    output_tokens: int

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked, and what is left out because the allowance ends."""

    scenes: tuple[Scene, ...]
    left_out: tuple[Scene, ...]
    questions: tuple[Planned, ...]
    allowance: int | None  # tokens; None: what the budget allows
    beyond: int = 0  # tokens that the scenes left out would take

    @property
    def calls(self) -> int:
        return round(sum(question.calls for question in self.questions))

    @property
    def input_tokens(self) -> int:
        return sum(question.input_tokens for question in self.questions)

    @property
    def output_tokens(self) -> int:
        return sum(question.output_tokens for question in self.questions)


def tool_rounds(plan: Plan, most: int) -> tuple[int, ...]:
    """How often each scene of a plan may use tools, so that all of them together keep to the allowance.

    Each use asks the question anew, with an answer more. What was kept for it, and what is spare, goes round the scenes in their order,
    first once, then again. It is fixed beforehand: what one scene is asked never depends on how long another took.
    """
    if plan.allowance is None:
        return (most,) * len(plan.scenes)
    asked = {question.about: question.input_tokens for question in plan.questions}
    costs = [asked.get(scene.about, 0) + TOKENS_OF_ANSWER for scene in plan.scenes]
    spare = plan.allowance - sum(question.tokens for question in plan.questions if question.about != LOOKING_UP)
    rounds = [0] * len(costs)
    for _ in range(most):
        for number, cost in enumerate(costs):
            if cost <= spare:
                rounds[number] += 1
                spare -= cost
    return tuple(rounds)


def allowance_of(lines: int) -> int:
    """Tokens at default depth for a system of so many lines."""
    return max(LEAST, PER_THOUSAND_LINES * lines // 1_000)


def make_plan(
    scenes: Sequence[Scene], weigh: Callable[[Scene], int], survey: int, summary: int, allowance: int | None, *, with_tools: bool = False
) -> Plan:
    """The scenes that fit, most exposed first. `weigh` gives the tokens that are sent for a scene."""
    questions = [
        Planned("survey", 1, int(survey * LIKELY), OUTPUT_OF_SURVEY),
        Planned("summary", 1, int(summary * LIKELY), OUTPUT_OF_SUMMARY),
    ]
    room = None if allowance is None else allowance - sum(question.tokens for question in questions)
    chosen, left, beyond, rest = [], [], 0, 0
    for scene in scenes:
        sent = int(weigh(scene) * LIKELY)
        first = Planned(scene.about, 1, sent, OUTPUT_OF_SCENE)
        check = Planned(f"check of {scene.about}", 0.7, int(sent * _CHECKED * 0.7), int(OUTPUT_OF_CHECK * 0.7))
        more = Planned(LOOKING_UP, LOOKED_UP, int((sent + TOKENS_OF_ANSWER) * LOOKED_UP), 0)
        asked = [first, check, *([more] if with_tools else [])]
        is_rest = scene.kind == "rest"
        if room is not None and (sum(question.tokens for question in asked) > room or (is_rest and rest == REST_SCENES)):
            left.append(scene)
            beyond += sum(question.tokens for question in asked)
            continue
        room = None if room is None else room - sum(question.tokens for question in asked)
        chosen.append(scene)
        rest += is_rest
        questions += asked
    return Plan(tuple(chosen), tuple(left), tuple(questions), allowance, beyond)
