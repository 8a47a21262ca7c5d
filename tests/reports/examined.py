"""The sample scan after a model was asked: findings of its own, one that both saw, arguments, a first page, and what it did not get to."""

from __future__ import annotations

from pipeline.findings.model import (
    SEVERITIES,
    STRIDE,
    Argument,
    CorrectedElement,
    Coverage,
    ExecutiveSummary,
    Failed,
    Finding,
    LLMUse,
    Mitigation,
    NotReached,
    NotTaken,
    Origin,
    RiskRow,
    Scan,
    SummaryAction,
)
from pipeline.system.model import Element
from tests import factories as make
from tests.reports import sample

MODEL = "openai:gpt-5.5"
CLERK = "operator:clerk of the day"
THREATS = Origin(model=MODEL, prompt="analyse/find-threats", version=4, digest="9f8e7d6c5b4a3921")
PAGE = Origin(model=MODEL, prompt="summarise/for-decision-makers", version=2, digest="1122334455667788")
REFUND_LINE = make.evidence("src/agent/tools.py:44", "    return payments.refund(order_id, amount)", "sink")
CARD_LINE = make.evidence("docs/design.md:61", "Customers tell the assistant which card the money should go to.", "claim")
NIGHT_LINE = make.evidence("docs/design.md:63", "The clerk of the day is told of each refund by mail the next morning.", "claim")
LIMIT_LINE = make.evidence("src/api/limits.py:8", 'limiter = Limiter(key_func=caller, default_limits=["60/minute"])', "step")

NEW = (
    make.finding(
        "custom/refund-to-a-stranger", id="4b7af055e211", title="A refund goes to whoever names an order",
        description="Whoever knows the number of an order names a card of their own, and gets the money of another customer. "
        "Order numbers count upwards, and nothing ties the card to the order.",
        stride=("tampering", "spoofing"), severity="high", confidence="medium", likelihood=4, impact=4, source="llm", element=sample.REFUND,
        attack_path=(sample.VISITOR, sample.ROUTE, sample.AGENT, sample.REFUND), evidence=(CARD_LINE, REFUND_LINE),
        risk_reasons=("likelihood starts at 3", "impact starts at 3", "money moves"),
        risk_table=(
            RiskRow(axis="likelihood", asked="any system", answer="start", step=3),
            RiskRow(axis="impact", asked="money moves", answer="yes", step=1, because="refund_payment (src/agent/tools.py:44)"),
        ),
        mitigations=(Mitigation(text="Pay back to the card that paid.", test="A refund to another card is refused."),), origin=THREATS,
    ),
    make.finding(
        "custom/refund-before-the-clerk", id="5c8b0166f322", title="The clerk learns of a refund when the money is gone",
        description="Refunds are told to the clerk of the day by mail the next morning, so nobody can stop one.", stride=("repudiation",),
        severity="medium", confidence="low", likelihood=3, impact=3, source="llm", element=CLERK, evidence=(NIGHT_LINE,),
        mitigations=(Mitigation(text="Ask the clerk before money moves.", test="A refund waits until the clerk agrees."),), origin=THREATS,
        doubt="The sentence says when the mail is sent, not that refunds are paid before.",
    ),
)  # fmt: skip
SAID = {
    "a1f0c2d9e8b7": (
        Argument(
            stance="for", reason="The plan comes from the model's reply without any filter, and scope holds the payment client.",
            evidence=(make.evidence("src/agent/tools.py:80", "scope = {'payments': payments}", "step"),), origin=THREATS,
        ),
    ),
    "1887d966bf44": (
        Argument(
            stance="against", reason="A limiter bounds calls per caller to 60 a minute, for all routes of the application.",
            evidence=(LIMIT_LINE,), origin=THREATS,
        ),
        Argument(
            stance="for", reason="The limiter counts requests; one request may still make the agent turn without end.",
            evidence=(LIMIT_LINE, make.evidence("src/agent/build.py:40", "result = agent.invoke(", "step")), origin=THREATS,
        ),
    ),
}  # fmt: skip


def _argued(finding: Finding) -> Finding:
    given: dict[str, object] = {"arguments": SAID.get(finding.id, ())}
    if finding.id == "b2e1d3caf9a8":
        given |= {"source": "both", "origin": THREATS}
    return finding.model_copy(update=given)


def _cell(cell: Coverage) -> Coverage:
    hits = tuple(item.id for item in NEW if item.element == cell.element and cell.stride in item.stride)
    if hits:
        return cell.model_copy(
            update={"state": "finding", "reason": "custom/refund-to-a-stranger", "findings": (*cell.findings, *hits), "controls": ()}
        )
    if cell.state != "finding" and cell.element == sample.AGENT:
        return cell.model_copy(update={"reason": f"{cell.reason}; the LLM analyst looked and reported nothing"})
    return cell


