"""The table, Markdown, HTML and Mermaid: what is shown, what is said to be left out, and that nothing of it runs."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from pipeline.findings.model import Failed, Scan, Skipped
from pipeline.reports import FORMATS, Format, diagram, html, markdown, mermaid, sarif, table
from pipeline.reports.escape import visible
from pipeline.reports.graph import MOST_NODES
from pipeline.reports.paths import open_paths, tree_text
from tests import factories as make
from tests.reports.examined import SCAN as EXAMINED
from tests.reports.hostile import SCAN as HOSTILE
from tests.reports.sample import SCAN


class Page(HTMLParser):
    """Collects tags, attributes and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in self.inline and data.strip():
            self.inline[self.tags[-1][0]].append(data)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_no_report_lets_invisible_characters_through(known: Format) -> None:
    text = known.render(HOSTILE)
    assert not [char for char in text if char != "\n" and visible(char) != char]
    text.encode()


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_report_of_an_empty_scan_is_readable(known: Format) -> None:
    assert known.render(make.scan(elements=())).strip()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
@pytest.mark.parametrize("scan", [SCAN, EXAMINED, HOSTILE], ids=["sample", "examined", "hostile"])
def test_the_table_keeps_to_the_width(width: int, scan: Scan) -> None:
    from rich.cells import cell_len

    assert max(cell_len(line) for line in table.render(scan, width=width).split("\n")) <= min(max(width, 40), 120)


def test_the_only_escape_sequences_in_colour_are_colours() -> None:
    text = table.render(HOSTILE, colour=True)
    assert not re.sub(r"\x1b\[[0-9;]*m", "", text).count("\x1b")
    assert "\x1b" not in table.render(HOSTILE)


def test_rich_markup_of_scanned_text_is_shown_as_it_is() -> None:
    assert "[bold red]rich[/]" in table.render(make.scan((make.finding(evidence=(make.evidence(quote="[bold red]rich[/]"),)),)))


def test_plain_terminals_get_ascii() -> None:
    assert table.render(HOSTILE, ascii_only=True).isascii()


def test_findings_stand_in_the_order_of_severity_then_confidence() -> None:
    text = table.render(make.scan((
        make.finding("low-one", severity="low"), make.finding("unsure", severity="high", confidence="low"),
        make.finding("sure", severity="high"), make.finding("worst", severity="critical"),
    )))  # fmt: skip
    places = [text.index(f" {name}  ") for name in ("worst", "sure", "unsure", "low-one")]
    assert places == sorted(places)


def test_a_finding_shows_its_line_its_path_what_is_missing_and_what_to_do() -> None:
    text = table.render(SCAN)
    for part in (
        "model-output-executed", "src/agent/tools.py:88", "exec(plan.code, scope)", "anonymous visitor → POST /chat → support agent",
        "sandbox, allow list", "Run generated code in a sandbox", "threatloom explain model-output-executed",
    ):  # fmt: skip
        assert part in text


def test_long_ways_are_folded_and_the_number_is_said() -> None:
    assert "⋯ 3 more ⋯" in table.render(SCAN)


def test_the_last_lines_count_what_is_not_shown() -> None:
    text = table.render(SCAN)
    assert "9 findings (2 critical, 3 high, 3 medium, 1 low), 1 accepted, 9 files skipped, 1 error" in text
    assert re.search(r"skipped +7 +minified", text)
    assert "src/legacy/broken.py" in text


def test_no_findings_is_never_called_safe() -> None:
    text = table.render(make.scan())
    assert "0 findings" in text and "what was examined and what was not" in text


def test_many_errors_and_reasons_are_counted_not_listed_for_ever() -> None:
    scan = make.scan(
        errors=tuple(Failed(path=f"{number}.py", error="broken") for number in range(50)),
        skipped=tuple(Skipped(path=f"{number}", reason=f"reason {number}") for number in range(50)),
    )
    text = table.render(scan)
    assert "40 more" in text and "for 42 other reasons" in text and len(text.split("\n")) < 60


def test_the_html_report_loads_nothing_from_anywhere() -> None:
    page = Page(html.render(HOSTILE))
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img", "form"), tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("style", "src", "srcset", "action"), (tag, name)
            if name == "href":
                assert str(value).startswith("#")
    assert not re.search(r"url\((?!#)|@import", html.render(SCAN))


def test_the_html_report_runs_only_its_own_script_and_style() -> None:
    for scan in (SCAN, EXAMINED, HOSTILE):
        page = Page(html.render(scan))
        policy = next(
            str(attributes["content"]) for _, attributes in page.tags if attributes.get("http-equiv") == "Content-Security-Policy"
        )
        assert "default-src 'none'" in policy and "unsafe" not in policy
        for kind, texts in page.inline.items():
            assert len(texts) == 1
            digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy


def test_template_syntax_of_scanned_text_is_not_evaluated() -> None:
    assert "{{ 7*7 }}" in html.render(HOSTILE)


def test_every_cell_of_the_matrix_gives_its_reason() -> None:
    text = html.render(SCAN)
    assert text.count('class="not_applicable" title="') == 12
    assert "tampering: mitigated; queries are parameterised (parameterised query at src/storage/repository.py:30)" in text


def test_the_markdown_summary_makes_no_html_link_image_or_mention_of_scanned_text() -> None:
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown.render(HOSTILE))
    page = Page(rendered)
    assert {tag for tag, _ in page.tags} <= {
        "details", "summary", "b", "h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "ul", "ol", "li",
    }  # fmt: skip
    assert {name for _, attributes in page.tags for name in attributes} <= {"class", "style"}
    assert "@someone" not in re.sub(r"(?s)<code.*?</code>", "", rendered)


