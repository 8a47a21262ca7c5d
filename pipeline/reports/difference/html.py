"""The difference as one page that carries all it needs; nothing in it runs."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from pipeline.findings.comparing import CHANGE_KINDS
from pipeline.findings.difference import Difference
from pipeline.reports.difference.words import HEADS, SIGNS, counted, left_out, shown_at, side
from pipeline.reports.html import named
from pipeline.reports.inline import environment, source_hash
from pipeline.reports.wording import headline, place, sentence

TEMPLATES = Path(__file__).with_name("templates")


def render(difference: Difference) -> str:
    style = (TEMPLATES / "difference.css").read_text(encoding="utf-8")
    kinds = [(HEADS[kind], found) for kind in CHANGE_KINDS if (found := [change for change in difference.changes if change.kind == kind])]
    templates = environment(TEMPLATES)
    templates.filters["named"] = named
    return templates.get_template("difference.html.j2").render(
        difference=difference, style=Markup(style), style_hash=source_hash(style), kinds=kinds, counted=counted(difference),
        old=side(difference.old), new=side(difference.new), signs=SIGNS, shown_at=shown_at, more=left_out(difference),
        place=lambda finding: place(headline(finding)), sentence=sentence, headline=headline,
    )  # fmt: skip
