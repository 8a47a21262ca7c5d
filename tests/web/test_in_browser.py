"""The pages in Debian's Chromium: the walks of a person, with the mouse and without, and what the browser complains of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pipeline.interfaces.web.app import create_app
from pipeline.interfaces.web.settings import WebSettings
from tests.web.browser import CHROMIUM, FLAGS, WITHOUT, Visit, served, visit
from tests.web.looking import wrongs
from tests.web.world import EXECUTED, NOW, REFUND, TOKEN, World, built, with_hostile, with_quiet

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT),
    # Playwright's connection ends with its process, after the loop that it was read in.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
PAGES = (
    "/",
    "",
    "/findings",
    f"/findings/{EXECUTED}",
    "/paths",
    "/coverage",
    "/flows",
    "/changes",
    "/ask",
    "/lines?path=src/agent/tools.py",
    "/about",
)
FEW = ("/", "", f"/findings/{EXECUTED}", "/coverage", "/flows", "/changes", "/ask")


class Place:
    """One browser and one server for the whole module; what it decides, it decides in a record of its own."""

    def __init__(self, world: World, hostile: str, base: str, browser: object, locked: str) -> None:
        self.world, self.hostile, self.base, self.browser, self.locked = world, hostile, base, browser, locked

    def visit(self, base: str = "", **said: object):  # type: ignore[no-untyped-def]  # a context manager of the browser's module
        return visit(self.browser, base or self.base, **said)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        world = built(tmp_path_factory.mktemp("browser").resolve())
        stack.callback(world.record.close)
        hostile = with_hostile(world)
        with_quiet(world)
        settings = WebSettings(clock=lambda: NOW, decides="Ada")
        base = stack.enter_context(served(create_app(world.record, settings)))
        locked = stack.enter_context(served(create_app(world.record, WebSettings(clock=lambda: NOW, token=TOKEN))))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        stack.callback(browser.close)
        yield Place(world, hostile, base, browser, locked)


def test_from_the_systems_to_a_finding_that_is_accepted(place: Place) -> None:
    with place.visit() as seen:
        page = seen.page
        seen.open("/")
        page.click("text=bank-assistant")
        assert "2 critical findings to look at first" in page.inner_text(".verdict")
        page.click(".tabs >> text=Findings")
        page.check("input[value=critical]")
        page.fill("input[name=q]", "refund")
        page.click("form.filters button")
        assert "severity=critical" in seen.path and "q=refund" in seen.path
        assert page.locator(".row").count() == 1
        page.click(".row a")
        assert page.inner_text(".state") == "open"
        page.click("text=Accept the risk")  # no reason: the browser itself refuses
        assert seen.path.endswith(REFUND)
        page.fill("textarea", "Refunds are capped at 5 EUR.")
        page.fill("input[type=date]", "2025-12-31")
        page.click("text=Accept the risk")
        assert page.inner_text(".state") == "accepted" and "The risk is accepted." in page.inner_text("[role=status]")
        assert "Refunds are capped" in page.inner_text("blockquote")
        page.click(".tabs >> text=Overview")
        assert "2 accepted" in page.inner_text(".tallies")
        page.go_back()
        page.fill("textarea", "The cap is gone.")
        page.click("button:has-text('Reopen')")
        assert page.inner_text(".state") in ("open", "reopened")


def test_diagram_matrix_and_changes_lead_to_their_things(place: Place) -> None:
    with place.visit() as seen:
        page = seen.page
        seen.open(place.world.at("/flows"))
        page.click("a.node:has-text('support agent')")
        assert "/elements/" in seen.path and page.inner_text("h1") == "support agent"
        seen.open(place.world.at("/flows"))
        whole = page.get_attribute("#diagram", "viewBox")
        page.click("[data-zoom=in]")
        assert page.get_attribute("#diagram", "viewBox") != whole
        page.click("[data-zoom=all]")
        assert page.get_attribute("#diagram", "viewBox") == whole
        seen.open(place.world.at("/coverage"))
        page.click("td.critical a >> nth=0")
        assert "/findings" in seen.path
        seen.open(place.world.at("/changes"))
        page.click("#new .row a")
        assert seen.path.endswith(EXECUTED)
        page.click("figcaption a:has-text('src/agent/tools.py:88')")
        assert seen.path.endswith("#L88") and "exec" in page.inner_text("#L88")


def test_an_answer_comes_in_pieces_and_its_citation_opens_the_lines(place: Place) -> None:
    with place.visit() as seen:
        page = seen.page
        seen.open(place.world.at("/ask"))
        page.fill("#ask input[name=question]", "What can go wrong with run_analysis?")
        page.keyboard.press("Enter")
        page.wait_for_selector("#last:not([aria-busy])")
        assert page.locator("#last .statement").count() >= 2 and page.locator("#last .doing").count() == 0
        page.click("#last button.suggestion >> nth=0")
        page.wait_for_selector("#last:not([aria-busy])")
        assert page.locator(".question").count() == 2
        page.click("a.cite:has-text('src/agent/tools.py') >> nth=0")
        assert "/lines?path=" in seen.path and page.locator(":target").count() == 1


def test_without_script_everything_still_works(place: Place) -> None:
    with place.visit(java_script_enabled=False) as seen:
        page = seen.page
        seen.open(place.world.at("/ask"))
        page.fill("#ask input[name=question]", "Who can reach orders.db?")
        page.click("#ask button")
        assert page.locator(".question").count() == 1 and seen.path.endswith("/ask#last")
        seen.open(place.world.at("/flows"))
        assert not page.is_visible(".tools")
        page.click("a.node:has-text('orders.db')")
        assert page.inner_text("h1") == "orders.db"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 380)])
def test_every_page_can_be_read_by_everyone(place: Place, scheme: str, width: int) -> None:
    wrong: dict[str, list[str]] = {}
    with place.visit(color_scheme=scheme, viewport={"width": width, "height": 800}) as seen:
        for page in PAGES if (scheme, width) == ("light", 1280) else FEW:
            seen.open(page if page in ("/", "/about") else place.world.at(page))
            if found := wrongs(seen.page):
                wrong[page] = found
        seen.open("/catalog/threats/model-output-executed.html")
        if found := [one for one in wrongs(seen.page) if not one.startswith("heading")]:
            wrong["catalog"] = found
    assert wrong == {}


def test_a_hostile_scan_runs_nothing_and_holds_together(place: Place) -> None:
    pages = (
        "",
        "/findings?status=all",
        "/findings/f00d00000001",
        "/findings/f00d00000002",
        "/findings/f00d00000003",
        "/paths",
        "/coverage",
        "/flows",
        "/ask",
    )
    with place.visit(viewport={"width": 380, "height": 800}) as seen:
        for page in pages:
            seen.open(f"/systems/{place.hostile}{page}")
            assert seen.page.title().endswith("threatloom")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 381, page
            assert (
                seen.page.evaluate("document.querySelectorAll('img, iframe, object, embed, [onclick], [onerror], [onmouseover]').length")
                == 0
            )
        seen.page.fill("#ask input[name=question]", "<img src=x onerror=alert(1)> what can go wrong?")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("#last:not([aria-busy])")
        assert seen.page.evaluate("document.querySelectorAll('img').length") == 0


def test_what_would_run_or_cannot_be_read_is_noticed(place: Place) -> None:
    bad = "<img src=/nothing onerror=alert(1)><p id=x style='color: #bbb'>pale</p><h4>deep</h4><input><a href=/></a><div id=x></div>"
    with place.visit() as seen:
        seen.open("/about")
        seen.page.evaluate("(bad) => { document.querySelector('main').insertAdjacentHTML('beforeend', bad); }", bad)
        seen.page.evaluate("document.getElementById('x').style.color = '#bbbbbb'")
        seen.page.wait_for_timeout(300)
        found = " ".join(wrongs(seen.page))
        assert all(word in found for word in ("contrast", "heading skips", "no label", "no name", "id twice"))
        told = " ".join(seen.complaints)
        assert "script-src" in told and "style-src" in told and "dialog" not in told
        seen.complaints.clear()


def test_a_person_with_a_keyboard_gets_everywhere(place: Place) -> None:
    with place.visit() as seen:
        page = seen.page
        seen.open("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        _tab_to(seen, "bank-assistant")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/systems/"))
        _tab_to(seen, "Coverage")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/coverage"))
        _tab_to(seen, "finding", within="td")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/findings"))
        seen.open(place.world.at("/flows"))
        _tab_to(seen, "support agent", within=".node")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/elements/"))


def test_a_login_lets_in(place: Place) -> None:
    with place.visit(place.locked) as seen:
        seen.open("/about")
        assert "/login" in seen.path
        seen.page.fill("input[type=password]", TOKEN)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(re.compile("/about"))
        assert wrongs(seen.page) == []
        seen.page.click("text=Log out")
        seen.page.wait_for_url(re.compile("/login"))
        assert wrongs(seen.page) == []


def _tab_to(seen: Visit, name: str, within: str = "*") -> None:
    """Press Tab until something of that name has the focus."""
    look = "([name, within]) => { const at = document.activeElement; return !!at.closest(within) && ((at.getAttribute('aria-label') || '') + at.textContent).includes(name); }"
    for _ in range(120):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate(look, [name, within]):
            return
    raise AssertionError(f"no way to {name} by the Tab key")
