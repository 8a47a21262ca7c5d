"""What a model may reply: one pydantic class for each prompt, inside the strict subset of structured outputs.

Every property is required and no other is allowed; what may be absent is null. Lengths and numbers are bounded where a reply is taken over
(`pipeline.agent.taking`), because not every provider can promise them. The descriptions are read by the model.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pipeline.system.model import ElementKind, Label, SinkRole, Stride, Zone
from pipeline.threats.schema import Factor


class Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Without titles of properties, which repeat their names in each question."""
        made = handler(core_schema)
        for of in handler.resolve_ref_schema(made).get("properties", {}).values():
            of.pop("title", None)
        return made


class Quoted(Reply):
    path: str
    line: int = Field(description="Where the text begins, as near as you know.")
    text: str = Field(description="Exact text of one to six lines.")
    role: Literal["source", "step", "sink", "missing", "claim"] = Field(
        description="The attack starts, passes or ends here; something is missing here; or a document promises it."
    )


class StatedFactor(Reply):
    factor: Factor
    quote: Quoted


class ProposedMitigation(Reply):
    text: str
    test: str = Field(description="How to see that it works.")


class ProposedThreat(Reply):
    threat: str = Field(description="Slug of the catalog, or custom/ and two to five words joined by hyphens.")
    element: str = Field(description="Id of the element it happens at.")
    classes: list[Stride]
    title: str = Field(description="What goes wrong, in at most fifteen words.")
    description: str = Field(description="Who does what, why it works here, what they gain: two to four sentences.")
    path: list[str] = Field(description="Ids of the elements the attack passes, in order.")
    quotes: list[Quoted]
    factors: list[StatedFactor]
    mitigations: list[ProposedMitigation] = Field(description="One or two; none for a threat of the catalog.")


class Opinion(Reply):
    finding: str = Field(description="Id of a finding that is already found.")
    stance: Literal["for", "against"]
    reason: str = Field(description="One or two sentences.")
    quotes: list[Quoted]


class ElementThreats(Reply):
    """What can go wrong at the elements of one scene."""

    threats: list[ProposedThreat]
    opinions: list[Opinion]


class ProposedElement(Reply):
    kind: ElementKind
    name: str = Field(description="As it is named in the code or document.")
    zone: Zone
    quotes: list[Quoted]


class ProposedFlow(Reply):
    source: str = Field(description="Id of an element that is given, or kind:name of one you propose.")
    target: str = Field(description="Id of an element that is given, or kind:name of one you propose.")
    carries: list[Label]
    role: SinkRole | None = Field(description="What the data becomes at the target; null if none of them fits.")
    quotes: list[Quoted]


class Correction(Reply):
    element: str = Field(description="Id of an element that is given.")
    says: str = Field(description="What is wrong or missing in how it is described, in one sentence.")
    quotes: list[Quoted]


class Contradiction(Reply):
    threat: str = Field(description="Slug of the catalog if one fits, else custom/ and two to five words joined by hyphens.")
    element: str = Field(description="Id of the element whose code or setting does not keep what is said.")
    classes: list[Stride]
    title: str = Field(description="What is said and not so, in at most fifteen words.")
    description: str = Field(description="What the document says, what the code does, and what follows. Two or three sentences.")
    said: Quoted
    done: list[Quoted] = Field(description="The code or setting that does otherwise.")


class SystemSurvey(Reply):
    """What the system is for, and where its model is incomplete."""

    purpose: str = Field(description="What the system does and for whom, in two or three sentences.")
    assets: list[str] = Field(description="What an attacker would want here, most wanted first; at most six short phrases.")
    elements: list[ProposedElement]
    flows: list[ProposedFlow]
    corrections: list[Correction]
    contradictions: list[Contradiction]


class Verdict(Reply):
    number: int = Field(description="Number of the claim.")
    verdict: Literal["stands", "refuted", "unproven"]
    reason: str = Field(description="What in the evidence decides it, in one or two sentences.")


class Verdicts(Reply):
    """Whether claims hold by their evidence alone."""

    verdicts: list[Verdict]


class Action(Reply):
    text: str = Field(description="What to do first, in one sentence.")
    findings: list[str] = Field(description="Ids of the findings it answers.")


class ExecutiveSummary(Reply):
    """What a decision maker needs to know."""

    headline: str = Field(description="The state of the system in one sentence.")
    paragraphs: list[str] = Field(description="Two to four short paragraphs: what matters most, why, and what is not known.")
    actions: list[Action] = Field(description="Three to five, most effective first.")


SCHEMAS: tuple[type[Reply], ...] = (SystemSurvey, ElementThreats, Verdicts, ExecutiveSummary)


class LocatedQuote(Reply):
    path: str
    line: int = Field(description="Where the text begins, as near as you know.")
    text: str = Field(description="Exact text of one to six lines.")


class AnswerStatement(Reply):
    text: str = Field(description="One thing that is so, in one or two sentences.")
    ids: list[str] = Field(description="Ids of elements, flows, controls, findings or claims it rests on.")
    quotes: list[LocatedQuote] = Field(description="Lines of files it rests on.")


class AnsweredQuestion(Reply):
    statements: list[AnswerStatement]
    not_answered: str | None = Field(description="What the evidence does not answer, and why; null where it answers all.")


@cache
def schema_text(reply: type[Reply]) -> str:
    """The schema of a reply as it goes along with questions."""
    return json.dumps(reply.model_json_schema())
