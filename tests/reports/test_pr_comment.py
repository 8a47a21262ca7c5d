"""The comment of a pull request: short whatever comes, found again by its mark, and nothing of scanned text is more than text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from pipeline.findings.model import Baseline, Decision, Scan, Skipped, Suppression, Target
from pipeline.findings.story_lines import Story, StoryLine
from pipeline.reports import linked, pr_comment
from tests import factories as make
from tests.reports.hostile import EVIL, MARKUP
from tests.reports.hostile import SCAN as HOSTILE
from tests.reports.sample import SCAN

BASELINE = Baseline(given="revision", name="main", revision="a" * 40, started_at="", version="0", knowledge="k")
TARGET = Target(name="shop", revision="b" * 40, repository="https://github.com/team/shop.git")


def changed(**more: object) -> Scan:
    decision = Decision(kind="accepted", reason="trust me", where="app.py:4")
    return make.scan(
        (
            make.finding("new-one", id="1", severity="critical"),
            make.finding("back-again", id="2", status="reopened", severity="low"),
            make.finding("weighs-more", id="3", status="open", status_reason="was medium"),
            make.finding("old-one", id="4", status="open"),
            make.finding("gone-one", id="5", status="fixed", status_reason="its lines were examined and it was not found again"),
            make.finding("unseen-one", id="6", status="unknown", status_reason="app.py: could not be read this time"),
            make.finding("closed-one", id="7", status="accepted", decision=decision),
        ),
        target=TARGET, baseline=BASELINE,
        suppressions=(
            Suppression(decision=decision, threat="closed-one", path="app.py", lines=(4, 5), findings=("7",), added=True),
            Suppression(decision=decision, threat="stale-one", path="app.py", lines=(8, 9), stale="no such finding any more"),
        ),
        story=Story(
            lines=(
                StoryLine(kind="flow_added", tone="worse", text="a new flow leads from `POST /chat` to `agent`", evidence=(make.evidence("app.py:3"),)),
                StoryLine(kind="control_removed", tone="worse", text="authentication of `POST /chat` is gone", evidence=(make.evidence("app.py:2"),), gone=True),
            ),
            left_out=2,
        ),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_it_begins_with_its_mark_and_says_first_what_came_and_went() -> None:
    lines = pr_comment.render(changed()).split("\n")
    assert lines[0] == pr_comment.MARKER
    assert lines[1] == (
        "## Threat model of `shop`: 2 threats added (1 critical, 1 low), 1 resolved, 1 suppression added that close 1 finding"
    )


def test_each_kind_of_change_has_its_part_and_what_was_there_before_has_none() -> None:
    text = pr_comment.render(changed())
    for part in (
        "### ⚠ 1 suppression added by this change", "### What this change does", "### Threats added", "### Threats that weigh more or less now",
        "### Resolved", "### Not looked for this time", "1 suppression without effect", "1 finding accepted or dismissed",
    ):  # fmt: skip
        assert part in text
    assert "old-one" not in text and "5 open findings in all" in text
    assert "- 🔺 a new flow leads from `POST /chat` to `agent` ([`app.py:3`](https://github.com/team/shop/blob/" in text
    assert "- 🔺 authentication of `POST /chat` is gone (was at `app.py:2`)" in text
    assert "- and 2 things of less importance" in text
    assert "| 🟧 high (was medium) |" in text and "| 🟦 low (again) |" in text


def test_files_that_the_tree_itself_leaves_out_are_said() -> None:
    skip = Skipped(path="app/", reason="left out because the scanned tree's own .threatloom.yaml says so", count=4)
    assert "- ⚠ 4 files left out because the scanned tree's own .threatloom.yaml says so" in pr_comment.render(changed(skipped=(skip,)))


def test_without_a_baseline_it_says_so_and_without_a_change_it_is_short() -> None:
    assert "There is no baseline to compare with" in pr_comment.render(SCAN)
    quiet = pr_comment.render(make.scan((make.finding(status="open"),), baseline=BASELINE))
    assert "no threat added" in quiet and "###" not in quiet and len(quiet) < 400


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.words: list[str] = []
        self.code = 0
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links.update(value or "" for name, value in attrs if name in ("href", "src"))
        self.code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.words.append("\0")  # what hosts see in the place of it

    def handle_data(self, data: str) -> None:
        if not self.code:
            self.words.append(data)


@pytest.mark.parametrize("name", ["hostile", "markup"])
def test_nothing_of_scanned_text_becomes_markup_a_link_an_image_or_a_mention(name: str) -> None:
    scan = HOSTILE if name == "hostile" else make.scan((make.finding(title=MARKUP, description=MARKUP, element=MARKUP),), target=TARGET)
    text = pr_comment.render(scan)
    page = _Page(text)
    assert page.tags <= {
        "details", "summary", "b", "sub", "h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "ul", "li", "a",
    }  # fmt: skip
    assert all(link.startswith("https://github.com/team/shop/blob/") for link in page.links)
    assert not re.search(r"@\w|#\d|GH-\d|://|www\.", "".join(page.words))
    assert text.count("<!-- threatloom:pull-request -->") == 1
    assert "\x1b" not in text and "\u202e" not in text


@pytest.mark.parametrize(
    "words", ["@team", "#123", "GH-12", "!12 and %3", "owner/repo#5", "![i](http://x)", "<b>x</b>", "www.x.org", "a | b"]
)
def test_words_that_hosts_turn_into_something_stay_words(words: str) -> None:
    text = pr_comment.render(make.scan((make.finding(description=words),)))
    row = next(line for line in text.split("\n") if line.startswith("| 🟧"))
    assert not re.search(r"@team|#\d|GH-\d|!\d|%\d|!\[|<b>x|www\.|(?<!\\)\|\s*b ", row)


def test_it_is_never_longer_than_a_host_takes() -> None:
    long = tuple(
        make.finding(f"t-{number}", id=str(number), title=EVIL * 9, description=EVIL * 9, evidence=(make.evidence("a.py:1", EVIL * 40),), status=status, status_reason=EVIL * 9)
        for number, status in enumerate(("new", "fixed", "unknown", "reopened", "accepted") * 200)
    )  # fmt: skip
    decision = Decision(kind="accepted", reason=EVIL * 20, by=EVIL * 20, where=f"{EVIL * 20}:3")
    said = tuple(Suppression(decision=decision, threat=EVIL * 9, stale=EVIL * 20, added=True) for _ in range(500))
    story = Story(
        lines=tuple(StoryLine(kind="flow_added", tone="worse", text=EVIL * 20, evidence=(make.evidence("a.py:1"),) * 9) for _ in range(90))
    )
    text = pr_comment.render(make.scan(long, target=Target(name=EVIL * 99), suppressions=said, story=story, baseline=BASELINE))
    assert len(text.encode()) < 65_536
    assert "And 375 more findings, which stand in the other reports." in text and "did not fit" in text


@pytest.mark.parametrize(
    ("repository", "shown"),
    [
        ("https://github.com/team/shop.git", "https://github.com/team/shop/blob/{r}/src/a%20b.py#L7"),
        ("ssh://gitlab.example.org/team/shop.git", "https://gitlab.example.org/team/shop/-/blob/{r}/src/a%20b.py#L7"),
        ("https://bitbucket.org/team/shop", "https://bitbucket.org/team/shop/src/{r}/src/a%20b.py#lines-7"),
        ("https://host:8443/a", "https://host:8443/a/blob/{r}/src/a%20b.py#L7"),
        ("javascript://x/alert(1)", None), ("https://ho\"st/a", None), (None, None),
    ],
)  # fmt: skip
def test_a_place_links_to_its_line_where_the_repository_has_an_address(repository: str | None, shown: str | None) -> None:
    target = Target(name="shop", revision="c" * 40, repository=repository)
    said = linked.link(target, "src/a b.py", 7, "src/a b.py:7")
    assert said == (f"[`src/a b.py:7`]({shown.format(r='c' * 40)})" if shown else "`src/a b.py:7`")


def test_a_path_cannot_leave_its_link() -> None:
    said = linked.link(
        Target(name="shop", revision="c" * 40, repository="https://github.com/t/s"), "a)](https://evil.example) [x](.py", 1, "a"
    )
    assert said.count("](") == 1 and said.endswith("#L1)") and "evil.example)" not in said.replace("evil.example%29", "")
