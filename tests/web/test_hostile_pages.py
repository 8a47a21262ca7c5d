"""A scan in which every text that others could choose tries to do harm: on every page it is text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.web.world import World, with_hostile

PAGES = ("", "/findings?status=all", "/findings/f00d00000001", "/findings/f00d00000002", "/findings/f00d00000003", "/paths", "/coverage", "/flows",
         "/changes", "/ask", "/lines?path=src/a.py")  # fmt: skip
OUR_TAGS = frozenset({
    "a", "abbr", "article", "aside", "b", "blockquote", "body", "button", "circle", "code", "dd", "defs", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "head", "header", "html", "i", "input", "label",
    "legend", "li", "link", "main", "marker", "meta", "nav", "ol", "option", "p", "path", "polyline", "rect", "script", "section",
    "select", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text", "textarea", "th", "thead", "time", "title",
    "tr", "ul", "caption", "br",
})  # fmt: skip


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    from tests.web.world import built

    world = built(tmp_path_factory.mktemp("hostile").resolve())
    return world, with_hostile(world)


@pytest.mark.parametrize("page", ["/", *PAGES])
def test_hostile_text_is_text_everywhere(hostile: tuple[World, str], page: str) -> None:
    world, system = hostile
    answer = world.client().get(page if page == "/" else f"/systems/{system}{page}")
    assert answer.status_code == 200
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", answer.text)
    reader = Reader()
    reader.feed(answer.text)
    assert {tag for tag, _ in reader.tags} <= OUR_TAGS
    for tag, attributes in reader.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
        for name in ("href", "src", "action"):
            assert re.match(r"(?:/(?!/)|#|url\(#|$)", attributes.get(name) or ""), (tag, attributes)
    assert "<img" not in answer.text and answer.text.count("<script") <= 1
    assert len(answer.text) < 400_000


def test_every_element_of_it_has_a_page(hostile: tuple[World, str]) -> None:
    world, system = hostile
    client = world.client()
    page = client.get(f"/systems/{system}/flows").text
    links = set(re.findall(r'href="(/systems/\w+/elements/\w+)"', page))
    assert len(links) == 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200 and "<script>alert" not in answer.text and not re.search(r"<b[ >][^<]*onmouseover", answer.text)


def test_a_decision_with_markup_is_shown_as_text(own_world: World) -> None:
    from tests.web.world import NOW, REFUND

    evil = "<img src=x onerror=alert(1)> \u202e [l](javascript:alert(1))"
    own_world.record.decide(str(own_world.root), REFUND, "accepted", reason=evil, by="<b>me</b>", at=NOW)
    page = own_world.client().get(own_world.at(f"/findings/{REFUND}")).text
    assert "<img" not in page and "<b>me</b>" not in page and "&lt;img src=x onerror=alert(1)&gt; \\u202e" in page
