"""Notebooks: cells in order, magics blanked, lines counted inside cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.code.notebook import joined_code, read_cells
from ingest.facts import CodeFacts
from ingest.reading import lines_of, read_source
from ingest.source import ReadError, Source
from pipeline.scan import ScanSettings, scan


def notebook(*cells: tuple[str, str | list[str]]) -> str:
    made: list[dict[str, object]] = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def source_of(folder: Path, text: str) -> Source:
    path = folder / "work.ipynb"
    path.write_text(text, "utf-8")
    return Source("work.ipynb", path, "notebook", "product", len(text))


def test_cells_keep_their_order_number_and_kind() -> None:
    cells = read_cells(notebook(("markdown", "# Title"), ("code", ["a = 1\n", "b = 2"]), ("raw", "x"), ("code", "c")))
    assert [(cell.number, cell.kind, cell.lines) for cell in cells] == [
        (1, "markdown", ("# Title",)), (2, "code", ("a = 1", "b = 2")), (3, "raw", ("x",)), (4, "code", ("c",)),
    ]  # fmt: skip


def test_only_code_is_joined_and_each_cell_knows_its_first_line() -> None:
    text, starts = joined_code(read_cells(notebook(("code", "a\nb"), ("markdown", "no code"), ("code", "c"))))
    assert (text, starts) == ("a\nb\nc", ((1, 1), (3, 3)))


@pytest.mark.parametrize("line", ["%matplotlib inline", "!pip install x", "  !ls", "?print", "%%timeit_like"])
def test_magics_and_shell_lines_are_blank_and_keep_their_line(line: str) -> None:
    text, _starts = joined_code(read_cells(notebook(("code", f"a = 1\n{line}\nb = 2"))))
    assert text == "a = 1\n\nb = 2"


def test_a_cell_in_another_language_is_blank_as_a_whole() -> None:
    text, _starts = joined_code(read_cells(notebook(("code", "%%bash\nrm -rf x\necho done"), ("code", "a = 1"))))
    assert text == "\n\n\na = 1"


def test_a_timed_cell_is_read() -> None:
    text, _starts = joined_code(read_cells(notebook(("code", "%%time\na = 1"))))
    assert text == "\na = 1"


def test_an_older_notebook_is_read() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1"]}]}], "nbformat": 3}
    assert read_cells(json.dumps(old))[0].lines == ("a = 1",)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": 1}', '{"cells": {"a": 1}}', "{", "[" * 50_000, "not json", '{"worksheets": [1]}']
)
def test_what_is_no_notebook_is_refused_in_words(tmp_path: Path, text: str) -> None:
    outcome = read_source(source_of(tmp_path, text))
    assert isinstance(outcome, ReadError) or (isinstance(outcome, CodeFacts) and not outcome.functions[1:])


@pytest.mark.parametrize(
    "cell", [1, None, "x", {}, {"cell_type": "code"}, {"cell_type": 5, "source": 5}, {"cell_type": "code", "source": [1, None, "a"]}]
)
def test_odd_cells_do_not_stop_the_others(cell: object) -> None:
    text = json.dumps({"cells": [cell, {"cell_type": "code", "source": "good = 1"}]})
    assert "good = 1" in joined_code(read_cells(text))[0]


def test_variables_live_on_in_later_cells(tmp_path: Path) -> None:
    facts = read_source(source_of(tmp_path, notebook(("code", "import torch"), ("code", "m = torch.load('x.pt')"))))
    assert isinstance(facts, CodeFacts)
    assert "m" in facts.variables and facts.imports[0].target == "torch"


def test_quotable_lines_are_those_of_each_cell(tmp_path: Path) -> None:
    lines = lines_of(source_of(tmp_path, notebook(("markdown", "# T"), ("code", "%pip install x\na = 1"))))
    assert lines[2] == ("%pip install x", "a = 1")


def test_evidence_points_at_the_cell_and_the_line_within_it(tmp_path: Path) -> None:
    cells = notebook(
        ("markdown", "# Train"),
        ("code", "import torch"),
        ("code", "%matplotlib inline\npath = input()\nmodel = torch.load(path, weights_only=False)"),
    )
    (tmp_path / "work.ipynb").write_text(cells, "utf-8")
    result = scan(tmp_path, ScanSettings(jobs=1))
    places = {(e.page, e.start_line, e.quote) for f in result.findings if f.threat == "unsafe-model-load" for e in f.evidence}
    assert (3, 3, "model = torch.load(path, weights_only=False)") in places
