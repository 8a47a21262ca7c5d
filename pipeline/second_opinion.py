"""The LLM analyst's part of a scan: what rules found goes in, what a model adds to it comes out in the same form.

The result of the rules is whole before anything is asked. Whatever happens here, no finding of it goes, and what is missing is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.documents import FORMATS
from ingest.documents.diagrams import FORMATS as DRAWN
from ingest.errors import UnusableInput
from ingest.reading import CODE_KINDS
from ingest.source import Source, SourceKind
from pipeline.agent.model import Examination, Known, Summary, Unanswered
from pipeline.agent.planning import Plan
from pipeline.agent.running import Analyst, Subject
from pipeline.agent.settings import AgentSettings
from pipeline.findings.listing import counts_of
from pipeline.findings.merging import covered, merge
from pipeline.findings.model import (
    STRIDE,
    CorrectedElement,
    ExecutiveSummary,
    Failed,
    Finding,
    LLMUse,
    NotReached,
    NotTaken,
    Origin,
    Scan,
    SummaryAction,
)
from pipeline.findings.steered import steering_findings
from pipeline.progress import Progress
from pipeline.retrieval import Filter, Hit, IndexSettings, Query, Retriever
from pipeline.system.evidence import EvidenceBook
from pipeline.system.model import Stride
from pipeline.threats.catalog import Catalog

logger = logging.getLogger(__name__)
_SETTINGS: tuple[SourceKind, ...] = (
    "shell_script", "entry_script", "dockerfile", "compose", "github_workflow", "gitlab_ci", "kubernetes", "helm_template", "terraform",
    "cloudformation", "bicep", "nginx", "envoy", "prompt_file", "agent_settings", "mcp_config", "ml_pipeline",
    "helm_values", "kustomization", "spring_settings", "hocon", "app_settings", "openapi",
)  # fmt: skip
_SAID_LAST = ("changelog", "history", "license", "licence", "notice", "contributing", "code_of_conduct", "security")


@dataclass(frozen=True, slots=True)
class Material:
    """What the rules' part of the scan leaves for the analyst."""

    root: Path
    sources: tuple[Source, ...]  # those that were read
    book: EvidenceBook
    catalog: Catalog
    index: IndexSettings


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a scan would ask of a model."""

    plan: Plan
    scan: Scan
    kept_back: int  # files that may not be sent
    settings: AgentSettings


def rehearsed(scan: Scan, material: Material, settings: AgentSettings) -> Rehearsal:
    """What would be asked; nothing is."""
    analyst = Analyst(subject_of(scan, material, None), settings)
    return Rehearsal(analyst.plan(), scan, analyst.kept_back, settings)


def examined(scan: Scan, material: Material, settings: AgentSettings, progress: Progress) -> Scan:
    """The scan with what a model adds to it; whatever goes wrong, at least the scan.

    Raises:
        UnusableInput: the model may not or cannot be asked.
    """
    try:
        return _examined(scan, material, settings, progress)
    except UnusableInput:
        raise
    except Exception as problem:  # replies decide what happens here: a bug they meet must not cost what rules found
        logger.exception("the LLM analyst failed")
        said = Failed(path="(llm)", error=f"the LLM analyst failed: {type(problem).__name__}: {str(problem)[:200]}")
        errors = tuple(sorted({*scan.errors, said}, key=lambda one: (one.path, one.error)))
        endpoint = settings.endpoint  # what was sent before that is not known here, but to whom is
        use = LLMUse(model=endpoint.name, sent_to="" if endpoint.local else endpoint.host)
        return scan.model_copy(update={"errors": errors, "llm": use})


def _examined(scan: Scan, material: Material, settings: AgentSettings, progress: Progress) -> Scan:
    search = _Search(material.root, scan, material.index)
    with search, Analyst(subject_of(scan, material, search), settings) as analyst:
        if analyst.log.path is not None:
            logger.info("what is sent is written to %s", analyst.log.path)
        said, plan = analyst.examine(progress)
        merged = merge(scan.findings, scan.coverage, said, material.catalog)
        findings = steering_findings(merged.findings, said.steering, said.completed, material.catalog)
        whole = scan.model_copy(
            update={
                "findings": findings,
                "coverage": covered(merged.coverage, [one for one in findings if one not in merged.findings]),
                "system": said.completed,
            }
        )
        progress.step("summarising", 0, 0)
        first_page = analyst.summarise(tuple(map(known_of, findings)), _limits(said, plan), said.purpose)
        unanswered = [*said.unanswered, *([first_page] if isinstance(first_page, Unanswered) else [])]
        account = _account(analyst, said, first_page, tuple(one for one in unanswered if one.by_budget))
        errors = {(failed.path, failed.error) for failed in scan.errors}
        errors |= {("(llm)", f"{one.about}: {one.why}") for one in unanswered if not one.by_budget}
        return whole.model_copy(
            update={
                "llm": account,
                "errors": tuple(Failed(path=path, error=error) for path, error in sorted(errors)),
                "summary": whole.summary.model_copy(update=counts_of(findings)),
            }
        )


def known_of(finding: Finding) -> Known:
    """A finding as the analyst is told of it."""
    return Known(finding.id, finding.threat, finding.title, finding.severity, finding.element, _told(finding), finding.evidence)


def _told(finding: Finding) -> str:
    if finding.source == "llm":
        return f"{'(in doubt) ' if finding.doubt else ''}{finding.title}. {finding.description}"
    against = any(argument.stance == "against" for argument in finding.arguments)
    return f"{'(a reading argues against it) ' if against else ''}{finding.description}"


def subject_of(scan: Scan, material: Material, search: Callable[[str, tuple[str, ...], int], Sequence[Hit]] | None) -> Subject:
    """A scan as the analyst, or who answers questions about it, works on it."""
    paths = tuple(sorted({source.path for source in material.sources}))
    return Subject(
        name=scan.target.name, system=scan.system, known=tuple(map(known_of, scan.findings)), book=material.book, paths=paths,
        documents=_documents(scan, material.sources), code=_code(material.sources), lines=scan.summary.lines, hidden=material.book.hidden,
        catalog=material.catalog, search=search,
    )  # fmt: skip


def _documents(scan: Scan, sources: Sequence[Source]) -> tuple[str, ...]:
    """Paths of prose: first those that say most about the system, last those that every project has."""
    told: dict[str, int] = {}
    for claim in scan.system.claims:
        for place in claim.evidence:
            told[place.path] = told.get(place.path, 0) + 1
    for element in scan.system.elements:
        for place in element.evidence:
            told[place.path] = told.get(place.path, 0) + 1
    prose = [source.path for source in sources if _is_prose(source)]

    def order(path: str) -> tuple[bool, int, int, str]:
        name = path.rsplit("/", 1)[-1].lower()
        return (name.startswith(_SAID_LAST), -min(told.get(path, 0), 20), path.count("/"), path)

    return tuple(sorted(prose, key=order))


def _code(sources: Sequence[Source]) -> tuple[str, ...]:
    return tuple(source.path for source in sources if source.kind in CODE_KINDS or source.kind in _SETTINGS)


def _is_prose(source: Source) -> bool:
    """Text that people wrote for people; drawings are in the model already, and pages of a program are its code."""
    return (
        source.kind in FORMATS and source.kind not in (*DRAWN, "picture") and (source.kind != "html" or source.purpose == "documentation")
    )


def _limits(said: Examination, plan: Plan) -> str:
    missed, all_of = len(said.not_reached), len(said.not_reached) + len(said.looked_at)
    notes = [
        f"of {all_of} pairs of element and class the model was asked about {all_of - missed}; the others only rules have looked at",
        f"{len(plan.left_out)} scenes were left out for the budget" if plan.left_out else "",
        f"{len(said.unanswered)} questions got no answer" if said.unanswered else "",
    ]
    return "\n".join(f"- {note}" for note in notes if note)


def _account(analyst: Analyst, said: Examination, first_page: Summary | Unanswered, spared: Sequence[Unanswered]) -> LLMUse:
    account = analyst.account()
    return LLMUse(
        model=account.model, sent_to=account.sent_to, calls=account.calls, input_tokens=account.input_tokens,
        output_tokens=account.output_tokens, cost=None if account.cost is None else float(account.cost), currency=account.currency,
        cache_hits=account.cache_hits, kept_input_tokens=account.kept_input_tokens, kept_output_tokens=account.kept_output_tokens,
        kept_cost=None if account.kept_cost is None else float(account.kept_cost), prompts=account.prompts, doubts=account.doubts,
        purpose=said.purpose, kept_back=analyst.kept_back, unreached=_unreached(said, spared),
        not_taken=tuple(NotTaken(what=one.what, about=one.about, reason=one.reason) for one in said.dropped),
        corrections=tuple(CorrectedElement(element=element, says=says, evidence=places) for element, says, places in said.corrections),
        summary=None if isinstance(first_page, Unanswered) else _summary(first_page),
    )  # fmt: skip


def _unreached(said: Examination, spared: Sequence[Unanswered]) -> tuple[NotReached, ...]:
    """Cells that were not reached, by element and reason; and questions that the budget spared, which are about no cell."""
    cells: dict[tuple[str, str], list[Stride]] = {}
    for cell, why in said.not_reached.items():
        cells.setdefault((cell.element, why), []).append(cell.stride)
    reached = [
        NotReached(element=element, stride=tuple(sorted(classes, key=STRIDE.index)), reason=why)
        for (element, why), classes in sorted(cells.items())
    ]
    return (*reached, *(NotReached(element=one.about, stride=(), reason=one.why) for one in spared))


def _summary(said: Summary) -> ExecutiveSummary:
    origin = said.origin
    return ExecutiveSummary(
        headline=said.headline,
        paragraphs=said.paragraphs,
        actions=tuple(SummaryAction(text=text, findings=findings) for text, findings in said.actions),
        origin=Origin(model=origin.model, prompt=origin.prompt, version=origin.version, digest=origin.digest),
    )


@dataclass(slots=True)
class _Search:
    """The index, made when a model first asks for it."""

    root: Path
    scan: Scan
    settings: IndexSettings
    opened: Retriever | None = field(default=None, init=False)

    def __enter__(self) -> _Search:
        return self

    def __exit__(self, *_: object) -> None:
        if self.opened is not None:
            self.opened.close()

    def __call__(self, question: str, paths: tuple[str, ...], limit: int) -> Sequence[Hit]:
        if self.opened is None:
            self.opened = Retriever(self.root, self.scan.system, self.settings)
        return self.opened.search(Query(question, limit, Filter(paths)))
