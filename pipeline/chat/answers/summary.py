"""What was scanned, what it is made of, and what came out; never that it is safe."""

from __future__ import annotations

from collections import Counter

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import counts
from pipeline.chat.citing import distinct, of_element, of_error, of_finding, of_scan, of_skipped
from pipeline.chat.model import Citation, Subject
from pipeline.chat.view import is_stated_only
from pipeline.chat.wording import code, kind_words, listed
from pipeline.reports.wording import coverage_counts, plural, skipped_count, verdict
from pipeline.system.model import ElementKind

_TOLD: tuple[ElementKind, ...] = (
    "agent", "hosted_llm", "local_llm", "ml_model", "embedding_model", "tool", "mcp_tool", "vector_store", "retriever", "memory", "dataset",
    "training_job", "http_route", "chat_ui", "data_store", "external_service",
)  # fmt: skip


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    scan = view.scan
    draft.subject = (Subject(kind="system", id=scan.target.name, name=scan.target.name),)
    draft.say(
        f"{code(scan.target.name)}: {plural(scan.summary.files, 'file')} with {plural(scan.summary.lines, 'line')} were read.",
        of_scan(scan),
    )
    kinds: Counter[ElementKind] = Counter(element.kind for element in scan.system.elements)
    parts = [plural(kinds[kind], kind_words(kind)) for kind in _TOLD if kinds[kind]]
    cited = distinct(
        (
            of_element(element)
            for kind in _TOLD[:9]
            for element in scan.system.elements
            if element.kind == kind and not is_stated_only(element)
        ),
        6,
    )
    if parts:
        draft.say(f"Seen in them: {listed(parts, 12, 'more kinds')}.", of_scan(scan), cited)
    if scan.llm is not None and scan.llm.purpose:
        draft.say(
            f"A model that read it says what it is for: {scan.llm.purpose}",
            Citation(kind="scan", id=scan.target.name, quote=scan.llm.purpose),
        )
    draft.say(f"{verdict(scan)}. In all: {counts(view.open)}.", of_scan(scan), distinct(map(of_finding, view.open), 4))
    cells = dict(coverage_counts(scan))
    total = sum(cells.values())
    if total:
        said = (
            f"Of {total} cells of the matrix {cells['not_examined']} were not examined, and {plural(skipped_count(scan), 'file')} skipped"
        )
        draft.say(
            f"{said}: a scan without findings would not say that it is safe.",
            of_scan(scan),
            distinct(map(of_skipped, scan.skipped), 3),
            distinct(map(of_error, scan.errors), 2),
        )
    draft.list_findings(view.open)
    draft.follow_ups = ("what are the top risks?", "show me the attack paths", "which promises are broken?", "what was not examined?")
    return draft
