"""Reports of a run of the suite: for a terminal, as Markdown, as one HTML page, as JSON.

`FORMATS` is the tuple of them; each is a function from a result to text that computes no score of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from evals.reporting.history import History
    from evals.result import EvalResult

FORMATS = ("table", "json", "html", "markdown")


def render(result: EvalResult, form: str, history: History | None = None, folder: Path | None = None) -> str:
    """The result in one of the formats; the HTML page shows former runs and, from the folder of the systems, lines."""
    if form == "json":
        from pipeline.reports.escape import model_json

        return model_json(result)
    if form == "html":
        from evals.reporting import html

        return html.render(result, history, folder)
    if form == "markdown":
        from evals.reporting import markdown

        return markdown.render(result)
    from evals.reporting import table

    return table.render(result)
