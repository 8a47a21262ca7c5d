"""The report everybody sees first: findings on a terminal, worst first, each with its proof and its remedy.

Takes a scan, a width and whether colour and box drawing are possible; gives text. Nothing of a scanned file
reaches the terminal unescaped, and nothing of it is read as markup: only `Text` objects are printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ingest.exclusion import is_by_tree
from pipeline.findings.model import STRIDE, AttackPath, Coverage, CoverageState, Finding, Scan
from pipeline.reports.against import MOST_FIXED, against, fixed, mark, unlisted
from pipeline.reports.asked import FIRST_PAGE_NOTE, MOST_SAID, account, arguments_of, explain_command, first_page, seen_by
from pipeline.reports.decided import about, decided, decision_words, stale
from pipeline.reports.escape import shorten, visible, visible_lines
from pipeline.reports.own import own_lines, own_of
from pipeline.reports.paths import counted, cut_words, elements_of, ends_of, open_paths, threats_of
from pipeline.reports.stated import drawn_not_found, found_not_drawn, state_counts, stated_threats
from pipeline.reports.wording import (
    LETTERS,
    ROLES,
    STATES,
    built,
    closed_counts,
    coverage_counts,
    headline,
    hops,
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
from pipeline.system.model import Evidence, Severity

NARROWEST, WIDEST, LABEL = 40, 120, 16
MOST_LINES, MOST_HOPS, MOST_ROWS, MOST_ERRORS = 4, 5, 24, 10
MOST_DECIDED = 20
_NOTHING = "closes nothing"
MOST_ARGUMENTS = 4  # of one finding
COLOURS: dict[Severity, str] = {
    "critical": "bold white on red", "high": "bold black on bright_red", "medium": "bold black on yellow", "low": "bold black on cyan",
    "info": "bold black on white",
}  # fmt: skip
INKS: dict[Severity, str] = {"critical": "bold bright_red", "high": "bright_red", "medium": "yellow", "low": "cyan", "info": "white"}
MARKS: dict[CoverageState, tuple[str, str]] = {
    "finding": ("●", "bright_red"), "mitigated": ("✓", "green"), "not_applicable": ("·", "dim"), "not_examined": ("?", "yellow"),
}  # fmt: skip
_ASCII = str.maketrans({"●": "#", "✓": "+", "·": ".", "→": ">", "│": "|", "─": "-", "…": "~", "⋯": "..", "━": "-", "▸": ">"})


def render(scan: Scan, *, width: int = 100, colour: bool = False, ascii_only: bool = False) -> str:
    out = StringIO()
    width = min(max(width, NARROWEST), WIDEST)
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None, no_color=not colour,
        legacy_windows=False, markup=False, highlight=False, emoji=False, soft_wrap=False, _environ={},
    )  # fmt: skip
    for part in _parts(scan, width):
        console.print(part)
    text = "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n") + "\n"
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode() if ascii_only else text


def _parts(scan: Scan, width: int) -> Iterator[Text | Table | Padding | Rule]:
    yield _head(scan)
    yield Text()
    yield from _first_page(scan)
    for finding in listed_findings(scan):
        yield from _finding(scan, finding, width)
        yield Text()
    yield from _before(scan)
    yield from _paths(scan, width)
    if scan.coverage:
        yield from _coverage(scan, width)
        yield Text()
    yield from _stated(scan)
    yield from _asked(scan)
    yield from _decided(scan, width)
    yield from _left_out(scan, width)
    yield _last_line(scan)


def _head(scan: Scan) -> Text:
    head = Text.assemble(("threatloom ", "bold"), (visible(scan.target.name), "bold cyan"))
    if scan.target.revision:
        head.append(f" @ {visible(scan.target.revision)[:10]}{' + changes' if scan.target.dirty else ''}", "cyan")
    facts = (
        f"\n{plural(scan.summary.files, 'file')} · {plural(scan.summary.lines, 'line')} · "
        f"{plural(len(scan.system.elements), 'element')} · {plural(len(scan.system.flows), 'flow')} · {scan.duration_s:.1f} s"
    )
    head.append(facts, "dim")
    return head.append(f"\n{visible(said)}", "cyan") if (said := against(scan)) else head


def _first_page(scan: Scan) -> Iterator[Text | Padding]:
    page = first_page(scan)
    if page is None:
        return
    yield Text.assemble(("first page", "bold"), (f", in the words of {visible(page.by)}. {FIRST_PAGE_NOTE}", "dim"))
    yield Padding(Text(visible(page.headline), "bold"), (0, 0, 0, 2))
    for paragraph in page.paragraphs:
        yield Padding(Text(visible(paragraph)), (0, 0, 0, 2))
    for number, action in enumerate(page.actions, 1):
        grid = Table.grid(padding=0)
        grid.add_column(width=4, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(f"{number:>2}.", "green"), Text(visible(action.text), "green"))
        grid.add_row("", Text(visible(", ".join(named.label for named in action.findings)), "dim"))
        yield Padding(grid, (0, 0, 0, 1))
    yield Text()


def _finding(scan: Scan, finding: Finding, width: int) -> Iterator[Text | Padding]:
    title = Text.assemble((f" {finding.severity} ", COLOURS[finding.severity]), " ", (visible(finding.threat), INKS[finding.severity]))
    if status := mark(scan, finding):
        title.append(f" ({status})", "bright_red" if status == "new" else "yellow")
    if own := own_of(scan, finding):
        title.append(f" (own: {visible(own)})", "dim")
    if seen := seen_by(scan, finding):
        title.append(f" ({seen})", "dim" if seen == "rule" else "magenta")
    yield title.append(f"  {visible(finding.id)}", "dim")
    yield Padding(Text(visible(sentence(finding)), "bold"), (0, 0, 0, 1))
    yield from _excerpt(headline(finding), INKS[finding.severity], width)
    for label, value in _facts(scan, finding, width - LABEL - 2):
        yield _labelled(label, value)


def _before(scan: Scan) -> Iterator[Text]:
    """What is fixed, and what is not listed because it was there before."""
    gone = fixed(scan)
    if gone:
        yield Text("fixed", "bold green")
        for finding in gone[:MOST_FIXED]:
            line = Text.assemble((f"  {finding.severity} ", INKS[finding.severity]), visible(finding.threat))
            yield line.append(f"  {visible(place(headline(finding)))}: {visible(finding.status_reason)}", "dim")
        if len(gone) > MOST_FIXED:
            yield Text(f"  and {len(gone) - MOST_FIXED} more", "dim")
        yield Text()
    if said := unlisted(scan):
        yield Text(said, "yellow")
        yield Text()


def _excerpt(evidence: Evidence, ink: str, width: int) -> Iterator[Text]:
    lines = visible_lines(evidence.quote)
    gutter = len(str(evidence.start_line + min(len(lines), MOST_LINES) - 1)) + 1
    room = width - gutter - 4
    yield Text.assemble((" " * (gutter - 1) + "--> ", "bright_blue"), (visible(span(evidence)), "underline"), overflow="fold")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    last = ""
    for number, line in enumerate(lines[:MOST_LINES], evidence.start_line):
        last = shorten(line[indent:].rstrip(), room)
        yield Text.assemble((f"{number:>{gutter}} │ ", "bright_blue"), last, no_wrap=True, overflow="crop")
    if len(lines) > MOST_LINES:
        yield Text.assemble((f"{'':>{gutter}} │ ", "bright_blue"), (f"… {plural(len(lines) - MOST_LINES, 'more line')}", "dim"))
    note = visible(evidence.note) or ROLES[evidence.role]
    start = len(last) - len(last.lstrip())
    marks = "^" * max(len(last) - start, 1)
    bar = f"{'':>{gutter}} │ "
    if start + len(marks) + 1 + len(note) <= room and len(lines) <= MOST_LINES:
        yield Text.assemble((bar, "bright_blue"), " " * start, (f"{marks} {note}", ink))
    else:
        if len(lines) <= MOST_LINES:
            yield Text.assemble((bar, "bright_blue"), " " * start, (marks, ink))
        yield Text.assemble((bar, "bright_blue"), " " * start, (shorten(note, max(room - start, 10)), ink), no_wrap=True, overflow="crop")


def _facts(scan: Scan, finding: Finding, room: int) -> Iterator[tuple[str, Text]]:
    if finding.status_reason:
        yield "status", Text(f"{finding.status}: {visible(finding.status_reason)}")
    if finding.attack_path:
        yield "path", _arrows([(name, "cyan") for name in path_names(scan, finding)], room)
    steps = [(place(step), "") for step in hops(finding)]
    if len(steps) > 1:
        if len(steps) > MOST_HOPS:
            steps = [*steps[:2], (f"⋯ {len(steps) - 4} more ⋯", "dim"), *steps[-2:]]
        yield "steps", _arrows(steps, room)
    if finding.missing_controls:
        yield "missing", Text(visible(", ".join(words(control) for control in finding.missing_controls)), "yellow")
    if finding.doubt:
        yield "doubt", Text(visible(shorten(finding.doubt, MOST_SAID)), "yellow")
    said = arguments_of(finding)
    for argument in said[:MOST_ARGUMENTS]:
        yield "model", Text(visible(argument.line), "yellow" if argument.stance == "against" else "")
    if len(said) > MOST_ARGUMENTS:
        yield "model", Text(f"{plural(len(said) - MOST_ARGUMENTS, 'more argument')} in the html and json reports", "dim")
    if finding.mitigations:
        yield "do", Text(visible(finding.mitigations[0].text), "green")
    more = Text.assemble(finding.confidence, (" · ", "dim"), ", ".join(words(name) for name in finding.stride), (" · ", "dim"))
    yield "confidence", more.append(visible(explain_command(finding)), "magenta")


def _arrows(parts: list[tuple[str, str]], room: int) -> Text:
    """Parts joined by arrows, a new line before the part that does not fit: names and places stay whole."""
    line, used = Text(), 0
    for number, (part, style) in enumerate(parts):
        shown = Text(visible(part), style)
        if number and used + 3 + shown.cell_len > room:
            line.append(" →\n")
            used = 0
        elif number:
            line.append(" → ")
            used += 3
        line.append_text(shown)
        used += shown.cell_len
    return line


def _labelled(label: str, value: Text) -> Padding:
    grid = Table.grid(padding=0)
    grid.add_column(width=LABEL, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(f"  = {label}:", "bright_blue"), value)
    return Padding(grid, 0)


def _paths(scan: Scan, width: int) -> Iterator[Text | Padding]:
    paths = open_paths(scan)
    if not paths:
        return
    said = counted(scan, len(paths))
    yield Text.assemble(("attack paths", "bold"), (f" ({said})" if said else "", "dim"))
    for number, path in enumerate(paths, 1):
        head = Text.assemble(f"{number:>2} ", (f" {path.severity} ", COLOURS[path.severity]), " ", (visible(path.title), "bold"))
        yield head
        for label, value in _path(scan, path, width - LABEL - 2):
            yield _labelled(label, value)
    yield Text()


def _path(scan: Scan, path: AttackPath, room: int) -> Iterator[tuple[str, Text]]:
    known, threats, route = names(scan), threats_of(scan), path.routes[0]
    yield "path", _arrows([(known.get(item, item), "cyan") for item in elements_of(route)], room)
    yield "by", Text(visible(" + ".join(threats.get(item, item) for item in route.findings)), "yellow")
    if len(path.routes) > 1:
        others = dict.fromkeys(f"{other.attacker} ({known.get(other.entry, other.entry)})" for other in path.routes[1:])
        yield "or", Text(visible("; ".join(others)))
    if ends := ends_of(path):
        yield "ends it", Text(visible(cut_words(ends[-1])), "green")


def _coverage(scan: Scan, width: int) -> Iterator[Text | Table]:
    cells: dict[str, dict[str, Coverage]] = {}
    for cell in scan.coverage:
        cells.setdefault(cell.element, {})[cell.stride] = cell
    found = Counter(cell.element for cell in scan.coverage if cell.state == "finding")
    rows = sorted(cells, key=lambda element: (-found[element], element))
    known, kinds = names(scan), {element.id: words(element.kind) for element in scan.system.elements}
    worst: dict[tuple[str, str], Severity] = {}
    for finding in open_findings(scan):
        for stride in finding.stride:
            worst.setdefault((finding.element, stride), finding.severity)
    grid = Table(box=None, padding=(0, 1), pad_edge=False, show_header=True, header_style="bold")
    grid.add_column("coverage", no_wrap=True, max_width=max(width - 42, 16), overflow="ellipsis")
    grid.add_column("", no_wrap=True, style="dim", max_width=18, overflow="ellipsis")
    for stride in STRIDE:
        grid.add_column(LETTERS[stride], justify="center", width=1)
    for element in rows[:MOST_ROWS]:
        marks = [_mark(cells[element].get(stride), worst.get((element, stride))) for stride in STRIDE]
        grid.add_row(Text(visible(known.get(element, element))), Text(kinds.get(element, "")), *marks)
    yield grid
    if len(rows) > MOST_ROWS:
        yield Text(f"… {plural(len(rows) - MOST_ROWS, 'more element')} in the html and json reports", "dim")
    legend = [Text.assemble(MARKS[state], f" {STATES[state]} {count}") for state, count in coverage_counts(scan)]
    yield Text("   ").join(legend)


def _mark(cell: Coverage | None, worst: Severity | None) -> Text:
    if cell is None:
        return Text(*MARKS["not_examined"])
    symbol, colour = MARKS[cell.state]
    return Text(symbol, INKS[worst] if cell.state == "finding" and worst else colour)


def _stated(scan: Scan) -> Iterator[Text]:
    """One line each; the lists stand in the other reports."""
    threats, missing, extra = stated_threats(scan), drawn_not_found(scan), found_not_drawn(scan)
    if threats:
        counts = ", ".join(f"{count} {state}" for state, count in state_counts(threats))
        yield Text(f"stated in threat models: {counts}; markdown, html and json list them", "dim")
    if missing or extra:
        found = len({name.element for name in scan.system.drawn if name.found})
        yield Text(f"drawn: {found} found, {len(missing)} not found; {len(extra)} found but not drawn", "dim")
    if threats or missing or extra:
        yield Text()


def _asked(scan: Scan) -> Iterator[Text | Padding]:
    rows = account(scan)
    if not rows:
        return
    yield Text("asked of a model", "bold")
    before = ""
    for row in rows:
        grid = Table.grid(padding=0)
        grid.add_column(width=LABEL - 2, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(row.label if row.label != before else "", "dim"), Text(visible(row.text), "yellow" if row.warns else ""))
        yield Padding(grid, (0, 0, 0, 2))
        before = row.label
    yield Text()


def _decided(scan: Scan, width: int) -> Iterator[Text]:
    """What is accepted or dismissed, with the reason, and suppressions that close nothing: nothing is hidden."""
    closed, unused = decided(scan), stale(scan)
    for finding, decision in closed[:MOST_DECIDED]:
        yield Text.assemble(
            (f"{finding.status:<9}  ", "dim"), (visible(finding.threat), INKS[finding.severity]), (f" ({finding.severity}) ", "dim"),
            (visible(place(headline(finding))), "underline"), f": {shorten(visible(decision.reason), 2 * width)}",
            (f" ({visible(decision_words(decision))})", "dim"), overflow="fold",
        )  # fmt: skip
    if len(closed) > MOST_DECIDED:
        yield Text(f"accepted or dismissed: {len(closed) - MOST_DECIDED} more; json and html list them", "dim")
    for said in unused[:MOST_DECIDED]:
        yield Text(f"{_NOTHING}  {visible(said.decision.where)}: {visible(about(said))}: {visible(said.stale)}", "yellow", overflow="fold")
    if len(unused) > MOST_DECIDED:
        yield Text(f"{_NOTHING}  {len(unused) - MOST_DECIDED} more; json and html list them", "yellow")
    if closed or unused:
        yield Text()


def _left_out(scan: Scan, width: int) -> Iterator[Text]:
    reasons = skipped_by_reason(scan)
    for group in reasons:
        if is_by_tree(group.reason):  # who wrote the tree may have something to hide: never folded, never dim
            yield Text(f"{plural(group.count, 'file')} {visible(group.reason)}", "yellow")
    groups = [group for group in reasons if not is_by_tree(group.reason)]
    for group in groups[:8]:
        yield Text(f"skipped  {group.count:>5}  {shorten(visible(group.reason), width - 16)}", "dim")
    if len(groups) > 8:
        yield Text(f"skipped  {sum(group.count for group in groups[8:]):>5}  for {len(groups) - 8} other reasons", "dim")
    for said in filter(None, (unseen(scan), built(scan))):
        yield Text(shorten(said, width), "dim")
    if said := pictures_read(scan):
        yield Text(shorten(visible(said), width), "yellow" if any(one.sent_to for one in scan.pictures) else "dim")
    for error in scan.errors[:MOST_ERRORS]:
        yield Text.assemble(
            ("error  ", "bold bright_red"), (visible(error.path), "underline"), f": {visible(error.error)}", overflow="fold"
        )
    if len(scan.errors) > MOST_ERRORS:
        yield Text(f"error  {plural(len(scan.errors) - MOST_ERRORS, 'more')}", "red")
    own = own_lines(scan)
    for line in own:
        yield Text(shorten(visible(line.text), 4 * width), "yellow" if line.silences else "dim")
    if reasons or scan.errors or own:
        yield Text()


def _last_line(scan: Scan) -> Text:
    found = open_findings(scan)
    line = Text.assemble((plural(len(found), "finding"), "bold"))
    counts = severity_counts(found)
    if counts:
        line.append(" (").append(Text(", ").join(Text(f"{count} {severity}", INKS[severity]) for severity, count in counts)).append(")")
    for group in closed_counts(scan):
        line.append(f", {group.count} {group.reason}")
    line.append(f", {plural(skipped_count(scan), 'file')} skipped, ")
    line.append(plural(len(scan.errors), "error"), "bold bright_red" if scan.errors else "")
    if not found or scan.errors or scan.without_ai:
        line.append(f"\n{verdict(scan)}.", "yellow")
    return line
