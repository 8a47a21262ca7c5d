"""The documentation's site: every page is in it, no link is broken, and nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / "docs" / "site" / "mkdocs.yml"


class Loaded(HTMLParser):
    """What a browser fetches to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "object", "use"):
            self.addresses += [value for name in ("src", "srcset", "data", "href") if (value := said.get(name))]
        if tag == "link" and said.get("rel") not in ("canonical", "next", "prev", "alternate"):
            self.addresses.append(said.get("href") or "")


def nav_names(entries: object) -> set[str]:
    if isinstance(entries, str):
        return {entries}
    return {name for entry in (entries.values() if isinstance(entries, dict) else entries) for name in nav_names(entry)}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(SETTINGS), "--site-dir", str(out)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-3000:]
    return out


def test_every_page_is_in_the_navigation() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages <= nav_names(yaml.safe_load(SETTINGS.read_text())["nav"])


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 100 and (site / "catalog" / "threats").is_dir()
    for page in pages:
        seen = Loaded()
        seen.feed(page.read_text(encoding="utf-8"))
        foreign = [address for address in seen.addresses if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", address)]
        assert not foreign, f"{page.relative_to(site)}: {foreign}"
        for address in seen.addresses:
            if address and not address.startswith(("data:", "#")) and page.name != "404.html":
                assert (page.parent / address.partition("?")[0].partition("#")[0]).exists(), f"{page.relative_to(site)}: {address}"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8"))


def test_the_search_works_without_a_server(site: Path) -> None:
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index = {")
    assert 'src="site/assets/iframe-worker.js"' in (site / "index.html").read_text(encoding="utf-8")


def test_pages_that_name_a_file_of_the_source_tree_link_nowhere(site: Path) -> None:
    assert "../pipeline" not in (site / "catalog.html").read_text(encoding="utf-8")
    assert "<code>pipeline/handbook/catalog.schema.json</code>" in (site / "catalog.html").read_text(encoding="utf-8")