def test_mermaid_labels_cannot_leave_their_quotes() -> None:
    for line in mermaid.render(HOSTILE).split("\n"):
        assert line.count('"') in (0, 2)
        label = line.split('"')[1] if '"' in line else ""
        assert not re.search(r"[`\[\]{}]|<(?!br/>)", label)


def test_red_arrows_are_the_paths_of_findings() -> None:
    drawn = diagram.draw(SCAN)
    red = {(arrow.edge.source, arrow.edge.target) for arrow in drawn.arrows if arrow.edge.attacked}
    assert ("agent:support agent", "interpreter:run_analysis") in red
    assert ("tool:refund_payment", "data_store:orders.db") not in red


def test_boxes_and_frames_do_not_overlap() -> None:
    for scan in (SCAN, crowd(60)):
        drawn = diagram.draw(scan)
        boxes = [(box.x, box.y, box.x + diagram.WIDTH, box.y + diagram.HEIGHT) for box in drawn.boxes]
        frames = [(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height) for frame in drawn.frames]
        for group in (boxes, frames):
            for index, (left, top, right, bottom) in enumerate(group):
                assert left >= 0 and top >= 0 and right <= drawn.width and bottom <= drawn.height
                for other in group[index + 1 :]:
                    assert left >= other[2] or right <= other[0] or top >= other[3] or bottom <= other[1]


def test_a_crowd_is_folded_into_counts() -> None:
    drawn = diagram.draw(crowd(120))
    assert len(drawn.boxes) <= MOST_NODES
    assert len(drawn.boxes) + drawn.folded == 121
    assert sum(frame.rest for frame in drawn.frames) == drawn.folded


def crowd(count: int) -> Scan:
    hub = make.element("agent", "hub")
    others = tuple(
        make.element("tool" if number % 2 else "data_store", f"e{number}", "application" if number % 2 else "data")
        for number in range(count)
    )
    return make.scan(elements=(hub, *others), flows=tuple(make.flow(hub.id, other.id) for other in others[: count * 2 // 3]))


# Attack paths


def test_a_path_is_told_hop_by_hop_with_its_places_and_what_ends_it() -> None:
    shown = markdown.render(SCAN)
    assert "1. `anonymous visitor` → `POST /chat`: user input reaches \\`POST /chat\\` `src/api/chat.py:21`" in shown
    assert "3. `support agent` → `run_analysis`: what it writes is run as code [`model-output-executed`] `src/agent/tools.py:88`" in shown
    assert "- **Or:** whoever writes what is fetched, by `wiki.example.org`" in shown
    assert "- **Ends it** (`model-output-executed`): sandbox: Run generated code in a sandbox without network." in shown


def test_ways_that_end_alike_share_their_branch_of_the_tree() -> None:
    assert tree_text(SCAN, SCAN.attack_paths[0]).splitlines() == [
        "flowchart TD",
        '  t0(["Anyone on the internet runs code in run_analysis"]):::goal',
        '  t0 --> t1["what it writes is run as code<br/>model-output-executed"]:::found',
        '  t1 -->|or| t2["user input reaches support agent as prompt"]',
        '  t2 --> t3["user input reaches POST /chat"]',
        '  t3 --> t4(["anyone on the internet"])',
        '  t1 -->|or| t5["instructions in that text steer support agent<br/>indirect-prompt-injection"]:::found',
        '  t5 --> t6["it is kept in kb and found in other people\'s questions"]',
        '  t6 --> t7(["whoever writes what is fetched"])',
        "  classDef goal stroke:#c62828,stroke-width:3px",
        "  classDef found stroke:#c62828,stroke-width:2px",
    ]


@pytest.mark.parametrize(
    "known", [known for known in FORMATS if known.name in ("table", "markdown", "html", "mermaid")], ids=lambda known: known.name
)
def test_a_path_whose_finding_was_closed_is_not_shown(known: Format) -> None:
    closed = SCAN.model_copy(
        update={"findings": tuple(f.model_copy(update={"status": "dismissed"}) if f.id == "b2e1d3caf9a8" else f for f in SCAN.findings)}
    )
    title = "acts on payments through"
    assert title in known.render(SCAN)
    assert title not in known.render(closed)


def test_a_way_that_was_closed_leaves_the_others() -> None:
    closed = SCAN.model_copy(
        update={"findings": tuple(f.model_copy(update={"status": "accepted"}) if f.id == "c3d2e4bb0a99" else f for f in SCAN.findings)}
    )
    (path,) = open_paths(closed)
    assert [route.attacker for route in path.routes] == ["anyone on the internet"]


def test_paths_that_are_not_listed_are_counted() -> None:
    more = SCAN.model_copy(update={"summary": SCAN.summary.model_copy(update={"attack_paths": 14, "attack_paths_cut": True})})
    assert "attack paths (the 2 most dangerous of 14; the search ended at its bounds, there may be more)" in table.render(more)


# Coverage


def test_a_mitigated_cell_names_its_control_and_where_it_stands() -> None:
    said = "parameterised query at src/storage/repository.py:30"
    assert said in html.render(SCAN)
    assert said in sarif.render(SCAN)
    assert "✓ `orders.db`, tampering: queries are parameterised, parameterised query `src/storage/repository.py:30`" in markdown.render(
        SCAN
    )
