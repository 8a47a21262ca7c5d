"""The tool `search_passages`: passages of code and documents by words and meaning, from the index of the scan."""

from __future__ import annotations

from pydantic import Field

from ingest.exclusion import is_cheap
from pipeline.agent.tools.answer import Answer, fitting
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain, shown
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.retrieval.result import Hit

_PASSAGES, _LINES, _MOST_OF_LINE, _MOST_OF_PASSAGE, _QUESTION = 8, 14, 240, 900, 1000


class SearchPassages(Arguments):
    query: str = Field(description="What is looked for, in words of the code or of its meaning.")
    path_glob: str | None = Field(default=None, description="Files, as in .gitignore: `src/**/*.py`; null: all.")


def answer(bench: Bench, asked: SearchPassages) -> Answer:
    if bench.search is None:
        return Answer("There is no index to search in this scan.")
    if not asked.query.strip():
        return Answer("query is empty.")
    glob = asked.path_glob
    if glob is not None and ("\0" in glob or "\n" in glob or glob.lstrip().startswith(("!", "#")) or not is_cheap(glob)):
        return Answer("path_glob must be one short pattern with few wildcards, such as `src/**/*.py`.")
    # More are asked for than are shown: what lies in files that may not be shown is passed over.
    hits = bench.search(asked.query[:_QUESTION], (glob,) if glob else (), _PASSAGES * 2)
    rows = [_passage(bench, hit) for hit in hits if bench.pages.has(hit.path)][:_PASSAGES]
    if not rows:
        return Answer("Nothing found." if glob is None else "Nothing found in these files; try without path_glob.")
    return Answer("Passages, best first; `>` stands before the place of each.", "\n".join(fitting(rows)))


def _passage(bench: Bench, hit: Hit) -> str:
    """`> app.py:12-30 refund [tool:refund]` and its first lines, as they stand in the file."""
    page = "" if hit.page is None else f" p{hit.page}"
    about = f" {hit.symbol}" if hit.symbol else f" {' / '.join(hit.section)}" if hit.section else ""
    elements = ", ".join([one for one in hit.elements if one in bench.elements][:2])
    head = plain(f"> {hit.path}{page}:{hit.start_line}-{hit.end_line}{about[:120]}" + (f" [{elements}]" if elements else ""))
    lines = bench.pages.lines(hit.path, hit.page)[hit.start_line - 1 : hit.end_line]
    kept = fitting([shown(line, _MOST_OF_LINE) for line in lines[:_LINES] if line.strip()] or [""], _MOST_OF_PASSAGE)
    return "\n".join((head, *kept))


TOOL = Tool(
    "search_passages",
    "Passages by words and meaning, each with its place and first lines; read_lines shows the rest.",
    SearchPassages,
    answer,
)
