"""The lines of a file that a scan cites, and where the file is still what it was, the lines around them.

Only paths that the scan cites are known here, and only quotes it kept are shown as they are. The file itself is opened by the scanner's own
checks: inside the folder that was scanned, regular, no link on the way, of a size and kind that is read; and lines of it are shown only
where a kept quote still stands at its place. Secrets are masked as in a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, HTTPException, Request
from markupsafe import Markup
from starlette.responses import Response

from pipeline.findings.model import Scan
from pipeline.interfaces.web.code import Line, coloured
from pipeline.interfaces.web.desk import At, Entry
from pipeline.reports.escape import visible_lines
from pipeline.reports.wording import span
from pipeline.system.model import Evidence

router = APIRouter(include_in_schema=False)
AROUND = 8
MOST_QUOTES = 200
_IN_LINES = frozenset({"markdown", "rst", "text"})  # documents whose lines are those of their files


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without a gap."""

    lines: tuple[Line, ...]
    label: str = ""  # of one that is no run of lines: where it stands


@router.get("/systems/{system}/lines")
def lines(request: Request, desk: At, entry: Entry, path: str, line: int = 1) -> Response:
    scan = desk.latest(entry)
    told = chain(cited_of(scan), *(one.finding.evidence for one in desk.record.tracked(entry.key))) if scan is not None else ()
    cited = tuple(dict.fromkeys(one for one in told if one.path == path))
    if scan is None or not cited:
        raise HTTPException(404, "no scan of this system cites a line of such a file")
    plain = [one for one in cited if one.unit == "line" and one.page is None][:MOST_QUOTES]
    worded = [one for one in cited if one.unit != "line" or one.page is not None][:MOST_QUOTES]
    around, why = _around(entry.root, path, plain) if desk.settings.files and plain else ((), "")
    blocks = _merged(path, around, plain) if around else _quoted(path, plain)
    about = [one for one in scan.findings if any(each.path == path for each in one.evidence)]
    return desk.page(
        request, "lines", entry=entry, tab="findings", path=path, line=line, blocks=blocks, around=bool(around), why=why,
        worded=[Block(_numbered(path, one), span(one)) for one in worded], about=about[:60], count=len(cited),
    )  # fmt: skip


def cited_of(scan: Scan) -> Iterator[Evidence]:
    """Every place a scan cites."""
    for finding in scan.findings:
        yield from finding.evidence
        for argument in finding.arguments:
            yield from argument.evidence
    system = scan.system
    for path in scan.attack_paths:
        for route in path.routes:
            for hop in route.hops:
                yield from hop.evidence
    for of in (system.elements, system.relations, system.controls, system.claims, system.packages, system.drawn):
        for one in of:
            yield from one.evidence
    for flow in system.flows:
        yield from flow.steps
    for claim in system.claims:
        yield from claim.against


def _around(root: str, path: str, cited: Sequence[Evidence]) -> tuple[tuple[str, ...], str]:
    """The masked lines of a file in which a kept quote still stands; else none, and why."""
    if not root:
        return (), "it is not known where the system was scanned"
    from ingest.examination import DOCUMENT_KINDS, examined, is_plain
    from ingest.reading import lines_of
    from ingest.source import Source, SourceSettings
    from ingest.told_secrets import without_secrets

    base = Path(root)
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path:
        return (), "its name is not that of a file inside the scanned folder"
    try:
        if not base.is_dir() or not is_plain(base, str(parts.parent)):
            return (), "the scanned folder is not on this machine any more, or a link leads there now"
        source = examined(base, path, path, SourceSettings())
    except (OSError, ValueError):
        source = None
    if not isinstance(source, Source) or (source.kind in DOCUMENT_KINDS and source.kind not in _IN_LINES):
        return (), "the file is not there any more, or is not one that is read"
    found = lines_of(source).get(None, ())
    masked = tuple(without_secrets("\n".join(found)).split("\n"))
    if len(masked) != len(found):
        masked = tuple(without_secrets(line) for line in found)
    standing = [one for one in cited if _stands(one, masked)]
    if not standing:
        return (), "the file has changed since it was scanned"
    return masked, "" if len(standing) == len(
        cited
    ) else "the file has changed since it was scanned; only lines around quotes that still stand are shown"


def _stands(evidence: Evidence, lines: Sequence[str]) -> bool:
    return "\n".join(lines[evidence.start_line - 1 : evidence.end_line]) == evidence.quote.replace("\r\n", "\n")


def _merged(path: str, masked: tuple[str, ...], cited: Sequence[Evidence]) -> tuple[Block, ...]:
    """Quotes with the lines around them; of those that do not stand any more, the quote alone."""
    standing = [one for one in cited if _stands(one, masked)]
    wanted: dict[int, bool] = {}
    for one in standing:
        for number in range(max(one.start_line - AROUND, 1), min(one.end_line + AROUND, len(masked)) + 1):
            wanted[number] = wanted.get(number, False) or one.start_line <= number <= one.end_line
    runs: list[list[int]] = []
    for number in sorted(wanted):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    blocks = [Block(_cut(path, masked, run, wanted)) for run in runs]
    return (*blocks, *(Block(_numbered(path, one), f"{span(one)}, as it was scanned") for one in cited if one not in standing))


def _cut(path: str, masked: Sequence[str], run: Sequence[int], cited: dict[int, bool]) -> tuple[Line, ...]:
    shown = coloured(path, visible_lines("\n".join(masked[run[0] - 1 : run[-1]])))
    return tuple(Line(number, code, cited[number]) for number, code in zip(run, shown, strict=True))


def _quoted(path: str, cited: Iterable[Evidence]) -> tuple[Block, ...]:
    """Quotes alone, those that touch each other as one."""
    told: dict[int, Markup] = {}
    for one in cited:
        for line in _numbered(path, one):
            told.setdefault(line.number, line.code)
    blocks: list[list[Line]] = []
    for number in sorted(told):
        if not blocks or blocks[-1][-1].number != number - 1:
            blocks.append([])
        blocks[-1].append(Line(number, told[number]))
    return tuple(Block(tuple(block)) for block in blocks)


def _numbered(path: str, evidence: Evidence) -> tuple[Line, ...]:
    shown = coloured(path, visible_lines(evidence.quote))
    return tuple(Line(number, code) for number, code in enumerate(shown, evidence.start_line))
