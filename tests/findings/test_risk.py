"""What raises a risk: that a model can act, told apart from what merely calls the model."""

from __future__ import annotations

import pytest

from pipeline.findings.risk import assess
from pipeline.system.model import Element, ElementKind, Flow, Relation, System
from pipeline.threats.engine import Match
from pipeline.threats.schema import Threat
from pipeline.threats.view import View
from tests.factories import element, flow

THREAT = Threat.model_validate(
    {
        "slug": "sample", "stride": ["tampering"], "title": "Something goes wrong", "summary": "Somebody can do something here.",
        "sentence": "{element} is asked", "about": ["hosted_llm", "embedding_model"], "when": [{"the_element": {"named": "absent"}}],
        "likelihood": {"base": 2}, "impact": {"base": 2, "raise_when": ["has_tools"]}, "how_we_look": "We look.",
        "not_a_threat_when": "It is not.", "mitigations": [{"text": "Close the thing.", "test": "Try the thing again."}],
    }
)  # fmt: skip
TOOL = element("mcp_tool", "delete_folder", attributes={"effects": ("deletion",)})
AGENT = element("agent", "assistant")
USES = Relation(source=AGENT.id, kind="uses_model", target="hosted_llm:m")
HAS = Relation(source=AGENT.id, kind="has_tool", target=TOOL.id)
CALLED = Relation(source=TOOL.id, kind="calls", target="hosted_llm:m")


def impact(kind: ElementKind, flows: tuple[Flow, ...], relations: tuple[Relation, ...], *more: Element) -> int:
    model = element(kind, "m")
    system = System(elements=(model, TOOL, *more), flows=flows, relations=relations)
    return assess(View(system), Match(THREAT, model, (), (), (), ())).impact


def test_a_tool_that_asks_a_model_is_not_one_that_the_model_can_use() -> None:
    asked = flow(TOOL.id, "hosted_llm:m", carries=("tool_arguments",))
    answers = flow("hosted_llm:m", TOOL.id, carries=("model_reply",), role="response")
    assert impact("hosted_llm", (asked, answers), (CALLED,)) == 2


@pytest.mark.parametrize(
    ("flows", "relations"),
    [
        ((flow(TOOL.id, "hosted_llm:m"),), (USES, HAS)),
        ((flow(TOOL.id, "hosted_llm:m", carries=("tool_result",)),), ()),
        ((flow("hosted_llm:m", TOOL.id, carries=("model_reply",), role=None), flow(TOOL.id, "hosted_llm:m")), ()),
    ],
)
def test_a_tool_of_the_models_agent_is_and_so_is_one_whose_result_it_reads_or_whose_arguments_it_writes(
    flows: tuple[Flow, ...], relations: tuple[Relation, ...]
) -> None:
    assert impact("hosted_llm", flows, relations, AGENT) == 3


def test_a_model_that_embeds_texts_uses_no_tools() -> None:
    indexed = flow(TOOL.id, "embedding_model:m", carries=("tool_result",))
    used = Relation(source=AGENT.id, kind="uses_model", target="embedding_model:m")
    assert impact("embedding_model", (indexed,), (HAS, used), AGENT) == 2
