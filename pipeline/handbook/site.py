"""The catalog as a static site: a page per threat, control, framework and taxonomy, an index with a search, and the whole as JSON.

Takes the handbook and its catalog, gives text by relative path; nothing is written here. Pages link to each other and to nothing of
their own elsewhere: style and script stand in each page and are the only ones its Content-Security-Policy lets run, by hash, so that a
page works the same from a disk and from a server. All text is escaped by the template engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.handbook.decision import decision_of
from pipeline.handbook.examples import examples_of
from pipeline.handbook.json import render as render_json
from pipeline.handbook.model import ControlEntry, Handbook, ThreatEntry
from pipeline.reports.escape import visible
from pipeline.reports.inline import Compiled, source_hash
from pipeline.reports.wording import plural, words
from pipeline.threats.catalog import Catalog
from pipeline.threats.pages import introduction
from pipeline.threats.schema import WHERE

TEMPLATES = Path(__file__).with_name("templates")
_SHORT = frozenset({"llm", "ml", "mcp", "ui", "http", "tls", "ci", "url", "html"})
_COMPILED = Compiled()
FOLDERS = ("threats", "controls", "frameworks", "taxonomies")


def pages(book: Handbook, catalog: Catalog) -> Mapping[str, str]:
    """Every file of the site, by its path with forward slashes."""
    return {path: make() for path, make in page_makers(book, catalog).items()}


def page_makers(book: Handbook, catalog: Catalog, frame: Path | None = None) -> Mapping[str, Callable[[], str]]:
    """What makes each file of the site. With `frame`, the layout around the pages is the one of that folder."""
    environment = _environment(book, frame)
    known = {
        "controls": {one.kind: one for one in book.controls},
        "item_pages": {item.id: file.key for file in book.taxonomies for item in file.items},
    }

    def made(template: str, root: str, area: str, **given: Any) -> str:  # Any: what the template of the page asks for
        return environment.get_template(f"{template}.html.j2").render(book=book, root=root, area=area, **known, **given)

    def threat_page(threat: ThreatEntry) -> str:
        page = catalog.page(threat.slug)
        return made(
            "threat", "../", "Threats", threat=threat, decision=decision_of(threat), examples=examples_of(threat.slug, page),
            story=introduction(page), where=WHERE[threat.applies_where], conditions=_conditions(threat),
        )  # fmt: skip

    having = {(control.kind, framework.name): control.names for framework in book.frameworks for control in framework.controls}

    def control_page(control: ControlEntry) -> str:
        calls = [(name, having[control.kind, name]) for name in control.frameworks]
        return made("control", "../", "Controls", control=control, having=calls)

    makers: dict[str, Callable[[], str]] = {
        "index.html": partial(made, "index", "", "Threats", searched=_searched), "words.html": partial(made, "words", "", "Words"),
    }  # fmt: skip
    makers |= {f"threats/{one.slug}.html": partial(threat_page, one) for one in book.threats}
    makers |= {f"controls/{anchor(one.kind)}.html": partial(control_page, one) for one in book.controls}
    makers |= {
        f"frameworks/{anchor(one.name)}.html": partial(made, "framework", "../", "Frameworks", framework=one) for one in book.frameworks
    }
    makers |= {f"taxonomies/{one.key}.html": partial(made, "taxonomy", "../", "Taxonomies", file=one) for one in book.taxonomies}
    return {**makers, "catalog.json": partial(render_json, book)}


def _environment(book: Handbook, frame: Path | None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([frame, TEMPLATES] if frame is not None else [TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        bytecode_cache=_COMPILED,
    )
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("site.css", "site.js"))
    environment.globals.update(
        style=Markup(style),
        script=Markup(script),
        style_hash=source_hash(style),
        script_hash=source_hash(script),
        plural=plural,
    )
    environment.filters.update(words=spoken, titled=titled, named=named, anchor=anchor)
    return environment


def spoken(name: str) -> str:
    """A word of the vocabulary as it is said: `hosted_llm` becomes `hosted LLM`."""
    return " ".join(part.upper() if part in _SHORT else part for part in words(name).split(" "))


def titled(name: str) -> str:
    """The same as a title."""
    said = spoken(name)
    return said[:1].upper() + said[1:]


def named(text: str) -> Markup:
    """Prose of our pages: what stands between backticks is code, lines are joined, everything is escaped."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a backtick alone is shown as it is
        return escape(visible(" ".join(text.split())))
    return Markup("").join(
        Markup("<code>{}</code>").format(visible(part)) if index % 2 else escape(visible(part)) for index, part in enumerate(parts)
    )


def anchor(identity: str) -> str:
    """An id of a taxonomy as the target of a link."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", identity)


def _searched(threat: ThreatEntry) -> str:
    """What a search finds a threat by, besides its title and slug."""
    return " ".join([threat.summary, *threat.aliases, *threat.names, *threat.names.values(), *(words(kind) for kind in threat.about)])


def _conditions(threat: ThreatEntry) -> str:
    said = [condition.model_dump(mode="json", exclude_unset=True) for condition in threat.when]
    text: str = yaml.safe_dump(said, sort_keys=False, width=100, allow_unicode=True)
    return "\n".join(visible(line) for line in text.rstrip().split("\n"))


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) and "\n" not in value else value
