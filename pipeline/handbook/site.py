"""The catalog as a static site: a page per threat, control, framework and taxonomy, an index with a search, and the whole as JSON.

Takes the handbook and its catalog, gives text by relative path; nothing is written here. Pages link to each other and to nothing of
their own elsewhere: style and script stand in each page and are the only ones its Content-Security-Policy lets run, by hash, so that a
page works the same from a disk and from a server. All text is escaped by the template engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.handbook.decision import decision_of
from pipeline.handbook.examples import examples_of
from pipeline.handbook.json import render as render_json
from pipeline.handbook.model import Handbook, ThreatEntry
from pipeline.reports.escape import visible
from pipeline.reports.inline import source_hash
from pipeline.reports.wording import plural, words
from pipeline.threats.catalog import Catalog
from pipeline.threats.pages import introduction

TEMPLATES = Path(__file__).with_name("templates")
_SHORT = frozenset({"llm", "ml", "mcp", "ui", "http", "tls", "ci", "url", "html"})
FOLDERS = ("threats", "controls", "frameworks", "taxonomies")


def pages(book: Handbook, catalog: Catalog) -> Mapping[str, str]:
    """Every file of the site, by its path with forward slashes."""
    environment = _environment(book)
    known = {
        "controls": {one.kind: one for one in book.controls},
        "item_pages": {item.id: file.key for file in book.taxonomies for item in file.items},
    }

    def made(template: str, root: str, area: str, **given: Any) -> str:  # Any: what the template of the page asks for
        return environment.get_template(f"{template}.html.j2").render(book=book, root=root, area=area, **known, **given)

    files = {"index.html": made("index", "", "Threats", searched=_searched), "words.html": made("words", "", "Words")}
    for threat in book.threats:
        page = catalog.page(threat.slug)
        files[f"threats/{threat.slug}.html"] = made(
            "threat", "../", "Threats", threat=threat, decision=decision_of(threat), examples=examples_of(threat.slug, page),
            story=introduction(page), conditions=_conditions(threat),
        )  # fmt: skip
    having = {(control.kind, framework.name): control.names for framework in book.frameworks for control in framework.controls}
    for control in book.controls:
        calls = [(name, having[control.kind, name]) for name in control.frameworks]
        files[f"controls/{anchor(control.kind)}.html"] = made("control", "../", "Controls", control=control, having=calls)
    for framework in book.frameworks:
        files[f"frameworks/{anchor(framework.name)}.html"] = made("framework", "../", "Frameworks", framework=framework)
    for file in book.taxonomies:
        files[f"taxonomies/{file.key}.html"] = made("taxonomy", "../", "Taxonomies", file=file)
    return {**files, "catalog.json": render_json(book)}


def _environment(book: Handbook) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
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
