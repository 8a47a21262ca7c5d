"""What mkdocs is told beside its settings: pages that other rooms make, and links that lead out of docs/.

The catalog's own site becomes a part of this one, docker/README.md a page. A link out of docs/ leads to a file of the source tree, which
the site does not hold: it is shown as the name of that file. Pages of the navigation that are not written yet are left out of it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from pipeline.handbook.site import pages
from pipeline.interfaces.cli.catalog import handbook
from pipeline.threats.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"docker/README.md": "containers.md"}  # file of the source tree -> page of the site
CATALOG = "catalog/"
_PLANNED: set[str] = set()  # pages of the navigation that nobody has written yet
_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    docs = Path(config.docs_dir)
    _PLANNED.update(name for name in _names(config.nav) if not _is_made(name) and not (docs / name).is_file())
    config.nav = _written(config.nav)
    return config


def _names(entries: Any) -> Iterator[str]:  # Any: the navigation is lists in mappings in lists
    if isinstance(entries, str):
        yield entries
    else:
        for entry in entries.values() if isinstance(entries, dict) else entries:
            yield from _names(entry)


def _is_made(name: str) -> bool:
    return name in ELSEWHERE.values() or name.startswith(CATALOG)


def _written(entries: Any) -> Any:
    """The navigation without the pages that are not there yet."""
    if isinstance(entries, list):
        return [kept for entry in entries if (kept := _written(entry))]
    if isinstance(entries, dict):
        return {title: kept for title, entry in entries.items() if (kept := _written(entry))}
    return None if entries in _PLANNED else entries


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for source, page in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    catalog = load_catalog()
    for name, text in pages(handbook(catalog), catalog).items():
        files.append(File.generated(config, CATALOG + name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    source = next((where for where, name in ELSEWHERE.items() if name == page.file.src_uri), f"docs/{page.file.src_uri}")
    folder = posixpath.dirname(source)

    def led(match: re.Match[str]) -> str:
        words, target, part = match[1], match[2], match[3] or ""
        if "://" in target or target.startswith(("mailto:", "/")):
            return match[0]
        place = posixpath.normpath(posixpath.join(folder, target))
        if place in ELSEWHERE:
            return f"[{words}]({ELSEWHERE[place]}{part})"
        if place.removeprefix("docs/") in _PLANNED:
            return words
        if place.startswith("docs/"):
            return f"[{words}]({place.removeprefix('docs/')}{part})"
        if not (ROOT / place).exists():
            return match[0]  # broken, and to be found out
        return words if words.strip("`") == place else f"{words} (`{place}`)"

    done, at = [], 0
    for fence in _FENCE.finditer(markdown):
        done += [_LINK.sub(led, markdown[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*done, _LINK.sub(led, markdown[at:])])