_CLERK = Element(id=CLERK, kind="operator", name="clerk of the day", zone="user", attributes={"stated_by": "model"}, evidence=(NIGHT_LINE,))
_RISK = Element(
    id="hosted_llm:risk-scorer-2", kind="hosted_llm", name="risk-scorer-2", zone="third_party", attributes={"stated_by": "model"},
    evidence=(make.evidence("docs/design.md:70", "Each refund above 500 is scored by risk-scorer-2 at the card scheme.", "claim"),),
)  # fmt: skip
_DEEP = "beyond the default depth of the LLM analyst; --budget raises it"
_UNANSWERED = "no usable reply: the endpoint answered 503 four times"
FINDINGS = (*map(_argued, sample.SCAN.findings), *NEW)

SCAN: Scan = sample.SCAN.model_copy(
    update={
        "findings": FINDINGS,
        "summary": sample.SCAN.summary.model_copy(
            update={
                "by_severity": {name: sum(item.severity == name for item in FINDINGS) for name in SEVERITIES},
                "by_stride": {name: sum(name in item.stride for item in FINDINGS) for name in STRIDE},
                "new": len(FINDINGS),
            }
        ),
        "system": sample.SCAN.system.model_copy(
            update={
                "elements": (*sample.SCAN.system.elements, _CLERK, _RISK),
                "flows": (
                    *sample.SCAN.system.flows,
                    make.flow(sample.REFUND, CLERK, ("tool_result",), "message", stated_by="model", steps=(NIGHT_LINE,)),
                    make.flow(sample.REFUND, _RISK.id, ("tool_arguments",), "message", stated_by="model", steps=_RISK.evidence),
                ),
            }
        ),
        "coverage": (
            *map(_cell, sample.SCAN.coverage),
            *(
                _cell(Coverage(element=element.id, stride=stride, state="not_examined", reason="known from the LLM analyst only"))
                for element in (_CLERK, _RISK)
                for stride in STRIDE
            ),
        ),
        "errors": (
            Failed(path="(llm)", error=f"scene 7, ci_job:triage.yml: {_UNANSWERED}"),
            *sample.SCAN.errors,
        ),
        "llm": LLMUse(
            model=MODEL, sent_to="api.openai.com", calls=41, input_tokens=182_340, output_tokens=9_120, cost=1.2349, cache_hits=12,
            prompts=("analyse/find-threats@4", "summarise/for-decision-makers@2", "survey/complete-system@3", "verify/refute-claims@3"),
            kept_back=3,
            unreached=(
                NotReached(element=sample.CI, stride=STRIDE, reason=_UNANSWERED),
                NotReached(element=sample.LLM, stride=("spoofing", "repudiation"), reason=_DEEP),
                NotReached(element=sample.ORDERS, stride=STRIDE, reason=_DEEP),
                NotReached(element="analyse docs/history.md from line 1", reason=_DEEP),
            ),
            not_taken=(
                NotTaken(what="element", about="operator:Robot", reason="no quote of it stands in the files"),
                NotTaken(what="factor", about="money_moves", reason="not in the file"),
                NotTaken(what="opinion", about="0000000000000000", reason="no such finding"),
                NotTaken(what="opinion", about="b2e1d3caf9a8", reason="no quote of it stands in the files"),
                NotTaken(
                    what="threat", about="Prices are read from the prompt",
                    reason="refuted by a second reading: The line that is cited reads the price from the catalogue.",
                ),
                NotTaken(
                    what="threat", about="The wiki lists staff", reason="refuted by a second reading: Nothing of it is reached by a caller.",
                ),
                NotTaken(what="threat", about="The key is printed", reason="no quote of it can be shown (not in the file)"),
            ),
            doubts=("2 replies told of fewer tokens than the question has: the estimate counts",),
            purpose="It answers questions of a bank's customers, looks up their orders, and pays refunds.",
            corrections=(
                CorrectedElement(
                    element=sample.REFUND, says="It pays to the card that the caller names, not to the one that paid.", evidence=(CARD_LINE,)
                ),
            ),
            summary=ExecutiveSummary(
                headline="Anyone on the internet can run code in the bank's assistant and have money paid out.",
                paragraphs=(
                    "A chat route that asks nobody who they are leads to an agent whose replies are run as code, in a process that holds "
                    "the payment key. The same agent pays refunds on its own word.",
                    "Pages that anybody can edit reach the agent as well, so that the attacker need not even call it.",
                ),
                actions=(
                    SummaryAction(text="Take run_analysis away from the public agent until it has a sandbox.", findings=("a1f0c2d9e8b7",)),
                    SummaryAction(
                        text="Let a person agree to each refund, and pay only to the card that paid.",
                        findings=("b2e1d3caf9a8", "4b7af055e211", "5c8b0166f322"),
                    ),
                    SummaryAction(text="Ask callers who they are.", findings=("d4c3f5aa1b88",)),
                ),
                origin=PAGE,
            ),
        ),
    }
)  # fmt: skip
