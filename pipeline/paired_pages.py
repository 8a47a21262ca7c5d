"""The cases of paired pages, scanned: whether a scan says of each little system what its page says.

Takes cases and the settings to scan them with, gives for each what differs. The same code runs the pages of shipped threats, in the
tests, and those of own threats, for `threatloom threats test`. Fences are written below a temporary folder and nowhere else.
Binary files are built of text by whoever brings the builders; the product has none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import Evidence
from pipeline.threats.pages import GAPS, REPORTED, SILENT, Case, Mark, read_cases

TO_BE_WRITTEN = "To be written"  # how titles of stubs begin
FEWEST = 2  # reported cases, and silent ones, that an own threat is shown by
CaseState = Literal["as_written", "differs", "to_be_written"]
PageState = Literal["passed", "failed", "to_be_written"]
Hit = tuple[str, str, int]  # threat, path, line


@dataclass(frozen=True, slots=True)
class Binary:
    """How fences of some languages become binary files, and which line of the fence an entry of such a file was made of."""

    builders: Mapping[str, Callable[[str], bytes]] = field(default_factory=dict)
    line_of: Callable[[str, str, str, str], int] = lambda language, text, where, quote: 1


@dataclass(frozen=True, slots=True)
class CaseRun:
    """A case, and what differs from what its page says; nothing where all is as written."""

    case: Case
    state: CaseState
    differs: tuple[str, ...] = ()
    hits: frozenset[Hit] = frozenset()


@dataclass(frozen=True, slots=True)
class PageRun:
    """A threat's page."""

    slug: str
    cases: tuple[CaseRun, ...]
    lacks: tuple[str, ...] = ()  # what a page must have and this one has not

    @property
    def state(self) -> PageState:
        if any(run.state == "differs" for run in self.cases):
            return "failed"
        return "to_be_written" if self.lacks or any(run.state == "to_be_written" for run in self.cases) else "passed"

    def count(self, section: str) -> int:
        return sum(run.case.section == section and run.state != "to_be_written" for run in self.cases)


def run_page(slug: str, page: str, settings: ScanSettings) -> PageRun:
    """All cases of the page of an own threat, and what it lacks."""
    cases = tuple(run_case(case, settings) for case in read_cases(slug, page))
    return PageRun(slug, cases, tuple(_lacks(slug, [run.case for run in cases if run.state != "to_be_written"])))


def run_case(case: Case, settings: ScanSettings, binary: Binary | None = None) -> CaseRun:
    """One case: what is marked is found on that line, what is silent is silent."""
    if case.title.startswith(TO_BE_WRITTEN):
        return CaseRun(case, "to_be_written")
    binary = binary or Binary()
    outside = [path for path, _text in case.files if not _is_inside(path)]
    if outside:
        return CaseRun(case, "differs", tuple(f"{path} is no path inside of a system" for path in outside))
    with tempfile.TemporaryDirectory(prefix="threatloom-page-") as folder:
        within = replace(settings, part_of_ai_system=not case.ordinary)
        result = scan(write_case(case, Path(folder), binary), within)
    hits = frozenset(_hits(case, result, binary))
    differs = [*_failures(result), *(_told(mark) for mark in case.marks if not _as_marked(mark, hits))]
    if case.section == SILENT:
        marked = {(mark.slug, mark.path, mark.line) for mark in case.marks if mark.expectation == "ok"}
        loud = sorted((path, line) for slug, path, line in hits if slug == case.slug and (slug, path, line) not in marked)
        differs += (f"{path}:{line} is reported, where all should be silent" for path, line in loud[:3])
    if differs:
        differs += (f"{case.slug} is switched off by {name}" for name in _switched_off(result, case.slug))
    return CaseRun(case, "differs" if differs else "as_written", tuple(differs), hits)


def write_case(case: Case, folder: Path, binary: Binary) -> Path:
    """The files of a case below a folder; gives the root of the little system."""
    root = folder / "system"
    languages = dict(case.languages)
    for path, text in case.files:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        build = binary.builders.get(languages.get(path, ""))
        target.write_bytes(build(text) if build else text.encode("utf-8"))
    return root


def line_in(case: Case, evidence: Evidence, binary: Binary) -> range:
    """The lines of the page's file that evidence means; of a binary file those that what it quotes was made of."""
    language = dict(case.languages).get(evidence.path, "")
    if language not in binary.builders:
        return range(evidence.start_line, evidence.end_line + 1)
    number = binary.line_of(language, dict(case.files)[evidence.path], evidence.where, evidence.quote)
    return range(number, number + 1)


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and ":" not in path and "\0" not in path


def _hits(case: Case, result: Scan, binary: Binary) -> Iterable[Hit]:
    for finding in result.findings:
        for evidence in finding.evidence:
            for line in line_in(case, evidence, binary):
                yield finding.threat, evidence.path, line


def _as_marked(mark: Mark, hits: frozenset[Hit]) -> bool:
    hit = (mark.slug, mark.path, mark.line) in hits
    # A known gap that begins to pass must be moved to where it belongs.
    return hit == (mark.expectation in ("threat", "todo-ok"))


def _told(mark: Mark) -> str:
    said = {
        "threat": "is not reported",
        "ok": "is reported, and should not be",
        "todo": "is reported: the gap is closed, move the case to Reported",
        "todo-ok": "is no longer reported: the false alarm is gone, move the case to Silent",
    }[mark.expectation]
    return f"line {mark.at}: {mark.path}:{mark.line} {said} ({mark.slug})"


def _failures(result: Scan) -> Iterable[str]:
    return (f"{failed.path}: {failed.error}" for failed in result.errors)


def _switched_off(result: Scan, slug: str) -> Iterable[str]:
    for known in result.own_knowledge:
        yield from (known.name for adjusted in known.adjusted if adjusted.threat == slug and adjusted.switched_off)


def _lacks(slug: str, written: list[Case]) -> Iterable[str]:
    for section, expectation in ((REPORTED, "threat"), (SILENT, "ok")):
        wanted = (expectation, slug)
        shown = sum(case.section == section and wanted in {(mark.expectation, mark.slug) for mark in case.marks} for case in written)
        if shown < FEWEST:
            yield f"{shown} of {FEWEST} cases under {section} that mark a line with `{expectation}: {slug}`"
    for case in written:
        if case.section not in (REPORTED, SILENT, GAPS):
            yield f"the case {case.title or case.section!r} stands under none of {REPORTED}, {SILENT}, {GAPS}"
