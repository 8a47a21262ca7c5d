"""The scan as one HTML file: verdict, first page, diagram, attack paths, matrix, findings with their lines, what was left out.

No network, no script from elsewhere: style and script stand inline and are the only ones the page's own
Content-Security-Policy lets run, by hash. Everything that comes from scanned files, or from a model that read them, is
escaped by the template engine after its invisible characters were written out. The page reads complete without script.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.findings.model import STRIDE, Coverage, Finding, Scan
from pipeline.reports.against import against, fixed, mark, unlisted
from pipeline.reports.asked import (
    FIRST_PAGE_NOTE,
    about_words,
    account,
    arguments_of,
    asked_in_short,
    explain_command,
    first_page,
    origin_words,
    seen_by,
)
from pipeline.reports.decided import about, decided, decision_words, stale
from pipeline.reports.diagram import HEIGHT, WIDTH, draw
from pipeline.reports.escape import shorten, visible, visible_lines
from pipeline.reports.graph import STATED_WORDS, stated_legend
from pipeline.reports.inline import environment, source_hash
from pipeline.reports.own import own_lines, own_of
from pipeline.reports.paths import counted, cut_words, elements_of, ends_of, hop_places, open_paths, threats_of, tree_of, tree_text
from pipeline.reports.stated import drawn_not_found, found_not_drawn, state_counts, state_name, stated_threats
from pipeline.reports.wording import (
    LETTERS,
    ROLES,
    STATES,
    Group,
    built,
    closed_counts,
    coverage_counts,
    coverage_words,
    headline,
    listed_findings,
    names,
    open_findings,
    path_names,
    pictures_read,
    place,
    plural,
    sentence,
    severity_counts,
    skipped_by_reason,
    skipped_count,
    span,
    unseen,
    verdict,
    words,
)  # fmt: skip
from pipeline.system.model import Control, Evidence, Severity

TEMPLATES = Path(__file__).with_name("templates")
LABEL = 19
MOST_LINES = 40
MOST_SKIPPED = 500
MOST_STATED = 300
MOST_DROPPED = 500
SYMBOLS = {"finding": "●", "mitigated": "✓", "not_applicable": "–", "not_examined": "?"}


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quoted place, ready to be shown."""

    where: str
    role: str
    note: str
    lines: tuple[Line, ...]
    more: int
    main: bool


@dataclass(frozen=True, slots=True)
class Cell:
    stride: str
    state: str
    symbol: str
    severity: Severity | None
    said: str
    link: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    kind: str
    zone: str
    cells: tuple[Cell, ...]


def render(scan: Scan) -> str:
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    templates = environment(TEMPLATES)
    templates.filters["words"] = words
    templates.filters["named"] = named
    listed, paths = listed_findings(scan), open_paths(scan)
    found = (*listed, *(finding for finding in open_findings(scan) if finding not in listed))  # those that are not asked for, folded
    drawing = draw(scan)
    anchors = {finding.id: f"f{number}" for number, finding in enumerate(found, 1)}
    return templates.get_template("report.html.j2").render(
        scan=scan, style=Markup(style), script=Markup(script), style_hash=source_hash(style), script_hash=source_hash(script),
        verdict=verdict(scan), findings=found, anchors=anchors, severities=severity_counts(found),
        closed=closed_counts(scan), diagram=drawing, stated_words=STATED_WORDS,
        stated_legend=stated_legend((box.node for box in drawing.boxes), (arrow.edge for arrow in drawing.arrows)),
        node_width=WIDTH, node_height=HEIGHT, rows=_rows(scan, anchors), stride=STRIDE,
        letters=LETTERS, states=coverage_counts(scan), state_names=STATES, symbols=SYMBOLS, skipped=skipped_by_reason(scan),
        skipped_files=skipped_count(scan), unseen=unseen(scan), own=own_lines(scan), own_of=lambda finding: own_of(scan, finding),
        pictures_read=pictures_read(scan), built=built(scan),
        skipped_shown=scan.skipped[:MOST_SKIPPED], sentence=sentence, excerpts=_excerpts,
        path_names=lambda finding: path_names(scan, finding), taxonomy_ids=_taxonomy_ids, names=names(scan), plural=plural,
        label=_label, boundaries=_drawn_boundaries(scan), threats=stated_threats(scan)[:MOST_STATED],
        threat_counts=state_counts(stated_threats(scan)), state_name=state_name, not_found=drawn_not_found(scan)[:MOST_STATED],
        not_drawn=found_not_drawn(scan)[:MOST_STATED], place=place,
        paths=paths, paths_counted=counted(scan, len(paths)), threats_by=threats_of(scan), elements_of=elements_of, hop_places=hop_places,
        page=first_page(scan), page_note=FIRST_PAGE_NOTE, account=account(scan), asked_in_short=asked_in_short, arguments_of=arguments_of,
        seen_by=lambda finding: seen_by(scan, finding), origin_words=origin_words, explain_command=explain_command,
        dropped=scan.llm.not_taken[:MOST_DROPPED] if scan.llm else (), about_words=lambda item: about_words(scan, item),
        listed=len(listed), against=against(scan), mark=lambda finding: mark(scan, finding), fixed=fixed(scan), unlisted=unlisted(scan),
        decided=decided(scan), decision_words=decision_words, suppressed_about=about, unused=stale(scan), headline=headline,
        cut_words=cut_words, ends_of=ends_of, tree_of=tree_of, tree_text=lambda path: tree_text(scan, path),
    )  # fmt: skip


def named(text: str) -> Markup:
    """Text in which names stand between backticks: each name becomes code, every part is escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a name that holds a backtick itself: shown as it is
        return escape(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(visible(part)) if index % 2 else escape(visible(part)) for index, part in enumerate(parts)
    )


def _label(name: str) -> str:
    """What fits into a box: of a long path its end, of any other long name its beginning."""
    shown = visible(name)
    tail = shown.rpartition("/")[2]
    return shorten(f"…/{tail}" if len(shown) > LABEL and tail and tail != shown else shown, LABEL)


def _excerpts(finding: Finding) -> tuple[Excerpt, ...]:
    main = headline(finding)
    return tuple(_excerpt(evidence, evidence is main) for evidence in finding.evidence)


def _excerpt(evidence: Evidence, main: bool) -> Excerpt:
    lines = visible_lines(evidence.quote)
    numbered = tuple(Line(number, shorten(line, 400)) for number, line in enumerate(lines[:MOST_LINES], evidence.start_line))
    return Excerpt(span(evidence), evidence.role, evidence.note or ROLES[evidence.role], numbered, max(len(lines) - MOST_LINES, 0), main)


def _taxonomy_ids(finding: Finding) -> tuple[str, ...]:
    return tuple(item for group in finding.taxonomy.model_dump().values() for item in group)


def _drawn_boundaries(scan: Scan) -> tuple[Group, ...]:
    """Boundaries the zone columns do not show, with how many elements lie inside."""
    drawn = (boundary for boundary in scan.system.boundaries if boundary.kind != "zone")
    return tuple(Group(f"{boundary.name} ({boundary.kind})", len(boundary.elements)) for boundary in drawn)


def _rows(scan: Scan, anchors: dict[str, str]) -> tuple[Row, ...]:
    cells: dict[str, dict[str, Coverage]] = {}
    for cell in scan.coverage:
        cells.setdefault(cell.element, {})[cell.stride] = cell
    elements = {element.id: element for element in scan.system.elements}
    severity = {finding.id: finding.severity for finding in open_findings(scan)}
    controls = {control.id: control for control in scan.system.controls}
    order = sorted(cells, key=lambda item: (-sum(cell.state == "finding" for cell in cells[item].values()), item))
    rows = []
    for element_id in order:
        element = elements.get(element_id)
        row = tuple(_cell(stride, cells[element_id].get(stride), anchors, severity, controls) for stride in STRIDE)
        named = (element.name, words(element.kind), words(element.zone)) if element else (element_id, "", "")
        rows.append(Row(*named, row))
    return tuple(rows)


def _cell(stride: str, cell: Coverage | None, anchors: dict[str, str], severity: dict[str, Severity], controls: dict[str, Control]) -> Cell:
    if cell is None:
        return Cell(stride, "not_examined", SYMBOLS["not_examined"], None, f"{words(stride)}: not examined", "")
    shown = sorted((finding for finding in cell.findings if finding in anchors), key=lambda item: int(anchors[item][1:]))
    worst = severity[shown[0]] if shown else None
    return Cell(stride, cell.state, SYMBOLS[cell.state], worst, coverage_words(cell, controls), anchors[shown[0]] if shown else "")
